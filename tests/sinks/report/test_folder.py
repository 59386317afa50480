from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.events import Envelope
from monitor.sinks.report.folder import Folder
from tests.sinks.report.story import story


def put(folder: Folder, call_id: str, path: Path | None, number: int) -> None:
    with folder.open(call_id) as file:
        file.writelines(f"{envelope.to_json()}\n" for envelope in story(call_id))
    folder.close(call_id, file, path, number)


def finished(folder: Path, basis: str, recordings: list[Path], said: str = "") -> dict[int, str]:
    return Folder(folder / "out", "zh", basis).finished([(path, said) for path in recordings])


def test_calls_come_out_in_the_order_of_the_input(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "zh", "x")
    for number, call_id in ((2, "c"), (0, "a"), (1, "b")):
        put(folder, call_id, None, number)
    assert [call.call_id for call in folder.finish([])] == ["a", "b", "c"]
    told = [Envelope.model_validate_json(line) for line in (tmp_path / "events.jsonl").read_text("utf-8").splitlines()]
    assert [envelope.call_id for envelope in told if envelope.seq == 1] == ["a", "b", "c"]


def test_what_is_finished_is_known_by_the_recording_and_the_basis(tmp_path: Path) -> None:
    recordings = [tmp_path / name for name in ("a.wav", "b.wav")]
    for path in recordings:
        path.write_bytes(b"sound")
    put(Folder(tmp_path / "out", "zh", "x"), "a", recordings[0], 0)
    assert finished(tmp_path, "x", recordings) == {0: "a"}
    assert finished(tmp_path, "y", recordings) == {}
    assert finished(tmp_path, "x", recordings, "agent 1") == {}
    (tmp_path / "a.toml").write_text('agent_id = "1"', encoding="utf-8")
    assert finished(tmp_path, "x", recordings) == {}


def test_a_part_that_was_lost_is_done_again(tmp_path: Path) -> None:
    recording = tmp_path / "a.wav"
    recording.write_bytes(b"sound")
    put(Folder(tmp_path / "out", "zh", "x"), "a", recording, 0)
    (tmp_path / "out" / ".parts" / "a.jsonl").unlink()
    assert finished(tmp_path, "x", [recording]) == {}


def test_a_dropped_call_leaves_nothing(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "zh", "x")
    file = folder.open("a")
    file.write("half")
    folder.drop(file)
    assert folder.finish([]) == ()
    assert list((tmp_path / ".parts").iterdir()) == []


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(min_size=1, max_size=120), min_size=1, max_size=6, unique=True))
def test_any_call_id_has_a_file_of_its_own_inside_the_folder(
    tmp_path_factory: pytest.TempPathFactory, ids: list[str]
) -> None:
    out = tmp_path_factory.mktemp("out")
    folder = Folder(out, "zh", "x")
    for number, call_id in enumerate(ids):
        put(folder, call_id, None, number)
    assert {call.page for call in folder.finish([])} == {path.name for path in (out / "calls").iterdir()}
    assert len(list((out / "calls").iterdir())) == len(ids)
    assert all(path.resolve().parent == (out / "calls").resolve() for path in (out / "calls").iterdir())
