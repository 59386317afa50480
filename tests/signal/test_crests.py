from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from monitor.signal.columns import State
from monitor.signal.crests import EVERY_MS, Crests, few_lines, spectrum
from tests import tapes
from tests.tapes import Signal

FRAME = 160


def odds(*signals: Signal) -> list[list[float]]:
    """What each look at each of some signals of one length says, two to a line."""
    crests, lines = Crests(State()), len(signals) // 2
    pcm = np.stack([tapes.pcm(signal) for signal in signals]).reshape(lines, 2, -1, FRAME)
    rows, every, found = np.arange(2 * lines).reshape(lines, 2), np.ones((lines, 2), np.bool_), []
    for k in range(pcm.shape[2]):
        now = cast(Any, SimpleNamespace(rows=rows, at_ms=np.full(lines, 20 * k + 20), pcm=pcm[:, :, k]))
        crests.keep(now, every)
        if (20 * k + 20) % EVERY_MS == 0:
            found.append(crests.look(now, every).tolist())
    return found[2:]


def chord(ms: int, glide: float = 0.0) -> Signal:
    """Three notes with four partials each; glide: octaves a second."""
    t = np.arange(ms * 8) / 8000
    turns = t if not glide else (2 ** (glide * t) - 1) / (glide * np.log(2))
    whole = sum(np.sin(2 * np.pi * hz * k * turns) / k for hz in (262, 330, 392) for k in range(1, 5))
    return tapes.at_level(np.asarray(whole), -26)


def tune(ms: int, note_ms: int, partials: int = 5) -> Signal:
    """Notes one after the other, each of them struck, some twice as long."""
    out = np.zeros(0)
    while len(out) < ms * 8:
        for step, lasts in ((0, 1), (4, 1), (7, 2), (12, 1), (7, 1), (5, 1), (4, 2)):
            t = np.arange(lasts * note_ms * 8) / 8000
            hz = 392 * 2 ** (step / 12)
            note = sum(np.sin(2 * np.pi * hz * k * t) / k for k in range(1, partials + 1))
            out = np.concatenate((out, np.asarray(note) * np.exp(-t / 0.4)))
    return tapes.at_level(out[: ms * 8], -26)


def test_lines_of_notes_are_sharp_and_those_of_a_voice_and_of_noise_are_not() -> None:
    signals = chord(4000), tapes.speech(4000), tapes.white(4000, -26)
    sharp = [spectrum(tapes.pcm(signal).reshape(-1, 800))[0] for signal in signals]
    assert sharp[0].min() > max(sharp[1].max(), sharp[2].max())


def test_notes_that_stay_speak_for_music_and_those_that_glide_against_it() -> None:
    looks = np.array(odds(chord(4000), chord(4000, glide=1.0)))
    assert looks[:, 0].min() > 3
    assert looks[:, 1].max() < -1


def test_where_a_few_lines_hold_all_that_stands_out_they_are_few() -> None:
    lines = np.zeros((3, 150))
    lines[0], lines[1, 10:160:15], lines[2, 70] = 0.3, 2.0, 1.0
    assert few_lines(lines).tolist() == pytest.approx([1.0, 15.0, 150.0])
    assert few_lines(7 * lines).tolist() == pytest.approx([1.0, 15.0, 150.0])
    assert few_lines(np.zeros((1, 150))).tolist() == [0.0]


@pytest.mark.parametrize("note_ms", [130, 150, 190])
def test_quick_notes_one_at_a_time_speak_for_music_though_none_stays(note_ms: int) -> None:
    looks = np.array(odds(tune(6000, note_ms), tune(6000, note_ms, partials=2)))
    assert looks.mean(axis=0).min() > 0.2


@pytest.mark.parametrize("voice_hz", [110.0, 160.0, 220.0])
def test_a_voice_speaks_against_it_in_a_room_that_holds_on_to_it_too(voice_hz: float) -> None:
    voice = tapes.speech(6000, voice_hz=voice_hz)
    looks = np.array(odds(voice, tapes.room(voice, rt60_ms=900, direct=0.2)))
    assert looks.mean(axis=0).max() < -1


def test_drums_hide_the_lines_for_one_look_at_most() -> None:
    """A blow of 100 ms that covers a look is left out of three."""
    blow = tapes.at_level(chord(4000), -26)
    blow[8 * 1900 : 8 * 2000] += tapes.white(100, -10)
    clean, struck = (np.array(each) for each in zip(*odds(chord(4000), blow), strict=True))
    assert (clean - struck > 3).sum() <= 2
    assert np.median(struck) > 3


def test_a_row_is_what_it_is_alone() -> None:
    signals = [chord(1000), tapes.speech(1000), tapes.white(1000, -30), tapes.music(1000, -26)]
    together = odds(*signals)
    assert [each[:2] for each in together] == odds(*signals[:2])
    assert [each[2:] for each in together] == odds(*signals[2:])


def test_silence_is_no_music_and_no_number_is_missing() -> None:
    assert np.max(odds(np.zeros(8000), tapes.white(1000, -100))) < 0
