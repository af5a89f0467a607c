"""Spikes per second, a row a neuron; in one case some neurons stay silent."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.checker.explain import WITHOUT_LOOP
from utils.exercises.exercise import Exercise
from utils.reference import the_brain as reference


def _cases(rng: np.random.Generator) -> list[Case]:
    def watched(
        n: int,
        steps: int,
        dt: float,
        note: str = "",
        layout: str = "plain",
        earns: str = "edge cases",
    ) -> Case:
        spikes = (rng.random((n, steps)) < 0.4).astype(float)
        spikes[:, 0], spikes[0, 1:3] = 1.0, (1.0, 0.0)  # each fires; the first, twice at least
        return Case({"spikes": spikes, "dt": dt}, note, layout, earns=earns)

    silent = np.zeros((3, 7))
    silent[1, rng.permutation(7)[:2]] = 1.0
    return [
        watched(2, 5, 0.1, earns="values"),
        watched(1, 11, 0.002, "a single neuron"),
        Case({"spikes": silent, "dt": 0.05}, "neurons that stay silent", earns="edge cases"),
        watched(4, 4, 0.3, "as many steps as neurons", earns="values"),
        watched(5, 13, 0.004, "spikes that are not contiguous in memory", "strided"),
        watched(
            3, 17, 0.001, "spikes that must not be written to", "readonly", "inputs left alone"
        ),
    ]


exercise = Exercise(
    name="firing_rate",
    assignment="05_the_brain",
    rubric={"shape": 0.5, "values": 2, "edge cases": 1, "inputs left alone": 0.5},
    reference=reference.firing_rate,
    returns="rates",
    cases=_cases,
    fresh=("rates",),
    properties={"rate_of_a_longer_watch": "edge cases"},
    asks={
        WITHOUT_LOOP: "There is a loop in it. If it goes over the neurons: np.sum takes all "
        "rows at once."
    },
    hints=(
        "How many spikes has each neuron, and for how many seconds was it watched? "
        "The rate is the first number divided by the second.",
        "One neuron is one row, so the count runs along axis 1; keepdims=True keeps the column. "
        "The time is the number of steps times what one step lasts.",
        "A similar problem, solved. Kilometers of each hour, a car a row, and in a column the "
        "liters it burned; liters for 100 km: `100 * liters / np.sum(km, axis=1, keepdims=True)`.",
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


@exercise.mistake(
    "The count was multiplied by the step's time. Per second means divided: by how many seconds?"
)
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


@exercise.mistake("The time is one step too short: n steps last n times dt, not n − 1 times.")
def one_step_less(spikes: Any, dt: Any) -> Any:
    return _count(spikes) / ((spikes.shape[1] - 1) * dt)


@exercise.mistake("The count was divided by the number of all entries, not of one neuron's steps.")
def steps_of_all(spikes: Any, dt: Any) -> Any:
    return _count(spikes) / (spikes.size * dt)


@exercise.mistake(
    "These are whole numbers: `//`, round or int took away what was behind the point."
)
def rounded_down(spikes: Any, dt: Any) -> Any:
    return _count(spikes) // (spikes.shape[1] * dt)


@exercise.mistake(
    "These are whole numbers: `//`, round or int took away what was behind the point."
)
def rounded(spikes: Any, dt: Any) -> Any:
    return np.round(_count(spikes) / (spikes.shape[1] * dt))


@exercise.mistake("These are spikes per spike: was the time measured by the spikes themselves?")
def per_spike(spikes: Any, dt: Any) -> Any:
    with np.errstate(invalid="ignore"):
        return _count(spikes) / (_count(spikes) * dt)


@exercise.mistake("The rates lie on their side: a neuron is a row here too, so they are a column.")
def on_its_side(spikes: Any, dt: Any) -> Any:
    return (np.mean(spikes, axis=1, keepdims=True) / dt).T


@exercise.mistake("This tells for each step, not for each neuron: spikes divided by a time.")
def every_spike_divided(spikes: Any, dt: Any) -> Any:
    return spikes / (spikes.shape[1] * dt)


@exercise.mistake("The spikes of one moment were added over all neurons: a neuron is a row.")
def over_neurons(spikes: Any, dt: Any) -> Any:
    return np.sum(spikes, axis=0, keepdims=True) / (spikes.shape[0] * dt)


@exercise.mistake("The rates came as a rank-1 array: keep the column, (n, 1).")
def rank_one_rates(spikes: Any, dt: Any) -> Any:
    return np.mean(spikes, axis=1) / dt


@exercise.mistake("This is one number for all neurons together: each has a rate of its own.")
def of_all(spikes: Any, dt: Any) -> Any:
    return np.mean(spikes) / dt


@exercise.mistake("The spikes of one moment were added over all neurons: a neuron is a row.")
def over_neurons_in_time(spikes: Any, dt: Any) -> Any:
    return np.sum(spikes, axis=0, keepdims=True) / (spikes.shape[1] * dt)


@exercise.mistake("The spikes of one moment were added over all neurons: a neuron is a row.")
def over_neurons_flat(spikes: Any, dt: Any) -> Any:
    return np.sum(spikes, axis=0) / (spikes.shape[1] * dt)


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("rank_one_rates", "per_one_step")
def rank_one_per_one_step(spikes: Any, dt: Any) -> Any:
    return np.sum(spikes, axis=1) / dt


@exercise.combined_mistake("on_its_side", "counted")
def counted_on_its_side(spikes: Any, dt: Any) -> Any:
    return _count(spikes).T


@exercise.combined_mistake("upside_down", "per_one_step")
def upside_down_per_one_step(spikes: Any, dt: Any) -> Any:
    with np.errstate(divide="ignore"):
        return dt / _count(spikes)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("spikes.shape is a tuple, not a function, so it cannot be called.")
def shape_called(spikes: Any, dt: Any) -> Any:
    rates = np.sum(spikes, axis=1, keepdims=True) / (spikes.shape(1) * dt)
    return rates


@exercise.raising_mistake("the name steps is not defined.")
def steps_never_named(spikes: Any, dt: Any) -> Any:
    rates = np.sum(spikes, axis=1, keepdims=True) / (steps * dt)
    return rates


@exercise.raising_mistake("spikes.shape has 2 items, and [2] is not among them.")
def axes_counted_from_one(spikes: Any, dt: Any) -> Any:
    rates = np.sum(spikes, axis=1, keepdims=True) / (spikes.shape[2] * dt)
    return rates


@exercise.raising_mistake("the name rates is not defined.")
def result_misnamed(spikes: Any, dt: Any) -> Any:
    rate = np.mean(spikes, axis=1, keepdims=True) / dt
    return rates


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_mean(spikes: Any, dt: Any) -> Any:
    return np.mean(spikes, axis=1, keepdims=True) / dt


@exercise.correct_variant
def with_reshape(spikes: Any, dt: Any) -> Any:
    return spikes.sum(axis=1).reshape(-1, 1) / (dt * spikes.shape[1])


@exercise.correct_variant
def neuron_by_neuron(spikes: Any, dt: Any) -> Any:
    return np.array([[np.count_nonzero(r) / (len(r) * dt)] for r in spikes])


@exercise.correct_variant
def as_printed(spikes: Any, dt: Any) -> Any:
    seconds = dt * spikes.shape[1]
    rates = np.sum(spikes, axis=1, keepdims=True) / seconds
    return rates


@exercise.correct_variant
def as_a_product(spikes: Any, dt: Any) -> Any:
    steps = spikes.shape[1]
    return spikes @ np.full((steps, 1), 1 / (steps * dt))


@exercise.correct_variant
def with_a_new_axis(spikes: Any, dt: Any) -> Any:
    return spikes.mean(axis=-1)[:, np.newaxis] * (1 / dt)


@exercise.correct_variant
def with_einsum(spikes: Any, dt: Any) -> Any:
    return np.einsum("ij->i", spikes)[:, None] / dt / len(spikes[0])


@exercise.correct_variant
def counted_in_two_loops(spikes: Any, dt: Any) -> Any:
    rates = np.zeros((spikes.shape[0], 1))
    for i in range(spikes.shape[0]):
        for t in range(spikes.shape[1]):
            if spikes[i, t] == 1:
                rates[i, 0] += 1
        rates[i, 0] /= spikes.shape[1] * dt
    return rates


@exercise.correct_variant
def from_the_last_running_total(spikes: Any, dt: Any) -> Any:
    totals = np.cumsum(spikes, axis=1)
    return totals[:, -1:] / (totals.shape[1] * dt)


@exercise.correct_variant
def of_the_times_of_spikes(spikes: Any, dt: Any) -> Any:
    who = np.nonzero(spikes)[0]
    counts = np.bincount(who, minlength=len(spikes))
    return np.atleast_2d(counts).T / (spikes.shape[1] * dt)
