"""Short lines on which much happens, each leg written down as a row of stretches; what state there is must matter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from monitor.core.events import CallAnswered, CallData
from monitor.core.types import Absent
from monitor.signal.settings import SignalSettings
from tests import tapes
from tests.tapes import Tape, tape

SETTINGS = SignalSettings.model_validate(
    {
        "groups": {
            "touchy": {
                "lines": ["*"],
                "vad": {"gate_dbov": -66.0, "voiced_ms": 20},
                "silence": {"after_ms": 500},
                "low_volume": {"min_speech_ms": 200, "moves_db": 1.0},
                "noise": {"hold_ms": 300, "min_noise_ms": 100},
                "talk_over": {"overlap_ms": 200, "lead_ms": 100},
                "one_way": {"dead_ms": 1000, "other_speech_ms": 300},
                "clipping": {"quiet_ms": 500},
                "tone": {"key_gap_ms": 200},
                "music": {"after_ms": 500, "starts": 0.3},
                "reverberant": {"decays": 3, "starts": 0.2, "ends": 0.1},
            }
        }
    }
)
"""Lines of the group touchy are told within seconds what others are told within a minute."""
GROUPS = (None, "touchy")


@dataclass(frozen=True)
class Story:
    """Two legs, each a row of stretches: a letter of `tests/tapes.py` and for how many frames. beneath: what lies under
    both. across: a room, as they are heard. told: what the platform says before a frame."""

    agent: str
    customer: str
    group: str | None = None
    beneath: str = ""
    across: bool = False
    told: tuple[tuple[int, CallData | CallAnswered], ...] = ()


@cache
def recorded(story: Story, rate_hz: int) -> Tape:
    legs = [letters(text) for text in (story.agent, story.customer)]
    drawn = tape(legs[0], legs[1], step_ms=20, rate_hz=rate_hz)
    whole = drawn.samples.astype(np.float64)
    if story.across:
        whole = np.stack([tapes.room(leg, rate_hz, 500, 0.3) for leg in whole])
    if story.beneath:
        longest = max(map(len, legs))
        under = letters(story.beneath).ljust(longest, "_")[:longest]
        whole += tape(under, under, step_ms=20, rate_hz=rate_hz, seed=5).samples
    media = np.repeat(drawn.absent == Absent.PRESENT, rate_hz // 50, axis=1)
    return Tape(tapes.pcm(whole * media), drawn.absent, rate_hz)


def letters(text: str) -> str:
    return "".join(each[0] * int(each[1:]) for each in text.split())


HOLD = ((40, CallData(kind="hold", on=True)), (71, CallData(kind="hold", on=False)))
MUTE = ((30, CallData(kind="mute", on=True)), (50, CallData(kind="mute", on=False)), (120, CallAnswered(inferred=True)))
STORIES = {
    # loud, then more than 15 dB quieter, so that what is spoken is not what is active
    "quiet": Story("S50 q30 .25 q15 .9 q6 S4 .30 s25", "q30 .20 _30 q40 .7 s20", "touchy"),
    "gaps": Story("S30 x3 S9 u2 q12 d30 .9 x6 S15 _12 d9 .20", ".20 S25 d40 n15 u12 S20 .30 x20", "touchy"),
    "talk-over": Story(".9 S140 .20", ".49 F60 .12 q16 F7 .40"),
    "tones": Story("R50 .30 D9 .9 D7 .30 S15 .9", "B95 .20 S20 H60"),
    "clipped": Story("C55 .40 c35 .25 s9", ".30 c50 S10 .20 C20 .12", "touchy", told=HOLD),
    "clipped in noise": Story("c40 C30 .20 c30", "_20 C30 c60", beneath="P90 n60"),
    "music": Story("M200 .30 S12 .12", ".40 M9 S9 M90 _40", "touchy"),
    "dead": Story("_15 S9 _110 .4 _9 .20", "S60 .7 F40 .9 q20 .20", "touchy", told=MUTE),
    "noises": Story("N50 .20 S20 n40 K30", "K60 S20 .9 P20 H40 S9 .20", "touchy"),
    "rooms": Story("S18 .22 S12 .20 S9 .15 S20 .22 S9 .20", ".24 S12 .30 s25 .25 S9 .20", "touchy", across=True),
    # longer than any window of the bank
    "long": Story(".20 S170 .10 s40 .9 D2 .4 D2 .9 D2 .20", ".210 n30 S15 .60"),
    "gone": Story("x140", "u60 S20 x60"),
    "busy": Story("S160", "C30 F130", "touchy", beneath="N170"),
}
WIDE = ["gaps", "tones", "clipped", "music", "busy"]
"""Those told at 16 kHz, too."""
