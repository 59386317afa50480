"""The network: Whisper's shape, small, with a compact output table and an auxiliary head on the encoder.

Training keeps a table of the ids in use plus one shared row for all others (weighted + log(count) in the softmax);
export spreads it over the 51,865. The decoder's first layers are taught where to look (guided attention
from espeak's times).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (its customary name)

from models.recipes.demo_zh import tokens
from models.recipes.demo_zh.clips import COUNTS

POSITIONS, TEXT_POSITIONS = 1500, 448
OFFSETS = ((-3, -1, 1, 3), (-8, -3, 3, 8), (-12, -4, 4, 12))  # frames of 20 ms; the last layer looks where it likes


@dataclass(frozen=True)
class Shape:
    width: int = 160
    encoder_heads: int = 4  # few wide heads: the quickest on a CPU
    heads: int = 5
    encoder_layers: int = 4
    decoder_layers: int = 3
    current_heads: int = 3  # of decoder layer 0: look at the token just read
    next_heads: int = 4  # of decoder layer 1: look at the token to come; these give the word times


def sinusoids(length: int, width: int) -> Tensor:
    """Whisper's fixed encoder positions."""
    step = math.log(10000) / (width // 2 - 1)
    angle = torch.arange(length)[:, None] * torch.exp(-step * torch.arange(width // 2))[None]
    return torch.cat([angle.sin(), angle.cos()], 1)


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.v, self.out = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.k = nn.Linear(width, width, bias=False)

    def split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(
        self, x: Tensor, source: Tensor, causal: bool = False, show: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        q, k, v = self.split(self.q(x)), self.split(self.k(source)), self.split(self.v(source))
        if causal:
            return self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)), None
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(2, 3)  # written out: quicker here than SDPA's backward pass
        weights = (scores.float() if show else scores).softmax(-1)
        return self.out((weights.to(v.dtype) @ v).transpose(1, 2).flatten(2)), weights if show else None


class Block(nn.Module):
    def __init__(self, width: int, heads: int, cross: bool) -> None:
        super().__init__()
        self.attention, self.attention_norm = Attention(width, heads), nn.LayerNorm(width)
        self.cross, self.cross_norm = (Attention(width, heads), nn.LayerNorm(width)) if cross else (None, None)
        self.up, self.down, self.norm = nn.Linear(width, 4 * width), nn.Linear(4 * width, width), nn.LayerNorm(width)

    def forward(self, x: Tensor, source: Tensor | None = None, show: bool = False) -> tuple[Tensor, Tensor | None]:
        y = self.attention_norm(x)
        x, weights = x + self.attention(y, y, causal=source is not None)[0], None
        if self.cross is not None and self.cross_norm is not None and source is not None:
            seen, weights = self.cross(self.cross_norm(x), source, show=show)
            x = x + seen
        return x + self.down(F.gelu(self.up(self.norm(x)))), weights


def look_nearby(attention: Attention, offsets: tuple[int, ...], gain: float = 1.2) -> None:
    """Let head h begin by attending `offsets[h]` frames away: finding one's neighbours takes long otherwise.

    q and k read the same quick sinusoids of the positions (sin t, cos t), k turned by the offset: their product is the
    sum of cos(w (t - s + offset)), largest at the wanted distance.
    """
    width, half = attention.q.in_features, attention.q.in_features // 2
    pairs = width // attention.heads // 2
    speed = torch.exp(-math.log(10000) / (half - 1) * torch.arange(pairs))
    with torch.no_grad():
        for head, offset in enumerate(offsets):
            for i in range(pairs):
                row, turn = head * 2 * pairs + 2 * i, float(speed[i]) * offset
                for linear, angle in ((attention.q, 0.0), (attention.k, -turn)):
                    linear.weight[row : row + 2] *= 0.3
                    linear.weight[row, i] += gain * math.cos(angle)
                    linear.weight[row, half + i] += gain * math.sin(angle)
                    linear.weight[row + 1, i] -= gain * math.sin(angle)
                    linear.weight[row + 1, half + i] += gain * math.cos(angle)


class Encoder(nn.Module):
    positions: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(80, shape.width, 3, padding=1)
        self.conv2 = nn.Conv1d(shape.width, shape.width, 3, stride=2, padding=1)
        self.register_buffer("positions", sinusoids(POSITIONS, shape.width))
        blocks = [Block(shape.width, shape.encoder_heads, False) for _ in range(shape.encoder_layers)]
        self.blocks = nn.ModuleList(blocks)
        self.norm = nn.LayerNorm(shape.width)
        for conv in (self.conv1, self.conv2):  # as loud as the positions from the start
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
        for block, offsets in zip(blocks, OFFSETS, strict=False):
            look_nearby(block.attention, offsets)

    def forward(self, mel: Tensor) -> Tensor:
        x = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).transpose(1, 2).float()
        x = x + self.positions[: x.shape[1]]
        for block in self.blocks:
            x, _ = block(x)
        return self.norm(x)


class Decoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.others = tokens.VOCABULARY - len(tokens.used_ids())
        self.table = nn.Embedding(len(tokens.used_ids()) + 1, shape.width)  # the last row is all the others
        self.positions = nn.Parameter(torch.randn(TEXT_POSITIONS, shape.width) * 0.01)
        self.blocks = nn.ModuleList(Block(shape.width, shape.heads, True) for _ in range(shape.decoder_layers))
        self.norm = nn.LayerNorm(shape.width)
        nn.init.normal_(self.table.weight, std=0.02)

    def forward(self, ids: Tensor, source: Tensor) -> tuple[Tensor, list[Tensor]]:
        """(logits over the compact table, attention of layers 0 and 1)."""
        x = self.table(ids) + self.positions[: ids.shape[1]]
        shown = []
        for i, block in enumerate(self.blocks):
            x, weights = block(x, source, show=i < 2)
            if weights is not None:
                shown.append(weights)
        logits = F.linear(self.norm(x), self.table.weight).float()
        return torch.cat([logits[..., :-1], logits[..., -1:] + math.log(self.others)], -1), shown


class Net(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape, self.encoder, self.decoder = shape, Encoder(shape), Decoder(shape)
        self.sounds = nn.Linear(shape.width, sum(COUNTS))  # training only: what is spoken in this frame

    def forward(self, mel: Tensor, ids: Tensor) -> tuple[Tensor, list[Tensor], Tensor]:
        """(logits, attention shown, the encoder's output)."""
        source = self.encoder(mel)
        return *self.decoder(ids, source), source
