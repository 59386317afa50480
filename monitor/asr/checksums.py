"""SHA-256 of a model's files, kept beside them as `sha256sum` writes and checks it.

A model may be damaged in the middle and still have the right shape: it loads, and hears something else. Reading it
whole takes seconds a gigabyte, so this is done when the operator asks (`models verify`, `doctor`), not at every start.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from monitor.asr.folder import AGAIN, FILES, VOCABULARIES, brought_by
from monitor.errors import ModelError

SUMS = "SHA256SUMS"
COVERED = (*FILES, *VOCABULARIES, "preprocessor_config.json")
CHUNK_BYTES = 1 << 20
LINE = re.compile(r"([0-9a-fA-F]{64}) [ *](.+)")


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as f:
        while chunk := f.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def write(folder: Path, known: dict[str, str] | None = None) -> None:
    """Note what the model's files are now. known: sums that need not be computed again, by file name."""
    sums = {name: (known or {}).get(name) or sha256(folder / name) for name in COVERED if (folder / name).is_file()}
    text = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
    (folder / SUMS).write_text(text, encoding="utf-8", newline="\n")


def compare(folder: Path, again: str = AGAIN) -> int | None:
    """How many files are as they were noted; None where nothing was. Raises ModelError for one that is not.

    again: as for `check_folder`.
    """
    try:
        with brought_by(again):
            return _compared(folder, folder / SUMS) if (folder / SUMS).is_file() else None
    except OSError as error:
        what = str(error.filename or folder)
        raise ModelError(what, "cannot be read", error.strerror or "", "Look at its disk and permissions") from error


def _compared(folder: Path, noted: Path) -> int:
    lines = noted.read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = [match.groups() for line in lines if (match := LINE.fullmatch(line))]
    if len(pairs) != len(lines) or not pairs:
        raise ModelError(str(noted), "is not a list of checksums", "a line of another form", AGAIN)
    for digest, name in pairs:
        if not (folder / name).is_file():
            raise ModelError(str(folder / name), "is missing", f"its checksum in {SUMS}", AGAIN)
        if (found := sha256(folder / name)) != digest.lower():
            raise ModelError(
                str(folder / name), "is damaged: it is not what was fetched", f"SHA-256 {found[:12]}…",
                f"{AGAIN}; if you changed it yourself, delete {SUMS}",
            )  # fmt: skip
    return len(pairs)


def told(count: int | None) -> str:
    """What `compare` found, for a line of a report."""
    return "no checksums to compare" if count is None else f"{count} files are as their checksums say"
