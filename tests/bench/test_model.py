"""What `bench model` draws and counts; what the model hears is tested in tests/asr/test_demo_model.py."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench import model
from bench.material import CLEAN, say
from bench.talk import turns
from models.recipes.demo_zh.espeak import Espeak


def test_all_voices_are_held_out_where_that_is_asked_and_else_about_half() -> None:
    engine, texts = Espeak(), ["您好"] * 24
    assert all(one.held_out for one in say(engine, texts, CLEAN, 1, held_out=True))
    assert 4 < sum(one.held_out for one in say(engine, texts, CLEAN, 1)) < 20


def test_another_seed_draws_other_sentences_and_the_same_the_same() -> None:
    one, again, other = (model.sets(6, seed)["fills"] for seed in (1, 1, 2))
    assert one == again
    assert set(one) != set(other)


def test_the_options_reach_the_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(model, "run", lambda *how: asked.append(how) or [])
    assert model.main(["--count", "7", "--seed", "5", "--held-out"]) == 0
    assert model.main([]) == 0
    assert asked == [(None, 7, 5, True), (None, 60, model.SEED, False)]


def test_the_demo_calls_are_counted_turn_by_turn_and_missing_recordings_are_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LINEWATCH_DATA", str(tmp_path))
    said = iter([*(turn.text for turn in turns()), *([""] * len(turns()))])
    ear: Any = SimpleNamespace(short=lambda audio, rate_hz: next(said))
    right, deaf = (model.recorded(ear, 1) for _ in range(2))
    assert [(row["what"], row["value"]) for row in right] == [
        ("demo_calls_cer", 0.0), ("studio_skipped_no_LINEWATCH_DATA", None),
    ]  # fmt: skip
    assert deaf[0]["value"] == 100
    assert deaf[0]["n"] == right[0]["n"] > 300
