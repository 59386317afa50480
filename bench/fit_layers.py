"""How the net for music is fitted (`monitor/signal/musical.py`): layers of rectified units, frame by frame."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.fit_adam import Adam
from bench.fit_rows import in_256ths, tuples

HIDDEN, EPOCHS, BATCH, PULL = (32, 16), 6, 2048, 1e-4
# the highest rate, and after how many steps it is reached
PEAK, WARM = 0.004, 300
Array = NDArray[Any]


def fitted(
    inputs: Array, truth: Array, weights: Array, seed: int, hidden: tuple[int, ...] = HIDDEN, epochs: int = EPOCHS
) -> list[Array]:
    """Layers of rectified units and what the last ones say, by Adam on the log-loss: [inputs, first], [first], [first,
    second], [second], [second, 1], [1]."""
    random, sizes = np.random.default_rng(seed), (inputs.shape[1], *hidden, 1)
    net: list[Array] = []
    for wide, units in pairwise(sizes):
        spread = (2 / wide) ** 0.5 if units > 1 else wide**-0.5
        net += [random.normal(0, spread, (wide, units)).astype(np.float32), np.zeros(units, np.float32)]
    adam = Adam(net, WARM)
    for epoch in range(epochs):
        order, sinking = random.permutation(len(inputs)), PEAK / 2 * (1 + np.cos(np.pi * epoch / epochs))
        for at in range(0, len(order) - BATCH + 1, BATCH):
            some = order[at : at + BATCH]
            adam.step(_slopes(net, inputs[some], truth[some], weights[some]), sinking)
    return net


def _slopes(net: list[Array], x: Array, truth: Array, weights: Array) -> list[Array]:
    layers, given, slopes = list(zip(net[::2], net[1::2], strict=True)), [x], []
    for units, biases in layers:
        given.append(np.maximum(given[-1] @ units + biases, 0) if units.shape[1] > 1 else given[-1] @ units + biases)
    odds = np.clip(given.pop()[:, 0], -30, 30)
    back = ((1 / (1 + np.exp(-odds)) - truth) * weights / len(x)).astype(np.float32)[:, None]
    for (units, _), heard in zip(reversed(layers), reversed(given), strict=True):
        slopes += [back.sum(axis=0), heard.T @ back + PULL * units]
        back = back @ units.T * (heard > 0)
    return slopes[::-1]


def module(net: list[Array], rarer: float = 0.0) -> str:
    """The weights as Python, in whole 256ths; without the units that have died in the fit. rarer: how much less
    likely music is, in log-odds, than among what it is fitted on."""
    units, biases, middle, constants, says, constant = (np.rint(part * 256).astype(int) for part in net)
    hears = ((units != 0).any(axis=0) | (biases > 0)) & (middle != 0).any(axis=1)
    counts = ((middle[hears] != 0).any(axis=0) | (constants > 0)) & (says != 0).any(axis=1)
    return in_256ths(
        "music", "musical.py",
        "# each unit: the features of this frame, of the last 60 ms, 300 ms and 2 s, and a constant",
        *tuples("UNITS", np.concatenate((units[:, hears].T, biases[hears, None]), axis=1)),
        "# each unit of the second layer: what it makes of those of the first, and a constant",
        *tuples("MIDDLE", np.concatenate((middle[hears][:, counts].T, constants[counts, None]), axis=1)),
        "# what each of these says of music, and a constant",
        *tuples("MUSIC", np.concatenate((says[counts, 0], constant - round(256 * rarer)))),
    )  # fmt: skip
