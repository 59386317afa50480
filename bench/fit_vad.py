"""How monitor/signal/weights.py was made: `python -m bench.fit_vad > monitor/signal/weights.py`, some forty minutes on
two cores. Two nets beside each other, one for speech and one for music (`docs/adr/0014`).

`python -m bench.fit_vad 1` is a third as thorough. What it is fitted on: `fit_clips.py`, `fit_voices.py`,
`fit_mandarin.py`, `fit_music.py`, `fit_noises.py` and `fit_strokes.py`; half of it goes through G.711. It is all drawn
twice: weights fitted on one draw alone differ by more in what they say of a knock or the faint end of a word.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import islice, pairwise
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
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
HIDDEN, MUSICAL, EPOCHS, BATCH, PULL = (48, 24), (16, 12), 16, 2048, 1e-4
# the highest rate, and after how many steps it is reached: at full rate from the first, more units die
PEAK, WARM = 0.004, 300
ROUNDS, DRAWS, SEED = 3, (11, 21), 12
SPEECH_WEIGHS = 2.5
PARTS = "inputs", "truth", "weights", "music"
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
        return np.zeros((*weighed.shape, 2))


def by_wire(signal: Signal, k: int) -> NDArray[np.int16]:
    """As linear samples or as one of the two laws carries them."""
    linear = tapes.pcm(signal)
    if k % 2:
        return linear
    if k % 4:
        return pcm.decode_alaw(np.frombuffer(pcm.encode_alaw(linear), np.uint8))
    return pcm.decode_ulaw(np.frombuffer(pcm.encode_ulaw(linear), np.uint8))


def listened(clips: list[Clip]) -> tuple[Array, ...]:
    """Inputs float32[k, INPUTS] of all frames over the gate, truth, weights and whether it is music [k]; two clips on a
    line of the bank."""
    settings = SignalSettings(detectors=())
    bank = Bank(RATE, settings)
    bank._vad = vad = Listening(settings, RATE)
    lines = np.array([bank.open() for _ in range((len(clips) + 1) // 2)])
    frames = max(len(clip.speech) for clip in clips)
    heard = np.zeros((frames, 2 * len(lines), FRAME), np.int16)
    for k, clip in enumerate(clips):
        heard[: len(clip.speech), k] = by_wire(clip.signal[: len(clip.speech) * FRAME], k).reshape(-1, FRAME)
    memories, inputs = [np.zeros((2 * len(lines), FEATURES)) for _ in MEMORIES], []
    told: list[tuple[float, float, float]] = []
    for at in range(frames):
        bank.step(lines, heard[at].reshape(len(lines), 2, FRAME), np.zeros((len(lines), 2), np.uint8))
        fresh = vad.inputs.reshape(-1, FEATURES)
        memories = [m + (fresh - m) * share for m, share in zip(memories, MEMORIES, strict=True)]
        going = [k for k, clip in enumerate(clips) if at < len(clip.speech) and vad.loud.reshape(-1)[k]]
        inputs.append(np.concatenate((fresh, *memories), axis=1)[going].astype(np.float32))
        told += [(clips[k].speech[at], clips[k].weights[at], clips[k].music) for k in going]
    return np.concatenate(inputs), *np.array(told, np.float32).reshape(-1, 3).T.copy()


def fitted(
    inputs: Array, truth: Array, weights: Array, hidden: tuple[int, ...] = HIDDEN, seed: int = SEED
) -> list[Array]:
    """Layers of rectified units and what the last ones say, by Adam on the log-loss: [inputs, first], [first], [first,
    second], [second], [second, 1], [1]."""
    random, sizes = np.random.default_rng(seed), (inputs.shape[1], *hidden, 1)
    net: list[Array] = []
    for wide, units in pairwise(sizes):
        spread = (2 / wide) ** 0.5 if units > 1 else wide**-0.5
        net += [random.normal(0, spread, (wide, units)).astype(np.float32), np.zeros(units, np.float32)]
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
                net[k] = (net[k] - rate * step).astype(np.float32)
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


def beside(speech: list[Array], music: list[Array]) -> list[Array]:
    """Both nets as one that says two things, none of whose units counts for the other's: last [second, 2], [2]."""
    units, middle, says = (
        np.block([[one, np.zeros((len(one), other.shape[1]))], [np.zeros((len(other), one.shape[1])), other]])
        for one, other in zip(speech[::2], music[::2], strict=True)
    )
    biases, constants, constant = (np.concatenate(each) for each in zip(speech[1::2], music[1::2], strict=True))
    inputs = len(speech[0])
    return [units[:inputs] + units[inputs:], biases, middle, constants, says, constant]


