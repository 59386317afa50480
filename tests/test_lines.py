"""All calls in lockstep: the demo calls, with answers from the playbook, in every order and cut."""

from __future__ import annotations

import gc
import itertools
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.call import FACTS, Call, replay
from monitor.compliance.rulebook import Rulebook
from monitor.core.events import CallAnswered, CallData, CallEnded, Envelope, Event, Meter, Utterance
from monitor.core.pcm import decode_alaw, encode_alaw
from monitor.core.types import CHANNELS, CallInfo, MediaChunk, Pcm
from monitor.floor import Output
from monitor.lines import Lines, LineSettings
from monitor.resources import locate
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings
from monitor.sources.recording import read
from monitor.speech.segmenter import Segmenter
from tests.goldens import Json, projection
from tests.standin import Said, answer, playbook

CALLS = ("broadband", "silent")
Legs = tuple[Pcm, Pcm]
Scene = tuple[tuple[bytes, bytes], list[Said]]
"""A-law bytes of each leg, and what is said in them."""
Cut = tuple[int, int, bool]
"""The leg, how many of its bytes, and whether the lines then take a step."""
Heard = tuple[list[Any], list[Any], Json]
"""Facts and readings, segments, findings."""
WHOLE: tuple[Cut, ...] = ((0, 1600, False), (1, 1600, True))
AHEAD_BYTES = 8000


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
) -> list[Envelope]:
    """One call to its end, each segment answered at once."""
    said, out, at = playbook(name), [*lines.open(info(name))], 0
    while at < legs[0].size:
        count = next(cuts)
        for leg, channel in enumerate(CHANNELS):
            lines.push(name, MediaChunk(channel, legs[leg][at : at + count]))
        at += count
        step = lines.step()
        out += step.envelopes
        for segment in step.segments:
            out += lines.answer(segment, answer(segment, said))
    end = lines.hang_up(name, "hangup", "customer" if name == "broadband" else "agent")
    out += end.envelopes
    for segment in end.segments:
        out += lines.answer(segment, answer(segment, said))
    assert name not in lines
    return out


@pytest.fixture(scope="module")
def plain(rulebook: Rulebook, legs: dict[str, Legs]) -> dict[str, list[Envelope]]:
    return {name: play(Lines(LineSettings(), rulebook), name, legs[name], itertools.repeat(1600)) for name in CALLS}


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


@pytest.fixture(scope="module")
def scene(legs: dict[str, Legs]) -> Scene:
    """Of the first demo call a voice that is too low and one that talks over it, two forbidden sentences."""
    media, said, at_ms = [b"", b""], [], 0
    for start_ms, end_ms in ((8_000, 18_000), (92_000, 102_000)):
        for leg in range(2):
            media[leg] += encode_alaw(legs["broadband"][leg][start_ms * 8 : end_ms * 8])
        by_ms = at_ms - start_ms
        said += [
            replace(turn, start_ms=turn.start_ms + by_ms, end_ms=turn.end_ms + by_ms)
            for turn in playbook("broadband")
            if start_ms < turn.end_ms and turn.start_ms < end_ms
        ]
        at_ms += end_ms - start_ms
    return (media[0], media[1]), said


def heard(rulebook: Rulebook, scene: Scene, cuts: Sequence[Cut]) -> Heard:
    """A scene that comes in these cuts, again and again to its end."""
    media, said = scene
    lines, at = Lines(LineSettings(meters=True), rulebook), [0, 0]
    envelopes, segments = lines.open(CallInfo("scene", "test", answered_ms=0)), []

    def take(out: Output) -> None:
        envelopes.extend(out.envelopes)
        for segment in out.segments:
            segments.append((segment.channel, segment.start_ms, segment.end_ms, segment.samples.tobytes()))
            envelopes.extend(lines.answer(segment, answer(segment, said)))

    for leg, count, step in itertools.cycle(cuts):
        until = min(at[leg] + count, at[1 - leg] + AHEAD_BYTES)
        lines.push("scene", MediaChunk(CHANNELS[leg], decode_alaw(media[leg][at[leg] : until])))
        at[leg] = max(at[leg], min(until, len(media[leg])))
        if step:
            take(lines.step())
        if at == [len(media[0]), len(media[1])]:
            break
    take(lines.hang_up("scene", "hangup", "customer"))
    told = [e for e in envelopes if isinstance(e.event().body, (*FACTS, Meter)) and not _said(e)]
    facts = sorted(((e.at_ms, e.channel, e.body) for e in told), key=str)
    return facts, sorted(segments), projection(envelopes)


