"""What a mobile telephone makes of a sound, for the sets from `yonder` on: its microphone, and its codec (AMR,
12.2 kbit/s)."""

from __future__ import annotations

import av
import numpy as np

from tests import tapes
from tests.tapes import Signal

_RATE_HZ, _FRAME, _BIT_RATE, _CODED_DBOV = 8000, 160, 12_200, -26.0
# how much its microphone and the case around it take of each tone
_MICROPHONE = ((80, -40), (180, -14), (280, -3), (450, 0), (1200, 0), (2400, 3), (3200, 0), (3600, -14), (3900, -45))
# above so many times the level it gives way
_MOST = 5.5


def curve(size: int, *points: tuple[float, float]) -> Signal:
    """Gains at the frequencies of a spectrum of so many samples, drawn through points of Hz and dB."""
    hz = np.maximum(np.fft.rfftfreq(size, 1 / _RATE_HZ), 10)
    return 10 ** (np.interp(np.log(hz), np.log([at for at, _ in points]), [db for _, db in points]) / 20)


def through(sound: Signal, *points: tuple[float, float]) -> Signal:
    """The same, with these gains."""
    size = 1 << (len(sound) + _RATE_HZ // 4).bit_length()
    return np.fft.irfft(np.fft.rfft(sound, size) * curve(size, *points), size)[: len(sound)]


def held(sound: Signal) -> Signal:
    """As its microphone hands it on."""
    sound = through(sound, *_MICROPHONE)
    most = _MOST * np.sqrt(np.mean(sound**2))
    return 2 / np.pi * most * np.arctan(np.pi / 2 * sound / most)


def carried(sound: Signal) -> Signal:
    """As its codec leaves it; the same length, and the level it had."""
    level, frames = tapes.level(sound), -(-len(sound) // _FRAME)
    coder, decoder = av.CodecContext.create("libopencore_amrnb", "w"), av.CodecContext.create("amrnb", "r")
    for codec in (coder, decoder):
        codec.sample_rate, codec.layout = _RATE_HZ, "mono"
    coder.format, coder.bit_rate = "s16", _BIT_RATE
    samples = tapes.pcm(np.pad(tapes.at_level(sound, _CODED_DBOV), (0, frames * _FRAME - len(sound))))
    out = []
    for at in range(0, len(samples), _FRAME):
        frame = av.AudioFrame.from_ndarray(samples[None, at : at + _FRAME], "s16", "mono")
        frame.sample_rate, frame.pts = _RATE_HZ, at
        out += [heard.to_ndarray()[0] for packet in coder.encode(frame) for heard in decoder.decode(packet)]
    return tapes.at_level(np.concatenate(out).astype(np.float64)[: len(sound)], level)
