"""Mandarin as many people say it, among what the VAD's weights are fitted on, `fit_clips.py`.

Twenty-two people whom the package `ttskit` can read as, and thirty between two of them (`ttskit_says.py`); no set has
any of them. What they say is of LINEWATCH_DATA, from agents' turns of help desks. `LINEWATCH_TTSKIT` names the Python
that has it; nothing is kept but in the temporary folder.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soxr

from bench.material import free_sentences
from monitor.errors import ConfigError
from tests import tapes
from tests.tapes import Signal

# `biaobei`, the last of them, is the woman whom the set `settled` has
SPEAKERS = (
    "Aibao", "Aicheng", "Aida", "Aijia", "Aijing", "Aimei", "Aina", "Aiqi", "Aitong", "Aiwei", "Aixia", "Aiya",
    "Aiyu", "Aiyue", "Siyue", "Xiaobei", "Xiaogang", "Xiaomei", "Xiaomeng", "Xiaoxue", "Xiaoyun", "Yina",
)  # fmt: skip
PYTHON = "LINEWATCH_TTSKIT"
_TIMES, _BETWEEN, _SAYS, _SEED = 2, 30, 5, 77
_READS, _READ_HZ, _RATE = Path(__file__).with_name("ttskit_says.py"), 22_050, 16_000


def mandarin() -> Iterator[Signal]:
    """Some ten seconds at 16 kHz of each. A ConfigError where nobody can read them."""
    random = np.random.default_rng(_SEED)
    people = [(name, name, 1.0) for name in SPEAKERS for _ in range(_TIMES)]
    for _ in range(_BETWEEN):
        one, other = random.choice(SPEAKERS, size=2, replace=False)
        people.append((str(one), str(other), round(float(random.uniform(0.3, 0.7)), 2)))
    texts = free_sentences(_SAYS * len(people), _SEED)
    lines = [f"{one}\t{other}\t{much}\t{texts.pop()}。" for one, other, much in people for _ in range(_SAYS)]
    read = _read(lines)
    for number in range(len(people)):
        said = [read[k] for k in range(number * _SAYS, (number + 1) * _SAYS) if k in read]
        if said:
            gaps = [random.normal(0, 4, int(_RATE * random.uniform(0.15, 1.0))) for _ in said]
            pairs = zip(said, gaps, strict=True)
            yield np.concatenate([part for each, gap in pairs for part in (tapes.at_level(each, -26), gap)])


def _read(lines: list[str]) -> dict[int, Signal]:
    """What was made of which line."""
    key = hashlib.sha256("\n".join((*lines, _READS.read_text())).encode()).hexdigest()[:24]
    kept = Path(tempfile.gettempdir()) / "linewatch-voices" / key
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            python = os.environ.get(PYTHON, "")
            ran = Path(python).is_file() and subprocess.run(
                [python, "-P", str(_READS), folder], input="\n".join(lines).encode(),
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            ).returncode == 0  # fmt: skip
            if not ran:
                raise ConfigError(
                    "bench.fit_vad", f"{PYTHON} names no Python that has ttskit",
                    do="Make one: pip install torch phkit 'numpy<3' and pip install --no-deps ttskit==0.3.8",
                )  # fmt: skip
            Path(folder).rename(kept)
            Path(folder).mkdir()
    return {
        int(path.stem): soxr.resample(np.load(path).astype(np.float64), _READ_HZ, _RATE) for path in kept.glob("*.npy")
    }
