"""tone: ring-back, busy, keys. Chinese ring-back is 450 Hz, 1 s on and 4 s off; busy 0.35 s on and off."""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.core.types import FRAME_MS
from monitor.signal.columns import BoolArray, FloatArray, IntArray
from monitor.signal.condition import OFF, ConditionDetector
from monitor.signal.moment import Moment
from monitor.signal.settings import SignalSettings
from monitor.signal.spectrum import HZ_PER_BIN, summit
from monitor.signal.thresholds import Thresholds

RING_BACK, BUSY, DTMF, STEADY = 1, 2, 3, 4
_LONG_AGO, _SILENT_DBOV = -(1 << 30), -100.0
_STEADY_DB = 0.5
# a bar that is struck dies away; a tone stands
_DIES_DB = 6.0
_KINDS = {RING_BACK: "ring-back", BUSY: "busy", DTMF: "dtmf", STEADY: None}
# call progress tones of most countries, single or double, lie here
_BUSY_PAIRS = 2
_PROGRESS = slice(round(400 / HZ_PER_BIN) - 1, round(480 / HZ_PER_BIN) + 3)
# ITU-T Q.23: of the four rows, of the four columns; as far out of tune as receivers are to take them (Q.24)
_KEYS_HZ = np.array([697, 770, 852, 941, 1209, 1336, 1477, 1633])
_OFF_TUNE_HZ = 0.015 * _KEYS_HZ + 2
_KEY_BINS = np.rint(_KEYS_HZ / HZ_PER_BIN).astype(np.int64)[:, None] + np.arange(-2, 3)
_GROUPS = slice(0, 4), slice(4, 8)


