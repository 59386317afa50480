"""What an utterance's voice is like, in two figures: how high it is and how much it moves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from monitor.core.types import FRAME_MS, Segment
from monitor.signal.pitch import pitch

_SURE = 0.5
_SPREAD = (10, 90)
_HEIGHT_MS, _RANGE_MS = 300, 600
_FAR_OCTAVES = 0.7


class Voice(NamedTuple):
    """pitch_hz: median. pitch_range_st: semitones between its 10th and 90th percentile. None: too little voice."""

    pitch_hz: float | None = None
    pitch_range_st: float | None = None


def voice(segment: Segment) -> Voice:
    """Of the speech alone, without what the segment holds before and after it.

    Frames near an octave off the median or farther are taken for mistakes of the pitch track (or a creak, or somebody
    else in the room) and left out. Rounded to 0.1, so that stored figures are the measured ones.
    """
    per_ms = segment.rate_hz // 1000
    first, last = segment.start_ms - segment.audio_start_ms, segment.end_ms - segment.audio_start_ms
    spoken = segment.samples[max(first, 0) * per_ms : max(last, 0) * per_ms]
    track = pitch(spoken.astype(np.float32), segment.rate_hz)
    hz = track.f0_hz[track.certainty >= _SURE]
    if len(hz) * FRAME_MS < _HEIGHT_MS:
        return Voice()
    octaves = np.log2(hz)
    octaves = octaves[np.abs(octaves - np.median(octaves)) < _FAR_OCTAVES]
    low, high = np.percentile(octaves, _SPREAD)
    enough = len(octaves) * FRAME_MS >= _RANGE_MS
    return Voice(round(float(2 ** np.median(octaves)), 1), round(12 * float(high - low), 1) if enough else None)
