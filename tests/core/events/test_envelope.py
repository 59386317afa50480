"""The wire format: what stands in an envelope, what is left out, and that it reads back as it was."""

import json

import pytest
from pydantic import ValidationError

from monitor.core.events import BODIES, Envelope, Event, Folded, SpeechStarted, Utterance

CONTRACT = ("schema", "call_id", "seq", "at_ms", "type", "channel", "body")


def test_an_envelope_has_the_keys_of_the_contract_in_their_order() -> None:
    envelope = Envelope.of(Event(2000, "customer", SpeechStarted(since_ms=1900)), "c", 3)
    assert tuple(envelope.wire()) == CONTRACT
    assert json.loads(envelope.to_json())["body"] == {"since_ms": 1900}


def test_live_only_fields_are_there_when_they_are_known() -> None:
    envelope = Envelope.of(Event(0, None, SpeechStarted(since_ms=0)), "c", 1, heard_ms=40)
    stamped = envelope.model_copy(update={"stored": False, "prev_seq": 0})
    assert set(stamped.wire()) - set(CONTRACT) == {"heard_ms", "stored", "prev_seq"}
    folded = envelope.model_copy(update={"folded": Folded(why="budget", into=None, count=3)})
    assert folded.wire()["folded"] == {"why": "budget", "into": None, "count": 3}


def test_what_was_written_reads_back_as_the_same_event() -> None:
    event = Event(900, "agent", Utterance(segment_id="a1", start_ms=0, end_ms=900, text="您好", suppressed=("loop",)))
    assert Envelope.model_validate(json.loads(Envelope.of(event, "c", 1).to_json())).event() == event


def test_chinese_stays_readable_on_disk() -> None:
    body = Utterance(segment_id="a1", start_ms=0, end_ms=900, text="您好")
    assert "您好" in Envelope.of(Event(900, "agent", body), "c", 1).to_json()


def test_a_body_with_a_field_that_is_not_its_own_is_refused() -> None:
    envelope = Envelope(schema=1, call_id="c", seq=1, at_ms=0, type="speech.started", channel=None, body={"x": 1})
    with pytest.raises(ValidationError):
        envelope.event()


def test_overlay_is_what_the_contract_says() -> None:
    overlay = {name for name, body in BODIES.items() if body.overlay}
    assert overlay == {"meter", "hypothesis", "alert.pending", "alert.withdrawn", "system.notice"}
