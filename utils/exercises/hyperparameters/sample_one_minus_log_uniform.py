"""Numbers β with 1 − β log-uniform; a range that begins at 0 is among the cases."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters.common import Rng, range_cases
from utils.reference import hyperparameters as reference
from utils.reference.hyperparameters import sample_log_uniform as log_uniform

exercise = Exercise(
    name="sample_one_minus_log_uniform",
    assignment="04_hyperparameters",
    rubric={"values": 5},
    reference=reference.sample_one_minus_log_uniform,
    returns="draws",
    cases=range_cases((0.9, 0.999), (0.5, 0.99), (0.0, 0.9)),
    builds_on=("sample_log_uniform",),
    laws={"one_minus_log_uniform": "values"},
    hints=(
        "Draw 1 − β, then take it from 1.",
        "If β runs from 0.9 to 0.999, from where to where does 1 − β run? "
        "The larger β is, the smaller is 1 − β.",
        "A similar problem, solved. Numbers c for which 10 − c is log-uniform, with c from 2 to 9: "
        "`10 - sample_log_uniform(1, 8, size, rng)`. The ends are 10 − 9 and 10 − 2.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake(
    "β itself is uniform here. Then nearly all draws are far from `high`, where it matters."
)
def uniform_beta(low: float, high: float, size: int, rng: Rng) -> Any:
    return rng.uniform(low, high, size)


@exercise.mistake("This is log-uniform in β. It should be so in 1 − β.")
def log_uniform_beta(low: float, high: float, size: int, rng: Rng) -> Any:
    return log_uniform(max(low, 1e-12), high, size, rng)


@exercise.mistake("These are draws of 1 − β: take them from 1.")
def gap_returned(low: float, high: float, size: int, rng: Rng) -> Any:
    return log_uniform(1 - high, 1 - low, size, rng)


@exercise.mistake(
    "1 was subtracted at the end, but the draws were made between low and high, not their gaps."
)
def ends_not_turned(low: float, high: float, size: int, rng: Rng) -> Any:
    return 1 - log_uniform(max(low, 1e-12), high, size, rng)


@exercise.mistake("1 − β is uniform here, and not on a log scale.")
def uniform_gap(low: float, high: float, size: int, rng: Rng) -> Any:
    return 1 - rng.uniform(1 - high, 1 - low, size)


@exercise.mistake("One number was drawn and repeated: hand `size` on.")
def one_gap_repeated(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.full(size, 1 - log_uniform(1 - high, 1 - low, 1, rng)[0])


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def with_a_ratio(low: float, high: float, size: int | None, rng: Rng) -> Any:
    return 1 - (1 - low) * ((1 - high) / (1 - low)) ** rng.random(size)
