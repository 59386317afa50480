"""The lines of one sample rate in lockstep: what comes of each is its own, also where one of them fails."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from monitor.call import Call
from monitor.compliance.rulebook import Rulebook
from monitor.core.events import CallData, Envelope
from monitor.core.framing import FramingSettings
from monitor.core.types import AGENT, CHANNELS, MONO_LEG, CallInfo, Legs, MediaChunk, Pcm
from monitor.floor import APART_STEPS, Floor, Line, Output
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings
from monitor.speech.segmenter import SegmenterSettings
from tests import tapes

RATE = 8000
RULES = Rulebook.parse([])
VOICE = tapes.pcm(tapes.speech(4000, -26))
IDLE = tapes.pcm(tapes.white(4000, -66))


class Stage:
    """A floor and what is told of its lines' errors."""

    def __init__(self, told: bool = True, meters: bool = False) -> None:
        self.told: list[str] = []
        on_error = (lambda call_id, error: self.told.append(call_id)) if told else None
        self.floor = Floor(RATE, SignalSettings(), SegmenterSettings(), meters, on_error)

    def open(self, call_id: str, legs: Legs = "recorded") -> Line:
        call = Call(CallInfo(call_id, "test", RATE, legs=legs), RULES)
        call.start()
        return self.floor.open(call, FramingSettings())

    def step(self, max_frames: int | None = None) -> Output:
        out = Output()
        self.floor.step(out, max_frames)
        return out


def push(line: Line, agent: Pcm, customer: Pcm) -> None:
    for channel, samples in zip(CHANNELS, (agent, customer), strict=True):
        line.inbox.push(MediaChunk(channel, samples))


def types(envelopes: Iterable[Envelope], call_id: str) -> list[str]:
    return [each.type for each in envelopes if each.call_id == call_id]


def test_what_is_found_on_a_line_goes_to_its_call_and_its_segments_are_owed() -> None:
    stage = Stage()
    idle, spoken = stage.open("idle"), stage.open("spoken")
    push(idle, IDLE, IDLE)
    push(spoken, VOICE, IDLE)
    out = stage.step()
    for line in (idle, spoken):
        stage.floor.finish(out, line)
    assert (len(idle.inbox), idle.call.heard_ms) == (0, 4000)
    assert (tuple(idle.media_ms), tuple(spoken.media_ms)) == ((4000, 4000), (4000, 4000))
    assert "speech.started" in types(out.envelopes, "spoken")
    assert "speech.started" not in types(out.envelopes, "idle")
    assert {each.call_id for each in out.segments} == {"spoken"}
    assert spoken.unanswered == {each.segment_id for each in out.segments}
    assert not idle.unanswered


@pytest.mark.parametrize("most", [1, 3, 50, 60])
def test_no_line_gives_more_frames_than_it_is_asked_for(most: int) -> None:
    """Also where something was said between them; a line with fewer gives what it has."""
    stage = Stage()
    long, short = stage.open("long"), stage.open("short")
    push(long, IDLE[:8000], IDLE[:8000])
    long.inbox.say(CallData(kind="hold", on=True))
    push(long, IDLE[8000:], IDLE[8000:])
    push(short, IDLE[:320], IDLE[:320])
    stage.step(most)
    assert (long.call.heard_ms, short.call.heard_ms) == (20 * most, 20 * min(most, 2))
    out = stage.step()
    assert (long.call.heard_ms, len(long.inbox)) == (4000, 0)
    assert [each.at_ms for each in out.envelopes if each.type == "call.data"] == ([1000] if most <= 50 else [])


def test_meters_come_four_times_a_second_where_they_are_wanted() -> None:
    for wanted in (True, False):
        stage = Stage(meters=wanted)
        push(stage.open("one"), VOICE, IDLE)
        shown = [each for each in stage.step().envelopes if each.type == "meter"]
        assert [each.at_ms for each in shown if each.channel == CHANNELS[AGENT]] == (
            [at_ms + -at_ms % 20 for at_ms in range(250, 4001, 250)] if wanted else []
        )


def test_where_one_leg_holds_both_parties_nothing_is_said_of_the_other() -> None:
    voice = {channel: VOICE if channel == MONO_LEG else VOICE * 0 for channel in CHANNELS}
    (other,) = set(CHANNELS) - {MONO_LEG}
    kinds: tuple[Legs, ...] = ("recorded", "mixed")
    for legs in kinds:
        stage = Stage()
        line, out = stage.open("one", legs), Output()
        push(line, voice["agent"], voice["customer"])
        stage.floor.step(out)
        stage.floor.finish(out, line)
        silent = {each.channel for each in out.envelopes if each.body.get("condition") == "silence"}
        assert (other in silent) is (legs == "recorded")
        assert out.segments


def test_a_number_is_free_again_once_its_line_is_closed() -> None:
    stage = Stage()
    first, second = stage.open("first"), stage.open("second")
    stage.floor.close(first)
    third = stage.open("third")
    assert (third.row, second.row) == (first.row, 1)
    push(third, IDLE, IDLE)
    push(second, IDLE, IDLE)
    stage.step()
    assert (second.call.heard_ms, third.call.heard_ms) == (4000, 4000)


def breaks_on(monkeypatch: pytest.MonkeyPatch, row: int) -> None:
    real = Bank.steps

    def steps(self: Bank, rows: np.ndarray, *rest: np.ndarray) -> object:
        if row in rows:
            raise RuntimeError("this line")
        return real(self, rows, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Bank, "steps", steps)


def test_after_an_error_lines_go_apart_until_there_was_none_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """The step in which it comes up is lost to all, since nobody knows whose it is; then it costs only its own line."""
    stage = Stage()
    good, bad = stage.open("good"), stage.open("bad")

    def turn() -> None:
        for line in (good, bad):
            push(line, IDLE[:160], IDLE[:160])
        stage.step()

    with monkeypatch.context() as broken:
        breaks_on(broken, bad.row)
        with pytest.raises(RuntimeError, match="this line"):
            turn()
        turn()
    assert stage.told == ["bad"]
    assert (good.call.heard_ms, bad.call.heard_ms) == (40, 0)
    asked = []
    real = Bank.steps
    monkeypatch.setattr(Bank, "steps", lambda self, rows, *rest: asked.append(len(rows)) or real(self, rows, *rest))
    for _ in range(APART_STEPS + 1):
        turn()
    assert asked == [1, 1] * APART_STEPS + [2]
    assert stage.told == ["bad"]


def test_where_nobody_wants_to_be_told_an_error_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(told=False)
    line = stage.open("one")
    push(line, IDLE, IDLE)
    monkeypatch.setattr(line.call, "push_events", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        stage.step()


def test_an_error_in_one_call_costs_no_other_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()
    bad, good = stage.open("bad"), stage.open("good")
    monkeypatch.setattr(bad.call, "push_events", lambda *_: 1 // 0)
    for line in (bad, good):
        push(line, VOICE, IDLE)
    out = stage.step()
    assert set(stage.told) == {"bad"}
    assert good.call.heard_ms == 4000
    assert "speech.started" in types(out.envelopes, "good")
