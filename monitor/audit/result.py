"""What an audit tells while it runs, and at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.core.types import SEVERITIES, Severity
from monitor.sinks.report.summary import CallFigures


@dataclass(frozen=True, slots=True)
class Progress:
    """done, total: recordings. audio_ms: judged in this run. share: 0 to 1, by bytes of the recordings."""

    done: int
    total: int
    audio_ms: int
    share: float
    now: str


@dataclass(frozen=True, slots=True)
class AuditResult:
    """failed: (path, the one line why). resumed: calls an earlier run had finished. remarks: oddities. decodes: of
    segments in this run, by cause; see `asr.stats.RecogniserStats`."""

    out: Path
    calls: tuple[CallFigures, ...]
    failed: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    resumed: int
    audio_ms: int
    wall_s: float
    decodes: Mapping[str, int] = field(default_factory=dict)

    @property
    def alerts(self) -> Counter[Severity]:
        return sum((Counter(call.alerts) for call in self.calls), Counter())

    @property
    def worst(self) -> Severity | None:
        return max((severity for severity, count in self.alerts.items() if count), key=SEVERITIES.index, default=None)


OnProgress = Callable[[Progress], None]
