"""What calls with known events are made of: voices, noises and rooms, each set from its own part of the recordings.

`tuned`: one agent's voice, what thresholds were set by looking at. `once`: other voices in many languages and kitchen
noise; measured unseen, then what it showed was mended, and its voices are among what the VAD's weights are fitted on.
`held_out`: other files, other stretches of noise, other seeds. `again`: the same files by other seeds. `babble`: the
same voices over seven that talk at once. `fresh`: clips, noises and rooms that nothing had seen when it was made;
that its typing was trouble led to the thuds that the weights are fitted on. `unseen`: clips that none of the others
uses, calls with both sides in one channel, voices made by rule in languages that nothing else here speaks, noises and
rooms by makers of their own (`elsewhere.py`). `apart`: the same once more (`apart.py`), hold music too; the last clips
of those two speakers, and voices made by rule in ten further languages. `beyond`: once more (`beyond.py`), by voices
that were in none: the few recordings of speech that were left, and voices made by rule in twenty further languages.
`farther`: once more (`farther.py`), by voices made by rule alone, in fourteen languages and of eight speakers that are
in no set and no fit, low and high; no recording of people was left that nothing has heard. `yonder`: once more
(`yonder.py`), by twelve voices that synthesizers cut or modelled from recordings of people (`readers.py`).
`afield`: once more (`afield.py`), by nine such voices of four further people, in six languages; somebody made it who
had seen what noises the weights are fitted on, and nothing else of the detectors. `inland`: once more (`inland.py`), by
five people's prompts that nothing here had heard (`prompts.py`), and by recordings of people on which no weights are
fitted, though other sets have them under other noises; somebody made it who had seen neither the detectors nor what
they are fitted on, and took the noises that are heard most. `settled`: once more (`settled.py`), by ten people whom no
set had, as they were recorded, and by a woman's Mandarin, at seven paces and sizes (`settlers.py`); noises, rooms and
hold music were recorded too. Who made it had not seen the detectors; how often its music is told was looked at since.
`uptown`: once more (`uptown.py`), by people whom no set had, as they were recorded, and by Mandarin of two more, put
together of their syllables (`townsfolk.py`); noises and hold music were recorded too, rooms are what a measured ear
hears of them. Who made it had seen neither the detectors nor what they are fitted on. `coastal`: once more
(`coastal.py`), by actors and spellers whom no set had, as they were recorded, and by Mandarin of one more man, put
together of his syllables and made into ten people (`islanders.py`); noises and hold music were recorded too, rooms are
of grains of measured ones. Who made it had seen neither the detectors nor what they are fitted on. `upland`: once more
(`upland.py`), by people whom no set had, as they were recorded, and by Mandarin of one more, put together of her
syllables (`highlanders.py`); noises, rooms and hold music were recorded too, all as PyPI and npm have them. Who made it
had seen neither the detectors nor what they are fitted on. `lowland`: once more (`lowland.py`), by people whom no set
had, as they were recorded, and by one man's Mandarin numbers (`lowlanders.py`); most of the noises and all of the hold
music were recorded too. Who made it had seen neither the detectors nor what they are fitted on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, cycle
from pathlib import Path

import numpy as np

from bench import (
    afield,
    apart,
    beyond,
    coastal,
    elsewhere,
    farther,
    inland,
    lowland,
    prompts,
    readers,
    settled,
    surroundings,
    upland,
    uptown,
    yonder,
)
from bench.highlanders import highlanders
from bench.islanders import islanders
from bench.lowlanders import lowlanders
from bench.recordings import DATA, NOISES, legs
from bench.settlers import settlers
from bench.surroundings import Makers
from bench.townsfolk import townsfolk
from tests import tapes
from tests.signal.scenes import RATE, Shelf, synthetic_noise, tail, tune
from tests.tapes import Signal

_FRAME = RATE // 50
_PIECE = 40 * RATE
# where a recording's own noise comes nearer to its speech, nobody knows where the speech begins
_OWN_NOISE_DB = 35


@dataclass(frozen=True)
class Clips:
    """Every second file of some folders from `first` on, in the order of their names; of these `most` after `leave`."""

    folders: tuple[str, ...]
    first: int
    leave: int = 0
    most: int = 60

    def paths(self) -> list[Path]:
        found = sorted(path for folder in self.folders for path in (DATA / folder).rglob("*.flac"))
        return found[self.first :: 2][self.leave :][: self.most]


@dataclass(frozen=True)
class Part:
    """What a set may use. noises: recorded ones from one share of theirs on, where no makers are given. calls:
    recordings of calls and others, each channel by itself. spoken: voices and the words they say a minute
    (espeak-ng), so many numbers in a row; pitches: theirs in turn, 50 is a speaker's own, and softer then. read_by:
    people whom other synthesizers have. prompts: by people whom telephone switches have. people: who else speaks, each
    in one go."""

    voices: tuple[Clips, ...]
    noises: tuple[str, ...]
    share: tuple[float, float]
    seed: int
    makers: Makers | None = None
    calls: tuple[str, ...] = ()
    spoken: tuple[tuple[str, int], ...] = ()
    in_a_row: int = 5
    pitches: tuple[int, ...] = ()
    read_by: tuple[readers.Reader, ...] = ()
    prompts: tuple[str, ...] = ()
    people: Callable[[], Iterator[Signal]] | None = None


PEOPLE = ("speech-other/azure-customspeech", "speech-other/watson-8k", "speech-other/silero", "speech-zh/misc")
KITCHEN = ("tap", "pink", "dishes", "white", "hiss", "hum")
AGENT, NEWS, YUE = ("speech-zh/magicdata-cs",), ("speech-zh/aishell-sample",), ("speech-dialect/yue",)
# AISHELL's and the Cantonese clips that no weight was fitted on, the Magic Data clips that no set had, both sides of a
# telephone call and of one more
FRESH = (Clips(NEWS, 1, most=20), Clips(YUE, 1, most=20), Clips(AGENT, 0, most=20))
FRESH_CALLS = ("telephone/one-side/lca-demo-agent1.wav", "telephone/two-channel/auto-repairs-40.wav")
# further clips of the same speakers, and people who are in no other set
UNSEEN = (Clips(NEWS, 1, leave=20, most=20), Clips(AGENT, 0, leave=20, most=20))
UNSEEN_CALLS = ("telephone/mixed-mono/azure-voicemail-mulaw.wav", "telephone/mixed-mono/pca-auto0.wav")
SPOKEN = (
    ("de+m3", 150), ("fr+f2", 190), ("it+m5", 170), ("ru+f4", 160), ("tr+m1", 200), ("hi+f1", 150), ("id+m7", 180),
    ("pl+f3", 140), ("vi+m2", 170), ("yue+f5", 160),
)  # fmt: skip
# what is left of the same speakers
APART = (Clips(NEWS, 1, leave=40), Clips(AGENT, 0, leave=40))
SPOKEN_APART = (
    ("nl+m2", 160), ("sv+f1", 170), ("cs+m4", 180), ("hu+f3", 150), ("ro+m6", 170), ("fi+f4", 160), ("el+m1", 190),
    ("ko+f2", 150), ("sw+m7", 170), ("es-419+f5", 180),
)  # fmt: skip
# what speech there is in no other set and in no fit: two clips by which voice detectors are compared and one beside
# them, a reference vector of levels, a telephone's packets; and voices by other speakers of espeak-ng
BEYOND = (
    "vad/ten-vad/testset-audio-29.flac", "vad/webrtcvad/leak-test.flac",
    "reference/itu-stl/sv56-voice.src", "telephone/pcap/sipp-g711a.pcap",
)  # fmt: skip
SPOKEN_BEYOND = (
    ("hak+Jacky", 145), ("ja+Alicia", 162), ("ms+Gene", 172), ("kk+Denis", 153), ("bn+Andrea", 168), ("ur+max", 177),
    ("ta+Andy", 183), ("fa+linda", 167), ("ka+boris", 155), ("da+edward", 173), ("nb+aunty", 164),
    ("pt-br+Henrique", 176), ("uk+Mike", 158), ("hr+anika", 171), ("lt+john", 149), ("et+shelby", 165),
    ("ca+miguel", 182), ("sq+victor", 152), ("is+paul", 161), ("gu+antonio", 178),
)  # fmt: skip
# no recording of a voice is left that nothing has heard and whose own noise is far enough under it
SPOKEN_FARTHER = (
    ("ug+klatt4", 168), ("tt+klatt2", 171), ("an+Gene2", 166), ("haw+edward2", 147),
    ("mi+AnxiousAndy", 152), ("as+steph3", 174), ("bpy+Mr serious", 163), ("om+klatt5", 156), ("qu+klatt4", 149),
    ("quc+edward2", 161), ("sd+Gene2", 177), ("shn+klatt5", 145), ("smj+Mr serious", 181),
    ("ltg+steph3", 176),
)  # fmt: skip
# from 85 to 195 Hz, as men and women speak
PITCHES = (50, 58, 92, 64, 84, 38, 45, 78, 90, 40, 50, 52, 86, 52)
# as `held_out` has them; and every Magic Data clip that no weight was fitted on
INLAND = (Clips(PEOPLE, 1), Clips(AGENT, 0))
PARTS = {
    "tuned": Part((Clips(AGENT, 1),), ("tap", "pink", "white", "hiss", "hum"), (0.5, 1.0), 500),
    "once": Part((Clips(PEOPLE, 0),), KITCHEN, (0.5, 0.75), 100_000),
    "held_out": Part((Clips(PEOPLE, 1),), KITCHEN, (0.75, 1.0), 200_000),
    "again": Part((Clips(PEOPLE, 1),), KITCHEN, (0.75, 1.0), 500_000),
    "babble": Part((Clips(PEOPLE, 1),), ("babble",), (0.5, 1.0), 300_000),
    "fresh": Part(FRESH, tuple(surroundings.MADE.noises), (0.0, 1.0), 810_000, surroundings.MADE, FRESH_CALLS),
    "unseen": Part(UNSEEN, tuple(elsewhere.MADE.noises), (0.0, 1.0), 940_000, elsewhere.MADE, UNSEEN_CALLS, SPOKEN),
    "apart": Part(APART, tuple(apart.MADE.noises), (0.0, 1.0), 1_270_000, apart.MADE, spoken=SPOKEN_APART),
    "beyond": Part((), tuple(beyond.MADE.noises), (0.0, 1.0), 1_630_000, beyond.MADE, BEYOND, SPOKEN_BEYOND, 2),
    "farther": Part(
        (), tuple(farther.MADE.noises), (0.0, 1.0), 1_980_000, farther.MADE, (), SPOKEN_FARTHER, 2, PITCHES
    ),
    "yonder": Part((), tuple(yonder.MADE.noises), (0.0, 1.0), 2_360_000, yonder.MADE, read_by=readers.READERS),
    "afield": Part((), tuple(afield.MADE.noises), (0.0, 1.0), 2_790_000, afield.MADE, read_by=readers.AFIELD),
    "inland": Part(INLAND, tuple(inland.MADE.noises), (0.0, 1.0), 3_170_000, inland.MADE, prompts=prompts.SPEAKERS),
    "settled": Part((), tuple(settled.MADE.noises), (0.0, 1.0), 3_620_000, settled.MADE, people=settlers),
    "uptown": Part((), tuple(uptown.MADE.noises), (0.0, 1.0), 4_010_000, uptown.MADE, people=townsfolk),
    "coastal": Part((), tuple(coastal.MADE.noises), (0.0, 1.0), 4_480_000, coastal.MADE, people=islanders),
    "upland": Part((), tuple(upland.MADE.noises), (0.0, 1.0), 4_950_000, upland.MADE, people=highlanders),
    "lowland": Part((), tuple(lowland.MADE.noises), (0.0, 1.0), 5_530_000, lowland.MADE, people=lowlanders),
}


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
        if part.makers:
            return part.makers.noises[name](ms * RATE // 1000, random)
        if name not in noises:
            return synthetic_noise(name, ms, random)
        return np.resize(np.roll(noises[name], -int(random.integers(len(noises[name])))), ms * RATE // 1000)

    made = part.makers
    music = made.music if made and made.music else tune
    return Shelf(voice, noise, part.noises, made.room if made else tail, music)


def _recordings(part: Part) -> Iterator[Signal]:
    for clips in part.voices:
        yield from map(tapes.recorded, clips.paths())
    for path in part.calls:
        yield from (leg[at : at + _PIECE] for leg in legs(DATA / path) for at in range(0, len(leg), _PIECE))
    yield from map(readers.read, part.read_by)
    yield from chain.from_iterable(map(prompts.prompts, part.prompts))
    if part.people:
        yield from part.people()
    for (voice, words_per_minute), pitch in zip(part.spoken, cycle(part.pitches or (None,))):
        # numbers, which every language has words for; and a pause after each few of them
        random = np.random.default_rng(words_per_minute + len(voice))
        said = ". ".join(" ".join(map(str, random.integers(11, 9999, size=part.in_a_row))) for _ in range(8))
        # some speakers are so loud that they would be cut
        how = () if pitch is None else ("-p", str(pitch), "-a", "50")
        yield tapes.espeak(said, voice, RATE, words_per_minute, *how).astype(np.float64)


def _share(signal: Signal, share: tuple[float, float]) -> Signal:
    return tapes.band(signal[int(share[0] * len(signal)) : int(share[1] * len(signal))])
