"""Kind `questions`: how the agent asks: closed (封闭), open (开放) or choice (选择) questions, and in which order.

A sentence is a question of the first kind in `kinds` whose words it holds. The order is shown with the call, one entry
for each run of equal kinds, and a customer's refusal in between. An alert, where the rule wants one: the first question
is not of the kind `first`, the last not of `last`, or the one after a refusal not of `after_refusal`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from monitor.compliance.rule import Listening, Rule, Said, Table, Wording, wording_keys
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.words import Words
from monitor.core.events import Evidence, Metric
from monitor.core.types import Channel

REFUSED = "拒绝"
_MOST = 200


class QuestionKind(Table):
    id: str = Field(min_length=1)
    title: str
    words: Said


class Questions(Rule):
    """unless: sentences that are no questions of this sort (the offer to help). min_questions: fewer are not judged."""

    kind: Literal["questions"]
    channel: Channel = "agent"
    kinds: tuple[QuestionKind, ...] = Field(min_length=1)
    unless: Wording = Wording()
    refusal: Wording = Wording()
    first: str = ""
    last: str = ""
    after_refusal: str = ""
    min_questions: int = Field(3, ge=1, le=100)
    alert: bool = False

    @model_validator(mode="after")
    def _known_kinds(self) -> Self:
        known = {kind.id for kind in self.kinds}
        for wanted in filter(None, (self.first, self.last, self.after_refusal)):
            if wanted not in known:
                raise ValueError(f'there is no kind "{wanted}"; known: {", ".join(sorted(known))}')
        return self

    def listening(self) -> Iterator[Listening]:
        for at, kind in enumerate(self.kinds):
            yield from wording_keys(f"kind{at}", kind.words, self.channel)
        yield from wording_keys("unless", self.unless, self.channel)
        other: Channel = "customer" if self.channel == "agent" else "agent"
        yield from wording_keys("refusal", self.refusal, other)

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Asking(self, words)
        words.add(runner)
        return (runner,)


class _Asking(Runner):
    hears = True

    def __init__(self, rule: Questions, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self.awake = False
        self._asked: list[tuple[str, Evidence]] = []
        self._count = 0

    def words(self, words: Words, found: Sequence[Found]) -> None:
        answered_ms = self.lane.state.answered_ms
        if not found or answered_ms is None or words.start_ms < answered_ms or len(self._asked) >= _MOST:
            return
        names = {one.key[0] for one in found}
        evidence = Evidence(quote=words.text[:60], start_ms=words.start_ms, end_ms=words.end_ms)
        if "refusal" in names:
            self._asked.append((REFUSED, evidence))
        elif "unless" not in names:
            for at, kind in enumerate(self.rule.kinds):
                groups = {one.key[1] for one in found if one.key[0] == f"kind{at}"}
                if groups and kind.words.satisfied(groups):
                    self._asked.append((kind.id, evidence))
                    self._count += 1
                    break

    def finish(self, end_ms: int) -> None:
        rule, memory = self.rule, self.lane.memory
        if self.lane.state.answered_ms is None:
            return
        titles = {kind.id: kind.title for kind in rule.kinds} | {REFUSED: REFUSED}
        order = [titles[kind] for kind, _ in self._asked]
        runs = [name for at, name in enumerate(order) if at == 0 or order[at - 1] != name]
        name = rule.title_en or rule.title
        memory.emit(
            end_ms, rule.channel,
            Metric(rule_id=rule.id, name=name, value=self._count, unit="times", text=" → ".join(runs)),
        )  # fmt: skip
        if not rule.alert or self._count < rule.min_questions:
            return
        wrong = list(self._wrong(titles))
        if not wrong:
            memory.passed.add(rule.id)
            return
        evidence = tuple(one for _, one in wrong)
        start_ms, stop_ms = min(one.start_ms for one in evidence), max(one.end_ms for one in evidence)
        message = f"{rule.said}（{'；'.join(what for what, _ in wrong)}）"
        memory.alert(rule, end_ms, rule.channel, start_ms, stop_ms, message, evidence, "out_of_order")

    def _wrong(self, titles: dict[str, str]) -> Iterator[tuple[str, Evidence]]:
        rule = self.rule
        asked = [one for one in self._asked if one[0] != REFUSED]
        if rule.first and asked[0][0] != rule.first:
            yield f"第一问不是{titles[rule.first]}式", asked[0][1]
        for (kind, _), (following, evidence) in zip(self._asked, self._asked[1:], strict=False):
            if rule.after_refusal and kind == REFUSED and following not in (REFUSED, rule.after_refusal):
                yield f"被拒后不是{titles[rule.after_refusal]}式", evidence
        if rule.last and asked[-1][0] != rule.last:
            yield f"最后一问不是{titles[rule.last]}式", asked[-1][1]
