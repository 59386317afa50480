"""How often the detectors are right: recall and precision of every condition on calls whose events are known.

`python -m bench signal --detection`. Synthetic voices and noises, and sets of recordings (`shelves.py`). Half of the
calls went through A-law, half through mu-law. Beside the conditions: how far the edges of silences are off, and how far
the meters of active level and SNR, by what noise lies under the voices.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from bench.rows import Row, row
from bench.shelves import DATA, PARTS, shelf
from monitor.core import pcm
from monitor.errors import ConfigError
from tests.signal.compositions import all_scenes, room_scenes
from tests.signal.scenes import SYNTHETIC, Scene, Shelf, listened
from tests.signal.score import EDGE_MS, NEVER_MS, Score
from tests.tapes import Tape

SETS = ("synthetic", *PARTS)
LEVEL_DB, SNR_DB = 1.0, 3.0
# a scene lasts under a minute, and a bank is quicker the more lines it has
_TOGETHER = 80


def by_wire(tape: Tape, law: str) -> Tape:
    """The same as G.711 carries it."""
    codec = {"alaw": (pcm.encode_alaw, pcm.decode_alaw), "ulaw": (pcm.encode_ulaw, pcm.decode_ulaw)}[law]
    legs = [codec[1](np.frombuffer(codec[0](leg), np.uint8)) for leg in tape.samples]
    return replace(tape, samples=np.stack(legs))


def score(scenes: Iterable[tuple[str, Scene]]) -> Score:
    total, left = Score(), iter(scenes)
    while batch := list(islice(left, _TOGETHER)):
        lines = [by_wire(scene.tape(), ("alaw", "ulaw")[k % 2]) for k, (_, scene) in enumerate(batch)]
        for (label, scene), heard in zip(batch, listened(lines), strict=True):
            total.add(label, scene, heard)
    return total


def rows(name: str, found: Score) -> list[Row]:
    out = []
    for condition in sorted({*found.right, *found.missed, *found.false}):
        right, missed, false = found.right[condition], found.missed[condition], found.false[condition]
        if right + missed:
            out.append(row("signal", f"recall_{condition}_{name}", 100 * right / (right + missed), "%", right + missed))
        if stated := right + false:
            out.append(row("signal", f"precision_{condition}_{name}", 100 * right / stated, "%", stated))
    return out


def how_far_off(name: str, found: Score) -> Iterator[Row]:
    """Edges of silences, active levels and SNR, each by its surrounding: share within the bar, median and 95th
    percentile of how far they are off. An edge that nobody states is off the bar, and in no percentile."""
    for beside, edges in sorted(found.edges.items()):
        yield from _spread(f"silence_edges_{_key(beside)}_{name}", np.array(edges), EDGE_MS, "ms")
    for beside in sorted({meter.beside for meter in found.meters}):
        meters = [meter for meter in found.meters if meter.beside == beside]
        for what, bar, of in (("level", LEVEL_DB, 1), ("snr", SNR_DB, 2)):
            off_db = np.abs([meter[of] for meter in meters])
            yield from _spread(f"{what}_{_key(beside)}_{name}", off_db, bar, "dB")


def _spread(what: str, off: np.ndarray, bar: float, unit: str) -> Iterator[Row]:
    known = off[off < NEVER_MS]
    yield row("signal", f"{what}_within_{bar:g}_{unit}", 100 * float(np.mean(off <= bar)), "%", len(off))
    for percent, called in ((50, "median"), (95, "p95")):
        value = float(np.percentile(known, percent)) if len(known) else None
        yield row("signal", f"{what}_{called}", value, unit, len(known))


def _key(beside: str) -> str:
    return beside.replace(" ", "_")


def detection(sets: Sequence[str] = SETS, rounds: int = 20, rooms: int = 0) -> list[Row]:
    """Rows for each set; says on stderr which of them were left out for want of recordings or voices. rooms: so many
    further pairs of a voice across a room and one near the mouth, counted by themselves."""
    out: list[Row] = []
    for name in sets:
        if name != "synthetic" and not DATA.exists():
            print(f"bench signal: no recordings at LINEWATCH_DATA, {name} left out", file=sys.stderr)
            continue
        try:
            own, seed = (SYNTHETIC, 7000) if name == "synthetic" else (shelf(PARTS[name]), PARTS[name].seed)
        except ConfigError as error:
            print(f"bench signal: {name} left out. {error}", file=sys.stderr)
            continue
        if rounds:
            found = score(all_scenes(own, seed, rounds))
            out += [*rows(name, found), *how_far_off(name, found)]
        if rooms and own.room:
            out += _rooms(name, own, seed, rooms)
    return out


def _rooms(name: str, own: Shelf, seed: int, rooms: int) -> list[Row]:
    found = score(room_scenes(own, seed, rooms))
    return [each for each in rows(f"rooms_{name}", found) if "reverberant" in each["what"]]
