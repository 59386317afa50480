"""Which of two speakers is the agent: by what each says at first, else by who speaks first.

An agent greets with the company, a name or number, and an offer to help; a customer comes with a wish. Who picks up
speaks first: the agent of an inbound call, the customer of an outbound one, but that is no more than likely.
"""

from __future__ import annotations

import re
from math import exp

from monitor.core.types import Direction
from monitor.speech.normalise import fold, normalise

AGENT_SAYS = (
    "欢迎致电", "欢迎拨打", "为您服务", "客服代表", "客服中心", "客户服务", "工号", "帮助您", "帮到您", "帮您的",
    "感谢您的来电", "您贵姓", "怎么称呼您", "请您稍等", "请稍等", "您好这里是", "请问有什么", "还有什么可以",
    "thankyouforcalling", "howmayihelp", "howcanihelp", "mynameis", "thisis",
)  # fmt: skip
CUSTOMER_SAYS = (
    "我要投诉", "我想问", "我想查", "我想咨询", "我要办", "我要查", "帮我查", "帮我看", "你们公司", "你们怎么",
    "你们这", "我家", "我的手机", "我的电话", "我的号码", "我这边", "iwantto", "idliketo", "iamcalling", "imcalling",
    "myaccount",
)  # fmt: skip
_A_HIT = 1.6
_INBOUND, _OUTBOUND = 0.85, -0.4
_NEVER_SURER = 0.97


def agent_of(said: tuple[str, str], direction: Direction) -> tuple[int, float]:
    """(which speaker is the agent, how certain that is from 0.5 to 1). said: the first words of each, the one who spoke
    first first; "" where they are not known."""
    lead = _INBOUND if direction == "inbound" else _OUTBOUND
    lead += _A_HIT * (_agent_like(said[0]) - _agent_like(said[1]))
    sure = 1.0 / (1.0 + exp(-abs(lead)))
    return int(lead < 0), min(round(sure, 2), _NEVER_SURER)


def _agent_like(text: str) -> int:
    plain = re.sub(r"\W", "", fold(normalise(text)).text)
    return sum(each in plain for each in AGENT_SAYS) - sum(each in plain for each in CUSTOMER_SAYS)
