"""faster-whisper on the same segments and files: as shipped, with our decoding settings, its batched pipeline."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.asr.cost import Cost, each
from bench.talk import Talk
from monitor.core.types import Pcm, Segment

WARM_UP = 5 * 8000


def shipped(folder: Path, call: Talk) -> Cost:
    """faster-whisper as it comes: beam 5, timestamps, temperatures to fall back to."""
    return _transcribed(folder, call, {})


def matched(folder: Path, call: Talk) -> Cost:
    """faster-whisper with our decoding settings, in its 30 s window."""
    return _transcribed(folder, call, {"beam_size": 1, "without_timestamps": True, "temperature": 0.0})


def _model(folder: Path) -> Any:
    from faster_whisper import WhisperModel

    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)


def _transcribed(folder: Path, call: Talk, options: dict[str, Any]) -> Cost:
    from monitor.asr.features import waveform

    model = _model(folder)

    def decode(segment: Segment) -> str:
        pieces, _ = model.transcribe(waveform(segment.samples, segment.rate_hz), language="zh", **options)
        return "".join(piece.text for piece in pieces)

    return each(call.segments, decode)


def batched(folder: Path, files: Sequence[Talk]) -> Cost:
    """faster-whisper's file pipeline with its own VAD, batch 8, each side of a call as a file.

    It is handed samples; reading files, loading the model and a first short run are not counted. It writes text only.
    """
    pipeline = Pipeline(folder, files[0])
    cost = Cost()
    for side in (side for file in files for side in file.pcm):
        began = time.process_time()
        cost.texts.append(pipeline.text(side))
        cost.cpu_s.append(time.process_time() - began)
    return cost


class Pipeline:
    """faster-whisper's batched pipeline, warm."""

    def __init__(self, folder: Path, call: Talk) -> None:
        from faster_whisper import BatchedInferencePipeline

        self._pipeline = BatchedInferencePipeline(_model(folder))
        self.text(call.pcm[0, :WARM_UP])

    def text(self, side: Pcm) -> str:
        """What is said on one channel, 8 kHz."""
        from monitor.asr.features import waveform

        audio = waveform(side, 8000)
        pieces, _ = self._pipeline.transcribe(audio, language="zh", batch_size=8, without_timestamps=True)
        return "".join(piece.text for piece in pieces)
