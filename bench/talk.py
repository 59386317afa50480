"""Telephone calls of any length for the benchmarks, put together from the turns of the demo calls.

Agent and customer take turns so that each speaks about 40 % of the time, as on real service calls. The same seed gives
the same call. `segments` are what our own signal bank and segmenter make of it, so every engine hears the same cuts.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache

import av
import numpy as np

from monitor.core.types import AGENT, CHANNELS, CUSTOMER, Pcm, Segment
from monitor.resources import locate
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings
from monitor.speech.segmenter import Segmenter

RATE_HZ = 8000
EDGE_MS = 200
HISS_RMS = 12


@dataclass(frozen=True)
class Turn:
    side: int
    text: str
    pcm: Pcm


@dataclass(frozen=True)
class Talk:
    """pcm: int16[2, samples]; truth: what each side says, in order; turns: of both; speech_s: of both sides."""

    pcm: Pcm
    truth: tuple[str, str]
    turns: int
    segments: tuple[Segment, ...] = ()

    @property
    def length_s(self) -> float:
        return self.pcm.shape[1] / RATE_HZ

    @property
    def speech_s(self) -> float:
        return sum(s.end_ms - s.start_ms for s in self.segments) / 1000


@lru_cache(maxsize=1)
def turns() -> list[Turn]:
    """Every turn of the demo calls with EDGE_MS of line noise on either side."""
    plan = tomllib.loads((locate("demo") / "playbook.toml").read_text("utf-8"))
    out = []
    for name in plan:
        with av.open(str(locate("demo") / "calls" / f"{name}.wav")) as file:
            sound = np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in file.decode(audio=0)]).T
        for turn in plan[name]["turns"]:
            side = AGENT if turn["by"] == "agent" else CUSTOMER
            lo, hi = max(0, turn["start_ms"] - EDGE_MS) * 8, (turn["end_ms"] + EDGE_MS) * 8
            out.append(Turn(side, turn["say"], sound[side, lo:hi].astype(np.int16)))
    return out


def talk(seconds: int, seed: int = 1, segmented: bool = True) -> Talk:
    """A call of at least that length: shuffled turns, sides alternating, short pauses; segmented: with our cuts."""
    rng = random.Random(seed)
    stock = turns()
    pieces: list[tuple[int, Turn]] = []
    at, side = RATE_HZ, AGENT
    while at < seconds * RATE_HZ:
        turn = rng.choice([t for t in stock if t.side == side])
        pieces.append((at, turn))
        at += turn.pcm.size + int(rng.uniform(0.2, 0.6) * RATE_HZ)
        side = 1 - side
    size = -(-(at + RATE_HZ) // 160) * 160
    hiss = np.random.default_rng(seed).normal(0, HISS_RMS, (2, size))
    for start, turn in pieces:
        hiss[turn.side, start : start + turn.pcm.size] += turn.pcm
    pcm = hiss.clip(-32768, 32767).astype(np.int16)
    truth = tuple("".join(t.text for _, t in pieces if t.side == s) for s in (AGENT, CUSTOMER))
    return Talk(pcm, (truth[0], truth[1]), len(pieces), tuple(cut(pcm)) if segmented else ())


def cut(pcm: Pcm) -> list[Segment]:
    """The segments of a two-channel call, in the order in which they close."""
    bank, segmenter = Bank(RATE_HZ, SignalSettings()), Segmenter(RATE_HZ)
    line = np.array([bank.open()])
    assert segmenter.open("bench") == line[0]
    present = np.zeros((1, 2), np.uint8)
    out: list[Segment] = []
    for frame in np.ascontiguousarray(pcm.reshape(2, -1, 160).swapaxes(0, 1)):
        step = bank.step(line, frame[None], present)
        out += [segment for _, segment in segmenter.step(line, frame[None], step.readings, step.events)]
    out += segmenter.finish(int(line[0]), bank.finish(int(line[0])))
    return [replace(s, segment_id=f"{s.segment_id}-{n}") for n, s in enumerate(out)]


def said(truth: tuple[str, str], texts: list[tuple[Segment, str]]) -> list[tuple[str, str]]:
    """(what was said, what was heard) of each side, in the order of speech."""
    pairs = []
    for side, channel in enumerate(CHANNELS):
        mine = sorted((s.start_ms, text) for s, text in texts if s.channel == channel)
        pairs.append((truth[side], "".join(text for _, text in mine)))
    return pairs
