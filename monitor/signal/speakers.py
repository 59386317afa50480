"""Two people in one channel: who speaks when, and how certain that is. For recordings, whose whole length is known.

Stretches of about a second are told apart where they differ more than neighbouring ones within a turn do (linear
discriminants without labels), then two mixture models and a way through the call that rarely changes speaker (Viterbi)
are fitted in turn, from several beginnings; the best one holds. While both speak, the louder voice takes the moment.
What is found names nobody: speaker 0 is who speaks first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from monitor.core.types import FRAME_MS
from monitor.signal.mixture import Floats, Mixture, two_clouds
from monitor.signal.voices import Voices

STEP = 5
"""Frames that a speaker holds at least: 100 ms."""
_LEAST_SHARE = 0.03
_BRIDGE, _LEAST = 10, 8
_STARTS = ((35, 20, 2), (50, 20, 3), (35, 60, 3), (50, 60, 2))
"""Beginnings: frames of a stretch, how many neighbours it takes to believe them, discriminants used."""
_ROUNDS = 4
_WEIGHT = 0.1
"""Frames are far from independent: a tenth of what each says counts."""
_SWITCH, _SWITCH_IN_PAUSE = 8.0, 1.0
_MANY = 60_000
_ENOUGH_MS = 30_000

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Turn:
    """Speech of one speaker (0 or 1), end exclusive. certainty: 0.5 (nobody knows) to 1."""

    start_ms: int
    end_ms: int
    speaker: int
    certainty: float


@dataclass(frozen=True, slots=True)
class Separation:
    """turns in order. certainty: of the whole, 0.5 to 1. floor_dbov: level of what lies between the words."""

    turns: tuple[Turn, ...]
    certainty: float
    floor_dbov: float
    length_ms: int


@dataclass(frozen=True, slots=True)
class _Fit:
    """speaker: of each frame; lead: how much more each frame is speaker 1's, natural log. worth: more is better."""

    speaker: Ints
    lead: Floats
    worth: float


def separate(voices: Voices) -> Separation:
    """Who speaks when. Without enough speech, or with one voice only, the certainty is 0.5 or little more."""
    level = voices.level_dbov
    if not len(level):
        return Separation((), 0.5, -100.0, 0)
    floor = float(np.percentile(level, 10))
    speech, runs = _speech(level)
    if not runs:
        return Separation((), 0.5, floor, voices.length_ms)
    features, octave = _features(voices, speech), np.where(speech, voices.octave, np.nan)
    fits = list(_fits(features, octave, voices, speech, runs))
    if not fits:
        fits = [_Fit(np.zeros(len(level), np.int64), np.zeros(len(level)), 0.0)]
    best = max(fits, key=lambda fit: fit.worth)
    overall = _certainty(best, fits, features, octave, speech)
    first = best.speaker[runs[0][0]]
    turns = tuple(
        Turn(a * FRAME_MS, b * FRAME_MS, int(best.speaker[a] != first), _of_turn(best.lead[a:b], overall))
        for a, b in _turns(best.speaker, runs)
    )
    return Separation(turns, overall, floor, voices.length_ms)


def _speech(level: Floats) -> tuple[Bools, list[tuple[int, int]]]:
    """Frames that stand out, and runs of them (first, one past the last) with short gaps closed."""
    smooth = np.convolve(np.pad(level, 1, mode="edge"), np.ones(3) / 3, "valid")
    low, high = np.percentile(smooth, (10, 97))
    loud = smooth > max(low + 9, high - 30, -65.0)
    at = np.nonzero(loud)[0]
    if not len(at):
        return loud, []
    cuts = np.nonzero(np.diff(at) > _BRIDGE)[0]
    first, last = at[np.r_[0, cuts + 1]], at[np.r_[cuts, len(at) - 1]] + 1
    return loud, [(int(a), int(b)) for a, b in zip(first, last, strict=True) if loud[a:b].sum() >= _LEAST]


def _features(voices: Voices, speech: Bools) -> Floats:
    """float64[n, 13]: shape and level, each with mean 0 and deviation 1 over the speech."""
    columns = np.column_stack((voices.shape, voices.level_dbov))
    spoken = columns[speech]
    return np.asarray((columns - spoken.mean(axis=0)) / (spoken.std(axis=0) + 1e-6))


