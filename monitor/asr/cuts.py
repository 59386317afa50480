"""A recording as a line would send it to the recogniser: cut where its voices pause."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from faster_whisper import decode_audio

from monitor.core.types import FRAME_MS, Absent, Pcm, Segment
from monitor.errors import ModelError
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings
from monitor.speech.segmenter import Segmenter

RATE_HZ = 16_000
FRAME = RATE_HZ * FRAME_MS // 1000


def segments(path: Path) -> list[Segment]:
    """What a line would send to the recogniser of this recording: cut where voices pause, channel by channel.

    Two channels are heard as the two legs, one as the agent's. Raises ModelError for what is no audio.
    """
    pcm = _decoded(path)
    bank, segmenter = Bank(RATE_HZ, SignalSettings()), Segmenter(RATE_HZ)
    line, number = np.array([bank.open()]), segmenter.open(path.name)
    absent = np.zeros((1, 2), np.uint8)
    absent[0, len(pcm) :] = Absent.UNKNOWN
    legs = np.zeros((2, -(-pcm.shape[1] // FRAME) * FRAME), np.int16)
    legs[: len(pcm), : pcm.shape[1]] = pcm
    out: list[Segment] = []
    for frame in np.ascontiguousarray(legs.reshape(2, -1, FRAME).swapaxes(0, 1)):
        step = bank.step(line, frame[None], absent)
        out += [segment for _, segment in segmenter.step(line, frame[None], step.readings, step.events)]
    out += segmenter.finish(number, bank.finish(int(line[0])))
    return sorted(out, key=lambda segment: (segment.start_ms, segment.channel))


def _decoded(path: Path) -> Pcm:
    """int16[1 or 2, samples] at RATE_HZ."""
    try:
        with av.open(str(path)) as file:
            stereo = file.streams.audio[0].codec_context.layout.nb_channels == 2
        sides = decode_audio(str(path), sampling_rate=RATE_HZ, split_stereo=stereo)
    except Exception as error:  # PyAV raises its own kinds, by the demuxer; a file without sound has no stream 0
        raise ModelError(str(path), "cannot be read as audio", str(error), "Leave it out") from error
    pcm: Pcm = (np.clip(np.atleast_2d(np.asarray(sides)), -1, 1) * 32767).astype(np.int16)
    return pcm