@pytest.mark.parametrize("most", [1, 7])
def test_frames_that_wait_are_heard_alike_together_and_one_by_one(rulebook: Rulebook, scene: Scene, most: int) -> None:
    """With an answer that comes between two frames of a second, and hold in the middle of another."""
    legs, told = [decode_alaw(leg) for leg in scene[0]], []
    for max_frames in (None, most):
        lines = Lines(LineSettings(meters=True), rulebook)
        taken = [Output(lines.open(CallInfo("scene", "test", answered_ms=1230)))]
        for at in range(0, 60_000, 6000):
            for leg, channel in enumerate(CHANNELS):
                lines.push("scene", MediaChunk(channel, legs[leg][at : at + 6000]))
            if at in (18_000, 30_000):
                taken.append(Output(lines.data("scene", CallData(kind="hold", on=at == 18_000))))
                continue
            while lines.frames("scene"):
                taken.append(lines.step(max_frames))
        taken.append(lines.hang_up("scene", "hangup"))
        envelopes = [one.to_json() for out in taken for one in out.envelopes]
        told.append((envelopes, [one.segment_id for out in taken for one in out.segments]))
    assert told[0] == told[1]
    assert len(told[0][0]) > 60


@pytest.fixture(scope="module")
def whole(rulebook: Rulebook, scene: Scene) -> Heard:
    return heard(rulebook, scene, WHOLE)


def test_the_scene_has_in_it_what_chunks_could_change(whole: Heard) -> None:
    facts, segments, findings = whole
    conditions = {(body["condition"], channel) for _, channel, body in facts if "condition" in body}
    assert conditions >= {("low_volume", "customer"), ("silence", "agent"), ("talk_over", "agent")}
    assert len([body for _, _, body in facts if "level_dbov" in body]) > 100
    assert len(segments) > 5
    rules = {alert["rule_id"] for alert in findings["alerts"]}
    assert rules >= {"D2.low-volume", "B1.not-my-business", "B1.company-rule", "B2.interrupts"}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 6000), st.booleans()), max_size=30))
def test_any_chunking_of_the_bytes_gives_the_same(
    rulebook: Rulebook, scene: Scene, whole: Heard, cuts: list[Cut]
) -> None:
    """Facts, readings, segments to the sample, and findings; either leg up to a second ahead of the other."""
    assert heard(rulebook, scene, [*cuts, *WHOLE]) == whole


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(CALLS))
def test_any_delay_and_order_of_answers_gives_the_same_findings(
    rulebook: Rulebook, plain: dict[str, list[Envelope]], seed: int, name: str
) -> None:
    """The facts of the line as they came, each answer up to 20 s of call audio after its speech."""
    rng = random.Random(seed)
    end_ms = plain[name][-1].at_ms
    facts = [e for e in plain[name] if e.type == "call.started" or isinstance(e.event().body, FACTS)]
    late = [
        e.model_copy(update={"heard_ms": min(end_ms, e.at_ms + rng.randrange(500, 20_000))}) if _said(e) else e
        for e in facts
    ]
    got = replay(sorted(late, key=lambda e: (e.heard_ms, _said(e))), rulebook)
    assert projection(got) == projection(plain[name])


def _said(envelope: Envelope) -> bool:
    return envelope.type == "utterance"


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


@pytest.mark.parametrize("ahead_ms", [20, 1000, 8000])
def test_what_the_platform_says_waits_for_the_media_before_it(rulebook: Rulebook, ahead_ms: int) -> None:
    """However far the source is ahead of the steps, a hold begins where the media stood when it was said."""
    lines = Lines(LineSettings(), rulebook)
    lines.open(CallInfo("held", "test", answered_ms=0))
    out = []
    for at_ms in range(0, 16_000, ahead_ms):
        for channel in CHANNELS:
            lines.push("held", MediaChunk(channel, np.zeros(8 * ahead_ms, np.int16)))
        if at_ms + ahead_ms == 8000:
            out += lines.data("held", CallData(kind="hold", on=True))
        out += lines.step().envelopes if at_ms % 8000 == 0 else []
    out += lines.hang_up("held", "hangup").envelopes
    assert [e.at_ms for e in out if e.type == "call.data"] == [8000]


