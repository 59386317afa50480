"""Each kind of noise by signals that are known to be of it, over a wide line and through the telephone band."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.signal.columns import State
from monitor.signal.noise_kind import NoiseKind
from tests import tapes
from tests.signal.scenes import conditions, heard
from tests.tapes import Signal

MS = 9000


def kinds(noise: Signal, dbov: float = -26.0, band: bool = False) -> list[str | None]:
    """Of the noise that is stated where this begins after a second of idle line."""
    leg = tapes.at_level(tapes.band(noise) if band else noise, dbov)
    leg = np.concatenate((np.zeros(8000), leg)) + tapes.white(MS + 1000, -66, seed=77)
    found = conditions(heard(tapes.line(leg, tapes.white(MS + 1000, -66, seed=78))))
    assert {body.condition for _, body in found} <= {"silence", "noise"}
    return [body.kind for _, body in found if body.condition == "noise"]


def clicks(every_s: float, seed: int) -> Signal:
    """Single loud samples over a faint hiss, as a bad contact makes them."""
    out, random = tapes.white(MS, -62, seed=seed), tapes.rng(seed)
    at = np.cumsum(random.exponential(every_s * 8000, int(3 * MS / 1000 / every_s))).astype(int)
    at = at[at < len(out)]
    out[at] += random.choice([-1, 1], len(at)) * random.uniform(5000, 20_000, len(at))
    return out


@pytest.mark.parametrize("band", [False, True], ids=["wide", "telephone"])
@pytest.mark.parametrize("dbov", [-22.0, -30.0])
@pytest.mark.parametrize(
    ("kind", "noise"),
    [
        ("hiss", tapes.white(MS, -30, seed=3)),
        ("hiss", tapes.hiss(MS, -30, seed=4)),
        ("hum", tapes.hum(MS, -30) + tapes.white(MS, -50, seed=5)),
        ("hum", tapes.hum(MS, -30) + tapes.white(MS, -40, seed=6)),
        ("hum", tapes.hum(MS, -30, hz=60) + tapes.white(MS, -50, seed=7)),
        ("hum", tapes.hum(MS, -30, hz=100) + tapes.white(MS, -50, seed=8)),
        ("traffic", tapes.traffic(MS, -30, seed=9)),
        ("traffic", tapes.traffic(MS, -30, seed=10)),
        ("crackle", tapes.crackle(MS, -30, seed=11)),
        ("crackle", clicks(0.05, 12)),
    ],
)
def test_a_noise_is_told(kind: str, noise: Signal, dbov: float, band: bool) -> None:
    assert kinds(noise, dbov, band) == [kind]


@pytest.mark.parametrize("every_s", [0.02, 0.05, 0.12])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_bad_contact_crackles_however_often(every_s: float, seed: int) -> None:
    assert kinds(clicks(every_s, seed), -20.0) == ["crackle"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_street_is_no_hum_whatever_drives_by(seed: int) -> None:
    assert set(kinds(tapes.traffic(MS, -24, seed=seed) + tapes.hiss(MS, -44, seed=seed))) == {"traffic"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_hall_full_of_people_is_babble(seed: int) -> None:
    """Thirty voices. Of so many the voice detector takes a part for speech; what is left of them is stated as noise,
    and as what it is. Fewer voices count as speech (docs/detection.md)."""
    found = kinds(tapes.babble(MS, -26, voices=30, seed=seed), -22.0)
    assert set(found) == {"babble"}


@pytest.mark.parametrize(
    "noise",
    [tapes.sine(1000, MS, -30), tapes.sine(2500, MS, -30), tapes.clatter(MS, -30, seed=3)],
    ids=["1 kHz", "2.5 kHz", "dishes"],
)
def test_what_is_none_of_them_is_not_named(noise: Signal) -> None:
    assert set(kinds(noise, -22.0)) == {None}


def test_the_kind_is_that_of_the_noise_that_is_there_now() -> None:
    """A hiss that gives way to a hum between the words: the first is over before the second is stated."""
    quiet = tapes.white(6000, -66, seed=1)
    leg = np.concatenate((tapes.white(8000, -26, seed=2), quiet, tapes.hum(8000, -26) + tapes.white(8000, -50)))
    found = conditions(heard(tapes.line(leg, tapes.white(22_000, -66, seed=78))))
    assert [body.kind for _, body in found if body.condition == "noise"] == ["hiss", "hum"]


def test_nothing_is_said_of_a_noise_that_was_hardly_heard() -> None:
    assert NoiseKind(State()).of(0) is None
