from __future__ import annotations

import json
from pathlib import Path

from bench import signal


def test_rows_name_what_they_are_measured_against(tmp_path: Path) -> None:
    out = tmp_path / "signal.json"
    assert signal.main(["--lines", "4", "--frames", "4", "--rounds", "1", "--no-accuracy", "--json", str(out)]) == 0
    rows = json.loads(out.read_text())
    assert all(set(row) == {"bench", "what", "value", "unit", "against", "ratio", "n"} for row in rows)
    against = {row["against"] for row in rows if row["what"] == "lines_per_core"}
    assert against == {"webrtcvad_only", "per_line_loop", "silero"}
    assert all(row["value"] > 0 for row in rows if row["unit"] == "lines")


def test_the_bench_call_has_both_parties_speak_about_two_fifths_of_the_time() -> None:
    from tests.signal.scenes import heard

    spoken = {"agent": 0, "customer": 0}
    for event in heard(signal.call(40)):
        if event.type == "speech.ended":
            spoken[str(event.channel)] += event.body.end_ms - event.body.since_ms  # type: ignore[union-attr]
    assert all(0.25 < ms / 40_000 < 0.55 for ms in spoken.values())
