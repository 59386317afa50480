"""Where a model came from: noted beside it, read back, and nothing claimed where nothing is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.asr.origin import ORIGIN, Origin, check_pinned, read, write
from monitor.errors import ModelError

HASH = "0123456789abcdef0123456789abcdef01234567"


def test_what_was_noted_reads_back_and_says_it_in_a_line(tmp_path: Path) -> None:
    origin = Origin("somebody/whisper", HASH, "MIT", "main")
    write(tmp_path, origin)
    assert read(tmp_path) == origin
    assert str(origin) == f"somebody/whisper at {HASH} (main)"
    assert str(Origin("somebody/whisper", HASH, "MIT", HASH)) == f"somebody/whisper at {HASH}"


def test_the_note_of_an_older_linewatch_holds_less(tmp_path: Path) -> None:
    (tmp_path / ORIGIN).write_text(f'{{"repository": "a/b", "commit": "{HASH}", "licence": "MIT"}}')
    assert str(read(tmp_path)) == f"a/b at {HASH}"


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"commit": 1, "more": 2}', "\x00"])
def test_what_is_no_note_says_nothing(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / ORIGIN).write_text(text)
    assert read(tmp_path) is None


@pytest.mark.parametrize("revision", ["main", "v2", HASH, HASH[:7], "feature/deadbeef"])
def test_a_branch_may_be_any_commit_and_a_commit_only_itself(revision: str) -> None:
    check_pinned("model", revision, HASH)
    with pytest.raises(ModelError, match="another commit"):
        check_pinned("model", HASH[::-1], HASH)
