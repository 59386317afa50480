"""Two-channel lines for tests, made of nothing but arithmetic, and written down as strings.

    line = tape("a: SSSSSSSSSS..........", "c: ..........ssssssssss")       # a character is 100 ms
    for pcm, absent in line.frames(): ...                                   # int16[2, 160], uint8[2]

Characters of a tape: `S` speech at -26 dBov, `s` quiet speech (-38), `q` very quiet (-45), `F` a second voice (-26),
`.` an idle line (white, -66), `_` digital zero, `N` white noise (-30), `n` white noise (-45), `P` pink noise (-30),
`H` mains hum (-30), `R` ring-back, `B` busy, `D` a DTMF key, `M` music (-26), `K` crackle, `C` hard-clipped speech,
`c` soft-clipped speech, `E` speech in a room; without media: `x` lost, `u` unknown, `d` DTX. Blanks are for the eye.
Speech lies on the idle line's noise. Every signal is a function of its arguments and seed; levels are RMS in dBov
(0 = full-scale square wave) of the whole signal, which for `speech` has no pause longer than a consonant.

For real voices there are `espeak` and `recorded`, and `band` for the telephone band.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from monitor.core.types import Absent

Signal = NDArray[np.float64]
IDLE_DBOV = -66.0
_FORMANTS = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (300, 870, 2240),
    (530, 1840, 2480),
    (570, 840, 2410),
    (440, 1020, 2240),
)


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def level(signal: Signal) -> float:
    """RMS in dBov of samples at int16 scale."""
    return float(10 * np.log10(np.mean(np.square(signal.astype(np.float64))) / 32768.0**2))


def at_level(signal: Signal, dbov: float) -> Signal:
    return signal * 10 ** ((dbov - level(signal)) / 20)


def pcm(signal: Signal) -> NDArray[np.int16]:
    return np.clip(np.rint(signal), -32768, 32767).astype(np.int16)


def sine(hz: float, ms: int, dbov: float, rate_hz: int = 8000) -> Signal:
    """A full-scale sine is -3.01 dBov."""
    return 32768 * 10 ** ((dbov + 3.0103) / 20) * np.sin(2 * np.pi * hz * np.arange(ms * rate_hz // 1000) / rate_hz)


def white(ms: int, dbov: float, rate_hz: int = 8000, seed: int = 1) -> Signal:
    return rng(seed).normal(0, 32768 * 10 ** (dbov / 20), ms * rate_hz // 1000)


def pink(ms: int, dbov: float, rate_hz: int = 8000, seed: int = 1) -> Signal:
    spectrum = np.fft.rfft(rng(seed).normal(size=ms * rate_hz // 1000))
    return at_level(np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 1), ms * rate_hz // 1000), dbov)


def hiss(ms: int, dbov: float, rate_hz: int = 8000, seed: int = 1) -> Signal:
    """White noise with the lows taken out."""
    noise = rng(seed).normal(size=ms * rate_hz // 1000 + 1)
    return at_level(np.diff(noise), dbov)


def hum(ms: int, dbov: float, rate_hz: int = 8000, hz: float = 50.0) -> Signal:
    weights = {k: 1 / k**0.7 for k in range(1, 16)}
    return at_level(sum(w * sine(hz * k, ms, -20, rate_hz) for k, w in weights.items()), dbov)  # type: ignore[arg-type]


def traffic(ms: int, dbov: float, rate_hz: int = 8000, seed: int = 1) -> Signal:
    """A street: low noise whose power falls by 6 dB an octave, swelling by up to 12 dB as cars come and go."""
    random, samples = rng(seed), ms * rate_hz // 1000
    hz = np.fft.rfftfreq(samples, 1 / rate_hz)
    gain = np.where(hz > 60, 1 / np.maximum(hz, 60), 0.0)
    rumble, t = np.fft.irfft(np.fft.rfft(random.normal(size=samples)) * gain, samples), np.arange(samples) / rate_hz
    swell = sum(np.sin(2 * np.pi * random.uniform(0.1, 0.4) * t + random.uniform(0, 6)) for _ in range(2))
    return at_level(rumble * 10 ** (np.asarray(swell) * 3 / 20), dbov)


def crackle(ms: int, dbov: float, rate_hz: int = 8000, seed: int = 1) -> Signal:
    """Clicks of a few samples, some twenty a second, over a little noise."""
    random, out = rng(seed), white(ms, -60, rate_hz, seed)
    for at in random.integers(0, len(out) - 40, size=max(ms // 50, 1)):
        out[at : at + 24] += 6000 * random.normal() * np.exp(-np.arange(24) / 5) * np.cos(np.arange(24) * 1.9)
    return at_level(out, dbov)


def clatter(ms: int, dbov: float, rate_hz: int = 8000, seed: int = 1) -> Signal:
    """Dishes being done: at random times something is struck, knocks, and rings out on the modes of a plate or bar,
    which are no multiples of each other, each with a decay of its own."""
    random, out, at = rng(seed), white(ms, -60, rate_hz, seed), 0
    every_s = 1 / random.uniform(2, 7)
    while (at := at + int(rate_hz * (0.02 + random.exponential(every_s)))) < len(out):
        t = np.arange(min(int(rate_hz * random.uniform(0.1, 0.5)), len(out) - at)) / rate_hz
        lowest = random.uniform(300, 1500)
        blow = random.uniform(0.1, 1.5) * random.normal(size=len(t)) * np.exp(-t / random.uniform(0.002, 0.02))
        for ratio in (1.0, 1.59, 2.14, 2.76, 3.37, 5.40):
            hz = lowest * ratio * random.uniform(0.97, 1.03)
            if hz < 0.45 * rate_hz:
                ring = np.sin(2 * np.pi * hz * t + random.uniform(0, 2 * np.pi))
                blow += random.uniform(0.1, 1) * ring * np.exp(-t / random.uniform(0.01, 0.15))
        out[at : at + len(t)] += 8000 * 10 ** (random.uniform(-20, 0) / 20) * blow
    return at_level(out, dbov)


def _switched(signal: Signal, on_ms: int, off_ms: int, rate_hz: int) -> Signal:
    at_ms = np.arange(len(signal)) * 1000 / rate_hz
    return np.where(at_ms % (on_ms + off_ms) < on_ms, signal, 0.0)


def ring_back(ms: int, dbov: float = -20.0, rate_hz: int = 8000) -> Signal:
    """Chinese ring-back: 450 Hz, 1 s on, 4 s off."""
    return _switched(sine(450, ms, dbov, rate_hz), 1000, 4000, rate_hz)


def busy(ms: int, dbov: float = -20.0, rate_hz: int = 8000) -> Signal:
    """Chinese busy tone: 450 Hz, 0.35 s on and off."""
    return _switched(sine(450, ms, dbov, rate_hz), 350, 350, rate_hz)


def dtmf(digits: str, dbov: float = -16.0, rate_hz: int = 8000, on_ms: int = 100, off_ms: int = 100) -> Signal:
    rows, columns, keys = (697, 770, 852, 941), (1209, 1336, 1477, 1633), "123A456B789C*0#D"
    parts = []
    for digit in digits:
        at = keys.index(digit)
        pair = sine(rows[at // 4], on_ms, dbov - 3, rate_hz) + sine(columns[at % 4], on_ms, dbov - 3, rate_hz)
        parts += [pair, np.zeros(off_ms * rate_hz // 1000)]
    return np.concatenate(parts)


def music(ms: int, dbov: float, rate_hz: int = 8000, seed: int = 1) -> Signal:
    """Chords and a tune of plucked and held notes on the tempered scale, a beat under them."""
    random, samples = rng(seed), ms * rate_hz // 1000
    out, beat = np.zeros(samples), int(0.4 * rate_hz)
    for start in range(0, samples, beat):
        chord = [0, 4, 7] if (start // (4 * beat)) % 2 == 0 else [5, 9, 12]
        notes = [48 + chord[0], *(60 + k for k in chord), 72 + int(random.choice([0, 2, 4, 5, 7, 9]))]
        t = np.arange(min(2 * beat, samples - start)) / rate_hz
        for note in notes:
            hz = 440 * 2 ** ((note - 69) / 12)
            tone = sum(np.sin(2 * np.pi * hz * k * t) / k**1.3 for k in range(1, 7) if hz * k < 3400)
            out[start : start + len(t)] += tone * np.exp(-t / 0.5) * np.minimum(t / 0.01, 1)
    return at_level(out, dbov)


def speech(ms: int, dbov: float = -26.0, rate_hz: int = 8000, seed: int = 1, voice_hz: float = 120.0) -> Signal:
    """Something a voice detector takes for a voice: a gliding harmonic complex through vowel formants, four syllables a
    second, each with a breath of noise at its beginning. It starts and ends with a voiced syllable at full strength."""
    random, samples = rng(seed), ms * rate_hz // 1000
    t = np.arange(samples) / rate_hz
    syllable = np.minimum((t * 4).astype(int), int(ms * 4 / 1000))
    vowels = random.integers(0, len(_FORMANTS), syllable[-1] + 1 if samples else 1)
    steps = voice_hz * 2 ** (random.uniform(-0.25, 0.25, len(vowels) + 1))
    pitch = steps[syllable] + (steps[syllable + 1] - steps[syllable]) * (t * 4 - syllable)
    phase = 2 * np.pi * np.cumsum(pitch) / rate_hz
    formants = np.array(_FORMANTS, dtype=np.float64)[vowels[syllable]]
    out = np.zeros(samples)
    for k in range(1, int(3400 / (voice_hz * 0.8)) + 1):
        hz = k * pitch
        gain = sum(1 / (1 + ((hz - formants[:, i]) / (60 + 40 * i)) ** 2) * 0.6**i for i in range(3)) + 0.02
        out += np.where(hz < 3400, gain, 0.0) * np.sin(k * phase) / np.sqrt(k)
    place = t * 4 - syllable
    open_mouth = (place < 0.84) | (np.arange(samples) > samples - rate_hz // 20)
    envelope = np.where(open_mouth, 0.75 + 0.25 * np.sin(np.pi * place), 0.12)
    breath = np.diff(random.normal(size=samples + 1)) * np.where(place < 0.2, 0.25, 0.03)
    return at_level(out * envelope + breath * np.sqrt(np.mean(out**2)), dbov)


def babble(ms: int, dbov: float, rate_hz: int = 8000, voices: int = 7, seed: int = 1) -> Signal:
    mixed = sum(speech(ms, -26, rate_hz, seed * 100 + k, 95 + 23 * k) for k in range(voices))
    return at_level(np.asarray(mixed), dbov)


def room(signal: Signal, rate_hz: int = 8000, rt60_ms: int = 500, direct: float = 0.5, seed: int = 1) -> Signal:
    """The same heard across a room: an exponential tail that falls by 60 dB in rt60_ms."""
    samples = rt60_ms * rate_hz // 1000
    tail = rng(seed).normal(size=samples) * 10 ** (-3 * np.arange(samples) / samples)
    tail[0] = direct * np.sqrt(np.sum(tail[1:] ** 2)) / max(1 - direct, 0.05)
    size = len(signal) + samples
    wet = np.fft.irfft(np.fft.rfft(signal, size) * np.fft.rfft(tail, size), size)[: len(signal)]
    return at_level(wet, level(signal))


def hard_clip(signal: Signal, over_db: float = 12.0) -> Signal:
    """Driven over_db into the rails of int16."""
    peak = np.max(np.abs(signal))
    return np.clip(signal * (32767 / peak * 10 ** (over_db / 20)), -32768, 32767)


def soft_clip(signal: Signal, ceiling: float = 9000.0, over_db: float = 12.0) -> Signal:
    """Driven over_db into a ceiling under full scale."""
    return np.clip(signal * (ceiling / np.max(np.abs(signal)) * 10 ** (over_db / 20)), -ceiling, ceiling)


def band(signal: Signal, rate_hz: int = 8000) -> Signal:
    """300 to 3400 Hz."""
    spectrum, hz = np.fft.rfft(signal), np.fft.rfftfreq(len(signal), 1 / rate_hz)
    return np.fft.irfft(spectrum * ((hz > 300) & (hz < 3400)), len(signal))


def _voice(ms: int, dbov: float, rate_hz: int, seed: int, hz: float = 120.0) -> Signal:
    return speech(ms, dbov, rate_hz, seed, hz) + white(ms, IDLE_DBOV, rate_hz, seed + 1)


def _stretch(kind: str, ms: int, rate_hz: int, seed: int) -> Signal:
    idle = white(ms, IDLE_DBOV, rate_hz, seed + 7)
    if kind in "SsqF":
        dbov = {"S": -26.0, "s": -38.0, "q": -45.0, "F": -26.0}[kind]
        return _voice(ms, dbov, rate_hz, seed, 210.0 if kind == "F" else 120.0)
    if kind == "C":
        return hard_clip(speech(ms, -10, rate_hz, seed))
    if kind == "c":
        return soft_clip(speech(ms, -20, rate_hz, seed))
    if kind == "E":
        return room(speech(ms, -26, rate_hz, seed), rate_hz) + idle
    if kind in "_xud":
        return np.zeros(ms * rate_hz // 1000)
    makers = {
        ".": lambda: idle,
        "N": lambda: white(ms, -30, rate_hz, seed),
        "n": lambda: white(ms, -45, rate_hz, seed),
        "P": lambda: pink(ms, -30, rate_hz, seed),
        "H": lambda: hum(ms, -30, rate_hz),
        "R": lambda: ring_back(ms, rate_hz=rate_hz) + idle,
        "B": lambda: busy(ms, rate_hz=rate_hz) + idle,
        "D": lambda: dtmf("5" * (ms // 200 + 1), rate_hz=rate_hz)[: len(idle)] + idle,
        "M": lambda: music(ms, -26, rate_hz, seed),
        "K": lambda: crackle(ms, -40, rate_hz, seed),
    }
    return makers[kind]()


@dataclass(frozen=True)
class Tape:
    """A line of two legs. samples: int16[2, rate_hz * seconds]; absent: uint8[2, frames] (`Absent`)."""

    samples: NDArray[np.int16]
    absent: NDArray[np.uint8]
    rate_hz: int = 8000

    @property
    def duration_ms(self) -> int:
        return self.absent.shape[1] * 20

    def columns(self) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
        """int16[frames, 2, rate_hz // 50] and uint8[frames, 2]."""
        size = self.rate_hz // 50
        frames = self.absent.shape[1]
        cut = self.samples[:, : frames * size].reshape(2, frames, size)
        return np.ascontiguousarray(cut.transpose(1, 0, 2)), np.ascontiguousarray(self.absent.T)

    def frames(self) -> Iterator[tuple[NDArray[np.int16], NDArray[np.uint8]]]:
        yield from zip(*self.columns(), strict=True)


def line(agent: Signal, customer: Signal, rate_hz: int = 8000) -> Tape:
    """Two signals as a line; the shorter is padded with zeros."""
    size = rate_hz // 50
    frames = -(-max(len(agent), len(customer)) // size)
    both = np.zeros((2, frames * size))
    both[0, : len(agent)], both[1, : len(customer)] = agent, customer
    return Tape(pcm(both), np.zeros((2, frames), np.uint8), rate_hz)


def _leg(text: str, step_ms: int, rate_hz: int, seed: int) -> tuple[Signal, NDArray[np.uint8]]:
    parts, absent, at = [np.zeros(0)], [np.zeros(0, np.uint8)], 0
    causes = {"x": Absent.LOST, "u": Absent.UNKNOWN, "d": Absent.DTX}
    while at < len(text):
        end = at
        while end < len(text) and text[end] == text[at]:
            end += 1
        ms = (end - at) * step_ms
        parts.append(_stretch(text[at], ms, rate_hz, seed + at))
        absent.append(np.full(ms // 20, causes.get(text[at], Absent.PRESENT), np.uint8))
        at = end
    return np.concatenate(parts), np.concatenate(absent)


def tape(agent: str = "", customer: str = "", step_ms: int = 100, rate_hz: int = 8000, seed: int = 1) -> Tape:
    """The line that two strings draw; each may begin with its channel's letter and a colon. See the module's text."""
    legs = [text.split(":")[-1].replace(" ", "") for text in (agent, customer)]
    longest = max(map(len, legs))
    (left, left_absent), (right, right_absent) = (
        _leg(text.ljust(longest, "."), step_ms, rate_hz, seed + 1000 * k) for k, text in enumerate(legs)
    )
    return Tape(pcm(np.stack((left, right))), np.stack((left_absent, right_absent)), rate_hz)


def recorded(path: Path, rate_hz: int = 8000) -> Signal:
    """A recording of any format as one channel."""
    resampler, parts = av.AudioResampler(format="s16", layout="mono", rate=rate_hz), []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            parts += [out.to_ndarray()[0] for out in resampler.resample(frame)]
    parts += [out.to_ndarray()[0] for out in resampler.resample(None)]
    return np.concatenate(parts).astype(np.float64)


def legs(path: Path, rate_hz: int = 8000) -> list[Signal]:
    """A recording's channels, each for itself."""
    resampler, parts = None, []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            resampler = resampler or av.AudioResampler(format="s16p", layout=frame.layout, rate=rate_hz)
            parts += [out.to_ndarray() for out in resampler.resample(frame)]
    parts += [out.to_ndarray() for out in resampler.resample(None)] if resampler else []
    return list(np.concatenate(parts, axis=1).astype(np.float64))


def espeak(
    text: str, voice: str = "cmn", rate_hz: int = 8000, words_per_minute: int = 170, *more: str
) -> NDArray[np.int16]:
    """A synthetic voice in the telephone band (espeak-ng, through sox), kept in the temporary folder between tests.
    more: further options of espeak-ng."""
    key = hashlib.sha256("|".join((text, voice, str(rate_hz), str(words_per_minute), *more)).encode()).hexdigest()[:24]
    folder = Path(tempfile.gettempdir()) / "linewatch-voices"
    raw = folder / f"{key}.raw"
    if not raw.exists():
        folder.mkdir(exist_ok=True)
        wide = folder / f"{key}.wav"
        how = ["-v", voice, "-s", str(words_per_minute), *more, "-w", str(wide)]
        subprocess.run(["espeak-ng", *how, text], check=True)
        told = ["-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r", str(rate_hz)]
        subprocess.run(["sox", str(wide), *told, str(raw) + ".part", "sinc", "300-3400"], check=True)
        Path(str(raw) + ".part").replace(raw)
        wide.unlink()
    return np.fromfile(raw, dtype=np.int16)
