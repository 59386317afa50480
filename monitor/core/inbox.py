"""What came of one call and waits to be heard: frames of both legs, and between them what the platform said.

Everything leaves in the order in which it fell, however far the source is ahead of the steps that take it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.core.events import CallAnswered, CallData
from monitor.core.framing import Framing, FramingSettings
from monitor.core.types import AGENT, CUSTOMER, FRAME_MS, EndedBy, Frame, MediaChunk, Pcm

HANGUP_LEAD_MS = 200
Said = CallAnswered | CallData


class Inbox:
    """The queue of one call, which lasts as long as the call does."""

    def __init__(self, rate_hz: int, settings: FramingSettings, answered_ms: int | None) -> None:
        """answered_ms: when the call will be answered, where that is known; None or 0: it is."""
        self._framing = Framing(rate_hz, settings)
        self._frames: deque[Frame] = deque()
        # each with the index of the frame that it falls before
        self._said: deque[tuple[int, Said]] = deque()
        self._answered_ms = answered_ms or None

    def __len__(self) -> int:
        """Frames that wait, and what was said between them."""
        return len(self._frames) + len(self._said)

    def push(self, chunk: MediaChunk) -> None:
        """Media of one leg."""
        if frames := self._framing.push(chunk):
            self._add(frames)

    def advance(self, to_ms: int) -> None:
        """Call audio has reached to_ms, whatever the legs sent."""
        self._add(self._framing.advance(to_ms))

    def flush(self) -> None:
        """At the hang-up: the media that no frame has yet."""
        self._add(self._framing.flush())

    def say(self, body: Said) -> None:
        """The platform says it at the instant that the media has reached."""
        if isinstance(body, CallAnswered):
            self._answered_ms = None
        self._said.append((self._framing.heard_ms // FRAME_MS, body))

    def _add(self, frames: list[Frame]) -> None:
        self._frames += frames
        if self._answered_ms is not None and frames and frames[-1].end_ms > self._answered_ms:
            self._said.append((self._answered_ms // FRAME_MS, CallAnswered(inferred=False)))
            self._answered_ms = None

    def said(self) -> Said | None:
        """Takes the next thing that was said before the next frame; None where there is none."""
        if self._said and (not self._frames or self._said[0][0] <= self._frames[0].index):
            return self._said.popleft()[1]
        return None

    def undisturbed(self, most: int) -> int:
        """How many of the next frames, of at most so many, follow each other with nothing said before or between."""
        count = min(most, len(self._frames))
        return min(count, self._said[0][0] - self._frames[0].index) if count and self._said else count

    def take(self, count: int) -> list[Frame]:
        """The next frames; call it with no more than are `undisturbed`."""
        return [self._frames.popleft() for _ in range(count)]

    def clear(self) -> None:
        """What waits is lost."""
        self._frames.clear()
        self._said.clear()

    def first_to_stop(self) -> EndedBy:
        """The leg whose media stopped at least 200 ms before the other's, which the contract takes for the one that
        hung up; "unknown" where none did, or where one never sent any."""
        agent_ms, customer_ms = self._framing.last_media_ms(AGENT), self._framing.last_media_ms(CUSTOMER)
        if agent_ms == 0 or customer_ms == 0 or abs(agent_ms - customer_ms) < HANGUP_LEAD_MS:
            return "unknown"
        return "agent" if agent_ms < customer_ms else "customer"


def take_together(inboxes: Sequence[Inbox], count: int, samples: int) -> tuple[Pcm, NDArray[np.uint8], list[int]]:
    """The next `count` frames of n calls, `undisturbed` in each of them, as one block.

    samples: of a leg in a frame. Returns pcm int16[count, n, 2, samples], absent uint8[count, n, 2] (`Absent`), and
    where the first frame of each call ends, ms.
    """
    pcm = np.empty((count, len(inboxes), 2, samples), np.int16)
    absent = np.zeros((count, len(inboxes), 2), np.uint8)
    first_ms = []
    for number, inbox in enumerate(inboxes):
        frames = inbox.take(count)
        first_ms.append(frames[0].end_ms)
        for at, frame in enumerate(frames):
            pcm[at, number] = frame.pcm
            if any(frame.absent):
                absent[at, number] = frame.absent
    return pcm, absent, first_ms
