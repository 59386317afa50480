"""`linewatch devices`: a table of inputs, or what is to be installed."""

from __future__ import annotations

import pytest

from monitor.errors import ConfigError
from monitor.sources import device, soundcard
from tests.commands.shell import run


def test_inputs_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "devices", lambda: [soundcard.Device(3, "headset", 1, 16000, "ALSA")])
    done = run("devices")
    assert (done.exit_code, done.stderr) == (0, "")
    row = next(line for line in done.stdout.splitlines() if "headset" in line)
    assert [cell.strip() for cell in row.strip("│ ").split("│")] == ["3", "headset", "1", "16000 Hz", "ALSA"]


def test_without_portaudio_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> list[soundcard.Device]:
        raise ConfigError("sound devices", "the system library PortAudio is not installed", do="apt-get install x")

    monkeypatch.setattr(device, "devices", missing)
    done = run("devices")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "PortAudio is not installed" in done.stderr
