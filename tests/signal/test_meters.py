"""What supervisors see of a line: the bank's readings to a tenth, and nothing where it knows nothing."""

from __future__ import annotations

import json

import numpy as np

from monitor.core.events import Envelope
from monitor.core.types import CHANNELS
from monitor.signal.bank import Bank, Readings
from monitor.signal.meters import meters
from monitor.signal.settings import SignalSettings
from tests.tapes import tape

NAN = float("nan")


def columns(*values: list[list[float]]) -> list[np.ndarray]:
    return [np.array(each, np.float32) for each in values]


def test_the_meters_of_one_line_are_its_own_and_rounded() -> None:
    numbers = columns(
        [[-1, -2], [-26.04, -66.25]], [[-3, -4], [-26.26, NAN]], [[-5, -6], [NAN, -65.96]], [[7, 8], [39.99, NAN]]
    )
    readings = Readings(numbers[0], numbers[1], numbers[2], numbers[3], np.array([[True, True], [True, False]]))
    agent, customer = meters(readings, 1, 250)
    assert [(each.at_ms, each.channel) for each in (agent, customer)] == [(250, name) for name in CHANNELS]
    assert agent.body.model_dump() == {
        "level_dbov": -26.0, "speech_level_dbov": -26.3, "noise_dbov": None, "snr_db": 40.0, "speech": True
    }  # fmt: skip
    assert customer.body.model_dump() == {
        "level_dbov": -66.2, "speech_level_dbov": None, "noise_dbov": -66.0, "snr_db": None, "speech": False
    }  # fmt: skip


def test_whatever_the_bank_reads_can_be_shown() -> None:
    """From the first frame on, of a voice, digital silence and missing media."""
    bank, line = Bank(8000, SignalSettings()), tape("S" * 20 + "." * 10, "_" * 15 + "x" * 15)
    row = bank.open()
    for at, (pcm, absent) in enumerate(line.frames()):
        readings = bank.step(np.array([row]), pcm[None], absent[None]).readings
        shown = meters(readings, 0, 20 * at + 20)
        assert len(shown) == 2
        for event in shown:
            assert event.body.overlay
            json.dumps(Envelope.of(event, "call", None).wire(), allow_nan=False)
