"""Notebook 05: for each exercise its cases, the mistakes students make, and the hints.

Sizes are distinct primes, with one example (m = 1) and unusual memory layouts among them.
What a mistake's function does is wrong on purpose.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np

from utils.cases import Anything, Case, Returned
from utils.exercises.exercise import Exercise
from utils.reference import the_brain as reference
from utils.reference.forward_propagation import sigmoid

Rng = np.random.Generator
ASSIGNMENT = "05_the_brain"


def _rounded(rng: Rng, *shape: int) -> Any:
    """Numbers of both signs that are easy to read, none of them zero."""
    return rng.choice([-1.0, 1.0], shape) * rng.integers(1, 20, shape) / 10


# --- logistic_unit -------------------------------------------------------------------------


def _unit_cases(rng: Rng) -> list[Case]:
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


logistic_unit = Exercise(
    name="logistic_unit",
    assignment=ASSIGNMENT,
    rubric={"right": 4},
    reference=reference.logistic_unit,
    returns="A",
    cases=_unit_cases,
    fresh=("A",),
    hints=(
        "Two steps: first Z of shape (1, m), one number for each example; then the sigmoid of Z.",
        "w is a column, (n, 1), and X is (n, m). Which way round must w lie so that the inner "
        "sizes agree and (1, m) is left?",
        "A similar problem, solved. Prices p (n, 1), baskets Q (n, m) and a fee f give bills "
        "(1, m): `bills = p.T @ Q + f`. With a tenth off: `0.9 * bills`.",
    ),
)


@logistic_unit.mistake("This is the weighted sum Z alone: the bend comes after it.")
def no_sigmoid(X: Any, w: Any, b: Any) -> Any:
    return w.T @ X + b


@logistic_unit.mistake("The bias b was left out.")
def bias_forgotten(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(w.T @ X)


@logistic_unit.mistake(
    "The bias was added after the bend, where it no longer shifts the threshold."
)
def bias_outside(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(w.T @ X) + b


@logistic_unit.mistake("The bias was subtracted: the formula adds it.")
def bias_subtracted(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(w.T @ X - b)


@logistic_unit.mistake("This is the sigmoid of −Z: look at the sign in the exponent.")
def sign_of_z(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(-(w.T @ X + b))


@logistic_unit.mistake("Products were made, but not added up: a unit gives one number an example.")
def not_summed(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(w * X + b)


@logistic_unit.mistake("The bias was added to every product, so it counts once for each input.")
def bias_in_every_term(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(np.sum(w * X + b, axis=0, keepdims=True))


@logistic_unit.mistake("The sum ran over the examples. It should run over the inputs, the rows.")
def summed_over_examples(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(np.sum(w * X, axis=1, keepdims=True) + b)


@logistic_unit.mistake("The result lies on its side: examples are columns, so A is a row, (1, m).")
def on_its_side(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(X.T @ w + b)


@logistic_unit.mistake("The numbers are right, in a rank-1 array. A has two axes, (1, m).")
def rank_one(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(np.sum(w * X, axis=0) + b)


@logistic_unit.mistake("w @ X does not fit: w is a column here. Which way round must it lie?")
def not_transposed(X: Any, w: Any, b: Any) -> Any:
    return sigmoid(w @ X + b)


@logistic_unit.mistake(
    "The output was cut to 0 or 1. This unit grades: it gives what lies between."
)
def all_or_none(X: Any, w: Any, b: Any) -> Any:
    return (w.T @ X + b > 0).astype(float)


# --- firing_rate ---------------------------------------------------------------------------


def _spike_cases(rng: Rng) -> list[Case]:
    def watched(n: int, steps: int, dt: float, note: str = "", layout: str = "plain") -> Case:
        spikes = (rng.random((n, steps)) < 0.4).astype(float)
        spikes[:, 0], spikes[0, 1:3] = 1.0, (1.0, 0.0)  # each fires; the first, twice at least
        return Case({"spikes": spikes, "dt": dt}, note, layout)

    silent = np.zeros((3, 7))
    silent[1, rng.permutation(7)[:2]] = 1.0
    return [
        watched(2, 5, 0.1),
        watched(1, 11, 0.002, "a single neuron"),
        Case({"spikes": silent, "dt": 0.05}, "neurons that stay silent"),
        watched(5, 13, 0.004, "spikes that are not contiguous in memory", "strided"),
        watched(3, 17, 0.001, "spikes that must not be written to", "readonly"),
    ]


firing_rate = Exercise(
    name="firing_rate",
    assignment=ASSIGNMENT,
    rubric={"right": 4},
    reference=reference.firing_rate,
    returns="rates",
    cases=_spike_cases,
    fresh=("rates",),
    hints=(
        "How many spikes has each neuron, and for how many seconds was it watched? "
        "The rate is the first number divided by the second.",
        "One neuron is one row, so the count runs along axis 1; keepdims=True keeps the column. "
        "The time is the number of steps times what one step lasts.",
        "A similar problem, solved. Millimeters of rain, a town a row, a day a column; the mean a "
        "week: `weeks = rain.shape[1] / 7`, `np.sum(rain, axis=1, keepdims=True) * (1 / weeks)`.",
    ),
)


def _count(spikes: Any) -> Any:
    return np.sum(spikes, axis=1, keepdims=True)


@firing_rate.mistake("These are the numbers of spikes. A rate is a number of spikes per second.")
def counted(spikes: Any, dt: Any) -> Any:
    return _count(spikes)


@firing_rate.mistake("These are spikes per step. How many seconds does a step last?")
def per_step(spikes: Any, dt: Any) -> Any:
    return np.mean(spikes, axis=1, keepdims=True)


@firing_rate.mistake("The count was divided by one step's time, not by the time of all steps.")
def per_one_step(spikes: Any, dt: Any) -> Any:
    return _count(spikes) / dt


@firing_rate.mistake("The count was multiplied by the step's time. Per second means divided by it.")
def multiplied(spikes: Any, dt: Any) -> Any:
    return _count(spikes) * dt


@firing_rate.mistake("Spikes per step, multiplied by dt: a shorter step must make the rate higher.")
def per_step_multiplied(spikes: Any, dt: Any) -> Any:
    return np.mean(spikes, axis=1, keepdims=True) * dt


@firing_rate.mistake("These are seconds per spike. The rate is the other way up.")
def upside_down(spikes: Any, dt: Any) -> Any:
    with np.errstate(divide="ignore"):
        return spikes.shape[1] * dt / _count(spikes)


@firing_rate.mistake("The time was taken from the number of neurons, not from the number of steps.")
def rows_for_time(spikes: Any, dt: Any) -> Any:
    return _count(spikes) / (spikes.shape[0] * dt)


@firing_rate.mistake("The spikes of one moment were added over all neurons: a neuron is a row.")
def over_neurons(spikes: Any, dt: Any) -> Any:
    return np.sum(spikes, axis=0, keepdims=True) / (spikes.shape[0] * dt)


@firing_rate.mistake("The numbers are right, in a rank-1 array: keep the column, (n, 1).")
def rank_one_rates(spikes: Any, dt: Any) -> Any:
    return np.mean(spikes, axis=1) / dt


@firing_rate.mistake("This is one number for all neurons together: each has a rate of its own.")
def of_all(spikes: Any, dt: Any) -> Any:
    return np.mean(spikes) / dt


# --- sort_claims ---------------------------------------------------------------------------

WORDS = ("holds", "loose", "misleading")
CLAIMS = tuple(reference.sort_claims())


def _claims(rng: Rng) -> list[Case]:
    return [Case({}, expected=Returned({claim: Anything() for claim in CLAIMS}))]


sort_claims = Exercise(
    name="sort_claims",
    assignment=ASSIGNMENT,
    rubric={"right": 12},
    reference=reference.sort_claims,
    returns="verdicts",
    cases=_claims,
    laws={"claims_settled": "right"},
    secret={
        "words": list(WORDS),
        "digests": {
            claim: sha256(f"sort_claims/{claim}/{word}".encode()).hexdigest()
            for claim, word in reference.sort_claims().items()
        },
    },
    hints=(
        "Take one claim, cover the others. Ask of its evidence: does it support every word, "
        "a weaker sentence than this one, or the opposite?",
        "Say the claim aloud, then its evidence. Would you join them with 'indeed', with 'yes, "
        "but', or with 'no'? A 'but' in the evidence itself may be about something else.",
        'A similar problem, solved. "A submarine swims like a fish." Both keep their depth by '
        "changing how well they float; but a fish beats its tail, a submarine turns a screw. "
        "Part fits, part does not: loose.",
    ),
)


@sort_claims.mistake(
    "All claims hold, you say. Then the evidence should support every word of each: "
    "look for one that says the opposite."
)
def all_hold() -> Any:
    return dict.fromkeys(CLAIMS, "holds")


@sort_claims.mistake(
    "All claims are loose, you say. That is always safe and never quite right: "
    "some evidence here takes nothing back, some takes back everything."
)
def all_loose() -> Any:
    return dict.fromkeys(CLAIMS, "loose")


@sort_claims.mistake(
    "All claims mislead, you say. Then each evidence should contradict its claim: "
    "look for one that supports it word for word."
)
def all_mislead() -> Any:
    return dict.fromkeys(CLAIMS, "misleading")


EXERCISES = (logistic_unit, firing_rate, sort_claims)
