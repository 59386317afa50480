"""What a channel was like over the whole call: the figures by which lines, seats and telephones are compared."""

from __future__ import annotations

import numpy as np

from monitor.core.events import ChannelQuality, Event
from monitor.core.types import CHANNELS, FRAME_MS
from monitor.signal.columns import State, counting
from monitor.signal.level import SpeechLevel, dbov, snr_db
from monitor.signal.moment import Block
from monitor.signal.noise_level import NoiseLevel


class Totals:
    """Frames counted since a line was opened."""

    def __init__(self, samples: int) -> None:
        self._samples = samples
        self.state = State()
        self._media = self.state.column(np.int64)
        self._missing = self.state.column(np.int64)
        self._speech = self.state.column(np.int64)
        self._clipped = self.state.column(np.int64)

    def step(self, block: Block) -> None:
        counted = [(self._media, block.present), (self._missing, block.missing)]
        # without what fades after a word
        spoken = block.speech & block.heard
        if np.count_nonzero(spoken):
            counted += [(self._speech, spoken), (self._clipped, spoken & block.all("clipping"))]
        for column, flags in counted:
            column[block.sel] = counting(flags, column[block.sel])[-1]

    def events(self, line: int, at_ms: int, speech: SpeechLevel, noise: NoiseLevel) -> list[Event]:
        """One `channel.quality` for each channel that had media."""
        return [
            Event(at_ms, channel, self._quality(line, side, speech, noise))
            for side, channel in enumerate(CHANNELS)
            if self._media.array[line, side]
        ]

    def _quality(self, line: int, side: int, speech: SpeechLevel, noise: NoiseLevel) -> ChannelQuality:
        def ms(column: np.ndarray) -> int:
            return int(column[line, side]) * FRAME_MS

        spoken, silent = speech.total(line, side), noise.total(line, side)
        (power, frames), (noise_power, noise_frames) = (map(np.array, each) for each in (spoken, silent))
        level, floor = dbov(power, frames, self._samples), dbov(noise_power, noise_frames, self._samples)
        ratio = snr_db(power, frames, noise_power, noise_frames, reference=1.0)
        return ChannelQuality(
            media_ms=ms(self._media.array),
            missing_ms=ms(self._missing.array),
            speech_ms=ms(self._speech.array),
            clipped_ms=ms(self._clipped.array),
            speech_level_dbov=float(level) if spoken[1] else None,
            noise_dbov=float(floor) if silent[1] else None,
            snr_db=float(ratio) if spoken[1] and silent[1] else None,
        )
