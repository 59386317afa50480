"""Composes demo/calls/*.wav from playbook.toml: `python -m demo.compose`. Needs espeak-ng; the same every time."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

from demo.line import TwoLegs
from demo.voice import RATE_HZ, Speaker, active_level_dbov, say

HERE = Path(__file__).parent
TOLERANCE_MS = 40  # another espeak-ng may round a turn's length elsewhere


def compose(plan: dict[str, Any]) -> TwoLegs:
    """One call of the playbook. Raises ValueError where a turn does not end when the playbook says."""
    speakers = {leg: Speaker(**plan[leg]) for leg in ("agent", "customer")}
    legs = TwoLegs(plan["length_ms"], plan["seed"])
    for noise in plan.get("noise", ()):
        legs.add_noise(**noise)
    for turn in plan["turns"]:
        sound = say(turn["say"], speakers[turn["by"]], turn.get("level_dbov"))
        end_ms = turn["start_ms"] + len(sound) * 1000 // RATE_HZ
        print(f"{turn['start_ms']:>7} {end_ms:>7} {active_level_dbov(sound):6.1f} dBov {turn['by']:>8}  {turn['say']}")
        if abs(end_ms - turn["end_ms"]) > TOLERANCE_MS:
            raise ValueError(f"{turn['say']} ends at {end_ms} ms, the playbook says {turn['end_ms']}")
        legs.add(turn["by"], turn["start_ms"], sound)
    return legs


def main(folder: Path = HERE / "calls") -> None:
    for name, plan in tomllib.loads((HERE / "playbook.toml").read_text(encoding="utf-8")).items():
        print(f"{name}: {plan['length_ms'] / 1000:.1f} s")
        compose(plan).write(folder / f"{name}.wav")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
