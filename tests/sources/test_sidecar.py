"""What may lie beside a recording, and what is said when it is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.events import CallData
from monitor.errors import ConfigError
from monitor.sources.sidecar import Sidecar, beside, load, mask_number

WHOLE = """
call_id = "c-1"
agent_id = "8026"
team = "night"
line = "trunk 2"
direction = "outbound"
called_number = "138 0013 8000"
customer_surname = "王"
customer_title = "女士"
answered_ms = 4200
ended_by = "customer"
started_at_utc = 2026-11-22T09:30:00+08:00
channels = ["customer", "agent"]
[[events]]
at_ms = 9000
kind = "hold"
on = true
"""


def saved(folder: Path, text: str, name: str = "call.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_arrives(tmp_path: Path) -> None:
    found = load(saved(tmp_path, WHOLE))
    info = found.info("live-1", "files", 8000)
    assert (info.call_id, info.source, info.sample_rate_hz) == ("live-1", "files", 8000)
    assert (info.agent_id, info.team, info.line, info.direction) == ("8026", "night", "trunk 2", "outbound")
    assert (info.customer_surname, info.customer_title, info.answered_ms) == ("王", "女士", 4200)
    assert info.started_at_utc == "2026-11-22T01:30:00.000+00:00"
    assert (found.call_id, found.ended_by, found.channels) == ("c-1", "customer", ("customer", "agent"))
    assert found.events[0].body() == CallData(kind="hold", on=True)


def test_json_says_the_same(tmp_path: Path) -> None:
    toml = load(saved(tmp_path, WHOLE))
    text = toml.model_dump_json(exclude={"called_number"})
    again = load(saved(tmp_path, text, "call.json"))
    assert again == toml.model_copy(update={"called_number": None})


def test_an_empty_sidecar_knows_nothing(tmp_path: Path) -> None:
    found = load(saved(tmp_path, ""))
    assert found == Sidecar()
    assert (found.ended_by, found.answered_ms) == ("unknown", None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('agentid = "1"', 'call.toml:1: unknown key "agentid"; did you mean "agent_id"'),
        ("\nanswered_s = 4", 'call.toml:2: unknown key "answered_s"; did you mean "answered_ms" (milliseconds)'),
        ("agent_id = 8026", 'call.toml:1: "agent_id" must be a text in quotes; found 8026'),
        ("answered_ms = -1", '"answered_ms" must be'),
        ("answered_ms = 1.5", '"answered_ms" must be a whole number'),
        ('ended_by = "me"', "'agent', 'customer', 'system' or 'unknown'"),
        ('started_at_utc = "2026-11-22T09:30:00"', '"started_at_utc" must be'),
        ('channels = ["agent", "agent"]', 'each leg once, such as ["customer", "agent"]'),
        ('channels = ["left", "right"]', "must be 'agent' or 'customer'"),
        ('[[events]]\nat_ms = 1\nkind = "hold"\nonn = true', 'did you mean "on"'),
        ("agent_id =", "call.toml:1: invalid value"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(saved(tmp_path, text))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["{", "[1]", '{"agentid": "1"}', "7"])
def test_json_that_is_wrong(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"call\.json"):
        load(saved(tmp_path, text, "call.json"))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "call.toml"
    path.write_bytes(b"agent_id = '\xff'")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        load(path)


def test_a_number_is_never_kept_nor_shown(tmp_path: Path) -> None:
    assert load(saved(tmp_path, "called_number = 13800138000")).called_number == "138******00"
    assert load(saved(tmp_path, 'called_number = "+86 138-0013-8000"')).called_number == "+86 1**-****-**00"


@given(st.text("0123456789+- ()", max_size=20))
def test_a_mask_keeps_five_digits_at_most(number: str) -> None:
    masked = mask_number(number)
    digits, shown = ("".join(filter(str.isdigit, text)) for text in (number, masked))
    assert len(masked) == len(number)
    assert shown == (digits if len(digits) <= 5 else digits[:3] + digits[-2:])


@pytest.mark.parametrize("name", ["call.toml", "call.json", "call.wav.toml", "call.wav.json"])
def test_where_a_sidecar_may_lie(tmp_path: Path, name: str) -> None:
    recording = tmp_path / "call.wav"
    recording.touch()
    assert beside(recording) is None
    path = saved(tmp_path, json.dumps({}) if name.endswith("json") else "", name)
    assert beside(recording) == path
