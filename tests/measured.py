"""Stored calls with figures of their channels: one seat's agents are all too quiet, everybody else is well."""

from __future__ import annotations

from typing import Any

from monitor.core.events import CallClosed, CallStarted, ChannelQuality, Envelope, Event


def call(call_id: str, level_dbov: float, team: str = "north", legs: str = "recorded", **where: Any) -> list[Envelope]:
    """The envelopes that matter here, of one closed call of a minute."""
    quality = ChannelQuality(
        media_ms=60_000, missing_ms=0, speech_ms=20_000, clipped_ms=0, speech_level_dbov=level_dbov, noise_dbov=-60.0,
        snr_db=level_dbov + 60.0,
    )  # fmt: skip
    events = [
        Event(0, None, CallStarted(source="test", sample_rate_hz=8000, team=team, legs=legs, **where)),  # type: ignore[arg-type]
        Event(60_000, "agent", quality),
        Event(60_000, "customer", quality.model_copy(update={"speech_level_dbov": -24.0, "snr_db": 36.0})),
        Event(60_000, None, CallClosed(duration_ms=60_000)),
    ]  # fmt: skip
    return [Envelope.of(event, call_id, seq) for seq, event in enumerate(events, 1)]


def calls_of_a_bad_seat() -> list[list[Envelope]]:
    out = []
    for number in range(18):
        agent = number % 3
        where = {"agent_id": f"a{agent}", "line": f"l{number % 2}", "customer": f"c-{number}"}
        out.append(call(f"good-{number}", -26.0, seat=f"s{agent}", **where))
        if number < 6:
            out.append(call(f"bad-{number}", -41.0, seat="s9", **where))
    return out
