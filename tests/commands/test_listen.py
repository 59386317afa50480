"""`linewatch listen`: a device that is not there ends the command, not only its line."""

from __future__ import annotations

import pytest

from monitor.errors import ConfigError
from monitor.sources import soundcard
from tests.commands.shell import run
from tests.demo_runs import test_model as model_for_tests


def test_a_device_that_is_not_there_is_one_line_and_exit_2(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(streams: soundcard.Streams) -> None:
        raise ConfigError('sound device "trumpet"', "is not there, or is more than one", do=soundcard.NO_SUCH)

    monkeypatch.setattr(soundcard.Streams, "start", start)
    sets = ("--set", f'asr.model="{model_for_tests()}"', "--set", "desk.port=0")
    done = run("listen", "--agent", "trumpet", *sets)
    assert done.exit_code == 2
    assert done.stderr.strip().splitlines() == [
        'sound device "trumpet": is not there, or is more than one. `linewatch devices` lists what there is.'
    ]
