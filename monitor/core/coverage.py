"""What was heard, what was speech, and what became of that speech: the figures that keep the product honest."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.core.events import ChannelCoverage, Utterance


@dataclass(slots=True)
class CoverageMeter:
    """One channel. Speech runs and utterances wait for each other; only unsettled ones are kept.

    A run is settled when utterances cover it whole. Figures are ms of speech runs, so that
    transcribed + suppressed + lost = speech once every segment is answered.
    """

    heard_ms: int = 0
    speech_ms: int = 0
    transcribed_ms: int = 0
    suppressed_ms: int = 0
    lost_ms: int = 0
    _open_since_ms: int | None = None
    _runs: list[tuple[int, int]] = field(default_factory=list)
    _answers: list[tuple[int, int, str]] = field(default_factory=list)

    def opened(self, since_ms: int) -> None:
        """A run has begun; answers to its first pieces may come before its end is known."""
        self._open_since_ms = since_ms

    def run(self, start_ms: int, end_ms: int) -> None:
        self._open_since_ms = None
        self.speech_ms += end_ms - start_ms
        self._runs.append((start_ms, end_ms))
        self._settle()

    def answered(self, body: Utterance) -> None:
        fate = "lost" if body.lost else "suppressed" if body.suppressed else "transcribed"
        self._answers.append((body.start_ms, body.end_ms, fate))
        self._settle()

    def _settle(self) -> None:
        """Move every overlap of a known run and a known answer into the sums, and forget it."""
        self._runs = [part for run in self._runs for part in self._uncovered(run)]
        waiting = [start for start, _ in self._runs]
        if self._open_since_ms is not None:
            waiting.append(self._open_since_ms)
        self._answers = [a for a in self._answers if waiting and a[1] > min(waiting)]

    def _uncovered(self, run: tuple[int, int]) -> list[tuple[int, int]]:
        open_parts = [run]
        for start, end, fate in self._answers:
            parts: list[tuple[int, int]] = []
            for a, b in open_parts:
                lo, hi = max(a, start), min(b, end)
                if lo >= hi:
                    parts.append((a, b))
                    continue
                setattr(self, f"{fate}_ms", getattr(self, f"{fate}_ms") + hi - lo)
                parts.extend(part for part in ((a, lo), (hi, b)) if part[0] < part[1])
            open_parts = parts
        return open_parts

    def figures(self) -> ChannelCoverage:
        return ChannelCoverage(
            heard_ms=self.heard_ms,
            speech_ms=self.speech_ms,
            transcribed_ms=self.transcribed_ms,
            suppressed_ms=self.suppressed_ms,
            lost_ms=self.lost_ms,
        )
