from __future__ import annotations

import numpy as np

from monitor.signal.bank import Bank
from monitor.signal.columns import State
from monitor.signal.noise_kind import NoiseKind
from monitor.signal.settings import SignalSettings
from tests import tapes


def test_nothing_is_said_of_a_noise_that_was_hardly_heard() -> None:
    assert NoiseKind(State()).of(0) is None


def test_crackle_is_told_from_the_noise_under_it() -> None:
    bank = Bank(8000, SignalSettings())
    number = bank.open()
    leg = np.concatenate((tapes.white(1000, -66), tapes.crackle(6000, -30)))
    for pcm, absent in tapes.line(leg, leg * 0).frames():
        bank.step(np.array([number]), pcm[None], absent[None])
    assert bank.detectors["noise"]._kind.of(0) == "crackle"  # type: ignore[attr-defined]
