"""Voices made by rule for the fit are in no set that is counted."""

from __future__ import annotations

import numpy as np

from bench import fit_voices
from bench.shelves import PARTS
from tests import tapes


def test_no_set_speaks_their_languages_by_their_speakers() -> None:
    counted = [voice.split("+") for part in PARTS.values() for voice, _ in part.spoken]
    assert not {language for language, _ in counted} & {*fit_voices.LANGUAGES}
    assert not {speaker for _, speaker in counted} & {*fit_voices.SPEAKERS}
    assert len({*fit_voices.LANGUAGES}) == len(fit_voices.LANGUAGES) == len({*fit_voices.SPEAKERS})


def test_pauses_are_no_speech() -> None:
    voice = tapes.speech(2000, -26, 16_000)
    found = fit_voices.spoken(np.concatenate((voice, np.zeros(16_000), voice)))
    assert found[:100].mean() > 0.7
    assert not found[105:145].any()
    assert found[150:].mean() > 0.7
