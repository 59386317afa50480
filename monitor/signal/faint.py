"""Which sounds are too faint beside what their channel usually says to be a word of its own.

Most false words are noises far under the voices: drops, bubbles, gusts. Somebody who talks on does not fall by 15 dB
from one word to the next and leave doubt that it is a voice. So the farther a frame lies under the level of the
channel's clear speech, the clearer it must be to begin a speech run or to make one longer; within a run it counts as
ever. Nothing more is asked before anything clear was said, of what stands far over all else on the channel, and less
where the voice itself is faint: none of its sounds can be spared. Whoever goes on more quietly soon is what is usual.
"""

from __future__ import annotations

import numpy as np

from monitor.signal.columns import BoolArray, FloatArray, State
from monitor.signal.moment import Block

_UNKNOWN_DBOV, _IDLE_DBOV = -100.0, -66.0
# so far under the usual level nothing more is asked; then so many hundredths of log-odds for each dB, up to a limit
_SPARED_DB, _ASKED_PER_DB, _MOST_ASKED = 9.0, 20.0, 300.0
# a voice under this level is faint
_FAINT_DBOV = -35.0
# what stands so far over the other sounds of its channel is none of them, from the second figure on for certain
_NEAR_DB, _FAR_DB = 20.0, 26.0
# shares of the newest frame in what is usual, as it rises and falls, and in the level of what is no speech
_RISES, _FALLS, _OTHERS = 0.1, 0.02, 0.02


class Faint:
    """Remembers of each row how loud its clear speech is, and what lies beside it."""

    def __init__(self, state: State) -> None:
        self._usual = state.column(np.float64, _UNKNOWN_DBOV)
        self._beside = state.column(np.float64, _IDLE_DBOV)

    def firm(self, block: Block, sound: BoolArray, score: FloatArray, sure: float) -> BoolArray:
        """bool[t, n, 2]: which speech frames may begin a run or make it longer. sound: the speech frames; score: their
        log-odds in hundredths; sure: from where on they are clear."""
        usual, beside = self._usual[block.sel], self._beside[block.sel]
        firm = sound.copy()
        for t, level in enumerate(block.level_dbov):
            spoken = sound[t]
            if np.count_nonzero(spoken):
                under = usual - level - (_SPARED_DB + np.maximum(_FAINT_DBOV - usual, 0.0))
                asked = np.minimum(np.maximum(under * _ASKED_PER_DB, 0.0), _MOST_ASKED)
                asked *= np.minimum(np.maximum((_FAR_DB - level + beside) / (_FAR_DB - _NEAR_DB), 0.0), 1.0)
                firm[t] &= score[t] > asked
                step = level - usual
                later = np.where(usual > _UNKNOWN_DBOV, usual + step * np.where(step > 0, _RISES, _FALLS), level)
                usual = np.where(firm[t] & (score[t] >= sure), later, usual)
            moved = beside + (np.maximum(level, _IDLE_DBOV) - beside) * _OTHERS
            beside = np.where(block.present[t] & ~spoken, moved, beside)
        self._usual[block.sel] = usual
        self._beside[block.sel] = beside
        return firm
