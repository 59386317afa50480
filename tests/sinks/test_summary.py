"""The last page of a demo: a row for each call, and how soon the words were there."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from monitor.core.events import Envelope
from monitor.sinks.report.words import Lang
from monitor.sinks.summary import summary
from tests.sinks.report.story import story


def shown(envelopes: list[Envelope], lang: Lang = "zh", real_time: bool = True) -> str:
    out = io.StringIO()
    Console(file=out, width=160, highlight=False).print(summary(envelopes, lang, real_time))
    return out.getvalue()


@pytest.mark.parametrize(
    ("lang", "heads"), [("zh", ["通话", "得分", "挂机方"]), ("en", ["call", "score", "hung up by"])]
)
def test_a_row_for_each_call(lang: Lang, heads: list[str]) -> None:
    text = shown([*story("one"), *story("two")], lang)
    assert all(head in text for head in heads)
    assert [sum(line.startswith(f"│ {name} ") for line in text.splitlines()) for name in ("one", "two")] == [1, 1]


def test_how_soon_the_words_were_there() -> None:
    late = [
        each.model_copy(update={"heard_ms": each.at_ms + 300}) if each.type == "utterance" else each for each in story()
    ]
    assert "median 300 ms, longest 300 ms" in shown(late, "en")
    assert "median" not in shown(late, "en", real_time=False)
    assert "median" not in shown([each for each in late if each.type != "utterance"], "en")


def test_a_call_of_which_little_is_known() -> None:
    assert "│ one " in shown(story("one")[:1], "en")
