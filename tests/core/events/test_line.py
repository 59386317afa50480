"""What the signal bank finds: a condition's end is its beginning and when it was over."""

import pytest
from pydantic import ValidationError

from monitor.core.events import ConditionEnded, ConditionStarted, Meter


def test_an_end_says_all_that_the_beginning_said() -> None:
    began = ConditionStarted(condition="noise", since_ms=500, value=9.5, unit="db", level="alarm", kind="hiss")
    over = ConditionEnded.model_validate(began.model_dump() | {"end_ms": 4000})
    assert over.model_dump() == began.model_dump() | {"end_ms": 4000}
    assert over.type == "condition.ended"


def test_a_condition_that_is_not_in_the_contract_is_refused() -> None:
    with pytest.raises(ValidationError):
        ConditionStarted.model_validate({"condition": "boredom", "since_ms": 0})


def test_a_meter_may_not_know_yet_and_says_so() -> None:
    meter = Meter(level_dbov=-30, speech_level_dbov=None, noise_dbov=None, snr_db=None, speech=False)
    assert meter.overlay
    with pytest.raises(ValidationError):
        Meter.model_validate({"level_dbov": -30, "speech": False})  # not knowing is said, not left out
