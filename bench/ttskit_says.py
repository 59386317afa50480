"""Reads Mandarin with the models of the package `ttskit` (Mellotron of many speakers and MelGAN, both in its wheel). No
part of the bench: `fit_mandarin.py` has a Python run it that has `ttskit`, `phkit`, `torch` and `numpy`.

    python -P ttskit_says.py FOLDER < what        writes FOLDER/0.npy ..., int16 at 22,050 Hz, one for each line

Each line: two speakers, how much of the first, what is said, between tabs. Of a sentence at whose end the model does
not stop nothing is written. The same lines give the same sound.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import torch

_LONGEST = 750
_STOPS = 0.8


class _Anything(types.ModuleType):
    """Stands for what only its training needs."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: _Anything(name)

    def __call__(self, *_: object, **__: object) -> _Anything:
        return self


def models() -> tuple[Any, Any]:
    """What makes spectra of letters, and what makes sound of these."""
    spec = importlib.util.find_spec("ttskit")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("ttskit_says.py: the package ttskit is not installed. pip install --no-deps ttskit")
    where = Path(spec.origin).parent
    sys.path.insert(0, str(where))
    for name in (
        "inflect", "librosa", "librosa.filters", "librosa.util", "matplotlib", "matplotlib.pylab", "tensorboardX",
        "mellotron.utils",
    ):  # fmt: skip
        sys.modules[name] = _Anything(name)
    for name in ("mellotron.model", "melgan.model.generator"):
        importlib.import_module(name)
    kept = (where / "resource" / "model" / name for name in ("mellotron.kuangdd-mspk.pt", "melgan.kuangdd.pt"))
    letters, sound = (torch.load(path, map_location="cpu", weights_only=False) for path in kept)
    return letters, sound


def speaker(name: str) -> torch.Tensor:
    """As the model was told who speaks: the digits of a sum of the name."""
    digits = [int(digit, 16) for digit in hashlib.md5(name.encode()).hexdigest()]
    return torch.tensor([digits], dtype=torch.float32).sub(7).div(10)


def main() -> None:
    folder = Path(sys.argv[1])
    torch.set_num_threads(1)
    letters, sound = models()
    from phkit.chinese import text_to_sequence

    for number, line in enumerate(sys.stdin.read().splitlines()):
        one, other, much, text = line.split("\t")
        who = float(much) * speaker(one) + (1 - float(much)) * speaker(other)
        torch.manual_seed(number)
        with torch.no_grad():
            told = torch.tensor([text_to_sequence(text, "hanzi")], dtype=torch.long)
            _, spectra, gates, _ = letters.inference((told, 0, who, None))
            over = (torch.sigmoid(gates).reshape(-1) > _STOPS).nonzero()
            if len(over) and int(over[0]) < _LONGEST:
                np.save(folder / f"{number}.npy", sound.inference(spectra[:, :, : int(over[0])]).numpy())


if __name__ == "__main__":
    main()
