"""How monitor/signal/weights.py was made: `python -m bench.fit_vad > monitor/signal/weights.py`, some minutes.

Material (LINEWATCH_DATA): voices of AISHELL, DSPSpeech, the Cantonese clips, and half of the Azure, Watson and Silero
samples (Apache-2.0, MIT, CC0); the first half of each recorded noise (CC BY 4.0, MIT); synthetic voices, noises, tones,
music and clatter. Never: the labelled sets of vad/, the Magic Data voice, the other half of voices and noises. Truth is
where Silero hears speech in the clean recording; then it is brought to -20 to -45 dBov, tilted, put into a room now and
then and over noise; half of it goes through G.711.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from monitor.core import pcm
from monitor.signal.bank import Bank
from monitor.signal.moment import Block
from monitor.signal.settings import SignalSettings
from monitor.signal.silero import CHUNK, session
from monitor.signal.vad import FEATURES, MEMORIES, Look, Vad
from tests import tapes
from tests.tapes import Signal

DATA = Path(os.environ.get("LINEWATCH_DATA", Path(__file__).parents[2] / "shared" / "data"))
RATE, FRAME = 8000, 160
INPUTS = FEATURES * (1 + len(MEMORIES))
HIDDEN, EPOCHS, BATCH, PULL = 24, 24, 2048, 1e-4
ROUNDS = 2
NOISES = {
    "tap": "speech-commands-background/running_tap.flac",
    "pink": "speech-commands-background/pink_noise.flac",
    "dishes": "speech-commands-background/doing_the_dishes.flac",
    "babble": "derived/babble-7-voices.flac",
}
UNDER_SPEECH = (
    "white", "hiss", "pink", "synthetic pink", "tap", "hum", "babble", "talk", "brown", "clatter", "dishes", "clatter",
    "coloured", "coloured", "typing", "thuds",
)  # fmt: skip
ALONE = (*UNDER_SPEECH, "idle", "ring-back", "busy", "dtmf", "music", "crackle")
# what a frame weighs: many voices at once are voices still, and 0 dB is asking much
WEIGHTS = {"babble": 0.2, "talk": 0.2, "ring-back": 8.0, "busy": 4.0, "dtmf": 4.0}
COMES_AND_GOES = 0.4
SPEECH_WEIGHS = 3.0
Array = NDArray[Any]


@dataclass
class Clip:
    signal: Signal
    speech: NDArray[np.bool_]
    weight: float


def loudness(signal: Signal, size: int) -> Array:
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


def clatter(samples: int, random: np.random.Generator) -> Signal:
    """Plates and keys: a few knocks a second, each of some partials that ring and a burst that does not."""
    out, at = random.normal(size=samples) * 0.01, 0
    every_s = 1 / random.uniform(1.5, 9)
    while (at := at + int(RATE * random.exponential(every_s)) + 80) < samples:
        t = np.arange(min(int(RATE * random.uniform(0.05, 0.4)), samples - at)) / RATE
        knock = random.normal(size=len(t)) * random.uniform(0.1, 1.5) * np.exp(-t / random.uniform(0.003, 0.03))
        for _ in range(int(random.integers(2, 9))):
            ring = np.sin(2 * np.pi * random.uniform(400, 3600) * t + random.uniform(0, 6))
            knock += random.uniform(0.2, 1) * ring * np.exp(-t / random.uniform(0.008, 0.12))
        out[at : at + len(t)] += knock * 10 ** (random.uniform(-18, 0) / 20)
    return out


def coloured(samples: int, random: np.random.Generator) -> Signal:
    """Noise of any spectrum, half of it swelling and ebbing as passing cars and fans do."""
    hz, knots = np.fft.rfftfreq(samples, 1 / RATE), np.linspace(0, RATE / 2, int(random.integers(4, 12)))
    gain_db = np.interp(hz, knots, np.cumsum(random.normal(0, 7, len(knots))))
    sound = np.fft.irfft(np.fft.rfft(random.normal(size=samples)) * 10 ** (gain_db / 20), samples)
    swell = np.sin(2 * np.pi * random.uniform(0.1, 2) * np.arange(samples) / RATE + random.uniform(0, 6))
    return sound * 10 ** (random.choice([0, random.uniform(1, 6)]) * swell / 20)


def typing(samples: int, random: np.random.Generator) -> Signal:
    """Two to twelve short dull bursts a second."""
    out, at, every_s = random.normal(size=samples) * 0.02, 0, 1 / random.uniform(2, 12)
    while (at := at + int(RATE * random.exponential(every_s)) + 200) < samples:
        burst = random.normal(size=min(400, samples - at))
        burst *= random.uniform(0.2, 1) * np.exp(-np.arange(len(burst)) / random.uniform(10, 80))
        out[at : at + len(burst)] += burst
    return out


def thuds(samples: int, random: np.random.Generator) -> Signal:
    """Steps, typing on a hollow desk, things put down: low tones that die away, some at a time with rests between."""
    out, at = random.normal(size=samples) * 0.02, 0
    every_s, rest_s, hz = random.uniform(0.09, 0.4), random.uniform(0.3, 3), random.uniform(70, 500)
    while at < samples - 400:
        for _ in range(int(random.integers(1, 12))):
            at += int(RATE * every_s * random.uniform(0.6, 1.4))
            t = np.arange(min(int(RATE * random.uniform(0.08, 0.3)), max(0, samples - at))) / RATE
            thud = sum(
                random.uniform(0.2, 1) * np.sin(2 * np.pi * hz * k * random.uniform(0.9, 1.1) * t)
                for k in (1, 1.6, 2.4)
            ) * np.exp(-t / random.uniform(0.01, 0.07))
            tick = random.normal(size=len(t)) * random.uniform(0, 1) * np.exp(-t / random.uniform(0.001, 0.01))
            out[at : at + len(t)] += (thud + tick) * random.uniform(0.3, 1)
        at += int(RATE * random.exponential(rest_s))
    return out


def tilted(signal: Signal, random: np.random.Generator) -> Signal:
    """Up to 4 dB an octave brighter or duller, as telephones are."""
    hz = np.maximum(np.fft.rfftfreq(len(signal), 1 / RATE), 100)
    return np.fft.irfft(np.fft.rfft(signal) * 10 ** (random.uniform(-4, 4) * np.log2(hz / 1000) / 20), len(signal))


def in_a_room(voice: Signal, random: np.random.Generator) -> Signal:
    seed, rt60_ms = int(random.integers(1 << 20)), int(random.integers(150, 500))
    return tapes.room(voice, RATE, rt60_ms, float(random.uniform(0.4, 0.9)), seed)


def warped(signal: Signal, random: np.random.Generator) -> Signal:
    """Up to a quarter slower or quicker."""
    by = random.uniform(0.8, 1.25)
    return np.interp(np.arange(int(len(signal) / by)) * by, np.arange(len(signal)), signal)


class Material:
    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._voices = [voice for wide in self._recordings() if (voice := _voice(wide)) is not None]
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
        for path in (path for path in people if "speech-other" in str(path)):
            wide = tapes.recorded(path, 16_000)[: 16_000 * 48]
            yield from (wide[at : at + 16_000 * 12] for at in range(0, len(wide), 16_000 * 12))

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
            "brown": lambda: _brown(random, samples),
            "clatter": lambda: clatter(samples, random),
            "coloured": lambda: coloured(samples, random),
            "typing": lambda: typing(samples, random),
            "thuds": lambda: thuds(samples, random),
            "talk": lambda: self._talk(samples),
            "idle": lambda: np.resize(self._idle[int(random.integers(len(self._idle)))], samples),
            "ring-back": lambda: tapes.ring_back(ms, -20, RATE),
            "busy": lambda: tapes.busy(ms, -20, RATE),
            "dtmf": lambda: tapes.dtmf("0123456789*#" * 9, -20, RATE, int(random.integers(60, 250))),
            "music": lambda: tapes.music(ms, -20, RATE, seed),
            "crackle": lambda: tapes.crackle(ms, -20, RATE, seed),
        }
        return made[name]()[:samples]

    def _talk(self, samples: int) -> Signal:
        """Four to ten people at once."""
        out, random = np.zeros(samples), self._random
        for _ in range(int(random.integers(4, 11))):
            voice = self._voices[int(random.integers(len(self._voices)))][0]
            out += tapes.at_level(np.resize(np.roll(voice, -int(random.integers(len(voice)))), samples), -26) * 10 ** (
                random.uniform(-6, 0) / 20
            )
        return out

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
        return Clip(voice + beside, speech, WEIGHTS.get(noise, 0.5 if snr_db == 0 else 1.0))

    def _said(self) -> tuple[Signal, NDArray[np.bool_]]:
        """Some seconds of somebody at any level, and which of its frames are speech."""
        random = self._random
        if random.random() < 0.25:
            frames = int(random.integers(75, 600))
            return _synthetic(random, frames), np.ones(frames, np.bool_)
        voice, speech = self._voices[int(random.integers(len(self._voices)))]
        voice = tapes.band(voice) if random.random() < 0.75 else voice
        voice = tilted(voice, random) if random.random() < 0.6 else voice
        return in_a_room(voice, random) if random.random() < 0.15 else voice, speech

    def _coming_and_going(self, noise: Signal) -> Signal:
        """From one moment on, or up to another, as when a window is opened or a car drives by."""
        random, seconds = self._random, len(noise) / RATE
        begins, ends = random.uniform(0, seconds), np.inf
        if random.random() < 0.5:
            begins, ends = sorted((begins, random.uniform(0, seconds)))
        t, ramp_s = np.arange(len(noise)) / RATE, random.uniform(0.005, 0.5)
        return noise * np.clip((t - begins) / ramp_s, 0.003, 1) * np.clip((ends - t) / ramp_s, 0.003, 1)

    def alone(self, noise: str, dbov: float) -> Clip:
        beside = tapes.at_level(self.noise(noise, 12 * RATE), dbov)
        beside = self._coming_and_going(beside) if self._random.random() < COMES_AND_GOES else beside
        sound = np.concatenate((np.zeros(12_000), beside))
        line = tapes.white(13_500, -66, RATE, int(self._random.integers(1 << 20)))[: len(sound)]
        return Clip(sound[: len(line)] + line, np.zeros(len(line) // FRAME, np.bool_), WEIGHTS.get(noise, 2.0))

    def clips(self, rounds: int) -> Iterator[Clip]:
        random = self._random
        for _ in range(40 * rounds):
            yield from (self.spoken(d, random.choice(["idle", "white"]), None) for d in (-20.0, -26.0, -36.0, -45.0))
        for _ in range(6 * rounds):
            for name in UNDER_SPEECH:
                yield from (self.spoken(float(random.uniform(-30, -20)), name, db) for db in (20.0, 10.0, 5.0, 0.0))
        for _ in range(rounds):
            for name in ALONE:
                yield from (self.alone(name, dbov) for dbov in (-20.0, -26.0, -34.0, -40.0, -46.0))


def _files(folder: str) -> list[Path]:
    return sorted((DATA / folder).rglob("*.flac"))


def _voice(wide: Signal) -> tuple[Signal, NDArray[np.bool_]] | None:
    speech = clean_speech(wide) if len(wide) > 16_000 else np.zeros(1, np.bool_)
    whole = np.resize(wide, len(wide) // 320 * 320)
    return (soxr.resample(whole, 16_000, RATE), speech[: len(whole) // 320]) if speech.sum() >= 40 else None


def _synthetic(random: np.random.Generator, frames: int) -> Signal:
    return tapes.speech(frames * 20, -26, RATE, int(random.integers(1 << 20)), float(random.uniform(90, 230)))


def _brown(random: np.random.Generator, samples: int) -> Signal:
    walk = np.cumsum(random.normal(size=samples))
    return walk - np.convolve(walk, np.ones(400) / 400, "same")


class Listening(Vad):
    """Keeps what the weighing is given."""

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        plain = self._features

        def kept(*given: Any) -> Array:
            self.among, self.given = given[-1], plain(*given)
            return self.given

        self._features = kept

    def look(self, block: Block, floor_dbov: Array) -> Look:
        self.given = np.zeros((0, FEATURES))
        found = super().look(block, floor_dbov)
        self.inputs, self.loud = np.zeros((*block.heard.shape, FEATURES), np.float32), block.level_dbov > -60
        if len(self.given):
            weighed = block.heard.copy()
            weighed[block.heard] = self.among
            self.inputs[weighed] = self.given / 256
        return found


def by_wire(signal: Signal, k: int) -> NDArray[np.int16]:
    """As linear samples or as one of the two laws carries them."""
    linear = tapes.pcm(signal)
    if k % 2:
        return linear
    if k % 4:
        return pcm.decode_alaw(np.frombuffer(pcm.encode_alaw(linear), np.uint8))
    return pcm.decode_ulaw(np.frombuffer(pcm.encode_ulaw(linear), np.uint8))


def listened(clips: list[Clip]) -> tuple[Array, Array, Array]:
    """Inputs float32[k, INPUTS] of all frames over the gate, truth and weights [k]; two clips on a line of the bank."""
    settings = SignalSettings(detectors=())
    bank = Bank(RATE, settings)
    bank._vad = vad = Listening(settings, RATE)
    lines = np.array([bank.open() for _ in range((len(clips) + 1) // 2)])
    frames = max(len(clip.speech) for clip in clips)
    heard = np.zeros((frames, 2 * len(lines), FRAME), np.int16)
    for k, clip in enumerate(clips):
        heard[: len(clip.speech), k] = by_wire(clip.signal[: len(clip.speech) * FRAME], k).reshape(-1, FRAME)
    memories, inputs, truth, weights = [np.zeros((2 * len(lines), FEATURES)) for _ in MEMORIES], [], [], []
    for at in range(frames):
        bank.step(lines, heard[at].reshape(len(lines), 2, FRAME), np.zeros((len(lines), 2), np.uint8))
        fresh = vad.inputs.reshape(-1, FEATURES)
        memories = [m + (fresh - m) * share for m, share in zip(memories, MEMORIES, strict=True)]
        going = [k for k, clip in enumerate(clips) if at < len(clip.speech) and vad.loud.reshape(-1)[k]]
        inputs.append(np.concatenate((fresh, *memories), axis=1)[going].astype(np.float32))
        truth += [clips[k].speech[at] for k in going]
        weights += [clips[k].weight for k in going]
    return np.concatenate(inputs), np.array(truth, np.float32), np.array(weights, np.float32)


def fitted(inputs: Array, truth: Array, weights: Array, seed: int = 1) -> list[Array]:
    """Rectified units and their weights, by Adam on the log-loss: [INPUTS, units], [units], [units], [1]."""
    random, wide = np.random.default_rng(seed), inputs.shape[1]
    weights = weights * np.where(truth > 0, SPEECH_WEIGHS, 1.0).astype(np.float32)
    first, last = random.normal(0, (2 / wide) ** 0.5, (wide, HIDDEN)), random.normal(0, HIDDEN**-0.5, HIDDEN)
    net = [part.astype(np.float32) for part in (first, np.zeros(HIDDEN), last, np.zeros(1))]
    means, squares, steps = [part * 0 for part in net], [part * 0 for part in net], 0
    for epoch in range(EPOCHS):
        order, rate = random.permutation(len(inputs)), 0.002 * (1 + np.cos(np.pi * epoch / EPOCHS))
        for at in range(0, len(order) - BATCH + 1, BATCH):
            steps += 1
            some = order[at : at + BATCH]
            for k, slope in enumerate(_slopes(net, inputs[some], truth[some], weights[some])):
                means[k] = 0.9 * means[k] + 0.1 * slope
                squares[k] = 0.999 * squares[k] + 0.001 * slope**2
                step = means[k] / (1 - 0.9**steps) / (np.sqrt(squares[k] / (1 - 0.999**steps)) + 1e-8)
                net[k] = net[k] - np.float32(rate) * step
    return net


def _slopes(net: list[Array], x: Array, truth: Array, weights: Array) -> list[Array]:
    sums = x @ net[0] + net[1]
    units = np.maximum(sums, 0)
    odds = np.clip(units @ net[2] + net[3], -30, 30)
    wrong = (1 / (1 + np.exp(-odds)) - truth) * weights / len(x)
    back = wrong[:, None] * net[2] * (sums > 0)
    return [x.T @ back + PULL * net[0], back.sum(axis=0), units.T @ wrong + PULL * net[2], np.array([wrong.sum()])]


def module(net: list[Array]) -> str:
    """The weights as Python, in whole 256ths."""
    whole = [np.rint(part * 256).astype(int).tolist() for part in net]
    lines = [
        '"""The VAD\'s weights in 256ths, made by bench/fit_vad.py, which says on what; vad.py what they weigh."""',
        "",
        "from __future__ import annotations",
        "",
        "# fmt: off",
        "# each unit: the features of this frame, of the last 60 ms, 300 ms and 2 s, and a constant",
        "UNITS: tuple[tuple[int, ...], ...] = (",
        *(_unit([row[k] for row in whole[0]], whole[1][k]) for k in range(HIDDEN)),
        ")",
        "# what each unit says, and a constant",
        "WEIGHTS = (",
        *(f"    {_row([*whole[2], *whole[3]][at : at + 13])}," for at in range(0, HIDDEN + 1, 13)),
        ")",
        "# fmt: on",
    ]
    return "\n".join(lines) + "\n"


def _unit(weights: list[int], constant: int) -> str:
    parts = [_row(weights[at : at + FEATURES]) for at in range(0, INPUTS, FEATURES)]
    return "    (" + ",\n     ".join([*parts, str(constant)]) + "),"


def _row(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    clips, parts = Material(11).clips(rounds), []
    while some := list(islice(clips, 200)):
        parts.append(listened(some))
        print(f"{sum(len(part[0]) for part in parts)} frames", file=sys.stderr)
    together = [np.concatenate(found) for found in zip(*parts, strict=True)]
    print(module(fitted(*together)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
