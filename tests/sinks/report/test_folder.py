from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.events import Envelope
from monitor.sinks.report.folder import Folder
from tests.sinks.report.story import story


def put(folder: Folder, call_id: str, number: int, key: str = "") -> None:
    with folder.open(call_id) as file:
        file.writelines(f"{envelope.to_json()}\n" for envelope in story(call_id))
    folder.close(call_id, file, Path(f"{number}.wav"), number, key)


def test_calls_come_out_in_the_order_of_the_input(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "zh", "x")
    for number, call_id in ((2, "c"), (0, "a"), (1, "b")):
        put(folder, call_id, number)
    assert [call.call_id for call in folder.finish([])] == ["a", "b", "c"]
    told = [Envelope.model_validate_json(line) for line in (tmp_path / "events.jsonl").read_text("utf-8").splitlines()]
    assert [envelope.call_id for envelope in told if envelope.seq == 1] == ["a", "b", "c"]


def test_what_is_finished_is_known_by_its_key_and_the_basis(tmp_path: Path) -> None:
    put(Folder(tmp_path, "zh", "x"), "a", 0, "key of a")
    keys = ["key of b", "key of a"]
    assert Folder(tmp_path, "zh", "x").finished(keys) == {1: "a"}
    assert Folder(tmp_path, "zh", "y").finished(keys) == {}
    put(Folder(tmp_path, "zh", "x"), "b", 0)
    assert Folder(tmp_path, "zh", "x").finished([""]) == {}


def test_a_part_that_was_lost_is_done_again(tmp_path: Path) -> None:
    put(Folder(tmp_path, "zh", "x"), "a", 0, "key of a")
    (tmp_path / ".parts" / "a.jsonl").unlink()
    assert Folder(tmp_path, "zh", "x").finished(["key of a"]) == {}


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
        put(folder, call_id, number)
    assert {call.page for call in folder.finish([])} == {path.name for path in (out / "calls").iterdir()}
    assert len(list((out / "calls").iterdir())) == len(ids)
    assert all(path.resolve().parent == (out / "calls").resolve() for path in (out / "calls").iterdir())
