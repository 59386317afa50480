"""How the weights of the mask were made: `python -m bench.fit_mask monitor/signal`, some twenty minutes on two cores.

It goes by what the net for speech has come to (`monitor/signal/gated.py`), so it is to be made anew after that one has
been (`bench/fit_vad.py`). Voices and noises are those of `fit_clips.py`, drawn anew; the truth is the voice's share of
each frame's power, and a frame weighs as much as that power does in the level of the voice.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import fit_layers
from bench.fit_clips import FRAME, Clip, Material
from bench.fit_noises import RATE
from bench.fit_rows import in_256ths, tuples
from bench.fit_vad import by_wire, whole
from monitor.signal.bank import Bank
from monitor.signal.columns import BoolArray, FloatArray, IntArray
from monitor.signal.gated import FINE, Gated
from monitor.signal.settings import SignalSettings

ROUNDS, DRAWS, SEED, HIDDEN, EPOCHS = 2, (31, 41), 14, 32, 16
# what a frame weighs beside one as loud as the voice's speech on the mean
LEAST, MOST = 0.02, 6.0
PARTS = ("states", "share", "weights")
TOGETHER = 200
Array = NDArray[Any]


class Telling(Gated):
    """Keeps what the net for speech has come to."""

    def step(self, rows: IntArray, which: BoolArray, inputs: FloatArray) -> tuple[FloatArray, FloatArray]:
        odds, states = super().step(rows, which, inputs)
        self.which, self.states = which[0], states
        return odds, states


def listened(clips: list[Clip]) -> dict[str, Array]:
    """PARTS of the frames of some clips that stand out: float32[k, STATES], float32[k] twice."""
    bank = Bank(RATE, SignalSettings(detectors=()))
    bank._vad._gated = gated = Telling(bank._vad.state)
    lines = np.array([bank.open() for _ in range((len(clips) + 1) // 2)])
    frames = max(len(clip.speech) for clip in clips)
    sound = np.zeros((frames, 2 * len(lines), FRAME), np.int16)
    share, weights = np.zeros((2, frames, 2 * len(lines)), np.float32)
    for k, clip in enumerate(clips):
        count = len(clip.speech)
        sound[:count, k] = by_wire(clip.signal[: count * FRAME], k).reshape(-1, FRAME)
        share[:count, k], weights[:count, k] = _truth(clip)
    found = []
    for heard, said, weigh in zip(sound, share, weights, strict=True):
        bank.step(lines, heard.reshape(len(lines), 2, FRAME), np.zeros((len(lines), 2), np.uint8))
        which = gated.which.reshape(-1)
        found.append((gated.states.astype(np.float32) / np.float32(FINE), said[which], weigh[which]))
    return dict(zip(PARTS, map(np.concatenate, zip(*found, strict=True)), strict=True))


def _truth(clip: Clip) -> tuple[Array, Array]:
    """The voice's share of each frame, and what it weighs."""
    assert clip.voice is not None
    count = len(clip.speech)
    all_of_it, voice, noise = (
        (part[: count * FRAME].reshape(-1, FRAME) ** 2).mean(axis=1)
        for part in (clip.signal, clip.voice, clip.signal - clip.voice)
    )
    loud = voice[clip.speech].mean() if clip.speech.any() else 1.0
    return voice / (voice + noise + 1e-6), np.clip(all_of_it / loud, LEAST, MOST)


def spoken(seed: int, rounds: int) -> Iterator[Clip]:
    return (clip for clip in Material(seed).clips(rounds) if clip.voice is not None)


def draw(seed: int, rounds: int, folder: Path) -> None:
    """Leaves what `listened` gives of one draw in the folder, file by file (npz)."""
    clips, number = spoken(seed, rounds), 0
    while some := list(islice(clips, TOGETHER)):
        np.savez(folder / f"{seed}-{number:03}.npz", **listened(some))
        number += 1
        print(f"draw {seed}: {TOGETHER * number} clips", file=sys.stderr, flush=True)


def module(net: list[Array]) -> str:
    """The weights as Python, in whole 256ths."""
    units, biases, says, constant = (np.rint(256 * part).astype(int) for part in net)
    return in_256ths(
        "mask", "mask.py",
        "# each unit: what the units of the net for speech say, what is remembered there, and a constant",
        *tuples("UNITS", np.concatenate((units.T, biases[:, None]), axis=1)),
        "# what these say of the voice's share, and a constant",
        *tuples("MASK", np.concatenate((says[:, 0], constant))),
        made_by="bench/fit_mask.py",
    )  # fmt: skip


def main() -> int:
    into, rounds = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    with TemporaryDirectory() as name, ProcessPoolExecutor(len(DRAWS), get_context("spawn")) as each:
        list(each.map(partial(draw, rounds=rounds, folder=Path(name)), DRAWS))
        net = fit_layers.fitted(*whole(Path(name), PARTS), SEED, (HIDDEN,), EPOCHS)
    (into / "mask_weights.py").write_text(module(net), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
