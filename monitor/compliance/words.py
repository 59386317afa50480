"""When words may be read in order: the watermark, and what of the speech was never understood.

The watermark of a channel is the start of its oldest speech that no utterance covers yet, else heard_ms - 100 (a run is
reported at most 100 ms after it began). It follows from stored facts alone and never goes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from monitor.compliance.phrases import Heard
from monitor.core.types import Channel

CERTAIN_AFTER_MS = 100
_MAX_STRETCHES = 512


@dataclass(frozen=True, slots=True)
class Words:
    """One utterance ready for rules. heard: None where its words may not count (lost, suppressed, no text).

    spans: (start_ms, end_ms) of each character of the text, empty where they are not known.
    """

    channel: Channel
    start_ms: int
    end_ms: int
    segment_id: str
    voiced_ms: int
    confidence: float | None
    heard: Heard | None
    text: str = ""
    language: str | None = None
    language_prob: float | None = None
    level_dbov: float | None = None
    pitch_hz: float | None = None
    pitch_range_st: float | None = None
    spans: tuple[tuple[int, int], ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """(start_ms, end_ms) of the characters [start, end) of `heard`.

        Where their times are not known the words are taken as evenly spread over the speech.
        """
        if self.heard and self.spans and start < end:
            return self.spans[self.heard.origin[start]][0], self.spans[self.heard.origin[end - 1]][1]
        return self._spread(start), self._spread(end)

    def _spread(self, index: int) -> int:
        count = len(self.heard.chars) if self.heard else 0
        return self.start_ms + (self.end_ms - self.start_ms) * index // count if count else self.start_ms


def spans(words: Iterable[tuple[str, int, int]]) -> tuple[tuple[int, int], ...]:
    """Of every character; those of one piece share its time evenly."""
    out: list[tuple[int, int]] = []
    for text, start_ms, end_ms in words:
        length, count = end_ms - start_ms, len(text)
        out += [(start_ms + length * n // count, start_ms + length * (n + 1) // count) for n in range(count)]
    return tuple(out)


@dataclass(slots=True)
class ChannelClock:
    """The watermark of one channel."""

    _open_ms: int | None = None
    _runs: list[tuple[int, int]] = field(default_factory=list)
    _answers: list[tuple[int, int]] = field(default_factory=list)
    _mark_ms: int = 0
    oldest_ms: int = 2**62
    """Start of the oldest speech that no utterance covers; the mark stays there, however much audio comes."""

    def started(self, since_ms: int) -> None:
        self._open_ms = since_ms
        self.oldest_ms = self._oldest()

    def ended(self, since_ms: int, end_ms: int) -> None:
        self._open_ms = None
        self._runs.append((since_ms, end_ms))
        self._settle()

    def answered(self, start_ms: int, end_ms: int) -> None:
        self._answers.append((start_ms, end_ms))
        self._settle()

    def _settle(self) -> None:
        self._answers = merged(self._answers)
        self._runs = [piece for run in self._runs for piece in without(run, self._answers)]
        # a run may still be open under an answer: keep every answer that reaches past the oldest run's start
        opened = [] if self._open_ms is None else [self._open_ms]
        first = min([start for start, _ in self._runs] + opened, default=None)
        self._answers = [one for one in self._answers if first is not None and one[1] > first]
        self.oldest_ms = self._oldest()

    def _oldest(self) -> int:
        starts = [start for start, _ in self._runs]
        if self._open_ms is not None:
            since = self._open_ms
            covered = [end for start, end in self._answers if start <= since < end]
            starts.append(max(covered, default=since))
        return min(starts, default=2**62)

    def mark_ms(self, heard_ms: int) -> int:
        self._mark_ms = max(self._mark_ms, min(self.oldest_ms, heard_ms - CERTAIN_AFTER_MS))
        return self._mark_ms

    @property
    def waiting(self) -> bool:
        """Whether speech is being waited for, so that more audio alone cannot move the mark."""
        return self._open_ms is not None or bool(self._runs)

    def uncovered(self, end_ms: int) -> list[tuple[int, int]]:
        """Speech no utterance ever covered."""
        rest = list(self._runs)
        if self._open_ms is not None and self._open_ms < end_ms:
            rest += without((self._open_ms, end_ms), self._answers)
        return rest


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def without(span: tuple[int, int], cuts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """span less the sorted, disjoint cuts."""
    start, end = span
    out = []
    for low, high in cuts:
        if high <= start or low >= end:
            continue
        if low > start:
            out.append((start, low))
        start = max(start, high)
    if start < end:
        out.append((start, end))
    return out


@dataclass(slots=True)
class Unheard:
    """Of one channel: speech whose words are unknown or doubtful, and time in which its leg sent no media at all.

    Bounded: neighbours are joined, their sum is kept.
    """

    _stretches: list[tuple[int, int, int]] = field(default_factory=list)
    _dead: tuple[int, int] | None = None

    def media_gone(self, since_ms: int, known_ms: int) -> None:
        """The leg has been without media since since_ms; that became known at known_ms."""
        self._dead = (since_ms, known_ms)

    def media_back(self, end_ms: int) -> None:
        if self._dead is not None:
            self.add(self._dead[0], end_ms)
            self._dead = None

    def add(self, start_ms: int, end_ms: int) -> None:
        self._stretches.append((start_ms, end_ms, end_ms - start_ms))
        if len(self._stretches) > _MAX_STRETCHES:
            self._stretches.sort()
            pairs = zip(self._stretches[::2], self._stretches[1::2], strict=False)
            odd = self._stretches[-1:] if len(self._stretches) % 2 else []
            self._stretches = [(a[0], max(a[1], b[1]), a[2] + b[2]) for a, b in pairs] + odd

    def within(self, start_ms: int, end_ms: int) -> int:
        """Milliseconds of it that lie in the window."""
        total = 0
        for low, high, amount in self._stretches:
            shared = min(high, end_ms) - max(low, start_ms)
            if shared > 0:
                total += amount * shared // (high - low)
        # known_ms: a verdict at end_ms must not depend on how late it is given
        if self._dead is not None and self._dead[1] <= end_ms:
            total += end_ms - max(start_ms, self._dead[0])
        return total
