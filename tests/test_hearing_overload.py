"""A machine that gets slower under its lines: some are let go and say so, the others stay on time, all come back."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.asr.admission import Admission
from monitor.asr.settings import AdmissionSettings, AsrSettings
from monitor.core.events import Envelope
from monitor.core.types import Answer, Segment
from monitor.hearing import Hearing
from tests.asr.clockwork import TICK_S, Clockwork
from tests.asr.segments import segment

EVERY_S, SPEECH_MS = 3.75, 3000
WITHIN_S = 5.0


class Shift:
    """So many lines that each send a segment every EVERY_S seconds, until told otherwise."""

    def __init__(self, lines: int, decode_s: float, admit: int | str = "auto", settings: Any = None) -> None:
        self.recogniser: Any = Clockwork(decode_s)
        self.out: list[Envelope] = []
        admission = Admission(AdmissionSettings(lines=admit), 1, decode_s / (SPEECH_MS / 1000))
        nobody: Any = SimpleNamespace(timed=lambda segment: None, agent_alone=lambda call_id: False)
        self.hearing = Hearing(nobody, self.recogniser, AsrSettings(), admission, self.out.extend, lambda what: what())
        self.lines = [f"line-{number}" for number in range(lines)]
        self.taken = [self.hearing.admit(line) for line in self.lines]
        self.sent: Counter[str] = Counter()
        self.answers: list[tuple[float, float, Segment, Answer]] = []
        self._at = {line: EVERY_S * number / lines for number, line in enumerate(self.lines)}

    def run(self, until_s: float) -> None:
        clock = self.recogniser
        while clock.now_s < until_s:
            clock.tick()
            for line in self.lines:
                if self._at[line] <= clock.now_s:
                    self._at[line] += EVERY_S
                    self._send(line, clock.now_s)
            self.hearing.look(clock.now_s, watched=lambda call_id: "nothing")

    def _send(self, line: str, at_s: float) -> None:
        self.sent[line] += 1
        one = segment(f"s{self.sent[line]}", line, length_ms=SPEECH_MS)
        self.hearing.submit(
            one, lambda asked, answer: self.answers.append((at_s, self.recogniser.now_s, asked, answer)), WITHIN_S
        )

    def lost(self, since_s: float, until_s: float = 1e9) -> Counter[str | None]:
        return Counter(answer.lost for sent, _, _, answer in self.answers if since_s <= sent < until_s)

    def slowest_s(self, since_s: float, until_s: float = 1e9) -> float:
        """Of what became text."""
        return max(
            told - sent for sent, told, _, answer in self.answers if since_s <= sent < until_s and not answer.lost
        )

    def notices(self) -> list[tuple[str, int]]:
        """(kind, calls named in it) of those about lines."""
        bodies = [envelope.body for envelope in self.out]
        return [(body["kind"], len(body["params"]["calls"])) for body in bodies if "calls" in body["params"]]


def test_lines_are_let_go_until_the_others_are_on_time_and_come_back_when_the_machine_does() -> None:
    shift = Shift(lines=60, decode_s=0.03)
    assert all(shift.taken)
    shift.run(60)
    assert shift.lost(0, 59).keys() == {None}
    assert shift.slowest_s(0) < 0.2
    shift.recogniser.decode_s = 0.12
    shift.run(180)
    gone = sum(calls for kind, calls in shift.notices() if kind == "overload")
    assert 25 < gone < 60
    assert shift.lost(100, 175).keys() == {None, "not_admitted"}
    assert shift.slowest_s(100, 175) < 1.5
    shift.recogniser.decode_s = 0.03
    shift.run(300)
    assert shift.lost(270, 290).keys() == {None}
    assert sum(calls for kind, calls in shift.notices() if kind == "recovered") >= gone
    shift.lines.clear()
    shift.run(310)
    heard = Counter((asked.call_id, asked.segment_id) for _, _, asked, _ in shift.answers)
    assert set(heard.values()) == {1}
    assert heard.total() == shift.sent.total()
    assert shift.recogniser.longest < 200


@pytest.mark.parametrize("slower", [1.5, 2.0, 3.0, 10.0])
def test_however_much_slower_it_gets_nothing_is_late_in_silence(slower: float) -> None:
    shift = Shift(lines=60, decode_s=0.03)
    shift.run(30)
    shift.recogniser.decode_s = 0.03 * slower
    shift.run(200)
    assert all(told - sent <= WITHIN_S + TICK_S for sent, told, _, _ in shift.answers)
    assert shift.lost(120, 190).keys() <= {None, "not_admitted"}
    assert shift.slowest_s(120, 190) < 2.5
    late = [body for body in (envelope.body for envelope in shift.out) if body["kind"] == "lag"]
    assert bool(late) == (slower > 2)


def test_the_lines_that_came_last_are_let_go_and_no_new_one_comes_in_before_them() -> None:
    shift = Shift(lines=60, decode_s=0.03)
    shift.run(10)
    shift.recogniser.decode_s = 0.3
    shift.run(60)
    unheard = {asked.call_id for sent, _, asked, answer in shift.answers if sent > 50 and answer.lost == "not_admitted"}
    heard = {asked.call_id for sent, _, asked, answer in shift.answers if sent > 50 and answer.lost is None}
    numbers = [{int(call_id.removeprefix("line-")) for call_id in calls} for calls in (heard, unheard)]
    assert max(numbers[0]) < min(numbers[1])
    assert not shift.hearing.admit("newcomer")
    for call_id in shift.lines[:55]:
        shift.hearing.left(call_id)
    assert not shift.hearing.admit("newcomer")


def test_an_operator_who_wants_every_line_keeps_every_line_and_what_is_late_is_lost() -> None:
    shift = Shift(lines=60, decode_s=0.03, admit="all")
    shift.run(10)
    shift.recogniser.decode_s = 0.12
    shift.run(60)
    assert shift.notices() == []
    assert shift.lost(20, 50).keys() == {None, "timeout"}
    assert all(told - sent <= WITHIN_S + TICK_S for sent, told, _, _ in shift.answers)


def test_lines_that_wait_for_their_answers_are_never_let_go() -> None:
    shift = Shift(lines=0, decode_s=0.03)
    assert shift.hearing.admit("patient")
    assert shift.hearing.admit("live")
    shift.recogniser.submit = lambda *what: None
    shift.hearing.submit(segment("a1", "patient"), lambda *what: None, None)
    shift.hearing._move(["live"], shift.hearing._transcribed, shift.hearing._let_go)
    assert shift.hearing._transcribed == {"patient": True}
