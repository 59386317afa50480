"""Calls with known events: recall and precision of every condition, on synthetic voices and, where they are at hand, on
recordings. The thresholds were set on other seeds, and on the other half of the recordings."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests import tapes
from tests.signal.scenes import RATE, SYNTHETIC, Scene, Shelf, all_scenes, scored, synthetic_noise
from tests.tapes import Signal

DATA = Path(os.environ.get("LINEWATCH_DATA", Path(__file__).parents[3] / "shared" / "data"))
NOISES = {"tap": "running_tap", "pink": "pink_noise"}


def judge(shelf: Shelf, seed: int, rounds: int) -> None:
    score = scored(all_scenes(shelf, seed, rounds))
    notes = "\n".join(score.notes)
    for name in sorted({*score.right, *score.missed}):
        assert score.recall(name) >= 0.95, f"{name} recall {score.recall(name):.2f}\n{notes}"
        assert score.precision(name) >= 0.95, f"{name} precision {score.precision(name):.2f}\n{notes}"
    strangers = {name: n for name, n in score.false.items() if name not in score.right and n > 1}
    assert not strangers, notes


@pytest.mark.system
def test_synthetic_voices() -> None:
    judge(SYNTHETIC, 7000, 2)


def trimmed(signal: Signal) -> Signal | None:
    """From its first to its last clear sound; None where it pauses for 0.3 s or is short."""
    frames = signal[: len(signal) // 160 * 160].reshape(-1, 160)
    loud = 10 * np.log10((frames**2).mean(axis=1) + 1e-3)
    clear = np.nonzero(loud > np.percentile(loud, 95) - 20)[0]
    if len(clear) < 75 or np.diff(clear).max() >= 14:
        return None
    return tapes.band(signal[clear[0] * 160 : (clear[-1] + 1) * 160])


@pytest.mark.system
@pytest.mark.skipif(not DATA.exists(), reason="the recordings are not here (LINEWATCH_DATA)")
def test_recordings_it_was_not_tuned_on() -> None:
    paths = sorted((DATA / "speech-zh" / "magicdata-cs").rglob("*.flac"))[1::2]
    voices = [voice for voice in (trimmed(tapes.recorded(path)) for path in paths[:40]) if voice is not None]
    noises = {}
    for name, file in NOISES.items():
        whole = tapes.recorded(DATA / "noise" / "speech-commands-background" / f"{file}.flac")
        noises[name] = tapes.band(whole[len(whole) // 2 :])

    def voice(random: np.random.Generator) -> Signal:
        return voices[int(random.integers(len(voices)))]

    def noise(name: str, ms: int, random: np.random.Generator) -> Signal:
        if name not in noises:
            return synthetic_noise(name, ms, random)
        return np.resize(noises[name], ms * RATE // 1000)

    judge(Shelf(voice, noise, ("tap", "pink", "white", "hiss", "hum")), 500, 2)


def test_a_scene_knows_its_own_silences() -> None:
    scene = Scene(10_000, np.random.default_rng(1))
    scene.say(0, 1000, tapes.speech(1000))
    scene.say(1, 4000, tapes.speech(3000))
    assert [(w.side, w.since_ms, w.end_ms) for w in scene.silences()] == [
        (0, 2000, 10_000),
        (1, 0, 4000),
        (1, 7000, 10_000),
        (2, 2000, 4000),
        (2, 7000, 10_000),
    ]
