"""A turn's text as telephone-ready speech: pypinyin writes the syllables, espeak-ng speaks them.

Plain `espeak-ng -v cmn` misreads Hanzi, so its voice for written pinyin reads tone-numbered syllables.
"""

from __future__ import annotations

import io
import subprocess
import wave
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin

RATE_HZ = 8000
BAND_HZ = (300, 3400)
BLOCK = RATE_HZ // 50
ACTIVE_DB = 30.0  # 20 ms blocks this far under the loudest one are pauses
QUIETEST = 1e-3
PUNCTUATION = str.maketrans({",": " , ", "。": " . ", "?": " ? ", "!": " ! "})

Samples = NDArray[np.float64]


@dataclass(frozen=True)
class Speaker:
    """variant: an espeak-ng voice variant. speed: words a minute. level_dbov: active level of what is said."""

    variant: str
    speed: int
    pitch: int
    level_dbov: float


def say(text: str, speaker: Speaker, level_dbov: float | None = None) -> Samples:
    """Float samples (full scale ±32768) at 8 kHz, telephone band, without silence at either end."""
    sound = band(soxr.resample(_espeak(pinyin(text), speaker), 22050, RATE_HZ))
    loud = np.flatnonzero(_block_rms(sound) > np.max(_block_rms(sound)) * 10 ** (-ACTIVE_DB / 20))
    sound = sound[loud[0] * BLOCK : (loud[-1] + 1) * BLOCK]
    wanted = speaker.level_dbov if level_dbov is None else level_dbov
    return np.asarray(sound * 10 ** ((wanted - active_level_dbov(sound)) / 20))


def pinyin(text: str) -> str:
    """Syllables with tone numbers, 5 for the neutral tone, and ASCII punctuation, all apart."""
    return " ".join(lazy_pinyin(text.translate(PUNCTUATION), style=Style.TONE3, neutral_tone_with_five=True))


def _espeak(syllables: str, speaker: Speaker) -> Samples:
    voice = ["-v", f"cmn-latn-pinyin+{speaker.variant}", "-s", str(speaker.speed), "-p", str(speaker.pitch)]
    spoken = subprocess.run(["espeak-ng", *voice, "--stdout", syllables], capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(spoken)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (22050, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)


def band(sound: Samples) -> Samples:
    """What a telephone line lets through: 300 to 3400 Hz, edges a hundred hertz wide."""
    bins = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    keep = np.clip((hz - BAND_HZ[0] + 100) / 100, 0, 1) * np.clip((BAND_HZ[1] + 100 - hz) / 100, 0, 1)
    return np.asarray(np.fft.irfft(bins * keep, len(sound)))


def active_level_dbov(sound: Samples) -> float:
    """RMS of the blocks that hold speech; a full-scale square wave is 0 dBov, a full-scale sine -3.01."""
    rms = _block_rms(sound)
    active = rms[rms > np.max(rms) * 10 ** (-ACTIVE_DB / 20)]
    return float(20 * np.log10(max(np.sqrt(np.mean(active**2)), QUIETEST) / 32768))


def _block_rms(sound: Samples) -> Samples:
    blocks = sound[: len(sound) // BLOCK * BLOCK].reshape(-1, BLOCK)
    return np.asarray(np.sqrt(np.mean(blocks**2, axis=1)))
