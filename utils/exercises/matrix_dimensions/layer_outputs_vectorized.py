"""A layer without a loop over examples; cases judge the values, a law the time."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.matrix_dimensions.common import Rng
from utils.reference import matrix_dimensions as reference


def _cases(rng: Rng) -> list[Case]:
    def case(n0: int, n1: int, m: int, note: str = "", layout: str = "plain") -> Case:
        X, W = rng.normal(0, 1, (n0, m)), rng.normal(0, 0.5, (n1, n0))
        b = rng.choice([-1.0, 1.0], (n1, 1)) * rng.uniform(0.2, 1, (n1, 1))
        return Case({"X": X, "W": W, "b": b}, note, layout)

    readable = {
        "X": rng.integers(-9, 10, (3, 4)) / 10,
        "W": rng.integers(1, 20, (2, 3)) / 10,
        "b": np.array([[0.5], [-0.3]]),
    }
    small = {name: array.astype(np.float32) for name, array in case(3, 5, 7).args.items()}
    return [
        Case(readable),
        case(5, 3, 1, "a single example (m = 1)"),
        case(5, 1, 2, "a single unit"),
        case(1, 3, 2, "a single input"),
        case(3, 3, 3, "all sizes equal"),
        case(5, 3, 3, "as many examples as units"),
        Case(small, "float32 arrays"),
        case(3, 5, 7, "arrays that are not contiguous in memory", "strided"),
        case(3, 5, 7, "arrays that must not be written to", "readonly"),
    ]


exercise = Exercise(
    name="layer_outputs_vectorized",
    assignment="03_matrix_dimensions",
    rubric={"values": 15},
    reference=reference.layer_outputs_vectorized,
    returns="A",
    cases=_cases,
    fresh=("A",),
    laws={"no_loop_over_examples": "values"},
    hints=(
        "The innermost loop multiplies and adds up over k. The sign @ does this for every pair "
        "of a row and a column at once.",
        "b[j, 0] depends on the unit alone. A column (n[1], 1), added to (n[1], m), is added to "
        "every column. np.tanh takes whole arrays.",
        "A similar problem, solved. The loop `for i: for k: T[0, i] += p[0, k] * Q[k, i]` is "
        "`T = p @ Q`: the index that is added up, k, stands inside.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("The values are right. There is still a loop over the examples in it.")
def still_a_loop(X: Any, W: Any, b: Any) -> Any:
    A = np.zeros((W.shape[0], X.shape[1]), np.result_type(X, W, b))
    for i in range(X.shape[1]):
        for j in range(W.shape[0]):
            A[j, i] = np.tanh(np.sum(W[j, :] * X[:, i]) + b[j, 0])
    return A


@exercise.mistake("These are the sums before tanh: the activation is missing.")
def no_activation(X: Any, W: Any, b: Any) -> Any:
    return W @ X + b


@exercise.mistake("The bias is missing.")
def no_bias(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X)


@exercise.mistake("The bias was added after tanh. In the loop it comes before.")
def bias_after(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X) + b


@exercise.mistake("`*` multiplies entry by entry. Where is the sum over k?")
def entry_by_entry(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W * X + b)


@exercise.mistake("`W` was turned on its side: it has a row a unit already.")
def W_on_its_side(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W.T @ X + b)


@exercise.mistake("The factors are in the wrong order: inner sizes must agree.")
def factors_swapped(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(X @ W + b)


@exercise.mistake("X was turned on its side: its examples are columns already.")
def X_on_its_side(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X.T + b)


@exercise.mistake(
    "b was flattened, or turned on its side: it is then added along rows. It should stay a column."
)
def b_flat(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X + b.ravel())


@exercise.mistake("All values are there, with examples in rows. Make them columns.")
def rows_for_columns(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(X.T @ W.T + b.T)


@exercise.mistake(
    "The shape is right and the entries are scrambled: reshape only deals them out again, "
    "row by row."
)
def reshaped(X: Any, W: Any, b: Any) -> Any:
    return np.tanh((X.T @ W.T + b.T).reshape(W.shape[0], X.shape[1]))


@exercise.mistake(
    "The shape is right, but the entries of X were dealt out again by reshape on the way."
)
def X_reshaped(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X.T.reshape(X.shape) + b)


@exercise.mistake("Only the first example went through.")
def first_example(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X[:, :1] + b)


@exercise.mistake("This is the sigmoid of the sums; the loop uses tanh.")
def sigmoid_for_tanh(X: Any, W: Any, b: Any) -> Any:
    return (1 + np.tanh((W @ X + b) / 2)) / 2


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def with_einsum(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(np.einsum("jk,ki->ji", W, X) + b)


@exercise.right_way
def in_rows_and_back(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(X.T @ W.T + b.T).T


@exercise.right_way
def unit_by_unit(X: Any, W: Any, b: Any) -> Any:  # the loop over the units may stay: they are few
    return np.tanh(np.vstack([(w[:, None] * X).sum(axis=0) + c for w, c in zip(W, b, strict=True)]))
