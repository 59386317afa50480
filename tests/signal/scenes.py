"""Calls with known events: voices, noises, tones and losses put together at known places, and a score against them.

A `Scene` is a line and what must be said of it; anything else that is said counts as false. Silences are scored by
their edges. Voices and noises come from a `Shelf`: the synthetic ones of `tests/tapes.py`, or recordings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from monitor.core.events import ConditionEnded, Event
from monitor.core.types import Absent
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings
from tests import tapes
from tests.tapes import Signal, Tape

RATE = 8000
AGENT, CUSTOMER = 0, 1
NAMES = ("agent", "customer", "both")


def tail(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    return tapes.room(voice, RATE, rt60_ms, direct, seed)


@dataclass
class Shelf:
    """voice(rng): some seconds of one speaker at any level, speech from the first sample to the last, no pause of
    0.3 s. noise(name, ms, rng): a noise at any level. room(voice, rt60_ms, direct, seed): the same across a room; None
    where the voices' own falls are no guide to one."""

    voice: Callable[[np.random.Generator], Signal]
    noise: Callable[[str, int, np.random.Generator], Signal]
    noises: tuple[str, ...]
    room: Callable[[Signal, int, float, int], Signal] | None = tail


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
class Scene:
    """A line under construction. Legs begin as an idle line at -66 dBov."""

    ms: int
    random: np.random.Generator
    idle_dbov: float = -66.0
    name: str = ""
    wanted: list[Wanted] = field(default_factory=list)
    allowed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        seeds = self.random.integers(1 << 30, size=2)
        self.legs = [tapes.white(self.ms, self.idle_dbov, RATE, int(seed)) for seed in seeds]
        self.absent = np.zeros((2, self.ms // 20), np.uint8)
        self.spoken: list[tuple[int, int, int]] = []
        self.voices: list[list[Signal]] = [[], []]
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

    def may_be_noisy(self, side: int, noise: Signal) -> None:
        """Allows noise where its loudest three seconds come within 18 dB of what three seconds of the speech have at
        least: a sentence that trails off is what it is measured by until the next one."""
        if loudest(noise) > faintest(self.voices[side]) - 18.0:
            self.allowed.add("noise")

    def add(self, side: int, at_ms: int, sound: Signal) -> None:
        at = at_ms * RATE // 1000
        room = len(self.legs[side]) - at
        self.legs[side][at : at + len(sound)] += sound[:room]

    def put(self, side: int, at_ms: int, sound: Signal) -> None:
        """In place of what is there."""
        at = at_ms * RATE // 1000
        self.legs[side][at : at + len(sound)] = sound

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


def heard(tape: Tape, settings: SignalSettings | None = None) -> list[Event]:
    """All events of a line on its own."""
    return heard_together([tape], settings)[0]


def heard_together(lines: list[Tape], settings: SignalSettings | None = None) -> list[list[Event]]:
    """All events of each of some lines that run side by side in one bank."""
    bank = Bank(lines[0].rate_hz, settings or SignalSettings())
    events: list[list[Event]] = [[] for _ in lines]
    running = {bank.open(): (events[k], *line.columns()) for k, line in enumerate(lines)}
    at = 0
    while running:
        for number in [number for number, (_, pcm, _) in running.items() if at == len(pcm)]:
            running.pop(number)[0].extend(bank.finish(number))
        if running:
            numbers = np.array(list(running))
            pcm, absent = (np.stack([line[part][at] for line in running.values()]) for part in (1, 2))
            for number, event in bank.step(numbers, pcm, absent).events:
                running[number][0].append(event)
        at += 1
    return events


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


@dataclass
class Score:
    right: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def recall(self, name: str) -> float:
        return self.right[name] / max(self.right[name] + self.missed[name], 1)

    def precision(self, name: str) -> float:
        return self.right[name] / max(self.right[name] + self.false[name], 1)

    def add(self, label: str, scene: Scene, events: list[Event], edge_ms: int = 300) -> None:
        found = conditions(events)
        for want in scene.wanted:
            match = [f for f in found if f[0] == want.side and f[1].condition == want.name and _overlap(f[1], want)]
            fits = [f for f in match if (not want.kind or f[1].kind == want.kind) and _level(f[1], want)]
            (self.right if fits else self.missed)[want.name] += 1
            if not fits:
                said = [b.model_dump(exclude_none=True, exclude={"condition"}) for _, b in match]
                self.notes.append(f"{label}: missed {want}, said {said}")
            found = [f for f in found if f not in match]
        silences = scene.silences()
        for want in silences:
            near = [
                f for f in found if f[0] == want.side and f[1].condition == "silence" and _edges(f[1], want, edge_ms)
            ]
            (self.right if near else self.missed)["silence"] += 1
            if not near:
                self.notes.append(f"{label}: missed {want}")
            found = [f for f in found if f not in near]
        for side, body in found:
            if body.condition in scene.allowed:
                continue
            side_on = [
                a for s, a, b in scene.excused if (s == side or side == 2) and a <= body.end_ms and b > body.since_ms
            ]
            if body.condition == "silence" and side_on:
                continue
            # a pause between the words of a recording may come near two seconds
            if body.condition == "silence" and body.end_ms - body.since_ms < 2400:
                continue
            self.false[body.condition] += 1
            shown = body.model_dump(exclude_none=True)
            self.notes.append(f"{label}: false {NAMES[side]} {shown}")


def _overlap(body: ConditionEnded, want: Wanted) -> bool:
    return body.since_ms < want.end_ms and body.end_ms > want.since_ms


def _level(body: ConditionEnded, want: Wanted) -> bool:
    return not want.level or body.level in want.level


def _edges(body: ConditionEnded, want: Wanted, edge_ms: int) -> bool:
    return abs(body.since_ms - want.since_ms) <= edge_ms and abs(body.end_ms - want.end_ms) <= edge_ms


def long_voice(shelf: Shelf, random: np.random.Generator, seconds: int) -> Signal:
    voice = np.zeros(0)
    while len(voice) < seconds * RATE:
        voice = np.concatenate((voice, tapes.at_level(shelf.voice(random), -26)))
    return voice


def turns(scene: Scene, shelf: Shelf, from_ms: int, to_ms: int, dbov: tuple[float, float] = (-26.0, -26.0)) -> None:
    """The two in turn, with gaps of 0.5 to 1.2 s."""
    at, side = from_ms, int(scene.random.integers(2))
    while at < to_ms:
        voice = shelf.voice(scene.random)
        if at + len(voice) * 1000 // RATE > to_ms:
            break
        at = scene.say(side, at, voice, dbov[side]) + int(scene.random.integers(25, 60)) * 20
        side = 1 - side


def loudest(noise: Signal) -> float:
    """dBov of its loudest three seconds: a clatter of 20 dB in all is one of 12 dB here and there."""
    window = 3 * RATE
    energy = np.concatenate(([0.0], np.cumsum(noise**2)))
    most = (energy[window:] - energy[:-window]).max() / window
    return float(10 * np.log10(most / 32768.0**2))


def faintest(voices: list[Signal]) -> float:
    """dBov of the quietest three seconds of what one party says; its first sentence counts from half a second on."""
    energy = np.concatenate(([0.0], np.cumsum(np.concatenate([np.zeros(0), *voices]) ** 2)))
    window, total = 3 * RATE, len(energy) - 1
    if total < RATE // 2:
        return -26.0
    ends = np.arange(RATE // 2, total + 1, RATE // 50)
    starts = np.maximum(ends - window, 0)
    least = ((energy[ends] - energy[starts]) / (ends - starts)).min()
    return float(10 * np.log10(max(least, 1e-3) / 32768.0**2))


def silence_scene(shelf: Shelf, random: np.random.Generator, gap_ms: int, noise_db: float | None = None) -> Scene:
    scene, beside = Scene(40_000, random), []
    if noise_db is not None:
        scene.name = name = str(random.choice(shelf.noises))
        beside = [tapes.at_level(shelf.noise(name, scene.ms, random), -26.0 - noise_db) for _ in (AGENT, CUSTOMER)]
    end = scene.say(AGENT, 1000, shelf.voice(random))
    scene.say(CUSTOMER, end + gap_ms, shelf.voice(random))
    for side, sound in enumerate(beside):
        scene.add(side, 0, sound)
        scene.may_be_noisy(side, sound)
    return scene


def quiet_scene(shelf: Shelf, random: np.random.Generator, dbov: float) -> Scene:
    scene = Scene(40_000, random, idle_dbov=-67)
    turns(scene, shelf, 1000, 38_000, (-26.0, dbov))
    spans = [(a, b) for who, a, b in scene.spoken if who == CUSTOMER]
    if sum(b - a for a, b in spans) > 4000 and dbov <= -37:
        scene.want("low_volume", CUSTOMER, spans[0][0], spans[-1][1], level="alarm" if dbov < -43.5 else "warn")
    return scene


def noise_scene(shelf: Shelf, random: np.random.Generator, snr_db: float) -> Scene:
    scene, name = Scene(40_000, random), str(random.choice(shelf.noises))
    scene.name = name
    sound = tapes.at_level(shelf.noise(name, 34_000, random), -26.0 - snr_db)
    scene.add(CUSTOMER, 4000, sound)
    turns(scene, shelf, 1000, 38_000)
    scene.may_be_noisy(CUSTOMER, sound)
    if snr_db <= 5:
        scene.excused.append((CUSTOMER, 4000, 38_000))
    level = "alarm" if snr_db <= 7 else "warn alarm"
    if snr_db < 14:
        scene.want("noise", CUSTOMER, 4000, 38_000, level=level)
    return scene


def talk_over_scene(shelf: Shelf, random: np.random.Generator, overlap_ms: int) -> Scene:
    scene, first = Scene(30_000, random), int(random.integers(2))
    one, two = long_voice(shelf, random, 4), long_voice(shelf, random, 3)
    end = scene.say(first, 2000, one)
    start = (end - overlap_ms) // 20 * 20
    stop = scene.say(1 - first, start, two)
    scene.want("talk_over", 1 - first, start, min(stop, end))
    return scene


def dead_scene(shelf: Shelf, random: np.random.Generator, missing: bool) -> Scene:
    scene, side = Scene(30_000, random), int(random.integers(2))
    turns(scene, shelf, 1000, 8000)
    if missing:
        scene.lose(side, 9000, 22_000, Absent.UNKNOWN)
        scene.want("dropout", side, 9000, 22_000)
    else:
        scene.put(side, 9000, np.zeros(13 * RATE))
    at = 9500
    while at < 18_000:
        at = scene.say(1 - side, at, shelf.voice(random)) + 400
    scene.want("one_way", side, 9000, 22_000)
    scene.spoken = [s for s in scene.spoken if not (s[0] == side and s[2] > 9000)]
    return scene


def clipping_scene(shelf: Shelf, random: np.random.Generator, kind: str) -> Scene:
    scene = Scene(30_000, random)
    turns(scene, shelf, 1000, 8000)
    voice = long_voice(shelf, random, 4)
    driven = (
        tapes.hard_clip(voice, 10) if kind == "hard" else tapes.soft_clip(voice, float(random.uniform(5e3, 2e4)), 10)
    )
    end = scene.say(CUSTOMER, 10_000, driven, tapes.level(driven))
    scene.want("clipping", CUSTOMER, 10_000, end, kind=kind)
    return scene


def tone_scene(shelf: Shelf, random: np.random.Generator, kind: str) -> Scene:
    scene, dbov = Scene(40_000, random), float(random.uniform(-28, -12))
    sound = {
        "ring-back": lambda: tapes.ring_back(16_000, dbov, RATE),
        "busy": lambda: tapes.busy(8000, dbov, RATE),
        "dtmf": lambda: tapes.dtmf("".join(random.choice(list("0123456789*#"), 6)), dbov, RATE),
    }[kind]()
    scene.add(CUSTOMER, 3000, sound)
    scene.want("tone", CUSTOMER, 3000, 3000 + len(sound) * 1000 // RATE, kind=kind)
    turns(scene, shelf, 21_000, 38_000)
    return scene


def music_scene(shelf: Shelf, random: np.random.Generator) -> Scene:
    scene, seed = Scene(50_000, random), int(random.integers(1 << 30))
    turns(scene, shelf, 1000, 12_000)
    scene.add(AGENT, 14_000, tapes.music(16_000, float(random.uniform(-32, -18)), RATE, seed))
    scene.want("music", AGENT, 14_000, 30_000)
    scene.excused.append((AGENT, 14_000, 32_000))
    turns(scene, shelf, 32_000, 48_000)
    return scene


def room_scene(shelf: Shelf, random: np.random.Generator, across: bool) -> Scene:
    """One party in a room: across it, as a speakerphone hears, or near the mouth in a furnished one."""
    scene, side, at = Scene(60_000, random), int(random.integers(2)), 1000
    rt60_ms = int(random.integers(500, 900)) if across else int(random.integers(150, 300))
    direct, seed = (
        float(random.uniform(0.2, 0.4) if across else random.uniform(0.85, 0.95)),
        int(random.integers(1 << 30)),
    )
    assert shelf.room is not None
    while at < 52_000:
        voice = np.pad(shelf.voice(random), (0, RATE))
        at = scene.say(side, at, shelf.room(voice, rt60_ms, direct, seed), -28.0)
    scene.excused.append((side, 0, 60_000))
    if across:
        # what lingers after each word is a noise under the next
        scene.allowed.add("noise")
        scene.want("reverberant", side, 1000, 60_000)
    return scene


def call_scene(shelf: Shelf, random: np.random.Generator) -> Scene:
    """A call in which nothing is wrong."""
    scene = Scene(60_000, random, idle_dbov=float(random.uniform(-68, -55)))
    turns(scene, shelf, 1000, 58_000, (float(random.uniform(-30, -20)), float(random.uniform(-32, -18))))
    # a peaky voice at -18 dBov leaves the range of the samples, and is cut
    if max(np.abs(leg).max() for leg in scene.legs) > 32_124:
        scene.allowed.add("clipping")
    return scene


def all_scenes(shelf: Shelf, seed: int, rounds: int = 1) -> Iterable[tuple[str, Scene]]:
    def fresh() -> np.random.Generator:
        nonlocal seed
        seed += 1
        return np.random.default_rng(seed)

    for _ in range(rounds):
        for gap_ms in (4500, 6000, 11_000, 16_000):
            yield f"silence {gap_ms}", silence_scene(shelf, fresh(), gap_ms)
            for db in (20.0, 10.0):
                scene = silence_scene(shelf, fresh(), gap_ms, db)
                yield f"silence {gap_ms} over {scene.name} at {db}", scene
        for dbov in (-26.0, -38.0, -45.0):
            yield f"quiet {dbov}", quiet_scene(shelf, fresh(), dbov)
        for snr_db in (20.0, 10.0, 5.0, 0.0):
            scene = noise_scene(shelf, fresh(), snr_db)
            yield f"noise {scene.name} at {snr_db}", scene
        for overlap_ms in (800, 1400, 2500):
            yield f"talk-over {overlap_ms}", talk_over_scene(shelf, fresh(), overlap_ms)
        for missing in (False, True):
            yield f"dead {missing}", dead_scene(shelf, fresh(), missing)
        for kind in ("hard", "soft"):
            yield f"clipping {kind}", clipping_scene(shelf, fresh(), kind)
        for kind in ("ring-back", "busy", "dtmf"):
            yield f"tone {kind}", tone_scene(shelf, fresh(), kind)
        yield "music", music_scene(shelf, fresh())
        for _ in range(2):
            yield "call", call_scene(shelf, fresh())
        for across in (True, False) if shelf.room else ():
            yield f"room {across}", room_scene(shelf, fresh(), across)


def scored(scenes: Iterable[tuple[str, Scene]], settings: SignalSettings | None = None) -> Score:
    score, listed = Score(), list(scenes)
    events = heard_together([scene.tape() for _, scene in listed], settings)
    for (label, scene), said in zip(listed, events, strict=True):
        score.add(label, scene, said)
    return score
