"""Whose each stretch of a recording with one channel is taken for, and how certain that is."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from monitor.core.types import Channel


@dataclass(frozen=True, slots=True)
class SpokenBy:
    """A stretch of one channel's speech, end exclusive. certainty: 0 to 1 that it is that party's."""

    start_ms: int
    end_ms: int
    channel: Channel
    certainty: float


@dataclass(frozen=True, slots=True)
class Speakers:
    """stretches in order of time; they do not overlap. certainty: of all of it."""

    stretches: tuple[SpokenBy, ...]
    certainty: float

    def of(self, channel: Channel, start_ms: int, end_ms: int) -> float:
        """How certain it is that what a channel says in [start_ms, end_ms) is that party's: the mean over its time.

        No more than 0.5 where none of its speech was found there.
        """
        total, sure = 0, 0.0
        at = max(0, bisect_left(self.stretches, start_ms, key=lambda each: each.end_ms))
        while at < len(self.stretches) and self.stretches[at].start_ms < end_ms:
            each = self.stretches[at]
            if each.channel == channel:
                shared = min(end_ms, each.end_ms) - max(start_ms, each.start_ms)
                total, sure = total + max(0, shared), sure + max(0, shared) * each.certainty
            at += 1
        return round(sure / total, 2) if total else min(0.5, self.certainty)
