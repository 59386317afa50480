"""What the demo is there to show does occur in it, with a recogniser that hears every word."""

from __future__ import annotations

from functools import cache

from monitor.config import load
from monitor.core.events import Envelope
from monitor.core.types import CHANNELS, MediaChunk
from monitor.floor import Output
from monitor.lines import Lines
from monitor.resources import locate
from monitor.sources.recording import END_REASON, read
from tests.goldens import Json, projection
from tests.standin import answer, playbook


@cache
def judged(name: str) -> Json:
    settings = load(None)
    recording, said = read(locate(f"demo/calls/{name}.wav")), playbook(name)
    lines = Lines(settings.lines, settings.rulebook())
    envelopes: list[Envelope] = lines.open(recording.info(name))

    def take(out: Output) -> None:
        envelopes.extend(out.envelopes)
        for segment in out.segments:
            envelopes.extend(lines.answer(segment, answer(segment, said)))

    for part in recording.parts():
        for channel, samples in zip(CHANNELS, (part.agent, part.customer), strict=True):
            lines.push(name, MediaChunk(channel, samples))
        take(lines.step())
    take(lines.hang_up(name, END_REASON, recording.ended_by))
    return projection(envelopes)


def alerts(name: str) -> set[object]:
    return {alert["rule_id"] for alert in judged(name)["alerts"]}


def steps(name: str) -> dict[tuple[object, object], object]:
    return {(step["rule_id"], step["step"]): step["verdict"] for step in judged(name)["script_steps"]}


def conditions(name: str, condition: str, channel: str) -> list[Json]:
    return [c for c in judged(name)["conditions"] if (c["condition"], c["channel"]) == (condition, channel)]


def test_a_missed_greeting_and_two_forbidden_sentences() -> None:
    assert {"A1.greeting", "B1.not-my-business", "B1.company-rule"} <= alerts("broadband")


def test_a_quiet_customer_is_asked_to_speak_up() -> None:
    assert "D2.low-volume" in alerts("broadband")
    assert steps("broadband")["A6.low-volume", "ask_louder"] == "in_time"


def test_a_noisy_line_is_said_to_be_one() -> None:
    assert "D3.noise" in alerts("broadband")
    assert steps("broadband")["A7.noise", "apologise"] == "in_time"


def test_dead_air_is_excused_once_and_once_it_is_not() -> None:
    long = [c for c in conditions("broadband", "silence", "both") if c["end_ms"] - c["since_ms"] > 8000]
    assert len(long) == 2
    raised = [alert for alert in judged("broadband")["alerts"] if alert["rule_id"] == "D1.dead-air"]
    assert [alert["start_ms"] for alert in raised] == [long[1]["since_ms"]], "请稍等 excuses the first"


def test_the_agent_talks_over_the_customer() -> None:
    assert len(conditions("broadband", "talk_over", "agent")) == 1


def test_a_closing() -> None:
    assert steps("broadband")["A12.closing", "said"] == "in_time"


def test_the_silent_call_goes_by_the_script() -> None:
    script = [verdict for (rule, _), verdict in steps("silent").items() if rule == "A4.silent-call"]
    assert script == ["in_time"] * 4
    assert steps("silent")["A1.greeting", "said"] == "in_time", "a good greeting"
    assert alerts("silent") == {"D1.silent-call"}
