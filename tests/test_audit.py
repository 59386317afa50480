"""Audits of real recordings through the real lines; the recogniser's engine reads the playbook (tests/standin.py)."""

from __future__ import annotations

import csv
import wave
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from monitor import audit, config, resources
from monitor.asr import load
from monitor.asr.recogniser import Recogniser
from monitor.config import Settings
from monitor.core.events import Envelope
from monitor.core.types import Answer, Segment, WordTime
from monitor.errors import LinewatchError, SourceError
from monitor.sources import manifest, recording
from monitor.sources.sidecar import Sidecar
from monitor.store.store import Store
from tests import standin
from tests.goldens import projection

CALLS = resources.CHECKOUT / "demo" / "calls"


class PlaybookEngine:
    """Knows by heart what is said in the demo calls; any other recording it hears as 好的."""

    name = "playbook"

    def __init__(self) -> None:
        self.books = {path.stem: standin.playbook(path.stem) for path in CALLS.glob("*.wav")}

    def context_ms(self, segment: Segment, full: bool = False) -> int:
        return 6000

    def decode(self, segments: Sequence[Segment], full: bool = False) -> list[Answer]:
        return [self._answer(segment) for segment in segments]

    def words(self, segment: Segment, text: str) -> list[WordTime]:
        return []

    def _answer(self, segment: Segment) -> Answer:
        said = self.books.get(segment.call_id.removesuffix("-2"))
        if said is None:
            return Answer(segment.segment_id, "好的", mean_logprob=-0.1, no_speech_prob=0.01, context_ms=6000)
        return standin.answer(segment, said)


@pytest.fixture
def settings() -> Settings:
    return config.load()


@pytest.fixture
def recogniser() -> Iterator[Recogniser]:
    one = Recogniser(PlaybookEngine(), workers=2)
    yield one
    one.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, audit.AuditResult]:
    """The demo calls, audited once for every test that only looks."""
    out = tmp_path_factory.mktemp("audit") / "out"
    one = Recogniser(PlaybookEngine(), workers=2)
    result = run([CALLS], out, config.load(), one)
    one.close()
    return out, result


def envelopes(out: Path) -> list[Envelope]:
    return [Envelope.model_validate_json(line) for line in (out / "events.jsonl").read_text("utf-8").splitlines()]


def short(path: Path, seconds: int = 2, name: str = "silent") -> Path:
    """The first seconds of a demo call, without its sidecar."""
    blocks = islice(recording.read(CALLS / f"{name}.wav").blocks(), seconds)
    with wave.open(str(path), "wb") as cut:
        cut.setparams((2, 2, 8000, 0, "NONE", ""))
        cut.writeframes(b"".join(np.stack(legs, axis=1).astype("<i2").tobytes() for legs in blocks))
    return path


def run(paths: list[Path], out: Path, settings: Settings, recogniser: Recogniser) -> audit.AuditResult:
    return audit.run(paths, out, settings, recogniser=recogniser)


Demo = tuple[Path, audit.AuditResult]


def test_the_demo_calls_give_every_file(demo: Demo) -> None:
    out, result = demo
    names = sorted(path.stem for path in CALLS.glob("*.wav"))
    assert sorted(call.call_id for call in result.calls) == names
    assert result.failed == ()
    assert sorted(path.stem for path in (out / "calls").iterdir()) == names
    for name in ("events.jsonl", "calls.csv", "report.html", "report.xlsx"):
        assert (out / name).stat().st_size > 500
    with (out / "calls.csv").open(encoding="utf-8-sig", newline="") as file:
        assert sorted(row["call_id"] for row in csv.DictReader(file)) == names


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


def test_a_finished_call_is_not_done_again(tmp_path: Path, settings: Settings, recogniser: Recogniser) -> None:
    recordings, out = tmp_path / "in", tmp_path / "out"
    recordings.mkdir()
    first = short(recordings / "a.wav")
    assert run([recordings], out, settings, recogniser).resumed == 0
    short(recordings / "b.wav")
    again = run([recordings], out, settings, recogniser)
    assert again.resumed == 1
    assert [call.call_id for call in again.calls] == ["a", "b"]
    short(first, 3)
    changed = run([recordings], out, settings, recogniser)
    assert changed.resumed == 1
    assert [call.duration_ms for call in changed.calls] == [3000, 2000]
    (recordings / "b.toml").write_text('agent_id = "1042"', encoding="utf-8")
    (recordings / "unrelated.txt").touch()
    told = run([recordings], out, settings, recogniser)
    assert told.resumed == 1
    assert told.calls[1].agent_id == "1042"


def test_where_everything_is_done_no_model_is_loaded(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "load", lambda asr: Recogniser(PlaybookEngine(), asr, workers=1))
    monkeypatch.setattr(load, "name", lambda asr: PlaybookEngine.name)
    one = short(tmp_path / "a.wav")
    first = audit.run([one], tmp_path / "out", settings)
    monkeypatch.delattr(load, "load")
    again = audit.run([one], tmp_path / "out", settings)
    assert (first.resumed, again.resumed) == (0, 1)
    assert again.calls == first.calls


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


