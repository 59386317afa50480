"""Gaussian mixtures by expectation and maximisation, beginning the same way every time: no chance is involved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Mixture:
    """Gaussians with diagonal covariance. mean, variance: [k, d]; weight: [k]."""

    mean: Floats
    variance: Floats
    weight: Floats

    @classmethod
    def fit(cls, rows: Floats, weights: Floats, parts: int = 6) -> Mixture:
        """rows [n, d], weights [n] of them. Begins with parts along the widest axis."""
        whole = np.average(rows, axis=0, weights=weights)
        least = 0.1 * np.average((rows - whole) ** 2, axis=0, weights=weights) + 1e-3
        place = (rows - whole) @ _widest(rows - whole, weights)
        middles = np.quantile(place, (np.arange(parts) + 0.5) / parts)
        share = np.eye(parts)[np.abs(place[:, None] - middles).argmin(axis=1)] * 0.8 + 0.2 / parts
        for _ in range(_ROUNDS):
            heavy = share * weights[:, None]
            total = heavy.sum(axis=0) + 1e-6
            mean = heavy.T @ rows / total[:, None]
            variance = np.maximum(heavy.T @ (rows * rows) / total[:, None] - mean * mean, least)
            made = cls(mean, variance, total / total.sum())
            each = made._each(rows)
            share = np.exp(each - _log_sum(each)[:, None])
        return made

    def log(self, rows: Floats) -> Floats:
        """float64[n]: log density, up to a constant."""
        return _log_sum(self._each(rows))

    def _each(self, rows: Floats) -> Floats:
        squares = (rows * rows) @ (1 / self.variance).T - 2 * rows @ (self.mean / self.variance).T
        rest = (self.mean**2 / self.variance + np.log(self.variance)).sum(axis=1)
        return np.asarray(-0.5 * (squares + rest) + np.log(self.weight))


def two_clouds(rows: Floats) -> Floats:
    """float64[n], how likely each row belongs to the second of two Gaussians of one shape; the better of the cuts
    across each axis to begin with."""
    best, chosen = -np.inf, np.full(len(rows), 0.5)
    for axis in range(rows.shape[1]):
        share = np.where(rows[:, axis] > np.median(rows[:, axis]), 0.95, 0.05)
        likely, share = _clouds(rows, share)
        if likely > best:
            best, chosen = likely, share
    return chosen


def _clouds(rows: Floats, share: Floats) -> tuple[float, Floats]:
    size = rows.shape[1]
    for _ in range(30):
        both = np.stack((1 - share, share), axis=1)
        part = both.sum(axis=0) + 1e-9
        mean = both.T @ rows / part[:, None]
        off = [rows - mean[side] for side in (0, 1)]
        within = sum((off[side] * both[:, side, None]).T @ off[side] for side in (0, 1)) / len(rows)
        within = within + 1e-2 * np.eye(size)
        inverse = np.linalg.inv(within)
        each = np.stack([-0.5 * np.einsum("ij,jk,ik->i", one, inverse, one) for one in off], axis=1)
        each = each + np.log(part / part.sum())
        share = np.exp(each[:, 1] - _log_sum(each))
    return float(_log_sum(each).mean() - 0.5 * np.linalg.slogdet(within)[1]), share


def _widest(rows: Floats, weights: Floats) -> Floats:
    scatter = np.einsum("ij,ik->jk", rows * weights[:, None], rows)
    return np.asarray(np.linalg.eigh(scatter)[1][:, -1])


def _log_sum(each: Floats) -> Floats:
    top = each.max(axis=1)
    return np.asarray(top + np.log(np.exp(each - top[:, None]).sum(axis=1)))
