"""Defaults that hold together, and values that cannot be."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from monitor.asr.settings import AsrSettings, GuardSettings


def test_defaults_keep_speech_here_and_leave_room_behind_a_segment():
    settings = AsrSettings()
    assert settings.engine == "whisper"
    assert settings.openai.url == ""
    assert settings.margin_ms >= 2560
    assert not settings.hypotheses


@pytest.mark.parametrize(
    "bad",
    [
        {"contxt": "fit"},
        {"context": "short"},
        {"margin_ms": 2559},
        {"queue": 0},
        {"device": "tpu"},
        {"model": ""},
        {"guard": {"max_repeats": 0}},
        {"openai": {"timeout_ms": 0}},
    ],
)
def test_values_that_cannot_be_are_refused(bad):
    with pytest.raises(ValidationError):
        AsrSettings(**bad)


def test_settings_are_frozen():
    with pytest.raises(ValidationError):
        GuardSettings().max_repeats = 1
