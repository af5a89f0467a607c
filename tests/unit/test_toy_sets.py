"""Test the toy sets: flower, moons and spiral."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from utils import data
from utils.data import flower, moons, spiral

TOYS = [flower, moons, spiral]


@pytest.mark.parametrize("toy", TOYS)
@pytest.mark.parametrize("m", [1, 2, 7, 400])
def test_toy_sets_have_examples_in_columns_and_balanced_classes(
    toy: Callable[..., data.ToySet], m: int
) -> None:
    X, Y = toy(m, rng=3)
    assert X.shape == (2, m)
    assert Y.shape == (1, m)
    assert X.dtype == Y.dtype == np.float64
    assert np.isfinite(X).all()
    assert Y.sum() == m // 2
    assert set(Y[0]) <= {0, 1}
    assert np.abs(X).max() < 3


@pytest.mark.parametrize("toy", TOYS)
def test_toy_sets_follow_the_seed(toy: Callable[..., data.ToySet]) -> None:
    X, Y = toy(50, rng=1)
    for same in (1, np.int64(1), np.random.default_rng(1)):
        X_same, Y_same = toy(50, rng=same)
        assert np.array_equal(X, X_same)
        assert np.array_equal(Y, Y_same)
    assert not np.array_equal(X, toy(50, rng=2)[0])

    generator = np.random.default_rng(1)
    toy(50, rng=generator)
    assert not np.array_equal(X, toy(50, rng=generator)[0]), "a generator moves on"


@pytest.mark.parametrize("toy", TOYS)
def test_toy_sets_are_separable_by_a_curve_but_not_by_a_line(
    toy: Callable[..., data.ToySet],
) -> None:
    X, Y = toy(2_000, rng=1)
    X_new, Y_new = toy(500, rng=2)

    inputs = np.vstack([X, np.ones(2_000)])
    w = np.linalg.lstsq(inputs.T, 2 * Y[0] - 1, rcond=None)[0]
    by_a_line = ((w @ inputs > 0) == Y[0]).mean()
    assert by_a_line < 0.9

    distances = np.square(X_new[:, :, None] - X[:, None, :]).sum(axis=0)
    nearest = np.argsort(distances, axis=1)[:, :15]
    by_neighbors = ((Y[0, nearest].mean(axis=1) > 0.5) == Y_new[0]).mean()
    assert by_neighbors > 0.85
    assert by_neighbors > by_a_line + 0.1


@pytest.mark.parametrize("toy", TOYS)
def test_toy_sets_are_in_random_order(toy: Callable[..., data.ToySet]) -> None:
    Y = toy(400, rng=1)[1]
    assert 0.3 < Y[0, :100].mean() < 0.7
    assert not np.array_equal(Y[0, :100], Y[0, 100:200]), "not in turn either"


@pytest.mark.parametrize("toy", TOYS)
@pytest.mark.parametrize("m", [0, -3, 2.5, 10.0, "ten", None])
def test_invalid_number_of_points_is_refused(toy: Callable[..., data.ToySet], m: object) -> None:
    with pytest.raises(ValueError, match=r"^m must be a whole number from 1 up, got ") as caught:
        toy(m, rng=1)
    assert repr(m) in str(caught.value)


@pytest.mark.parametrize("toy", TOYS)
@pytest.mark.parametrize("rng", [-1, 0.5, "one", None])
def test_invalid_seed_is_refused(toy: Callable[..., data.ToySet], rng: object) -> None:
    with pytest.raises(ValueError, match=r"^rng must be a whole number from 0 up or") as caught:
        toy(10, rng=rng)
    assert repr(rng) in str(caught.value)
