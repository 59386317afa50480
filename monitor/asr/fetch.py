"""Bring a model from the Hugging Face hub or a mirror of it: listed by huggingface_hub, its files by our `download`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from filelock import FileLock

from monitor.asr import checksums, conversion, origin
from monitor.asr.download import REFUSED, TIMEOUT_S, Remote, download, endpoint, refused, right, unreachable
from monitor.asr.folder import check_folder
from monitor.asr.origin import Origin
from monitor.asr.registry import ModelEntry, OnProgress, again
from monitor.errors import ModelError

WANTED = ("model.bin", "config.json", "tokenizer.json", "vocabulary.json", "vocabulary.txt", "preprocessor_config.json")


def fetch(entry: ModelEntry, models_dir: Path, on_progress: OnProgress | None = None) -> Path:
    """Download into `models_dir/NAME`, resuming what is there; return the folder. Raises ModelError."""
    where = f"model {entry.name!r}"
    if entry.shipped:
        raise ModelError(where, "is shipped with linewatch", do="There is nothing to fetch")
    if entry.format != "ct2":
        if (folder := models_dir / entry.name).is_dir():
            check_folder(folder, again(entry, folder))
            return folder
        raise ModelError(
            where, "is published for transformers and must be converted once", entry.repository,
            conversion.steps(entry, models_dir),
        )  # fmt: skip
    if _is_here(entry, models_dir / entry.name):
        return models_dir / entry.name
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(models_dir / f".{entry.name}.lock"):  # a second fetch waits, and finds what the first brought
            commit, files = listed(entry)
            return _brought(entry, models_dir, commit, files, on_progress)
    except OSError as error:  # of the disk alone; the network's are told apart where they happen
        raise ModelError(
            where, f"cannot be written to {models_dir}", error.strerror or type(error).__name__,
            f"Make room or choose another [asr] models_dir ({entry.size_mb} MB are needed); "
            "what has been fetched is kept and resumed",
        ) from error  # fmt: skip


def _is_here(entry: ModelEntry, folder: Path) -> bool:
    """Whether the very commit that is asked for lies there whole; a branch has to be asked for."""
    came = origin.read(folder)
    if came is None or came.repository != entry.repository or not origin.pinned(entry.revision, came.commit):
        return False
    try:
        check_folder(folder)
        return checksums.compare(folder) is not None
    except ModelError:
        return False


def _brought(
    entry: ModelEntry, models_dir: Path, commit: str, files: list[Remote], on_progress: OnProgress | None
) -> Path:
    folder, work = models_dir / entry.name, models_dir / f"{entry.name}.part"
    work.mkdir(exist_ok=True)
    _take_over(folder, work, files)
    sizes = [f.size for f in files if f.size is not None]
    total, done = sum(sizes) if len(sizes) == len(files) else entry.size_mb * 1_000_000, 0
    for remote in files:
        before = done

        def report(so_far: int, name: str = remote.name, before: int = before) -> None:
            if on_progress:
                on_progress(name, before + so_far, max(total, before + so_far))

        download(entry, commit, remote, work / remote.name, report)
        done += (work / remote.name).stat().st_size
    origin.write(work, Origin(entry.repository, commit, entry.licence, entry.revision))
    check_folder(work, "The repository holds it so: name another model or --revision")
    checksums.write(work, {f.name: f.sha256 for f in files if f.sha256})
    return _into_place(work, folder)


def _take_over(folder: Path, work: Path, files: list[Remote]) -> None:
    """Files of an older copy that are right need not come again."""
    for remote in files:
        old, new = folder / remote.name, work / remote.name
        if not new.exists() and old.is_file() and right(old, remote):
            try:
                os.link(old, new)
            except OSError:  # a file system without links
                shutil.copyfile(old, new)


def _into_place(work: Path, folder: Path) -> Path:
    """The older copy goes only when the new one is whole."""
    aside = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    if folder.exists():
        folder.rename(aside)
    work.rename(folder)
    shutil.rmtree(aside, ignore_errors=True)
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
        if status in REFUSED:
            raise refused(where, status, f"{entry.repository}@{entry.revision}") from error
        raise unreachable(where, error) from error
    files = [_remote(s) for s in info.siblings or [] if s.rfilename in WANTED]
    if "model.bin" not in {f.name for f in files}:
        raise ModelError(where, "the repository holds no CTranslate2 model", entry.repository, "Correct models.toml")
    origin.check_pinned(where, entry.revision, str(info.sha))
    return str(info.sha), files


def _remote(sibling: Any) -> Remote:
    lfs = sibling.lfs
    sha256 = lfs.get("sha256") if isinstance(lfs, dict) else getattr(lfs, "sha256", None)
    return Remote(sibling.rfilename, sibling.size, sha256, None if sha256 else sibling.blob_id)
