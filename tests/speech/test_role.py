"""Which speaker is the agent."""

from __future__ import annotations

import pytest

from monitor.speech.role import agent_of

GREETING = "您好,欢迎致电某某客户服务热线,客服代表8026很高兴为您服务,请问有什么可以帮助您"
WISH = "你好,我想查一下我家的宽带"


@pytest.mark.parametrize(
    ("said", "direction", "agent", "at_least", "at_most"),
    [
        ((GREETING, WISH), "inbound", 0, 0.95, 0.97),
        ((WISH, GREETING), "inbound", 1, 0.9, 0.97),
        (("喂", "您好,我是客服代表,工号八零二六"), "outbound", 1, 0.9, 0.97),
        (("", ""), "inbound", 0, 0.7, 0.7),
        (("", ""), "outbound", 1, 0.6, 0.6),
        (("嗯", "好的"), "inbound", 0, 0.7, 0.7),
        (("Thank you for calling. How may I help you?", "Hi, I'd like to ask"), "inbound", 0, 0.95, 0.97),
    ],
)
def test_words_tell_it_and_order_makes_it_likely(
    said: tuple[str, str], direction: str, agent: int, at_least: float, at_most: float
) -> None:
    found, sure = agent_of(said, direction)  # type: ignore[arg-type]
    assert found == agent
    assert at_least <= sure <= at_most


def test_traditional_characters_say_the_same() -> None:
    assert agent_of((WISH, "您好,歡迎致電,很高興為您服務"), "inbound")[0] == 1