def test_another_setting_makes_every_call_new(tmp_path: Path, settings: Settings, recogniser: Recogniser) -> None:
    one = short(tmp_path / "a.wav")
    run([one], tmp_path / "out", settings, recogniser)
    assert run([one], tmp_path / "out", settings, recogniser).resumed == 1
    other = config.load(None, ["signal.silence.after_ms=3000"])
    assert run([one], tmp_path / "out", other, recogniser).resumed == 0


def test_a_state_file_that_was_cut_off_is_no_hindrance(
    tmp_path: Path, settings: Settings, recogniser: Recogniser
) -> None:
    one = short(tmp_path / "a.wav")
    run([one], tmp_path / "out", settings, recogniser)
    state = tmp_path / "out" / ".parts" / "state.jsonl"
    state.write_text(state.read_text("utf-8") + '{"basis": "', encoding="utf-8")
    assert run([one], tmp_path / "out", settings, recogniser).resumed == 1


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


def test_a_manifest_says_who_was_on_the_line(tmp_path: Path, settings: Settings, recogniser: Recogniser) -> None:
    paths = [short(tmp_path / name, 1) for name in ("a.wav", "b.wav")]
    (tmp_path / "a.toml").write_text('agent_id = "sidecar"', encoding="utf-8")

    def told(text: str) -> audit.AuditResult:
        (tmp_path / "calls.csv").write_text(text, encoding="utf-8")
        known = manifest.load(tmp_path / "calls.csv")
        return audit.run(paths, tmp_path / "out", settings, recogniser=recogniser, known=known)

    first = told("file,call_id,agent_id\na.wav,call-7,1042\n")
    assert [(call.call_id, call.agent_id) for call in first.calls] == [("call-7", "1042"), ("b", "")]
    assert told("file,call_id,agent_id\na.wav,call-7,1042\n").resumed == 2
    changed = told("file,call_id,agent_id\na.wav,call-7,2000\n")
    assert changed.resumed == 1
    assert changed.calls[0].agent_id == "2000"


def test_a_manifest_alone_is_the_list_of_what_is_judged(
    tmp_path: Path, settings: Settings, recogniser: Recogniser
) -> None:
    for name in ("a.wav", "b.wav"):
        short(tmp_path / name, 1)
    known = {tmp_path / name: Sidecar() for name in ("a.wav", "gone.wav")}
    result = audit.run([], tmp_path / "out", settings, recogniser=recogniser, known=known)
    assert [call.call_id for call in result.calls] == ["a"]
    assert result.failed == ((str(tmp_path / "gone.wav"), "is not there"),)


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


def test_a_path_that_is_not_there_or_cannot_be_written(
    tmp_path: Path, settings: Settings, recogniser: Recogniser
) -> None:
    with pytest.raises(LinewatchError, match="is not there"):
        run([tmp_path / "none.wav"], tmp_path / "out", settings, recogniser)
    (tmp_path / "file").touch()
    with pytest.raises(LinewatchError, match="cannot be written"):
        run([short(tmp_path / "a.wav")], tmp_path / "file" / "out", settings, recogniser)


def stored(folder: Path, told: Sequence[Envelope]) -> Settings:
    settings = config.load(None, [f"store.url=sqlite:///{folder / 'calls.db'}"])
    store = Store(settings.store.url)
    store.append(told)
    store.close()
    return settings


def test_stored_calls_are_judged_alike(demo: Demo, tmp_path: Path) -> None:
    told = envelopes(demo[0])
    result = audit.run_store(tmp_path / "again", stored(tmp_path, told))
    assert len(result.calls) == len(list(CALLS.glob("*.wav")))
    again = envelopes(tmp_path / "again")
    for call_id in {envelope.call_id for envelope in told}:
        before, after = (projection(one for one in all_of if one.call_id == call_id) for all_of in (told, again))
        assert before == after


def test_what_other_rules_would_have_found(demo: Demo, tmp_path: Path) -> None:
    told = envelopes(demo[0])
    kept = stored(tmp_path, told)
    assert [one for one in audit.differences(kept) if one.new or one.gone] == []
    (tmp_path / "empty.toml").write_text("", encoding="utf-8")
    without = replace_packs(kept, tmp_path / "empty.toml")
    gone = {one.call_id: one.gone for one in audit.differences(without)}
    standing = {row.call_id: row.alerts for row in demo[1].calls}
    assert {call_id: len(alerts) for call_id, alerts in gone.items()} == {
        call_id: sum(counts.values()) for call_id, counts in standing.items()
    }
    with pytest.raises(LinewatchError, match="not in the store"):
        list(audit.differences(kept, ["nobody"]))


def replace_packs(settings: Settings, *packs: Path) -> Settings:
    return settings.model_copy(update={"rules": settings.rules.model_copy(update={"packs": packs})})
