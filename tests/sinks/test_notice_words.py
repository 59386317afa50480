"""Every notice has its sentence in Chinese and English, the same in the terminal and on the pages."""

from __future__ import annotations

import json
import re
from string import Formatter
from typing import get_args

import pytest

from monitor import resources
from monitor.core.events import NOTICES, NoticeCode, notice
from monitor.sinks.notice_words import CHINESE, MOST_NAMES, told
from monitor.sinks.report.words import LOST

SCRIPT = (resources.PACKAGE / "desk" / "pages" / "static" / "i18n.js").read_text("utf-8")
PAGE = {key: tuple(json.loads(pair)) for key, pair in re.findall(r"(?m)^  (\w+): (\[\".*\"\]),$", SCRIPT)}


def test_every_code_has_a_sentence_in_both_languages() -> None:
    assert set(NOTICES) == set(CHINESE) == set(get_args(NoticeCode))


def test_the_pages_say_the_same() -> None:
    assert {key for key in PAGE if key.startswith("says_")} == {f"says_{code}" for code in NOTICES}
    for code, (_, english) in NOTICES.items():
        assert PAGE[f"says_{code}"] == (CHINESE[code], english)
    for reason, pair in LOST.items():
        assert PAGE[f"lost_{reason}"] == pair


@pytest.mark.parametrize("code", NOTICES)
def test_both_languages_have_the_same_places(code: NoticeCode) -> None:
    english, chinese = (
        {name for _, name, _, _ in Formatter().parse(sentence) if name}
        for sentence in (NOTICES[code][1], CHINESE[code])
    )
    assert english == chinese


def test_a_reason_is_said_in_words_and_long_lists_are_cut() -> None:
    lost = notice("segments_lost", count=2, reason="engine_error")
    assert told(lost.model_dump(), "zh") == "2 段话未能转写，最近一段的原因：识别出错"
    many = [f"c{number}" for number in range(MOST_NAMES + 1)]
    moved = notice("calls_let_go", count=len(many), calls=many)
    assert "c4, …" in told(moved.model_dump(), "en")
    assert "c5" in moved.message


def test_a_notice_of_another_version_says_what_it_came_with() -> None:
    assert told({"kind": "disk", "message": "the disk is full"}, "zh") == "the disk is full"
    assert (
        told({"kind": "disk", "message": "the disk is full", "code": "new", "params": {}}, "zh") == "the disk is full"
    )
