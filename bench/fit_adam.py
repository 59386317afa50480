"""Steps down a slope by Adam (Kingma and Ba, Adam: a method for stochastic optimization, 2015): each weight by the mean
of its slopes over the root of the mean of their squares."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Adam:
    """Changes a net's weights where they stand. warm: after how many steps the full rate is reached; at full rate from
    the first, more units die."""

    def __init__(self, net: list[Array], warm: int) -> None:
        self._net, self._warm, self.steps = net, warm, 0
        self._means, self._squares = [part * 0 for part in net], [part * 0 for part in net]

    def step(self, slopes: list[Array], rate: float) -> None:
        self.steps += 1
        rate *= min(1, self.steps / self._warm)
        for k, slope in enumerate(slopes):
            self._means[k] = 0.9 * self._means[k] + 0.1 * slope
            self._squares[k] = 0.999 * self._squares[k] + 0.001 * slope**2
            mean, square = self._means[k] / (1 - 0.9**self.steps), self._squares[k] / (1 - 0.999**self.steps)
            self._net[k] = (self._net[k] - rate * (mean / (np.sqrt(square) + 1e-8))).astype(np.float32)
