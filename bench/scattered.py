"""Rooms as six walls that hand on to each other what meets them (a scattering delay network: De Sena, Hacıhabiboğlu,
Cvetković and Smith, 2015), for the set `yonder`.

Each wall has one place, where the way from the mouth to the ear touches it. Sound goes from the mouth to these six, is
scattered there, less its high tones, to the five others, and from each to the ear. So what comes first is as it is in a
box of that size, and what comes later grows as dense as it does in one.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bench.mobile import through
from bench.surroundings import RATE, answered
from tests.tapes import Signal

_SPEED_M_S = 343.0
_WALLS, _BLOCK = 6, 160
# what stands about takes so much of what would come straight from one wall; without it that outweighs all the rest
_IN_THE_WAY = 0.7
# mouths have no tones so low, and a box would boom with them
_NO_LOWS = ((120.0, -30.0), (250.0, 0.0), (3900.0, 0.0))


def network(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    """The voice in a room of that reverberation time. direct: the voice's own share of the amplitude, as in
    `tapes.room`."""
    return answered(voice, _answer(rt60_ms, seed), direct)


@lru_cache(maxsize=16)
def _answer(rt60_ms: int, seed: int) -> Signal:
    """What the room adds, of energy 1, from the arrival of the voice itself on."""
    random, samples = np.random.default_rng(seed), RATE * (rt60_ms + 150) // 1000
    size = random.uniform((3.2, 2.8, 2.4), (9.0, 6.5, 3.4))
    mouth, ear = (size * random.uniform(0.25, 0.75, 3) for _ in range(2))
    area = 2 * (size[0] * size[1] + size[0] * size[2] + size[1] * size[2])
    takes = np.minimum(0.161 * size.prod() / (area * rt60_ms / 1000) * random.uniform(0.5, 1.5, _WALLS), 0.9)
    straight = int(np.linalg.norm(mouth - ear) / _SPEED_M_S * RATE)
    came = _walls(size, mouth, ear, np.sqrt(1 - takes), random.uniform(0.08, 0.22), straight + samples)
    answer = through(came[straight:], *_NO_LOWS)
    answer *= np.exp((_pace(answer) - 3 * np.log(10) / (rt60_ms / 1000)) * np.arange(samples) / RATE)
    return answer / np.sqrt(np.sum(answer**2))


def _places(size: Signal, mouth: Signal, ear: Signal) -> Signal:
    """Where the way from mouth to ear touches each wall, [6, 3]."""
    places = np.empty((_WALLS, 3))
    for wall in range(_WALLS):
        axis, at = wall // 2, size[wall // 2] * (wall % 2)
        near, far = abs(mouth[axis] - at), abs(ear[axis] - at)
        places[wall] = mouth + (ear - mouth) * near / (near + far)
        places[wall, axis] = at
    return places


def _walls(size: Signal, mouth: Signal, ear: Signal, keeps: Signal, dull: float, samples: int) -> Signal:
    """What comes to the ear from the walls after a blow at the mouth. dull: share of the sample before in what a wall
    hands back."""
    places = _places(size, mouth, ear)
    ways = np.linalg.norm(places[:, None] - places[None], axis=2) / _SPEED_M_S * RATE
    lines = np.maximum(ways.astype(int), 2)
    there, back = (np.linalg.norm(places - who, axis=1) for who in (mouth, ear))
    first, last = ((way / _SPEED_M_S * RATE).astype(int) for way in (there, back))
    others = ~np.eye(_WALLS, dtype=bool)
    block, before = int(lines[others].min()) - 1, int(lines.max()) + 1
    # what each wall sends to each other, and to the ear
    sent = np.zeros((_WALLS, _WALLS, before + samples + block))
    out = np.zeros(samples + block + int(last.max()) + 1)
    blow = np.zeros((_WALLS, samples + block))
    blow[np.arange(_WALLS), np.minimum(first, samples)] = 1 / there
    into, outof = np.indices((_WALLS, _WALLS))
    for at in range(0, samples, block):
        now = before + at + np.arange(block)
        when = now[None, None] - lines[:, :, None]
        came, earlier = (sent[outof[:, :, None], into[:, :, None], when - k] for k in (0, 1))
        came = ((1 - dull) * came + dull * earlier) * keeps[:, None, None] * others[:, :, None]
        came += blow[:, None, at : at + block] / 2 * keeps[:, None, None] * others[:, :, None]
        together = 2 / (_WALLS - 1) * came.sum(axis=1)
        sent[:, :, now] = (together[:, None] - came) * others[:, :, None]
        for wall in range(_WALLS):
            start = at + int(last[wall])
            heard = together[wall] - _IN_THE_WAY * keeps[wall] * blow[wall, at : at + block]
            out[start : start + block] += heard / (1 + back[wall] / there[wall])
    return out[:samples]


def _pace(answer: Signal) -> float:
    """By so much (natural logarithm of the amplitude, a second) it falls of itself in the first half of its time."""
    blocks = (answer[: len(answer) // _BLOCK * _BLOCK].reshape(-1, _BLOCK) ** 2).mean(axis=1)
    t = (np.arange(len(blocks)) + 0.5) * _BLOCK / RATE
    some = slice(1, len(blocks) // 2)
    return float(-np.polyfit(t[some], np.log(blocks[some] + 1e-30) / 2, 1)[0])
