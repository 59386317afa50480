from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from monitor.signal.settings import LowVolumeSettings, NoiseSettings, SignalSettings


def sections() -> list[BaseModel]:
    return [value for value in dict(SignalSettings()).values() if isinstance(value, BaseModel)]


def test_every_setting_says_what_it_is() -> None:
    for section in sections():
        for name, field in type(section).model_fields.items():
            assert field.description, (type(section), name)


def test_unknown_and_impossible_settings_are_refused() -> None:
    for wrong in ({"silence": {"after_s": 2}}, {"silence": {"after_ms": 10}}, {"vad": {"engine": "loud"}}, {"mood": 1}):
        with pytest.raises(ValidationError):
            SignalSettings.model_validate(wrong)


def test_an_alarm_lies_beyond_its_warning() -> None:
    with pytest.raises(ValidationError):
        LowVolumeSettings(warn_dbov=-45)
    with pytest.raises(ValidationError):
        NoiseSettings(alarm_db=20)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        SignalSettings().silence.after_ms = 1  # type: ignore[misc]
