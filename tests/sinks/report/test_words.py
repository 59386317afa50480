from __future__ import annotations

import re
from typing import get_args

import pytest

from monitor import resources
from monitor.core.events import DIMENSIONS, Condition, StepVerdict
from monitor.core.types import SEVERITIES, EndedBy, Side
from monitor.sinks.report.words import WORDS, clock, figure, lost, moment, suppressed, usual, word

TEMPLATES = resources.PACKAGE / "sinks" / "report" / "templates"


@pytest.mark.parametrize("kind", [Condition, StepVerdict, Side, EndedBy])
def test_everything_a_report_names_has_a_word(kind: object) -> None:
    assert set(get_args(kind)) | set(SEVERITIES) | set(DIMENSIONS) <= set(WORDS)


def test_every_word_of_a_template_is_there() -> None:
    used = {key for file in TEMPLATES.iterdir() for key in re.findall(r"\bt\('(\w+)'\)", file.read_text("utf-8"))}
    assert used
    assert used <= set(WORDS)


def test_words_and_clock() -> None:
    assert (word("silence", "zh"), word("silence", "en"), word("brand_new", "en")) == ("静默", "silence", "brand_new")
    assert [clock(ms) for ms in (0, 999, 65_432, 3_600_000, None)] == ["0:00.0", "0:00.9", "1:05.4", "60:00.0", ""]


def test_moments() -> None:
    assert moment("2026-11-20T09:30:00.000+08:00") == "2026-11-20 01:30 UTC"
    assert moment("yesterday") == "yesterday"


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (6500, "ms", "6.5 s"),
        (-37.46, "dbov", "-37.5 dBov"),
        (0, "times", "0 次"),
        (237.4, "chars/min", "237.4 字/分"),
        (3, "furlongs", "3 furlongs"),
        (None, "ms", ""),
    ],
)
def test_figures_in_their_units(value: float | None, unit: str, said: str) -> None:
    assert figure(value, unit, "zh") == said


@pytest.mark.parametrize(
    ("low", "high", "unit", "said"),
    [
        (120, 330, "chars/min", "120–330 chars/min"),
        (None, 45_000, "ms", "≤ 45.0 s"),
        (2, None, "times", "≥ 2 ×"),
        (None, None, "%", ""),
    ],
)
def test_what_is_usual(low: float | None, high: float | None, unit: str, said: str) -> None:
    assert usual(low, high, unit, "en") == said


def test_why_there_is_no_text_is_said_in_words() -> None:
    assert (lost("timeout", "zh"), lost("eclipse", "zh")) == ("识别超时", "eclipse")
    assert suppressed(("no_voice", "quiet", "new"), "zh") == "没有人声、声音太弱、new"
