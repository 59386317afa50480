from __future__ import annotations

from monitor.core.events import Metric
from tests.playbook import alerts, packs, play

RULES = packs("talk").only("C1.questions")
GOOD = """
1-2 agent: 您现在用的是宽带套餐吗
3-4 customer: 不需要
5-6 agent: 您平时主要用来做什么呢
7-8 customer: 看视频
9-10 agent: 您要一百兆还是两百兆呢
11-12 customer: 两百
13-14 agent: 那给您办理好吗
16 end"""


def order(text: str) -> str:
    return next(one.body.text for one in play(RULES, text) if isinstance(one.body, Metric))


def test_the_order_of_kinds_is_shown() -> None:
    assert order(GOOD) == "封闭 → 拒绝 → 开放 → 选择 → 封闭"
    assert alerts(play(RULES, GOOD)) == []


def test_what_is_out_of_order_is_said_with_evidence() -> None:
    talk = GOOD.replace("您平时主要用来做什么呢", "您要办理吗").replace("那给您办理好吗", "您为什么要换")
    (raised,) = [one.body for one in play(RULES, talk) if one.type == "alert.raised"]
    assert "被拒后不是开放式" in raised.message  # type: ignore[attr-defined]
    assert "最后一问不是封闭式" in raised.message  # type: ignore[attr-defined]
    assert [proof.quote for proof in raised.evidence] == ["您要办理吗", "您为什么要换"]  # type: ignore[attr-defined]


def test_the_offer_to_help_is_no_question_and_few_are_not_judged() -> None:
    assert order("1-2 agent: 请问有什么可以帮您的吗\n3-4 customer: 查话费\n9 end") == ""
    assert alerts(play(RULES, "1-2 agent: 您怎么了\n3-4 customer: 嗯\n9 end")) == []
