"""Recordings side by side: each writes what it would write alone, and none stops another."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor import audit
from monitor.asr.recogniser import Recogniser
from monitor.config import Settings
from monitor.core.events import Envelope
from monitor.errors import SourceError
from monitor.sources import recording
from tests.audit.material import CALLS, Demo, PlaybookEngine, envelopes, run, short


def test_events_are_whole_calls_in_order(demo: Demo) -> None:
    calls: dict[str, list[Envelope]] = {}
    order = []
    for envelope in envelopes(demo[0]):
        calls.setdefault(envelope.call_id or "", []).append(envelope)
        order.append(envelope.call_id or "")
    assert sorted(order, key=list(calls).index) == order
    for told in calls.values():
        assert [envelope.seq for envelope in told] == list(range(1, len(told) + 1))
        assert told[0].type == "call.started"
        assert told[-1].type == "call.closed"
        coverage = next(envelope for envelope in reversed(told) if envelope.type == "coverage").body
        for leg in (coverage["agent"], coverage["customer"]):
            assert leg["transcribed_ms"] + leg["suppressed_ms"] + leg["lost_ms"] == leg["speech_ms"]


def test_a_second_audit_of_one_call_alone_writes_the_same(demo: Demo, tmp_path: Path, settings: Settings) -> None:
    recogniser = Recogniser(PlaybookEngine(), workers=3)
    run([CALLS / "silent.wav"], tmp_path, settings, recogniser)
    recogniser.close()
    among = [one.to_json() for one in envelopes(demo[0]) if one.call_id == "silent"]
    assert among == (tmp_path / "events.jsonl").read_text("utf-8").splitlines()


def test_an_audit_that_was_interrupted_goes_on(tmp_path: Path, settings: Settings, recogniser: Recogniser) -> None:
    recordings = tmp_path / "in"
    recordings.mkdir()
    for number in range(audit.LINES_AT_ONCE + 3):
        short(recordings / f"{number:03d}.wav", 1 if number < 5 else 2)

    def interrupt(now: audit.Progress) -> None:
        if now.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audit.run([recordings], tmp_path / "out", settings, on_progress=interrupt, recogniser=recogniser)
    assert not (tmp_path / "out" / "events.jsonl").exists()
    result = run([recordings], tmp_path / "out", settings, recogniser)
    assert 1 <= result.resumed <= audit.LINES_AT_ONCE
    assert [call.call_id for call in result.calls] == [f"{number:03d}" for number in range(audit.LINES_AT_ONCE + 3)]
    run([recordings], tmp_path / "whole", settings, recogniser)
    assert (tmp_path / "out" / "events.jsonl").read_bytes() == (tmp_path / "whole" / "events.jsonl").read_bytes()


def test_bad_files_are_listed_and_stop_nothing(tmp_path: Path, settings: Settings, recogniser: Recogniser) -> None:
    recordings = tmp_path / "in"
    recordings.mkdir()
    short(recordings / "good.wav")
    (recordings / "empty.wav").touch()
    (recordings / "header.wav").write_bytes((recordings / "good.wav").read_bytes()[:44])
    (recordings / "text.wav").write_text("this is no recording", encoding="utf-8")
    (recordings / "noise.mp3").write_bytes(bytes(range(256)) * 40)
    result = run([recordings], tmp_path / "out", settings, recogniser)
    assert [call.call_id for call in result.calls] == ["good"]
    assert sorted(Path(path).name for path, _ in result.failed) == ["empty.wav", "header.wav", "noise.mp3", "text.wav"]
    for _, why in result.failed:
        assert len(why.splitlines()) == 1
    report = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "empty.wav" in report
    assert not list((tmp_path / "out" / ".parts").glob("*.new"))


def test_a_recording_that_breaks_on_the_way_leaves_no_half_call(
    tmp_path: Path, settings: Settings, recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = short(tmp_path / "good.wav"), short(tmp_path / "bad.wav", 4)
    read = recording.read

    class Breaking:
        def __init__(self, inner: object) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> object:
            return getattr(self._inner, name)

        def parts(self, *split: object) -> Iterator[object]:
            yield from list(self._inner.parts(*split))[:1]  # type: ignore[attr-defined]
            raise SourceError("bad.wav", "breaks off")

    monkeypatch.setattr(recording, "read", lambda path, known: Breaking(read(path)) if path == bad else read(path))
    result = run([bad, good], tmp_path / "out", settings, recogniser)
    assert [call.call_id for call in result.calls] == ["good"]
    assert [why for _, why in result.failed] == ["bad.wav: breaks off."]


def test_ids_come_from_the_sidecar_else_the_stem_and_never_clash(
    tmp_path: Path, settings: Settings, recogniser: Recogniser
) -> None:
    for folder in ("one", "two", "three"):
        (tmp_path / folder).mkdir()
        short(tmp_path / folder / "call.wav", 1)
    (tmp_path / "three" / "call.toml").write_text('call_id = "客户/../7"\n', encoding="utf-8")
    folders = [tmp_path / name for name in ("one", "two", "three")]
    result = run(folders, tmp_path / "out", settings, recogniser)
    assert [call.call_id for call in result.calls] == ["call", "call-2", "客户/../7"]
    pages = [tmp_path / "out" / "calls" / call.page for call in result.calls]
    assert all(page.parent == tmp_path / "out" / "calls" and page.is_file() for page in pages)
    assert (
        run([tmp_path / name for name in ("one", "two", "three")], tmp_path / "out", settings, recogniser).resumed == 3
    )


def test_mono_and_other_rates_are_judged_too(tmp_path: Path, settings: Settings, recogniser: Recogniser) -> None:
    with wave.open(str(tmp_path / "mono.wav"), "wb") as mono:
        mono.setparams((1, 2, 44_100, 0, "NONE", ""))
        mono.writeframes(bytes(2 * 44_100 * 3))
    result = run([tmp_path / "mono.wav"], tmp_path / "out", settings, recogniser)
    assert result.failed == ()
    started = envelopes(tmp_path / "out")[0]
    assert (started.body["source"], started.body["sample_rate_hz"]) == ("files:mono", 16_000)
    assert result.calls[0].duration_ms == 3000


def test_many_recordings_at_once(tmp_path: Path, settings: Settings, recogniser: Recogniser) -> None:
    count = audit.LINES_AT_ONCE + 5
    for number in range(count):
        short(tmp_path / f"{number:03d}.wav", 1)
    seen: list[audit.Progress] = []
    result = audit.run([tmp_path], tmp_path / "out", settings, on_progress=seen.append, recogniser=recogniser)
    assert [call.call_id for call in result.calls] == [f"{number:03d}" for number in range(count)]
    assert (seen[-1].done, seen[-1].total, seen[-1].share) == (count, count, 1.0)
    assert [one.share for one in seen] == sorted(one.share for one in seen)
