"""Kind `forbidden`: words the agent (or whoever `channel` names) must not say.

Fires on the utterance that holds them, without waiting for anything. One alert for each utterance, with a piece of
evidence for each phrase. A phrase cut in two by the segmenter is found when both halves are there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from monitor.compliance.rule import Listening, Rule, Wording
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.words import Words
from monitor.core.types import Channel

_NOT_MEANT = re.compile(
    "(不是|并非|没有|没|别|不会|不能|不要|不敢|绝不|从不|从没|怎么会|怎么能)"
    "再?[要想在]?对?[您你]?(说|讲|觉得|认为|以为|意味着|表示)?$"
)
_BEFORE = 10


class Forbidden(Rule):
    """unless: a hit inside one of these phrases does not count (「喂」 not in 「喂您好」). negation: a hit right after
    「不是说」, 「没有说」 and the like does not count."""

    lazy: ClassVar[bool] = True
    timed: ClassVar[bool] = False

    kind: Literal["forbidden"]
    channel: Channel = "agent"
    words: Wording
    unless: tuple[str, ...] = Field((), description="larger phrases in which a hit is harmless")
    negation: bool = Field(True, description="a phrase that is denied is not counted")

    def listening(self) -> Iterator[Listening]:
        for at, phrases in enumerate(self.words.groups):
            yield Listening(self.channel, ("words", at), phrases)
        if self.unless:
            yield Listening(self.channel, ("unless", 0), self.unless)

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        return (Watch(self, signal),)


class Watch(Runner):
    """Holds nothing of the call: every utterance is judged by itself."""

    def __init__(self, rule: Forbidden, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id

    def words(self, words: Words, found: Sequence[Found]) -> None:
        answered_ms = self.lane.state.answered_ms
        if answered_ms is None or words.start_ms < answered_ms:
            return
        harmless = [one.hit for one in found if one.key[0] == "unless"]
        counted = [
            one
            for one in found
            if one.key[0] == "words"
            and not any(hit.start <= one.hit.start and one.hit.end <= hit.end for hit in harmless)
            and not self._denied(words, one)
        ]
        if not self.rule.words.satisfied({one.key[1] for one in counted}):
            return
        evidence = sorted((one.evidence for one in counted), key=lambda one: (one.start_ms, one.end_ms, one.quote))
        start_ms, end_ms = evidence[0].start_ms, max(one.end_ms for one in evidence)
        self.lane.memory.alert(self.rule, end_ms, self.rule.channel, start_ms, end_ms, evidence=evidence)

    def _denied(self, words: Words, one: Found) -> bool:
        if not self.rule.negation or words.heard is None or one.evidence.start_ms < words.start_ms:
            return False
        start = one.hit.start
        return bool(_NOT_MEANT.search(words.heard.chars[max(0, start - _BEFORE) : start]))

