"""One file from the hub or a mirror of it: streamed, resumed where the line broke, checked by hash.

huggingface_hub itself starts a broken download anew (since 1.x); models are large and lines are slow, so the files are
read with a Range header into `FILE.part` and resumed from there. HF_ENDPOINT names a mirror; HTTPS_PROXY is honoured.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.asr.registry import ModelEntry
from monitor.errors import ModelError

HUB = "https://huggingface.co"
CHUNK_BYTES = 1 << 20
TIMEOUT_S = 30
TRIES = 3
REFUSED = (401, 403, 404)
BEYOND = 416


@dataclass(frozen=True, slots=True)
class Remote:
    """One file as the hub lists it. sha256 of a large file, else the git blob's sha1. None: not stated."""

    name: str
    size: int | None
    sha256: str | None
    blob_sha1: str | None


def endpoint() -> str:
    return (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")


def refused(where: str, status: int, what: str) -> ModelError:
    return ModelError(
        where, f"{endpoint()} does not give it to us", f"HTTP {status} for {what}",
        "Look whether the repository or the mirror (HF_ENDPOINT) has it",
    )  # fmt: skip


def unreachable(where: str, error: BaseException | None) -> ModelError:
    found = type(error).__name__ + (f": {str(error).splitlines()[0][:120]}" if str(error) else "")
    return ModelError(
        where, f"{endpoint()} cannot be reached", found,
        "Check the network or HTTPS_PROXY, set HF_ENDPOINT to a mirror, or copy the folder from another machine "
        "into the models folder; what has been fetched is kept and resumed",
    )  # fmt: skip


class _BrokenError(Exception):
    """The network failed, for the reason given as cause."""


def download(entry: ModelEntry, commit: str, remote: Remote, target: Path, report: Any) -> None:
    """One file, whole and right: kept if it is here, resumed if a part is, tried again when the line breaks.

    A line that breaks often but brings something each time gets there. Raises ModelError; OSError for the disk.
    """
    where = f"model {entry.name!r}, {remote.name}"
    if target.is_file() and right(target, remote):
        report(_size(target))
        return
    target.unlink(missing_ok=True)
    part = target.with_name(target.name + ".part")
    url = f"{endpoint()}/{entry.repository}/resolve/{commit}/{remote.name}"
    vain = damaged = 0
    while damaged < TRIES:
        before = _size(part)
        try:
            stream(url, part, remote.size, report)
        except _BrokenError as broken:
            error = broken.__cause__
            if isinstance(error, urllib.error.HTTPError) and error.code in REFUSED:
                raise refused(where, error.code, url) from error
            if isinstance(error, urllib.error.HTTPError) and error.code == BEYOND:
                part.unlink(missing_ok=True)  # as long as the file, or longer, and not known to be right
            vain = 0 if _size(part) > before else vain + 1
            if vain == TRIES:
                raise unreachable(where, error) from error
            continue
        if right(part, remote):
            part.rename(target)
            return
        part.unlink(missing_ok=True)  # what came is wrong; begin anew
        damaged += 1
    raise ModelError(
        where, "came damaged every time", f"another hash than {endpoint()} states", "Try another mirror or later"
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def stream(url: str, part: Path, size: int | None, report: Any) -> None:
    """Append to `part` from where it ends, to `size`; None: to what the answer promises.

    Raises _BrokenError for the network, OSError for the disk.
    """
    have = _size(part)
    if size is not None and have > size:
        part.unlink()
        have = 0
    if size and have == size:
        return
    headers = {"User-Agent": "linewatch", "Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with _opened(urllib.request.Request(url, headers=headers)) as answer:
        resumed = have > 0 and answer.status == 206
        have = have if resumed else 0
        promised = answer.length  # None where it comes in chunks, which say themselves that they end too soon
        size = have + promised if size is None and promised is not None else size
        with part.open("ab" if resumed else "wb") as out:
            while chunk := _read(answer):
                out.write(chunk)
                have += len(chunk)
                report(have)
    if size is not None and have < size:
        raise _BrokenError from ConnectionError(f"the line broke after {have} of {size} bytes")


def _opened(request: urllib.request.Request) -> Any:
    try:
        return urllib.request.build_opener().open(request, timeout=TIMEOUT_S)  # the environment's proxies as of now
    except (OSError, http.client.HTTPException) as error:  # URLError is an OSError
        raise _BrokenError from error


def _read(answer: Any) -> bytes:
    """What has come, without waiting for more, so that a break loses nothing."""
    try:
        chunk: bytes = answer.read1(CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:  # IncompleteRead: an answer in chunks that ends in one
        raise _BrokenError from error
    return chunk


def right(path: Path, remote: Remote) -> bool:
    """Size and hash are those the hub states, as far as it states them."""
    size = path.stat().st_size
    if remote.size is not None and size != remote.size:
        return False
    digest = hashlib.sha256() if remote.sha256 else hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with path.open("rb") as f:
        while chunk := f.read(CHUNK_BYTES):
            digest.update(chunk)
    expected = remote.sha256 or remote.blob_sha1
    return expected is None or digest.hexdigest() == expected
