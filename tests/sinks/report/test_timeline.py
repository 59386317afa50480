from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.events import ConditionEnded, Envelope
from monitor.sinks.report import sheet
from monitor.sinks.report.sheet import CallSheet, Span
from monitor.sinks.report.timeline import LEFT, RIGHT, WIDTH, draw
from tests.sinks.report.story import NASTY


def rects(svg: str) -> list[ElementTree.Element]:
    return [node for node in ElementTree.fromstring(svg).iter() if node.tag == "rect"]


def test_speech_conditions_and_alerts_are_drawn(envelopes: list[Envelope]) -> None:
    svg = draw(sheet.read(envelopes), "zh")
    kinds = [node.get("class") for node in rects(svg)]
    assert kinds.count("speech agent") == 2
    assert kinds.count("speech customer") == 1
    assert "condition silence" in kinds
    assert "condition low_volume" in kinds
    assert len(list(ElementTree.fromstring(svg).iter("path"))) == 3
    assert NASTY not in svg


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_empty_call_is_drawn_too(lang: str) -> None:
    assert rects(draw(CallSheet("x"), lang)) == []  # type: ignore[arg-type]


def test_silences_stay_on_one_height_whatever_else_the_line_has() -> None:
    one = CallSheet("x", duration_ms=10_000)
    for condition, start, end in (("low_volume", 0, 4000), ("silence", 1000, 2000), ("silence", 5000, 9000)):
        body = ConditionEnded.model_validate({"condition": condition, "since_ms": start, "end_ms": end})
        one.spans.append(Span("agent", body, end))
    heights = [(node.get("class"), node.get("y")) for node in rects(draw(one, "zh"))]
    silent = {y for kind, y in heights if kind == "condition silence"}
    assert len(silent) == 1
    assert silent.isdisjoint(y for kind, y in heights if kind == "condition low_volume")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9999), st.integers(1, 9999)), max_size=20))
def test_no_two_bars_overlap_and_none_leaves_the_picture(spans: list[tuple[int, int]]) -> None:
    one = CallSheet("x", duration_ms=10_000)
    for start, length in sorted(spans):
        end = min(10_000, start + length)
        one.spans.append(Span("agent", ConditionEnded(condition="noise", since_ms=start, end_ms=end), end))
    placed: dict[str, float] = {}
    for node in rects(draw(one, "en")):
        x, width, y = float(node.get("x", 0)), float(node.get("width", 0)), node.get("y", "")
        assert x >= LEFT
        assert x + width <= WIDTH - RIGHT + 1.1
        assert placed.get(y, 0) <= x + 1.1
        placed[y] = x + width
