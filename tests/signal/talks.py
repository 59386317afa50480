"""Two parties in turn, each on a leg of its own, and the same through one channel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.core.types import Pcm
from monitor.signal.speakers import Separation, separate
from monitor.signal.voices import VoiceMeter
from tests import tapes
from tests.tapes import Signal


def talk(
    hz: tuple[float, float], turns: int = 12, dbov: tuple[float, float] = (-24.0, -27.0), seed: int = 1
) -> tuple[Signal, Signal]:
    """agent, customer at 8 kHz over an idle line; the agent begins. Turns of 2 to 4 s, pauses of 0.4 to 0.9 s."""
    random = np.random.default_rng(seed)
    legs: tuple[list[Signal], list[Signal]] = ([], [])
    for turn in range(turns):
        ms, gap_ms = int(random.integers(100, 200)) * 20, int(random.integers(20, 45)) * 20
        side = turn % 2
        voice = tapes.speech(ms, dbov[side], 8000, seed * 100 + turn, hz[side])
        for leg in (0, 1):
            legs[leg].append(voice if leg == side else np.zeros_like(voice))
            legs[leg].append(np.zeros(gap_ms * 8))
    agent, customer = (np.concatenate(leg) for leg in legs)
    return agent + tapes.white(len(agent) // 8, -64, 8000, seed)[: len(agent)], customer


def mono(legs: tuple[Signal, Signal]) -> Pcm:
    return tapes.pcm(legs[0] + legs[1])


def apart(samples: Pcm, rate_hz: int = 8000, block: int = 8000) -> Separation:
    meter = VoiceMeter(rate_hz)
    for at in range(0, len(samples), block):
        meter.push(samples[at : at + block])
    return separate(meter.finish())


def truth(legs: tuple[Signal, Signal]) -> NDArray[np.int64]:
    """Who alone speaks in each 20 ms, -1 for nobody or both."""
    speaks = [_speaks(leg) for leg in legs]
    return np.where(speaks[0] & ~speaks[1], 0, np.where(speaks[1] & ~speaks[0], 1, -1))


def _speaks(leg: Signal) -> NDArray[np.bool_]:
    frames = leg[: len(leg) // 160 * 160].reshape(-1, 160)
    level = 10 * np.log10(np.maximum((frames**2).mean(axis=1), 1.0) / 32768.0**2)
    return np.asarray(level > max(float(np.percentile(level, 10)) + 10, float(np.percentile(level, 97)) - 28))


def share_right(found: Separation, who: NDArray[np.int64]) -> float:
    """Of the time in which one party alone speaks, what is given to that party; speaker 0 is party 0."""
    said = np.full(len(who), -1)
    for turn in found.turns:
        said[turn.start_ms // 20 : turn.end_ms // 20] = turn.speaker
    alone = who >= 0
    return float((said[alone] == who[alone]).mean())
