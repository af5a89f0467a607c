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
    rubric={"shape": 2, "distribution": 8},
    reference=reference.sample_one_minus_log_uniform,
    returns="draws",
    cases=range_cases((0.9, 0.999), (0.5, 0.99), (0.0, 0.9), earns="distribution"),
    builds_on=("sample_log_uniform",),
    properties={"within_ends_below_one": "distribution", "one_minus_log_uniform": "distribution"},
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


@exercise.mistake("These are draws of 1 − β. Asked for is β itself.")
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


@exercise.mistake("One number was drawn and repeated: each should be a draw of its own.")
def one_gap_repeated(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.full(size, 1 - log_uniform(1 - high, 1 - low, 1, rng)[0])


@exercise.mistake("One number came back: hand size on.")
def size_forgotten(low: float, high: float, size: int, rng: Rng) -> Any:
    return 1 - log_uniform(1 - high, 1 - low, 1, rng)


@exercise.mistake("These run from low to high the wrong way: the crowd should be near high.")
def mirrored(low: float, high: float, size: int, rng: Rng) -> Any:
    return low + high - (1 - log_uniform(1 - high, 1 - low, size, rng))


@exercise.mistake("The generator was made anew inside: hand on the rng that came in.")
def own_generator(low: float, high: float, size: int, rng: Rng) -> Any:
    return 1 - log_uniform(1 - high, 1 - low, size, np.random.default_rng(42))


@exercise.mistake("Exponents of the gap came back: the power of ten was left out.")
def exponents_of_the_gap(low: float, high: float, size: int, rng: Rng) -> Any:
    return 1 - rng.uniform(np.log10(1 - high), np.log10(1 - low), size)


@exercise.mistake("The draws are made from low to high. 1 − β runs from 1 − high to 1 − low.")
def ends_as_they_came(low: float, high: float, size: int, rng: Rng) -> Any:
    return 1 - log_uniform(low, high, size, rng)


@exercise.mistake("β itself is drawn on a log scale here. It is 1 − β that should be.")
def beta_as_it_came(low: float, high: float, size: int, rng: Rng) -> Any:
    return log_uniform(low, high, size, rng)


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("gap_returned", "own_generator")
def gap_of_its_own(low: float, high: float, size: int, rng: Rng) -> Any:
    return log_uniform(1 - high, 1 - low, size, np.random.default_rng(42))


@exercise.combined_mistake("gap_returned", "size_forgotten")
def a_single_gap(low: float, high: float, size: int, rng: Rng) -> Any:
    return log_uniform(1 - high, 1 - low, 1, rng)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("the lower end of this range is not below the upper one.")
def ends_not_exchanged(low: float, high: float, size: int, rng: Rng) -> Any:
    return 1 - log_uniform(1 - low, 1 - high, size, rng)


@exercise.raising_mistake("missing 1 required positional argument: 'rng'.")
def rng_not_handed_on(low: float, high: float, size: int, rng: Rng) -> Any:
    return 1 - log_uniform(1 - high, 1 - low, size)


@exercise.raising_mistake("a range for random draws has no finite width")
def logarithm_of_zero(low: float, high: float, size: int, rng: Rng) -> Any:
    return 1 - 10 ** rng.uniform(np.log10(low), np.log10(high), size)


@exercise.raising_mistake("the name beta is not defined.")
def beta_from_nowhere(low: float, high: float, size: int, rng: Rng) -> Any:
    gaps = log_uniform(1 - high, 1 - low, size, rng)
    return gaps - beta


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_a_ratio(low: float, high: float, size: int | None, rng: Rng) -> Any:
    return 1 - (1 - low) * ((1 - high) / (1 - low)) ** rng.random(size)


@exercise.correct_variant
def with_the_earlier_one(low: float, high: float, size: int, rng: Rng) -> Any:
    gaps = log_uniform(low=1 - high, high=1 - low, size=size, rng=rng)
    return -gaps + 1


@exercise.correct_variant
def with_logarithms(low: float, high: float, size: int, rng: Rng) -> Any:
    return 1 - np.exp(rng.uniform(np.log(1 - high), np.log(1 - low), size))


@exercise.correct_variant
def with_expm1(low: float, high: float, size: int, rng: Rng) -> Any:
    return -np.expm1(rng.uniform(np.log1p(-high), np.log1p(-low), size))


@exercise.correct_variant
def in_a_loop(low: float, high: float, size: int, rng: Rng) -> Any:
    draws = np.empty(size)
    for i in range(size):
        draws[i] = 1 - 10 ** rng.uniform(np.log10(1 - high), np.log10(1 - low))
    return draws


@exercise.correct_variant
def upwards_from_the_smallest_gap(low: float, high: float, size: int, rng: Rng) -> Any:
    smallest, largest = 1 - high, 1 - low
    return 1 - smallest * (largest / smallest) ** rng.random(size)


@exercise.correct_variant
def one_call_a_draw(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.array([1 - log_uniform(1 - high, 1 - low, 1, rng)[0] for _ in range(size)])


@exercise.correct_variant
def between_two_exponents(low: float, high: float, size: int, rng: Rng) -> Any:
    first, last = np.log2(1 - low), np.log2(1 - high)
    return np.subtract(1, 2 ** (first + rng.random(size) * (last - first)))
