"""How often one supervisor is alerted: a cool-down for each rule of a call, and so many alerts a minute.

Nothing is left out or delayed: every alert is sent and stored as it is. One that would be too much carries `folded`, so
that a screen counts and lists it under another instead of showing it by itself. Critical and fatal alerts are never
folded. The cool-down counts audio time of the call; the minute, which spans all calls, the times of publication: the
same alerts are folded alike for a client that comes back.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from monitor.core.events import Folded
from monitor.desk.settings import AlertSettings

MINUTE_S = 60.0
_KEPT = 20_000

Key = TypeVar("Key")
Value = TypeVar("Value")


class Folding:
    """What one client has been alerted to. Bounded, whatever the number of calls."""

    def __init__(self, settings: AlertSettings) -> None:
        self._settings = settings
        self._leading: OrderedDict[tuple[str, str], tuple[str, int]] = OrderedDict()
        self._under: OrderedDict[str, int] = OrderedDict()
        self._shown_s: dict[str, deque[float]] = defaultdict(deque)
        self._over: Counter[str] = Counter()
        self._verdicts: OrderedDict[str, Folded | None] = OrderedDict()
        self.count = 0

    def take(self, call_id: str, alert: Mapping[str, Any]) -> Folded | None:
        """alert: the body of alert.raised with `at_ms` and `published_at_utc`; None for one that is shown by itself.

        An alert that was taken before keeps its verdict.
        """
        alert_id = alert["alert_id"]
        if alert_id not in self._verdicts:
            _keep(self._verdicts, alert_id, self._judged(call_id, alert))
        return self._verdicts[alert_id]

    def known(self, alert_id: str) -> Folded | None:
        return self._verdicts.get(alert_id)

    def all(self, alerts: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Take the alerts of a snapshot, (call id, alert), in the order they were published."""
        for call_id, alert in sorted(alerts, key=lambda one: (one[1].get("published_at_utc") or "", one[1]["at_ms"])):
            self.take(call_id, alert)

    def repeats(self, call_id: str, alert: Mapping[str, Any]) -> Folded | None:
        """Whether it would be folded as a repetition; counts nothing (for what is only pending)."""
        if _urgent(alert):
            return None
        leader = self._leader(call_id, alert)
        return Folded(why="cool_down", into=leader, count=self._under.get(leader, 0)) if leader else None

    def _judged(self, call_id: str, alert: Mapping[str, Any]) -> Folded | None:
        if _urgent(alert):
            return None
        leader = self._leader(call_id, alert)
        if leader is not None:
            _keep(self._under, leader, self._under.get(leader, 0) + 1)
            self.count += 1
            return Folded(why="cool_down", into=leader, count=self._under[leader])
        if not self._within_budget(alert):
            self._over[alert["severity"]] += 1
            self.count += 1
            return Folded(why="budget", into=None, count=self._over[alert["severity"]])
        self._over[alert["severity"]] = 0
        _keep(self._leading, (call_id, alert["rule_id"]), (alert["alert_id"], alert["at_ms"]))
        return None

    def _leader(self, call_id: str, alert: Mapping[str, Any]) -> str | None:
        """The alert of the same rule and call whose cool-down still runs."""
        known = self._leading.get((call_id, alert["rule_id"]))
        if known is None or abs(alert["at_ms"] - known[1]) >= self._settings.cool_down_ms:
            return None
        return known[0]

    def _within_budget(self, alert: Mapping[str, Any]) -> bool:
        limit = self._settings.a_minute(alert["severity"])
        published = alert.get("published_at_utc")
        if limit is None or published is None:
            return True
        now_s = datetime.fromisoformat(published).timestamp()
        shown = self._shown_s[alert["severity"]]
        # a wall clock may be set back: what lies in its future no longer counts
        recent = [at_s for at_s in shown if now_s - MINUTE_S < at_s <= now_s]
        if len(recent) >= limit:
            return False
        self._shown_s[alert["severity"]] = deque([*recent, now_s], maxlen=max(1, limit))
        return True


def _urgent(alert: Mapping[str, Any]) -> bool:
    return alert["severity"] == "critical" or bool(alert.get("fatal"))


def _keep(kept: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    kept[key] = value
    while len(kept) > _KEPT:
        kept.popitem(last=False)
