"""Lines with known events: voices, noises, tones and losses put together at known places, and what is heard of them.

A `Scene` is a line and what must be said of it. Voices and noises come from a `Shelf`: the synthetic ones of
`tests/tapes.py`, or recordings. The calls made of them are in `compositions.py`, the count of what is right in
`score.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor.core.events import ConditionEnded, Event
from monitor.core.types import Absent
from monitor.signal.bank import Bank
from monitor.signal.columns import MOST_FRAMES
from monitor.signal.settings import SignalSettings
from tests import tapes
from tests.tapes import Signal, Tape

RATE = 8000
AGENT, CUSTOMER = 0, 1
NAMES = ("agent", "customer", "both")


def tail(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    return tapes.room(voice, RATE, rt60_ms, direct, seed)


def tune(ms: int, dbov: float, seed: int) -> Signal:
    return tapes.music(ms, dbov, RATE, seed)


@dataclass
class Shelf:
    """voice(rng): some seconds of one speaker at any level, speech from the first sample to the last, no pause of
    0.3 s. noise(name, ms, rng): a noise at any level. room(voice, rt60_ms, direct, seed): the same across a room; None
    where the voices' own falls are no guide to one. music(ms, dbov, seed): hold music."""

    voice: Callable[[np.random.Generator], Signal]
    noise: Callable[[str, int, np.random.Generator], Signal]
    noises: tuple[str, ...]
    room: Callable[[Signal, int, float, int], Signal] | None = tail
    music: Callable[[int, float, int], Signal] = tune


def synthetic_voice(random: np.random.Generator) -> Signal:
    seed, hz = int(random.integers(1 << 30)), float(random.uniform(95, 230))
    return tapes.speech(int(random.integers(120, 400)) * 20, -26, RATE, seed, hz)


def synthetic_noise(name: str, ms: int, random: np.random.Generator) -> Signal:
    seed = int(random.integers(1 << 30))
    if name == "hum":
        return tapes.hum(ms, -30, RATE)
    return {"white": tapes.white, "pink": tapes.pink, "hiss": tapes.hiss}[name](ms, -30, RATE, seed)


SYNTHETIC = Shelf(synthetic_voice, synthetic_noise, ("white", "hiss", "hum"), None)


@dataclass
class Wanted:
    name: str
    side: int
    since_ms: int
    end_ms: int
    kind: str | None = None
    level: tuple[str, ...] = ()


@dataclass
class Noise:
    snr_db: float
    since_ms: int
    end_ms: int
    sound: Signal


