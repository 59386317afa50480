"""Evidence only: a voice across a large room is found, a near one is not accused."""

from __future__ import annotations

import numpy as np
import pytest

from tests import tapes
from tests.signal.scenes import conditions, heard

TURNS = ("您好。我想问一下。", "我的电话。为什么。没有声音。", "请帮我查。谢谢您。", "好的。再见。") * 6


def stated(rt60_ms: int, dbov: float = -26, noise_dbov: float = -66, direct: float = 0.3) -> list[float | None]:
    """Somebody speaks in turn with another, who is not heard here."""
    said = [np.pad(tapes.espeak(words, "cmn").astype(float), (0, 12_000)) for words in TURNS]
    voice = np.concatenate(said)
    heard_there = tapes.room(voice, rt60_ms=rt60_ms, direct=direct) if rt60_ms else voice
    leg = tapes.at_level(heard_there, dbov) + tapes.white(len(voice) // 8 + 1, noise_dbov)[: len(voice)]
    found = conditions(heard(tapes.line(leg, leg * 0)))
    return [body.certainty for side, body in found if body.condition == "reverberant" and side == 0]


def test_a_near_voice_is_not() -> None:
    assert stated(0) == []


@pytest.mark.parametrize(("rt60_ms", "direct"), [(200, 0.7), (300, 0.9), (600, 0.9)])
def test_nor_is_one_near_the_mouth_in_a_furnished_room(rt60_ms: int, direct: float) -> None:
    assert stated(rt60_ms, direct=direct) == []


@pytest.mark.parametrize(("dbov", "noise_dbov"), [(-26, -50), (-26, -46), (-26, -42), (-40, -66), (-40, -58)])
def test_nor_is_one_whose_falls_go_under_in_noise(dbov: float, noise_dbov: float) -> None:
    assert stated(0, dbov, noise_dbov) == []


@pytest.mark.parametrize("rt60_ms", [500, 700])
def test_a_voice_across_a_room_is_with_a_certainty(rt60_ms: int) -> None:
    (certainty,) = stated(rt60_ms)
    assert certainty is not None
    assert 0.75 <= certainty <= 1.0


@pytest.mark.parametrize("kind", ["S", "F", "N", "M", "R", ".", "_"])
def test_nothing_else_is(kind: str) -> None:
    found = conditions(heard(tapes.tape("a: " + kind * 100)))
    assert [body for _, body in found if body.condition == "reverberant"] == []
