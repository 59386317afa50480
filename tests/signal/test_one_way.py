from __future__ import annotations

import numpy as np
import pytest

from monitor.core.events import CallData, ConditionStarted
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings
from tests import tapes
from tests.signal.scenes import conditions, heard
from tests.tapes import Tape, tape


def lost(line: Tape) -> list[tuple[int, int, int, str | None]]:
    found = conditions(heard(line))
    return [(side, body.since_ms, body.end_ms, body.cause) for side, body in found if body.condition == "one_way"]


@pytest.mark.parametrize(("dead", "cause"), [("_", None), ("u", "no_media"), ("x", "no_media")])
def test_a_dead_leg_into_which_the_other_speaks(dead: str, cause: str | None) -> None:
    line = tape("a: " + "S" * 80 + "." * 20, "c: " + "F" * 10 + dead * 70 + "." * 20)
    assert lost(line) == [(1, 1000, 8000, cause)]


def test_it_is_said_once_five_seconds_and_two_of_speech_are_full() -> None:
    events = heard(tape("a: " + "." * 50 + "S" * 30, "c: " + "F" * 10 + "_" * 70))
    start = next(e for e in events if getattr(e.body, "condition", "") == "one_way")
    assert isinstance(start.body, ConditionStarted)
    assert (start.at_ms, start.body.since_ms, start.body.value) == (7000, 1000, 2000)


def test_a_dc_offset_does_not_hide_it() -> None:
    dead = np.full(8000 * 8, 4000.0)
    assert lost(tapes.line(tapes.speech(8000) + tapes.white(8000, -66), dead)) == [(1, 0, 8000, None)]


def test_a_law_idle_is_dead_and_an_idle_line_is_not() -> None:
    speech = tapes.speech(8000)
    a_law = np.where(np.arange(8000 * 8) % 2, 8.0, -8.0)
    assert [side for side, *_ in lost(tapes.line(speech, a_law))] == [1]
    assert lost(tapes.line(speech, tapes.white(8000, -66))) == []


@pytest.mark.parametrize("customer", ["d" * 100, "_" * 40 + "." * 20 + "_" * 40])
def test_dtx_and_short_losses_are_none(customer: str) -> None:
    assert lost(tape("a: " + "S" * 100, "c: " + customer)) == []


def test_nobody_speaks_so_nothing_is_lost() -> None:
    assert lost(tape("a: " + "." * 100, "c: " + "_" * 100)) == []


def test_a_muted_agent_is_not_lost() -> None:
    bank = Bank(8000, SignalSettings())
    number = bank.open()
    bank.call_data(number, CallData(kind="mute", on=True))
    for pcm, absent in tape("a: " + "_" * 80, "c: " + "S" * 80).frames():
        for _, event in bank.step(np.array([number]), pcm[None], absent[None]).events:
            assert getattr(event.body, "condition", "") != "one_way"


def test_what_clatters_beside_a_dead_leg_is_nobody_who_speaks_into_it() -> None:
    for seed in range(900, 904):
        dishes = tapes.clatter(20_000, -30, seed=seed) + tapes.white(20_000, -66)
        assert lost(tapes.line(dishes, np.zeros(20 * 8000))) == []


@pytest.mark.parametrize("sound", [tapes.ring_back(20_000), tapes.music(20_000, -24), tapes.white(20_000, -30)])
def test_nor_is_a_tone_music_or_noise(sound: tapes.Signal) -> None:
    assert lost(tapes.line(sound + tapes.white(20_000, -66), np.zeros(20 * 8000))) == []


def test_its_value_is_what_was_said_into_it_in_the_end() -> None:
    (ended,) = [b for _, b in conditions(heard(tape("a: " + "S" * 80, "c: " + "F" * 10 + "_" * 70)))
                if b.condition == "one_way"]  # fmt: skip
    assert ended.value == 7000


def test_both_legs_may_be_dead_in_turn() -> None:
    line = tape("a: " + "S" * 80 + "_" * 80, "c: " + "_" * 80 + "F" * 80)
    assert [(side, since, end) for side, since, end, _ in lost(line)] == [(1, 0, 8000), (0, 8000, 16_000)]


def test_a_click_does_not_bring_a_dead_leg_back() -> None:
    dead = np.zeros(12 * 8000)
    dead[6 * 8000 : 6 * 8000 + 80] = 5000.0
    assert lost(tapes.line(tapes.speech(12_000), dead)) == [(1, 0, 12_000, None)]
