"""/metrics over real HTTP."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

pytestmark = pytest.mark.system


async def test_metrics_are_what_prometheus_reads(stage, http):
    story = stage.story()
    await stage.play(story.started(), story.alert(1000, "a"), story.alert(2000, "b"))
    text = (await http.get("/metrics")).text
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["linewatch_lines",] == 1
    assert found["linewatch_asr_queue", "demo-zh"] == 3
    assert found["linewatch_envelopes_total", "alert.raised"] == 2
    assert found["linewatch_alerts_total", "B1", "major"] == 2
