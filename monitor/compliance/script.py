"""Kind `script`: steps to be said one after the other, each after a wait, and a hang-up at the end.

`on = "silent_call"`: armed by the answer while the customer has not been heard at all. Signals alone move it on: when
nobody has spoken for a step's wait_ms since the agent's last word (or since the step before fell due), the next step
falls due and is prompted at that instant, with a countdown to the one after it. The customer's first word ends it.

`on = "line"`: armed when a condition of the line has held for held_ms. Its first step is prompted at once, the next
when the step before was said, wait_ms have passed and the condition still holds. The condition's end ends it.

Words only grade: a step is in_time, early, late, wrong_words (the agent spoke, but not these words), skipped or
not_judged (the agent spoke, but what was said is unknown). The hang-up is graded when it is known who hung up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from monitor.compliance.anchor import LineState
from monitor.compliance.rule import Listening, Rule, Table, Wording, wording_keys
from monitor.compliance.runner import Lane, Runner


class Step(Table):
    """words: what is to be said; left out in the last step, which is the hang-up. prompt: what the agent page shows.
    wait_ms: how long after the step before. grace_ms: how much later is still in time. early_ms: how much earlier."""

    id: str = Field(min_length=1)
    words: Wording = Wording()
    prompt: str = ""
    wait_ms: int = Field(0, ge=0, le=120_000)
    grace_ms: int = Field(4000, ge=0, le=600_000)
    early_ms: int = Field(500, ge=0, le=10_000)

    @property
    def hang_up(self) -> bool:
        return self.words.empty


class Script(Rule):
    """faults: which verdicts raise an alert. excuse: where the agent said this in the excuse_ms before hanging up, the
    hang-up is not this rule's business (a call that went on to its proper end)."""

    kind: Literal["script"]
    on: Literal["silent_call", "line"] = "silent_call"
    line: tuple[LineState, ...] = ()
    held_ms: int = Field(0, ge=0, le=600_000)
    steps: tuple[Step, ...] = Field(min_length=1)
    faults: tuple[Literal["early", "late", "wrong_words", "skipped"], ...] = ("early", "wrong_words", "skipped")
    excuse: Wording = Wording()
    excuse_ms: int = Field(15_000, ge=0, le=600_000)
    waiting: str = Field("稍停{s}秒，再说：{next}", description="shown while a wait runs; {s} seconds, {next} wording")
    waiting_to_hang_up: str = Field("请等待{s}秒后挂机", description="the same before the hang-up")

    @model_validator(mode="after")
    def _sound_steps(self) -> Self:
        if any(step.hang_up for step in self.steps[:-1]):
            raise ValueError("only the last step may be a hang-up (a step without words)")
        if (self.on == "line") != bool(self.line):
            raise ValueError('line goes with on = "line", and only with it')
        if len({step.id for step in self.steps}) < len(self.steps):
            raise ValueError("two steps have the same id")
        return self

    @property
    def spoken(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if not step.hang_up)

    def listening(self) -> Iterator[Listening]:
        for at, step in enumerate(self.spoken):
            yield from wording_keys(f"step{at}", step.words, "agent")
        yield from wording_keys("excuse", self.excuse, "agent")

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        from monitor.compliance.script_line import LineGrader, LinePrompter
        from monitor.compliance.script_silent import SilentGrader, SilentPrompter

        if self.on == "silent_call":
            prompter: Runner = SilentPrompter(self, signal)
            grader: Runner = SilentGrader(self, words)
        else:
            prompter = LinePrompter(self, signal)
            grader = LineGrader(self, words, prompter)
        signal.add(prompter)
        words.add(grader)
        return (grader, prompter)

    def shown(self, at: int) -> str:
        step = self.steps[at]
        return step.prompt or (step.words.groups[0][0] if not step.hang_up else "请挂机")

    def shown_while_waiting(self, at: int) -> str:
        seconds = f"{self.steps[at].wait_ms / 1000:g}"
        if self.steps[at].hang_up:
            return self.waiting_to_hang_up.replace("{s}", seconds)
        return self.waiting.replace("{s}", seconds).replace("{next}", self.shown(at))