def _fits(
    features: Floats, octave: Floats, voices: Voices, speech: Bools, runs: list[tuple[int, int]]
) -> Iterator[_Fit]:
    for size, believe, axes in _STARTS:
        stretches = _stretches(runs, size)
        if len(stretches) < 4:
            continue
        likely = two_clouds(_discriminants(features, octave, stretches, believe)[:, :axes])
        if min(likely.sum(), (1 - likely).sum()) < 1:
            continue
        share = np.full(len(features), 0.5)
        for (a, b, _), one in zip(stretches, likely, strict=True):
            share[a:b] = one
        yield _settled(features, octave, speech, share)


def _stretches(runs: list[tuple[int, int]], size: int) -> list[tuple[int, int, int]]:
    """(first, one past the last, number of its run), about `size` frames each."""
    out = []
    for number, (a, b) in enumerate(runs):
        edges = np.linspace(a, b, max(1, round((b - a) / size)) + 1).astype(int)
        out += [(int(x), int(y), number) for x, y in pairwise(edges)]
    return out


def _discriminants(features: Floats, octave: Floats, stretches: list[tuple[int, int, int]], believe: int) -> Floats:
    """float64[k, 14]: stretches on axes sorted by how much more they differ all over than within a turn."""
    whole = np.array([_mean(features[a:b], octave[a:b]) for a, b, _ in stretches])
    halves = np.array(
        [_mean(features[x:y], octave[x:y]) for a, b, _ in stretches for x, y in ((a, (a + b) // 2), ((a + b) // 2, b))]
    )
    known = ~np.isnan(whole[:, -1])
    whole[~known, -1] = whole[known, -1].mean() if known.any() else 0.0
    halves = np.where(np.isnan(halves), np.repeat(whole, 2, axis=0), halves)
    spread = whole.std(axis=0) + 1e-6
    whole, halves = (whole - whole.mean(axis=0)) / spread, halves / spread
    run = np.array([number for _, _, number in stretches])
    after = np.nonzero(run[1:] == run[:-1])[0]
    beside, inside = whole[after + 1] - whole[after], halves[::2] - halves[1::2]
    trust = len(after) / (len(after) + believe)
    within = trust * _scatter(beside) / 2 + (1 - trust) * _scatter(inside) / 2
    within += 0.1 * np.trace(within) / len(within) * np.eye(len(within)) + 1e-6 * np.eye(len(within))
    white = np.linalg.inv(np.linalg.cholesky(within))
    _, axes = np.linalg.eigh(white @ _scatter(whole) @ white.T)
    return np.asarray(whole @ white.T @ axes[:, ::-1])


def _mean(features: Floats, octave: Floats) -> Floats:
    voiced = octave[~np.isnan(octave)]
    loud = np.percentile(features[:, -1], 75) if len(features) else 0.0
    shape = features[:, :-1].mean(axis=0) if len(features) else np.zeros(features.shape[1] - 1)
    return np.asarray(np.r_[shape, loud, np.median(voiced) if len(voiced) >= 4 else np.nan])


def _scatter(rows: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ik->jk", rows, rows) / max(len(rows), 1))


def _settled(features: Floats, octave: Floats, speech: Bools, share: Floats) -> _Fit:
    """Models and the way through the call in turn. share: of speaker 1 in each frame, to begin with."""
    spoken = np.nonzero(speech)[0]
    sample = spoken[:: max(1, len(spoken) // _MANY)]
    for _ in range(_ROUNDS):
        says = [
            Mixture.fit(features[sample], weight[sample]).log(features) + _pitch_log(octave, weight, speech)
            for weight in (1.001 - share, share + 0.001)
        ]
        lead = np.where(speech, says[1] - says[0], 0.0)
        speaker = _way(lead * _WEIGHT, speech)
        share = np.where(speaker == 1, 0.98, 0.02)
    worth = float(np.where(speaker == 1, says[1], says[0])[spoken].mean())
    return _Fit(speaker, lead, worth)


def _pitch_log(octave: Floats, weight: Floats, speech: Bools) -> Floats:
    """log density of each frame's pitch under one speaker's; 0 where there is none."""
    voiced = ~np.isnan(octave) & speech
    if not voiced.any():
        return np.zeros(len(octave))
    mean = np.average(octave[voiced], weights=weight[voiced])
    spread = max(np.sqrt(np.average((octave[voiced] - mean) ** 2, weights=weight[voiced])), 0.08)
    return np.where(voiced, -0.5 * ((np.where(voiced, octave, mean) - mean) / spread) ** 2 - np.log(spread), 0.0)


def _way(lead: Floats, speech: Bools) -> Ints:
    """int64[n]: the speaker of each frame on the best way, in steps of 100 ms; a change is cheaper in a pause."""
    steps = -(-len(lead) // STEP)
    gain = np.pad(lead, (0, steps * STEP - len(lead))).reshape(steps, STEP).sum(axis=1).tolist()
    pause = ~np.pad(speech, (0, steps * STEP - len(lead))).reshape(steps, STEP).any(axis=1)
    cost = np.where(pause, _SWITCH_IN_PAUSE, _SWITCH).tolist()
    ahead, came = 0.0, []
    for won, price in zip(gain, cost, strict=True):
        came.append((ahead > price, ahead >= -price))
        ahead = min(max(ahead, -price), price) + won
    now, out = int(ahead > 0), np.empty(steps, np.int64)
    for at in range(steps - 1, -1, -1):
        out[at] = now
        now = int(came[at][now])
    return np.repeat(out, STEP)[: len(lead)]


def _certainty(fit: _Fit, fits: list[_Fit], features: Floats, octave: Floats, speech: Bools) -> float:
    """Whether other beginnings lead to the same, how clearly each second belongs to one of the two, how far two voices
    explain the speech better than one with as many parameters does (or their pitch alone), and whether there is enough
    of both. Set by calls whose legs are known, and by one voice on both legs; see `bench mono`."""
    spoken = np.nonzero(speech)[0]
    share = np.where(fit.speaker == 1, 0.98, 0.02)
    sample = spoken[:: max(1, len(spoken) // _MANY)]
    even = np.ones(len(features))
    shapes = Mixture.fit(features[sample], even[sample], parts=12).log(features) + _pitch_log(octave, even, speech)
    pitches = [_pitch_log(octave, weight, speech) for weight in (1.001 - share, share + 0.001)]
    either = np.where(fit.speaker == 1, pitches[1], pitches[0])
    by_pitch = float((either - _pitch_log(octave, even, speech))[spoken].mean())
    gain = fit.worth - float(shapes[spoken].mean())
    alike = [float((other.speaker[spoken] == fit.speaker[spoken]).mean()) for other in fits if other is not fit]
    agreed = float(np.mean([max(one, 1 - one) for one in alike])) if alike else 0.0
    clear = float(np.median([abs(fit.lead[part].mean()) for part in np.array_split(spoken, max(1, len(spoken) // 50))]))
    sure = _part(agreed, 0.75, 0.95) * _part(clear, 1.0, 3.5) * max(_part(gain, -0.35, 0.0), _part(by_pitch, 0.1, 0.4))
    enough = _part(len(spoken) * FRAME_MS, 0, _ENOUGH_MS)
    both = min((fit.speaker[spoken] == side).mean() for side in (0, 1)) >= _LEAST_SHARE
    return float(round(0.5 + 0.48 * sure * enough * both, 2))


def _part(value: float, nothing: float, all_of_it: float) -> float:
    return min(1.0, max(0.0, (value - nothing) / (all_of_it - nothing)))


def _of_turn(lead: Floats, overall: float) -> float:
    evidence = abs(float(lead.sum())) * _WEIGHT
    return round(0.5 + (overall - 0.5) * float(np.tanh(evidence / 2)), 2)


def _turns(speaker: Ints, runs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for a, b in runs:
        cuts = a + 1 + np.nonzero(np.diff(speaker[a:b]))[0]
        yield from zip([a, *cuts.tolist()], [*cuts.tolist(), b], strict=True)
