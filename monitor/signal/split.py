"""One channel made into two legs: each party's leg holds the recording while that party speaks or nobody does.

While the other speaks a leg holds an even noise as loud as the recording is between the words, so that it is neither
dead nor noisy; a clock-like sequence makes it, no chance.
"""

from __future__ import annotations

import numpy as np

from monitor.core.speakers import Speakers, SpokenBy
from monitor.core.types import AGENT, CHANNELS, CUSTOMER, Pcm
from monitor.signal.speakers import Separation

_QUIETEST_DBOV = -69.0
"""A leg under -70 dBov would be taken for dead."""
_LOUDEST_DBOV = -50.0
_NOISE = 1 << 15


def attributed(found: Separation, agent: int, role: float) -> Speakers:
    """agent: which of the two speakers is the agent, with `role` as the certainty of it."""
    stretches = tuple(
        SpokenBy(turn.start_ms, turn.end_ms, CHANNELS[AGENT if turn.speaker == agent else CUSTOMER],
                 _both(turn.certainty, role))
        for turn in found.turns
    )  # fmt: skip
    return Speakers(stretches, _both(found.certainty, role))


def _both(voice: float, role: float) -> float:
    """The right party: voice and role are both right, or both wrong."""
    return round(voice * role + (1 - voice) * (1 - role), 2)


class Splitter:
    """Cuts the recording's samples as they come."""

    def __init__(self, rate_hz: int, speakers: Speakers, floor_dbov: float) -> None:
        self._per_ms = rate_hz // 1000
        self._left = list(reversed(speakers.stretches))
        self._at = 0
        level = min(max(floor_dbov, _QUIETEST_DBOV), _LOUDEST_DBOV)
        steps = np.arange(_NOISE, dtype=np.float64)
        wave = np.sin(steps * steps * 0.61803398875)
        self._noise = np.rint(wave * np.sqrt(2.0) * 32768.0 * 10.0 ** (level / 20.0)).astype(np.int16)

    def push(self, samples: Pcm) -> tuple[Pcm, Pcm]:
        """(agent, customer), as long as the samples."""
        legs = [samples.copy(), samples.copy()]
        start, end = self._at, self._at + samples.size
        for each in reversed(self._left):
            first, last = each.start_ms * self._per_ms, each.end_ms * self._per_ms
            if first >= end:
                break
            a, b = max(first, start), min(last, end)
            if a < b:
                legs[CUSTOMER if each.channel == CHANNELS[AGENT] else AGENT][a - start : b - start] = self._fill(a, b)
        while self._left and self._left[-1].end_ms * self._per_ms <= end:
            self._left.pop()
        self._at = end
        return legs[AGENT], legs[CUSTOMER]

    def _fill(self, first: int, last: int) -> Pcm:
        filled: Pcm = self._noise[np.arange(first, last) % _NOISE]
        return filled
