"""How often a bank is right of scenes: each condition by what was put in, silences by their edges, meters by truth.

What was not put in, and is said, is false.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from monitor.core.events import ConditionEnded
from monitor.signal.settings import SignalSettings
from tests.signal.scenes import NAMES, Heard, Scene, Wanted, conditions, listened
from tests.signal.truth import CLEAN, Meter, meters

Found = list[tuple[int, ConditionEnded]]
EDGE_MS = 300
NEVER_MS = 60_000
"""How far an edge is from right that nobody states."""


@dataclass
class Score:
    """edges: for silences beside each kind of surrounding, how far each edge lies from where it should, ms."""

    right: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    edges: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    meters: list[Meter] = field(default_factory=list)

    def recall(self, name: str) -> float:
        return self.right[name] / max(self.right[name] + self.missed[name], 1)

    def precision(self, name: str) -> float:
        return self.right[name] / max(self.right[name] + self.false[name], 1)

    def add(self, label: str, scene: Scene, heard: Heard) -> None:
        found = conditions(heard.events)
        self.meters += meters(scene, heard)
        for want in scene.wanted:
            found = self._look_for(label, want, found)
        for want in scene.silences():
            self._measure(scene, want, found)
            found = self._look_for_silence(label, want, found)
        for side, body in found:
            if not _let_pass(scene, side, body):
                self.false[body.condition] += 1
                self.notes.append(f"{label}: false {NAMES[side]} {body.model_dump(exclude_none=True)}")

    def _look_for(self, label: str, want: Wanted, found: Found) -> Found:
        """Counts a condition, and returns what else was found."""
        match = [f for f in found if f[0] == want.side and f[1].condition == want.name and _overlap(f[1], want) > 0]
        fits = [f for f in match if (not want.kind or f[1].kind == want.kind) and _level(f[1], want)]
        (self.right if fits else self.missed)[want.name] += 1
        if not fits:
            said = [b.model_dump(exclude_none=True, exclude={"condition"}) for _, b in match]
            self.notes.append(f"{label}: missed {want}, said {said}")
        return [f for f in found if f not in match]

    def _look_for_silence(self, label: str, want: Wanted, found: Found) -> Found:
        near = [f for f in _silences(want, found) if max(_off_ms(f[1], want)) <= EDGE_MS]
        (self.right if near else self.missed)["silence"] += 1
        if not near:
            self.notes.append(f"{label}: missed {want}")
        return [f for f in found if f not in near]

    def _measure(self, scene: Scene, want: Wanted, found: Found) -> None:
        """Notes how far the edges of a silence are off, of those that speech makes."""
        sides = (0, 1) if want.side == 2 else (want.side,)
        under = [scene.noises[side].snr_db for side in sides if side in scene.noises]
        stated = [body for _, body in _silences(want, found) if _overlap(body, want) > 0]
        best = max(stated, key=lambda body: _overlap(body, want), default=None)
        off = _off_ms(best, want) if best is not None else (NEVER_MS, NEVER_MS)
        spoken = (want.since_ms > 0, want.end_ms < scene.ms)
        known = [ms for ms, is_edge in zip(off, spoken, strict=True) if is_edge]
        self.edges[f"{min(under):g} dB" if under else CLEAN] += known


def _silences(want: Wanted, found: Found) -> Found:
    return [f for f in found if f[0] == want.side and f[1].condition == "silence"]


def _overlap(body: ConditionEnded, want: Wanted) -> int:
    return min(body.end_ms, want.end_ms) - max(body.since_ms, want.since_ms)


def _off_ms(body: ConditionEnded, want: Wanted) -> tuple[int, int]:
    return abs(body.since_ms - want.since_ms), abs(body.end_ms - want.end_ms)


def _level(body: ConditionEnded, want: Wanted) -> bool:
    return not want.level or body.level in want.level


def _let_pass(scene: Scene, side: int, body: ConditionEnded) -> bool:
    """Whether it is not asked for there: allowed, or a silence where nobody knows or of a pause between the words of a
    recording, which may come near two seconds."""
    if body.condition in scene.allowed:
        return True
    excused = any(
        (who == side or side == 2) and since <= body.end_ms and until > body.since_ms
        for who, since, until in scene.excused
    )
    return body.condition == "silence" and (excused or body.end_ms - body.since_ms < 2400)


def scored(scenes: Iterable[tuple[str, Scene]], settings: SignalSettings | None = None) -> Score:
    score, listed = Score(), list(scenes)
    for (label, scene), heard in zip(listed, listened([scene.tape() for _, scene in listed], settings), strict=True):
        score.add(label, scene, heard)
    return score
