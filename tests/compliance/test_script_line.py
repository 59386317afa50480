# ruff: noqa: E501 -- a story is one string
from __future__ import annotations

import pytest

from tests.playbook import packs, play, prompts, steps

LOW, NOISE = (packs("phone-script").only(name) for name in ("A6.low-volume", "A7.noise"))
START = "1-3 agent: 您好\n4-60 low_volume customer warn\n4-8 customer: 我想问\n"
LOUDER = "9-11 agent: 对不起！请您大声一点，好吗？\n12-14 customer: 嗯\n"
CHANGE = "16-19 agent: 对不起！您的电话声音太小，请您换一部电话打来，好吗？\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (START + LOUDER + CHANGE + "24.2 hangup agent", [("ask_louder", "in_time"), ("ask_change", "in_time"), ("hang_up", "in_time")]),
        (START + LOUDER + CHANGE + "20 hangup agent", [("ask_louder", "in_time"), ("ask_change", "in_time"), ("hang_up", "early")]),
        (START + LOUDER + "20 hangup agent", [("ask_louder", "in_time"), ("ask_change", "skipped"), ("hang_up", "early")]),
        (START + "20 hangup agent", [("ask_louder", "skipped"), ("ask_change", "skipped"), ("hang_up", "early")]),
        (START + "20 hangup customer", []),
        (START + "20 hangup unknown", []),
        (START + LOUDER + CHANGE + "24.2 hangup unknown", [("ask_louder", "in_time"), ("ask_change", "in_time"), ("hang_up", "not_judged")]),
        (START + CHANGE + "24.2 hangup agent", [("ask_louder", "skipped"), ("ask_change", "in_time"), ("hang_up", "in_time")]),
        (START + "50-52 agent: 感谢您的来电，再见\n56 hangup agent", []),
    ],
)  # fmt: skip
def test_every_verdict(text: str, found: list[tuple[str, str]]) -> None:
    assert steps(play(LOW, text)) == found


def test_the_first_step_is_prompted_when_the_condition_has_held() -> None:
    shown = prompts(play(LOW, START + "20-21 customer: 喂\n30 end", step_ms=20))
    assert shown[0] == (7000, "对不起！请您大声一点，好吗？（请保持自己的音量不变）", None)


def test_the_next_step_is_prompted_when_the_one_before_was_said_and_it_still_holds() -> None:
    shown = prompts(play(LOW, START + LOUDER + "40 end", step_ms=20))
    assert [text for _, text, _ in shown][:2] == [
        "对不起！请您大声一点，好吗？（请保持自己的音量不变）", "对不起！您的电话声音太小，请您换一部电话打来，好吗？",
    ]  # fmt: skip


def test_the_prompt_goes_when_the_condition_ends() -> None:
    shown = prompts(play(LOW, "1-3 agent: 您好\n4-12 low_volume customer warn\n4-8 customer: 我想问\n30 end"))
    assert shown[-1] == (12000, "", None)


def test_a_level_that_changes_does_not_begin_anew() -> None:
    text = "1-3 agent: 您好\n4-9 low_volume customer warn\n9-40 low_volume customer alarm\n5-8 customer: 我想问\n30 end"
    assert len(prompts(play(LOW, text))) == 2


def test_noise_asks_for_an_apology_and_five_seconds() -> None:
    talk = "1-3 agent: 您好\n4-60 noise customer alarm\n5-8 customer: 喂\n9-14 agent: 对不起，您的电话杂音太大，听不清，请您换一部电话再次打来好吗？再见！\n"
    assert steps(play(NOISE, talk + "19.2 hangup agent")) == [("apologise", "in_time"), ("hang_up", "in_time")]
    assert steps(play(NOISE, talk + "15 hangup agent")) == [("apologise", "in_time"), ("hang_up", "early")]
