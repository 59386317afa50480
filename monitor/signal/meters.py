"""The bank's readings as meters: what supervisors see of a line a few times a second. Overlay, never stored."""

from __future__ import annotations

import math

from monitor.core.events import Event, Meter
from monitor.core.types import CHANNELS
from monitor.signal.bank import Readings

METER_EVERY_MS = 250


def meters(readings: Readings, number: int, at_ms: int) -> list[Event]:
    """One event for each leg of one line: levels in dBov, the ratio in dB, to a tenth; None: not known.

    readings: of one frame, [n, 2]; number: which of the n lines; at_ms: where the frame ends.
    """
    return [
        Event(
            at_ms,
            channel,
            Meter(
                level_dbov=round(level, 1),
                speech_level_dbov=_known(speech_level),
                noise_dbov=_known(noise),
                snr_db=_known(snr),
                speech=speech,
            ),
        )
        for channel, level, speech_level, noise, snr, speech in zip(
            CHANNELS,
            readings.level_dbov[number].tolist(),
            readings.speech_level_dbov[number].tolist(),
            readings.noise_dbov[number].tolist(),
            readings.snr_db[number].tolist(),
            readings.speech[number].tolist(),
            strict=True,
        )
    ]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 1)
