"""What an agent said in one go, graded against the steps of a script. Shared by both kinds of script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.compliance.runner import Found, Lane
from monitor.compliance.script import Script
from monitor.compliance.words import Words
from monitor.core.events import Evidence, StepVerdict

TOGETHER_MS = 1500
"""Utterances closer than this are one saying."""


@dataclass(slots=True)
class Saying:
    start_ms: int
    end_ms: int
    found: dict[tuple[str, int], Evidence] = field(default_factory=dict)
    unheard: bool = False
    texts: list[str] = field(default_factory=list)

    def add(self, words: Words, found: Sequence[Found]) -> None:
        self.end_ms = max(self.end_ms, words.end_ms)
        self.unheard = self.unheard or words.heard is None
        self.texts.append(words.text if words.heard is not None else "")
        for one in found:
            self.found.setdefault(one.key, one.evidence)

    def says(self, rule: Script, at: int) -> bool:
        name = f"step{at}"
        return rule.spoken[at].words.satisfied({key[1] for key in self.found if key[0] == name})

    def evidence(self) -> tuple[Evidence, ...]:
        quote = "".join(self.texts)[:80]
        return (Evidence(quote=quote, start_ms=self.start_ms, end_ms=self.end_ms),) if quote else ()


@dataclass(frozen=True, slots=True)
class Verdict:
    step: int
    verdict: StepVerdict
    due_ms: int
    at_ms: int
    saying: Saying | None = None


class Grades:
    """Verdicts of one run of a script; held back until it is certain that the script applies."""

    def __init__(self, rule: Script, lane: Lane) -> None:
        self._rule, self._lane = rule, lane
        self._held: list[Verdict] = []
        self._open = False
        self._clean = True
        self._graded = False

    def add(self, verdict: Verdict) -> None:
        self._held.append(verdict)
        if self._open:
            self._let_out()

    def open(self) -> None:
        self._open = True
        self._let_out()

    def _let_out(self) -> None:
        held, self._held = self._held, []
        for verdict in held:
            self._emit(verdict)

    def _emit(self, one: Verdict) -> None:
        rule, memory = self._rule, self._lane.memory
        step = rule.steps[one.step]
        alert_id = None
        self._graded = True
        memory.hung_up = memory.hung_up or step.hang_up
        if one.verdict in rule.faults:
            self._clean = False
            said = {"early": "过早", "late": "过晚", "wrong_words": "用语不符", "skipped": "未说"}[one.verdict]
            what = "挂机" if step.hang_up else f"「{rule.shown(one.step)}」"
            end_ms = max(one.saying.end_ms if one.saying else one.at_ms, one.due_ms)
            evidence = one.saying.evidence() if one.saying else ()
            alert_id = memory.alert(
                rule, one.at_ms, "agent", one.due_ms, end_ms, f"{rule.said}：{what}{said}", evidence, one.verdict
            )
        elif one.verdict == "not_judged":
            self._clean = False
            memory.not_judged.add(rule.id)
        memory.step(rule, one.at_ms, step.id, one.verdict, one.due_ms, alert_id)

    def close(self) -> None:
        if self._graded and self._clean:
            self._lane.memory.passed.add(self._rule.id)
