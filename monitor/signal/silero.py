"""Silero's voice detector as an engine of the VAD: the ONNX model that faster-whisper carries.

It wants 512 samples at 16 kHz and its own memory for each channel, and takes one channel at a time; `bench signal`
shows what that costs, and how it compares. 8 kHz channels are doubled with a short half-band filter.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.core.types import Pcm
from monitor.errors import ModelError
from monitor.signal.columns import BoolArray, IntArray

MODEL = "assets/silero_vad_v6.onnx"
CHUNK = 512
_CONTEXT = 64
_HALF_BAND = np.sinc((np.arange(31) - 15) / 2) * np.hanning(33)[1:-1]


def session() -> Any:
    """The model, ready to run on one thread. Raises ModelError where faster-whisper does not carry it."""
    import onnxruntime  # type: ignore[import-untyped, unused-ignore]  # only where this engine is chosen

    found = find_spec("faster_whisper")
    folder = (found.submodule_search_locations or [""])[0] if found else ""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(f"{folder}/{MODEL}", options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ModelError(
            "[signal.vad] engine",
            "Silero's model is not in faster-whisper",
            folder,
            'Install faster-whisper, or set engine = "webrtc"',
        ) from error


class _Channel:
    """What must be remembered of one channel."""

    def __init__(self) -> None:
        self.waiting = np.zeros(0, np.float32)
        self.context = np.zeros(_CONTEXT, np.float32)
        self.h = np.zeros((1, 1, 128), np.float32)
        self.c = np.zeros((1, 1, 128), np.float32)
        self.tail = np.zeros(15)
        self.probability = 0.0


class Silero:
    """Speech probability per channel, renewed every 32 ms."""

    def __init__(self, rate_hz: int, threshold: float) -> None:
        self._session, self._double, self._threshold = session(), rate_hz == 8000, threshold
        self._channels: dict[int, _Channel] = {}

    def open(self, line: int) -> None:
        for row in (2 * line, 2 * line + 1):
            self._channels[row] = _Channel()

    def close(self, line: int) -> None:
        del self._channels[2 * line], self._channels[2 * line + 1]

    def judge(self, rows: IntArray, pcm: Pcm) -> BoolArray:
        """rows int64[n, 2], pcm int16[n, 2, rate_hz // 50] -> whether each is speech."""
        found = np.zeros(rows.shape, np.bool_)
        for at, row in np.ndenumerate(rows):
            found[at] = self._hear(self._channels[int(row)], pcm[at]) >= self._threshold
        return found

    def _hear(self, channel: _Channel, samples: Pcm) -> float:
        wide = _doubled(channel, samples) if self._double else samples.astype(np.float64)
        channel.waiting = np.concatenate((channel.waiting, (wide / 32768.0).astype(np.float32)))
        while len(channel.waiting) >= CHUNK:
            chunk, channel.waiting = channel.waiting[:CHUNK], channel.waiting[CHUNK:]
            told = {"input": np.concatenate((channel.context, chunk))[None], "h": channel.h, "c": channel.c}
            probability, channel.h, channel.c = self._session.run(None, told)
            channel.context, channel.probability = chunk[-_CONTEXT:], float(probability.reshape(-1)[0])
        return channel.probability


def _doubled(channel: _Channel, samples: Pcm) -> NDArray[np.float64]:
    """8 kHz to 16 kHz, seven samples late."""
    known = np.concatenate((channel.tail, samples.astype(np.float64)))
    channel.tail = known[-15:]
    spread = np.zeros(2 * len(known))
    spread[::2] = known
    wide: NDArray[np.float64] = np.convolve(spread, _HALF_BAND)[30 : 30 + 2 * len(samples)]
    return wide
