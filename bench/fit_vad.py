"""How the weights of the VAD were made: `python -m bench.fit_vad monitor/signal`, some forty minutes on two cores. Two
nets, one for speech that remembers (`fit_gated.py`, `docs/adr/0015`) and one for music (`fit_layers.py`, 0014).

`python -m bench.fit_vad FOLDER 1` is a third as thorough. What they are fitted on: `fit_clips.py`, `fit_voices.py`,
`fit_mandarin.py`, `fit_music.py`, `fit_noises.py` and `fit_strokes.py`; half of it goes through G.711. It is all drawn
twice: weights fitted on one draw alone differ by more in what they say of a knock or the faint end of a word.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import fit_gated, fit_layers
from bench.fit_clips import FRAME, Clip, Material
from bench.fit_noises import RATE
from monitor.core import pcm
from monitor.signal.bank import Bank
from monitor.signal.moment import Block
from monitor.signal.musical import MEMORIES
from monitor.signal.settings import SignalSettings
from monitor.signal.vad import FEATURES, Look, Vad
from tests import tapes
from tests.tapes import Signal

ROUNDS, DRAWS, SEED = 3, (11, 21), 12
SPEECH_WEIGHS = 2.5
# of what the net for music is fitted on
VOICE_WEIGHS, MUSIC_WEIGHS, THINNED = 5, 3, 2
# a fifteenth of what the net for music is fitted on is music, so that it learns that; far less of what lines carry is
RARER = 2.0
SPEECH, MUSIC = ("frames", "truth", "weights"), ("inputs", "music", "apart")
Array = NDArray[Any]


class Listening(Vad):
    """Keeps what would be weighed; the weights may be of another form."""

    def look(self, block: Block, floor_dbov: Array) -> Look:
        self.loud = block.level_dbov > -60
        return super().look(block, floor_dbov)

    def _scored(self, block: Block, weighed: Array, over: Array, votes: Array) -> tuple[Array, Array, Array]:
        self.inputs, chosen = np.zeros((*weighed.shape, FEATURES), np.int16), weighed.reshape(-1).nonzero()[0]
        if len(chosen):
            self.inputs[weighed] = self._inputs(block, weighed, chosen, over, votes)
        return np.zeros(weighed.shape), np.zeros(weighed.shape), np.ones(weighed.shape)


def by_wire(signal: Signal, k: int) -> NDArray[np.int16]:
    """As linear samples or as one of the two laws carries them."""
    linear = tapes.pcm(signal)
    if k % 2:
        return linear
    if k % 4:
        return pcm.decode_alaw(np.frombuffer(pcm.encode_alaw(linear), np.uint8))
    return pcm.decode_ulaw(np.frombuffer(pcm.encode_ulaw(linear), np.uint8))


def heard(clips: list[Clip]) -> tuple[NDArray[np.int16], Array]:
    """What stands out of each frame of clips, int16[clips, frames, FEATURES], whole 256ths, and whether it is over the
    gate, bool[clips, frames]; two clips on a line of the bank."""
    settings = SignalSettings(detectors=())
    bank = Bank(RATE, settings)
    bank._vad = vad = Listening(settings, RATE)
    lines = np.array([bank.open() for _ in range((len(clips) + 1) // 2)])
    frames = max(len(clip.speech) for clip in clips)
    sound = np.zeros((frames, 2 * len(lines), FRAME), np.int16)
    for k, clip in enumerate(clips):
        sound[: len(clip.speech), k] = by_wire(clip.signal[: len(clip.speech) * FRAME], k).reshape(-1, FRAME)
    inputs, loud = np.zeros((2 * len(lines), frames, FEATURES), np.int16), np.zeros((2 * len(lines), frames), np.bool_)
    for at in range(frames):
        bank.step(lines, sound[at].reshape(len(lines), 2, FRAME), np.zeros((len(lines), 2), np.uint8))
        inputs[:, at], loud[:, at] = vad.inputs.reshape(-1, FEATURES), vad.loud.reshape(-1)
    return inputs[: len(clips)], loud[: len(clips)]


def listened(clips: list[Clip]) -> dict[str, Array]:
    """What both nets are fitted on of some clips: SPEECH, MUSIC."""
    inputs, loud = heard(clips)
    speech, music = [], []
    for clip, own, over in zip(clips, inputs, loud, strict=True):
        size = len(clip.speech)
        own, over, truth, weights = own[:size], over[:size], clip.speech, clip.weights.astype(np.float32)
        speech += fit_gated.sequences(own, truth, weights * over * np.where(truth, SPEECH_WEIGHS, 1))
        # a noise by itself is most taken for music, and a voice that is taken for it is lost; of both every other frame
        apart = np.where(clip.music, MUSIC_WEIGHS, THINNED * np.where(truth, VOICE_WEIGHS, 2 * np.maximum(weights, 1)))
        thin = slice(None, None, 1 if clip.music else THINNED)
        told = remembered(own)[over], np.full(np.count_nonzero(over), clip.music), apart[over]
        music.append([each[thin].astype(np.float32) for each in told])
    return dict(zip((*SPEECH, *MUSIC), [*map(np.stack, zip(*speech, strict=True)),
                                        *map(np.concatenate, zip(*music, strict=True))], strict=True))  # fmt: skip


def remembered(inputs: NDArray[np.int16]) -> Array:
    """float32[frames, (1 + memories) * FEATURES]: each frame, and what is remembered of it and those before."""
    found = np.empty((len(inputs), 1 + len(MEMORIES), FEATURES), np.float32)
    found[:, 0] = inputs / np.float32(256)
    memory, shares = np.zeros((len(MEMORIES), FEATURES)), np.array(MEMORIES)[:, None]
    for each in found:
        memory += (each[0] - memory) * shares
        each[1:] = memory
    return found.reshape(len(inputs), -1)


def draw(seed: int, rounds: int, folder: Path) -> None:
    """Leaves what `listened` gives of one draw in the folder, file by file (npz)."""
    material, number = Material(seed), 0
    for clips, parts in ((material.clips(rounds), SPEECH + MUSIC), (material.music(rounds), MUSIC)):
        while some := list(islice(clips, 200)):
            found = listened(some)
            np.savez(folder / f"{seed}-{number:03}.npz", **{part: found[part] for part in parts})
            number += 1
            print(f"draw {seed}: {200 * number} clips", file=sys.stderr, flush=True)


def whole(folder: Path, parts: tuple[str, ...]) -> list[Array]:
    """These parts of all files of a folder. Read twice: all of it at once would be there twice."""
    files = [file for file in sorted(folder.glob("*.npz")) if parts[0] in np.load(file)]
    sizes = [len(np.load(file)[parts[-1]]) for file in files]
    first = np.load(files[0])
    found = [np.empty((sum(sizes), *first[part].shape[1:]), first[part].dtype) for part in parts]
    for part, into in zip(parts, found, strict=True):
        for file, end, size in zip(files, np.cumsum(sizes), sizes, strict=True):
            into[end - size : end] = np.load(file)[part]
    return found


def main() -> int:
    into, rounds = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    with TemporaryDirectory() as name, ProcessPoolExecutor(len(DRAWS), get_context("spawn")) as each:
        folder = Path(name)
        list(each.map(draw, DRAWS, [rounds] * len(DRAWS), [folder] * len(DRAWS)))
        frames, truth, weights = whole(folder, SPEECH)
        speech = fit_gated.module(fit_gated.fitted(frames, truth, weights, SEED))
        (into / "speech_weights.py").write_text(speech, encoding="utf-8")
        inputs, played, apart = whole(folder, MUSIC)
        music = fit_layers.module(fit_layers.fitted(inputs, played, apart, SEED + 1), RARER)
        (into / "music_weights.py").write_text(music, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
