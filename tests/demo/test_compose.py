"""The shipped demo calls are what the playbook says, and the recipe makes them again."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from demo.compose import compose, main
from demo.line import IDLE_DBOV
from demo.voice import active_level_dbov, pinyin
from monitor.core.types import CHANNELS
from monitor.sources.recording import read

DEMO = Path(__file__).parents[2] / "demo"
PLAYBOOK: dict[str, Any] = tomllib.loads((DEMO / "playbook.toml").read_text("utf-8"))
CALLS = sorted(PLAYBOOK)
Legs = dict[str, NDArray[np.float64]]


@pytest.fixture(scope="module")
def calls() -> dict[str, Legs]:
    return {name: legs(DEMO / "calls" / f"{name}.wav") for name in CALLS}


def legs(path: Path) -> Legs:
    blocks = list(read(path).blocks())
    return {leg: np.concatenate([block[n] for block in blocks]).astype(float) for n, leg in enumerate(CHANNELS)}


def rms_dbov(samples: NDArray[np.float64]) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples**2)) / 32768))


def cut(leg: NDArray[np.float64], start_ms: int, end_ms: int) -> NDArray[np.float64]:
    return leg[start_ms * 8 : end_ms * 8]


def quiet(plan: dict[str, Any], leg: str) -> list[tuple[int, int]]:
    """The stretches of a leg on which nothing was put."""
    busy = [(turn["start_ms"], turn["end_ms"]) for turn in plan["turns"] if turn["by"] == leg]
    busy += [(noise["start_ms"], noise["end_ms"]) for noise in plan.get("noise", ()) if noise["leg"] == leg]
    gaps, over_ms = [], 0
    for start_ms, end_ms in [*sorted(busy), (plan["length_ms"], plan["length_ms"])]:
        gaps.append((over_ms + 20, start_ms - 20))
        over_ms = max(over_ms, end_ms)
    return [gap for gap in gaps if gap[1] - gap[0] > 200]


def test_the_shipped_calls_are_the_playbooks() -> None:
    assert {path.stem for path in (DEMO / "calls").glob("*.wav")} == set(CALLS) == {"broadband", "silent"}
    for name in CALLS:
        recording = read(DEMO / "calls" / f"{name}.wav")
        assert (recording.rate_hz, recording.channels, recording.remarks) == (8000, 2, [])
        assert recording.call_id == name
        assert recording.info(name).agent_id is not None


@pytest.mark.parametrize("name", CALLS)
def test_every_turn_is_where_and_as_loud_as_it_should_be(calls: dict[str, Legs], name: str) -> None:
    plan = PLAYBOOK[name]
    for turn in plan["turns"]:
        part = cut(calls[name][turn["by"]], turn["start_ms"], turn["end_ms"])
        wanted = turn.get("level_dbov", plan[turn["by"]]["level_dbov"])
        assert active_level_dbov(part) == pytest.approx(wanted, abs=1.0), turn["say"]
    for leg in CHANNELS:
        for start_ms, end_ms in quiet(plan, leg):
            assert rms_dbov(cut(calls[name][leg], start_ms, end_ms)) == pytest.approx(IDLE_DBOV[leg], abs=1.5), start_ms


def test_the_noise_is_about_eight_decibels_under_the_voice(calls: dict[str, Legs]) -> None:
    plan = PLAYBOOK["broadband"]
    (noise,) = plan["noise"]
    agent_talks = next(turn for turn in plan["turns"] if "杂音" in turn["say"])
    alone = cut(calls["broadband"]["customer"], agent_talks["start_ms"], agent_talks["end_ms"])
    assert plan["customer"]["level_dbov"] - rms_dbov(alone) == pytest.approx(8, abs=0.5)
    spoken = [turn for turn in plan["turns"] if turn["by"] == "customer"]
    inside = [turn for turn in spoken if noise["start_ms"] < turn["start_ms"] and turn["end_ms"] < noise["end_ms"]]
    assert sum(turn["end_ms"] - turn["start_ms"] for turn in inside) > 5000, "several seconds of speech in it"


@pytest.mark.system
def test_the_recipe_makes_them_again(calls: dict[str, Legs], tmp_path: Path) -> None:
    main(tmp_path)
    for name in CALLS:
        for leg, samples in legs(tmp_path / f"{name}.wav").items():
            # another FFT may round a sample into the next A-law step, no more
            assert rms_dbov(samples - calls[name][leg] + 1e-3) < -80


@pytest.mark.system
def test_a_turn_that_ends_elsewhere_is_refused() -> None:
    plan = copy.deepcopy(PLAYBOOK["silent"])
    plan["turns"][1]["end_ms"] += 100
    with pytest.raises(ValueError, match="您好,请问有什么可以帮助您"):
        compose(plan)


def test_syllables_carry_their_tones() -> None:
    assert pinyin("你好,吗?") == "ni3 hao3  ,  ma5  ? "
