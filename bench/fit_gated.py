"""How the net for speech is fitted (`monitor/signal/gated.py`): the log-loss of every frame, followed back through time
to what was remembered (back-propagation through time), by Adam."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.fit_adam import Adam
from bench.fit_rows import in_256ths, tuples
from monitor.signal.gated import MOST_FRAMES, OCTAVES

UNITS, KEPT, EPOCHS, BATCH, PULL = 48, 48, 12, 32, 1e-4
# the highest rate, and after how many steps it is reached; how long a slope over all weights may be
PEAK, WARM, STEEPEST = 0.003, 300, 1.0
# a sequence is so many frames that stand out, and what is shorter than the second figure is left out
FRAMES, LEAST = 400, 40
Array = NDArray[Any]
Net = list[Array]
"""The units [inputs, units], [units]; the gates (what resets, what keeps, what is new) by these [units, 3 * kept],
[3 * kept], and by what is remembered [kept, 3 * kept], [kept]; and what all say [units + kept], [1]."""


def packed(inputs: NDArray[np.int16]) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    """inputs: 256ths [frames, features], all nothing where nothing stands out. Where something does, [k], and these
    frames with for how long nothing did before each, [k, features + 1]."""
    out = np.flatnonzero(inputs.any(axis=1))
    gaps = np.diff(out, prepend=out[:1] - MOST_FRAMES - 1) - 1
    told = np.rint(256 * np.log2(1.0 + np.minimum(gaps, MOST_FRAMES)) / OCTAVES)
    return out, np.concatenate((inputs[out], told[:, None].astype(np.int16)), axis=1)


def sequences(inputs: NDArray[np.int16], truth: Array, weights: Array) -> list[tuple[Array, Array, Array]]:
    """One clip as sequences of FRAMES, the last one filled with frames of no weight: int16[FRAMES, features + 1],
    float32[FRAMES] twice."""
    out, frames = packed(inputs)
    found = []
    for at in range(0, len(out) - LEAST, FRAMES):
        span = slice(at, at + FRAMES)
        missing = FRAMES - len(out[span])
        said, weigh = (np.pad(each[out[span]].astype(np.float32), (0, missing)) for each in (truth, weights))
        found.append((np.pad(frames[span], ((0, missing), (0, 0))), said, weigh))
    return found


def drawn(features: int, random: np.random.Generator, units: int = UNITS, kept: int = KEPT) -> Net:
    """Weights to begin with."""

    def any_of(*shape: int, hears: int) -> Array:
        return random.uniform(-(hears**-0.5), hears**-0.5, shape).astype(np.float32)

    return [
        any_of(features, units, hears=features), any_of(units, hears=features),
        any_of(units, 3 * kept, hears=kept), any_of(3 * kept, hears=kept),
        any_of(kept, 3 * kept, hears=kept), any_of(kept, hears=kept),
        any_of(units + kept, hears=units + kept), any_of(1, hears=units + kept),
    ]  # fmt: skip


def slopes(net: Net, x: Array, truth: Array, weights: Array) -> tuple[float, Net]:
    """The log-loss of sequences, and its slope over every weight. x: [frames, k, features]; the others: [frames, k]."""
    first, biases, gates, offsets, recalls, recall, says, constant = net
    size, kept = len(first[0]), len(recalls)
    units = np.maximum(x @ first + biases, 0)
    asks = units @ gates + offsets
    held = np.zeros((len(x) + 1, x.shape[1], kept), x.dtype)
    opens, news, heard = np.empty_like(asks[..., : 2 * kept]), np.empty_like(held[1:]), np.empty_like(held[1:])
    for t, ask in enumerate(asks):
        back = held[t] @ recalls
        opens[t] = 0.5 + 0.5 * np.tanh(0.5 * (ask[:, : 2 * kept] + back[:, : 2 * kept]))
        heard[t] = back[:, 2 * kept :] + recall
        news[t] = np.tanh(ask[:, 2 * kept :] + opens[t][:, :kept] * heard[t])
        held[t + 1] = news[t] + opens[t][:, kept:] * (held[t] - news[t])
    odds = np.clip(units @ says[:size] + held[1:] @ says[size:] + constant, -30, 30)
    whole = max(float(weights.sum()), 1.0)
    loss = float((weights * (np.logaddexp(0, odds) - truth * odds)).sum()) / whole
    said = ((1 / (1 + np.exp(-odds)) - truth) * weights / whole).astype(x.dtype)
    resets, keeps = opens[..., :kept], opens[..., kept:]
    # what each slope of what is new and of what is kept is worth before the curves
    bends = np.concatenate(
        (heard * resets * (1 - resets), (held[:-1] - news) * keeps * (1 - keeps)), axis=2, dtype=x.dtype
    )
    fresh, later = (1 - keeps) * (1 - news * news), np.zeros_like(held[0])
    of_asks, of_backs = np.empty_like(asks), np.empty_like(asks)
    for t in range(len(x) - 1, -1, -1):
        later += said[t][:, None] * says[size:]
        new = later * fresh[t]
        of_asks[t, :, :kept] = new * bends[t][:, :kept]
        of_asks[t, :, kept : 2 * kept] = later * bends[t][:, kept:]
        of_asks[t, :, 2 * kept :] = new
        of_backs[t] = of_asks[t]
        of_backs[t, :, 2 * kept :] *= resets[t]
        later = later * keeps[t] + of_backs[t] @ recalls.T
    of_units = (of_asks @ gates.T + said[..., None] * says[:size]) * (units > 0)
    one, by = _together(of_asks), _together(of_backs)
    given = (_together(x), _together(units), _together(held[:-1]))
    remembered = np.concatenate((units, held[1:]), axis=2)
    return loss, [
        given[0].T @ _together(of_units) + PULL * first, _together(of_units).sum(axis=0),
        given[1].T @ one + PULL * gates, one.sum(axis=0),
        given[2].T @ by + PULL * recalls, by[:, 2 * kept :].sum(axis=0),
        _together(remembered).T @ said.reshape(-1) + PULL * says, said.sum(keepdims=True).reshape(1),
    ]  # fmt: skip


def _together(parts: Array) -> Array:
    return parts.reshape(-1, parts.shape[-1])


def fitted(inputs: Array, truth: Array, weights: Array, seed: int, epochs: int = EPOCHS, batch: int = BATCH) -> Net:
    """inputs: int16[k, FRAMES, features], whole 256ths; truth, weights: float32[k, FRAMES]."""
    random = np.random.default_rng(seed)
    net = drawn(inputs.shape[2], random)
    adam, last = Adam(net, WARM), epochs * (len(inputs) // batch)
    for epoch in range(epochs):
        order, losses = random.permutation(len(inputs)), []
        for at in range(0, len(order) - batch + 1, batch):
            some = order[at : at + batch]
            x = np.ascontiguousarray(inputs[some].transpose(1, 0, 2), np.float32) / np.float32(256)
            loss, found = slopes(net, x, truth[some].T, weights[some].T)
            losses.append(loss)
            long = float(np.sqrt(sum(np.vdot(part, part) for part in found)))
            rate = PEAK / 2 * (1 + np.cos(np.pi * adam.steps / last))
            adam.step([slope * min(1.0, STEEPEST / long) for slope in found], rate)
        print(f"speech, {epoch + 1} of {epochs}: log-loss {np.mean(losses):.4f}", file=sys.stderr, flush=True)
    return net


def module(net: Net) -> str:
    """The weights as Python, in whole 256ths."""
    first, biases, gates, offsets, recalls, recall, says, constant = (np.rint(256 * part).astype(int) for part in net)
    never = np.concatenate((np.zeros(2 * len(recall), int), recall))
    return in_256ths(
        "speech", "gated.py",
        "# each unit: the features of a frame, for how long nothing stood out before it, and a constant",
        *tuples("UNITS", np.concatenate((first.T, biases[:, None]), axis=1)),
        "# what resets what is remembered, what keeps it, what is new: by the units, and a constant",
        *tuples("GATES", np.concatenate((gates.T, offsets[:, None]), axis=1)),
        "# the same by what is remembered",
        *tuples("RECALLS", np.concatenate((recalls.T, never[:, None]), axis=1)),
        "# what the units and what is remembered say of speech, and a constant",
        *tuples("SPEECH", np.concatenate((says, constant))),
    )  # fmt: skip
