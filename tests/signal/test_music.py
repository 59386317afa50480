from __future__ import annotations

import pytest

from tests import tapes
from tests.signal.scenes import conditions, heard


@pytest.mark.parametrize("level_dbov", [-18.0, -32.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_music_is_music_and_nothing_else(level_dbov: float, seed: int) -> None:
    leg = tapes.white(20_000, -66)
    leg[16_000 : 16_000 + 96_000] += tapes.music(12_000, level_dbov, seed=seed)
    found = conditions(heard(tapes.line(leg, tapes.white(20_000, -66, seed=9))))
    ((since, end, certainty),) = [(b.since_ms, b.end_ms, b.certainty) for _, b in found if b.condition == "music"]
    assert since == pytest.approx(2000, abs=700)
    assert end == pytest.approx(14_000, abs=1500)
    assert certainty is not None
    assert 0.4 <= certainty <= 1.0
    assert {b.condition for _, b in found} == {"music", "silence"}


@pytest.mark.parametrize("kind", ["S", "F", "N", "H", "P", "R", "B", "D", "K", "_", ".", "u"])
def test_what_is_no_music(kind: str) -> None:
    found = conditions(heard(tapes.tape("a: " + kind * 120)))
    assert [body for _, body in found if body.condition == "music"] == []


@pytest.mark.parametrize(
    "steady",
    [
        tapes.hum(10_000, -30, hz=100),
        tapes.hum(10_000, -30, hz=120) + tapes.white(10_000, -50),
        tapes.hum(10_000, -24) + tapes.white(10_000, -40),
        tapes.sine(450, 10_000, -20),
        tapes.sine(1000, 10_000, -30),
        tapes.sine(350, 10_000, -26) + tapes.sine(440, 10_000, -26),
    ],
)
def test_what_stands_still_is_no_music(steady: tapes.Signal) -> None:
    """A hum or a tone that begins in the middle of a call, over the noise of the line."""
    leg = tapes.white(16_000, -66)
    leg[16_000:96_000] += steady
    found = conditions(heard(tapes.line(leg, tapes.white(16_000, -66, seed=9))))
    assert [body for _, body in found if body.condition == "music"] == []


@pytest.mark.parametrize("level_dbov", [-18.0, -26.0, -34.0])
@pytest.mark.parametrize("under", [-66.0, -52.0])
def test_music_over_a_noisy_line(level_dbov: float, under: float) -> None:
    for seed in range(11, 15):
        leg = tapes.white(16_000, under, seed=seed)
        leg[16_000:112_000] += tapes.music(12_000, level_dbov, seed=seed)
        found = conditions(heard(tapes.line(leg, tapes.white(16_000, -66, seed=9))))
        ((since, end),) = [(b.since_ms, b.end_ms) for _, b in found if b.condition == "music"]
        assert (since, end) == (pytest.approx(2000, abs=800), pytest.approx(14_000, abs=1500))


@pytest.mark.system
@pytest.mark.parametrize("voice", ["cmn", "cmn+f3", "en"])
def test_a_synthetic_voice_is_no_music(voice: str) -> None:
    words = tapes.espeak("您好，欢迎致电客户服务热线，很高兴为您服务，请问有什么可以帮助您？" * 2, voice)
    leg = tapes.at_level(words, -26) + tapes.white(len(words) // 8 + 1, -66)[: len(words)]
    found = conditions(heard(tapes.line(leg, leg * 0 + tapes.white(len(leg) // 8 + 1, -66, seed=2)[: len(leg)])))
    assert {b.condition for _, b in found} <= {"silence", "reverberant"}


@pytest.mark.system
@pytest.mark.parametrize("voice", ["fr+f2", "hi+f1", "ru+f4"])
def test_nor_is_one_across_a_room_that_holds_on_to_it(voice: str) -> None:
    """Voices made by rule hold their pitch, and a room what was said."""
    words = tapes.espeak("2735 4419. 8264 1093. 5128 7346. " * 3, voice).astype(float)
    across = tapes.at_level(tapes.room(words, rt60_ms=600, direct=0.25), -26)
    leg = across + tapes.white(len(words) // 8 + 1, -66)[: len(words)]
    found = conditions(heard(tapes.line(leg, leg * 0)))
    assert [body for _, body in found if body.condition == "music"] == []
