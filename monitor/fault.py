"""Whose fault is it: the person, the headset, the line, the trunk, the customer's telephone.

One call never tells. Over many calls the same trouble goes along with something: low volume on every call of a seat,
whoever sits there, is the headset; on every seat of a line it is the line; of one agent on any seat it is the person.
What is found rests on counts that are shown, and where they do not suffice it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from monitor.core.events import ChannelQuality
from monitor.core.types import CHANNELS, CallInfo, Channel

Problem = Literal["low_volume", "noise", "clipping", "dropout"]
Dimension = Literal["trunk", "line", "seat", "agent_id", "customer"]
Verdict = Literal[
    "trunk", "line", "seat", "agent_id", "customer", "agent_or_seat", "everywhere", "single_calls", "too_few_calls"
]  # fmt: skip
PROBLEMS: tuple[Problem, ...] = get_args(Problem)
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
_WIDE_TO_NARROW: Mapping[Channel, tuple[Dimension, ...]] = {
    "agent": ("trunk", "line", "seat", "agent_id"),
    "customer": ("trunk", "line", "customer"),
}
_MUST_VARY: Mapping[Channel, Mapping[Dimension, tuple[Dimension, ...]]] = {
    "agent": {
        "trunk": ("line", "seat", "agent_id"), "line": ("seat", "agent_id"), "seat": ("agent_id",), "agent_id": ()
    },
    "customer": {"trunk": ("line", "customer"), "line": ("customer",), "customer": ()},
}


class FaultSettings(BaseModel):
    """When a call counts as bad, and how many of them tell whose fault it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level_dbov: float = Field(-36.0, ge=-80, le=0, description="active speech level at or under which it is low, dBov")
    snr_db: float = Field(15.0, ge=-20, le=60, description="speech over noise under which it is noisy, dB")
    clipped_percent: float = Field(5.0, gt=0, le=100, description="part of the speech that clips, percent")
    missing_percent: float = Field(1.0, gt=0, le=100, description="part of the media that is missing, percent")
    min_speech_ms: int = Field(3000, ge=500, le=600_000, description="a call with less speech is not counted, ms")
    min_calls: int = Field(5, ge=2, le=10_000, description="fewer calls tell nothing")
    bad_percent: float = Field(60.0, ge=10, le=100, description="part of its calls that must be bad, percent")
    contrast_percent: float = Field(
        30.0, ge=5, le=100, description="how much more of its calls than of all others must be bad, percentage points"
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """One channel of one call, and what it went over; None where that is not known."""

    call_id: str
    channel: Channel
    quality: ChannelQuality
    trunk: str | None = None
    line: str | None = None
    seat: str | None = None
    agent_id: str | None = None
    customer: str | None = None

    def at(self, dimension: Dimension) -> str | None:
        found: str | None = getattr(self, dimension)
        return found


@dataclass(frozen=True, slots=True)
class Finding:
    """Whose fault a problem of one channel is. subject: the line, seat … of that name, "" for none.

    bad of calls have it there, rest_bad of rest_calls elsewhere. across: over how many different others it went along,
    by dimension. agent_or_seat: the agent never sat elsewhere, nor anybody else there; let them change seats.
    everywhere: all alike, or all on one line, seat … with nothing to compare it with.
    """

    channel: Channel
    problem: Problem
    verdict: Verdict
    subject: str
    calls: int
    bad: int
    rest_calls: int
    rest_bad: int
    across: tuple[tuple[Dimension, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """One channel over all calls of a line, seat …; medians, None where never measured. bad: calls by problem."""

    name: str
    channel: Channel
    calls: int
    speech_level_dbov: float | None
    noise_dbov: float | None
    snr_db: float | None
    clipped_percent: float
    missing_percent: float
    bad: dict[Problem, int]


def bad(quality: ChannelQuality, problem: Problem, settings: FaultSettings) -> bool | None:
    """Whether a call has a problem; None where it cannot be judged."""
    if problem == "dropout":
        whole = quality.media_ms + quality.missing_ms
        return None if whole < settings.min_speech_ms else _missing(quality) >= settings.missing_percent
    if quality.speech_ms < settings.min_speech_ms:
        return None
    if problem == "clipping":
        return _clipped(quality) >= settings.clipped_percent
    if problem == "noise":
        return None if quality.snr_db is None else quality.snr_db < settings.snr_db
    return None if quality.speech_level_dbov is None else quality.speech_level_dbov <= settings.level_dbov


def known(found: Iterable[Finding], info: CallInfo) -> tuple[str, ...]:
    """The faults that a call on this trunk, line and seat will show: "seat:low_volume:agent"."""
    where: dict[str, str | None] = {name: getattr(info, name) for name in ("trunk", "line", "seat")}
    mine = (each for each in found if each.subject and where.get(each.verdict) == each.subject)
    return tuple(sorted(f"{each.verdict}:{each.problem}:{each.channel}" for each in mine))


def _missing(quality: ChannelQuality) -> float:
    return 100.0 * quality.missing_ms / max(1, quality.media_ms + quality.missing_ms)


def _clipped(quality: ChannelQuality) -> float:
    return 100.0 * quality.clipped_ms / max(1, quality.speech_ms)


def figures(measured: Iterable[Measured], by: Dimension, settings: FaultSettings) -> list[Figures]:
    """Each line, seat … by name, the agent's channel first; calls that do not say theirs are left out."""
    found: dict[tuple[str, Channel], list[ChannelQuality]] = {}
    for one in measured:
        if (name := one.at(by)) is not None:
            found.setdefault((name, one.channel), []).append(one.quality)
    return [_figures(name, channel, found[name, channel], settings) for name, channel in sorted(found)]


def _figures(name: str, channel: Channel, calls: list[ChannelQuality], settings: FaultSettings) -> Figures:
    def middle(value: Callable[[ChannelQuality], float | None]) -> float | None:
        known = [each for call in calls if (each := value(call)) is not None]
        return round(median(known), 1) if known else None

    return Figures(
        name=name,
        channel=channel,
        calls=len(calls),
        speech_level_dbov=middle(lambda call: call.speech_level_dbov),
        noise_dbov=middle(lambda call: call.noise_dbov),
        snr_db=middle(lambda call: call.snr_db),
        clipped_percent=round(sum(map(_clipped, calls)) / len(calls), 2),
        missing_percent=round(sum(map(_missing, calls)) / len(calls), 2),
        bad={problem: sum(bad(call, problem, settings) is True for call in calls) for problem in PROBLEMS},
    )


def findings(measured: Sequence[Measured], settings: FaultSettings) -> list[Finding]:
    """What is wrong and whose fault it is, the most calls first; nothing where nothing is wrong."""
    out: list[Finding] = []
    for channel in CHANNELS:
        mine = [one for one in measured if one.channel == channel]
        for problem in PROBLEMS:
            judged = [
                (one, verdict) for one in mine if (verdict := bad(one.quality, problem, settings)) is not None
            ]
            out += _Search(channel, problem, judged, settings).run()
    return sorted(out, key=lambda each: (each.verdict in ("single_calls", "too_few_calls"), -each.bad))


class _Search:
    """One problem of one channel: the widest thing that it goes along with explains it, then the next narrower."""

    def __init__(
        self, channel: Channel, problem: Problem, judged: list[tuple[Measured, bool]], settings: FaultSettings
    ) -> None:
        self.channel: Channel = channel
        self.problem: Problem = problem
        self.settings = settings
        self.open = judged
        self.total = len(judged)

    def run(self) -> list[Finding]:
        if not any(wrong for _, wrong in self.open):
            return []
        out: list[Finding] = []
        for dimension in _WIDE_TO_NARROW[self.channel]:
            names = sorted({name for one, wrong in self.open if wrong and (name := one.at(dimension)) is not None})
            for name in names:
                found = self._blamed(dimension, name)
                if found is not None:
                    out.append(found)
                    self.open = [each for each in self.open if each[0].at(dimension) != name]
        if not out and self._often(self.open):
            return [self._finding("everywhere", "", self.open, [])]
        return out + self._left()

    def _blamed(self, dimension: Dimension, name: str) -> Finding | None:
        here = [each for each in self.open if each[0].at(dimension) == name]
        rest = [each for each in self.open if each[0].at(dimension) != name]
        if not self._often(here) or not self._differs(here, rest):
            return None
        across = {other: _bad_values(here, other) for other in _MUST_VARY[self.channel][dimension]}
        if any(count == 1 for count in across.values()):
            return None  # it may as well be the one seat, agent … that all of these calls share
        verdict: Verdict = dimension
        if dimension == "agent_id":
            across = {"seat": _bad_values(here, "seat")}
            alone = across["seat"] < 2 and not self._others_are_well_there(here, rest)
            verdict = "agent_or_seat" if alone else "agent_id"
        return self._finding(verdict, name, here, rest, across)

    def _differs(self, here: list[tuple[Measured, bool]], rest: list[tuple[Measured, bool]]) -> bool:
        """Whether fewer of the other calls are bad. Where there never was another, there is nothing to compare with."""
        if not rest:
            return len(here) < self.total
        return _share(here) - _share(rest) >= self.settings.contrast_percent

    def _others_are_well_there(self, here: list[tuple[Measured, bool]], rest: list[tuple[Measured, bool]]) -> bool:
        """Whether enough calls of others, on the seats where these calls were, are not bad."""
        seats = {one.seat for one, wrong in here if wrong and one.seat is not None}
        there = [each for each in rest if each[0].seat in seats]
        return len(there) >= self.settings.min_calls and self._differs(here, there)

    def _often(self, calls: list[tuple[Measured, bool]]) -> bool:
        return len(calls) >= self.settings.min_calls and _share(calls) >= self.settings.bad_percent

    def _left(self) -> list[Finding]:
        """Bad calls that nothing explains: of somebody known to be well else, or of whom too little is known."""
        who: Dimension = "agent_id" if self.channel == "agent" else "customer"
        known = {name for one, _ in self.open if (name := one.at(who)) is not None and self._calls_of(who, name)}
        single = [each for each in self.open if each[0].at(who) in known]
        others = [each for each in self.open if each[0].at(who) not in known]
        pairs: tuple[tuple[Verdict, list[tuple[Measured, bool]]], ...] = (
            ("single_calls", single), ("too_few_calls", others)
        )  # fmt: skip
        return [
            self._finding(verdict, "", calls, []) for verdict, calls in pairs if any(wrong for _, wrong in calls)
        ]

    def _calls_of(self, who: Dimension, name: str) -> bool:
        return sum(one.at(who) == name for one, _ in self.open) >= self.settings.min_calls

    def _finding(
        self,
        verdict: Verdict,
        subject: str,
        here: list[tuple[Measured, bool]],
        rest: list[tuple[Measured, bool]],
        across: Mapping[Dimension, int] | None = None,
    ) -> Finding:
        return Finding(
            channel=self.channel,
            problem=self.problem,
            verdict=verdict,
            subject=subject,
            calls=len(here),
            bad=sum(wrong for _, wrong in here),
            rest_calls=len(rest),
            rest_bad=sum(wrong for _, wrong in rest),
            across=tuple((name, count) for name, count in (across or {}).items() if count),
        )


def _share(calls: list[tuple[Measured, bool]]) -> float:
    """Percent of these calls that are bad."""
    return 100.0 * sum(wrong for _, wrong in calls) / max(1, len(calls))


def _bad_values(calls: list[tuple[Measured, bool]], dimension: Dimension) -> int:
    """How many different ones, most of whose calls are bad; 0 where none of the calls says its own."""
    wrong: dict[str, list[bool]] = {}
    for one, is_bad in calls:
        if (name := one.at(dimension)) is not None:
            wrong.setdefault(name, []).append(is_bad)
    return sum(2 * sum(each) >= len(each) for each in wrong.values())
