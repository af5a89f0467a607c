"""Numbers log-uniform between two ends; cases judge how many, a property how they spread."""

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
    rubric={"shape": 3, "range": 2, "distribution": 10},
    reference=reference.sample_log_uniform,
    returns="draws",
    cases=range_cases((1e-4, 1.0), (1e-3, 0.1), (2.0, 512.0), earns="range"),
    properties={"within_ends": "range", "log_uniform": "distribution"},
    drawn="distribution",
    hints=(
        "Let the exponent be uniform, then raise 10 to it.",
        "0.0001 is 10 to the −4: which NumPy function tells the exponent of any number?",
        "A similar problem, solved. Powers of 2 from 1 to 1024, every doubling equally likely: "
        "`2 ** rng.uniform(0, 10, size)`. Here the ends 0 and 10 are log2 of 1 and of 1024.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake(
    "These draws are uniform on the plain scale, where small numbers hardly ever come."
)
def uniform_draws(low: float, high: float, size: int, rng: Rng) -> Any:
    return rng.uniform(low, high, size)


@exercise.mistake("The exponents are base 10, and exp raised e to them: use one base for both.")
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


@exercise.mistake(
    "10 ** was taken of draws between low and high themselves: where should the exponents lie?"
)
def ends_not_logged(low: float, high: float, size: int, rng: Rng) -> Any:
    return 10 ** np.minimum(rng.uniform(low, high, size), 300)


@exercise.mistake("One number was drawn and repeated: each should be a draw of its own.")
def one_draw_repeated(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.full(size, 10 ** rng.uniform(np.log10(low), np.log10(high)))


@exercise.mistake("One number came back, where size of them are asked for.")
def size_forgotten(low: float, high: float, size: int, rng: Rng) -> Any:
    return 10 ** rng.uniform(np.log10(low), np.log10(high))


@exercise.mistake("Nothing is random here: the numbers stand at equal steps of the exponent.")
def logspace(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.logspace(np.log10(low), np.log10(high), size)


@exercise.mistake("The generator was made anew inside: draw from the rng that came in.")
def own_generator(low: float, high: float, size: int, rng: Rng) -> Any:
    return log_uniform(low, high, size, np.random.default_rng(42))


@exercise.mistake(
    "Every decade gets its share, but within each the draws are uniform on the plain scale."
)
def uniform_within_decades(low: float, high: float, size: int, rng: Rng) -> Any:
    decades = rng.integers(round(np.log10(low)), round(np.log10(high)), size)
    return 10.0**decades * rng.uniform(1, 10, size)


@exercise.mistake(
    "The logarithm was taken after the draw, so these are exponents of uniform draws."
)
def logged_after(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.log10(rng.uniform(low, high, size))


@exercise.mistake("The exponents are normal here; every decade should be equally likely.")
def normal_exponents(low: float, high: float, size: int, rng: Rng) -> Any:
    middle, half = (np.log10(low) + np.log10(high)) / 2, (np.log10(high) - np.log10(low)) / 2
    return 10 ** rng.normal(middle, half, size)


@exercise.mistake("The draws are a column: one axis is asked for.")
def as_a_column(low: float, high: float, size: int, rng: Rng) -> Any:
    return 10 ** rng.uniform(np.log10(low), np.log10(high), (size, 1))


@exercise.mistake("Only 4 decades can come here, those of the figure: use low and high.")
def ends_of_the_figure(low: float, high: float, size: int, rng: Rng) -> Any:
    return 10 ** rng.uniform(-4, 0, size)


@exercise.mistake("low and high went in as exponents: of which numbers are they the powers of ten?")
def ends_as_exponents(low: float, high: float, size: int, rng: Rng) -> Any:
    with np.errstate(over="ignore"):
        return 10 ** rng.uniform(low, high, size)


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("exp_for_power_of_ten", "size_forgotten")
def exp_of_one(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.exp(rng.uniform(np.log10(low), np.log10(high)))


@exercise.combined_mistake("uniform_draws", "own_generator")
def uniform_of_its_own(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.random.default_rng(42).uniform(low, high, size)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("`^` is no power in Python.")
def hat_for_power(low: float, high: float, size: int, rng: Rng) -> Any:
    exponents: Any = rng.uniform(np.log10(low), np.log10(high), size)
    return 10 ^ exponents


@exercise.raising_mistake("np.log10 takes one number or array, and got more.")
def both_ends_at_once(low: float, high: float, size: int, rng: Rng) -> Any:
    first, last = np.log10(low, high)
    return 10 ** rng.uniform(first, last, size)


@exercise.raising_mistake("the name log10 is not defined. Did you mean np.log10?")
def log10_without_np(low: float, high: float, size: int, rng: Rng) -> Any:
    return 10 ** rng.uniform(log10(low), log10(high), size)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_exp(low: float, high: float, size: int | None, rng: Rng) -> Any:
    return np.exp(rng.uniform(np.log(low), np.log(high), size))


@exercise.correct_variant
def with_a_ratio(low: float, high: float, size: int | None, rng: Rng) -> Any:
    return low * (high / low) ** rng.random(size)


@exercise.correct_variant
def with_a_loop(low: float, high: float, size: int, rng: Rng) -> Any:
    draws = np.zeros(size)
    for i in range(size):
        draws[i] = 10 ** rng.uniform(np.log10(low), np.log10(high))
    return draws


@exercise.correct_variant
def with_log2(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.exp2(rng.uniform(np.log2(low), np.log2(high), size=size))


@exercise.correct_variant
def with_stretched_exponents(low: float, high: float, size: int, rng: Rng) -> Any:
    first, last = np.log10([low, high])
    return np.power(10, first + (last - first) * rng.random(size))


@exercise.correct_variant
def down_from_the_top(low: float, high: float, size: int, rng: Rng) -> Any:
    return high / (high / low) ** rng.random(size)


@exercise.correct_variant
def between_two_logarithms(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.exp(np.interp(rng.random(size), [0, 1], [np.log(low), np.log(high)]))


@exercise.correct_variant
def from_a_list(low: float, high: float, size: int, rng: Rng) -> Any:
    def one() -> float:
        return float(10 ** rng.uniform(low=np.log10(low), high=np.log10(high)))

    return np.array([one() for _ in range(size)])


@exercise.correct_variant
def with_every_entry_alone(low: float, high: float, size: int, rng: Rng) -> Any:
    power = np.vectorize(lambda exponent: 10.0**exponent)
    return power(rng.uniform(np.log10(low), np.log10(high), size))
