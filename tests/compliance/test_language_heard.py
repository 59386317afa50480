"""Dialects by wording and by ear: sentences of ours, and the Cantonese, Mandarin and other speech of LINEWATCH_DATA."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from monitor.asr.languages import tells
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import WhisperEngine, place
from monitor.call import Call
from monitor.compliance.phrases import listen
from monitor.compliance.rulebook import Rulebook
from monitor.core.events import AlertRaised, Envelope, Score, Utterance
from monitor.core.types import AGENT, CallInfo, Channel, Pcm, Segment
from monitor.resources import locate
from monitor.sources.recording import read
from monitor.speech.normalise import normalise
from tests.asr.segments import segment
from tests.playbook import book, packs, play

DATA = Path(os.environ.get("LINEWATCH_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="LINEWATCH_DATA is not there")
BOOK = packs("phone-script")
RULES = ("A8.dialect", "A8.dialect-goes-on", "A8.hard-to-follow", "A9.agent-language")
TALK = BOOK.only(*RULES)
CLIPS, LONGEST_MS = 5, 9000

# Cantonese on the telephone, written here: in Traditional characters, as recognisers and people write it
CANTONESE = (
    "唔該，我想問下我嘅話費點解咁貴", "係咪你哋計錯數呀", "我部電話冇晒訊號喇", "我喺屋企上唔到網",
    "我尋日已經打過嚟喇",
    "你可唔可以幫我查下", "佢話聽日先有人嚟整", "我等咗成個禮拜都冇人理", "呢個套餐幾多錢一個月", "我唔識用呢啲嘢",
    "點樣先可以取消呢個服務", "你講乜嘢話，我聽唔清楚", "我想搵你哋經理傾下", "唔係咁㗎，上次唔係咁講",
    "多謝晒你呀，唔該",
    "邊個同你講可以咁樣收費", "我而家好嬲呀", "嗰日明明話免費嘅", "你俾返錢我啦", "得啦得啦，我知道喇",
)  # fmt: skip


def hit(rule_id: str, text: str, channel: Channel) -> bool:
    events = play(BOOK.only(rule_id), "\n".join(f"{4 * n + 1}-{4 * n + 3} {channel}: {text}" for n in range(6)))
    return any(isinstance(one.body, AlertRaised) for one in events)


def test_cantonese_wording_is_known_in_either_script() -> None:
    for form in (str, normalise):
        found = [text for text in CANTONESE if hit("A8.dialect", form(text), "customer")]
        assert len(found) >= 0.9 * len(CANTONESE)
        found = [text for text in CANTONESE if hit("A9.keeps-mandarin", form(text), "agent")]
        assert len(found) >= 0.9 * len(CANTONESE)


@pytest.mark.parametrize(
    "text",
    [
        "我們的系統正在升級", "這個關係到您的合同", "希望快点解决", "这个系列的手机", "计算机系的学生",
        "您联系一下售后", "就系统问题来说",
    ],
)  # fmt: skip
def test_mandarin_in_either_script_is_not_taken_for_it(text: str) -> None:
    assert not hit("A8.dialect", text, "customer")
    assert not hit("A9.keeps-mandarin", text, "agent")


@needs_data
def test_transcripts_of_cantonese_speech_and_turns_of_mandarin_agents() -> None:
    said = [row["text"] for row in _rows(DATA / "speech-dialect" / "yue" / "transcripts.tsv") if row["text"]]
    assert len(said) == 9
    assert sum(hit("A8.dialect", text, "customer") for text in said) >= 8
    turns = [
        row
        for name in ("stc3-weibo-helpdesk", "crosswoz", "mobilecs-example")
        for row in _rows(DATA / "text" / f"{name}.tsv")
        if row["role"] == "agent"
    ]
    assert len(turns) == 8079
    turns += [{"role": "agent", "text": row["text"]} for row in _rows(DATA / "text" / "magicdata-cs-sentences.tsv")]
    listening = BOOK.only("A9.agent-language")
    false = [row["text"] for row in turns if _told(listening, row["text"])]
    assert false == []


def _told(rulebook: Rulebook, text: str) -> bool:
    return bool(rulebook.find("agent", listen(normalise(text))))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def clips(folder: str) -> list[Pcm]:
    """The beginnings of some recordings, at 8 kHz."""
    files = sorted((DATA / folder).rglob("*.flac"))
    out = []
    for path in files[:: max(1, len(files) // CLIPS)][:CLIPS]:
        recording = read(path)
        legs = [block[AGENT] if block[AGENT].size else block[1 - AGENT] for block in recording.blocks()]
        samples = np.concatenate(legs)[: LONGEST_MS * recording.rate_hz // 1000]
        out.append(samples if recording.rate_hz == 8000 else samples[: samples.size // 2 * 2].reshape(-1, 2).mean(1))
    return [np.asarray(samples, np.int16) for samples in out]


def call(engine: WhisperEngine, agent: list[Pcm], customer: list[Pcm]) -> list[Envelope]:
    """Agent and customer in turn, each recording an utterance, as this engine hears them."""
    at, one = 0, Call(CallInfo("call", "test"), TALK)
    out = one.start()
    for number, (channel, samples) in enumerate(
        (channel, samples)
        for pair in zip(agent, customer, strict=False)
        for channel, samples in zip(("agent", "customer"), pair, strict=True)
    ):
        length = samples.size // 8 // 20 * 20
        said: Segment = segment(f"s{number}", "call", channel, at, length, samples=samples[: length * 8])  # type: ignore[arg-type]
        (answer,) = engine.decode([said])
        out += one.push_utterance(said, answer)
        at += length + 1000
        one.advance(at)
    return out + one.end("hangup", "customer", False) + one.finish()


@needs_data
@pytest.mark.parametrize("customer", ["speech-dialect/yue", "speech-other/watson-8k", "speech-zh/aishell-sample"])
def test_the_embedded_model_cannot_tell_and_says_so(customer: str) -> None:
    """It understands no human speech: what must come out is no alarm, neither on Cantonese nor on Mandarin."""
    folder = locate("models/demo-zh")
    settings = AsrSettings(device="cpu")
    engine = WhisperEngine(folder, settings, place(settings, cores=1))
    heard = call(engine, clips("speech-zh/magicdata-cs"), clips(customer))
    bodies = [one.event().body for one in heard]
    said = [body for body in bodies if isinstance(body, Utterance)]
    assert len(said) == 2 * CLIPS
    assert tells(folder) == "nothing"
    assert {(body.language, body.language_prob) for body in said} == {(None, None)}
    assert [body for body in bodies if isinstance(body, AlertRaised)] == []


def test_what_cannot_be_told_is_not_judged_and_costs_nothing() -> None:
    counted = 'kind = "language"\nchannel = "customer"\npoints = -5\nwords = { phrases = ["唔该"] }\nless_sure = 0.3'
    turn = "{}-{} agent (0.3): 一\n{}-{} customer (0.2): 二"
    doubtful = "\n".join(turn.format(*(6 * n + at for at in (1, 3, 4, 6))) for n in range(6))
    (score,) = [one.body for one in play(book(counted), doubtful) if isinstance(one.body, Score)]
    assert score.not_judged == ("r0",)
    assert score.total == score.base == 95
