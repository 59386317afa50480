"""The bus: published envelopes go to every subscriber that may see them, each with a bounded queue of its own.

One event loop, no locks: `publish` and `subscribe` run to their end without awaiting, so a snapshot and the stream
after it fit together. A slow subscriber loses overlay first; when its queue is full of what must not be lost, it is
closed ("slow") and may resume from the store.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from monitor.core.events import Envelope
from monitor.view import CallView

KEEP_CLOSED = 50
MOST_STANDING = 20
STANDING = frozenset(("no_lines",))
"""Kinds of notices that stay true until the server starts again."""
Watch = Literal["words", "alerts", "nothing"]

AGENT_TYPES = frozenset(
    (
        "call.started", "call.answered", "call.data", "call.ended", "call.closed", "condition.started",
        "condition.ended", "script.step", "alert.raised", "alert.confirmed", "alert.cleared", "alert.acknowledged",
        "prompt.shown", "prompt.cleared", "meter",
    )
)  # fmt: skip
"""What an agent's own screen gets: no words, no overlay but the meter of the own leg."""


@dataclass(frozen=True, slots=True)
class Want:
    """What a subscriber may see and what of it it asked for. None everywhere: no restriction.

    allowed_teams, allowed_agent: from the token; with allowed_agent only that agent's own view of own calls. calls,
    teams, types: the client's filter; a type may end in ".*".
    """

    allowed_teams: frozenset[str] | None = None
    allowed_agent: str | None = None
    calls: frozenset[str] | None = None
    teams: frozenset[str] | None = None
    types: frozenset[str] | None = None

    @property
    def filtered(self) -> bool:
        """Whether stored envelopes of a visible call may be left out, so that `prev_seq` is needed."""
        return self.allowed_agent is not None or self.types is not None

    def may_see(self, agent_id: str | None, team: str | None) -> bool:
        """Whether the token lets it see calls of this agent and team."""
        if self.allowed_agent is not None and agent_id != self.allowed_agent:
            return False
        return self.allowed_teams is None or team in self.allowed_teams

    def admits_call(self, view: CallView) -> bool:
        if not self.may_see(view.agent_id, view.team):
            return False
        if self.calls is not None and view.call_id not in self.calls:
            return False
        return self.teams is None or view.team in self.teams

    def admits_type(self, envelope: Envelope) -> bool:
        if self.allowed_agent is not None and envelope.type == "meter" and envelope.channel != "agent":
            return False
        return self.gets(envelope.type)

    def gets(self, kind: str) -> bool:
        """Whether it gets envelopes of this type at all."""
        if self.allowed_agent is not None and kind not in AGENT_TYPES:
            return False
        return self.types is None or kind in self.types or f"{kind.split('.')[0]}.*" in self.types

    def admits_unplaced(self, envelope: Envelope) -> bool:
        """Whether it gets an envelope that belongs to no call, or to a call too old for the wall to know its team."""
        if self.allowed_agent is not None or not self.admits_type(envelope):
            return False
        return envelope.call_id is None or (self.allowed_teams is None and self.calls is None and self.teams is None)

    def show(self, view: CallView) -> dict[str, Any]:
        """The call as a snapshot may show it to this subscriber."""
        out = view.wire()
        if self.allowed_agent is not None:
            out |= {"utterances": [], "speaking": {}, "score": None, "coverage": None}
            out["meters"] = {side: body for side, body in view.meters.items() if side == "agent"}
        return out


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Calls as they are at this place in the stream. whole: all that are in sight, else only those that just came."""

    calls: tuple[CallView, ...]
    whole: bool = True


Item = Envelope | Snapshot


@dataclass(eq=False)
class Subscription:
    """One subscriber's bounded queue. Iterate it for what comes after `snapshot`; iteration ends when it is closed.

    Items are envelopes, and a Snapshot whenever calls come into sight later (a transfer, another filter).
    closed: None while open, else why ("slow", "stopping", "left"). dropped: overlay envelopes left out so far.
    """

    want: Want
    max_queue: int
    snapshot: Snapshot = Snapshot(())
    closed: str | None = None
    dropped: int = 0
    _seen: dict[str, int] = field(default_factory=dict)
    _queue: deque[Item] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _done: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aiter__(self) -> AsyncIterator[Item]:
        while True:
            while self._queue and self.closed != "slow":
                yield self._queue.popleft()
            if self.closed is not None:
                return
            self._wake.clear()
            await self._wake.wait()

    async def wait_closed(self) -> str:
        """Returns why it was closed, as soon as it is; also while the reader is stuck with an item."""
        await self._done.wait()
        return str(self.closed)

    def close(self, why: str) -> None:
        """End the iteration, after what is queued; at once when it is too slow for that."""
        if self.closed is None:
            self.closed = why
            self._wake.set()
            self._done.set()

    def offer(self, envelope: Envelope, view: CallView | None, was_visible: bool) -> None:
        """Queue the envelope if it is wanted. view: its call after the envelope, None where the wall has no such call.

        was_visible: the call was in sight before the envelope; who loses a call to a transfer still gets to know.
        """
        if view is None:
            if self.want.admits_unplaced(envelope):
                self._put(envelope)
            return
        visible = self.want.admits_call(view)
        if not (visible or was_visible):
            return
        if envelope.type == "call.started":
            self._seen[view.call_id] = 0
        if view.call_id not in self._seen:
            self._seen[view.call_id] = view.seq
            self._put(Snapshot((view.copy(),), whole=False))
        elif self.want.admits_type(envelope):
            self._put(self._numbered(envelope))
        if not visible:
            del self._seen[view.call_id]

    def _numbered(self, envelope: Envelope) -> Envelope:
        if envelope.seq is None or envelope.call_id is None:
            return envelope
        before, self._seen[envelope.call_id] = self._seen[envelope.call_id], envelope.seq
        return envelope.model_copy(update={"prev_seq": before}) if self.want.filtered else envelope

    def _put(self, item: Item) -> None:
        overlay = isinstance(item, Envelope) and item.overlay
        if overlay and len(self._queue) >= self.max_queue // 2:
            self.dropped += 1
            return
        if len(self._queue) >= self.max_queue:
            self._drop_overlay()
        if len(self._queue) >= self.max_queue:
            self._queue.clear()
            self.close("slow")
            return
        self._queue.append(item)
        self._wake.set()

    def _drop_overlay(self) -> None:
        kept = [item for item in self._queue if not (isinstance(item, Envelope) and item.overlay)]
        self.dropped += len(self._queue) - len(kept)
        self._queue = deque(kept)


class Bus:
    """Fans envelopes out and keeps the wall: a `CallView` of every running call and of the last closed ones.

    published: envelopes by type; alerts: those raised, by rule and severity; slow: subscribers closed for it.
    """

    def __init__(self, keep_closed: int = KEEP_CLOSED) -> None:
        self._keep_closed = keep_closed
        self._views: dict[str, CallView] = {}
        self._closed: OrderedDict[str, None] = OrderedDict()
        self._subscriptions: set[Subscription] = set()
        self._standing: deque[Envelope] = deque(maxlen=MOST_STANDING)
        self.published: Counter[str] = Counter()
        self.alerts: Counter[tuple[str, str]] = Counter()
        self.slow = 0

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        """Hand each envelope to the wall and to every subscriber that may see it, in the given order."""
        for envelope in envelopes:
            self._publish(envelope)

    def subscribe(self, want: Want, max_queue: int) -> Subscription:
        """A subscription whose snapshot and stream leave nothing out and overlap in nothing.

        What the machine has said and will not take back (a source that stopped) comes first in the stream.
        """
        subscription = Subscription(want, max_queue)
        subscription.snapshot = self._visible(subscription)
        for envelope in self._standing:
            subscription.offer(envelope, None, False)
        self._subscriptions.add(subscription)
        return subscription

    def refilter(
        self,
        subscription: Subscription,
        calls: frozenset[str] | None,
        teams: frozenset[str] | None,
        types: frozenset[str] | None,
    ) -> None:
        """Change the client's own filter; a snapshot of what is now in sight comes in the stream."""
        subscription.want = replace(subscription.want, calls=calls, teams=teams, types=types)
        subscription._put(self._visible(subscription))

    def unsubscribe(self, subscription: Subscription, why: str = "left") -> None:
        subscription.close(why)
        self._subscriptions.discard(subscription)

    def close(self, why: str = "stopping") -> None:
        """Close every subscription; each still gets what it has queued."""
        for subscription in list(self._subscriptions):
            self.unsubscribe(subscription, why)

    def wall(self) -> list[CallView]:
        """Running calls and the last closed ones, in the order they began. Read only, changed by `publish`."""
        return list(self._views.values())

    def view(self, call_id: str) -> CallView | None:
        return self._views.get(call_id)

    def watched(self, call_id: str) -> Watch:
        """What somebody sees of a running call before it is final: its words, pending alerts alone, or nothing."""
        view = self._views.get(call_id)
        looking = [each.want for each in self._subscriptions if view is not None and each.want.admits_call(view)]
        if any(want.gets("hypothesis") for want in looking):
            return "words"
        return "alerts" if any(want.gets("alert.pending") for want in looking) else "nothing"

    def _visible(self, subscription: Subscription) -> Snapshot:
        views = tuple(view.copy() for view in self._views.values() if subscription.want.admits_call(view))
        subscription._seen = {view.call_id: view.seq for view in views}
        return Snapshot(views)

    def _publish(self, envelope: Envelope) -> None:
        self.published[envelope.type] += 1
        if envelope.type == "system.notice" and envelope.body["kind"] in STANDING:
            self._standing.append(envelope)
        if envelope.type == "alert.raised":
            self.alerts[envelope.body["rule_id"], envelope.body["severity"]] += 1
        view = self._view_of(envelope)
        moved = view is not None and envelope.type == "call.data"
        before = {each for each in self._subscriptions if moved and view and each.want.admits_call(view)}
        if view is not None:
            view.apply(envelope)
        for subscription in list(self._subscriptions):
            subscription.offer(envelope, view, subscription in before)
            if subscription.closed is not None:
                self._subscriptions.discard(subscription)
                self.slow += 1
        if envelope.type == "call.closed" and view is not None:
            self._retire(view.call_id)

    def _view_of(self, envelope: Envelope) -> CallView | None:
        if envelope.call_id is not None and envelope.type == "call.started":
            self._closed.pop(envelope.call_id, None)
            self._views[envelope.call_id] = CallView(envelope.call_id)
        return self._views.get(envelope.call_id) if envelope.call_id is not None else None

    def _retire(self, call_id: str) -> None:
        self._closed[call_id] = None
        while len(self._closed) > self._keep_closed:
            oldest, _ = self._closed.popitem(last=False)
            self._views.pop(oldest, None)
            for subscription in self._subscriptions:
                subscription._seen.pop(oldest, None)
