from __future__ import annotations

import numpy as np
import pytest

from monitor.signal.settings import LowVolumeSettings, SignalSettings, VadSettings
from tests import tapes
from tests.signal.scenes import conditions, heard, heard_together
from tests.tapes import Tape


def low(line: Tape, side: int = 1) -> list[tuple[str | None, int, int]]:
    own = [event for event in heard(line) if event.channel == ("agent", "customer")[side]]
    bodies = [event.body for event in own if event.type == "condition.ended"]
    return [(b.level, b.since_ms, b.end_ms) for b in bodies if b.condition == "low_volume"]  # type: ignore[union-attr]


def voice(*levels: float) -> Tape:
    legs = [tapes.speech(6000, dbov, seed=k) for k, dbov in enumerate(levels)]
    noise = tapes.white(6000 * len(levels), -68)
    return tapes.line(noise.copy() * 0 + tapes.white(len(noise) // 8, -66, seed=5), np.concatenate(legs) + noise)


@pytest.mark.parametrize(("dbov", "level"), [(-38.0, "warn"), (-41.0, "warn"), (-45.0, "alarm")])
def test_quiet_speech(dbov: float, level: str) -> None:
    (found,) = low(voice(dbov))
    assert found[0] == level
    assert found[1] <= 1000  # in the first second only a clear voice is heard


@pytest.mark.parametrize("dbov", [-20.0, -26.0, -34.5])
def test_speech_at_a_usual_level_is_none(dbov: float) -> None:
    assert low(voice(dbov)) == []


def test_its_value_is_the_level_within_a_decibel() -> None:
    value = next(b.value for _, b in conditions(heard(voice(-38.5))) if b.condition == "low_volume")
    assert value == pytest.approx(-38.5, abs=1.0)


def test_hysteresis_keeps_it_until_minus_33() -> None:
    assert low(voice(-38, -34.5))[0][2] == 12_000
    (found,) = low(voice(-38, -31))
    assert 6000 < found[2] < 9000


def test_a_change_of_level_is_an_end_and_a_start() -> None:
    first, second = low(voice(-38, -46))
    assert (first[0], second[0]) == ("warn", "alarm")
    assert first[2] == second[1]


@pytest.mark.parametrize("kind", [".", "_", "u", "N", "H"])
def test_no_speech_is_no_low_volume(kind: str) -> None:
    assert low(tapes.tape("S" * 60, kind * 60)) == []


def test_the_others_echo_does_not_count() -> None:
    loud = tapes.speech(8000, -22) + tapes.white(8000, -68)
    echo = 0.1 * np.concatenate((np.zeros(8 * 120), loud))[: len(loud)]
    assert low(tapes.line(loud, echo + tapes.white(8000, -68, seed=4))) == []


def test_noise_outranks_it() -> None:
    """A voice that is too quiet, on a line that becomes noisy after 12 s: from the frame on which the noise is stated
    nothing is said of the voice, and while it lasts nothing new is."""
    quiet = np.concatenate([tapes.speech(2000, -40, seed=k) * (k % 2) for k in range(16)])
    hiss = np.concatenate((np.zeros(12 * 8000), tapes.white(20_000, -46)))
    idle = tapes.white(32_000, -66)
    assert [level for level, *_ in low(tapes.line(idle, quiet + idle))] == ["warn"]
    events = [event for event in heard(tapes.line(idle, quiet + idle + hiss)) if event.channel == "customer"]
    said = [(getattr(e.body, "condition", ""), e.type.removeprefix("condition."), e.at_ms) for e in events]
    of_volume = [(what, at_ms) for name, what, at_ms in said if name == "low_volume"]
    noisy_ms = next(at_ms for name, what, at_ms in said if (name, what) == ("noise", "started"))
    assert noisy_ms > 12_000
    assert [what for what, _ in of_volume] == ["started", "ended"]
    assert of_volume[-1] == ("ended", noisy_ms)


@pytest.mark.parametrize("dbov", [-32.0, -38.0, -44.0])
def test_clattering_dishes_are_no_quiet_voice(dbov: float) -> None:
    for seed in range(900, 904):
        clatter = tapes.clatter(20_000, dbov, seed=seed) + tapes.white(20_000, -66)
        assert low(tapes.line(tapes.white(20_000, -66, seed=3), clatter)) == []


def test_a_quiet_voice_beside_dishes_is_heard_still() -> None:
    legs = [tapes.clatter(8000, -58, seed=900), tapes.speech(8000, -40), tapes.clatter(8000, -58, seed=901)]
    (found,) = low(tapes.line(tapes.white(24_000, -66), np.concatenate(legs) + tapes.white(24_000, -68)))
    assert found[2] == 24_000


def test_a_rule_for_voices_can_be_left_out() -> None:
    """The settings do what they say: with none of them, what many say behind has a level as one voice has."""
    vad, low_volume = VadSettings(voiced_ms=0, voiced_clear_percent=0), LowVolumeSettings(voiced_percent=0, moves_db=0)
    settings = SignalSettings(vad=vad, low_volume=low_volume)
    behind = [tapes.babble(20_000, -44, voices=9, seed=seed) + tapes.white(20_000, -66) for seed in (1, 2)]
    lines = [tapes.line(tapes.white(20_000, -66, seed=3), leg) for leg in behind]
    said = [body.condition for line in heard_together(lines, settings) for _, body in conditions(line)]
    assert "low_volume" in said


def test_people_talking_in_the_background_are_no_quiet_voice() -> None:
    for seed in (1, 2):
        background = tapes.babble(20_000, -44, voices=9, seed=seed) + tapes.white(20_000, -66)
        assert low(tapes.line(tapes.white(20_000, -66, seed=3), background)) == []
