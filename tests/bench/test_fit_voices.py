"""Voices made by rule for the fit are in no set that is counted."""

from __future__ import annotations

import subprocess

import numpy as np

from bench import fit_voices
from bench.shelves import PARTS
from tests import tapes


def test_no_set_speaks_their_languages_by_their_speakers() -> None:
    counted = [voice.split("+") for part in PARTS.values() for voice, _ in part.spoken]
    assert not {language for language, _ in counted} & {*fit_voices.LANGUAGES}
    assert not {speaker for _, speaker in counted} & {*fit_voices.SPEAKERS}
    assert len({*fit_voices.LANGUAGES}) == len(fit_voices.LANGUAGES) == len({*fit_voices.SPEAKERS})


def test_those_of_another_name_sound_otherwise_too() -> None:
    def sound(speaker: str) -> bytes:
        told = ["espeak-ng", "-v", f"en-us+{speaker}", "--stdout", "7 11"]
        return subprocess.run(told, check=True, capture_output=True).stdout

    counted = {voice.split("+")[1] for part in PARTS.values() for voice, _ in part.spoken}
    fitted = {sound(speaker) for speaker in fit_voices.SPEAKERS}
    assert not {speaker for speaker in counted if sound(speaker) in fitted}


def test_pauses_are_no_speech() -> None:
    voice = tapes.speech(2000, -26, 16_000)
    found = fit_voices.spoken(np.concatenate((voice, np.zeros(16_000), voice)))
    assert found[:100].mean() > 0.7
    assert not found[105:145].any()
    assert found[150:].mean() > 0.7
