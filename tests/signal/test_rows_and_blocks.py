"""The two laws of the bank: what a line is told depends neither on who else is in the bank, nor on how its frames are
cut into blocks.

What is skipped where nothing can happen (nobody speaks, no level stands) must leave behind what it would have left.
Who is alone and comes frame by frame has most skipped, who comes in blocks beside busy neighbours least. Compared is
all that a detector may look at, and not only what is said: a sum that is wrong may be heard much later, or never.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any
from unittest.mock import patch

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitor.core.events import ConditionStarted, Event
from monitor.signal import DETECTORS
from monitor.signal.bank import Bank, Step
from monitor.signal.condition import ConditionDetector
from monitor.signal.moment import Moment, Runs
from monitor.signal.settings import SignalSettings
from tests.signal.stories import GROUPS, SETTINGS, STORIES, WIDE, Story, recorded

OWN = (
    "present", "missing", "power", "level_dbov", "before_dbov", "floor_dbov", "heard", "speech", "sure", "voiced",
    "blocked", "music_before", "music_since_ms", "music_last_ms", "music_odds", "speech_dbov", "speech_ms", "voiced_ms",
    "moves_db", "noise_ms", "snr_db",
)  # fmt: skip
RUNS = tuple(each.name for each in fields(Runs))
HOLDS = ("tone", "music", "music_likely", "clipping", "noise")
READINGS = ("level_dbov", "speech_level_dbov", "noise_dbov", "snr_db", "speech")
SEEN = (*OWN, *RUNS, *HOLDS, "speech_since")


class Seen(ConditionDetector):
    """The last detector of all: writes down what it may look at, of every line."""

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self.lines: dict[int, list[NDArray[np.float64]]] = {}

    def step(self, now: Moment) -> None:
        since = np.zeros(now.speech.shape)
        for i, side in np.argwhere(now.speech):
            since[i, side] = now.speech_since(int(now.rows[i, side]))[2]
        columns = [getattr(now, name) for name in OWN] + [getattr(now.runs, name) for name in RUNS]
        whole = np.stack([*columns, *(now.condition(name) for name in HOLDS), since], axis=1).astype(np.float64)
        for line, found in zip(now.lines.tolist(), whole, strict=True):
            self.lines.setdefault(line, []).append(found)

    def reset(self, line: int) -> None:
        super().reset(line)
        self.lines.pop(line, None)


def watched(rate_hz: int) -> tuple[Bank, Seen]:
    with patch.dict(DETECTORS, seen=f"{__name__}:Seen"):
        bank = Bank(rate_hz, SETTINGS)
    seen = bank.detectors["seen"]
    assert isinstance(seen, Seen)
    return bank, seen


@dataclass
class Account:
    """What a line was told. seen: float64[SEEN, 2] of each frame; shown: float64[READINGS, 2]."""

    seen: list[NDArray[np.float64]] = field(default_factory=list)
    shown: list[NDArray[np.float64]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def note(self, step: Step, row: int, number: int) -> None:
        self.shown.append(np.array([getattr(step.readings, name)[row] for name in READINGS], np.float64))
        self.events += [event for line, event in step.events if line == number]

    def close(self, bank: Bank, seen: Seen, number: int) -> Account:
        self.seen = seen.lines[number]
        self.events += bank.finish(number) + bank.quality(number)
        bank.close(number)
        return self


class Speaker:
    """A line that is being told its story."""

    def __init__(self, story: Story, rate_hz: int) -> None:
        self.told, self.columns, self.at = dict(story.told), recorded(story, rate_hz).columns(), 0
        self.story, self.account, self.number = story, Account(), -1

    def left(self) -> int:
        """Frames until the platform says something, or the call is over."""
        return min(frame for frame in (*self.told, len(self.columns[0])) if frame > self.at) - self.at

    def over(self) -> bool:
        return self.at == len(self.columns[0])

    def open(self, bank: Bank) -> None:
        self.number = bank.open(self.story.group)

    def listen(self, bank: Bank) -> None:
        if self.at in self.told:
            self.account.events += bank.call_data(self.number, self.told[self.at])

    def cut(self, count: int) -> tuple[NDArray[Any], ...]:
        return tuple(column[self.at : self.at + count] for column in self.columns)


def tell(bank: Bank, speakers: list[Speaker], most: int) -> None:
    """So many frames of these lines at once, or as many as there are before one of them has to be told something."""
    count = min(most, *(each.left() for each in speakers))
    for each in speakers:
        each.listen(bank)
    samples, absent = (np.stack(part, axis=1) for part in zip(*(each.cut(count) for each in speakers), strict=True))
    for step in bank.steps(np.array([each.number for each in speakers]), samples, absent):
        for row, each in enumerate(speakers):
            each.account.note(step, row, each.number)
    for each in speakers:
        each.at += count


def alone(story: Story, rate_hz: int, cuts: tuple[int, ...] = (1,)) -> Account:
    (bank, seen), speaker, turn = watched(rate_hz), Speaker(story, rate_hz), 0
    speaker.open(bank)
    while not speaker.over():
        tell(bank, [speaker], cuts[turn % len(cuts)])
        turn += 1
    return speaker.account.close(bank, seen, speaker.number)


@cache
def expected(name: str, rate_hz: int) -> Account:
    return alone(STORIES[name], rate_hz)


def same(found: Account, wanted: Account, label: str) -> None:
    for names, here, there in ((SEEN, found.seen, wanted.seen), (READINGS, found.shown, wanted.shown)):
        one, other = np.array(here), np.array(there)
        assert one.shape == other.shape, label
        differs = np.argwhere((one != other) & ~(np.isnan(one) & np.isnan(other)))
        assert not len(differs), (label, [(int(t), names[k], int(side)) for t, k, side in differs[:5]])
    assert found.events == wanted.events, label


CUTS = st.lists(st.sampled_from([1, 1, 2, 3, 7, 16, 49, 50, 51, 120]), min_size=1, max_size=6)


def calls(rate_hz: int, names: list[str]) -> st.SearchStrategy[tuple[int, list[tuple[str, int]]]]:
    """Of one rate: which stories, and in which round each begins."""
    some = st.lists(st.tuples(st.sampled_from(names), st.integers(0, 8)), min_size=2, max_size=7)
    return st.tuples(st.just(rate_hz), some)


@settings(max_examples=8)
@given(calls=calls(8000, list(STORIES)) | calls(16_000, WIDE), cuts=CUTS, spare=st.integers(0, 18))
@example(calls=(8000, [(name, 0) for name in STORIES]), cuts=[50], spare=0)
@example(calls=(8000, [(name, k) for k, name in enumerate(STORIES)]), cuts=[3, 16, 7], spare=14)
@example(calls=(16_000, [(name, 2 * k) for k, name in enumerate(WIDE)]), cuts=[7, 50, 1], spare=0)
def test_a_line_is_told_the_same_whoever_is_beside_it_in_blocks_of_any_size(
    calls: tuple[int, list[tuple[str, int]]], cuts: list[int], spare: int
) -> None:
    """Lines join late, pause, leave, and give their numbers to others, while the rest goes on."""
    rate_hz, who = calls
    bank, seen = watched(rate_hz)
    for number in [bank.open() for _ in range(spare)][::2]:
        bank.close(number)
    waiting = [(first, name, Speaker(STORIES[name], rate_hz)) for name, first in who]
    running: list[tuple[str, Speaker]] = []
    turn = 0
    while waiting or running:
        for each in [each for each in waiting if each[0] <= turn]:
            waiting.remove(each)
            each[2].open(bank)
            running.append(each[1:])
        going = [speaker for k, (_, speaker) in enumerate(running) if (turn + 3 * k) % 5 or turn % 3]
        going = going[turn % 4 :] + going[: turn % 4]
        if going:
            tell(bank, going, cuts[turn % len(cuts)])
        for name, speaker in [each for each in running if each[1].over()]:
            running.remove((name, speaker))
            same(speaker.account.close(bank, seen, speaker.number), expected(name, rate_hz), name)
        turn += 1


STRETCHES = st.tuples(st.sampled_from("SSsqqF..__nNPHRBDMKCcExud"), st.sampled_from([1, 2, 4, 6, 9, 14, 22, 40]))
LEGS = st.lists(STRETCHES, min_size=4, max_size=8).map(lambda leg: " ".join(f"{kind}{frames}" for kind, frames in leg))


@settings(max_examples=8)
@given(agent=LEGS, customer=LEGS, group=st.sampled_from(GROUPS), beneath=st.sampled_from(["", "n500"]), cuts=CUTS)
def test_a_line_of_anything_is_told_the_same_in_blocks_of_any_size(
    agent: str, customer: str, group: str | None, beneath: str, cuts: list[int]
) -> None:
    story = Story(agent, customer, group, beneath)
    same(alone(story, 8000, tuple(cuts)), alone(story, 8000), f"{story} {cuts}")


def test_the_stories_are_about_something() -> None:
    """Every condition begins in them."""
    bodies = [event.body for name in STORIES for event in expected(name, 8000).events]
    assert {body.condition for body in bodies if isinstance(body, ConditionStarted)} == set(DETECTORS)
