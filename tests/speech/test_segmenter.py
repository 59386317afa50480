"""Segments follow speech runs: told as tapes, one character for each 100 ms (# speech, . none)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.core.events import Event, SpeechEnded, SpeechStarted
from monitor.core.types import CHANNELS, FRAME_MS, Segment
from monitor.speech.segmenter import Segmenter, SegmenterSettings

FRAME = 160


@dataclass
class Readings:
    level_dbov: np.ndarray
    noise_dbov: np.ndarray
    speech: np.ndarray


class Row:
    """A channel's speech flags as the bank would tell them: a run is known after 100 ms, its end after a 300 ms gap."""

    def __init__(self, speech: np.ndarray, channel: str) -> None:
        self.channel = channel
        self.runs: list[tuple[int, int]] = []
        self.events: dict[int, list[Event]] = {}
        self.last: list[Event] = []
        since = end = None
        told = False
        for i, on in enumerate(speech.tolist()):
            now = (i + 1) * FRAME_MS
            if on:
                since, end = (since if since is not None else i * FRAME_MS), now
            if since is not None and not told and end - since >= 100:
                told = True
                self.events.setdefault(i, []).append(Event(now, channel, SpeechStarted(since_ms=since)))
            if since is not None and not on and now - end >= 300:
                if told:
                    self.runs.append((since, end))
                    self.events.setdefault(i, []).append(Event(now, channel, SpeechEnded(since_ms=since, end_ms=end)))
                since, told = None, False
        if told:
            self.runs.append((since, end))
            self.last = [Event(len(speech) * FRAME_MS, channel, SpeechEnded(since_ms=since, end_ms=end))]


class Tape:
    """Both channels of a call. Sample values count frames, so that audio tells where it was cut."""

    def __init__(self, agent: str, customer: str = "", seed: int = 0) -> None:
        n = 5 * max(len(agent), len(customer))
        self.speech = np.zeros((n, 2), np.bool_)
        for side, tape in enumerate((agent, customer)):
            for i, mark in enumerate(tape):
                self.speech[5 * i : 5 * i + 5, side] = mark == "#"
        self.rows = [Row(self.speech[:, side], CHANNELS[side]) for side in (0, 1)]
        noise = np.random.default_rng(seed).uniform(-2, 2, (n, 2))
        self.level = np.where(self.speech, -25 + noise, -60 + noise).astype(np.float32).round(2)
        ramp = (np.arange(n) % 30_000).astype(np.int16)
        self.pcm = np.repeat(np.stack([ramp, -ramp], 1)[:, :, None], FRAME, axis=2)

    def __len__(self) -> int:
        return len(self.speech)

    def readings(self, i: int) -> Readings:
        return Readings(self.level[i : i + 1], np.full((1, 2), -60, np.float32), self.speech[i : i + 1])

    def events(self, i: int) -> list[Event]:
        return [event for row in self.rows for event in row.events.get(i, [])]

    def last(self) -> list[Event]:
        return [event for row in self.rows for event in row.last]


def play(tape: Tape, settings: SegmenterSettings | None = None) -> list[Segment]:
    segmenter = Segmenter(8000, settings or SegmenterSettings())
    line = segmenter.open("call")
    out: list[Segment] = []
    for i in range(len(tape)):
        events = [(line, event) for event in tape.events(i)]
        out += [s for _, s in segmenter.step(np.array([line]), tape.pcm[i : i + 1], tape.readings(i), events)]
    return out + segmenter.finish(line, tape.last())


def spans(segments: list[Segment], channel: str = "agent") -> list[tuple[int, int]]:
    return [(s.start_ms, s.end_ms) for s in segments if s.channel == channel]


def plain(segments: list[Segment]) -> list[tuple[object, ...]]:
    return [
        (s.segment_id, s.channel, s.start_ms, s.end_ms, s.audio_start_ms, s.level_dbov, s.samples.tobytes())
        for s in segments
    ]


def test_a_phrase_becomes_one_segment_with_pre_roll_and_tail():
    (segment,) = play(Tape("....." + "#" * 20 + "." * 10))
    assert (segment.segment_id, segment.call_id, segment.channel) == ("a1", "call", "agent")
    assert (segment.start_ms, segment.end_ms, segment.audio_start_ms) == (500, 2500, 200)
    assert segment.samples.size == (300 + 2000 + 300) * 8
    assert segment.samples[0] == 10
    assert segment.samples[-1] == 139
    assert segment.voiced_ms == 2000
    assert segment.final
    assert segment.level_dbov == pytest.approx(-25, abs=1)
    assert segment.noise_dbov == -60


