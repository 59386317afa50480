"""How often the detectors are right: recall and precision of every condition on calls whose events are known.

`python -m bench signal --detection`. Synthetic voices and noises, and sets of recordings (LINEWATCH_DATA). `tuned`:
one agent's voice, what thresholds were set by looking at. `once`: other voices in many languages and kitchen noise;
measured unseen, then what it showed was mended, and its voices are among what the VAD's weights are fitted on.
`held_out`: other files, other stretches of noise, other seeds; nothing was changed for what it showed. `again`: the
same files by other seeds, for what was changed after. `babble`: the same voices over seven that talk at once. `fresh`:
clips, noises and rooms that no set, threshold or weight had seen; counted once. Half of the calls went through A-law,
half through mu-law.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench import surroundings
from bench.rows import Row, row
from monitor.core import pcm
from tests import tapes
from tests.signal.scenes import RATE, SYNTHETIC, Scene, Score, Shelf, all_scenes, heard_together, synthetic_noise, tail
from tests.tapes import Signal, Tape

DATA = Path(os.environ.get("LINEWATCH_DATA", Path(__file__).parents[2] / "shared" / "data"))
NOISES = {
    "tap": "speech-commands-background/running_tap.flac",
    "pink": "speech-commands-background/pink_noise.flac",
    "dishes": "speech-commands-background/doing_the_dishes.flac",
    "babble": "derived/babble-7-voices.flac",
}
_FRAME = RATE // 50
# where a recording's own noise comes nearer to its speech, nobody knows where the speech begins
_OWN_NOISE_DB = 35
# a scene lasts under a minute, and a bank is quicker the more lines it has
_TOGETHER = 80


@dataclass(frozen=True)
class Part:
    """Which of the recordings a set may use: every second file from `first`, noises from one share of theirs on."""

    voices: tuple[str, ...]
    first: int
    noises: tuple[str, ...]
    share: tuple[float, float]
    seed: int
    made: bool = False


PEOPLE = ("speech-other/azure-customspeech", "speech-other/watson-8k", "speech-other/silero", "speech-zh/misc")
KITCHEN = ("tap", "pink", "dishes", "white", "hiss", "hum")
# AISHELL's and the Cantonese clips that no weight was fitted on, the Magic Data clips that no set had, both sides of a
# telephone call and of one more: which of a folder's files, every second one from the first number on
FRESH = ("speech-zh/aishell-sample#1", "speech-dialect/yue#1", "speech-zh/magicdata-cs#0")
PARTS = {
    "tuned": Part(("speech-zh/magicdata-cs",), 1, ("tap", "pink", "white", "hiss", "hum"), (0.5, 1.0), 500),
    "once": Part(PEOPLE, 0, KITCHEN, (0.5, 0.75), 100_000),
    "held_out": Part(PEOPLE, 1, KITCHEN, (0.75, 1.0), 200_000),
    "again": Part(PEOPLE, 1, KITCHEN, (0.75, 1.0), 500_000),
    "babble": Part(PEOPLE, 1, ("babble",), (0.5, 1.0), 300_000),
    "fresh": Part(FRESH, 0, ("fan", "rain", "keys", "street", "printer"), (0.0, 1.0), 810_000, made=True),
}
SETS = ("synthetic", *PARTS)


def stretches(signal: Signal, longest_s: int = 8) -> Iterator[Signal]:
    """What is said without a pause of 0.3 s, from its first clear sound to its last, where that is 1.5 s or more."""
    frames = signal[: len(signal) // _FRAME * _FRAME].reshape(-1, _FRAME)
    loud = 10 * np.log10((frames**2).mean(axis=1) + 1e-3)
    if np.percentile(loud, 95) - np.percentile(loud, 5) < _OWN_NOISE_DB:
        return
    clear = np.nonzero(loud > np.percentile(loud, 95) - 20)[0]
    for part in np.split(clear, np.nonzero(np.diff(clear) >= 14)[0] + 1):
        end = min(part[-1] + 1, part[0] + 50 * longest_s) if len(part) else 0
        if len(part) and end - part[0] >= 75:
            yield tapes.band(signal[part[0] * _FRAME : end * _FRAME])


def shelf(part: Part) -> Shelf:
    # of one person's many sentences, some; so that nobody drowns the others
    people = [found for sound in _recordings(part) if (found := list(stretches(sound))[:12])]
    recorded = [name for name in part.noises if name in NOISES]
    noises = {name: _share(tapes.recorded(DATA / "noise" / NOISES[name]), part.share) for name in recorded}

    def voice(random: np.random.Generator) -> Signal:
        person = people[int(random.integers(len(people)))]
        return person[int(random.integers(len(person)))]

    def noise(name: str, ms: int, random: np.random.Generator) -> Signal:
        if part.made:
            return surroundings.NOISES[name](ms * RATE // 1000, random)
        if name not in noises:
            return synthetic_noise(name, ms, random)
        return np.resize(np.roll(noises[name], -int(random.integers(len(noises[name])))), ms * RATE // 1000)

    return Shelf(voice, noise, part.noises, surroundings.shoebox if part.made else tail)


def _recordings(part: Part) -> Iterator[Signal]:
    if not part.made:
        files = sorted(path for folder in part.voices for path in (DATA / folder).rglob("*.flac"))[part.first :: 2]
        yield from map(tapes.recorded, files[:60])
        return
    for told in part.voices:
        folder, first = told.split("#")
        yield from map(tapes.recorded, sorted((DATA / folder).rglob("*.flac"))[int(first) :: 2][:20])
    for path in ("telephone/one-side/lca-demo-agent1.wav", "telephone/two-channel/auto-repairs-40.wav"):
        yield from (leg[at : at + 40 * RATE] for leg in tapes.legs(DATA / path) for at in range(0, len(leg), 40 * RATE))


def _share(signal: Signal, share: tuple[float, float]) -> Signal:
    return tapes.band(signal[int(share[0] * len(signal)) : int(share[1] * len(signal))])


def by_wire(tape: Tape, law: str) -> Tape:
    """The same as G.711 carries it."""
    codec = {"alaw": (pcm.encode_alaw, pcm.decode_alaw), "ulaw": (pcm.encode_ulaw, pcm.decode_ulaw)}[law]
    legs = [codec[1](np.frombuffer(codec[0](leg), np.uint8)) for leg in tape.samples]
    return replace(tape, samples=np.stack(legs))


def score(scenes: Iterable[tuple[str, Scene]]) -> Score:
    total, batch = Score(), []
    for scene in scenes:
        batch.append(scene)
        if len(batch) == _TOGETHER:
            _judge(total, batch)
            batch = []
    if batch:
        _judge(total, batch)
    return total


def _judge(total: Score, batch: list[tuple[str, Scene]]) -> None:
    lines = [by_wire(scene.tape(), ("alaw", "ulaw")[k % 2]) for k, (_, scene) in enumerate(batch)]
    for (label, scene), events in zip(batch, heard_together(lines), strict=True):
        total.add(label, scene, events)


def rows(name: str, found: Score) -> list[Row]:
    out = []
    for condition in sorted({*found.right, *found.missed, *found.false}):
        right, missed, false = found.right[condition], found.missed[condition], found.false[condition]
        if right + missed:
            out.append(row("signal", f"recall_{condition}_{name}", 100 * right / (right + missed), "%", right + missed))
        precision = 100 * right / (right + false) if right + missed else 0.0
        out.append(row("signal", f"precision_{condition}_{name}", precision, "%", right + false))
    return out


def detection(sets: Sequence[str] = SETS, rounds: int = 20) -> list[Row]:
    """Rows for each set; says on stderr which of them were left out for want of the recordings."""
    out: list[Row] = []
    for name in sets:
        if name == "synthetic":
            out += rows(name, score(all_scenes(SYNTHETIC, 7000, rounds)))
        elif DATA.exists():
            out += rows(name, score(all_scenes(shelf(PARTS[name]), PARTS[name].seed, rounds)))
        else:
            print(f"bench signal: no recordings at LINEWATCH_DATA, {name} left out", file=sys.stderr)
    return out
