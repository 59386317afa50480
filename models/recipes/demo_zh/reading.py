"""Text without sound: the decoder reads far more sentences than can be spoken and listened to in the time there is.

`Pretend` learns to write what the encoder would say of given syllables (from the frames' classes, against the encoder's
own output), and the decoder is trained on its writing of fresh sentences, misheard here and there, next to real speech.
Costs a sixth of a spoken example, and teaches which character a syllable is in which context.
"""

from __future__ import annotations

import random

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (its customary name)

from models.recipes.demo_zh import tokens
from models.recipes.demo_zh.clips import COUNTS, classes
from models.recipes.demo_zh.examples import NO_WINDOW, Example
from models.recipes.demo_zh.network import POSITIONS, sinusoids
from models.recipes.demo_zh.texts import HANZI, Words, sentence

# loose words make the decoder listen, and bring the characters that the templates never use
MIX = {
    "words": 0.26, "replies": 0.22, "general": 0.15, "matters": 0.17, "opening": 0.1,
    "dialogue": 0.04, "manner": 0.03, "standard": 0.03,
}  # fmt: skip
BLUR = 0.6  # of the distance between pretended and real output
MISHEARD = (0.02, 0.02, 0.15)  # initials, finals, tones: the encoder mistakes tones most
FEWEST, MOST, GRAIN = 2, 26, 16


class Pretend(nn.Module):
    """Classes of frames [batch, frame, 3] -> what the encoder's output might be [batch, frame, width]."""

    positions: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(count, width) for count in COUNTS)
        self.near = nn.Conv1d(width, width, 7, padding=3)
        self.out, self.norm = nn.Linear(width, width), nn.LayerNorm(width)
        self.register_buffer("positions", sinusoids(POSITIONS, width))

    def forward(self, labels: Tensor) -> Tensor:
        x = sum(table(labels[..., i]) for i, table in enumerate(self.tables)) + self.positions[: labels.shape[1]]
        x = x + F.gelu(self.near(x.transpose(1, 2))).transpose(1, 2)
        return self.norm(self.out(x))


class Reader:
    """Fresh sentences with made-up timing."""

    def __init__(self, seed: int) -> None:
        self.words, self.draw, self.rng = Words(), random.Random(seed), np.random.default_rng(seed)

    def text(self) -> str:
        while True:
            kind = self.draw.choices(list(MIX), list(MIX.values()))[0]
            text = sentence(kind, self.words, self.draw)
            if FEWEST <= len(text) <= MOST and HANZI.fullmatch(text):
                return text

    def example(self) -> Example:
        """Syllables of 7 to 17 frames, some misheard."""
        rng, text = self.rng, self.text()
        lengths = np.maximum(4, rng.uniform(7, 17) * rng.lognormal(0, 0.18, len(text))).astype(int)
        gaps = np.where(rng.random(len(text)) < 0.05, rng.integers(5, 20, len(text)), 0)
        ends = np.cumsum(lengths + gaps) - gaps + int(rng.integers(0, 25))
        begins = ends - lengths
        frames = GRAIN * -(-(int(ends[-1]) + int(rng.integers(5, 30))) // GRAIN)
        kinds = classes(text)
        for column, share in enumerate(MISHEARD):
            wrong = rng.random(len(text)) < share
            kinds[wrong, column] = rng.integers(1, COUNTS[column], int(wrong.sum()))
        labels = np.zeros((frames, 3), np.int64)
        ids = [tokens.SOT, tokens.ZH, tokens.TRANSCRIBE, tokens.NO_TIMESTAMPS]
        windows = [NO_WINDOW] * 4
        for i, char in enumerate(text):
            labels[begins[i] : ends[i]] = kinds[i]
            part = tokens.char_ids(char)
            ids += part
            windows += [(int(begins[i]), int(ends[i]))] * len(part)
        return Example(None, frames, [*ids, tokens.EOT], 4, [*windows, NO_WINDOW], labels)


def like(pretend: Pretend, labels: Tensor, source: Tensor) -> Tensor:
    """How far the pretended output is from the encoder's own."""
    return F.mse_loss(pretend(labels).float(), source.detach().float())


def noisy(pretended: Tensor, spread: float) -> Tensor:
    """The pretended output, blurred as much as it misses the real one; nothing flows back into it."""
    return pretended.detach() + torch.randn_like(pretended) * (BLUR * spread)
