"""What the VAD's weights are fitted on, `bench/fit_vad.py`: clips of known voices and noises, and where speech is.

Material (LINEWATCH_DATA): voices of AISHELL, DSPSpeech, the Cantonese clips, and half of the Azure, Watson and Silero
samples and of the demo clips of recognisers (Apache-2.0, MIT, CC0); the first half of each recorded noise (CC BY 4.0,
MIT); Mandarin of `fit_mandarin.py`; synthetic voices and those of `fit_voices.py`, noises, tones, music and clatter.
Never: the labelled sets of vad/, the Magic Data voice, the other half of voices and noises. Truth is where Silero hears
speech in the clean recording, and all but its pauses of a voice made by rule. Every other one is heard from a larger or
smaller throat; then it is brought to -20 to -45 dBov, tilted, put into a room now and then and over noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from bench import fit_mandarin, fit_music, fit_voices
from bench.fit_noises import (
    RATE,
    brown,
    buzz,
    calls,
    clatter,
    coloured,
    engine,
    in_a_room,
    swelling,
    thuds,
    tilted,
    typing,
    warped,
)
from bench.fit_strokes import barks, drops, horns, revs, strokes
from bench.recordings import DATA, NOISES
from monitor.signal.silero import CHUNK, session
from tests import tapes
from tests.tapes import Signal

FRAME = 160
UNDER_SPEECH = (
    "white", "hiss", "pink", "synthetic pink", "tap", "hum", "babble", "talk", "brown", "clatter", "dishes", "clatter",
    "coloured", "coloured", "typing", "thuds", "buzz", "buzz",
    "swelling", "swelling", "swelling", "engine", "engine", "calls", "hall", "hall",
    "horns", "horns", "strokes", "strokes", "revs", "revs",
    "barks", "barks", "barks", "drops", "drops", "drops", "mixed", "mixed", "mixed", "mixed",
)  # fmt: skip
MIXED = (
    "pink", "tap", "hum", "brown", "clatter", "dishes", "coloured", "typing", "thuds", "buzz", "swelling", "engine",
    "calls", "horns", "strokes", "revs", "barks", "drops",
)  # fmt: skip
ALONE = (*UNDER_SPEECH, "idle", "ring-back", "busy", "dtmf", "music", "crackle", *("played",) * 6)
MUSIC = ("music", "played", "further")
# what a frame weighs: many voices at once are voices still, and 0 dB is asking much
WEIGHTS = {"hall": 0.1, "babble": 0.2, "talk": 0.2}
# where nobody speaks: what is struck is what is most taken for a voice; of what is played only music is learnt, as a
# net that learns no speech from it either hears voices over noise worse
ALONE_WEIGHTS = {
    **WEIGHTS, "ring-back": 8.0, "busy": 6.0, "dtmf": 6.0, "clatter": 6.0, "dishes": 6.0, "typing": 6.0, "thuds": 6.0,
    "played": 0.0, "further": 0.0,
}  # fmt: skip
# speech on a clean line: it is to be heard whole
CLEAN_SPEECH_WEIGHS = 2.0
COMES_AND_GOES = 0.4
# how often each kind of music that people play is drawn in a round, beside what speech is fitted on
PLAYED = 20
# the share of made voices among those that are not synthetic; of voices from another throat than their own; dB an
# octave a telephone may be brighter for a voice
MADE, GROWN, BRIGHTER_DB = 0.3, 0.5, 7.0


@dataclass
class Clip:
    """speech, weights: of each frame. music: whether it is nothing else. voice: by itself, where somebody speaks."""

    signal: Signal
    speech: NDArray[np.bool_]
    weights: NDArray[np.float64]
    music: bool = False
    voice: Signal | None = None


def loudness(signal: Signal, size: int) -> NDArray[np.float64]:
    return 10 * np.log10((signal[: len(signal) // size * size].reshape(-1, size) ** 2).mean(axis=1) + 1e-3)


def clean_speech(wide: Signal) -> NDArray[np.bool_]:
    """Which 20 ms of a clean recording (16 kHz) are speech."""
    model, told = session(), (wide + np.random.default_rng(0).normal(0, 1, len(wide))) / 32768
    h, c, context, heard = np.zeros((1, 1, 128), np.float32), np.zeros((1, 1, 128), np.float32), np.zeros(64), []
    for chunk in told[: len(told) // CHUNK * CHUNK].reshape(-1, CHUNK):
        given = np.concatenate((context, chunk)).astype(np.float32)[None]
        probability, h, c = model.run(None, {"input": given, "h": h, "c": c})
        context = chunk[-64:]
        heard.append(float(probability.reshape(-1)[0]))
    loud = loudness(wide, 320)
    found = np.array(heard)[np.minimum((np.arange(len(loud)) * 320 + 160) // CHUNK, len(heard) - 1)] > 0.5
    wider = np.convolve(found, np.ones(5), "same") > 0
    return wider & (loud > np.percentile(loud[wider], 95) - 28 if wider.any() else found)


class Material:
    def __init__(self, seed: int) -> None:
        self._seed, self._random = seed, np.random.default_rng(seed)
        self._voices = [voice for wide in self._recordings() if (voice := _voice(wide)) is not None]
        self._made = [voice for wide in fit_voices.made(self._random) if (voice := _voice(wide, fit_voices.spoken))]
        whole = {name: tapes.recorded(DATA / "noise" / path) for name, path in NOISES.items()}
        self._noises = {name: signal[: len(signal) // 2] for name, signal in whole.items()}
        self._idle = [tapes.recorded(path) for path in sorted((DATA / "noise" / "telephone-line").glob("*"))]

    def _recordings(self) -> Iterator[Signal]:
        for path in (*_files("speech-zh/aishell-sample")[::2], *_files("speech-dialect/yue")[::2]):
            yield tapes.recorded(path, 16_000)
        words = [_files(f"speech-zh/dspspeech/{who.name}") for who in sorted((DATA / "speech-zh/dspspeech").iterdir())]
        for some in (w for w in words if w):
            for _ in range(4):
                said = [tapes.recorded(some[int(k)], 16_000) for k in self._random.integers(len(some), size=5)]
                gaps = [self._random.normal(0, 8, int(16_000 * self._random.uniform(0.1, 1.2))) for _ in said]
                pairs = zip(said, gaps, strict=True)
                yield np.concatenate([part for word, gap in pairs for part in (tapes.at_level(word, -26), gap)])
        folders = ("speech-other/azure-customspeech", "speech-other/watson-8k", "speech-other/silero", "speech-zh/misc")
        people = sorted(path for folder in folders for path in (DATA / folder).rglob("*.flac"))[::2]
        for path in people:
            wide = tapes.recorded(path, 16_000)[: 16_000 * 48]
            yield from (wide[at : at + 16_000 * 12] for at in range(0, len(wide), 16_000 * 12))
        yield from fit_mandarin.mandarin()

    def noise(self, name: str, samples: int) -> Signal:
        random, ms = self._random, samples // 8 + 1
        seed = int(random.integers(1 << 20))
        if name in self._noises:
            whole = tilted(warped(self._noises[name], random), random)
            return np.resize(np.roll(whole, -int(random.integers(len(whole)))), samples)
        made: dict[str, Callable[[], Signal]] = {
            "white": lambda: tapes.white(ms, -30, RATE, seed),
            "hiss": lambda: tapes.hiss(ms, -30, RATE, seed),
            "synthetic pink": lambda: tapes.pink(ms, -30, RATE, seed),
            "hum": lambda: tapes.hum(ms, -30, RATE, float(random.choice([50, 60]))) + tapes.white(ms, -60, RATE, seed),
            "brown": lambda: brown(samples, random),
            "clatter": lambda: clatter(samples, random),
            "coloured": lambda: coloured(samples, random),
            "typing": lambda: typing(samples, random),
            "swelling": lambda: swelling(samples, random),
            "engine": lambda: engine(samples, random),
            "calls": lambda: calls(samples, random),
            "buzz": lambda: buzz(samples, random),
            "horns": lambda: horns(samples, random),
            "strokes": lambda: strokes(samples, random),
            "revs": lambda: revs(samples, random),
            "thuds": lambda: thuds(samples, random),
            "barks": lambda: barks(samples, random),
            "drops": lambda: drops(samples, random),
            "mixed": lambda: self._mixed(samples),
            "talk": lambda: self._talk(samples, int(random.integers(4, 11))),
            "hall": lambda: self._hall(samples, seed),
            "idle": lambda: np.resize(self._idle[int(random.integers(len(self._idle)))], samples),
            "ring-back": lambda: tapes.ring_back(ms, -20, RATE),
            "busy": lambda: tapes.busy(ms, -20, RATE),
            "dtmf": lambda: tapes.dtmf("0123456789*#" * 9, -20, RATE, int(random.integers(60, 250))),
            "music": lambda: tapes.music(ms, -20, RATE, seed),
            "crackle": lambda: tapes.crackle(ms, -20, RATE, seed),
            "played": lambda: self._played(samples),
            "further": lambda: self._played(samples, further=True),
        }
        return made[name]()[:samples]

    def _played(self, samples: int, further: bool = False) -> Signal:
        """Music as some telephone brings it."""
        random = self._random
        music = fit_music.played(samples, random, further)
        music = tapes.band(music) if random.random() < 0.75 else music
        return tilted(music, random) if random.random() < 0.6 else music

    def _mixed(self, samples: int) -> Signal:
        """Two or three at once, as places have them; every other time as a hall gives them back."""
        random, out = self._random, np.zeros(samples)
        for name in random.choice(MIXED, size=int(random.integers(2, 4)), replace=False):
            out += tapes.at_level(self.noise(str(name), samples), -30) * 10 ** (random.uniform(-12, 0) / 20)
        return in_a_room(out, random, 2500) if random.random() < 0.5 else out

    def _talk(self, samples: int, people: int) -> Signal:
        """So many at once."""
        out, random = np.zeros(samples), self._random
        for _ in range(people):
            voice = self._voices[int(random.integers(len(self._voices)))][0]
            out += tapes.at_level(np.resize(np.roll(voice, -int(random.integers(len(voice)))), samples), -26) * 10 ** (
                random.uniform(-6, 0) / 20
            )
        return out

    def _hall(self, samples: int, seed: int) -> Signal:
        """So many that none can be told from the others."""
        people = int(self._random.integers(14, 40))
        if self._random.random() < 0.5:
            return self._talk(samples, people)
        return tapes.babble(samples * 1000 // RATE + 20, -30, RATE, people, seed)[:samples]

    def spoken(self, dbov: float, noise: str, snr_db: float | None) -> Clip:
        """Up to five times somebody speaks, between pauses."""
        random, sound, truth = self._random, [np.zeros(0)], [np.zeros(0, np.bool_)]
        for _ in range(int(random.integers(1, 6))):
            voice, speech = self._said()
            gap = int(random.integers(25, 200))
            sound += [np.zeros(gap * FRAME), voice * 10 ** ((dbov - tapes.level(voice[np.repeat(speech, FRAME)])) / 20)]
            truth += [np.zeros(gap, np.bool_), speech]
        gap = int(random.integers(75, 250))
        voice, speech = np.pad(np.concatenate(sound), (0, gap * FRAME)), np.pad(np.concatenate(truth), (0, gap))
        beside = tapes.at_level(self.noise(noise, len(voice)), -66 if snr_db is None else dbov - snr_db)
        beside = self._coming_and_going(beside) if random.random() < COMES_AND_GOES else beside
        if random.random() < 0.5:
            beside = beside + tapes.white(len(voice) // 8 + 1, -66, RATE, int(random.integers(1 << 20)))[: len(voice)]
        if snr_db is None:
            return Clip(voice + beside, speech, np.where(speech, CLEAN_SPEECH_WEIGHS, 1.0), voice=voice)
        weight = WEIGHTS.get(noise, 0.5 if snr_db == 0 else 1.0)
        return Clip(voice + beside, speech, np.full(len(speech), weight), voice=voice)

    def _said(self) -> tuple[Signal, NDArray[np.bool_]]:
        """Some seconds of somebody at any level, and which of its frames are speech."""
        random = self._random
        if random.random() < 0.25:
            frames = int(random.integers(75, 600))
            return _synthetic(random, frames), np.ones(frames, np.bool_)
        some = self._made if random.random() < MADE else self._voices
        voice, speech = some[int(random.integers(len(some)))]
        voice, speech = _grown(voice, speech, random) if random.random() < GROWN else (voice, speech)
        voice = tapes.band(voice) if random.random() < 0.75 else voice
        voice = tilted(voice, random, BRIGHTER_DB) if random.random() < 0.6 else voice
        return in_a_room(voice, random) if random.random() < 0.15 else voice, speech

    def _coming_and_going(self, noise: Signal) -> Signal:
        """From one moment on, or up to another, as when a window is opened or a car drives by."""
        random, seconds = self._random, len(noise) / RATE
        begins, ends = random.uniform(0, seconds), np.inf
        if random.random() < 0.5:
            begins, ends = sorted((begins, random.uniform(0, seconds)))
        t, ramp_s = np.arange(len(noise)) / RATE, random.uniform(0.005, 0.5)
        return noise * np.clip((t - begins) / ramp_s, 0.003, 1) * np.clip((ends - t) / ramp_s, 0.003, 1)

    def alone(self, noise: str, dbov: float, by_telephone: bool = False) -> Clip:
        """by_telephone: in its band; of such, too, only music is learnt."""
        beside = self.noise(noise, 12 * RATE)
        beside = tapes.at_level(tapes.band(beside) if by_telephone else beside, dbov)
        beside = self._coming_and_going(beside) if self._random.random() < COMES_AND_GOES else beside
        sound = np.concatenate((np.zeros(12_000), beside))
        line = tapes.white(13_500, -66, RATE, int(self._random.integers(1 << 20)))[: len(sound)]
        frames = len(line) // FRAME
        weights = np.full(frames, 0.0 if by_telephone else ALONE_WEIGHTS.get(noise, 2.0))
        return Clip(sound[: len(line)] + line, np.zeros(frames, np.bool_), weights, noise in MUSIC)

    def clips(self, rounds: int) -> Iterator[Clip]:
        random = self._random
        for _ in range(40 * rounds):
            yield from (self.spoken(d, random.choice(["idle", "white"]), None) for d in (-20.0, -26.0, -36.0, -45.0))
        for _ in range(6 * rounds):
            for name in UNDER_SPEECH:
                yield from (self.spoken(float(random.uniform(-30, -20)), name, db) for db in (20.0, 10.0, 5.0, 0.0))
        for _ in range(rounds):
            for name in ALONE:
                yield from self._by_itself(name)

    def music(self, rounds: int) -> Iterator[Clip]:
        """More of what people play, which only the net for music is fitted on, whatever was drawn before."""
        self._random = np.random.default_rng((self._seed, PLAYED))
        for _ in range(PLAYED * rounds):
            for name in ("played", "further"):
                yield from self._by_itself(name)

    def _by_itself(self, name: str) -> Iterator[Clip]:
        yield from (self.alone(name, dbov) for dbov in (-20.0, -26.0, -34.0, -40.0, -46.0))
        yield from (self.alone(name, dbov, True) for dbov in (-20.0, -26.0, -34.0))


def _files(folder: str) -> list[Path]:
    return sorted((DATA / folder).rglob("*.flac"))


def _voice(
    wide: Signal, spoken: Callable[[Signal], NDArray[np.bool_]] = clean_speech
) -> tuple[Signal, NDArray[np.bool_]] | None:
    speech = spoken(wide) if len(wide) > 16_000 else np.zeros(1, np.bool_)
    whole = np.resize(wide, len(wide) // 320 * 320)
    return (soxr.resample(whole, 16_000, RATE), speech[: len(whole) // 320]) if speech.sum() >= 40 else None


def _grown(voice: Signal, speech: NDArray[np.bool_], random: np.random.Generator) -> tuple[Signal, NDArray[np.bool_]]:
    """As somebody larger or smaller would have said it, slower or quicker, too."""
    by = random.uniform(0.85, 1.2)
    other = soxr.resample(voice, RATE * by, RATE)
    frames = len(other) // FRAME
    return other[: frames * FRAME], speech[np.minimum(((np.arange(frames) + 0.5) * by).astype(int), len(speech) - 1)]


def _synthetic(random: np.random.Generator, frames: int) -> Signal:
    return tapes.speech(frames * 20, -26, RATE, int(random.integers(1 << 20)), float(random.uniform(90, 230)))
