"""A weighted sum and its bend; with one input, one example, and as many of one as of the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from utils.cases import Case
from utils.exercises.exercise import Exercise
from utils.reference import the_brain as reference
from utils.reference.forward_propagation import sigmoid


def _rounded(rng: np.random.Generator, *shape: int) -> Any:
    """Numbers of both signs that are easy to read, none of them zero."""
    return rng.choice([-1.0, 1.0], shape) * rng.integers(1, 20, shape) / 10


def _cases(rng: np.random.Generator) -> list[Case]:
    def unit(n: int, m: int, note: str = "", layout: str = "plain") -> Case:
        b = float(rng.choice([-1.0, 1.0]) * rng.integers(5, 15) / 10)
        return Case({"X": _rounded(rng, n, m), "w": _rounded(rng, n, 1), "b": b}, note, layout)

    return [
        unit(2, 3),
        unit(3, 1, "a single example (m = 1)"),
        unit(1, 5, "a single input (n = 1)"),
        unit(5, 5, "as many examples as inputs"),
        unit(7, 11, "arrays that are not contiguous in memory", "strided"),
        unit(3, 13, "arrays that must not be written to", "readonly"),
    ]


exercise = Exercise(
    name="logistic_unit",
    assignment="05_the_brain",
    rubric={"values": 4},
    reference=reference.logistic_unit,
    returns="A",
    cases=_cases,
    fresh=("A",),
    hints=(
        "Two steps: first Z of shape (1, m), one number for each example; then the sigmoid of Z.",
        "w is a column, (n, 1), and X is (n, m). Which way round must w lie so that the inner "
        "sizes agree and (1, m) is left?",
        "A similar problem, solved. Prices p (n, 1), baskets Q (n, m) and a fee f give bills "
        "(1, m): `bills = p.T @ Q + f`. With a tenth off: `0.9 * bills`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("This is the weighted sum Z alone: the bend comes after it.")
def no_sigmoid(X: Any, w: Any, b: Any) -> Any:
    return w.T @ X + b


@exercise.mistake("The bias b was left out.")
def bias_forgotten(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(w.T @ X)


@exercise.mistake("The bias was added after the bend, where it no longer shifts the threshold.")
def bias_outside(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(w.T @ X) + b


@exercise.mistake("The bias was subtracted: the formula adds it.")
def bias_subtracted(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(w.T @ X - b)


@exercise.mistake("This is the sigmoid of −Z: look at the sign in the exponent.")
def sign_of_z(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(-(w.T @ X + b))


@exercise.mistake("Products were made, but not added up: a unit gives one number an example.")
def not_summed(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(w * X + b)


@exercise.mistake("The bias was added to every product, so it counts once for each input.")
def bias_in_every_term(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(np.sum(w * X + b, axis=0, keepdims=True))


@exercise.mistake("The sum ran over the examples. It should run over the inputs, the rows.")
def summed_over_examples(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(np.sum(w * X, axis=1, keepdims=True) + b)


@exercise.mistake("The result lies on its side: examples are columns, so A is a row, (1, m).")
def on_its_side(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(X.T @ w + b)


@exercise.mistake("The numbers are right, in a rank-1 array. A has two axes, (1, m).")
def rank_one(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(np.sum(w * X, axis=0) + b)


@exercise.mistake("w @ X does not fit: w is a column here. Which way round must it lie?")
def not_transposed(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(w @ X + b)


@exercise.mistake("The output was cut to 0 or 1. This unit grades: it gives what lies between.")
def all_or_none(X: Any, w: Any, b: Any) -> Any:
    return (w.T @ X + b > 0).astype(float)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def with_expit(X: Any, w: Any, b: Any) -> Any:
    return expit(w.T @ X + b)


@exercise.right_way
def turned_at_the_end(X: Any, w: Any, b: Any) -> Any:
    return expit((X.T @ w).T + b)


@exercise.right_way
def as_a_sum(X: Any, w: Any, b: Any) -> Any:
    return expit(np.sum(w * X, axis=0, keepdims=True) + b)


@exercise.right_way
def with_einsum(X: Any, w: Any, b: Any) -> Any:
    return expit(np.einsum("ij,im->jm", w, X) + b)


@exercise.right_way
def with_tanh(X: Any, w: Any, b: Any) -> Any:
    return 0.5 * (1 + np.tanh((w.T.dot(X) + b) / 2))
