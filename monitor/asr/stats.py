"""What the recogniser did, in figures: waits, decodes by cause, losses by reason, seconds of audio and of work."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

WINDOW = 512
RECENT_S = 30.0


@dataclass(frozen=True, slots=True)
class RecogniserStats:
    """A snapshot. Waits (submission to decode) and delays (submission to answer) are of the last 30 seconds' finals
    that have a deadline; oldest_ms: how long the first of those that wait now has waited.

    audio_s: speech in finals that were decoded. busy_s: wall seconds of decodes, summed over the workers;
    previews_busy_s: those of hypotheses among them, which give way to everything else. decodes: "final", "hypothesis"
    (again or not), "retry_full", "retry_single", "align". lost, suppressed: finals by reason. previews_dropped:
    hypotheses that were lost or suppressed, by reason.
    """

    waiting: int
    hypotheses_waiting: int
    running: int
    workers: int
    answered: int
    wait_p50_ms: float
    wait_p95_ms: float
    oldest_ms: float
    delay_p50_ms: float
    delay_p95_ms: float
    audio_s: float
    busy_s: float
    previews_busy_s: float
    decodes: dict[str, int]
    lost: dict[str, int]
    suppressed: dict[str, int]
    previews_dropped: dict[str, int]
    callback_errors: int


@dataclass(slots=True)
class Tally:
    """The counters behind a snapshot; guarded by the recogniser's lock. busy_s: by cause, as decodes."""

    answered: int = 0
    audio_s: float = 0.0
    busy_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    callback_errors: int = 0
    decodes: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    suppressed: Counter[str] = field(default_factory=Counter)
    previews_dropped: Counter[str] = field(default_factory=Counter)
    finals: deque[tuple[float, float, float]] = field(default_factory=lambda: deque(maxlen=WINDOW))

    def final(self, submitted_s: float, started_s: float | None, answered_s: float) -> None:
        self.finals.append((answered_s, (started_s or answered_s) - submitted_s, answered_s - submitted_s))

    def snapshot(
        self,
        now_s: float,
        waiting: int,
        hypotheses_waiting: int,
        running: int,
        workers: int,
        oldest_s: float | None = None,
    ) -> RecogniserStats:
        recent = [final for final in self.finals if final[0] >= now_s - RECENT_S]
        waits, delays = [final[1] for final in recent], [final[2] for final in recent]
        return RecogniserStats(
            waiting=waiting,
            hypotheses_waiting=hypotheses_waiting,
            running=running,
            workers=workers,
            answered=self.answered,
            wait_p50_ms=quantile_ms(waits, 0.5),
            wait_p95_ms=quantile_ms(waits, 0.95),
            oldest_ms=0.0 if oldest_s is None else round((now_s - oldest_s) * 1000, 1),
            delay_p50_ms=quantile_ms(delays, 0.5),
            delay_p95_ms=quantile_ms(delays, 0.95),
            audio_s=round(self.audio_s, 3),
            busy_s=round(sum(self.busy_s.values()), 3),
            previews_busy_s=round(self.busy_s.get("hypothesis", 0.0), 3),
            decodes=dict(self.decodes),
            lost=dict(self.lost),
            suppressed=dict(self.suppressed),
            previews_dropped=dict(self.previews_dropped),
            callback_errors=self.callback_errors,
        )


def quantile_ms(seconds: Iterable[float], share: float) -> float:
    """The nearest-rank quantile in ms; 0 for nothing."""
    ordered = sorted(seconds)
    if not ordered:
        return 0.0
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 1)