@dataclass
class Scene:
    """A line under construction. Legs begin as an idle line at -66 dBov. metered: nothing but voices and steady
    surroundings is on it, so that it is known what its meters should show."""

    ms: int
    random: np.random.Generator
    idle_dbov: float = -66.0
    name: str = ""
    metered: bool = False
    wanted: list[Wanted] = field(default_factory=list)
    allowed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        seeds = self.random.integers(1 << 30, size=2)
        self.legs = [tapes.white(self.ms, self.idle_dbov, RATE, int(seed)) for seed in seeds]
        self.absent = np.zeros((2, self.ms // 20), np.uint8)
        self.spoken: list[tuple[int, int, int]] = []
        self.voices: list[list[Signal]] = [[], []]
        # all that is no voice on a leg, and the noise laid under the voices
        self.beside = [leg.copy() for leg in self.legs]
        self.noises: dict[int, Noise] = {}
        self.excused: list[tuple[int, int, int]] = []

    def say(self, side: int, at_ms: int, voice: Signal, dbov: float = -26.0) -> int:
        """Adds speech; returns where it ends."""
        voice = tapes.at_level(voice, dbov)
        at = at_ms * RATE // 1000
        voice = voice[: len(self.legs[side]) - at]
        self.legs[side][at : at + len(voice)] += voice
        end = at_ms + len(voice) * 1000 // RATE
        self.spoken.append((side, at_ms, end))
        self.voices[side].append(voice)
        return end

    def may_be_noisy(self, side: int) -> None:
        """Allows noise where its loudest three seconds come within 18 dB of what three seconds of the speech have at
        least: a sentence that trails off is what it is measured by until the next one."""
        if loudest(self.noises[side].sound) > faintest(self.voices[side]) - 18.0:
            self.allowed.add("noise")

    def add(self, side: int, at_ms: int, sound: Signal) -> None:
        at = at_ms * RATE // 1000
        sound = sound[: len(self.legs[side]) - at]
        self.legs[side][at : at + len(sound)] += sound
        self.beside[side][at : at + len(sound)] += sound

    def lay_under(self, side: int, at_ms: int, noise: Signal, snr_db: float) -> None:
        """Adds a noise so much under voices at -26 dBov."""
        noise = tapes.at_level(noise, -26.0 - snr_db)
        self.add(side, at_ms, noise)
        self.noises[side] = Noise(snr_db, at_ms, at_ms + len(noise) * 1000 // RATE, noise)

    def put(self, side: int, at_ms: int, sound: Signal) -> None:
        """In place of what is there."""
        at = at_ms * RATE // 1000
        self.legs[side][at : at + len(sound)] = sound
        self.beside[side][at : at + len(sound)] = sound

    def lose(self, side: int, from_ms: int, to_ms: int, why: Absent = Absent.LOST) -> None:
        self.absent[side, from_ms // 20 : to_ms // 20] = why
        self.put(side, from_ms, np.zeros((to_ms - from_ms) * RATE // 1000))

    def want(self, name: str, side: int, since_ms: int, end_ms: int, kind: str | None = None, level: str = "") -> None:
        self.wanted.append(Wanted(name, side, since_ms, end_ms, kind, tuple(level.split())))

    def tape(self) -> Tape:
        return Tape(tapes.pcm(np.stack(self.legs)), self.absent, RATE)

    def _on(self, from_ms: int, to_ms: int) -> list[tuple[int, int, int]]:
        """Stretches in this span where it is not asked whether a leg is silent."""
        return [(side, a, b) for side, a, b in self.excused if a < to_ms and b > from_ms]

    def silences(self) -> list[Wanted]:
        """What the speech that was put in leaves silent for two seconds."""
        found = []
        for side in range(3):
            spans = sorted((a, b) for who, a, b in self.spoken if side in (who, 2))
            last = 0
            for start, end in [*spans, (self.ms, self.ms)]:
                if start - last >= 2000 and not any(s in (side, 2) or side == 2 for s, a, b in self._on(last, start)):
                    found.append(Wanted("silence", side, last, start))
                last = max(last, end)
        return found


@dataclass
class Heard:
    """What a bank says of a line: its events, and two of the meters of each frame, float32[frames, 2]."""

    events: list[Event]
    speech_level_dbov: NDArray[np.float32]
    snr_db: NDArray[np.float32]


def heard(tape: Tape, settings: SignalSettings | None = None) -> list[Event]:
    """All events of a line on its own."""
    return heard_together([tape], settings)[0]


def heard_together(lines: list[Tape], settings: SignalSettings | None = None) -> list[list[Event]]:
    """All events of each of some lines that run side by side in one bank."""
    return [line.events for line in listened(lines, settings)]


def listened(lines: list[Tape], settings: SignalSettings | None = None) -> list[Heard]:
    """Each of some lines that run side by side in one bank, a second at a time."""
    bank = Bank(lines[0].rate_hz, settings or SignalSettings())
    found = [Heard([], *(np.full(line.absent.T.shape, np.nan, np.float32) for _ in range(2))) for line in lines]
    running = {bank.open(): (found[k], *line.columns()) for k, line in enumerate(lines)}
    at = 0
    while running:
        for number in [number for number, (_, pcm, _) in running.items() if at == len(pcm)]:
            running.pop(number)[0].events.extend(bank.finish(number))
        if running:
            until = min(at + MOST_FRAMES, *(len(pcm) for _, pcm, _ in running.values()))
            pcm, absent = (np.stack([line[part][at:until] for line in running.values()], axis=1) for part in (1, 2))
            for k, step in enumerate(bank.steps(np.array(list(running)), pcm, absent), at):
                for number, event in step.events:
                    running[number][0].events.append(event)
                for row, (line, _, _) in enumerate(running.values()):
                    line.speech_level_dbov[k] = step.readings.speech_level_dbov[row]
                    line.snr_db[k] = step.readings.snr_db[row]
            at = until
    return found


def conditions(events: Iterable[Event]) -> list[tuple[int, ConditionEnded]]:
    """(side, body) of all conditions, from their ends; a change of level is one condition."""
    out: list[tuple[int, ConditionEnded]] = []
    for event in events:
        body = event.body
        if isinstance(body, ConditionEnded):
            side = NAMES.index(event.channel or "both")
            last = next((k for k, (s, b) in enumerate(out) if s == side and _continues(b, body)), None)
            if last is None:
                out.append((side, body))
            else:
                out[last] = (side, body.model_copy(update={"since_ms": out[last][1].since_ms}))
    return out


def _continues(first: ConditionEnded, then: ConditionEnded) -> bool:
    return first.condition == then.condition and bool(first.level) and first.end_ms == then.since_ms


def loudest(noise: Signal) -> float:
    """dBov of its loudest three seconds: a clatter of 20 dB in all is one of 12 dB here and there."""
    window = 3 * RATE
    energy = np.concatenate(([0.0], np.cumsum(noise**2)))
    most = (energy[window:] - energy[:-window]).max() / window
    return float(10 * np.log10(most / 32768.0**2))


def running_dbov(voices: list[Signal], from_ms: int) -> NDArray[np.float64]:
    """Level of the last three seconds of what one party says, every 20 ms of it, once there is that much."""
    energy = np.concatenate(([0.0], np.cumsum(np.concatenate([np.zeros(0), *voices]) ** 2)))
    ends = np.arange(from_ms * RATE // 1000, len(energy), RATE // 50)
    starts = np.maximum(ends - 3 * RATE, 0)
    dbov: NDArray[np.float64] = 10 * np.log10(np.maximum(energy[ends] - energy[starts], 1.0) / (ends - starts))
    return dbov - 20 * np.log10(32768.0)


def faintest(voices: list[Signal]) -> float:
    """dBov of the quietest three seconds of what one party says; its first sentence counts from half a second on."""
    return float(running_dbov(voices, 500).min(initial=-26.0))
