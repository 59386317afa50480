"""What the commands share: where settings come from, what a speed is, where logs go."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog

from monitor.commands.common import settings_of, speed_of
from monitor.errors import ConfigError


def test_the_configuration_is_the_named_one_else_the_folders_own_else_the_defaults(tmp_path: Path) -> None:
    assert settings_of(None, None).desk.port == 8765
    Path("config.toml").write_text("[desk]\nport = 1111\n", encoding="utf-8")
    named = tmp_path / "other.toml"
    named.write_text("[desk]\nport = 2222\n", encoding="utf-8")
    assert settings_of(None, None).desk.port == 1111
    assert settings_of(named, None).desk.port == 2222
    assert settings_of(named, ["desk.port=3333"]).desk.port == 3333


@pytest.mark.parametrize(("text", "speed"), [("1", 1.0), ("2.5", 2.5), ("20x", 20.0), ("max", "max")])
def test_speeds(text: str, speed: float | str) -> None:
    assert speed_of(text) == speed


@pytest.mark.parametrize("text", ["0", "-1", "fast", "", "nan", "1e9"])
def test_what_is_no_speed(text: str) -> None:
    with pytest.raises(ConfigError, match="--speed: wants a number above 0"):
        speed_of(text)


def test_logs_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    settings_of(None, None)
    structlog.get_logger().warning("something odd")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "something odd" in shown.err


def test_the_log_of_an_error_says_where_and_not_what_was_said(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(text: str) -> None:
        raise ValueError(len(text))

    settings_of(None, None)
    try:
        broken("".join(("这不关", "我的事")))
    except ValueError:
        structlog.get_logger().exception("it failed")
    shown = capsys.readouterr().err
    assert "in broken" in shown
    assert "这不关我的事" not in shown
