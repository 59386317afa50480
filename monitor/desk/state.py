"""What the desk stands on: the bus and the store it reads, and the questions it puts to the live shell."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from monitor.bus import Bus
from monitor.core.events import Envelope
from monitor.desk.access import Access
from monitor.desk.settings import DeskSettings
from monitor.fault import FaultSettings
from monitor.store.store import Store


class Acknowledge(Protocol):
    """Stores and publishes an acknowledgement and returns its envelope.

    A running call gives the next seq itself; for a call that is over `store.writer.Writer.acknowledge` does. Raises
    StoreError when there is no such alert.
    """

    def __call__(self, alert_id: str, actor: str, note: str) -> Awaitable[Envelope]: ...


@dataclass(frozen=True, slots=True)
class Status:
    """The machine's state for /readyz and /metrics.

    ready: it takes calls; why: one line when it does not. lines: running calls; capacity: how many it takes, None for
    not limited. figures: further numbers by name (`asr_queue`, `store_lag_ms` …), shown as they are.
    """

    ready: bool = True
    why: str = ""
    lines: int = 0
    capacity: int | None = None
    model: str | None = None
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepNote:
    """One step of a script. wording: what is to be said, empty for the hang-up."""

    step: str
    wording: str


@dataclass(frozen=True, slots=True)
class RuleNote:
    """What pages show of a rule. wording: the standard's own, where the rule asks for words."""

    rule_id: str
    title: str
    title_en: str
    kind: str
    wording: str = ""
    steps: tuple[StepNote, ...] = ()


@dataclass
class Desk:
    """Everything `app.build` needs. sockets: open ones, for the limit and the metrics; folded: alerts that clients
    were sent as folded."""

    bus: Bus
    store: Store
    settings: DeskSettings
    acknowledge: Acknowledge
    status: Callable[[], Status] = Status
    rules: Callable[[], Sequence[RuleNote]] = tuple
    faults: FaultSettings = field(default_factory=FaultSettings)
    sockets: int = 0
    folded: int = 0
    access: Access = field(init=False)

    def __post_init__(self) -> None:
        self.access = Access(self.settings.tokens)
