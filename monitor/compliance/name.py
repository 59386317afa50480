"""Kind `name`: once the customer's surname is known, the agent uses it.

Known from the call's data, or heard: the customer says 我姓王, 免贵姓王, 我叫王…, or the agent checks it (您姓王).
From then on the agent must say the surname, or anything that sounds like it, before one of `titles`. Judged at the
end, when the agent had enough turns to do so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from monitor.compliance.rule import Rule
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.turns import TurnCount
from monitor.compliance.words import Words
from monitor.core.events import CallData, Event, Evidence
from monitor.speech.pinyin import alike, syllable

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁"
    "潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_SOUNDS = frozenset(alike(syllable(char)) for char in SURNAMES)
_DOUBLE = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯")
_NO_NAME = frozenset("名什啥氏甚谁哪是吗呢的")
_OWN = re.compile("(?:免贵|我是|我|本人|敝)姓(..?)|(?<![么名])免贵(.)|^姓(..?)")
_CALLED = re.compile("(?:我叫|我的名字[是叫]|我名字叫)(..?)")
_CHECKED = re.compile("[您你](?:是)?姓(..?)|请问是(..?)(?:先生|女士|小姐)")


class Name(Rule):
    """times: how often the name must be used. after_turns: only where the agent had so many turns afterwards."""

    kind: Literal["name"]
    titles: tuple[str, ...] = ("先生", "女士", "小姐", "老师", "太太")
    times: int = Field(1, ge=1, le=20)
    after_turns: int = Field(2, ge=1, le=50)

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Using(self, words)
        words.add(runner)
        return (runner,)


def captured(text: str, by_customer: bool) -> str | None:
    """The surname said in a text of letters and characters only, None where there is none."""
    for pattern in (_OWN, _CALLED) if by_customer else (_CHECKED,):
        found = pattern.search(text)
        if found is None:
            continue
        said = next((group for group in found.groups() if group), "")
        if said[:2] in _DOUBLE:
            return said[:2]
        if said and said[0] not in _NO_NAME and alike(syllable(said[0])) in _SOUNDS:
            return said[0]
    return None


def sounds_of(name: str) -> tuple[str, ...]:
    return tuple(alike(syllable(char)) for char in name)


class _Using(Runner):
    wants = frozenset(("call.answered", "call.data"))
    hears = True

    def __init__(self, rule: Name, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self._titled = re.compile(f"(..?)(?:{'|'.join(map(re.escape, rule.titles))})")
        self._known: Evidence | None = None
        self._since_ms = 0
        self._name = ""
        self._used = 0
        self._count = TurnCount("agent")
        self._prompt_id = ""

    def fact(self, event: Event) -> None:
        memory = self.lane.memory
        if event.type == "call.answered" and memory.info.customer_surname:
            self._learn(memory.info.customer_surname, event.at_ms, None)
        elif isinstance(event.body, CallData) and event.body.kind == "surname" and event.body.value:
            self._learn(event.body.value, event.at_ms, None)

    def _learn(self, name: str, at_ms: int, evidence: Evidence | None) -> None:
        if not self._name:
            self._name, self._since_ms, self._known = name, at_ms, evidence
            self.lane.memory.surname = name
            self._count.reset()
            if self.rule.prompt:
                self._prompt_id = self.lane.memory.prompt(self.rule, at_ms, at_ms, self.rule.prompt)

    def words(self, words: Words, found: Sequence[Found]) -> None:
        answered_ms = self.lane.state.answered_ms
        if answered_ms is None or words.start_ms < answered_ms:
            return
        if self._name:
            self._count.take(words)
        if words.heard is None:
            return
        text = words.heard.chars
        if words.channel == "agent" and self._name and self._uses(text):
            self._used += 1
            if self._prompt_id:
                self.lane.memory.unprompt(self.rule, words.end_ms, self._prompt_id)
                self._prompt_id = ""
        if not self._name:
            name = captured(text, words.channel == "customer")
            if name:
                quote = Evidence(quote=words.text[:40], start_ms=words.start_ms, end_ms=words.end_ms)
                self._learn(name, words.end_ms, quote)

    def _uses(self, text: str) -> bool:
        meant = sounds_of(self._name)
        said = [sounds_of(found[1]) for found in self._titled.finditer(text)]
        return any(sounds[-len(meant) :] == meant for sounds in said)

    def finish(self, end_ms: int) -> None:
        rule, memory = self.rule, self.lane.memory
        if self._prompt_id:
            memory.unprompt(rule, end_ms, self._prompt_id)
        if not self._name or (self._count.turns < rule.after_turns and self._used < rule.times):
            return
        if self._used >= rule.times:
            memory.passed.add(rule.id)
        elif self.lane.doubtful_ms("agent", self._since_ms, end_ms) >= 600:
            memory.not_judged.add(rule.id)
        else:
            message = f"{rule.said}（{self._name}先生／女士：{self._used} 次）"
            evidence = (self._known,) if self._known else ()
            memory.alert(rule, end_ms, "agent", self._since_ms, end_ms, message, evidence, "missing")
