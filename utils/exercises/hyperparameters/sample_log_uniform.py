"""Numbers log-uniform between two ends; cases judge how many, a law how they spread."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters.common import Rng, range_cases
from utils.reference import hyperparameters as reference
from utils.reference.hyperparameters import sample_log_uniform as log_uniform

exercise = Exercise(
    name="sample_log_uniform",
    assignment="04_hyperparameters",
    rubric={"values": 10},
    reference=reference.sample_log_uniform,
    returns="draws",
    cases=range_cases((1e-4, 1.0), (1e-3, 0.1), (2.0, 512.0)),
    laws={"log_uniform": "values"},
    hints=(
        "Let the exponent be uniform, then raise 10 to it.",
        "0.0001 is 10 to the −4: which NumPy function tells the exponent of any number?",
        "A similar problem, solved. Powers of 2 from 1 to 1024, every doubling equally likely: "
        "`2 ** rng.uniform(0, 10, size)`. Here the ends 0 and 10 are log2 of 1 and of 1024.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("These draws are uniform on the plain scale, which leaves the small numbers out.")
def uniform_draws(low: float, high: float, size: int, rng: Rng) -> Any:
    return rng.uniform(low, high, size)


@exercise.mistake("The exponents are base 10, and exp raised e to them: use 10 **.")
def exp_for_power_of_ten(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.exp(rng.uniform(np.log10(low), np.log10(high), size))


@exercise.mistake("Natural logarithms went in and 10 ** came out: use one base for both.")
def power_of_ten_for_exp(low: float, high: float, size: int, rng: Rng) -> Any:
    with np.errstate(all="ignore"):
        return np.clip(10 ** rng.uniform(np.log(low), np.log(high), size), 1e-300, 1e300)


@exercise.mistake(
    "10 ** rng.random lies between 1 and 10, whatever low and high are: stretch the exponent."
)
def ten_to_a_share(low: float, high: float, size: int, rng: Rng) -> Any:
    return 10 ** rng.random(size)


@exercise.mistake("10 ** was forgotten: these are the exponents themselves.")
def exponents_only(low: float, high: float, size: int, rng: Rng) -> Any:
    return rng.uniform(np.log10(low), np.log10(high), size)


@exercise.mistake("Only whole exponents were drawn: nothing comes between the decades.")
def whole_exponents(low: float, high: float, size: int, rng: Rng) -> Any:
    first, last = round(np.log10(low)), round(np.log10(high))
    return 10.0 ** rng.integers(first, last, size, endpoint=True)


@exercise.mistake("10 ** was taken of low and high themselves: take their log10 first.")
def ends_not_logged(low: float, high: float, size: int, rng: Rng) -> Any:
    return 10 ** np.minimum(rng.uniform(low, high, size), 300)


@exercise.mistake("One number was drawn and repeated: give `size` to rng.")
def one_draw_repeated(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.full(size, 10 ** rng.uniform(np.log10(low), np.log10(high)))


@exercise.mistake("One number came back: give `size` to rng.")
def size_forgotten(low: float, high: float, size: int, rng: Rng) -> Any:
    return 10 ** rng.uniform(np.log10(low), np.log10(high))


@exercise.mistake("All draws are the same spacing apart: they should be random.")
def logspace(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.logspace(np.log10(low), np.log10(high), size)


@exercise.mistake("The generator was made anew inside: draw from the rng that came in.")
def own_generator(low: float, high: float, size: int, rng: Rng) -> Any:
    return log_uniform(low, high, size, np.random.default_rng(0))


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def with_exp(low: float, high: float, size: int | None, rng: Rng) -> Any:
    return np.exp(rng.uniform(np.log(low), np.log(high), size))


@exercise.right_way
def with_a_ratio(low: float, high: float, size: int | None, rng: Rng) -> Any:
    return low * (high / low) ** rng.random(size)
