"""The wire format: what stands in an envelope, what is left out, and that it reads back as it was."""

import json

import pytest
from pydantic import ValidationError

from monitor.core.events import BODIES, Envelope, Event, Meter, SpeechStarted, Utterance
from monitor.core.types import Segment

CONTRACT = ("schema", "call_id", "seq", "at_ms", "type", "channel", "body")


def test_an_envelope_has_the_keys_of_the_contract_in_their_order() -> None:
    envelope = Envelope.of(Event(2000, "customer", SpeechStarted(since_ms=1900)), "c", 3)
    assert tuple(envelope.wire()) == CONTRACT
    assert json.loads(envelope.to_json())["body"] == {"since_ms": 1900}


def test_live_only_fields_are_there_when_they_are_known() -> None:
    envelope = Envelope.of(Event(0, None, SpeechStarted(since_ms=0)), "c", 1, heard_ms=40)
    stamped = envelope.model_copy(update={"stored": False, "prev_seq": 0})
    assert set(stamped.wire()) - set(CONTRACT) == {"heard_ms", "stored", "prev_seq"}


def test_what_was_written_reads_back_as_the_same_event() -> None:
    body = Utterance(segment_id="a1", start_ms=0, end_ms=900, text="您好", suppressed=("loop",))
    event = Event(900, "agent", body)
    again = Envelope.model_validate(json.loads(Envelope.of(event, "c", 1).to_json())).event()
    assert again == event
    assert not body.heard


def test_a_body_with_a_field_that_is_not_its_own_is_refused() -> None:
    envelope = Envelope(schema=1, call_id="c", seq=1, at_ms=0, type="speech.started", channel=None, body={"x": 1})
    with pytest.raises(ValidationError):
        envelope.event()


def test_overlay_is_what_the_contract_says() -> None:
    overlay = {name for name, body in BODIES.items() if body.overlay}
    assert overlay == {"meter", "hypothesis", "alert.pending", "alert.withdrawn", "system.notice"}
    meter = Meter(level_dbov=-30, speech_level_dbov=None, noise_dbov=None, snr_db=None, speech=False)
    assert Envelope.of(Event(0, "agent", meter), "c", None).overlay


def test_a_segment_shows_no_audio_in_a_log() -> None:
    import numpy as np

    segment = Segment("a1", "c", "agent", 0, 20, 0, 8000, np.ones(160, np.int16), 20, -20.0, -60.0)
    assert "samples" not in repr(segment)


def test_every_body_can_be_read_back_and_is_imported_from_one_place() -> None:
    from monitor.core import events

    def kinds(body: type[events.Body]) -> set[type[events.Body]]:
        return {body}.union(*map(kinds, body.__subclasses__()))

    ours = {kind for kind in kinds(events.Body) - {events.Body} if kind.__module__.startswith("monitor.")}
    assert ours == set(BODIES.values())
    assert {kind.__name__ for kind in ours} <= set(events.__all__)
    assert all(BODIES[kind.type] is kind for kind in ours)
