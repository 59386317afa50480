from __future__ import annotations

import numpy as np
import pytest

from monitor.core.events import CallAnswered, CallData, ConditionEnded, ConditionStarted, Event
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings, SilenceSettings
from tests import tapes
from tests.signal.scenes import conditions, heard
from tests.tapes import Tape, tape

SPEECH = "S" * 10


def silences(line: Tape, settings: SignalSettings | None = None) -> dict[str, list[tuple[int, int]]]:
    out: dict[str, list[tuple[int, int]]] = {"agent": [], "customer": [], "both": []}
    for side, body in conditions(heard(line, settings)):
        if body.condition == "silence":
            out[("agent", "customer", "both")[side]].append((body.since_ms, body.end_ms))
    return out


def test_each_channel_and_both_from_the_end_of_the_last_run() -> None:
    found = silences(tape("a: ....." + SPEECH + "." * 55, "c: " + "." * 40 + SPEECH + "." * 20))
    assert found == {
        "agent": [(1500, 7000)],
        "customer": [(0, 4000), (5000, 7000)],
        "both": [(1500, 4000), (5000, 7000)],
    }


def test_it_is_said_on_the_frame_where_two_seconds_are_full() -> None:
    events = heard(tape("a: ....." + SPEECH + "." * 25, "c: " + "S" * 40))
    start, end = (e for e in events if e.channel == "agent" and getattr(e.body, "condition", "") == "silence")
    assert isinstance(start.body, ConditionStarted)
    assert (start.at_ms, start.body.since_ms, start.body.value, start.body.cause) == (3500, 1500, 2000, None)
    assert isinstance(end.body, ConditionEnded)
    assert (end.at_ms, end.body.end_ms) == (4000, 4000)


def test_just_under_two_seconds_is_none() -> None:
    found = silences(tape("a: " + SPEECH + "." * 19 + SPEECH, "c: " + "S" * 39))
    assert found == {"agent": [], "customer": [], "both": []}


def test_the_limit_is_a_setting() -> None:
    found = silences(tape(SPEECH + "." * 12 + SPEECH, "S" * 32), SignalSettings(silence=SilenceSettings(after_ms=1000)))
    assert found["agent"] == [(1000, 2200)]


@pytest.mark.parametrize("kind", ["N", "H", "R", "B", "D", "_"])
def test_what_is_not_speech_does_not_end_it(kind: str) -> None:
    found = silences(tape("a: " + SPEECH + "." * 10 + kind * 25 + "." * 5, "c: " + "S" * 50))
    assert found["agent"] == [(1000, 5000)]


def test_without_media_it_goes_on_and_says_so() -> None:
    events = heard(tape("a: " + SPEECH + "u" * 40 + SPEECH, "c: " + "S" * 60))
    said = [e.body for e in events if e.channel == "agent" and getattr(e.body, "condition", "") == "silence"]
    assert [(b.since_ms, b.cause) for b in said] == [(1000, "no_media"), (1000, "no_media")]  # type: ignore[union-attr]


def test_dtx_is_silence_with_media() -> None:
    events = heard(tape("a: " + SPEECH + "d" * 40 + SPEECH, "c: " + "S" * 60))
    said = [e.body for e in events if e.channel == "agent" and getattr(e.body, "condition", "") == "silence"]
    assert [b.cause for b in said] == [None, None]  # type: ignore[union-attr]


def played(line: Tape, at: dict[int, CallAnswered | CallData]) -> list[Event]:
    bank = Bank(line.rate_hz, SignalSettings())
    number, events = bank.open(), []
    for k, (pcm, absent) in enumerate(line.frames()):
        if k * 20 in at:
            events += bank.call_data(number, at[k * 20])
        events += [event for _, event in bank.step(np.array([number]), pcm[None], absent[None]).events]
    return events + bank.finish(number)


def test_an_answer_restarts_it() -> None:
    events = played(tape("." * 80), {3000: CallAnswered(inferred=False)})
    both = [body for side, body in conditions(events) if side == 2]
    assert [(b.since_ms, b.end_ms) for b in both] == [(0, 3000), (3000, 8000)]


