"""Weights as Python."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

_IN_A_LINE = 20


def in_256ths(of: str, read_by: str, *lines: str, made_by: str = "bench/fit_vad.py") -> str:
    """A module of such tuples: the net for speech, for music or for the mask."""
    return "\n".join(
        (
            f'"""The net for {of} in 256ths, made by {made_by}; {read_by} says what it is for."""',
            "",
            "from __future__ import annotations",
            "",
            "# fmt: off",
            *lines,
            "# fmt: on",
            "",
        )
    )


def tuples(name: str, values: NDArray[Any]) -> list[str]:
    """Lines that set it to a tuple of whole numbers, or of such tuples."""
    if values.ndim == 1:
        return [f"{name}: tuple[int, ...] = (", *(f"    {line}," for line in _lines(values)), ")"]
    rows = ["    (" + ",\n     ".join(_lines(row)) + ")," for row in values]
    return [f"{name}: tuple[tuple[int, ...], ...] = (", *rows, ")"]


def _lines(numbers: NDArray[Any]) -> list[str]:
    return [", ".join(map(str, numbers[at : at + _IN_A_LINE].tolist())) for at in range(0, len(numbers), _IN_A_LINE)]
