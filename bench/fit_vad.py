"""How monitor/signal/weights.py was made: `python -m bench.fit_vad > monitor/signal/weights.py`, some twenty minutes.

`python -m bench.fit_vad 1` is a third as thorough. What it is fitted on: `fit_clips.py`, `fit_voices.py`,
`fit_noises.py` and `fit_strokes.py`; half of it goes through G.711. It is all drawn twice: weights fitted on one draw
alone differ by more in what they say of a knock or the faint end of a word.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.fit_clips import FRAME, Clip, Material
from bench.fit_noises import RATE
from monitor.core import pcm
from monitor.signal.bank import Bank
from monitor.signal.moment import Block
from monitor.signal.settings import SignalSettings
from monitor.signal.vad import FEATURES, MEMORIES, Look, Vad
from tests import tapes
from tests.tapes import Signal

INPUTS = FEATURES * (1 + len(MEMORIES))
HIDDEN, EPOCHS, BATCH, PULL = 48, 16, 2048, 1e-4
# the highest rate, and after how many steps it is reached: at full rate from the first, more units die
PEAK, WARM = 0.004, 300
ROUNDS, DRAWS, SEED = 3, (11, 21), 10
SPEECH_WEIGHS = 1.75
Array = NDArray[Any]


class Listening(Vad):
    """Keeps what would be weighed; the weights may be of another form."""

    def look(self, block: Block, floor_dbov: Array) -> Look:
        self.loud = block.level_dbov > -60
        return super().look(block, floor_dbov)

    def _scored(self, block: Block, weighed: Array, over: Array, votes: Array) -> Array:
        self.inputs, chosen = np.zeros((*weighed.shape, FEATURES), np.float32), weighed.reshape(-1).nonzero()[0]
        if len(chosen):
            self.inputs[weighed] = self._inputs(block, weighed, chosen, over, votes) / 256
        return np.zeros(weighed.shape)


def by_wire(signal: Signal, k: int) -> NDArray[np.int16]:
    """As linear samples or as one of the two laws carries them."""
    linear = tapes.pcm(signal)
    if k % 2:
        return linear
    if k % 4:
        return pcm.decode_alaw(np.frombuffer(pcm.encode_alaw(linear), np.uint8))
    return pcm.decode_ulaw(np.frombuffer(pcm.encode_ulaw(linear), np.uint8))


def listened(clips: list[Clip]) -> tuple[Array, Array, Array]:
    """Inputs float32[k, INPUTS] of all frames over the gate, truth and weights [k]; two clips on a line of the bank."""
    settings = SignalSettings(detectors=())
    bank = Bank(RATE, settings)
    bank._vad = vad = Listening(settings, RATE)
    lines = np.array([bank.open() for _ in range((len(clips) + 1) // 2)])
    frames = max(len(clip.speech) for clip in clips)
    heard = np.zeros((frames, 2 * len(lines), FRAME), np.int16)
    for k, clip in enumerate(clips):
        heard[: len(clip.speech), k] = by_wire(clip.signal[: len(clip.speech) * FRAME], k).reshape(-1, FRAME)
    memories, inputs, truth, weights = [np.zeros((2 * len(lines), FEATURES)) for _ in MEMORIES], [], [], []
    for at in range(frames):
        bank.step(lines, heard[at].reshape(len(lines), 2, FRAME), np.zeros((len(lines), 2), np.uint8))
        fresh = vad.inputs.reshape(-1, FEATURES)
        memories = [m + (fresh - m) * share for m, share in zip(memories, MEMORIES, strict=True)]
        going = [k for k, clip in enumerate(clips) if at < len(clip.speech) and vad.loud.reshape(-1)[k]]
        inputs.append(np.concatenate((fresh, *memories), axis=1)[going].astype(np.float32))
        truth += [clips[k].speech[at] for k in going]
        weights += [clips[k].weights[at] for k in going]
    return np.concatenate(inputs), np.array(truth, np.float32), np.array(weights, np.float32)


def fitted(inputs: Array, truth: Array, weights: Array, seed: int = SEED) -> list[Array]:
    """Rectified units and their weights, by Adam on the log-loss: [INPUTS, units], [units], [units], [1]."""
    random, wide = np.random.default_rng(seed), inputs.shape[1]
    weights = weights * np.where(truth > 0, SPEECH_WEIGHS, 1.0).astype(np.float32)
    first, last = random.normal(0, (2 / wide) ** 0.5, (wide, HIDDEN)), random.normal(0, HIDDEN**-0.5, HIDDEN)
    net = [part.astype(np.float32) for part in (first, np.zeros(HIDDEN), last, np.zeros(1))]
    means, squares, steps = [part * 0 for part in net], [part * 0 for part in net], 0
    for epoch in range(EPOCHS):
        order, sinking = random.permutation(len(inputs)), PEAK / 2 * (1 + np.cos(np.pi * epoch / EPOCHS))
        for at in range(0, len(order) - BATCH + 1, BATCH):
            steps += 1
            rate, some = sinking * min(1, steps / WARM), order[at : at + BATCH]
            for k, slope in enumerate(_slopes(net, inputs[some], truth[some], weights[some])):
                means[k] = 0.9 * means[k] + 0.1 * slope
                squares[k] = 0.999 * squares[k] + 0.001 * slope**2
                step = means[k] / (1 - 0.9**steps) / (np.sqrt(squares[k] / (1 - 0.999**steps)) + 1e-8)
                net[k] = net[k] - np.float32(rate) * step
    return net


def _slopes(net: list[Array], x: Array, truth: Array, weights: Array) -> list[Array]:
    sums = x @ net[0] + net[1]
    units = np.maximum(sums, 0)
    odds = np.clip(units @ net[2] + net[3], -30, 30)
    wrong = (1 / (1 + np.exp(-odds)) - truth) * weights / len(x)
    back = wrong[:, None] * net[2] * (sums > 0)
    return [x.T @ back + PULL * net[0], back.sum(axis=0), units.T @ wrong + PULL * net[2], np.array([wrong.sum()])]


def module(net: list[Array]) -> str:
    """The weights as Python, in whole 256ths; without the units that have died in the fit."""
    units, biases, says, constant = (np.rint(part * 256).astype(int) for part in net)
    alive = ((units != 0).any(axis=0) | (biases > 0)) & (says != 0)
    lines = [
        '"""The VAD\'s weights in 256ths, made by bench/fit_vad.py; vad.py says what they are for."""',
        "",
        "from __future__ import annotations",
        "",
        "# fmt: off",
        "# each unit: the features of this frame, of the last 60 ms, 300 ms and 2 s, and a constant",
        "UNITS: tuple[tuple[int, ...], ...] = (",
        *(_unit(units[:, k].tolist(), int(biases[k])) for k in alive.nonzero()[0]),
        ")",
        "# what each unit says, and a constant",
        "WEIGHTS = (",
        *(f"    {row}," for row in _rows([*says[alive].tolist(), *constant.tolist()])),
        ")",
        "# fmt: on",
    ]
    return "\n".join(lines) + "\n"


def _unit(weights: list[int], constant: int) -> str:
    rows = [row for at in range(0, INPUTS, FEATURES) for row in _rows(weights[at : at + FEATURES])]
    return "    (" + ",\n     ".join([*rows, str(constant)]) + "),"


def _rows(numbers: list[int], most: int = 13) -> list[str]:
    return [", ".join(map(str, numbers[at : at + most])) for at in range(0, len(numbers), most)]


def drawn(rounds: int) -> Iterator[tuple[Array, Array, Array]]:
    """What `listened` gives, some clips at a time."""
    for seed in DRAWS:
        clips = Material(seed).clips(rounds)
        while some := list(islice(clips, 200)):
            yield listened(some)


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    parts, frames = [], 0
    for part in drawn(rounds):
        parts.append(part)
        frames += len(part[0])
        print(f"{frames} frames", file=sys.stderr)
    together = [np.concatenate(found) for found in zip(*parts, strict=True)]
    print(module(fitted(*together)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
