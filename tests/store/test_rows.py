"""An envelope as a row and back."""

import json

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.events import BODIES, Envelope
from monitor.store.rows import INDEX, envelope_of, event_row

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ENVELOPES = st.builds(
    Envelope,
    schema=st.just(1),
    call_id=st.text(min_size=1, max_size=30),
    seq=st.integers(1, 2**40),
    at_ms=st.integers(0, 2**40),
    type=st.sampled_from(sorted(BODIES)),
    channel=st.sampled_from([None, "agent", "customer", "both"]),
    body=st.dictionaries(st.text(max_size=8), JSON, max_size=4),
    heard_ms=st.none() | st.integers(0, 2**40),
    published_at_utc=st.none() | st.just("2026-11-22T03:00:00.000+00:00"),
)


@given(ENVELOPES)
def test_a_row_holds_all_of_an_envelope(envelope):
    row = json.loads(json.dumps(event_row(envelope)))
    assert envelope_of(row) == envelope


def test_what_is_indexed_is_stored():
    for name in INDEX:
        assert not BODIES[name].overlay
