"""Scripts for a bad line: the customer is too quiet, the noise too loud.

The signal lane shows the first step as soon as the condition has held, and takes the prompt away when it ends. The
words lane grades the agent and, while the condition holds, prompts the next step once the one before was said.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.sayings import TOGETHER_MS, Grades, Saying, Verdict
from monitor.compliance.script import Script
from monitor.compliance.words import Words
from monitor.core.events import CallEnded, ConditionEnded, ConditionStarted, Event, StepVerdict
from monitor.core.types import EndedBy


class _Holding(Runner):
    """Whether one of the conditions holds, and since when it has held long enough (armed_ms)."""

    wants = frozenset(("condition.started", "condition.ended", "call.ended"))

    def __init__(self, rule: Script, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self.armed_ms: int | None = None
        self._since: dict[int, int] = {}
        self._check_ms: int | None = None
        self._arm_ms: int | None = None

    def fact(self, event: Event) -> None:
        body = event.body
        if isinstance(body, CallEnded):
            self.ended(event.at_ms, body.ended_by)
            return
        assert isinstance(body, ConditionStarted)
        for number, line in enumerate(self.rule.line):
            if line.holds(event):
                if isinstance(body, ConditionEnded):
                    self._since.pop(number, None)
                    self._check_ms = event.at_ms
                    self.lane.set_timer(event.at_ms, self)
                elif self.lane.state.answered_ms is not None:
                    self._since[number] = event.at_ms
                    if self.armed_ms is None and self._arm_ms is None:
                        self._arm_ms = max(event.at_ms, body.since_ms + self.rule.held_ms)
                        self.lane.set_timer(self._arm_ms, self)

    @property
    def holds(self) -> bool:
        return bool(self._since)

    def timer(self, at_ms: int) -> None:
        if at_ms == self._check_ms and not self._since:
            self._check_ms = self._arm_ms = None
            if self.armed_ms is not None:
                self.armed_ms = None
                self.gone(at_ms)
        elif at_ms == self._arm_ms and self._since:
            self._arm_ms, self.armed_ms = None, at_ms
            self.armed(at_ms)

    def armed(self, at_ms: int) -> None:
        """The condition has held long enough."""

    def gone(self, at_ms: int) -> None:
        """The condition is over."""

    def ended(self, at_ms: int, ended_by: EndedBy) -> None:
        """The line is gone."""


class LinePrompter(_Holding):
    """prompt_id: "" when nothing is shown."""

    prompt_id = ""

    def armed(self, at_ms: int) -> None:
        self.prompt_id = self.lane.memory.prompt(self.rule, at_ms, at_ms, self.rule.shown(0))

    def gone(self, at_ms: int) -> None:
        if self.prompt_id:
            self.lane.memory.unprompt(self.rule, at_ms, self.prompt_id)
            self.prompt_id = ""

    def ended(self, at_ms: int, ended_by: EndedBy) -> None:
        self.gone(at_ms)


class LineGrader(_Holding):
    """Grades sayings from the moment the script is armed until the call ends or the condition is over."""

    hears = True

    def __init__(self, rule: Script, lane: Lane, prompter: Runner) -> None:
        super().__init__(rule, lane)
        assert isinstance(prompter, LinePrompter)
        self._prompter = prompter
        self._grades = Grades(rule, lane)
        self._grades.open()
        self._saying: Saying | None = None
        self._expected = 0
        self._due_ms = 0
        self._last_end_ms = 0
        self._next_ms: int | None = None
        self._excused_ms: int | None = None

    def armed(self, at_ms: int) -> None:
        if self._expected == 0:
            self._due_ms = at_ms

    def gone(self, at_ms: int) -> None:
        self._grade()
        self._next_ms = None
        if self._expected < len(self.rule.spoken):
            self._expected = 0

    def words(self, words: Words, found: Sequence[Found]) -> None:
        if words.channel != "agent":
            return
        excuse = {one.key[1] for one in found if one.key[0] == "excuse"}
        if excuse and self.rule.excuse.satisfied(excuse):
            self._excused_ms = words.end_ms
        if self.armed_ms is None or words.end_ms <= self._due_ms:
            return
        saying = self._saying
        if saying is None or words.start_ms - saying.end_ms >= TOGETHER_MS:
            self._grade()
            saying = self._saying = Saying(words.start_ms, words.end_ms)
        saying.add(words, found)
        self.lane.set_timer(saying.end_ms + TOGETHER_MS, self)

    def timer(self, at_ms: int) -> None:
        super().timer(at_ms)
        if self._saying is not None and at_ms >= self._saying.end_ms + TOGETHER_MS:
            self._grade()
        if at_ms == self._next_ms and self.holds and self._prompter.prompt_id:
            self._next_ms = None
            self.lane.memory.prompt(self.rule, at_ms, self._due_ms, self.rule.shown(self._expected))

    def _grade(self) -> None:
        saying, self._saying = self._saying, None
        if saying is None:
            return
        spoken = self.rule.spoken
        ahead = [at for at in range(self._expected, len(spoken)) if saying.says(self.rule, at)]
        if not ahead:
            return
        at = ahead[0]
        for passed in range(self._expected, at):
            self._grades.add(Verdict(passed, "skipped", self._due_ms, saying.start_ms))
        step = spoken[at]
        due_ms = self._due_ms if at == 0 else self._last_end_ms + step.wait_ms
        early = at > 0 and self._expected == at and saying.start_ms < due_ms - step.early_ms
        late = saying.start_ms > due_ms + step.grace_ms
        verdict: StepVerdict = "early" if early else "late" if late and at == 0 else "in_time"
        self._grades.add(Verdict(at, verdict, due_ms, saying.end_ms, saying))
        self._expected, self._last_end_ms = at + 1, saying.end_ms
        if self._expected < len(self.rule.steps):
            self._next_ms = saying.end_ms + self.rule.steps[self._expected].wait_ms
            self.lane.set_timer(max(self._next_ms, self.lane.now_ms), self)
            self._next_ms = max(self._next_ms, self.lane.now_ms)

    def ended(self, at_ms: int, ended_by: EndedBy) -> None:
        self._grade()
        begun = self._expected > 0
        step = self.rule.steps[-1]
        if (self.armed_ms is None and not begun) or ended_by in ("customer", "system") or not step.hang_up:
            self._grades.close()
            return
        excused = self._excused_ms is not None and at_ms - self._excused_ms <= self.rule.excuse_ms
        done = self._expected >= len(self.rule.spoken)
        if excused and not done:
            self._grades.close()
            return
        last = len(self.rule.steps) - 1
        due_ms = (self._last_end_ms if begun else self._due_ms) + step.wait_ms
        if ended_by == "unknown":
            if begun:
                self._grades.add(Verdict(last, "not_judged", at_ms, at_ms))
        else:
            for at in range(self._expected, len(self.rule.spoken)):
                self._grades.add(Verdict(at, "skipped", self._due_ms, at_ms))
            early = not done or at_ms < due_ms - step.early_ms
            self._grades.add(Verdict(last, "early" if early else "in_time", due_ms, at_ms))
        self._grades.close()
