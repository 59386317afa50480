"""What flows between the rooms: media, frames, segments, answers, and who is on the line.

Time is int milliseconds of call audio, counted from the first media frame of the pair. Samples are int16 PCM.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Channel = Literal["agent", "customer"]
Side = Literal["agent", "customer", "both"]
EndedBy = Literal["agent", "customer", "system", "unknown"]
Direction = Literal["inbound", "outbound"]
Legs = Literal["recorded", "separated", "mixed"]
Severity = Literal["info", "minor", "major", "critical"]

AGENT, CUSTOMER = 0, 1
CHANNELS: tuple[Channel, Channel] = ("agent", "customer")
MONO_LEG: Channel = "customer"
"""Whose leg holds both parties where they were not recorded apart; the other one is not there."""
SEVERITIES: tuple[Severity, ...] = ("info", "minor", "major", "critical")
FRAME_MS = 20
RATES_HZ = (8000, 16000)

Pcm = NDArray[np.int16]


class Absent(IntEnum):
    """Why a leg's frame holds no media. A frame that is not PRESENT is all zeros."""

    PRESENT = 0
    DTX = 1
    LOST = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class MediaChunk:
    """Some media of one leg as a source decoded it.

    samples: int16, any length. at_sample: position of the first sample on the leg's own clock, None for "right after
    the previous chunk". gap: why samples before this chunk are missing, where the source knows.
    """

    channel: Channel
    samples: Pcm
    at_sample: int | None = None
    gap: Absent = Absent.UNKNOWN


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of both legs. index: frames since the call's first; it covers [index * 20, index * 20 + 20) ms.

    pcm: int16[2, rate_hz // 50], row 0 agent, row 1 customer. absent: an `Absent` for each leg.
    """

    index: int
    pcm: Pcm
    absent: tuple[Absent, Absent] = (Absent.PRESENT, Absent.PRESENT)

    @property
    def end_ms(self) -> int:
        return (self.index + 1) * FRAME_MS


@dataclass(frozen=True, slots=True)
class CallInfo:
    """Who is on the line; what a platform, a sidecar file or the configuration knows about the call.

    called_number is masked by the source. answered_ms None: not known, taken as 0 and marked as inferred.
    customer_title: 先生, 女士 or 小姐 where known. model None: nothing of it is transcribed. seat: where the agent
    sits, with its headset. customer: who calls, an id or number; `lines.py` puts a pseudonym in its place. group: of
    lines whose thresholds hold, found by `lines.py`. legs: recorded apart; separated out of one channel, `separation`
    being the certainty of it (0 to 1); or mixed on one leg. faults: known ones of its seat or line
    (`monitor/fault.py`), such as "seat:low_volume:agent".
    """

    call_id: str
    source: str
    sample_rate_hz: int = 8000
    direction: Direction = "inbound"
    agent_id: str | None = None
    team: str | None = None
    line: str | None = None
    trunk: str | None = None
    seat: str | None = None
    customer: str | None = None
    group: str | None = None
    called_number: str | None = None
    customer_surname: str | None = None
    customer_title: str | None = None
    language: str = "zh"
    tz: str = "Asia/Shanghai"
    model: str | None = None
    rules_version: str | None = None
    answered_ms: int | None = None
    started_at_utc: str | None = None
    legs: Legs = "recorded"
    separation: float | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one channel sent to the recogniser. Each gets exactly one `Answer`.

    start_ms, end_ms: the speech inside (end exclusive); together the segments of a channel cover its speech runs
    exactly. samples: int16 at rate_hz, begins at audio_start_ms (pre-roll) and holds the hangover too.
    voiced_ms: frames judged speech. level_dbov, noise_dbov: of those frames, of the floor under them.
    final: False for a hypothesis over a segment that is still open.
    """

    segment_id: str
    call_id: str
    channel: Channel
    start_ms: int
    end_ms: int
    audio_start_ms: int
    rate_hz: int
    samples: Pcm = field(repr=False)
    voiced_ms: int
    level_dbov: float
    noise_dbov: float
    final: bool = True


class WordTime(NamedTuple):
    """text: one character, or the letters of one token; ms of call audio, end exclusive."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the recogniser says of one segment: text, or `lost` with a reason; `suppressed` holds reason codes.

    text: as decoded (not yet normalised); for suppressed text it is kept for audit and never reaches a rule.
    mean_logprob: natural log, None when lost. language, language_prob: the likeliest, None where it does not guess.
    pitch_hz, pitch_range_st: of the voice, see signal/voice.py. context_ms: encoder context used. decodes: causes of
    every decode made, such as ("final",) or ("final", "retry_full"). cut: invented credits that the guard took off the
    end of the text. unfinished: the decode reached its bound of tokens and said no end.
    words: when each piece of the normalised text was said, where a rule may quote it and the engine can tell.
    """

    segment_id: str
    text: str = ""
    mean_logprob: float | None = None
    no_speech_prob: float | None = None
    context_ms: int | None = None
    lost: str | None = None
    suppressed: tuple[str, ...] = ()
    decodes: tuple[str, ...] = ()
    language: str | None = None
    language_prob: float | None = None
    pitch_hz: float | None = None
    pitch_range_st: float | None = None
    cut: str = ""
    words: tuple[WordTime, ...] = ()
    unfinished: bool = False
