# ruff: noqa: E501 -- a story is one string
from __future__ import annotations

import pytest

from tests.playbook import alerts, packs, play, prompts, score, steps

BOOK = packs("phone-script").only("A4.silent-call")
GREET = "0.5-3 agent: 您好！请问有什么可以帮助您？\n"
AGAIN = "8.2-10.5 agent: 您好，请问有什么可以帮助您？\n"
SORRY = "16-21 agent: 对不起，您的电话没有声音，请您换一部电话再次打来，好吗？再见！\n"


def verdicts(text: str, **more: object) -> list[tuple[str, str]]:
    return steps(play(BOOK, text, **more))  # type: ignore[arg-type]


def test_the_whole_script_in_time() -> None:
    events = play(BOOK, GREET + AGAIN + SORRY + "26.2 hangup agent")
    assert steps(events) == [(step, "in_time") for step in ("greet", "greet_again", "apologise", "hang_up")]
    assert (alerts(events), score(events).total) == ([], 100)


def test_each_step_is_prompted_at_its_millisecond_with_the_time_to_the_next() -> None:
    shown = prompts(play(BOOK, GREET + AGAIN + SORRY + "26.2 hangup agent", step_ms=20))
    due = [(at, countdown) for at, text, countdown in shown if not text.startswith("请等待") and text]
    assert due == [(8000, 5000), (15500, 5000), (26000, None)]
    waits = [(at, countdown) for at, text, countdown in shown if text.startswith("请等待")]
    assert waits == [(10800, 4700), (21300, 4700)]
    assert shown[-1] == (26200, "", None)


@pytest.mark.parametrize("step_ms", [20, 100, 700, None])
def test_a_line_without_any_media_is_prompted_all_the_same(step_ms: int | None) -> None:
    events = play(BOOK, "30 end", step_ms=step_ms)
    assert [at for at, _, _ in prompts(events)] == [5000, 10000, 15000]
    assert steps(events) == [("greet", "skipped"), ("greet_again", "skipped"), ("apologise", "skipped")]


def test_the_customers_first_word_ends_it() -> None:
    events = play(BOOK, GREET + "9-10 customer: 喂\n20-22 agent: 您好\n40 hangup agent")
    assert prompts(events)[-1] == (9100, "", None)
    assert steps(events) == [("greet", "in_time")]
    assert play(BOOK, GREET + "4-5 customer: 喂\n40 hangup agent")[-1].type == "score"
    assert verdicts(GREET + "4-5 customer: 喂\n40 hangup agent") == []


def test_a_pause_later_in_the_call_is_no_silent_call() -> None:
    assert verdicts(GREET + "4-5 customer: 喂\n6-7 agent: 您好\n60 hangup agent") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (GREET + "5 hangup agent", [("greet", "in_time"), ("greet_again", "skipped"), ("apologise", "skipped"), ("hang_up", "early")]),
        (GREET + AGAIN + SORRY + "22 hangup agent", [("greet", "in_time"), ("greet_again", "in_time"), ("apologise", "in_time"), ("hang_up", "early")]),
        (GREET + AGAIN + SORRY + "80 hangup agent", [("greet", "in_time"), ("greet_again", "in_time"), ("apologise", "in_time"), ("hang_up", "late")]),
        (GREET + AGAIN + SORRY + "23 hangup customer", [("greet", "in_time"), ("greet_again", "in_time"), ("apologise", "in_time")]),
        (GREET + AGAIN + SORRY + "23 hangup unknown", [("greet", "in_time"), ("greet_again", "in_time"), ("apologise", "in_time"), ("hang_up", "not_judged")]),
        (GREET + "8.2-9 agent: 喂有人吗\n" + SORRY + "26.2 hangup agent", [("greet", "in_time"), ("greet_again", "wrong_words"), ("apologise", "in_time"), ("hang_up", "in_time")]),
        (GREET + "8.2-10.5 agent (lost): …\n" + SORRY + "26.2 hangup agent", [("greet", "in_time"), ("greet_again", "not_judged"), ("apologise", "in_time"), ("hang_up", "in_time")]),
        (GREET + SORRY + "26.2 hangup agent", [("greet", "in_time"), ("greet_again", "skipped"), ("apologise", "in_time"), ("hang_up", "in_time")]),
        (GREET + "5-7 agent: 您好，请问有什么可以帮助您？\n" + SORRY + "26.2 hangup agent", [("greet", "in_time"), ("greet_again", "early"), ("apologise", "in_time"), ("hang_up", "in_time")]),
        ("0.5-1 agent: 喂\n" + AGAIN.replace("8.2-10.5", "7-9") + SORRY.replace("16-21", "15-20") + "25.2 hangup agent", [("greet", "wrong_words"), ("greet_again", "in_time"), ("apologise", "in_time"), ("hang_up", "in_time")]),
    ],
)  # fmt: skip
def test_every_verdict(text: str, found: list[tuple[str, str]]) -> None:
    assert verdicts(text) == found


def test_a_sentence_said_with_pauses_is_one_saying() -> None:
    pieces = "16-17 agent: 对不起\n17.6-19 agent: 您的电话没有声音\n19.8-21 agent: 换一部电话再打来，再见\n"
    assert verdicts(GREET + AGAIN + pieces + "26.2 hangup agent")[2] == ("apologise", "in_time")


def test_before_the_answer_nothing_runs() -> None:
    assert verdicts("answered at 20\n0.5-3 agent: 您好\n24 end") == []
    assert prompts(play(BOOK, "answered at 20\n26 end")) == [(25000, "您好，请问有什么可以帮助您？", 5000)]


def test_hold_stops_the_clock() -> None:
    assert [at for at, _, _ in prompts(play(BOOK, GREET + "4 hold on\n20 hold off\n27 end"))] == [25000]


@pytest.mark.parametrize(("name", "due"), [("3/2", [6000, 11500, 19000]), ("3/3", [6000, 11500, 20000])])
def test_other_hotlines_wait_less(name: str, due: list[int]) -> None:
    rules = packs("phone-script", presets={"A4.silent-call": name}).only("A4.silent-call")
    talk = "0.5-3 agent: 您好！请问有什么可以帮助您？\n6.2-8.5 agent: 您好，请问有什么可以帮助您？\n12-17 agent: 对不起，您的电话没有声音，请您换一部电话再次打来，好吗？再见！\n21 hangup agent"
    events = play(rules, talk)
    assert [at for at, text, _ in prompts(events) if text and not text.startswith("请等待")] == due
    assert {verdict for _, verdict in steps(events)} == {"in_time"}
