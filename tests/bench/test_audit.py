"""What `bench audit` makes of its rounds; and a small one from file to row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.audit import OTHER, Spent, in_turn, main, rows


class Counting:
    def __init__(self, step: float) -> None:
        self._step, self._rounds = step, 0

    def round(self) -> Spent:
        self._rounds += 1
        return Spent(self._step * self._rounds, 1.0, 100.0)


def test_both_take_turns_in_processes_that_stay() -> None:
    both = in_turn((Counting, 1.0), (Counting, 3.0), 2)
    assert [(ours.cpu_s, theirs.cpu_s) for ours, theirs in both] == [(1.0, 3.0), (2.0, 6.0)]


def test_a_round_that_was_disturbed_does_not_count() -> None:
    steady, disturbed = (
        (Spent(1.0, 2.0, 200.0, 0.1), Spent(2.0, 2.0, 300.0)),
        (Spent(9.0, 9.0, 200.0), Spent(2.0, 2.0, 300.0)),
    )
    found = {one["what"]: one for one in rows([steady, disturbed, steady], 60.0, 3)}
    assert found["audio_s_per_cpu_s"]["value"] == 120
    assert (found["audio_s_per_cpu_s"]["against"], found["audio_s_per_cpu_s"]["ratio"]) == (OTHER, 2)
    assert found["ratio_least"]["value"] == pytest.approx(2 / 9, abs=0.001)
    assert found["ratio_most"]["value"] == 2
    assert found["rss"]["ratio"] == 1.5


@pytest.mark.system
def test_a_small_audit_gives_every_row(tmp_path: Path) -> None:
    out = tmp_path / "audit.json"
    assert main(["--files", "2", "--seconds", "8", "--rounds", "1", "--json", str(out)]) == 0
    found = {one["what"]: one["value"] for one in json.loads(out.read_text())}
    assert all(value > 0 for value in found.values())
    assert found["ratio_least"] == found["ratio_most"]
