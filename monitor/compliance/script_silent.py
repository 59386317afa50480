"""The silent call: nobody has heard the customer since the answer.

`_Timing` follows facts alone. One copy runs in the signal lane and prompts; another runs in the words lane, where it
meets the agent's words in order and grades them. Both see the same facts, so they agree.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.sayings import TOGETHER_MS, Grades, Saying, Verdict
from monitor.compliance.script import Script
from monitor.compliance.words import Words
from monitor.core.events import CallEnded, Event, SpeechEnded, StepVerdict
from monitor.core.types import EndedBy

UNHEARD_MS = 600
"""Less than this of unheard time cannot have held a sentence of the script."""


class _Timing(Runner):
    """at: the step that is due, from the answer on step 0. due_ms: since when. over: cancelled or ended."""

    wants = frozenset(("call.answered", "call.ended", "call.data", "speech.started", "speech.ended"))

    def __init__(self, rule: Script, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self.at = 0
        self.dues: list[int] = []
        self.over = False
        self.next_ms: int | None = None

    def fact(self, event: Event) -> None:
        if self.over:
            return
        body = event.body
        if event.type == "call.answered" and not self.dues:
            self.dues = [event.at_ms]
            if "customer" in self.lane.state.speaking_since:
                self._cancel(event)
            elif "agent" not in self.lane.state.speaking_since:
                self._wait(event.at_ms)
        elif not self.dues:
            return
        elif isinstance(body, CallEnded):
            self.over, self.next_ms = True, None
            self.ended(event.at_ms, body.ended_by)
        elif event.type == "speech.started":
            self.next_ms = None
            if event.channel == "customer":
                self._cancel(event)
        elif isinstance(body, SpeechEnded) and event.channel == "agent":
            self._wait(body.end_ms)
            self.agent_ended(event)
        elif event.type == "call.data":
            self._held(event)

    def _held(self, event: Event) -> None:
        if self.lane.state.on_hold:
            self.next_ms = None
        elif self.next_ms is None and "agent" not in self.lane.state.speaking_since:
            self._wait(event.at_ms)

    def _cancel(self, event: Event) -> None:
        self.over, self.next_ms = True, None
        self.cancelled(event)

    def _wait(self, from_ms: int) -> None:
        if self.at + 1 < len(self.rule.steps) and not self.lane.state.on_hold:
            self.next_ms = from_ms + self.rule.steps[self.at + 1].wait_ms
            self.lane.set_timer(self.next_ms, self)

    def timer(self, at_ms: int) -> None:
        if self.over or at_ms != self.next_ms:
            return
        self.slot_closes(at_ms)
        self.at += 1
        self.dues.append(at_ms)
        self.next_ms = None
        self._wait(at_ms)
        self.due(at_ms)

    def _unheard(self, start_ms: int, end_ms: int) -> bool:
        """Whether the agent may have said something there that nobody heard."""
        return self.lane.doubtful_ms("agent", start_ms, end_ms) >= UNHEARD_MS

    def slot_closes(self, at_ms: int) -> None:
        """The step that was due has had its time."""

    def due(self, at_ms: int) -> None:
        """Step `at` is due from now on."""

    def agent_ended(self, event: Event) -> None:
        """The agent stopped speaking."""

    def cancelled(self, event: Event) -> None:
        """The customer was heard."""

    def ended(self, at_ms: int, ended_by: EndedBy) -> None:
        """The line is gone."""


class SilentPrompter(_Timing):
    """Shows the step at its instant, and the wait before the next one."""

    _prompt_id = ""

    def due(self, at_ms: int) -> None:
        self._show(at_ms, self.rule.shown(self.at))

    def agent_ended(self, event: Event) -> None:
        if self._prompt_id and self.next_ms is not None:
            self._show(event.at_ms, self.rule.shown_while_waiting(self.at + 1))

    def _show(self, at_ms: int, text: str) -> None:
        countdown_ms = None if self.next_ms is None else max(0, self.next_ms - at_ms)
        self._prompt_id = self.lane.memory.prompt(self.rule, at_ms, self.dues[0], text, countdown_ms)

    def cancelled(self, event: Event) -> None:
        self._clear(event.at_ms)

    def ended(self, at_ms: int, ended_by: EndedBy) -> None:
        self._clear(at_ms)

    def _clear(self, at_ms: int) -> None:
        if self._prompt_id:
            self.lane.memory.unprompt(self.rule, at_ms, self._prompt_id)


class SilentGrader(_Timing):
    """Grades what the agent said. expected: the first step without a verdict."""

    hears = True

    def __init__(self, rule: Script, lane: Lane) -> None:
        super().__init__(rule, lane)
        self._grades = Grades(rule, lane)
        self._saying: Saying | None = None
        self._expected = 0
        self._last_end_ms = 0
        self._tentative: Verdict | None = None

    def words(self, words: Words, found: Sequence[Found]) -> None:
        if self.over or not self.dues or words.channel != "agent" or words.start_ms < self.dues[0]:
            return
        saying = self._saying
        if saying is None or words.start_ms - saying.end_ms >= TOGETHER_MS:
            self._grade()
            saying = self._saying = Saying(words.start_ms, words.end_ms)
        saying.add(words, found)

    def _grade(self) -> None:
        saying, self._saying = self._saying, None
        if saying is None:
            return
        matched = [at for at in range(len(self.rule.spoken)) if saying.says(self.rule, at)]
        ahead = [at for at in matched if at >= self._expected]
        if ahead:
            self._pass_over(ahead[0], saying.start_ms)
            due_ms, verdict = self._timed(ahead[0], saying)
            self._grades.add(Verdict(ahead[0], verdict, due_ms, saying.end_ms, saying))
            self._expected = ahead[0] + 1
            self._tentative = None
        elif not matched and self._expected <= self.at and self._expected < len(self.rule.spoken):
            unknown: StepVerdict = "not_judged" if saying.unheard else "wrong_words"
            self._tentative = Verdict(self._expected, unknown, self.dues[self._expected], saying.end_ms, saying)
        self._last_end_ms = saying.end_ms

    def _timed(self, at: int, saying: Saying) -> tuple[int, StepVerdict]:
        step = self.rule.spoken[at]
        if at <= self.at:
            due_ms = self.dues[at]
            return due_ms, "in_time" if saying.start_ms <= due_ms + step.grace_ms else "late"
        due_ms = max(self._last_end_ms, self.dues[0]) + step.wait_ms
        return due_ms, "in_time" if saying.start_ms >= due_ms - step.early_ms else "early"

    def _pass_over(self, until: int, at_ms: int) -> None:
        """Steps before `until` that got no verdict: what was said in their stead, or skipped."""
        for at in range(self._expected, until):
            if self._tentative is not None and self._tentative.step == at:
                self._grades.add(self._tentative)
            else:
                due_ms = self.dues[at] if at < len(self.dues) else at_ms
                verdict: StepVerdict = "not_judged" if self._unheard(due_ms, at_ms) else "skipped"
                self._grades.add(Verdict(at, verdict, due_ms, at_ms))
        self._expected = max(self._expected, until)
        self._tentative = None

    def slot_closes(self, at_ms: int) -> None:
        self._grade()
        self._pass_over(min(self.at + 1, len(self.rule.spoken)), at_ms)
        self._grades.open()

    def cancelled(self, event: Event) -> None:
        self._stop(event.at_ms)
        self._grades.close()

    def _stop(self, at_ms: int) -> None:
        """The step in progress is judged only when its time had run out."""
        self._grade()
        at = self._expected
        if at <= self.at and at < len(self.rule.spoken) and at_ms > self.dues[at] + self.rule.spoken[at].grace_ms:
            self._pass_over(at + 1, at_ms)

    def ended(self, at_ms: int, ended_by: EndedBy) -> None:
        if ended_by == "agent":
            self._grades.open()
            self._grade()
            done = self._expected >= len(self.rule.spoken)
            self._pass_over(len(self.rule.spoken), at_ms)
            self._hung_up(at_ms, done)
        else:
            self._stop(at_ms)
            if ended_by == "unknown" and self.at and self.rule.steps[-1].hang_up:
                last = len(self.rule.steps) - 1
                self._grades.add(Verdict(last, "not_judged", at_ms, at_ms))
        self._grades.close()

    def _hung_up(self, at_ms: int, done: bool) -> None:
        step = self.rule.steps[-1]
        if not step.hang_up:
            return
        due_ms = self._last_end_ms + step.wait_ms
        verdict: StepVerdict = "early" if not done or at_ms < due_ms - step.early_ms else "in_time"
        if verdict == "in_time" and at_ms > due_ms + step.grace_ms:
            verdict = "late"
        if not done and self._unheard(self.dues[0], at_ms):
            verdict = "not_judged"
        self._grades.add(Verdict(len(self.rule.steps) - 1, verdict, due_ms, at_ms))
