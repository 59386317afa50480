"""All calls in lockstep: the demo calls, with answers from the playbook, in every order and cut."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.call import replay
from monitor.compliance.rulebook import Rulebook
from monitor.core.events import Envelope
from monitor.core.types import CHANNELS, CallInfo, MediaChunk, Pcm, Segment
from monitor.lines import Lines, LineSettings
from monitor.resources import locate
from monitor.sources.recording import read
from tests.goldens import projection
from tests.standin import answer, playbook

CALLS = ("broadband", "silent")
Legs = tuple[Pcm, Pcm]


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return Rulebook.parse([(path.name, path.read_text("utf-8")) for path in sorted(locate("rules").glob("*.toml"))])


@pytest.fixture(scope="module")
def legs() -> dict[str, Legs]:
    out = {}
    for name in CALLS:
        blocks = list(read(locate("demo/calls") / f"{name}.wav").blocks())
        out[name] = (np.concatenate([a for a, _ in blocks]), np.concatenate([c for _, c in blocks]))
    return out


def info(name: str) -> CallInfo:
    return read(locate("demo/calls") / f"{name}.wav").info(name)


def play(
    lines: Lines,
    name: str,
    legs: Legs,
    cuts: Iterator[int],
    delay: Callable[[Segment], int] = lambda segment: 0,
) -> list[Envelope]:
    """One call to its end. delay: how many chunks later than the segment its answer comes."""
    said, out, waiting, turn, at = playbook(name), [*lines.open(info(name))], [], 0, 0
    while at < legs[0].size:
        count = next(cuts)
        for leg, channel in enumerate(CHANNELS):
            lines.push(name, MediaChunk(channel, legs[leg][at : at + count]))
        at, turn = at + count, turn + 1
        step = lines.step()
        out += step.envelopes
        waiting += [(turn + delay(segment), segment) for segment in step.segments]
        for due, segment in [each for each in waiting if each[0] <= turn]:
            waiting.remove((due, segment))
            out += lines.answer(segment, answer(segment, said))
    end = lines.hang_up(name, "hangup", "customer" if name == "broadband" else "agent")
    out += end.envelopes
    for _, segment in sorted(waiting + [(turn + delay(s), s) for s in end.segments], key=lambda each: each[0]):
        out += lines.answer(segment, answer(segment, said))
    assert name not in lines
    return out


@pytest.fixture(scope="module")
def plain(rulebook: Rulebook, legs: dict[str, Legs]) -> dict[str, list[Envelope]]:
    return {
        name: play(Lines(LineSettings(), rulebook), name, legs[name], itertools.repeat(1600)) for name in CALLS
    }


def test_sequence_numbers_have_no_holes_and_the_call_closes_last(plain: dict[str, list[Envelope]]) -> None:
    for envelopes in plain.values():
        assert [e.seq for e in envelopes] == list(range(1, len(envelopes) + 1))
        assert envelopes[0].type == "call.started"
        assert [e.type for e in envelopes[-3:]] == ["coverage", "score", "call.closed"]


def test_every_millisecond_of_speech_is_accounted_for(plain: dict[str, list[Envelope]]) -> None:
    for envelopes in plain.values():
        coverage = [e.body for e in envelopes if e.type == "coverage"][-1]
        for channel in CHANNELS:
            body = coverage[channel]
            assert body["transcribed_ms"] == body["speech_ms"]
            assert body["suppressed_ms"] == body["lost_ms"] == 0


def test_what_the_demo_is_there_to_show_is_found(plain: dict[str, list[Envelope]]) -> None:
    conditions = {(e.body["condition"], e.channel) for e in plain["broadband"] if e.type == "condition.started"}
    assert conditions >= {("low_volume", "customer"), ("noise", "customer"), ("silence", "both")}
    steps = [(e.body["step"], e.body["verdict"]) for e in plain["silent"] if e.type == "script.step"]
    assert steps
    assert {verdict for _, verdict in steps} == {"in_time"}
    quotes = [q["quote"] for e in plain["broadband"] if e.type == "alert.raised" for q in e.body["evidence"]]
    assert any("不关我的事" in quote for quote in quotes)


@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False))
def test_any_chunking_gives_the_same_envelopes(
    rulebook: Rulebook, legs: dict[str, Legs], plain: dict[str, list[Envelope]], rng: random.Random
) -> None:
    cuts = iter(lambda: rng.choice((1, 80, 159, 160, 161, 800, 1600, 8000)), 0)
    got = play(Lines(LineSettings(), rulebook), "silent", legs["silent"], cuts)
    assert projection(got) == projection(plain["silent"])
    facts = ("speech.started", "speech.ended", "condition.started", "condition.ended", "utterance")
    assert [e.body for e in got if e.type in facts and e.type != "utterance"] == [
        e.body for e in plain["silent"] if e.type in facts and e.type != "utterance"
    ]


@settings(max_examples=8, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(CALLS))
def test_any_delay_and_order_of_answers_gives_the_same_findings(
    rulebook: Rulebook, legs: dict[str, Legs], plain: dict[str, list[Envelope]], rng: random.Random, name: str
) -> None:
    got = play(
        Lines(LineSettings(), rulebook), name, legs[name], itertools.repeat(1600), lambda _: rng.randrange(0, 200)
    )
    assert projection(got) == projection(plain[name])


def test_a_line_does_not_depend_on_the_lines_beside_it(
    rulebook: Rulebook, legs: dict[str, Legs], plain: dict[str, list[Envelope]]
) -> None:
    lines = Lines(LineSettings(), rulebook)
    lines.open(info("broadband"))
    lines.push("broadband", MediaChunk("agent", legs["broadband"][0]))
    lines.push("broadband", MediaChunk("customer", legs["broadband"][1][: legs["silent"][0].size]))
    got = play(lines, "silent", legs["silent"], itertools.repeat(1600))
    own = [e for e in got if e.call_id == "silent"]
    assert projection(own) == projection(plain["silent"])


def test_replay_of_the_stored_facts_gives_the_same_findings(
    rulebook: Rulebook, plain: dict[str, list[Envelope]]
) -> None:
    for name, envelopes in plain.items():
        again = replay([Envelope.model_validate(e.wire()) for e in envelopes], rulebook)
        assert projection(again) == projection(envelopes), name


def test_a_line_without_any_media_gets_its_prompts(rulebook: Rulebook) -> None:
    lines = Lines(LineSettings(), rulebook)
    lines.open(CallInfo("dead", "test", answered_ms=0))
    out = []
    for at_ms in range(0, 21_000, 20):
        lines.advance("dead", at_ms)
        out += lines.step().envelopes
    prompts = [e.at_ms for e in out if e.type == "prompt.shown"]
    assert prompts[:2] == [0, 5000]
    silence = [e.body for e in out if e.type == "condition.started" and e.channel == "customer"]
    assert silence[0]["condition"] == "silence"
    assert silence[0]["cause"] == "no_media"


def test_memory_of_a_call_is_bounded(rulebook: Rulebook, legs: dict[str, Legs]) -> None:
    import tracemalloc

    lines = Lines(LineSettings(), rulebook)
    lines.open(info("broadband"))
    said = playbook("broadband")
    sizes = []
    tracemalloc.start()
    try:
        for _ in range(6):
            for leg, channel in enumerate(CHANNELS):
                lines.push("broadband", MediaChunk(channel, legs["broadband"][leg]))
            for segment in lines.step().segments:
                lines.answer(segment, answer(segment, said))
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[-1] - sizes[2] < 200_000
