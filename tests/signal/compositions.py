"""Calls in which one thing is wrong, or nothing: silences, quiet voices, noises, talk-over, dead legs, clipping, tones,
music, rooms. Each is a `Scene` from what stands on a `Shelf`; the same seed makes the same calls."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from monitor.core.types import Absent
from tests import tapes
from tests.signal.scenes import AGENT, CUSTOMER, RATE, Scene, Shelf, running_dbov
from tests.tapes import Signal


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


def silence_scene(shelf: Shelf, random: np.random.Generator, gap_ms: int, noise_db: float | None = None) -> Scene:
    scene, beside = Scene(40_000, random, metered=True), []
    if noise_db is not None:
        scene.name = name = str(random.choice(shelf.noises))
        beside = [shelf.noise(name, scene.ms, random) for _ in (AGENT, CUSTOMER)]
    end = scene.say(AGENT, 1000, shelf.voice(random))
    scene.say(CUSTOMER, end + gap_ms, shelf.voice(random))
    for side, sound in enumerate(beside):
        scene.lay_under(side, 0, sound, noise_db or 0.0)
        scene.may_be_noisy(side)
    return scene


def quiet_scene(shelf: Shelf, random: np.random.Generator, dbov: float) -> Scene:
    scene = Scene(40_000, random, idle_dbov=-67, metered=True)
    turns(scene, shelf, 1000, 38_000, (-26.0, dbov))
    spans = [(a, b) for who, a, b in scene.spoken if who == CUSTOMER]
    if sum(b - a for a, b in spans) > 4000 and dbov <= -37:
        scene.want("low_volume", CUSTOMER, spans[0][0], spans[-1][1], level=low_levels(scene.voices[CUSTOMER]))
    return scene


def low_levels(voices: list[Signal]) -> str:
    """The level at which low volume stands at the end of this speech; both, where one decibel decides.

    A sentence that trails off is nearer to -44 dBov for three seconds when the whole of it has -38, and then it is an
    alarm, and stays one until -39.
    """
    found = []
    for off_db in (-1.0, 0.0, 1.0):
        level, last = "", ""
        for dbov in running_dbov(voices, 1000) + off_db:
            alarm, warn = dbov <= (-39 if level == "alarm" else -42), dbov <= (-33 if level else -36)
            level = "alarm" if alarm else "warn" if warn else ""
            last = level or last
        found.append(last)
    return " ".join(sorted({*found} - {""}))


def noise_scene(shelf: Shelf, random: np.random.Generator, snr_db: float) -> Scene:
    scene, name = Scene(40_000, random, metered=True), str(random.choice(shelf.noises))
    scene.name = name
    scene.lay_under(CUSTOMER, 4000, shelf.noise(name, 34_000, random), snr_db)
    turns(scene, shelf, 1000, 38_000)
    scene.may_be_noisy(CUSTOMER)
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
    percent = cut_percent(driven)
    if percent >= 0.5:
        scene.want("clipping", CUSTOMER, 10_000, end, kind=kind)
    elif percent >= 0.25:
        scene.allowed.add("clipping")
    return scene


def cut_percent(driven: Signal) -> float:
    """Share of the samples of its worst second that stand at its ceiling. A voice with one sharp peak that is driven by
    10 dB may be cut in fewer than the half percent that clipping is."""
    cut = np.cumsum(np.concatenate(([0], np.abs(driven) >= 0.999 * np.abs(driven).max())))
    return float(100 * (cut[RATE:] - cut[:-RATE]).max() / RATE)


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
    scene.add(AGENT, 14_000, shelf.music(16_000, float(random.uniform(-32, -18)), seed))
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
    scene = Scene(60_000, random, idle_dbov=float(random.uniform(-68, -55)), metered=True)
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


def room_scenes(shelf: Shelf, seed: int, rounds: int) -> Iterable[tuple[str, Scene]]:
    """Rooms alone, others than those of `all_scenes`, as often across one as near the mouth."""
    for number in range(rounds):
        for across in (True, False):
            yield f"room {across}", room_scene(shelf, np.random.default_rng((seed, number, across)), across)
