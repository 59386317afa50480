"""What a client may say."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.desk.messages import HelloMessage, ResumeMessage, SubscribeMessage, parse

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


def test_each_message_is_read_as_what_it_is():
    assert parse('{"type": "hello", "token": "t", "resume": {"c": 4}}') == HelloMessage(
        type="hello", token="t", resume={"c": 4}
    )
    assert parse('{"resume": {"c": 4}}') == ResumeMessage(resume={"c": 4})
    assert parse('{"type": "subscribe", "types": ["alert.*"]}') == SubscribeMessage(type="subscribe", types=["alert.*"])


@given(JSON)
def test_anything_else_is_one_kind_of_error(value):
    with pytest.raises(ValidationError):
        parse(json.dumps({"type": "subscribe", "calls": 7, "more": value}))
    try:
        parse(json.dumps(value))
    except ValidationError:
        return
    raise AssertionError("JSON at random was taken for a message")


@pytest.mark.parametrize(
    "text", ["", "{", "nul", '{"type": "hello"', '{"resume": {"c": -1}}', '{"resume": {"c": "x"}}']
)
def test_text_that_is_no_message(text):
    with pytest.raises(ValidationError):
        parse(text)
