from __future__ import annotations

import numpy as np

from monitor.core.events import SpeechStarted
from tests.signal.test_runs import made


def test_a_condition_nobody_detects_holds_nowhere() -> None:
    block = made(20, "SS")
    now = block.frames[1]
    assert not now.condition("music").any()
    assert not block.all("music").any()
    now.holds["music"] = now.present
    assert now.condition("music").all()
    assert block.all("music")[:, 0, 0].tolist() == [False, True]


def test_what_is_emitted_names_its_line_time_and_side() -> None:
    now = made(140, "S").frames[0]
    for side in range(3):
        now.emit(0, side, SpeechStarted(since_ms=0))
    assert [(line, event.at_ms, event.channel) for line, event in now.events] == [
        (0, 140, "agent"),
        (0, 140, "customer"),
        (0, 140, "both"),
    ]


def test_what_a_block_is_told_its_frames_know() -> None:
    block = made(20, "S.S")
    assert [now.at_ms.tolist() for now in block.frames] == [[20], [40], [60]]
    assert block.sides_ms[:, 0].tolist() == [[20, 20], [40, 40], [60, 60]]
    block.tell(noise_ms=np.arange(6).reshape(3, 1, 2))
    assert [now.noise_ms.tolist() for now in block.frames] == [[[0, 1]], [[2, 3]], [[4, 5]]]
    assert [bool(now.speech[0, 0]) for now in block.frames] == [True, False, True]