def test_hold_closes_it_and_opens_music() -> None:
    events = played(tape("." * 120), {3000: CallData(kind="hold", on=True), 7000: CallData(kind="hold", on=False)})
    both = [(b.condition, b.since_ms, b.end_ms, b.kind) for side, b in conditions(events) if side == 2]
    assert both == [("silence", 0, 3000, None), ("music", 3000, 7000, "hold"), ("silence", 7000, 12_000, None)]


def test_music_on_a_leg_closes_its_silence_and_the_mutual_one() -> None:
    line = tape("a: " + "." * 30 + "M" * 80 + "." * 40, "c: " + "." * 150)
    found = conditions(heard(line))
    music = next(body for side, body in found if body.condition == "music")
    assert abs(music.since_ms - 3000) <= 700
    agent = [(b.since_ms, b.end_ms) for side, b in found if side == 0 and b.condition == "silence"]
    assert agent == [(0, music.since_ms), (music.end_ms, 15_000)]
    assert abs(music.end_ms - 11_000) <= 700
    assert [(b.since_ms, b.end_ms) for side, b in found if side == 2 and b.condition == "silence"] == agent
    assert [(b.since_ms, b.end_ms) for side, b in found if side == 1 and b.condition == "silence"] == [(0, 15_000)]


@pytest.mark.parametrize("comfort_dbov", [-60.0, -54.0])
def test_comfort_noise_with_a_voice_under_it_is_no_silence(comfort_dbov: float) -> None:
    """What a gateway plays in pauses goes on all the time; a voice at -42 dBov speaks in the middle of it."""
    noise, voice = tapes.white(16_000, comfort_dbov, seed=5), np.zeros(16 * 8000)
    voice[6 * 8000 : 10 * 8000] = tapes.speech(4000, -42)
    found = silences(tapes.line(noise + voice, tapes.white(16_000, -66)))
    for side in ("agent", "both"):
        assert found[side] == [(0, pytest.approx(6000, abs=300)), (pytest.approx(10_000, abs=300), 16_000)]
    assert found["customer"] == [(0, 16_000)]


def test_comfort_noise_alone_is_silence() -> None:
    noise = np.concatenate((tapes.white(5000, -66), tapes.white(6000, -50, seed=2), tapes.white(5000, -66, seed=3)))
    assert silences(tapes.line(noise, noise[::-1]))["both"] == [(0, 16_000)]


def test_what_it_says_at_the_hang_up_is_how_long_it_was() -> None:
    ended = [b for side, b in conditions(heard(tape("S" * 10 + "." * 60, "S" * 70))) if b.condition == "silence"]
    assert [(b.since_ms, b.end_ms, b.value) for b in ended] == [(1000, 7000, 6000)]


def test_media_that_was_lost_until_the_hang_up_is_why() -> None:
    """Silent for 2.5 s with media, then without for 6 s."""
    events = heard(tape("S" * 10 + "." * 25 + "x" * 60, "S" * 95))
    said = [e.body for e in events if e.channel == "agent" and getattr(e.body, "condition", "") == "silence"]
    assert [b.cause for b in said] == [None, "no_media"]  # type: ignore[union-attr]


def test_mutual_silence_is_without_media_only_where_both_legs_are() -> None:
    for other, cause in (("u", "no_media"), (".", None)):
        events = heard(tape("S" * 10 + "u" * 40 + "S" * 10, "." * 10 + other * 40 + "." * 10))
        said = [e.body for e in events if e.channel == "both" and getattr(e.body, "condition", "") == "silence"]
        assert [b.cause for b in said] == [cause, cause]  # type: ignore[union-attr]


def test_a_cough_does_not_end_it() -> None:
    blow = tapes.white(80, -24, seed=3) * np.exp(-np.arange(640) / 200)
    leg = tapes.white(8000, -66)
    leg[4 * 8000 : 4 * 8000 + 640] += blow
    assert silences(tapes.line(leg, tapes.white(8000, -66, seed=2)))["both"] == [(0, 8000)]
