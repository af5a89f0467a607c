"""A weighted sum and its bend; with one input, one example, and as many of one as of the other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.exercise import Exercise
from utils.reference import the_brain as reference
from utils.reference.forward_propagation import sigmoid


def _rounded(rng: np.random.Generator, *shape: int) -> Any:
    """Return numbers of both signs that are easy to read, none of them zero."""
    return rng.choice([-1.0, 1.0], shape) * rng.integers(1, 20, shape) / 10


def _cases(rng: np.random.Generator) -> list[Case]:
    def unit(n: int, m: int, note: str = "", layout: str = "plain", earns: str = "values") -> Case:
        b = float(rng.choice([-1.0, 1.0]) * rng.integers(5, 15) / 10)
        return Case(
            {"X": _rounded(rng, n, m), "w": _rounded(rng, n, 1), "b": b}, note, layout, earns=earns
        )

    return [
        unit(2, 3),
        unit(3, 1, "a single example (m = 1)", earns="edge cases"),
        unit(1, 5, "a single input (n = 1)", earns="edge cases"),
        unit(5, 5, "as many examples as inputs"),
        unit(7, 11, "arrays that are not contiguous in memory", "strided", "edge cases"),
        unit(3, 13, "arrays that must not be written to", "readonly", "inputs left alone"),
    ]


exercise = Exercise(
    name="logistic_unit",
    assignment="05_the_brain",
    rubric={"shape": 0.5, "values": 2, "edge cases": 1, "inputs left alone": 0.5},
    reference=reference.logistic_unit,
    returns="A",
    cases=_cases,
    fresh=("A",),
    properties={"unit_mirrored": "edge cases", "unit_in_columns": "edge cases"},
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


@exercise.mistake(
    "The bias counts the wrong way: it is subtracted, or the minus in the exponent "
    "reaches only the first part of z."
)
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


@exercise.mistake("The inputs were bent first and added up afterwards: the bend comes last.")
def bent_before_the_sum(X: Any, w: Any, b: Any) -> Any:
    return w.T @ sigmoid(X) + b


@exercise.mistake("Each weighted input was bent by itself. One unit has one bend, after the sum.")
def bent_one_by_one(X: Any, w: Any, b: Any) -> Any:
    return np.sum(sigmoid(w * X), axis=0, keepdims=True) + b


@exercise.mistake("The inputs were added up as they are: no weight has had a say.")
def weights_forgotten(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(np.sum(X, axis=0, keepdims=True) + b)


@exercise.mistake("This is the mean of the products. The formula adds them up.")
def mean_of_products(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(np.mean(w * X, axis=0, keepdims=True) + b)


@exercise.mistake("All examples were added up into one number. Each should have its own.")
def one_for_all(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(np.sum(w * X) + b)


@exercise.mistake("The bend is a tanh, which goes from −1 to 1. This unit's goes from 0 to 1.")
def tanh_for_sigmoid(X: Any, w: Any, b: Any) -> Any:
    return np.tanh(w.T @ X + b)


@exercise.mistake("The bend is a ReLU. The formula's σ is another one.")
def relu_for_sigmoid(X: Any, w: Any, b: Any) -> Any:
    return np.maximum(0, w.T @ X + b)


@exercise.mistake("This is 1 + exp(−z), the denominator. One over it needs parentheses around it.")
def parentheses_missing(X: Any, w: Any, b: Any) -> Any:
    return 1 / 1 + np.exp(-(w.T @ X + b))


@exercise.mistake("b was added to each input here. It comes to their weighted sum, once.")
def bias_on_every_input(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(w.T @ (X + b))


@exercise.mistake("The output was cut to 0 or 1. This unit grades: it gives what lies between.")
def all_or_none(X: Any, w: Any, b: Any) -> Any:
    return (w.T @ X + b > 0).astype(float)


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("on_its_side", "bias_forgotten")
def on_its_side_without_bias(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(X.T @ w)


@exercise.combined_mistake("no_sigmoid", "bias_subtracted")
def weighted_sum_with_bias_subtracted(X: Any, w: Any, b: Any) -> Any:
    return w.T @ X - b


@exercise.combined_mistake("rank_one", "bias_forgotten")
def rank_one_without_bias(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(np.sum(w * X, axis=0))


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("w.T is an array, not a function, so it cannot be called.")
def transpose_called(X: Any, w: Any, b: Any) -> Any:
    A = sigmoid(w.T() @ X + b)
    return A


@exercise.raising_mistake("math.exp takes a single number, and got an array.")
def exp_of_math(X: Any, w: Any, b: Any) -> Any:
    A = 1 / (1 + math.exp(-(w.T @ X + b)))
    return A


@exercise.raising_mistake("the name Z is not defined.")
def sum_never_named(X: Any, w: Any, b: Any) -> Any:
    A = 1 / (1 + np.exp(-Z))
    return A


@exercise.raising_mistake("w (2, 1) @ X (2, 3) does not fit.")
def column_times_matrix(X: Any, w: Any, b: Any) -> Any:
    Z = np.dot(w, X) + b
    return 1 / (1 + np.exp(-Z))


@exercise.raising_mistake("`^` is no power in Python.")
def caret(X: Any, w: Any, b: Any) -> Any:
    Z = w.T @ X + b
    return 1 / (1 + np.e ^ (-Z))


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_expit(X: Any, w: Any, b: Any) -> Any:
    from scipy.special import expit

    return expit(w.T @ X + b)


@exercise.correct_variant
def turned_at_the_end(X: Any, w: Any, b: Any) -> Any:
    return sigmoid((X.T @ w).T + b)


@exercise.correct_variant
def as_a_sum(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(np.sum(w * X, axis=0, keepdims=True) + b)


@exercise.correct_variant
def with_einsum(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(np.einsum("ij,im->jm", w, X) + b)


@exercise.correct_variant
def with_tanh(X: Any, w: Any, b: Any) -> Any:
    return 0.5 * (1 + np.tanh((w.T.dot(X) + b) / 2))


@exercise.correct_variant
def as_printed(X: Any, w: Any, b: Any) -> Any:
    z = np.dot(w.T, X) + b
    A = 1 / (1 + np.exp(-z))
    return A


@exercise.correct_variant
def example_by_example(X: Any, w: Any, b: Any) -> Any:
    A = np.zeros((1, X.shape[1]))
    for i in range(X.shape[1]):
        z = sum(w[j, 0] * X[j, i] for j in range(X.shape[0])) + b
        A[0, i] = 1 / (1 + math.exp(-z))
    return A


@exercise.correct_variant
def bias_as_a_weight(X: Any, w: Any, b: Any) -> Any:
    inputs = np.vstack([X, np.ones(X.shape[1])])
    return sigmoid(np.append(w, b)[np.newaxis] @ inputs)


@exercise.correct_variant
def with_a_flat_w(X: Any, w: Any, b: Any) -> Any:
    z = w.ravel() @ X + b
    return np.exp(-np.logaddexp(0, -z)).reshape(1, -1)


@exercise.correct_variant
def with_e_to_the_z(X: Any, w: Any, b: Any) -> Any:
    e = np.exp(np.inner(w.T, X.T) + b)
    return e / (1 + e)
