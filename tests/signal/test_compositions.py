"""Calls with known events: recall and precision of every condition, edges and meters, on synthetic voices and, where
they are at hand, on recordings. docs/detection.md has the figures of many more calls."""

from __future__ import annotations

import numpy as np
import pytest

from bench import shelves
from bench.detection import LEVEL_DB, SNR_DB
from tests import tapes
from tests.signal.compositions import all_scenes, cut_percent, low_levels, noise_scene, quiet_scene
from tests.signal.scenes import SYNTHETIC, Scene
from tests.signal.score import EDGE_MS, Score, scored


def judge(score: Score, least: float, wrong: int) -> None:
    """Recall and precision of everything are at least that, or no more than so many are wrong."""
    notes = "\n".join(score.notes)
    for name in sorted({*score.right, *score.missed}):
        missed, false = score.missed[name], score.false[name]
        assert score.recall(name) >= least or missed <= wrong, f"{name} missed {missed}\n{notes}"
        assert score.precision(name) >= least or false <= wrong, f"{name} false {false}\n{notes}"
    strangers = {name: n for name, n in score.false.items() if name not in score.right and n > 1}
    assert not strangers, notes


@pytest.mark.system
def test_synthetic_voices() -> None:
    judge(scored(all_scenes(SYNTHETIC, 7000, 2)), 0.95, 0)


@pytest.mark.system
@pytest.mark.skipif(not shelves.DATA.exists(), reason="the recordings are not here (LINEWATCH_DATA)")
def test_recordings_it_was_not_tuned_on() -> None:
    """People and noises of the sets that nothing was set by, in calls that no set has; 3 points are allowed, and one of
    a kind of which there are few."""
    part = shelves.PARTS["again"]
    judge(scored(all_scenes(shelves.shelf(part), 640_000, 2)), 0.92, 1)


@pytest.mark.system
def test_edges_of_silences_over_a_noisy_floor() -> None:
    edges = scored(all_scenes(SYNTHETIC, 7300, 1)).edges
    assert set(edges) >= {"no noise", "20 dB", "10 dB"}
    for beside, off_ms in edges.items():
        assert np.mean(np.array(off_ms) <= EDGE_MS) >= 0.95, (beside, off_ms)


def test_meters_show_level_and_snr() -> None:
    """Where the speech stands over the noise; at 0 dB the meter shows the two together."""
    scenes = [("", noise_scene(SYNTHETIC, np.random.default_rng(7400 + k), db)) for k, db in enumerate((20, 10, 5))]
    scenes += [("", quiet_scene(SYNTHETIC, np.random.default_rng(7420 + k), db)) for k, db in enumerate((-38, -45))]
    meters = scored(scenes).meters
    assert {meter.beside for meter in meters} == {"no noise", "20 dB", "10 dB", "5 dB"}
    for meter in meters:
        assert abs(meter.snr_db) <= SNR_DB, meter
        assert abs(meter.level_db) <= LEVEL_DB, meter


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


def test_half_a_percent_of_a_second_is_cut_or_it_is_no_clipping() -> None:
    voice = tapes.white(4000, -26)
    assert cut_percent(np.clip(voice, -5000, 5000)) < 0.5
    assert cut_percent(np.clip(voice, -1640, 1640)) == pytest.approx(32, abs=3)
    voice[9000:9100] = 30_000
    assert cut_percent(voice) == pytest.approx(1.25)


@pytest.mark.parametrize(
    ("dbov", "level"),
    [
        ((-38, -38), "warn"),
        ((-45, -45), "alarm"),
        ((-38, -44), "alarm"),
        ((-38, -42.5), "alarm warn"),
        ((-45, -40.5), "alarm"),
        ((-45, -37), "warn"),
    ],
)
def test_the_level_of_low_volume_follows_from_the_last_seconds_of_a_voice(dbov: tuple[float, ...], level: str) -> None:
    assert low_levels([tapes.white(4000, each) for each in dbov]) == level
