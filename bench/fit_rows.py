"""Weights as Python."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

_IN_A_LINE = 20


def tuples(name: str, values: NDArray[Any]) -> list[str]:
    """Lines that set it to a tuple of whole numbers, or of such tuples."""
    if values.ndim == 1:
        return [f"{name}: tuple[int, ...] = (", *(f"    {line}," for line in _lines(values)), ")"]
    rows = ["    (" + ",\n     ".join(_lines(row)) + ")," for row in values]
    return [f"{name}: tuple[tuple[int, ...], ...] = (", *rows, ")"]


def _lines(numbers: NDArray[Any]) -> list[str]:
    return [", ".join(map(str, numbers[at : at + _IN_A_LINE].tolist())) for at in range(0, len(numbers), _IN_A_LINE)]
