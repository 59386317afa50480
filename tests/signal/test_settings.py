from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from monitor.signal.settings import OF_A_GROUP, LowVolumeSettings, NoiseSettings, SignalSettings


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


def grouped(**groups: object) -> SignalSettings:
    return SignalSettings.model_validate({"groups": groups})


def test_the_first_group_that_fits_line_and_trunk_holds() -> None:
    found = grouped(gateway={"lines": ["sip-*"], "trunks": ["gw1"]}, sip={"lines": ["sip-*"], "noise": {"warn_db": 20}})
    assert found.group_of("sip-3", "gw1") == "gateway"
    assert found.group_of("sip-3", None) == found.group_of("sip-3", "gw2") == "sip"
    assert found.group_of("isdn-1", "gw1") is found.group_of(None, None) is None
    assert found.of("sip").noise == NoiseSettings(warn_db=20)
    assert found.of("gateway").noise == found.of(None).noise == NoiseSettings()
    assert [each.noise.warn_db for each in found.variants()] == [15, 15, 20]


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ({"x": {}}, "matches no line"),
        ({"x": {"lines": [" "]}}, "matches no line"),
        ({"x": {"lines": ["a"], "noise": {"warn": 3}}}, "Extra inputs"),
        ({"x": {"lines": ["a"], "noise": {"window_ms": 500}}}, "Extra inputs"),
        ({"x": {"lines": ["a"], "noise": {"warn_db": 5}}}, "groups.x.noise: alarm_db must not"),
        ({"x": {"lines": ["a"], "silence": {"after_ms": 1}}}, "greater than or equal to 500"),
        ({"x": {"lines": ["a*"]}, "y": {"lines": ["ab"]}}, "groups.y is never reached"),
    ],
)
def test_a_group_that_cannot_work_is_refused(groups: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        grouped(**groups)
    assert said in str(caught.value)


def test_what_a_group_may_set_exists_and_its_sections_are_all_there() -> None:
    for section, (model, names) in OF_A_GROUP.items():
        assert type(getattr(SignalSettings(), section)) is model
        assert set(names) <= set(model.model_fields)
