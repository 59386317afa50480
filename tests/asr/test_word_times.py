"""When words were said, through the product's own alignment, against espeak-ng's own word events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.material import CLEAN, FORBIDDEN, PHONE, say
from models.recipes.demo_zh.espeak import RATE_HZ, Espeak
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import WhisperEngine, place
from monitor.core.types import Segment
from monitor.resources import locate
from monitor.speech.normalise import normalise
from tests.asr.segments import segment


@pytest.fixture(scope="module")
def demo() -> WhisperEngine:
    settings = AsrSettings()
    return WhisperEngine(locate("models/demo-zh"), settings, place(settings, 1))


def cut(audio: np.ndarray, number: int = 0) -> Segment:
    """As the segmenter cuts: 200 ms before the speech, 300 ms after it."""
    length_ms = len(audio) * 1000 // RATE_HZ
    made = segment(f"a{number}", length_ms=length_ms)
    return replace(made, samples=audio, rate_hz=RATE_HZ, audio_start_ms=0, start_ms=200, end_ms=length_ms - 300)


@pytest.mark.parametrize("line", [CLEAN, PHONE])
def test_words_that_raise_an_alert_begin_where_they_were_said(demo, line):
    errors = []
    for said in say(Espeak(), list(FORBIDDEN) * 3, line, 7):
        one = cut(said.audio)
        (answer,) = demo.decode([one])
        words = demo.words(one, normalise(answer.text))
        assert "".join(word.text for word in words) == normalise(answer.text)
        if answer.text == said.text:
            at = np.cumsum([0, *(len(word.text) for word in words)])
            begins = [max(word.start_ms, one.start_ms) for word in words]  # as the call keeps them inside the speech
            errors += [abs(begin - said.starts_ms[i]) for begin, i in zip(begins, at, strict=False)]
    assert len(errors) > 200
    assert np.median(errors) <= 80
    assert np.percentile(errors, 90) <= 300


def test_a_second_decode_of_one_leaves_the_others_their_words(demo):
    first, second = (cut(each.audio, n) for n, each in enumerate(say(Espeak(), FORBIDDEN[:2], CLEAN, 7)))
    texts = [answer.text for answer in demo.decode([first, second])]
    alone = demo.words(second, texts[1])
    demo.decode([first], full=True)
    assert demo.words(second, texts[1]) == alone


def test_segments_of_several_calls_that_are_numbered_alike_keep_each_their_own_words(demo):
    """Segments are numbered call by call, and a batch is of many calls."""
    cuts = [cut(each.audio) for each in say(Espeak(), FORBIDDEN, CLEAN, 7)]
    alike = [replace(one, call_id=f"call-{number}") for number, one in enumerate(cuts)]
    apart = [replace(one, segment_id=f"a{number}") for number, one in enumerate(alike)]
    times = []
    for batch in (alike, apart):
        answers = demo.decode(batch)
        times.append([demo.words(one, normalise(answer.text)) for one, answer in zip(batch, answers, strict=True)])
    assert times[0] == times[1]
