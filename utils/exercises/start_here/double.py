"""Twice every entry, where a learner meets a check; a column and a locked array among the cases."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.exercise import Exercise
from utils.reference import start_here as reference


def _cases(rng: np.random.Generator) -> list[Case]:
    X = rng.integers(1, 30, (2, 3)) / 10
    return [
        Case({"X": X}),
        Case({"X": rng.normal(0, 1, (5, 1))}, "a single column"),
        Case({"X": rng.normal(0, 1, (3, 7))}, "an array that must not be written to", "readonly"),
    ]


exercise = Exercise(
    name="double",
    assignment="00_start_here",
    rubric={"values": 0},
    reference=reference.double,
    returns="D",
    cases=_cases,
    fresh=("D",),
    hints=(
        "Which sign multiplies in Python?",
        "A number times an array multiplies every entry, so no loop is needed.",
        "A similar problem, solved. One tenth of every entry: `T = X / 10`, then `return T`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("Every entry is doubled, but rows and columns changed places: look for a `.T`.")
def transposed(X: Any) -> Any:
    return 2 * X.T


@exercise.mistake("These are the squares. Twice a number is the number times 2.")
def squared(X: Any) -> Any:
    return X**2


@exercise.mistake("2 was added to every entry, where it should multiply.")
def added(X: Any) -> Any:
    return X + 2


@exercise.mistake("Nothing was doubled: this is X.")
def unchanged(X: Any) -> Any:
    return X.copy()


@exercise.mistake("Each entry is halved: dividing makes it smaller, twice as much is larger.")
def halved(X: Any) -> Any:
    return X / 2


@exercise.mistake("This is 2 to the power of X. Twice a number is the number times 2.")
def power_of_two(X: Any) -> Any:
    return 2**X


@exercise.mistake(
    "Each entry came back four times as large: where does the second doubling come in?"
)
def doubled_twice(X: Any) -> Any:
    return 4 * X


@exercise.mistake("This is the hint's own problem, one tenth. Here it is twice.")
def hint_copied(X: Any) -> Any:
    return X / 10


@exercise.mistake("Every entry came back without its sign: is there an abs?")
def without_sign(X: Any) -> Any:
    return np.abs(2 * X)


@exercise.mistake("The array stands there twice, one below the other. Its entries should double.")
def twice_below(X: Any) -> Any:
    return np.concatenate([X, X])


@exercise.mistake("The array stands there twice, side by side. Its entries should double.")
def twice_beside(X: Any) -> Any:
    return np.hstack([X, X])


@exercise.mistake("One number came back, of all entries together. Each should have its own.")
def summed(X: Any) -> Any:
    return 2 * np.sum(X)


@exercise.mistake("The numbers are right, but they were written into X. Make a new array for them.")
def in_place(X: Any) -> Any:
    X *= 2
    return X


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("transposed", "squared")
def squared_and_transposed(X: Any) -> Any:
    return X.T**2


@exercise.combined_mistake("transposed", "added")
def added_and_transposed(X: Any) -> Any:
    return (X + 2).T


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("the name x is not defined.")
def small_letter(X: Any) -> Any:
    D = 2 * x
    return D


@exercise.raising_mistake("the name D is not defined.")
def small_result(X: Any) -> Any:
    d = 2 * X
    return D


@exercise.raising_mistake("`^` is no power in Python.")
def caret(X: Any) -> Any:
    D = X ^ 2
    return D


@exercise.raising_mistake("X is an array, not a function, so it cannot be called.")
def sign_left_out(X: Any) -> Any:
    D = X(2)
    return D


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def by_addition(X: Any) -> Any:
    return X + X


@exercise.correct_variant
def with_multiply(X: Any) -> Any:
    return np.multiply(X, 2.0)


@exercise.correct_variant
def divided_by_a_half(X: Any) -> Any:
    return X / 0.5


@exercise.correct_variant
def on_a_copy(X: Any) -> Any:
    D = X.copy()
    D *= 2
    return D


@exercise.correct_variant
def in_a_loop(X: Any) -> Any:
    D = np.zeros(X.shape)
    for index in np.ndindex(X.shape):
        D[index] = 2 * X[index]
    return D


@exercise.correct_variant
def row_by_row(X: Any) -> Any:
    return np.array([[x + x for x in row] for row in X])


@exercise.correct_variant
def as_the_sum_of_two(X: Any) -> Any:
    return sum([X, X])


@exercise.correct_variant
def one_number_at_a_time(X: Any) -> Any:
    return np.vectorize(lambda x: 2 * x)(X)


@exercise.correct_variant
def with_einsum(X: Any) -> Any:
    return np.einsum("ij,->ij", X, 2)
