"""Previews of what is still being spoken: when to ask for one, and which part of its text will stand.

A preview decodes the open segment so far in the same short context as a final, at a low rate. A prefix on which two
consecutive previews agree is stable, and is not taken back before the final (LocalAgreement-2: Liu, Spanakis and
Niehues, Interspeech 2020): a later preview that begins otherwise is shown behind it. Previews are an overlay: nothing
that is stored, judged or scored sees them.
"""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from monitor.asr.settings import AsrSettings
from monitor.core.events import Event, Hypothesis
from monitor.core.types import Answer, Segment
from monitor.speech.normalise import normalise

Key = tuple[str, str]


@dataclass(slots=True)
class _Spoken:
    """One open segment: speech covered when it was last asked for, the last text and where that ends in the call."""

    asked_ms: int = 0
    end_ms: int = -1
    text: str = ""
    stable: int = 0


class Previews:
    """All open segments of all calls; forget each with `closed`, or a whole call with `gone`."""

    def __init__(self, settings: AsrSettings | None = None) -> None:
        self._every_ms = (settings or AsrSettings()).hypothesis_every_ms
        self._open: dict[Key, _Spoken] = {}

    def due(self, call_id: str, segment_id: str, spoken_ms: int) -> bool:
        """Whether enough new speech has come since this segment was last asked for; True counts as asking."""
        spoken = self._open.setdefault((call_id, segment_id), _Spoken())
        if spoken_ms - spoken.asked_ms < self._every_ms:
            return False
        spoken.asked_ms = spoken_ms
        return True

    def heard(self, draft: Segment, answer: Answer) -> Event | None:
        """The preview to show; None for one that was lost, suppressed, no newer than the last (several workers need not
        end in the order in which they began), or came when its segment was closed."""
        spoken = self._open.get(_key(draft))
        text = normalise(answer.text)
        if spoken is None or answer.lost or answer.suppressed or not text or draft.end_ms <= spoken.end_ms:
            return None
        spoken.end_ms = draft.end_ms
        text = behind(spoken.text[: spoken.stable], text)
        spoken.stable = agreed(spoken.text, text)
        spoken.text = text
        body = Hypothesis(segment_id=draft.segment_id, text=text, stable_chars=spoken.stable)
        return Event(draft.end_ms, draft.channel, body)

    def closed(self, segment: Segment) -> None:
        """The final is on its way: previews of this segment are over."""
        self._open.pop(_key(segment), None)

    def gone(self, call_id: str) -> None:
        """The call has ended."""
        for key in [key for key in self._open if key[0] == call_id]:
            del self._open[key]

    def __len__(self) -> int:
        return len(self._open)


def agreed(before: str, now: str) -> int:
    """Characters that two consecutive texts share from the start."""
    count = 0
    for a, b in zip(before, now, strict=False):
        if a != b:
            break
        count += 1
    return count


def behind(stable: str, text: str) -> str:
    """The text with the stable part for its beginning: in place of what comes nearest to that."""
    if text.startswith(stable):
        return text
    ends = range(len(text) + 1)
    end = min(ends, key=lambda end: (Levenshtein.distance(stable, text[:end]), abs(end - len(stable))))
    return stable + text[end:]


def _key(segment: Segment) -> Key:
    return segment.call_id, segment.segment_id
