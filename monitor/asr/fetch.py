"""Bring a model from the Hugging Face hub or a mirror of it: listed by huggingface_hub, streamed here, checked by hash.

huggingface_hub itself starts a broken download anew (since 1.x); models are large and lines are slow, so the files are
read with a Range header into `FILE.part` and resumed from there. HF_ENDPOINT names a mirror; HTTPS_PROXY is honoured.
"""

from __future__ import annotations

import hashlib
import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.asr.folder import check_folder
from monitor.asr.registry import ModelEntry, OnProgress
from monitor.errors import ModelError

WANTED = ("model.bin", "config.json", "tokenizer.json", "vocabulary.json", "vocabulary.txt", "preprocessor_config.json")
HUB = "https://huggingface.co"
CHUNK_BYTES = 1 << 20
TIMEOUT_S = 30
TRIES = 3


@dataclass(frozen=True, slots=True)
class Remote:
    """One file as the hub lists it. sha256 of a large file, else the git blob's sha1."""

    name: str
    size: int
    sha256: str | None
    blob_sha1: str | None


def endpoint() -> str:
    return (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")


def fetch(entry: ModelEntry, models_dir: Path, on_progress: OnProgress | None = None) -> Path:
    """Download into `models_dir/NAME`, resuming what is there; return the folder. Raises ModelError."""
    where = f"model {entry.name!r}"
    if entry.shipped:
        raise ModelError(where, "is shipped with linewatch", do="There is nothing to fetch")
    if entry.format != "ct2":
        raise ModelError(
            where, "is published for transformers, not for CTranslate2", entry.repository,
            f"Run: ct2-transformers-converter --model {entry.repository} "
            "--copy_files tokenizer.json preprocessor_config.json "
            f"--quantization float16 --output_dir {models_dir / entry.name}",
        )  # fmt: skip
    commit, files = listed(entry)
    folder, work = models_dir / entry.name, models_dir / f"{entry.name}.part"
    work.mkdir(parents=True, exist_ok=True)
    total, done = sum(f.size for f in files), 0
    for remote in files:
        before = done

        def report(so_far: int, name: str = remote.name, before: int = before) -> None:
            if on_progress:
                on_progress(name, before + so_far, total)

        download(entry, commit, remote, work / remote.name, report)
        done += remote.size
    origin = {"repository": entry.repository, "commit": commit, "licence": entry.licence}
    (work / "origin.json").write_text(json.dumps(origin, indent=1) + "\n", encoding="utf-8")
    check_folder(work)
    return _into_place(work, folder)


def _into_place(work: Path, folder: Path) -> Path:
    if folder.exists():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    work.rename(folder)
    return folder


def listed(entry: ModelEntry) -> tuple[str, list[Remote]]:
    """(commit, the files a CTranslate2 Whisper needs) as the hub has them now."""
    from huggingface_hub import HfApi

    where = f"model {entry.name!r}"
    try:
        info = HfApi(endpoint=endpoint()).model_info(
            entry.repository, revision=entry.revision, files_metadata=True, timeout=TIMEOUT_S
        )
    except Exception as error:  # requests or httpx underneath, by the hub's version, and its own kinds above them
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status in (401, 403, 404):
            raise ModelError(
                where, f"{endpoint()} does not give it to us", f"HTTP {status} for {entry.repository}@{entry.revision}",
                "Look whether the repository or the mirror (HF_ENDPOINT) has it",
            ) from error  # fmt: skip
        raise _unreachable(where, error) from error
    files = [_remote(s) for s in info.siblings or [] if s.rfilename in WANTED]
    if "model.bin" not in {f.name for f in files}:
        raise ModelError(where, "the repository holds no CTranslate2 model", entry.repository, "Correct models.toml")
    return str(info.sha), files


def _remote(sibling: Any) -> Remote:
    lfs = sibling.lfs
    sha256 = lfs.get("sha256") if isinstance(lfs, dict) else getattr(lfs, "sha256", None)
    return Remote(sibling.rfilename, int(sibling.size or 0), sha256, None if sha256 else sibling.blob_id)


def _unreachable(where: str, error: Exception) -> ModelError:
    found = type(error).__name__ + (f": {str(error).splitlines()[0][:120]}" if str(error) else "")
    return ModelError(
        where, f"{endpoint()} cannot be reached", found,
        "Check the network or HTTPS_PROXY, set HF_ENDPOINT to a mirror, or copy the folder from another machine "
        "into the "
        "models folder; what has been fetched is kept and resumed",
    )  # fmt: skip


def download(entry: ModelEntry, commit: str, remote: Remote, target: Path, report: Any) -> None:
    """One file, whole and right: kept if it is here, resumed if a part is, tried again when the line breaks."""
    where = f"model {entry.name!r}, {remote.name}"
    if target.is_file() and right(target, remote):
        report(remote.size)
        return
    target.unlink(missing_ok=True)
    part = target.with_name(target.name + ".part")
    url = f"{endpoint()}/{entry.repository}/resolve/{commit}/{remote.name}"
    for attempt in range(1, TRIES + 1):
        try:
            stream(url, part, remote.size, report)
        except (OSError, urllib.error.URLError) as error:
            if attempt == TRIES:
                raise _unreachable(where, error) from error
            continue
        if right(part, remote):
            part.rename(target)
            return
        part.unlink(missing_ok=True)  # what came is wrong; begin anew
    raise ModelError(
        where, "came damaged every time", f"another hash than {endpoint()} states", "Try another mirror or later"
    )


def stream(url: str, part: Path, size: int, report: Any) -> None:
    """Append to `part` from where it ends. Raises OSError when the line breaks before `size`."""
    have = part.stat().st_size if part.exists() else 0
    if have > size:
        part.unlink()
        have = 0
    if have < size or not size:
        headers = {"User-Agent": "linewatch", "Accept-Encoding": "identity"} | (
            {"Range": f"bytes={have}-"} if have else {}
        )
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT_S) as answer:
            resumed = have > 0 and answer.status == 206
            have = have if resumed else 0
            with part.open("ab" if resumed else "wb") as out:
                while chunk := answer.read(CHUNK_BYTES):
                    out.write(chunk)
                    have += len(chunk)
                    report(have)
    if have < size:
        raise ConnectionError(f"the line broke after {have} of {size} bytes")


def right(path: Path, remote: Remote) -> bool:
    """Size and hash are those the hub states."""
    size = path.stat().st_size
    if size != remote.size:
        return False
    digest = hashlib.sha256() if remote.sha256 else hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with path.open("rb") as f:
        while chunk := f.read(CHUNK_BYTES):
            digest.update(chunk)
    expected = remote.sha256 or remote.blob_sha1
    return expected is None or digest.hexdigest() == expected
