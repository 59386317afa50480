"""The recogniser models linewatch knows (models/models.toml), where they lie on this machine, and how to get them."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from monitor.asr.folder import AGAIN, check_folder
from monitor.asr.settings import AsrSettings
from monitor.errors import ConfigError, ModelError
from monitor.resources import locate as locate_shipped

if TYPE_CHECKING:
    from monitor.asr.verify import OnHeard, VerifyReport

__all__ = ["ModelEntry", "check_folder", "default_models_dir", "fetch", "here", "load_registry", "locate", "verify"]

REGISTRY = "models/models.toml"
SHIPPED = "demo-zh"
INSTALL = "Install linewatch again"
OnProgress = Callable[[str, int, int], None]  # file, bytes so far, bytes in all


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One row of models.toml. revision: a branch, tag or commit of the repository. size_mb: on disk, rounded.

    format: "ct2" is ready to load; "transformers" has to be converted before, with the tokenizer of another repository
    where its own holds none.
    An empty repository: shipped with linewatch.
    """

    name: str
    repository: str
    revision: str
    licence: str
    languages: tuple[str, ...]
    size_mb: int
    hardware: str
    format: Literal["ct2", "transformers"]
    note: str
    tokenizer: str = ""

    @property
    def shipped(self) -> bool:
        return not self.repository


def load_registry(path: Path | None = None) -> list[ModelEntry]:
    """Every model of models.toml, in its order. Raises ConfigError for a file that cannot be read as such."""
    path = path or locate_shipped(REGISTRY)
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["model"]
        return [ModelEntry(**{**row, "languages": tuple(row["languages"])}) for row in rows]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ConfigError(
            str(path), "is not a list of models", str(error), "Compare it with the shipped one"
        ) from error


def default_models_dir() -> Path:
    """The user's cache: XDG_CACHE_HOME or ~/.cache, %LOCALAPPDATA% on Windows."""
    base = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "linewatch" / "models"


def locate(name_or_path: str, models_dir: Path | None = None) -> Path:
    """The folder of a model: a path as it is, a shipped or a fetched name. Raises ModelError naming what helps."""
    models_dir = models_dir or default_models_dir()
    if _is_path(name_or_path):
        folder = Path(os.path.expanduser(name_or_path))
        check_folder(folder)
        return folder
    entries = {entry.name: entry for entry in load_registry()}
    fetched = models_dir / name_or_path
    entry = entries.get(name_or_path)
    if fetched.is_dir():
        check_folder(fetched, again(entry, fetched))
        return fetched
    if entry is None:
        raise ModelError(
            f"model {name_or_path!r}", "is not known", f"neither in models.toml nor a folder in {models_dir}",
            "Known: " + ", ".join(entries),
        )  # fmt: skip
    if entry.shipped:
        return _shipped(entry)
    raise ModelError(
        f"model {entry.name!r}", "has not been fetched", f"no folder {fetched}",
        f"Run: linewatch models fetch {entry.name} ({entry.size_mb} MB); "
        f'for a trial [asr] model = "{SHIPPED}" will do',
    )  # fmt: skip


def known(name: str) -> ModelEntry | None:
    return next((entry for entry in load_registry() if entry.name == name), None)


def again(entry: ModelEntry | None, folder: Path) -> str:
    """How a model that lies damaged in this folder is brought there once more; None: one that we do not know."""
    from monitor.asr import conversion

    if entry is None:
        return AGAIN
    if entry.shipped:
        return f"{INSTALL}; if you put {folder} there yourself, delete it"
    if entry.format == "ct2":
        return f"Fetch it again: linewatch models fetch {entry.name}"
    return f"Delete the folder and convert it again. {conversion.steps(entry, folder.parent)}"


def _is_path(text: str) -> bool:
    return "/" in text or os.sep in text or text.startswith((".", "~")) or Path(text).is_absolute()


def _shipped(entry: ModelEntry) -> Path:
    try:
        folder = locate_shipped(f"models/{entry.name}")
    except ConfigError as error:
        where = f"model {entry.name!r}"
        raise ModelError(where, "is not in this installation", do=INSTALL) from error
    check_folder(folder, again(entry, folder))
    return folder


@dataclass(frozen=True, slots=True)
class Here:
    """A known model on this machine. folder: where it lies, whole; None: not here, or damaged in the way told."""

    folder: Path | None = None
    damaged: ModelError | None = None


def here(entry: ModelEntry, models_dir: Path | None = None) -> Here:
    """Where a known model lies, or what is wrong with it. Looks at the shape of its files only; see `checksums`."""
    try:
        return Here(locate(entry.name, models_dir))
    except ModelError as error:
        absent = not entry.shipped and not ((models_dir or default_models_dir()) / entry.name).is_dir()
        return Here() if absent else Here(damaged=error)


def fetch(entry: ModelEntry, models_dir: Path | None = None, on_progress: OnProgress | None = None) -> Path:
    """Bring a model here and check what came; see `monitor.asr.fetch`."""
    from monitor.asr import fetch as fetching

    return fetching.fetch(entry, models_dir or default_models_dir(), on_progress)


def verify(
    model: Path,
    wavs: Sequence[Path],
    truths: dict[str, str] | None = None,
    settings: AsrSettings | None = None,
    on_heard: OnHeard = lambda one: None,
) -> VerifyReport:
    """Full against short context on the user's own recordings; see `monitor.asr.verify`."""
    from monitor.asr import verify as verifying

    return verifying.verify(model, wavs, truths, settings, on_heard)