def test_a_line_without_any_media_gets_its_prompts(rulebook: Rulebook) -> None:
    lines = Lines(LineSettings(), rulebook)
    lines.open(CallInfo("dead", "test", answered_ms=0))
    out = []
    for at_ms in range(0, 21_000, 20):
        lines.advance("dead", at_ms)
        out += lines.step().envelopes
    prompts = [e.at_ms for e in out if e.type == "prompt.shown"]
    assert prompts[:2] == [5000, 10_000]
    started = {e.body["condition"]: e.body for e in out if e.type == "condition.started" and e.channel == "customer"}
    assert started["silence"]["cause"] == "no_media"


def test_a_leg_that_never_sent_media_costs_its_agent_no_points(rulebook: Rulebook, legs: dict[str, Legs]) -> None:
    lines, said = Lines(LineSettings(), rulebook), playbook("broadband")
    out = lines.open(info("broadband"))
    lines.push("broadband", MediaChunk("customer", legs["broadband"][1]))
    lines.advance("broadband", 130_000)
    step, end = lines.step(), lines.hang_up("broadband", "hangup", "agent")
    out += step.envelopes + end.envelopes
    for segment in step.segments + end.segments:
        out += lines.answer(segment, answer(segment, said))
    alerts = [e.body for e in out if e.type == "alert.raised" and e.body["verdict"] in ("missing", "skipped", "late")]
    assert alerts == []
    score = next(e.body for e in out if e.type == "score")
    assert "A1.greeting" in score["not_judged"]
    assert "A12.closing" in score["not_judged"]


def test_what_a_call_keeps_is_bounded(rulebook: Rulebook, plain: dict[str, list[Envelope]]) -> None:
    """The same two minutes again and again, as one call of over three hours: what the rules keep is full in the end."""
    facts = [e.event() for e in plain["broadband"] if isinstance(e.event().body, FACTS)]
    length_ms = plain["broadband"][-1].at_ms
    call, sizes = Call(info("broadband"), rulebook), {}
    call.start()
    for turn in range(100):
        for event in facts:
            if isinstance(event.body, CallAnswered | CallEnded):
                continue
            moved = later(event, turn * length_ms)
            if isinstance(moved.body, Utterance):
                assert moved.channel in CHANNELS
                call.push_stored_utterance(moved.body, moved.channel)
            else:
                call.push_events([moved], moved.at_ms)
        if turn in (79, 99):
            sizes[turn] = reachable_bytes(call) - reachable_bytes(rulebook)
    assert sizes[99] < sizes[79] + 5_000


def later(event: Event, by_ms: int) -> Event:
    names = [name for name in ("since_ms", "start_ms", "end_ms") if hasattr(event.body, name)]
    times = {name: getattr(event.body, name) + by_ms for name in names}
    return Event(event.at_ms + by_ms, event.channel, event.body.model_copy(update=times))


def reachable_bytes(root: object) -> int:
    """What an object keeps alive, modules and classes left out."""
    seen: set[int] = set()
    waiting, total = [root], 0
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, type | ModuleType | FunctionType):
            continue
        seen.add(id(each))
        total += sys.getsizeof(each)
        waiting.extend(gc.get_referents(each))
    return total


def test_a_line_is_judged_by_the_thresholds_of_its_group_and_so_is_its_replay(legs: dict[str, Legs]) -> None:
    groups = {"quiet": {"lines": ["demo-2"], "silence": {"after_ms": 4000}}, "other": {"trunks": ["gw*"]}}
    chosen = LineSettings(signal=SignalSettings.model_validate({"groups": groups}))
    text = RULE.format("D1.all", 3000) + "[rule.groups.quiet]\nafter_ms = 7000\n"
    text += RULE.format("D1.other", 3000) + '[rule.scope]\ngroups = ["other"]\n'
    book = Rulebook.parse([("line.toml", text)], groups=["quiet", "other"])
    short = {leg: samples[: 9 * 8000] for leg, samples in enumerate(legs["silent"])}
    got = play(Lines(chosen, book), "silent", (short[0], short[1]), itertools.repeat(1600))
    assert got[0].body["group"] == "quiet"
    silent = [e.at_ms for e in got if e.type == "condition.started" and e.channel == "customer"]
    assert silent[0] == 4000
    assert [(e.body["rule_id"], e.at_ms) for e in got if e.type == "alert.raised"] == [("D1.all", 7000)]
    assert projection(replay(got, book)) == projection(got)


