"""The bank as a whole: lines come and go, and no input makes it say something false."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.events import CallAnswered, CallData, ConditionEnded, ConditionStarted, SpeechEnded, SpeechStarted
from monitor.core.types import Absent
from monitor.signal import DETECTORS
from monitor.signal.bank import Bank, Step
from monitor.signal.settings import SignalSettings
from tests import tapes
from tests.signal.scenes import conditions, heard, heard_together
from tests.tapes import Tape, tape

COLUMNS = ("level_dbov", "speech_level_dbov", "noise_dbov", "snr_db", "speech")
LINES = [
    tape("a: ....SSSSSSSSSS....................", "c: ..................FFFFFFFFFF......"),
    tape("a: SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS", "c: .........FFFFFFFFFF..............."),
    tape("a: RRRRRRRRRR......NNNNNNNNNNNNNNNNNN", "c: HHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHH"),
    tape("a: uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu", "c: qqqqqqqqqqqqddddddddCCCCCCCCCCcccc"),
    tape("a: MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM", "c: ______________KKKKKKKKKKKK__DDDDDD"),
]


def alone(line: Tape) -> tuple[list[Step], list[object]]:
    bank = Bank(line.rate_hz, SignalSettings())
    number = bank.open()
    steps = [bank.step(np.array([number]), pcm[None], absent[None]) for pcm, absent in line.frames()]
    return steps, [event for step in steps for _, event in step.events] + list(bank.finish(number))


def alike(step: Step, row: int, expected: Step) -> None:
    for name in COLUMNS:
        here, there = getattr(step.readings, name)[row], getattr(expected.readings, name)[0]
        assert np.array_equal(here, there, equal_nan=True), name


def test_a_block_may_be_longer_than_the_shortest_window() -> None:
    short = SignalSettings.model_validate({"low_volume": {"window_ms": 500}, "noise": {"window_ms": 500}})
    whole, single = Bank(8000, short), Bank(8000, short)
    pcm, absent = LINES[0].columns()
    number = np.array([whole.open()])
    single.open()
    steps = whole.steps(number, pcm[:90, None], absent[:90, None])
    for t, step in enumerate(steps):
        alike(step, 0, single.step(number, pcm[t, None], absent[t, None]))


def test_a_number_that_is_used_again_remembers_nothing() -> None:
    bank, fresh = Bank(8000, SignalSettings()), Bank(8000, SignalSettings())
    first = bank.open()
    for pcm, absent in LINES[3].frames():
        bank.step(np.array([first]), pcm[None], absent[None])
    bank.close(first)
    assert bank.open() == first == fresh.open()
    for pcm, absent in LINES[0].frames():
        then, now = (one.step(np.array([first]), pcm[None], absent[None]) for one in (bank, fresh))
        assert then.events == now.events
        assert np.array_equal(then.readings.speech_level_dbov, now.readings.speech_level_dbov, equal_nan=True)


def test_numbers_are_the_lowest_free_ones_and_the_bank_grows() -> None:
    bank = Bank(8000, SignalSettings())
    assert [bank.open() for _ in range(70)] == list(range(70))
    for number in (5, 3, 40):
        bank.close(number)
    assert [bank.open() for _ in range(4)] == [3, 5, 40, 70]
    line = tape("SSSSSSSSSS..........")
    said = []
    for pcm, absent in line.frames():
        step = bank.step(np.array([69, 70]), np.stack([pcm, pcm]), np.stack([absent, absent]))
        said += step.events
    assert [e for n, e in said if n == 69] == [e for n, e in said if n == 70] != []


def test_no_lines_is_a_step_too() -> None:
    step = Bank(16000, SignalSettings()).step(
        np.empty(0, np.int64), np.empty((0, 2, 320), np.int16), np.empty((0, 2), np.uint8)
    )
    assert step.readings.level_dbov.shape == (0, 2)
    assert step.events == []


@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_both_rates_hear_the_same_call(rate_hz: int) -> None:
    line = tape("a: ...SSSSSSSSSSSSS......................", "c: ..................." + "F" * 12, rate_hz=rate_hz)
    runs = [(e.channel, e.body) for e in heard(line) if isinstance(e.body, SpeechEnded)]
    assert [who for who, _ in runs] == ["agent", "customer"]
    for (_, run), (start, end) in zip(runs, [(300, 1600), (1900, 3100)], strict=True):
        assert abs(run.since_ms - start) <= 100
        assert abs(run.end_ms - end) <= 100


def test_starts_and_ends_pair_up_and_never_look_ahead() -> None:
    for events in heard_together(LINES):
        open_now = {}
        for event in events:
            key = (event.channel, getattr(event.body, "condition", "speech"))
            if isinstance(event.body, SpeechEnded | ConditionEnded):
                start = open_now.pop(key)
                assert event.body.since_ms == start.since_ms
                assert start.since_ms <= event.body.end_ms <= event.at_ms
            elif isinstance(event.body, SpeechStarted | ConditionStarted):
                assert key not in open_now
                assert event.body.since_ms <= event.at_ms
                open_now[key] = event.body
        assert not open_now


def garbage(name: str, rate_hz: int) -> tapes.Signal:
    n = rate_hz * 12
    return {
        "zeros": np.zeros(n),
        "dc": np.full(n, 9000.0),
        "dc and a line": np.full(n, -12_000.0) + tapes.white(12_000, -66, rate_hz),
        "dc that jumps": np.where(np.arange(n) < n // 2, 9000.0, -9000.0),
        "a-law idle": np.where(np.arange(n) % 2, 8.0, -8.0),
        "alternating full scale": np.where(np.arange(n) % 2, 32767.0, -32768.0),
        "full scale at a quarter of the rate": np.where(np.arange(n) // 2 % 2, 32767.0, -32768.0),
        "one lone click": np.where(np.arange(n) == n // 2, 20_000.0, 0.0),
        "lowest sample": np.full(n, -32768.0),
        "highest sample": np.full(n, 32767.0),
    }[name]


NOISY = ("alternating full scale", "full scale at a quarter of the rate")


@pytest.mark.parametrize("rate_hz", [8000, 16000])
@pytest.mark.parametrize(
    "name",
    [
        "zeros",
        "dc",
        "dc and a line",
        "dc that jumps",
        "a-law idle",
        "one lone click",
        "lowest sample",
        "highest sample",
        *NOISY,
    ],
)
def test_garbage_makes_no_false_condition(name: str, rate_hz: int) -> None:
    """A full-scale square wave is 26 dB over the speech assumed before any was heard: noise, an alarm; of what kind, a
    line alone at 2 or 4 kHz cannot tell. It is not clipped speech, for there is no speech."""
    line = tapes.line(garbage(name, rate_hz), garbage(name, rate_hz), rate_hz)
    bank = Bank(rate_hz, SignalSettings())
    number = bank.open()
    for pcm, absent in line.frames():
        step = bank.step(np.array([number]), pcm[None], absent[None])
        assert np.isfinite(step.readings.level_dbov).all()
        assert not np.isinf(step.readings.snr_db).any()
    expected = {("silence", side, None, None) for side in range(3)}
    if name in NOISY:
        expected |= {("noise", side, "alarm", None) for side in range(2)}
    found = conditions(heard(line))
    assert {(body.condition, side, body.level, body.kind) for side, body in found} == expected
    assert all((body.since_ms, body.end_ms) == (0, 12_000) for _, body in found if body.condition == "silence")


@settings(max_examples=15, deadline=None)
@given(
    pieces=st.lists(
        st.tuples(st.sampled_from([0, 1, 2, 3]), st.integers(1, 60), st.integers(0, 4)), min_size=1, max_size=8
    ),
    seed=st.integers(0, 9),
)
def test_gaps_of_every_kind_break_nothing(pieces: list[tuple[int, int, int]], seed: int) -> None:
    random, absent, samples = np.random.default_rng(seed), [], []
    for why, frames, loud in pieces:
        absent += [why] * frames
        scale = 0 if why else [0, 1, 30, 3000, 40_000][loud]
        samples.append(random.normal(0, 1, frames * 160) * scale)
    tape_ = Tape(
        tapes.pcm(np.tile(np.concatenate(samples), (2, 1))),
        np.tile(np.array(absent, np.uint8), (2, 1)),
    )
    steps, events = alone(tape_)
    for step in steps:
        assert np.isfinite(step.readings.level_dbov).all()
    lost = sum(why in (Absent.LOST, Absent.UNKNOWN) for why in absent) * 20
    missing = sum(b.end_ms - b.since_ms for s, b in conditions(events) if b.condition == "dropout" and s == 0)  # type: ignore[arg-type]
    assert missing <= lost


def test_what_the_platform_says_is_taken_between_frames() -> None:
    bank = Bank(8000, SignalSettings())
    number = bank.open()
    assert bank.call_data(number, CallAnswered(inferred=True)) == []
    assert bank.call_data(number, CallData(kind="surname", value="王")) == []
    assert bank.at_ms(number) == 0


def test_a_bank_runs_the_detectors_it_is_told_to() -> None:
    only = SignalSettings(detectors=("silence",))
    assert list(Bank(8000, only).detectors) == ["silence"]
    assert list(Bank(8000, SignalSettings()).detectors) == list(DETECTORS)
    said = {body.condition for _, body in conditions(heard(LINES[2], only))}
    assert said == {"silence"}


def test_a_line_costs_less_than_30_kilobytes() -> None:
    assert Bank(8000, SignalSettings()).line_bytes() < 30_000
