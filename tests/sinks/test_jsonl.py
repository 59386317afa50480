"""JSON Lines on disk: the same objects as on a socket."""

import io
import json

import pytest

from monitor.errors import ConfigError
from monitor.sinks import SINKS
from monitor.sinks.jsonl import JsonlSink
from tests.story import Story


def test_a_line_is_an_envelope_and_overlay_stays_out(tmp_path):
    story, path = Story(), tmp_path / "events.jsonl"
    sink = JsonlSink(path)
    for envelope in (story.started(), story.meter(100, "agent"), story.said("customer", 0, 900, "你好\n")):
        sink.write(envelope)
    sink.close()
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines == [each.wire() for each in story.told]


def test_overlay_on_request_and_an_open_stream_is_left_open():
    story, out = Story(), io.StringIO()
    sink = JsonlSink(out, overlay=True)
    sink.write(story.meter(100, "agent"))
    sink.close()
    assert json.loads(out.getvalue())["type"] == "meter"


def test_a_file_that_cannot_be_written(tmp_path):
    with pytest.raises(ConfigError, match="cannot be written"):
        JsonlSink(tmp_path / "no" / "such.jsonl")


def test_every_name_in_the_table_is_a_class():
    import importlib

    for place in SINKS.values():
        module, _, name = place.partition(":")
        assert {"write", "close"} <= set(dir(getattr(importlib.import_module(module), name)))
