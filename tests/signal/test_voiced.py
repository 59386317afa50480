from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from monitor.signal.bank import Bank
from monitor.signal.moment import Block
from monitor.signal.settings import SignalSettings, VadSettings
from monitor.signal.voiced import Voiced
from tests import tapes
from tests.tapes import Signal


def shares(signal: Signal, settings: SignalSettings) -> tuple[int, int]:
    """Speech frames, and those of them in which a voice is held."""
    bank, voiced, speech, held = Bank(8000, settings), Voiced(settings), 0, 0

    class Listens:
        early = False

        def steps(self, block: Block) -> None:
            nonlocal speech, held
            found = voiced.step(block)
            speech, held = speech + int(block.speech.sum()), held + int((found & block.speech).sum())
            assert (block.voiced == found & block.speech).all()

    bank._late.append(Listens())  # type: ignore[arg-type]
    number = bank.open()
    for pcm, absent in tapes.line(signal, tapes.white(len(signal) // 8, -66)).frames():
        bank.step(np.array([number]), pcm[None], absent[None])
    return speech, held


@pytest.mark.parametrize("dbov", [-20, -26, -45])
@pytest.mark.parametrize("hz", [90.0, 150.0, 250.0])
def test_a_voice_is_held_in_much_of_what_it_says(dbov: float, hz: float) -> None:
    speech, held = shares(tapes.speech(6000, dbov, voice_hz=hz) + tapes.white(6000, -66, seed=2), SignalSettings())
    assert speech > 200
    assert held > 0.4 * speech


@pytest.mark.parametrize(
    "sound",
    [
        lambda: np.concatenate([tapes.clatter(8000, -30, seed=seed) for seed in range(6)]),
        lambda: tapes.white(8000, -30),
        lambda: tapes.crackle(8000, -30),
        lambda: np.zeros(64_000),
    ],
    ids=["clatter", "white", "crackle", "nothing"],
)
def test_what_is_struck_or_hisses_holds_none(sound: Callable[[], Signal]) -> None:
    speech, held = shares(sound(), SignalSettings())
    assert held <= 0.1 * speech


def test_the_other_engine_has_them_too() -> None:
    speech, held = shares(tapes.speech(3000) + tapes.white(3000, -66), SignalSettings(vad=VadSettings(engine="silero")))
    assert 0 < held <= speech


def test_every_group_of_lines_has_its_own_thresholds() -> None:
    strict = {"lines": ("worn",), "vad": {"voiced_periodicity": 1.0, "unvoiced_run_ms": 500}}
    settings = SignalSettings.model_validate({"groups": {"worn": strict}})
    bank, held = Bank(8000, settings), np.zeros(2, np.int64)

    class Listens:
        early = False

        def steps(self, block: Block) -> None:
            held[:] += block.voiced.sum(axis=(0, 2))

    bank._late.append(Listens())  # type: ignore[arg-type]
    numbers = np.array([bank.open(), bank.open("worn")])
    for pcm, absent in tapes.line(tapes.speech(3000), tapes.white(3000, -66)).frames():
        bank.step(numbers, np.stack((pcm, pcm)), np.stack((absent, absent)))
    assert held[0] > 40
    assert held[1] < held[0] / 4
