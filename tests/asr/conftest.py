"""A real model for the tests of this room: the embedded one, or the folder that LINEWATCH_TEST_MODEL names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
import soxr

from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import WhisperEngine, place
from monitor.resources import locate


@pytest.fixture(scope="session")
def model_dir() -> Path:
    return Path(os.environ.get("LINEWATCH_TEST_MODEL") or locate("models/demo-zh"))


@pytest.fixture(scope="session")
def engine(model_dir: Path) -> WhisperEngine:
    settings = AsrSettings(device="cpu")
    return WhisperEngine(model_dir, settings, place(settings, cores=1))


@pytest.fixture(scope="session")
def speak(tmp_path_factory: pytest.TempPathFactory):
    """espeak-ng's Mandarin at telephone rate and level: int16 at 8 kHz."""
    folder = tmp_path_factory.mktemp("spoken")

    def say(text: str) -> np.ndarray:
        path = folder / f"{abs(hash(text))}.wav"
        subprocess.run(["espeak-ng", "-v", "cmn", "-s", "160", "-w", str(path), text], check=True)
        with av.open(str(path)) as file:
            rate = file.streams.audio[0].rate
            sound = np.concatenate([frame.to_ndarray().ravel() for frame in file.decode(audio=0)])
        audio = soxr.resample(sound.astype(np.float32) / 32768, rate, 8000)
        heard = np.flatnonzero(np.abs(audio) > 0.01)
        audio = audio[heard[0] : heard[-1]]
        return (audio * (3000 / 32768) / np.sqrt(np.mean(audio**2)) * 32767).clip(-32768, 32767).astype(np.int16)

    return say
