from __future__ import annotations

import os
from collections import deque
from io import StringIO
from itertools import islice
from pathlib import Path

from monitor.audit.job import Job, key_of, names
from monitor.core.types import Segment
from monitor.sources import recording
from monitor.sources.sidecar import Sidecar
from tests.asr.segments import segment
from tests.audit.material import short


def job(path: Path, *waiting: tuple[int, Segment]) -> Job:
    found = recording.read(short(path))
    return Job(0, path, "", "a", found, found.parts(), StringIO(), waiting=deque(waiting))


def test_an_answer_is_due_at_its_time_or_at_the_end(tmp_path: Path) -> None:
    asked = segment()
    one = job(tmp_path / "a.wav", (5000, asked))
    assert one.answer_due() is None
    one.heard_ms = 5000
    assert one.answer_due() is asked
    one.heard_ms, one.over = 0, True
    assert one.answer_due() is asked
    one.waiting.clear()
    assert one.answer_due() is None


def test_it_ends_with_its_recording_or_says_why_before(tmp_path: Path) -> None:
    whole = job(tmp_path / "a.wav")
    assert [part is None for part in (whole.next_part(), whole.next_part(), whole.next_part())] == [False, False, True]
    assert whole.broken == ""
    whole.parts = iter(lambda: 1 // 0, None)
    assert whole.next_part() is None
    assert whole.broken.endswith("cannot be decoded; found ZeroDivisionError.")


def test_a_key_changes_with_whatever_a_result_depends_on(tmp_path: Path) -> None:
    path = short(tmp_path / "a.wav", 1)
    keys = [key_of(path, None), key_of(path, Sidecar(agent_id="7"))]
    (tmp_path / "a.toml").write_text('agent_id = "7"', encoding="utf-8")
    keys.append(key_of(path, None))
    os.utime(path, ns=(1, 1))
    keys.append(key_of(path, None))
    assert len(set(keys)) == 4
    assert key_of(path, None) == keys[-1]


def test_a_name_that_is_taken_is_numbered() -> None:
    assert list(islice(names("call"), 3)) == ["call", "call-2", "call-3"]
