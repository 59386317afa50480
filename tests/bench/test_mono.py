from __future__ import annotations

import json
from pathlib import Path

from bench import mono


def test_it_gives_the_speech_of_known_legs_to_the_right_speaker(tmp_path: Path) -> None:
    out = tmp_path / "rows.json"
    assert mono.main(["--no-recordings", "--json", str(out)]) == 0
    rows = {one["what"]: one for one in json.loads(out.read_text("utf-8"))}
    right = rows["synthetic_115_210_hz_right_speaker"]
    assert (right["bench"], right["against"]) == ("mono", "one_leg")
    assert right["value"] > 95
    assert right["ratio"] > 1.5
    assert rows["synthetic_115_210_hz_certainty"]["value"] > 0.75