class Tone(ConditionDetector):
    """kind: ring-back (one long burst, once it is over), busy (three short ones, evenly spaced), dtmf (keys; never
    which); none for what goes on, as a dial tone does. since_ms: the first burst. A tone ends when its next burst
    is overdue, or when somebody speaks; end_ms is its last burst's end.
    """

    name = "tone"
    early = True

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._settings = settings.tone
        self._thresholds = Thresholds(settings, lambda each: each.tone)
        self._on_ms = self.state.column(np.int64)
        self._highest = self.state.column(np.float64, _SILENT_DBOV)
        self._off_at = self.state.column(np.int64, _LONG_AGO)
        self._last_on_ms = self.state.column(np.int64)
        self._first = self.state.column(np.int64)
        self._pairs = self.state.column(np.int64)
        self._keys_ms = self.state.column(np.int64)
        self._keys_at = self.state.column(np.int64, _LONG_AGO)

    def step(self, now: Moment) -> None:
        own, level = self._thresholds.of(now.groups), self.level(now)
        on, keys = self._lines(now)
        on_ms, key_ms = self._on_ms[now.sel], self._keys_ms[now.sel]
        # what goes on for seconds becomes the floor, over which nothing is heard; it stands as it stood
        on |= (on_ms > 0) & now.present & ~now.heard & (np.abs(now.level_dbov - now.before_dbov) < _STEADY_DB)
        highest = np.maximum(np.where(on_ms > 0, self._highest[now.sel], _SILENT_DBOV), now.level_dbov)
        on &= now.level_dbov > highest - _DIES_DB
        self._highest[now.sel] = highest
        now.holds["tone"] = on | keys
        if not any(map(np.count_nonzero, (now.holds["tone"], level, on_ms, key_ms))):
            return
        off_at, last_on, first = (column[now.sel] for column in (self._off_at, self._last_on_ms, self._first))
        off_ms = now.at_ms[:, None] - FRAME_MS - off_at
        begins = on & (on_ms == 0)
        paired = begins & _near(last_on, own.busy_ms) & _near(off_ms, own.busy_ms)
        at = now.at_ms[:, None]
        pairs = np.where(begins, np.where(paired, self._pairs[now.sel] + 1, 0), self._pairs[now.sel])
        self._pairs[now.sel] = pairs
        first = np.where(begins & ~paired, at - FRAME_MS, first)
        ends = ~on & (on_ms > 0)
        last_on = np.where(ends, on_ms, np.where(begins & ~paired, 0, last_on))
        off_at = np.where(ends, at - FRAME_MS, off_at)
        off_ms = np.where(on, off_ms, at - off_at)
        rang = ends & (on_ms >= own.ring_ms) & (on_ms <= own.ring_most_ms)
        on_ms = np.where(on, on_ms + FRAME_MS, 0)
        steady = on_ms > own.ring_most_ms
        key_ms = np.where(keys, key_ms + FRAME_MS, 0)
        keys_at = np.where(keys, at, self._keys_at[now.sel])
        key_off = at - keys_at
        for column, value in zip(
            (self._on_ms, self._off_at, self._last_on_ms, self._first, self._keys_ms, self._keys_at),
            (on_ms, off_at, last_on, first, key_ms, keys_at),
            strict=True,
        ):
            column[now.sel] = value
        busy = (on_ms >= own.min_key_ms) & (pairs >= _BUSY_PAIRS)
        fresh = np.where(
            key_ms >= own.min_key_ms,
            DTMF,
            np.where(rang, RING_BACK, np.where(steady, STEADY, np.where(busy, BUSY, OFF))),
        )
        silent_ms = np.where(level == DTMF, key_off, np.where(on, 0, off_ms))
        allowed = np.select([level == RING_BACK, level == BUSY], [own.ring_gap_ms, 2 * own.busy_ms], own.key_gap_ms)
        stays = (level != OFF) & (silent_ms < allowed) & ~now.runs.open
        turns = (fresh == STEADY) | (level == BUSY) & (fresh == RING_BACK)
        want: IntArray = np.where(stays & ~turns, level, fresh)
        now.holds["tone"] |= want != OFF

        def starting(i: int, side: int) -> dict[str, Any]:
            kind = int(want[i, side])
            since = int(now.at_ms[i]) - int(key_ms[i, side]) if kind == DTMF else int(first[i, side])
            return {"since_ms": since, "kind": _KINDS[kind]}

        def ending(i: int, side: int) -> dict[str, Any]:
            return {"end_ms": int(now.at_ms[i]) - int(silent_ms[i, side])}

        self.update(now, want, starting, ending)

    def _lines(self, now: Moment) -> tuple[BoolArray, BoolArray]:
        """Where a frame is nothing but a call progress tone, and nothing but the two lines of a key."""
        on, keys = np.zeros_like(now.heard), np.zeros_like(now.heard)
        if np.count_nonzero(now.heard):
            found = now.evidence
            bare = found.flatness < self._settings.flatness
            if np.count_nonzero(bare):
                power = found.power[bare]
                total = power[:, 3:].sum(axis=1) + 1.0
                share = self._settings.share
                single, pair = np.zeros(len(bare), np.bool_), np.zeros(len(bare), np.bool_)
                single[bare] = power[:, _PROGRESS].sum(axis=1) > share * total
                pair[bare] = _is_pair(power, total, share)
                on[now.heard], keys[now.heard] = single, pair
        return on, keys


def _is_pair(power: FloatArray, total: FloatArray, share: float) -> BoolArray:
    lobes = power[:, _KEY_BINS.reshape(-1)].reshape(len(power), *_KEY_BINS.shape)
    strength = lobes.sum(axis=2)
    low, high = (strength[:, group].max(axis=1) for group in _GROUPS)
    pair: BoolArray = (low + high > share * total) & (np.minimum(low, high) > 0.1 * total)
    for group in _GROUPS:
        pair &= _in_tune(lobes, group.start + strength[:, group].argmax(axis=1))
    return pair


def _in_tune(lobes: FloatArray, key: IntArray) -> BoolArray:
    """Whether this line has the frequency of its key, at the top of a parabola through three bins in dB. lobes:
    float64[k, 8, 5]; key: int64[k]."""
    found = np.log(lobes[np.arange(len(lobes)), key] + 1.0)
    best = np.minimum(np.maximum(found.argmax(axis=1), 1), found.shape[1] - 2)
    hz = (_KEY_BINS[key, best] + summit(found, best)) * HZ_PER_BIN
    close: BoolArray = np.abs(hz - _KEYS_HZ[key]) <= _OFF_TUNE_HZ[key]
    return close


def _near(ms: IntArray, nominal_ms: int | IntArray) -> BoolArray:
    close: BoolArray = np.abs(ms - nominal_ms) * 4 <= nominal_ms
    return close
