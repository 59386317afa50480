"""Notices: a sentence in English for logs, a code with its parameters for everybody else."""

import pytest
from pydantic import ValidationError

from monitor.core.events import Envelope, Event, SystemNotice, notice


def test_a_notice_says_it_in_words_and_as_a_code() -> None:
    body = notice("calls_let_go", 7.0, count=2, calls=["one", "two"])
    assert body.message.endswith("too slow for them: one, two")
    assert (body.kind, body.value, body.code) == ("overload", 7.0, "calls_let_go")
    assert body.params == {"count": 2, "calls": ["one", "two"]}


def test_it_reads_back_from_the_wire() -> None:
    envelope = Envelope.of(Event(0, None, notice("rules_kept", why="x.toml:3: {no} kind")), None, None)
    assert "{no} kind" in envelope.body["message"]
    assert Envelope.model_validate(envelope.wire()).event().body == notice("rules_kept", why="x.toml:3: {no} kind")


def test_one_without_a_code_is_still_one_and_an_unknown_code_is_none() -> None:
    assert SystemNotice(kind="lag", message="behind").params == {}
    with pytest.raises(ValidationError):
        SystemNotice.model_validate({"kind": "lag", "message": "behind", "code": "tired"})


def test_a_sentence_without_its_parameters_is_our_own_mistake() -> None:
    with pytest.raises(KeyError):
        notice("store_back")
