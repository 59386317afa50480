"""How sharp the lines of a sound are, and how well they last: what tells notes from a voice in a room that rings.

A note keeps its pitch for some tenths of a second, so its partials are lines also in a spectrum of 100 ms, and the same
ones 200 and 400 ms later. A voice glides, be it as monotonous as one made by rule: its harmonics smear, and a room that
holds on to what was said holds on to the smear. Drums cover the lines for one look at most, and the middle one of three
looks leaves them out. Quick notes do not last so long; but where one plays at a time, a few lines hold nearly all that
stands out, more than of a voice that glides. So either may say that it is music. Only 300 to 1900 Hz count, over which
the harmonics of a low voice still stand apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.core.types import FRAME_MS
from monitor.signal.columns import BoolArray, FloatArray, State
from monitor.signal.moment import Moment
from monitor.signal.spectrum import FRAME, RATE_HZ, narrow

EVERY_MS = 200
_FRAMES = 5
_WINDOW = _FRAMES * FRAME
_TAPER = np.hanning(_WINDOW + 2)[1:-1]
_HZ_PER_BIN = RATE_HZ // _WINDOW
_BAND = slice(300 // _HZ_PER_BIN, 1900 // _HZ_PER_BIN)
_SMOOTH = 11
_CRESTS = _BAND.stop - _BAND.start - _SMOOTH + 1
# natural logarithm of how much likelier music is than a voice: fitted on both where lines resemble those before
_LASTING, _SHARP, _PRIOR = 13.3, 17.1, -19.9
# the same of quick notes, how few lines count at most, and how much a look at more than one of them says against it
_FEW, _SHARP_AND_FEW, _PRIOR_OF_FEW, _FEWEST, _LEAST_OF_FEW = 0.3, 13.8, -12.3, 25.0, -3.0
_GRID = 1024.0


class Crests:
    """The 80 ms before a look of each channel that is kept, and what stood out in its spectrum at the two before."""

    def __init__(self, state: State) -> None:
        self._sound = state.column(np.int16, 0, (2, _FRAMES - 1, FRAME))
        self._before = state.column(np.float16, 0, (2, 2, _CRESTS))

    def keep(self, now: Moment, which: BoolArray) -> None:
        """Takes the frame of some channels, `which` [n, 2], but for a fifth, at which a look may be due."""
        places = now.at_ms // FRAME_MS % _FRAMES - 1
        which = which & (places >= 0)[:, None]
        if np.count_nonzero(which):
            places = np.broadcast_to(places[:, None], which.shape)[which]
            self._sound.rows[now.rows[which], places] = narrow(now.pcm[which][:, None])[:, 0]

    def look(self, now: Moment, which: BoolArray) -> FloatArray:
        """float64[k]: how much likelier music is than a voice by the spectra of those channels now and at their two
        looks before, natural logarithm. At times divisible by EVERY_MS."""
        rows = now.rows[which]
        newest = narrow(now.pcm[which][:, None])
        sharp, crests = spectrum(np.concatenate((self._sound.rows[rows], newest), axis=1).reshape(-1, _WINDOW))
        before = self._before.rows[rows]
        middle, oldest = before[:, 0].astype(np.float64), before[:, 1].astype(np.float64)
        self._before.rows[rows, 1] = before[:, 0]
        self._before.rows[rows, 0] = crests
        lasting = np.maximum(np.minimum(crests, middle), np.minimum(np.maximum(crests, middle), oldest))
        whole = np.maximum(np.einsum("ij,ij->i", middle, middle), 1e-9)
        share = np.einsum("ij,ij->i", lasting, middle) / whole
        lasts = _LASTING * share + _SHARP * sharp + _PRIOR
        few = few_lines(crests)
        quick = _FEW * np.minimum(few, _FEWEST) + _SHARP_AND_FEW * sharp + _PRIOR_OF_FEW
        odds: FloatArray = np.maximum(lasts, np.where(few > 0, quick, _LEAST_OF_FEW))
        return np.maximum(np.rint(odds * _GRID) / _GRID, _LEAST_OF_FEW)


def spectrum(windows: NDArray[np.int16]) -> tuple[FloatArray, FloatArray]:
    """windows: int16[k, 800] at 8 kHz. float64[k]: how far its lines stand out, root mean square; float64[k, 150]: by
    how much each, where it does. In parts of the mean around it, of the square root of the amplitude."""
    samples = windows - windows.mean(axis=1, keepdims=True)
    samples *= _TAPER
    heights = np.sqrt(np.abs(np.fft.rfft(samples)[:, _BAND]))
    running = np.zeros((len(heights), heights.shape[1] + 1))
    np.cumsum(heights, axis=1, out=running[:, 1:])
    around = np.maximum(running[:, _SMOOTH:] - running[:, :-_SMOOTH], 1e-6)
    stands_out = heights[:, _SMOOTH // 2 : _SMOOTH // 2 + _CRESTS] * _SMOOTH / around - 1.0
    sharp: FloatArray = np.sqrt(np.einsum("ij,ij->i", stands_out, stands_out) / _CRESTS)
    return sharp, np.maximum(stands_out, 0.0)


def few_lines(crests: FloatArray) -> FloatArray:
    """crests: float64[k, 150], see `spectrum`. float64[k]: 1 where all stand out alike, 150 where one line does: the
    fourth moment over the square of the second (kurtosis)."""
    squares = crests * crests
    power = np.maximum(np.einsum("ij->i", squares), 1e-9)
    few: FloatArray = np.einsum("ij,ij->i", squares, squares) / (power * power) * _CRESTS
    return few