RULE = """[[rule]]
id = "{}"
kind = "condition"
title = "x"
clause = {{ document = "002", passage = "x" }}
line = {{ condition = "silence", channel = "customer" }}
after_ms = {}
"""


def test_every_channel_says_at_the_hang_up_what_it_was_like_and_so_does_a_replay(
    plain: dict[str, list[Envelope]], rulebook: Rulebook
) -> None:
    for name, envelopes in plain.items():
        told = [e for e in envelopes if e.type == "channel.quality"]
        assert {e.channel for e in told} == ({"agent", "customer"})
        assert told[-1].seq < next(e.seq for e in envelopes if e.type == "call.ended"), name  # type: ignore[operator]
        again = [e.body for e in replay(envelopes, rulebook) if e.type == "channel.quality"]
        assert again == [e.body for e in told]


def test_a_customer_is_kept_under_a_pseudonym_or_not_at_all(rulebook: Rulebook) -> None:
    for key, expected in (("secret", "c-"), ("", None)):
        lines = Lines(LineSettings(customer_key=key), rulebook)
        started = lines.open(CallInfo("one", "files", customer="13800138000", seat="A-1", trunk="gw1"))[0].body
        assert (started["seat"], started["trunk"]) == ("A-1", "gw1")
        assert (started["customer"] or "").startswith(expected or "") if expected else started["customer"] is None
        assert "13800138000" not in str(started) + repr(lines.settings)


@pytest.mark.parametrize("where", [Bank, Segmenter])
def test_a_line_on_which_every_step_fails_costs_the_others_one_step(
    monkeypatch: pytest.MonkeyPatch, rulebook: Rulebook, legs: dict[str, Legs], where: type
) -> None:
    name = "steps" if where is Bank else "step"
    real, broken, errors = getattr(where, name), set[int](), Counter[str]()

    def step(self: object, rows: np.ndarray, *args: object) -> object:
        if broken & set(rows.tolist()):
            raise RuntimeError("this line, always")
        return real(self, rows, *args)

    monkeypatch.setattr(where, name, step)
    lines = Lines(LineSettings(), rulebook, lambda call_id, error: errors.update([call_id]))
    said, out, steps_lost = {call_id: playbook(call_id) for call_id in CALLS}, [], 0
    for call_id in CALLS:
        out += lines.open(info(call_id))
    for at in range(0, min(legs[call_id][0].size for call_id in CALLS), 1600):
        for call_id in CALLS:
            for leg, channel in enumerate(CHANNELS):
                lines.push(call_id, MediaChunk(channel, legs[call_id][leg][at : at + 1600]))
        if at == 16_000:
            broken.add(lines._lines["silent"].row)
        taken = lines.step()
        steps_lost += taken.failed is not None
        out += taken.envelopes
        for each in taken.segments:
            out += lines.answer(each, answer(each, said[each.call_id]))
    for call_id in CALLS:
        end = lines.hang_up(call_id, "hangup", "customer")
        out += end.envelopes
        for each in end.segments:
            out += lines.answer(each, answer(each, said[each.call_id]))
    assert len(lines) == 0
    assert steps_lost == 1
    assert set(errors) == {"silent"}
    for call_id in CALLS:
        told = [each for each in out if each.call_id == call_id and each.seq]
        assert [each.seq for each in told] == list(range(1, len(told) + 1))
        assert told[-1].type == "call.closed"
    assert any(each.type == "alert.raised" and each.call_id == "broadband" for each in out)


def test_who_is_not_told_of_errors_has_them_raised(monkeypatch: pytest.MonkeyPatch, rulebook: Rulebook) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("always")

    lines = Lines(LineSettings(), rulebook)
    lines.open(CallInfo("one", "test"))
    lines.push("one", MediaChunk("agent", np.zeros(1600, np.int16)))
    lines.push("one", MediaChunk("customer", np.zeros(1600, np.int16)))
    for what in (lines.step, lambda: lines.hang_up("one", "hangup")):
        monkeypatch.setattr(Bank, "steps", fails)
        monkeypatch.setattr(Bank, "finish", fails)
        with pytest.raises(RuntimeError, match="always"):
            what()
