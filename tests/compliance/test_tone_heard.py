"""Raised voices and monotones as a line hears them: espeak-ng's voices, through bank, segmenter and recogniser."""

from __future__ import annotations

import io
import subprocess
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soxr

from demo.voice import RATE_HZ, Samples, active_level_dbov, band, pinyin
from monitor import audit, config
from monitor.asr.recogniser import Recogniser
from monitor.call import replay
from monitor.core.events import AlertRaised, Envelope, Utterance
from monitor.core.types import CHANNELS, Answer, CallInfo, MediaChunk, Pcm, Segment, WordTime
from monitor.lines import Lines, LineSettings
from tests.asr.segments import Inbox
from tests.playbook import packs

RULES = ("B3.raised-voice", "C5.monotony")
BOOK = packs().only(*RULES)
TEXTS = (
    "您好,请问有什么可以帮助您", "请您报一下您的手机号码", "好的,我帮您查一下账单", "您这个月的话费是五十元",
    "这个业务我现在就帮您办理", "请问您还有其他问题吗", "我已经跟您说过很多次了", "这个就是办不了",
)  # fmt: skip
Turn = tuple[str, int, float, int]
"""What is said, how high (espeak-ng's pitch), how loud (dBov), and how much the voice moves (per cent)."""


class Anything:
    """An engine that understands nothing and says so much in each segment."""

    name = "anything"

    def context_ms(self, segment: Segment, full: bool = False) -> int:
        return 6000

    def decode(self, segments: Sequence[Segment], full: bool = False) -> list[Answer]:
        return [Answer(segment.segment_id, "我们来看一下", mean_logprob=-0.1) for segment in segments]

    def words(self, segment: Segment, text: str) -> list[WordTime]:
        return []


def said(text: str, pitch: int, level_dbov: float, moves: int) -> Samples:
    ssml = f'<speak><prosody range="{moves}%">{pinyin(text)}</prosody></speak>'
    voice = ["espeak-ng", "-v", "cmn-latn-pinyin+f3", "-s", "170", "-p", str(pitch), "-m", "--stdout", ssml]
    with wave.open(io.BytesIO(subprocess.run(voice, capture_output=True, check=True).stdout)) as file:
        plain = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
    sound = band(soxr.resample(plain, 22050, RATE_HZ))
    return np.asarray(sound * 10 ** ((level_dbov - active_level_dbov(sound)) / 20))


def call(turns: Sequence[Turn]) -> Pcm:
    """int16[2, n]: the agent's turns with a second between them; the customer says a word after the first."""
    pause = np.zeros(RATE_HZ)
    agent = np.concatenate([pause, *(part for turn in turns for part in (said(*turn), pause))])
    customer = np.zeros(len(agent))
    word = said("喂", 30, -24, 100)
    at = RATE_HZ + len(said(*turns[0])) + RATE_HZ // 4
    customer[at : at + len(word)] = word
    noise = np.random.default_rng(1).standard_normal((2, len(agent))) * 32768 * 10 ** (-66 / 20)
    return np.asarray(np.stack((agent, customer)) + noise, np.int16)


def heard(legs: Pcm, cut: int = 800) -> list[Envelope]:
    recogniser, lines = Recogniser(Anything()), Lines(LineSettings(), BOOK)
    out = lines.open(CallInfo("call", "test", sample_rate_hz=RATE_HZ))

    def answered(segments: list[Segment]) -> None:
        for segment in segments:
            inbox = Inbox()
            recogniser.submit(segment, inbox, None)
            out.extend(lines.answer(segment, inbox.wait(1)[segment.segment_id]))

    for at in range(0, legs.shape[1], cut):
        for channel, leg in zip(CHANNELS, legs, strict=True):
            lines.push("call", MediaChunk(channel, leg[at : at + cut]))
        step = lines.step()
        out += step.envelopes
        answered(step.segments)
    end = lines.hang_up("call", "hangup", "customer")
    out += end.envelopes
    answered(end.segments)
    recogniser.close()
    return out


def found(envelopes: Sequence[Envelope]) -> list[AlertRaised]:
    bodies = [one.event().body for one in envelopes if one.type == "alert.raised"]
    return [body for body in bodies if isinstance(body, AlertRaised)]


def facts(envelopes: Sequence[Envelope]) -> list[tuple[object, ...]]:
    bodies = [one.event().body for one in envelopes if one.type == "utterance"]
    return sorted(
        (one.segment_id, one.level_dbov, one.pitch_hz, one.pitch_range_st)
        for one in bodies
        if isinstance(one, Utterance)
    )


NORMAL: list[Turn] = [(text, 45, -25.0, 130) for text in TEXTS]
SHOUTED: list[Turn] = [*NORMAL[:5], *((text, 80, -15.0, 130) for text in TEXTS[5:])]
FLAT: list[Turn] = [(text, 45, -25.0, 10) for text in TEXTS]
LOUDER: list[Turn] = [*NORMAL[:5], *((text, 45, -15.0, 130) for text in TEXTS[5:])]
HIGHER: list[Turn] = [*NORMAL[:5], *((text, 80, -25.0, 130) for text in TEXTS[5:])]


@pytest.mark.parametrize(
    ("turns", "rules"),
    [(NORMAL, []), (SHOUTED, ["B3.raised-voice"]), (FLAT, ["C5.monotony"]), (LOUDER, []), (HIGHER, [])],
    ids=["normal", "shouted", "monotone", "only louder", "only higher"],
)
def test_what_is_found_in_a_call(turns: list[Turn], rules: list[str]) -> None:
    legs = call(turns)
    live = heard(legs)
    alerts = found(live)
    assert [one.rule_id for one in alerts] == rules
    assert all(proof.certainty == "probable" for one in alerts for proof in one.evidence)
    assert all(one.points == 0 and one.severity == "info" for one in alerts)
    assert found(replay([Envelope.model_validate_json(one.to_json()) for one in live], BOOK)) == alerts


def test_a_shout_is_where_it_was_shouted_and_says_how_much() -> None:
    (alert,) = found(heard(call(SHOUTED)))
    assert len(alert.evidence) == 2
    assert alert.start_ms > 12_000
    louder = float(alert.message.split("（")[-1].split(" dB")[0])
    assert louder == pytest.approx(10, abs=2)


def test_an_audit_of_the_recording_hears_the_same(tmp_path: Path) -> None:
    legs = call(SHOUTED)
    with wave.open(str(tmp_path / "call.wav"), "wb") as file:
        file.setparams((2, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(np.ascontiguousarray(legs.T).tobytes())
    recogniser = Recogniser(Anything())
    audit.run([tmp_path / "call.wav"], tmp_path / "out", config.load(), recogniser=recogniser)
    recogniser.close()
    written = (tmp_path / "out" / "events.jsonl").read_text("utf-8").splitlines()
    stored = [Envelope.model_validate_json(line) for line in written]
    live = heard(legs, cut=333)
    assert facts(stored) == facts(live)
    mine = [one.model_dump(exclude={"alert_id"}) for one in found(stored) if one.rule_id in RULES]
    assert mine == [one.model_dump(exclude={"alert_id"}) for one in found(live)]
