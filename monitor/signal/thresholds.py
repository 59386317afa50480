"""Thresholds as columns: one section of the settings, for lines of several groups in one step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from monitor.signal.columns import IntArray
from monitor.signal.settings import SignalSettings


class Thresholds:
    """`of(groups)`: the section's settings where all these lines have the same, else an object whose attributes are
    columns [n, 1] that broadcast over the channels. Comparisons come out the same either way."""

    def __init__(self, settings: SignalSettings, pick: Callable[[SignalSettings], BaseModel]) -> None:
        self._versions = [pick(each) for each in settings.variants()]
        plain = all(version == self._versions[0] for version in self._versions)
        self._columns = {} if plain else {name: self._column(name) for name in type(self._versions[0]).model_fields}

    def of(self, groups: IntArray) -> Any:
        """groups: int64[n], the group of each line (0: none)."""
        if not self._columns:
            return self._versions[0]
        first = int(groups[0])
        return self._versions[first] if bool((groups == first).all()) else _Mixed(self._columns, groups)

    def at(self, group: int) -> Any:
        """The section of one group."""
        return self._versions[group]

    def _column(self, name: str) -> NDArray[Any]:
        return np.array([getattr(version, name) for version in self._versions])


class _Mixed:
    def __init__(self, columns: dict[str, NDArray[Any]], groups: IntArray) -> None:
        self._columns, self._groups = columns, groups

    def __getattr__(self, name: str) -> NDArray[Any]:
        picked: NDArray[Any] = self._columns[name][self._groups][:, None]
        return picked
