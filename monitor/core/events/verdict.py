"""What the rules say besides alerts: steps of a script, prompts for the agent, metrics, and the score."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from monitor.core.events.body import Body

StepVerdict = Literal["in_time", "early", "late", "wrong_words", "skipped", "not_judged"]
Dimension = Literal["self_management", "skill", "flexibility", "relationship"]
DIMENSIONS: tuple[Dimension, ...] = ("self_management", "skill", "flexibility", "relationship")


class ScriptStep(Body):
    type: ClassVar[str] = "script.step"
    rule_id: str
    step: str
    verdict: StepVerdict
    due_ms: int
    alert_id: str | None = None


class PromptShown(Body):
    """countdown_ms: how long until the next step is due, None where nothing is counted down."""

    type: ClassVar[str] = "prompt.shown"
    prompt_id: str
    rule_id: str
    text: str
    countdown_ms: int | None = None


class PromptCleared(Body):
    type: ClassVar[str] = "prompt.cleared"
    prompt_id: str
    rule_id: str


class ScoreItem(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    rule_id: str
    points: float
    fatal: bool = False
    alert_id: str | None = None


class Score(Body):
    """Base 100 plus points (deductions negative), floor 0, a fatal item makes 0; see the contract."""

    type: ClassVar[str] = "score"
    total: float
    base: float
    dimensions: dict[Dimension, float]
    items: tuple[ScoreItem, ...] = ()
    not_judged: tuple[str, ...] = ()


class Metric(Body):
    """A figure of the whole call that a rule asks for; text where it is no number (the order of questions).

    low, high: what the rule takes as usual, None where it sets no limit.
    """

    type: ClassVar[str] = "metric"
    rule_id: str
    name: str
    value: float | None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    text: str = ""
