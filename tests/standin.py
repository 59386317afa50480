"""A recogniser that has read the playbook: the seam where the real one stands, with its own tests in tests/asr.

It answers a segment with what the playbook says was spoken there, so that tests of everything around the recogniser
are quick and exact.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from monitor.core.types import Answer, Segment, WordTime
from monitor.resources import locate
from monitor.speech.normalise import normalise


@dataclass(frozen=True)
class Said:
    channel: str
    start_ms: int
    end_ms: int
    text: str


def playbook(name: str) -> list[Said]:
    plan = tomllib.loads((locate("demo") / "playbook.toml").read_text("utf-8"))[name]
    return [Said(turn["by"], turn["start_ms"], turn["end_ms"], turn["say"]) for turn in plan["turns"]]


def answer(segment: Segment, said: list[Said]) -> Answer:
    """The characters of the turns whose share of time lies in the segment, each with its time."""
    words = []
    for turn in said:
        if turn.channel != segment.channel:
            continue
        length, count = turn.end_ms - turn.start_ms, len(turn.text)
        for number, char in enumerate(turn.text):
            if segment.start_ms <= turn.start_ms + length * (2 * number + 1) // (2 * count) < segment.end_ms:
                edges = [turn.start_ms + length * edge // count for edge in (number, number + 1)]
                words.append(WordTime(normalise(char), *edges))
    text = "".join(word.text for word in words)
    return Answer(segment.segment_id, text, mean_logprob=-0.1, no_speech_prob=0.01, context_ms=6000, words=tuple(words))