def module(net: list[Array]) -> str:
    """The weights as Python, in whole 256ths; without the units that have died in the fit."""
    units, biases, middle, constants, says, constant = (np.rint(part * 256).astype(int) for part in net)
    hears = ((units != 0).any(axis=0) | (biases > 0)) & (middle != 0).any(axis=1)
    counts = ((middle[hears] != 0).any(axis=0) | (constants > 0)) & (says != 0).any(axis=1)
    lines = [
        '"""The VAD\'s weights in 256ths, made by bench/fit_vad.py; vad.py says what they are for."""',
        "",
        "from __future__ import annotations",
        "",
        "# fmt: off",
        "# each unit: the features of this frame, of the last 60 ms, 300 ms and 2 s, and a constant",
        "UNITS: tuple[tuple[int, ...], ...] = (",
        *(_unit(units[:, k].tolist(), int(biases[k])) for k in hears.nonzero()[0]),
        ")",
        "# each unit of the second layer: what it makes of those of the first, and a constant",
        "MIDDLE: tuple[tuple[int, ...], ...] = (",
        *(_unit(middle[hears, k].tolist(), int(constants[k])) for k in counts.nonzero()[0]),
        ")",
        "# what each of these says of speech, then of music, and a constant",
        "WEIGHTS: tuple[tuple[int, ...], ...] = (",
        *(_unit(said.tolist(), int(rest)) for said, rest in zip(says[counts].T, constant, strict=True)),
        ")",
        "# fmt: on",
    ]
    return "\n".join(lines) + "\n"


def _unit(weights: list[int], constant: int) -> str:
    rows = [row for at in range(0, len(weights), FEATURES) for row in _rows(weights[at : at + FEATURES])]
    return "    (" + ",\n     ".join([*rows, str(constant)]) + "),"


def _rows(numbers: list[int], most: int = 14) -> list[str]:
    return [", ".join(map(str, numbers[at : at + most])) for at in range(0, len(numbers), most)]


def draw(seed: int, rounds: int, file: Path) -> int:
    """What `listened` gives of one draw, as inputs, truth and weights of the file (npz); how many frames."""
    clips, parts = Material(seed).clips(rounds), []
    while some := list(islice(clips, 200)):
        parts.append(listened(some))
        print(f"draw {seed}: {sum(len(part[1]) for part in parts)} frames", file=sys.stderr)
    np.savez(file, **dict(zip(PARTS, map(np.concatenate, zip(*parts, strict=True)), strict=True)))
    return sum(len(part[1]) for part in parts)


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with TemporaryDirectory() as folder, ProcessPoolExecutor(len(DRAWS), get_context("spawn")) as each:
        files = [Path(folder) / f"{seed}.npz" for seed in DRAWS]
        frames = sum(each.map(draw, DRAWS, [rounds] * len(DRAWS), files))
        # read part by part: all of it at once would be there twice
        together = [np.empty((frames, *size), np.float32) for size in ((INPUTS,), (), (), ())]
        at = 0
        for file in files:
            with np.load(file) as found:
                for part, into in zip(PARTS, together, strict=True):
                    values = found[part]
                    into[at : at + len(values)] = values
            at += len(values)
    inputs, truth, weights, music = together
    speech = fitted(inputs, truth, weights * np.where(truth > 0, SPEECH_WEIGHS, 1).astype(np.float32))
    # a noise by itself is most taken for music, and a voice that is taken for it is lost
    apart = np.where(music > 0, 1, np.where(truth > 0, 2, 2 * np.maximum(weights, 1))).astype(np.float32)
    print(module(beside(speech, fitted(inputs, music, apart, MUSICAL, SEED + 1))), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
