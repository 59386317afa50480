from __future__ import annotations

import numpy as np

from monitor.signal.mixture import Mixture, two_clouds


def test_a_mixture_finds_what_made_the_rows() -> None:
    random = np.random.default_rng(1)
    rows = np.concatenate((random.normal(-4, 0.5, (500, 2)), random.normal(3, 1.0, (500, 2))))
    found = Mixture.fit(rows, np.ones(1000), parts=2)
    assert np.allclose(np.sort(found.mean[:, 0]), [-4, 3], atol=0.3)
    assert np.allclose(found.weight, 0.5, atol=0.05)
    assert found.log(np.array([[-4.0, -4.0]]))[0] > found.log(np.array([[0.0, 9.0]]))[0] + 5


def test_weights_count() -> None:
    rows = np.concatenate((np.full((50, 1), -1.0), np.full((50, 1), 5.0))) + np.linspace(0, 0.1, 100)[:, None]
    found = Mixture.fit(rows, np.repeat([1.0, 1e-6], 50), parts=2)
    assert abs(float((found.mean[:, 0] * found.weight).sum()) + 1) < 0.2


def test_rows_that_are_all_alike_are_no_obstacle() -> None:
    found = Mixture.fit(np.zeros((40, 3)), np.ones(40))
    assert np.isfinite(found.log(np.zeros((1, 3)))).all()
    assert np.isfinite(two_clouds(np.zeros((40, 3)))).all()


def test_two_clouds_fall_apart() -> None:
    random = np.random.default_rng(2)
    rows = np.concatenate((random.normal(0, 1, (30, 2)), random.normal((7, 0), 1, (50, 2))))
    likely = two_clouds(rows) > 0.5
    assert len(set(likely[:30])) == len(set(likely[30:])) == 1
    assert likely[0] != likely[-1]
