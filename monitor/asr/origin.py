"""Where a fetched model came from, kept beside its files: its repository, and the commit that "main" was that day.

A branch moves, a commit does not: with the commit the same model can be fetched again, here or on another machine.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from monitor.errors import ModelError

ORIGIN = "origin.json"
COMMIT = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True, slots=True)
class Origin:
    """revision: the branch, tag or commit that was asked for; "" where an older linewatch fetched it."""

    repository: str
    commit: str
    licence: str
    revision: str = ""

    def __str__(self) -> str:
        asked = "" if self.revision in ("", self.commit) else f" ({self.revision})"
        return f"{self.repository} at {self.commit}{asked}"


def write(folder: Path, origin: Origin) -> None:
    (folder / ORIGIN).write_text(json.dumps(asdict(origin), indent=1) + "\n", encoding="utf-8")


def read(folder: Path) -> Origin | None:
    """None where nothing is noted, or nothing that can be read: a folder of one's own, a shipped or a converted one."""
    try:
        return Origin(**json.loads((folder / ORIGIN).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def pinned(revision: str, commit: str) -> bool:
    """Whether a revision names this very commit."""
    return COMMIT.fullmatch(revision) is not None and commit.startswith(revision)


def check_pinned(where: str, revision: str, commit: str) -> None:
    """Raises ModelError where a commit was asked for and the hub, or a mirror of it, would give another."""
    if COMMIT.fullmatch(revision) and not pinned(revision, commit):
        raise ModelError(where, f"is offered at another commit than {revision}", commit, "Ask another mirror")
