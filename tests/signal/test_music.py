from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from monitor.core import pcm
from tests import tapes
from tests.signal import players
from tests.signal.scenes import conditions, heard, heard_together


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


def stated(play: Callable[..., tapes.Signal], legs: list[tuple[int, float, float]]) -> list[float]:
    """How much of 14 s is called music that is played from 2 s on, of each leg (seed, dBov, noise) through A-law."""
    lines = []
    for seed, dbov, noise_dbov in legs:
        leg = tapes.white(20_000, noise_dbov, seed=seed + 3)
        leg[16_000:128_000] += tapes.at_level(tapes.band(play(14_000, -20, seed=seed)), dbov)
        wire = pcm.decode_alaw(np.frombuffer(pcm.encode_alaw(tapes.pcm(leg)), np.uint8)).astype(float)
        lines.append(tapes.line(wire, tapes.white(20_000, -66, seed=9)))
    return [
        sum(body.end_ms - body.since_ms for side, body in conditions(line) if (side, body.condition) == (0, "music"))
        / 14_000
        for line in heard_together(lines)
    ]


CLEAN = [(seed, dbov, -66.0) for seed in (4, 5, 6) for dbov in (-18.0, -30.0)]


@pytest.mark.parametrize("t60_s", [1.5, 2.5])
def test_a_guitar_is_music(t60_s: float) -> None:
    """Strings sound on under what is plucked next."""
    share = stated(partial(players.guitar, t60_s=t60_s, beat_s=0.2), CLEAN)
    assert min(share) > 0.8, share
    assert max(share) < 1.2, share


@pytest.mark.parametrize("t60_s", [1.5, 2.5, 4.0])
def test_so_is_one_with_steel_strings(t60_s: float) -> None:
    share = stated(partial(players.guitar, t60_s=t60_s, beat_s=0.3, string_of=players.steel), CLEAN)
    assert min(share) > 0.6, share
    assert max(share) < 1.2, share


def test_so_are_strings_damped_by_the_hand_though_not_all_the_time() -> None:
    share = sorted(stated(partial(players.guitar, t60_s=0.8, beat_s=0.3, string_of=players.steel), CLEAN))
    assert share[1] > 0.1, share
    assert share[-1] < 1.2, share


@pytest.mark.parametrize("beat_s", [0.4, 0.6])
@pytest.mark.parametrize("drums_db", [-4.0, 2.0])
def test_so_is_a_band_with_drums_though_not_all_the_time(beat_s: float, drums_db: float) -> None:
    share = sorted(stated(partial(players.band, beat_s=beat_s, drums_db=drums_db), CLEAN))
    assert share[1] > 0.2, share
    assert share[-1] < 1.2, share


def test_a_guitar_is_found_over_noise_20_db_under_it_and_most_bands() -> None:
    noisy = [(seed, -26.0, -46.0) for seed in range(4, 10)]
    assert min(stated(players.guitar, noisy)) > 0.7
    assert sorted(stated(players.band, noisy))[3] > 0.2


@pytest.mark.system
@pytest.mark.parametrize("voice", ["cmn", "cmn+f3", "en"])
def test_a_synthetic_voice_is_no_music(voice: str) -> None:
    words = tapes.espeak("您好，欢迎致电客户服务热线，很高兴为您服务，请问有什么可以帮助您？" * 2, voice)
    leg = tapes.at_level(words, -26) + tapes.white(len(words) // 8 + 1, -66)[: len(words)]
    found = conditions(heard(tapes.line(leg, leg * 0 + tapes.white(len(leg) // 8 + 1, -66, seed=2)[: len(leg)])))
    assert {b.condition for _, b in found} <= {"silence", "reverberant"}


@pytest.mark.system
@pytest.mark.parametrize("voice", ["fr+f2", "hi+f1", "ru+f4", "sw+m7", "ko+f2"])
@pytest.mark.parametrize("rt60_ms", [600, 1300])
def test_nor_is_one_across_a_room_that_holds_on_to_it(voice: str, rt60_ms: int) -> None:
    """Voices made by rule hold their pitch, and a room what was said."""
    words = tapes.espeak("2735 4419. 8264 1093. 5128 7346. " * 3, voice).astype(float)
    across = tapes.at_level(tapes.room(words, rt60_ms=rt60_ms, direct=0.25), -26)
    leg = across + tapes.white(len(words) // 8 + 1, -66)[: len(words)]
    found = conditions(heard(tapes.line(leg, leg * 0)))
    assert [body for _, body in found if body.condition == "music"] == []
