"""Twice every entry, where a learner meets a check; a column and a locked array among the cases."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Case
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


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def by_addition(X: Any) -> Any:
    return X + X


@exercise.right_way
def with_multiply(X: Any) -> Any:
    return np.multiply(X, 2.0)
