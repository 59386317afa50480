"""Recordings with one channel for both parties: heard through once before they are judged, to tell who speaks when.

Nothing of the voices is kept but who spoke when. What the first turns say is asked of the recogniser, since a greeting
tells the agent better than who speaks first.
"""

from __future__ import annotations

import queue
from dataclasses import dataclass, replace

import numpy as np

from monitor.asr.recogniser import Recogniser
from monitor.core.speakers import Speakers
from monitor.core.types import FRAME_MS, Answer, CallInfo, Pcm, Segment
from monitor.signal.speakers import Separation, Turn, separate
from monitor.signal.split import Splitter, attributed
from monitor.signal.voices import VoiceMeter, Voices
from monitor.sources.recording import Recording, Split
from monitor.speech.role import agent_of

TELLS_TWO = 0.7
"""Under this certainty nothing is taken apart: there is one voice, or there is too little of it."""
OPENING_MS = 60_000
TURNS_ASKED = 2
_PAD_MS, _LONGEST_MS, _SHORTEST_MS = 200, 8000, 400


@dataclass(frozen=True, slots=True)
class Apart:
    """speakers: who speaks when. split: makes two legs of the recording's samples, from the first on."""

    speakers: Speakers
    split: Split

    def info(self, info: CallInfo) -> CallInfo:
        return replace(info, legs="separated", separation=self.speakers.certainty)


def take_apart(recording: Recording, recogniser: Recogniser | None = None) -> Apart | None:
    """None where two voices cannot be told apart. recogniser None: who speaks first decides who the agent is.

    Reads the whole recording; raises SourceError where it cannot be read.
    """
    meter, opening, kept = VoiceMeter(recording.rate_hz), [], 0
    for legs in recording.blocks():
        samples = legs[0] if legs[0].size else legs[1]
        meter.push(samples)
        if kept < OPENING_MS * recording.rate_hz // 1000:
            opening.append(samples)
            kept += samples.size
    voices = meter.finish()
    found = separate(voices)
    if found.certainty < TELLS_TWO:
        return None
    heard = np.concatenate(opening)
    said = _first_words(recording, found, voices, heard, recogniser) if recogniser else ("", "")
    agent, role = agent_of(said, recording.sidecar.direction)
    speakers = attributed(found, agent, role)
    return Apart(speakers, Splitter(recording.rate_hz, speakers, found.floor_dbov).push)


def _first_words(
    recording: Recording, found: Separation, voices: Voices, opening: Pcm, recogniser: Recogniser
) -> tuple[str, str]:
    """What each speaker says at first, as the recogniser hears it."""
    answers: queue.SimpleQueue[tuple[Segment, Answer]] = queue.SimpleQueue()
    asked: dict[str, int] = {}
    for speaker in (0, 1):
        length_ms = opening.size * 1000 // recording.rate_hz
        turns = [turn for turn in found.turns if turn.speaker == speaker and turn.end_ms <= length_ms]
        for turn in [turn for turn in turns if turn.end_ms - turn.start_ms >= _SHORTEST_MS][:TURNS_ASKED]:
            segment = _segment(recording, turn, voices, found.floor_dbov, opening)
            asked[segment.segment_id] = speaker
            recogniser.submit(segment, lambda segment, answer: answers.put((segment, answer)), None)
    texts: dict[str, str] = {}
    while len(texts) < len(asked):
        segment, answer = answers.get()
        texts[segment.segment_id] = "" if answer.lost or answer.suppressed else answer.text
    first, second = ("".join(texts[name] for name, one in asked.items() if one == speaker) for speaker in (0, 1))
    return first, second


def _segment(recording: Recording, turn: Turn, voices: Voices, floor_dbov: float, opening: Pcm) -> Segment:
    per_ms = recording.rate_hz // 1000
    end_ms = min(turn.end_ms, turn.start_ms + _LONGEST_MS)
    begin_ms = max(0, turn.start_ms - _PAD_MS)
    level = voices.level_dbov[turn.start_ms // FRAME_MS : end_ms // FRAME_MS]
    return Segment(
        segment_id=f"{recording.call_id}/opening/{turn.start_ms}",
        call_id=recording.call_id,
        channel="agent",
        start_ms=turn.start_ms,
        end_ms=end_ms,
        audio_start_ms=begin_ms,
        rate_hz=recording.rate_hz,
        samples=opening[begin_ms * per_ms : (end_ms + _PAD_MS) * per_ms],
        voiced_ms=end_ms - turn.start_ms,
        level_dbov=float(np.percentile(level, 75)),
        noise_dbov=floor_dbov,
    )
