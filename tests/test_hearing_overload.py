"""A machine that gets slower under its lines: some are let go and say so, the others stay on time, all come back."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.asr.admission import Admission
from monitor.asr.recogniser import Recogniser
from monitor.asr.settings import AdmissionSettings, AsrSettings
from monitor.bus import Watch
from monitor.core.events import Envelope
from monitor.core.types import Answer, Segment
from monitor.hearing import Hearing
from tests.asr.clockwork import TICK_S, Clockwork
from tests.asr.segments import PATIENCE_S, Inbox, Scripted, segment

EVERY_S, SPEECH_MS = 3.75, 3000
WITHIN_S = 5.0


class Shift:
    """So many lines that each send a segment every EVERY_S seconds, until told otherwise. burst: all at the same time;
    watched: somebody sees what the agents of all of them say while they say it."""

    def __init__(
        self, lines: int, decode_s: float, admit: int | str = "auto", burst: bool = False, watched: bool = False
    ) -> None:
        self.recogniser: Any = Clockwork(decode_s)
        self.out: list[Envelope] = []
        self.watched: Watch = "words" if watched else "nothing"
        admission = Admission(AdmissionSettings(lines=admit), 1, decode_s / (SPEECH_MS / 1000))
        settings = AsrSettings(hypotheses=True)
        on_lines: Any = self
        self.hearing = Hearing(on_lines, self.recogniser, settings, admission, self.out.extend, lambda what: what())
        self.lines = [f"line-{number}" for number in range(lines)]
        self.taken = [self.hearing.admit(line) for line in self.lines]
        self.sent: Counter[str] = Counter()
        self.answers: list[tuple[float, float, Segment, Answer]] = []
        self._at = {line: EVERY_S * (1 if burst else number / lines) for number, line in enumerate(self.lines)}

    def __contains__(self, call_id: str) -> bool:
        return call_id in self.lines

    def timed(self, asked: Segment) -> None:
        return None

    def agent_alone(self, call_id: str) -> bool:
        return False

    def spoken(self, call_id: str, channel: str) -> tuple[str, int] | None:
        """What the line will send next is being said for as long as that takes."""
        said_ms = SPEECH_MS - round((self._at[call_id] - self.recogniser.now_s) * 1000)
        return (f"s{self.sent[call_id] + 1}", said_ms) if channel == "agent" and said_ms > 0 else None

    def draft(self, call_id: str, channel: str) -> Segment:
        segment_id, said_ms = self.spoken(call_id, channel) or ("", 0)
        return segment(segment_id, call_id, length_ms=said_ms, final=False)

    def run(self, until_s: float) -> None:
        clock = self.recogniser
        while clock.now_s < until_s:
            clock.tick()
            for line in self.lines:
                if self._at[line] <= clock.now_s:
                    self._at[line] += EVERY_S
                    self._send(line, clock.now_s)
            self.hearing.look(clock.now_s, watched=lambda call_id: self.watched)

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


def test_previews_cost_no_line_its_place_and_are_the_first_to_go() -> None:
    shift = Shift(lines=60, decode_s=0.03, watched=True)
    before = shift.hearing.admission.capacity
    shift.run(120)
    decodes = shift.recogniser.stats().decodes
    assert decodes["hypothesis"] > decodes["final"] / 2
    assert shift.hearing.admission.capacity == before == 75
    assert shift.lost(0, 115).keys() == {None}
    shift.recogniser.decode_s = 0.12
    shift.run(200)
    spent = shift.recogniser.stats()
    assert shift.hearing.transcribed < 60
    assert shift.slowest_s(160, 195) < 1.5
    shift.recogniser.decode_s = 0.03
    shift.run(330)
    assert shift.hearing.transcribed == 60
    assert shift.lost(300, 320).keys() == {None}
    assert shift.recogniser.stats().previews_busy_s > spent.previews_busy_s
    assert shift.hearing.admit("newcomer")


def test_while_finals_are_late_no_previews_are_asked_for() -> None:
    shift = Shift(lines=60, decode_s=0.03, admit="all", watched=True)
    shift.run(10)
    shift.recogniser.decode_s = 0.12
    shift.run(20)
    asked: list[Segment] = []
    submit = shift.recogniser.submit
    shift.recogniser.submit = lambda one, *what: (asked.append(one), submit(one, *what))
    shift.run(40)
    assert {one.final for one in asked} == {True}
    shift.recogniser.decode_s = 0.003
    shift.run(100)
    assert {one.final for one in asked} == {True, False}


def test_lines_that_speak_at_the_same_time_are_let_go_until_few_enough_do() -> None:
    shift = Shift(lines=60, decode_s=0.03, burst=True)
    shift.run(60)
    assert shift.hearing.transcribed < 60, "1.8 s of work at once"
    shift.run(400)
    assert 30 <= shift.hearing.transcribed <= 36
    assert shift.slowest_s(380, 395) < 1.2
    assert shift.lost(0, 395).keys() == {None, "not_admitted"}


def test_a_recogniser_whose_engine_stops_loses_each_segment_once_lets_lines_go_and_takes_them_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The real one, two workers; the engine answers when it is let, the clock is moved by hand."""
    now_s = [100.0]
    for module in ("recogniser", "decoding"):
        monkeypatch.setattr(f"monitor.asr.{module}.time", SimpleNamespace(monotonic=lambda: now_s[0]))
    engine, inbox, out = Scripted(), Inbox(), list[Envelope]()
    recogniser = Recogniser(engine, AsrSettings(queue=64), workers=2)
    on_lines: Any = SimpleNamespace(timed=lambda asked: None, agent_alone=lambda call_id: False)
    admission = Admission(AdmissionSettings(), 2, 0.01)
    hearing = Hearing(on_lines, recogniser, AsrSettings(), admission, out.extend, lambda what: what())
    lines = [f"line-{number}" for number in range(20)]
    assert all(hearing.admit(line) for line in lines)

    def round_of(name: str, heard: int) -> dict[str, str | None]:
        for line in lines:
            hearing.submit(segment(name, line, length_ms=SPEECH_MS), inbox, WITHIN_S)
        inbox.wait(heard)
        return {asked.call_id: answer.lost for asked, answer in inbox.got if asked.segment_id == name}

    def look(until_s: float) -> None:
        while now_s[0] < until_s:
            now_s[0] += 1.0
            hearing.look(now_s[0], lambda call_id: "nothing")

    assert set(round_of("well", 20).values()) == {None}
    look(101)
    engine.gate.clear()
    while engine.entered.acquire(blocking=False):
        pass
    round_of("hung", 20)
    assert all(engine.entered.acquire(timeout=PATIENCE_S) for _ in range(2)), "both workers are held up from now on"
    look(104.5)
    assert hearing.transcribed == 18
    assert round_of("less", 22) == {"line-18": "not_admitted", "line-19": "not_admitted"}
    look(106)
    recogniser.submit(segment("wakes-the-watch"), inbox, None)
    inbox.wait(42)
    assert {answer.lost for asked, answer in inbox.got if asked.segment_id == "hung"} == {"timeout"}
    engine.gate.set()
    inbox.wait(61)
    look(160)
    assert hearing.transcribed == 18, "ten seconds of work for 54 of speech"
    assert set(round_of("dear", 81).values()) == {None, "not_admitted"}
    look(161)
    assert hearing.transcribed == 20
    assert set(round_of("again", 101).values()) == {None}
    recogniser.close()
    assert set(Counter((asked.call_id, asked.segment_id) for asked, _ in inbox.got).values()) == {1}
    codes = [envelope.body["code"] for envelope in out]
    assert [codes.index(code) for code in ("segments_wait", "calls_let_go", "recogniser_back", "calls_back")] == sorted(
        codes.index(code) for code in ("segments_wait", "calls_let_go", "recogniser_back", "calls_back")
    )
    assert hearing.not_admitted == 4


def test_lines_that_wait_for_their_answers_are_never_let_go() -> None:
    shift = Shift(lines=0, decode_s=0.03)
    assert shift.hearing.admit("patient")
    assert shift.hearing.admit("live")
    shift.recogniser.submit = lambda *what: None
    shift.hearing.submit(segment("a1", "patient"), lambda *what: None, None)
    shift.hearing._move(["live"], shift.hearing._transcribed, shift.hearing._let_go)
    assert shift.hearing._transcribed == {"patient": True}
