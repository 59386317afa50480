"""What the rules say besides alerts."""

from typing import get_args

import pytest
from pydantic import ValidationError

from monitor.core.events import DIMENSIONS, Dimension, Metric, PromptShown, Score, ScoreItem, ScriptStep


def test_the_four_dimensions_are_those_of_the_type_in_their_order() -> None:
    assert get_args(Dimension) == DIMENSIONS


def test_a_score_names_no_dimension_of_its_own() -> None:
    whole = {"total": 90, "base": 100, "dimensions": dict.fromkeys(DIMENSIONS, 100)}
    score = Score.model_validate(whole | {"items": [{"rule_id": "B1", "points": -10}]})
    assert score.items == (ScoreItem(rule_id="B1", points=-10, fatal=False, alert_id=None),)
    with pytest.raises(ValidationError):
        Score.model_validate(whole | {"dimensions": {"charm": 100}})


def test_a_step_has_one_of_the_verdicts_of_the_contract() -> None:
    with pytest.raises(ValidationError):
        ScriptStep.model_validate({"rule_id": "A4", "step": "ask", "verdict": "fine", "due_ms": 0})


def test_a_metric_may_be_a_text_and_a_prompt_may_count_nothing_down() -> None:
    assert Metric(rule_id="C1", name="questions", value=None, text="closed, open").unit == ""
    assert PromptShown(prompt_id="p", rule_id="A4", text="您好").countdown_ms is None
