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


class Weighed(Scripted):
    """Decodes cost what is said for their size; the clock moves by that."""

    def __init__(self, costs: dict[int, float]) -> None:
        super().__init__()
        self.costs, self.now = costs, 0.0

    def decode(self, segments, full=False):
        self.now += self.costs[len(segments)]
        return super().decode(segments, full)


@pytest.mark.parametrize(("costs", "chosen"), [
    ({1: 0.1, 2: 0.1, 4: 0.1, 8: 0.1}, 8),
    ({1: 0.1, 2: 0.12, 4: 0.2, 8: 0.8}, 4),
    ({1: 0.1, 2: 0.15, 4: 0.36, 8: 0.9}, 2),
    ({1: 0.1, 2: 0.19, 4: 0.37, 8: 0.73}, 1),
    ({1: 0.1, 2: 0.2, 4: 0.5, 8: 2.0}, 1),
])  # fmt: skip
def test_the_batch_is_the_size_that_was_measured_to_cost_least_for_each(costs, chosen):
    engine = Weighed(costs)
    assert paying_batch(engine, 8, lambda: engine.now) == chosen
    assert paying_batch(engine, 1, lambda: engine.now) == 1


def test_one_slow_look_does_not_decide_and_a_slow_model_is_looked_at_once():
    engine = Weighed({1: 0.1, 2: 0.1, 4: 0.1})
    held_up = 4  # the first decode of four takes two seconds more
    assert paying_batch(engine, 4, lambda: engine.now + 2.0 * (len(engine.asked) >= held_up)) == 4
    heavy = Weighed({1: 3.0, 2: 4.0, 4: 6.0})
    assert paying_batch(heavy, 4, lambda: heavy.now) == 4
    assert len(heavy.asked) == 1 + 3


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
