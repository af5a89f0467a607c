"""Spikes per second, a row a neuron; in one case some neurons stay silent."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Case
from utils.exercises.exercise import Exercise
from utils.reference import the_brain as reference


def _cases(rng: np.random.Generator) -> list[Case]:
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


exercise = Exercise(
    name="firing_rate",
    assignment="05_the_brain",
    rubric={"values": 4},
    reference=reference.firing_rate,
    returns="rates",
    cases=_cases,
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


# --- mistakes ------------------------------------------------------------------------------------


def _count(spikes: Any) -> Any:
    return np.sum(spikes, axis=1, keepdims=True)


@exercise.mistake("These are the numbers of spikes. A rate is a number of spikes per second.")
def counted(spikes: Any, dt: Any) -> Any:
    return _count(spikes)


@exercise.mistake("These are spikes per step. How many seconds does a step last?")
def per_step(spikes: Any, dt: Any) -> Any:
    return np.mean(spikes, axis=1, keepdims=True)


@exercise.mistake("The count was divided by one step's time, not by the time of all steps.")
def per_one_step(spikes: Any, dt: Any) -> Any:
    return _count(spikes) / dt


@exercise.mistake("The count was multiplied by the step's time. Per second means divided by it.")
def multiplied(spikes: Any, dt: Any) -> Any:
    return _count(spikes) * dt


@exercise.mistake("Spikes per step, multiplied by dt: a shorter step must make the rate higher.")
def per_step_multiplied(spikes: Any, dt: Any) -> Any:
    return np.mean(spikes, axis=1, keepdims=True) * dt


@exercise.mistake("These are seconds per spike. The rate is the other way up.")
def upside_down(spikes: Any, dt: Any) -> Any:
    with np.errstate(divide="ignore"):
        return spikes.shape[1] * dt / _count(spikes)


@exercise.mistake("The time was taken from the number of neurons, not from the number of steps.")
def rows_for_time(spikes: Any, dt: Any) -> Any:
    return _count(spikes) / (spikes.shape[0] * dt)


@exercise.mistake("The spikes of one moment were added over all neurons: a neuron is a row.")
def over_neurons(spikes: Any, dt: Any) -> Any:
    return np.sum(spikes, axis=0, keepdims=True) / (spikes.shape[0] * dt)


@exercise.mistake("The numbers are right, in a rank-1 array: keep the column, (n, 1).")
def rank_one_rates(spikes: Any, dt: Any) -> Any:
    return np.mean(spikes, axis=1) / dt


@exercise.mistake("This is one number for all neurons together: each has a rate of its own.")
def of_all(spikes: Any, dt: Any) -> Any:
    return np.mean(spikes) / dt


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def with_mean(spikes: Any, dt: Any) -> Any:
    return np.mean(spikes, axis=1, keepdims=True) / dt


@exercise.right_way
def with_reshape(spikes: Any, dt: Any) -> Any:
    return spikes.sum(axis=1).reshape(-1, 1) / (dt * spikes.shape[1])


@exercise.right_way
def neuron_by_neuron(spikes: Any, dt: Any) -> Any:
    return np.array([[np.count_nonzero(r) / (len(r) * dt)] for r in spikes])
