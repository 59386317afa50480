"""A call recorded in one channel, taken apart before it is judged, live lines left whole, and what rules make of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from monitor import audit, config
from monitor.asr.recogniser import Recogniser
from monitor.call import replay
from monitor.core.events import Envelope
from monitor.core.types import Answer, CallInfo, Pcm, Segment, WordTime
from monitor.lines import Lines, LineSettings
from monitor.mono import take_apart
from monitor.sources.recording import read
from tests.goldens import projection
from tests.signal.talks import mono, talk
from tests.sources.wavs import wav

GREETING, WISH = "您好,欢迎致电,很高兴为您服务,请问有什么可以帮助您", "我想查一下我家的宽带"
VOICES = (115.0, 210.0)


class Greeter:
    """Hears a greeting where the lower voice speaks (odd turns), else a wish; counts what it was asked."""

    name = "greeter"

    def __init__(self, greets_first: bool) -> None:
        self.greets_first = greets_first
        self.openings: list[int] = []

    def context_ms(self, segment: Segment, full: bool = False) -> int:
        return 6000

    def words(self, segment: Segment, text: str) -> list[WordTime]:
        return []

    def decode(self, segments: Sequence[Segment], full: bool = False) -> list[Answer]:
        return [self._answer(segment) for segment in segments]

    def _answer(self, segment: Segment) -> Answer:
        if "/opening/" in segment.segment_id:
            self.openings.append(segment.start_ms)
        first = segment.start_ms < 1500
        text = GREETING if first == self.greets_first else WISH
        return Answer(segment.segment_id, text, mean_logprob=-0.1, no_speech_prob=0.01, context_ms=6000)


@pytest.fixture(scope="module")
def samples() -> Pcm:
    return mono(talk(VOICES))


@pytest.fixture
def path(tmp_path: Path, samples: Pcm) -> Path:
    made = tmp_path / "call.wav"
    made.write_bytes(wav(samples.astype("<i2").tobytes()))
    return made


@pytest.fixture(params=[True, False], ids=["agent-first", "agent-second"])
def greeter(request: pytest.FixtureRequest) -> Iterator[tuple[Greeter, Recogniser]]:
    engine = Greeter(request.param)
    recogniser = Recogniser(engine)
    yield engine, recogniser
    recogniser.close()


def test_the_greeting_tells_who_the_agent_is(path: Path, greeter: tuple[Greeter, Recogniser]) -> None:
    engine, recogniser = greeter
    apart = take_apart(read(path), recogniser)
    assert apart is not None
    first = apart.speakers.stretches[0]
    assert first.channel == ("agent" if engine.greets_first else "customer")
    assert apart.speakers.certainty > 0.8
    assert 2 <= len(engine.openings) <= 4


def test_without_words_order_alone_is_not_enough_to_judge(path: Path) -> None:
    apart = take_apart(read(path))
    assert apart is not None
    assert apart.speakers.stretches[0].channel == "agent"
    assert apart.speakers.certainty < config.load().rules.min_separation


def test_the_legs_hold_the_recording_in_turn(path: Path, samples: Pcm) -> None:
    recording = read(path)
    apart = take_apart(recording)
    assert apart is not None
    legs = np.concatenate([np.stack((part.agent, part.customer)) for part in recording.parts(apart.split)], axis=1)
    assert legs.shape == (2, len(samples))
    assert ((legs[0] == samples) | (legs[1] == samples)).all()


def test_one_voice_stays_on_one_leg(tmp_path: Path) -> None:
    path = tmp_path / "one.wav"
    path.write_bytes(wav(mono(talk((150.0, 150.0), dbov=(-25.0, -25.0), turns=8)).astype("<i2").tobytes()))
    assert take_apart(read(path)) is None


def audited(path: Path, recogniser: Recogniser) -> list[Envelope]:
    result = audit.run([path], path.parent / "out", config.load(), recogniser=recogniser)
    assert not result.failed
    lines = (path.parent / "out" / "events.jsonl").read_text("utf-8").splitlines()
    return [Envelope.model_validate_json(line) for line in lines]


def test_an_audit_marks_all_that_was_derived(path: Path, greeter: tuple[Greeter, Recogniser]) -> None:
    engine, recogniser = greeter
    told = audited(path, recogniser)
    started = told[0].body
    assert (started["legs"], started["source"]) == ("separated", "files:mono")
    assert started["separation"] > 0.8
    assert all(each.derived is (True if each.channel in ("agent", "customer") else None) for each in told)
    said = [each for each in told if each.type == "utterance"]
    assert {each.channel for each in said} == {"agent", "customer"}
    assert all(each.body["speaker_certainty"] is not None for each in said)
    first = min(said, key=lambda each: each.body["start_ms"])
    assert first.channel == ("agent" if engine.greets_first else "customer")
    alerts = [each for each in told if each.type == "alert.raised"]
    assert all(one["certainty"] == "probable" for each in alerts for one in each.body["evidence"])
    dead = ("one_way", "dropout")
    assert not [each for each in told if each.type == "condition.started" and each.body["condition"] in dead]
    assert projection(replay(told, config.load().rulebook())) == projection(told)


def test_an_unsure_audit_judges_nothing_that_asks_who_speaks(path: Path) -> None:
    class Mute(Greeter):
        def _answer(self, segment: Segment) -> Answer:
            return Answer(segment.segment_id, lost="engine_error")

    recogniser = Recogniser(Mute(True))
    told = audited(path, recogniser)
    recogniser.close()
    assert told[0].body["legs"] == "separated"
    book = config.load().rulebook()
    asked = {rule.id for rule in book.rules if rule.asks_who}
    found = {each.body["rule_id"] for each in told if each.type == "alert.raised"}
    assert not found & asked
    score = next(each.body for each in told if each.type == "score")
    assert len(score["not_judged"]) > 10
    assert score["total"] == score["base"]


def test_a_live_line_in_one_channel_is_mixed_and_costs_nobody_points() -> None:
    book = config.load().rulebook()
    lines = Lines(LineSettings(), book)
    told = lines.open(CallInfo("live", "files:mono", legs="mixed"))
    lines.advance("live", 20_000)
    told += lines.step().envelopes
    told += lines.hang_up("live", "end").envelopes
    assert told[0].body["legs"] == "mixed"
    asked = {rule.id for rule in book.rules if rule.asks_who}
    assert not {each.body["rule_id"] for each in told if each.type == "alert.raised"} & asked
    score = next(each.body for each in told if each.type == "score")
    assert score["not_judged"]
    assert all(each.derived for each in told if each.channel in ("agent", "customer"))


def test_a_sidecar_that_names_the_leg_leaves_nothing_to_tell_apart(path: Path) -> None:
    path.with_suffix(".toml").write_text('channels = ["agent"]', encoding="utf-8")
    recording = read(path)
    assert not recording.mixed
    assert recording.info("x").legs == "recorded"


def test_nothing_is_said_of_the_leg_that_is_not_there(tmp_path: Path) -> None:
    """One voice: nothing is taken apart, and the other leg is neither silent nor lost, nor spoken into."""
    path, (first, second) = tmp_path / "one.wav", talk((150.0, 150.0), dbov=(-25.0, -25.0), turns=6)
    pause = np.zeros(4 * 8000)
    samples = mono((np.concatenate((first, pause)), np.concatenate((second, pause))))
    path.write_bytes(wav(samples.astype("<i2").tobytes()))
    recogniser = Recogniser(Greeter(True))
    told = audited(path, recogniser)
    recogniser.close()
    assert told[0].body["legs"] == "mixed"
    said = {(each.channel, each.body["condition"]) for each in told if each.type == "condition.started"}
    assert said == {("customer", "silence"), ("both", "silence")}
    assert not [each for each in told if each.channel == "agent" and each.type != "meter"]
