"""Mandarin that the weights are fitted on: what is asked of whoever reads it, what is made of it, who is not there."""

from __future__ import annotations

import stat
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from bench import fit_mandarin
from monitor.errors import ConfigError

# reads every sentence as a tone of half a second, and never comes to an end with the third
READS = f"""#!{sys.executable}
import sys
import numpy as np
for number, line in enumerate(sys.stdin.read().splitlines()):
    one, other, much, text = line.split("\\t")
    assert 0.3 <= float(much) <= 1 and text.endswith("。")
    if number != 2:
        tone = 8000 * np.sin(2 * np.pi * 200 * np.arange(11025) / 22050)
        np.save(f"{{sys.argv[-1]}}/{{number}}.npy", tone.astype(np.int16))
"""


@pytest.fixture(autouse=True)
def apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(fit_mandarin, "free_sentences", lambda count, _: [f"第{k}句" for k in range(count)])
    monkeypatch.delenv(fit_mandarin.PYTHON, raising=False)
    return tmp_path


def test_every_one_says_five_sentences_with_pauses_and_what_is_lost_is_left_out(
    monkeypatch: pytest.MonkeyPatch, apart: Path
) -> None:
    reader = apart / "reader"
    reader.write_text(READS, "utf-8")
    reader.chmod(reader.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv(fit_mandarin.PYTHON, str(reader))
    first, *others = fit_mandarin.mandarin()
    assert len(others) == 2 * len(fit_mandarin.SPEAKERS) + 30 - 1
    spoken = [int((np.abs(each) > 100).sum()) / 16_000 for each in (first, *others)]
    assert spoken == pytest.approx([2.0] + [2.5] * len(others), abs=0.1)
    monkeypatch.delenv(fit_mandarin.PYTHON)
    assert len(list(fit_mandarin.mandarin())) == len(others) + 1, "what was read is kept"


def test_where_nobody_reads_it_says_what_to_do_and_keeps_nothing(apart: Path) -> None:
    with pytest.raises(ConfigError, match="LINEWATCH_TTSKIT names no Python that has ttskit"):
        list(fit_mandarin.mandarin())
    assert list((apart / "linewatch-voices").iterdir()) == []


def test_the_woman_of_the_set_settled_is_not_among_them() -> None:
    assert "biaobei" not in fit_mandarin.SPEAKERS
    assert len({*fit_mandarin.SPEAKERS}) == len(fit_mandarin.SPEAKERS)