def test_it_closes_one_hangover_after_the_last_speech():
    tape = Tape("....." + "#" * 20 + "." * 10)
    segmenter = Segmenter(8000)
    line = segmenter.open("call")
    closed = [
        (i + 1) * FRAME_MS
        for i in range(len(tape))
        if segmenter.step(np.array([line]), tape.pcm[i : i + 1], tape.readings(i), [(line, e) for e in tape.events(i)])
    ]
    assert closed == [2500 + 500]


def test_pauses_shorter_than_the_hangover_are_bridged_and_longer_ones_divide():
    assert spans(play(Tape("#" * 10 + "..." + "#" * 10 + "." * 20))) == [(0, 2300)]
    assert spans(play(Tape("#" * 10 + "." * 8 + "#" * 10 + "." * 20))) == [(0, 1000), (1800, 2800)]


def test_from_six_seconds_on_the_end_of_a_run_closes_at_once():
    assert spans(play(Tape("#" * 61 + "...." + "#" * 10 + "." * 20))) == [(0, 6100), (6500, 7500)]


def test_a_run_that_begins_after_six_seconds_gets_a_segment_of_its_own():
    assert spans(play(Tape("#" * 58 + "...." + "#" * 10 + "." * 20))) == [(0, 5800), (6200, 7200)]


def test_unbroken_speech_is_cut_at_its_quietest_and_loses_no_sample():
    tape = Tape("#" * 250 + "." * 10)
    tape.level[5 * 72 : 5 * 73, 0] = -45
    segments = play(tape)
    assert segments[0].end_ms in range(7200, 7300)
    assert [s.end_ms for s in segments[:-1]] == [s.start_ms for s in segments[1:]]
    assert segments[0].start_ms == 0
    assert segments[-1].end_ms == 25_000
    assert all(s.end_ms - s.start_ms <= 10_000 for s in segments)
    joined = np.concatenate([s.samples for s in segments])
    assert np.array_equal(joined, tape.pcm[: 5 * 253, 0].reshape(-1))


def test_the_last_words_before_the_hang_up_are_kept():
    assert spans(play(Tape("..." + "#" * 9))) == [(300, 1200)]


def test_a_line_closed_in_mid_word_without_the_banks_last_events_still_keeps_them():
    tape = Tape("..." + "#" * 9)
    for row in tape.rows:
        row.last = []
    assert spans(play(tape)) == [(300, 1200)]


def test_pre_roll_never_takes_the_word_before():
    first, second = play(Tape("#" * 10 + "." * 6 + "#" * 10 + "." * 10), SegmenterSettings(pre_roll_ms=2000))
    assert second.audio_start_ms >= first.end_ms


def test_channels_count_their_segments_apart():
    segments = play(Tape("#####" + "." * 20 + "#####" + "." * 20, "." * 10 + "#####" + "." * 30))
    assert [s.segment_id for s in segments] == ["a1", "c1", "a2"]
    assert segments[1].samples.min() < 0


def test_a_draft_is_the_open_segment_so_far_and_changes_nothing():
    tape, quiet = Tape("." * 5 + "#" * 130 + "." * 20), []
    segmenter = Segmenter(8000)
    line = segmenter.open("call")
    out: list[Segment] = []
    for i in range(len(tape)):
        events = [(line, event) for event in tape.events(i)]
        out += [s for _, s in segmenter.step(np.array([line]), tape.pcm[i : i + 1], tape.readings(i), events)]
        if i % 7 == 0:
            quiet.append(segmenter.draft(line, "customer"))
            draft = segmenter.draft(line, "agent")
            if draft is not None:
                assert not draft.final
                assert segmenter.spoken(line, "agent") == (draft.segment_id, draft.end_ms - draft.start_ms)
                assert draft.end_ms == (i + 1) * FRAME_MS
                assert draft.samples[-1] == i
    out += segmenter.finish(line, tape.last())
    assert plain(out) == plain(play(tape))
    assert set(quiet) == {None}


def test_a_line_is_used_again_without_the_old_calls_audio():
    segmenter = Segmenter(8000)
    assert [segmenter.open(name) for name in "abcdef"] == [0, 1, 2, 3, 4, 5]
    segmenter.close(2)
    assert segmenter.open("again") == 2
    tape = Tape("#" * 10 + "." * 20)
    for i in range(len(tape)):
        for _, segment in segmenter.step(
            np.array([2]), tape.pcm[i : i + 1], tape.readings(i), [(2, e) for e in tape.events(i)]
        ):
            assert (segment.call_id, segment.segment_id, segment.audio_start_ms) == ("again", "a1", 0)


