"""What counts as right, and what is made of a recording before it is asked."""

from __future__ import annotations

import numpy as np
import pytest

from bench import detection, shelves, signal
from tests import tapes
from tests.signal.score import Score


def test_a_recording_is_cut_at_its_pauses() -> None:
    quiet = np.zeros(8000)
    parts = list(shelves.stretches(np.concatenate((quiet, tapes.speech(2000), quiet, tapes.speech(3000), quiet))))
    assert [len(part) / 8000 for part in parts] == [pytest.approx(2, abs=0.05), pytest.approx(3, abs=0.05)]


def test_a_noisy_recording_is_left_out_for_nobody_knows_its_edges() -> None:
    noisy = np.concatenate((np.zeros(8000), tapes.speech(3000, -26), np.zeros(8000))) + tapes.white(5000, -50)
    assert list(shelves.stretches(noisy)) == []


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
def test_the_wire_keeps_the_level(law: str) -> None:
    line = tapes.line(tapes.sine(440, 1000, -20), tapes.white(1000, -30))
    carried = detection.by_wire(line, law)
    assert tapes.level(carried.samples[0]) == pytest.approx(-20, abs=0.2)
    assert (carried.absent == line.absent).all()


def test_rows_say_how_many_there_were() -> None:
    found = Score()
    found.right["noise"], found.missed["noise"], found.false["noise"] = 9, 1, 3
    recall, precision = detection.rows("x", found)
    assert (recall["what"], recall["value"], recall["n"]) == ("recall_noise_x", 90.0, 10)
    assert (precision["what"], precision["value"], precision["n"]) == ("precision_noise_x", 75.0, 12)


def test_nothing_is_said_of_how_right_it_was_where_nothing_was_said() -> None:
    found = Score()
    found.missed["noise"] = 4
    assert [row["what"] for row in detection.rows("x", found)] == ["recall_noise_x"]


def test_without_the_recordings_a_set_is_left_out_aloud(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(detection, "DATA", tmp_path / "none")
    assert signal.main(["--detection", "--sets", "held_out"]) == 0
    assert "held_out left out" in capsys.readouterr().err
