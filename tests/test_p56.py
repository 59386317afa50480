"""The yardstick of active levels against signals whose level is known and the reference program's vectors."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests import tapes
from tests.p56 import active_level

DATA = Path(os.environ.get("LINEWATCH_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.mark.parametrize("dbov", [-10.0, -26.0, -45.0])
def test_a_voice_without_pauses_has_the_level_of_the_whole(dbov: float) -> None:
    assert active_level(tapes.speech(6000, dbov)) == pytest.approx(dbov, abs=0.2)


def test_pauses_do_not_count() -> None:
    talk = np.concatenate((tapes.speech(4000, -26), np.zeros(64_000)))
    assert active_level(talk) == pytest.approx(-26, abs=0.5)
    assert tapes.level(talk) < -30


def test_where_nothing_is_there_is_no_level() -> None:
    assert active_level(np.zeros(8000)) == -100


@pytest.mark.skipif(not DATA.exists(), reason="the recordings are not here (LINEWATCH_DATA)")
@pytest.mark.parametrize(("name", "active_dbov"), [("sv56-voice.nrm", -30.0), ("sv56-voice.src", -25.33)])
def test_the_reference_vectors(name: str, active_dbov: float) -> None:
    voice = np.fromfile(DATA / "reference" / "itu-stl" / name, dtype="<i2").astype(np.float64)
    assert active_level(voice, 16_000) == pytest.approx(active_dbov, abs=0.1)