def test_events_that_are_not_speech_runs_are_passed_over():
    segmenter = Segmenter(16_000)
    line = segmenter.open("call")
    odd = [Event(20, None, SpeechStarted(since_ms=0)), Event(20, "agent", SpeechEnded(since_ms=0, end_ms=20))]
    flat = Readings(np.zeros((1, 2), np.float32), np.full((1, 2), np.nan, np.float32), np.zeros((1, 2), np.bool_))
    assert segmenter.step(np.array([line]), np.zeros((1, 2, 320), np.int16), flat, [(line, e) for e in odd]) == []
    assert segmenter.finish(line, odd) == []


@pytest.mark.parametrize("bad", [{"max_ms": 6000}, {"hangover_s": 1}, {"prefer_cut_ms": 10}])
def test_settings_out_of_bounds_are_refused(bad):
    with pytest.raises(ValidationError):
        SegmenterSettings(**bad)


tapes = st.lists(
    st.tuples(st.sampled_from(".#"), st.sampled_from([1, 2, 3, 4, 5, 8, 20, 58, 61, 110, 230])), max_size=12
).map(lambda parts: "".join(mark * n for mark, n in parts))
knobs = st.builds(
    SegmenterSettings,
    pre_roll_ms=st.sampled_from([0, 300, 1500]),
    tail_ms=st.sampled_from([0, 300, 1000]),
    hangover_ms=st.sampled_from([0, 300, 500, 900]),
)


@settings(deadline=None, max_examples=60)
@given(agent=tapes, customer=tapes, knob=knobs, seed=st.integers(0, 9))
def test_every_run_is_covered_once_and_every_edge_is_a_speech_edge(agent, customer, knob, seed):
    tape = Tape(agent, customer, seed)
    segments = play(tape, knob)
    assert len({s.segment_id for s in segments}) == len(segments)
    for row in tape.rows:
        mine = sorted(spans(segments, row.channel))
        heard = np.zeros(len(tape) + 1, np.int8)
        for start, end in mine:
            heard[start // FRAME_MS : end // FRAME_MS] += 1
        assert heard.max(initial=0) <= 1
        for since, end in row.runs:
            assert heard[since // FRAME_MS : end // FRAME_MS].all()
        starts, ends = {r[0] for r in row.runs}, {r[1] for r in row.runs}
        cuts = {end for _, end in mine} & {start for start, _ in mine}
        assert {start for start, _ in mine} <= starts | cuts
        assert {end for _, end in mine} <= ends | cuts
    for s in segments:
        assert 0 < s.end_ms - s.start_ms <= 10_000
        assert s.audio_start_ms <= s.start_ms
        first = s.audio_start_ms // FRAME_MS
        side = CHANNELS.index(s.channel)
        assert np.array_equal(s.samples, tape.pcm[first : first + s.samples.size // FRAME, side].reshape(-1))
        assert s.audio_start_ms + s.samples.size // 8 >= s.end_ms


@settings(deadline=None, max_examples=25)
@given(scripts=st.lists(st.tuples(tapes, st.integers(0, 80)), min_size=1, max_size=6))
def test_a_lines_segments_do_not_depend_on_the_other_lines(scripts):
    segmenter = Segmenter(8000)
    calls = [(Tape(tape, tape[::-1]), delay) for tape, delay in scripts]
    lines: dict[int, int] = {}
    got: dict[int, list[Segment]] = {n: [] for n in range(len(calls))}
    for tick in range(max(len(tape) + delay for tape, delay in calls) + 1):
        for n, (tape, delay) in enumerate(calls):
            if tick == delay:
                lines[n] = segmenter.open("call")
            if tick == delay + len(tape):
                got[n] += segmenter.finish(lines[n], tape.last())
                segmenter.close(lines.pop(n))
        if not lines:
            continue
        owner = {line: n for n, line in lines.items()}
        at = {n: tick - calls[n][1] for n in lines}
        readings = [calls[n][0].readings(at[n]) for n in lines]
        stacked = Readings(*(np.concatenate([getattr(r, f) for r in readings]) for f in Readings.__dataclass_fields__))
        pcm = np.concatenate([calls[n][0].pcm[at[n] : at[n] + 1] for n in lines])
        events = [(lines[n], event) for n in lines for event in calls[n][0].events(at[n])]
        for line, segment in segmenter.step(np.array(list(lines.values())), pcm, stacked, events):
            got[owner[line]].append(segment)
    for n, (tape, _) in enumerate(calls):
        assert plain(got[n]) == plain(play(tape))
