"""What the lines of a spectrum say of music: they stand still, and then step."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from monitor.signal.bank import Bank
from monitor.signal.music import Music
from monitor.signal.settings import SignalSettings
from tests import tapes
from tests.signal.players import guitar
from tests.tapes import Signal

RATE, FRAME = 8000, 160
IDLE = -66.0


def plays(*legs: Signal) -> list[list[int]]:
    """The ends of the frames after which notes are said to play, of each of two legs of one length, ms."""
    bank = Bank(RATE, SignalSettings(detectors=("music",)))
    line, notes = bank.open(), cast(Music, bank.detectors["music"])._notes
    pcm, found = np.stack([tapes.pcm(leg) for leg in legs]).reshape(2, -1, FRAME), [list[int](), list[int]()]
    for k in range(pcm.shape[1]):
        bank.step(np.array([line]), pcm[None, :, k], np.zeros((1, 2), np.uint8))
        for side in (0, 1):
            if notes.plays(line, side):
                found[side].append(20 * k + 20)
    return found


def chord(step: int, ms: int, glide: float = 0.0) -> Signal:
    """Three notes with five partials, so many semitones up, struck every half second; glide: octaves a second."""
    t = np.arange(ms * RATE // 1000) / RATE
    turns = t if not glide else (2 ** (glide * t) - 1) / (glide * np.log(2))
    pitches = (hz * 2 ** (step / 12) for hz in (262, 330, 392))
    whole = np.asarray(sum(np.sin(2 * np.pi * hz * k * turns) / k for hz in pitches for k in range(1, 6)))
    return whole * np.exp(-np.mod(t, 0.5) / 0.4)


def after_idle(sound: Signal, idle_ms: int = 1000, rest_ms: int = 4000) -> Signal:
    """Over the noise of a line, and that alone before and after it."""
    at, ms = idle_ms * RATE // 1000, idle_ms + rest_ms + len(sound) * 1000 // RATE
    leg = tapes.white(ms, IDLE)
    leg[at : at + len(sound)] += tapes.at_level(sound, -24)
    return leg


def stepping(note_ms: int, glide: float = 0.0) -> Signal:
    return np.concatenate([chord(step, note_ms, glide) for step in (0, 5, 7, 3, 0, 8, 5, 7) * (1 + 1000 // note_ms)])


@pytest.mark.parametrize("note_ms", [400, 700])
def test_chords_that_step_play_until_shortly_after_the_last(note_ms: int) -> None:
    sound = stepping(note_ms)
    end_ms = 1000 + len(sound) * 1000 // RATE
    first, other = plays(after_idle(sound), tapes.white(end_ms + 4000, IDLE, seed=2))
    assert 3000 < first[0] < 6000
    assert end_ms < first[-1] < end_ms + 2000
    assert len(first) == (first[-1] - first[0]) // 20 + 1
    assert other == []


def test_a_chord_that_never_steps_and_chords_that_glide_do_not_play() -> None:
    held, gliding = chord(0, 12_000), stepping(500, glide=1.0)
    size = max(len(held), len(gliding))
    assert plays(*(after_idle(np.pad(each, (0, size - len(each)))) for each in (held, gliding))) == [[], []]


def test_nor_do_a_voice_and_a_hum() -> None:
    assert plays(after_idle(tapes.speech(12_000)), after_idle(tapes.hum(12_000, -24))) == [[], []]


def test_what_plays_from_the_first_frame_on_is_told_and_loses_nothing_to_a_blow_or_a_rest() -> None:
    music = guitar(14_000, -24)
    blow = music.copy()
    blow[64_000:64_800] += tapes.white(100, -10)
    blow[80_000:82_400] = 0.0
    first, other = plays(*(after_idle(each, idle_ms=0) for each in (music, blow)))
    for found in (first, other):
        assert found[0] < 5000
        assert len(found) == (found[-1] - found[0]) // 20 + 1
        assert 14_000 < found[-1] < 16_000
