"""Two parties in one channel: how much of the speech is given to the right one.

Calls whose legs are known, mixed down to one channel and taken apart again: synthetic talks, and under LINEWATCH_DATA
(default ../shared/data) a real telephone call and talks put together of real voices. Counted is the time in which one
party alone speaks. Against: everything on one leg, as a live line has it. `certainty` is what the separation says of
itself; one voice on both legs should get little.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from bench.recordings import DATA
from bench.rows import Row, row, show
from tests import tapes
from tests.signal.talks import apart, mono, share_right, talk, truth
from tests.tapes import Signal

Legs = tuple[Signal, Signal]
SYNTHETIC = {"synthetic_115_210_hz": (115.0, 210.0), "synthetic_120_160_hz": (120.0, 160.0)}


def real_call() -> Iterator[tuple[str, Legs]]:
    path = DATA / "telephone" / "two-channel" / "auto-repairs-40.wav"
    if path.exists():
        with av.open(str(path)) as container:
            both = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
        stereo = both.reshape(-1, 2).T.astype(np.float64)
        yield "real_call", (stereo[0], stereo[1])


def voices(seed: int, first: list[Signal], second: list[Signal], turns: int = 12) -> Legs:
    """Clips of two speakers in turn, a second to five each, over an idle line."""
    random = np.random.default_rng(seed)
    legs: tuple[list[Signal], list[Signal]] = ([], [])
    left = (list(random.permutation(len(first))), list(random.permutation(len(second))))
    for turn in range(turns):
        side, parts = turn % 2, []
        while sum(map(len, parts)) < random.uniform(1.0, 5.0) * 8000:
            number = left[side].pop(0)
            left[side].append(number)
            parts.append((first, second)[side][number])
        voice = tapes.at_level(np.concatenate(parts), random.uniform(-28, -22))
        pause = np.zeros(int(random.uniform(0.2, 0.9) * 8000))
        for leg in (0, 1):
            legs[leg].extend((voice if leg == side else np.zeros_like(voice), pause))
    agent, customer = (np.concatenate(leg) for leg in legs)
    return agent + tapes.white(len(agent) // 8 + 1, -62, 8000, seed)[: len(agent)], customer


def clips(pattern: str, count: int, cut_s: int = 0) -> list[Signal]:
    found = [tapes.recorded(path, 8000) for path in sorted(DATA.glob(pattern))[:count]]
    if not cut_s:
        return found
    size = cut_s * 8000
    return [clip[at : at + size] for clip in found for at in range(0, len(clip) - size + 1, size)]


def real_voices() -> Iterator[tuple[str, Legs]]:
    agent, reader = clips("speech-zh/magicdata-cs/*/*.flac", 30), clips("speech-zh/aishell-sample/S0150/*.flac", 30)
    if agent and reader:
        yield "mandarin_two_voices", voices(1, agent, reader, 14)
        yield "one_voice_on_both_legs", voices(4, agent[:15], agent[15:], 14)
    folder = "speech-other/azure-customspeech"
    abroad = {name: clips(f"{folder}/{name}-training.flac", 1, 3) for name in ("de", "en", "es", "fr")}
    if all(abroad.values()):
        yield "german_english", voices(0, abroad["de"], abroad["en"])
        yield "spanish_french", voices(1, abroad["es"], abroad["fr"])


def measured(what: str, legs: Legs) -> list[Row]:
    samples, who = mono(legs), truth(legs)
    began = time.process_time()
    found = apart(samples)
    cpu_s = time.process_time() - began
    frames, alone = len(who), who[who >= 0]
    right = share_right(found, who)
    one_leg = float(max((alone == 0).mean(), (alone == 1).mean()))
    return [
        row("mono", f"{what}_right_speaker", 100 * right, "% of time", frames, "one_leg", right / one_leg),
        row("mono", f"{what}_one_leg", 100 * one_leg, "% of time", frames),
        row("mono", f"{what}_certainty", found.certainty, "0.5 to 1", frames),
        row("mono", f"{what}_speed", frames / 50 / max(cpu_s, 1e-9), "s per CPU s", frames),
    ]


def run(with_recordings: bool = True) -> list[Row]:
    rows = [each for name, hz in SYNTHETIC.items() for each in measured(name, talk(hz))]
    if with_recordings:
        talks = [pair for source in (real_call, real_voices) for pair in source()]
        rows += [each for name, legs in talks for each in measured(name, legs)]
    return rows


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench mono", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--no-recordings", action="store_true", help="synthetic talks only")
    args = parser.parse_args(argv)
    show(run(not args.no_recordings), "mono: speech given to the right speaker", args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
