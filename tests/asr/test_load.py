"""From settings to a running recogniser, or to one line that says what is missing."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from monitor.asr.load import admission, chosen_model, cores, load, name, paying_batch
from monitor.asr.settings import AdmissionSettings, AsrSettings, OpenAiSettings
from monitor.asr.whisper import Placement
from monitor.errors import ModelError
from tests.asr.conftest import QUESTION, likeness, spoken
from tests.asr.segments import Inbox, Scripted

CPU, GPU = Placement("cpu", "int8", 1, 1, 4), Placement("cuda", "float16", 1, 1, 16)


def test_a_folder_becomes_a_recogniser_that_hears(model_dir):
    recogniser, inbox = load(AsrSettings(model=str(model_dir), device="cpu", workers=1)), Inbox()
    recogniser.submit(spoken(), inbox, None)
    answer = inbox.wait(1)["a1"]
    recogniser.close()
    assert recogniser.name == model_dir.name == name(AsrSettings(model=str(model_dir), device="cpu"))
    assert likeness(answer.text, QUESTION) > 0.7
    assert answer.decodes == ("final",)


@pytest.mark.parametrize(("workers", "lines"), [(1, 75), (2, 150)])
def test_lines_are_what_its_decodes_were_measured_to_cost_on_its_workers(started, monkeypatch, workers, lines):
    """30 ms for the three seconds of the probe: a hundredth of the speech, of which a line has 0.8 s a second."""
    now = [0.0]

    class Priced(Scripted):
        def decode(self, segments, full=False):
            now[0] += 0.03
            return super().decode(segments, full)

    recogniser = started(Priced(), workers=workers)
    monkeypatch.setattr("monitor.asr.admission.time", SimpleNamespace(monotonic=lambda: now[0]))
    assert admission(recogniser).capacity == lines


def test_an_engine_that_fails_when_it_is_measured_is_taken_for_free(started):
    def say(asked, full):
        raise ConnectionError("down")

    assert admission(started(Scripted(say))).admits(1000)


def test_nothing_is_measured_where_the_number_of_lines_is_given(model_dir):
    settings = AsrSettings(model=str(model_dir), device="cpu", admission=AdmissionSettings(lines=3))
    recogniser = load(settings)
    assert admission(recogniser).capacity == 3
    assert recogniser.stats().decodes == {}
    recogniser.close()


@pytest.mark.parametrize(("together", "chosen"), [(1.0, 4), (3.0, 4), (3.8, 1), (6.0, 1)])
def test_a_batch_is_taken_where_it_was_measured_to_pay(monkeypatch, together, chosen):
    """together: what four segments in one decode cost, in decodes of one; the clock moves by what is decoded."""
    now = [0.0]

    class Priced(Scripted):
        def decode(self, segments, full=False):
            now[0] += together if len(segments) == 4 else 1.0
            return super().decode(segments, full)

    monkeypatch.setattr("monitor.asr.load.time", SimpleNamespace(monotonic=lambda: now[0]))
    assert paying_batch(Priced(), 4) == chosen
    assert paying_batch(Priced(), 1) == 1


def test_auto_is_what_the_device_can_carry():
    assert chosen_model(AsrSettings(), CPU) == "small"
    assert chosen_model(AsrSettings(), GPU) == "large-v3-turbo"
    assert chosen_model(AsrSettings(model="tiny"), GPU) == "tiny"
    assert cores() >= 1


def test_a_model_that_is_not_here_names_the_command_that_fetches_it(tmp_path):
    with pytest.raises(ModelError, match="linewatch models fetch small"):
        load(AsrSettings(device="cpu", models_dir=str(tmp_path)))
    with pytest.raises(ModelError, match="linewatch models fetch small"):
        name(AsrSettings(device="cpu", models_dir=str(tmp_path)))


def test_an_endpoint_takes_several_segments_at_a_time_and_must_have_an_address():
    recogniser = load(AsrSettings(engine="openai", openai=OpenAiSettings(url="http://127.0.0.1:9/v1")))
    assert recogniser.stats().workers == 4
    assert recogniser.name == name(recogniser.settings) == "whisper-1 at 127.0.0.1"
    assert admission(recogniser).admits(1000)
    recogniser.close()
    with pytest.raises(ModelError, match=r"asr\.openai"):
        load(AsrSettings(engine="openai"))
