"""One draw of every setting in a space; forty names, no name and an unknown kind among them."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Anything, Between, Case, Raised, Returned
from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters import sample_log_uniform, sample_one_minus_log_uniform
from utils.exercises.hyperparameters.common import Rng, fresh_seed
from utils.reference import hyperparameters as reference
from utils.reference.hyperparameters import sample_configuration as drawn
from utils.reference.hyperparameters import sample_log_uniform as log_uniform


def _cases(rng: Rng) -> list[Case]:
    small = {
        "learning_rate": ("log", 1e-3, 1.0),
        "depth": ("int", 1, 4),
        "activation": ("choice", ["relu", "tanh"]),
    }
    large = small | {"momentum": ("one_minus_log", 0.5, 0.99), "width": ("choice", [16, 32, 64])}
    many: dict[str, Any] = {f"int{i}": ("int", 2, 4) for i in range(20)}
    many |= {f"choice{i}": ("choice", ["relu", "tanh"]) for i in range(20)}

    def within(space: dict[str, Any]) -> dict[str, Any]:
        return {
            name: Anything() if kind == "choice" else Between(*ends)
            for name, (kind, *ends) in space.items()
        }

    return [
        Case({"space": small, "rng": fresh_seed(rng)}, expected=Returned(within(small))),
        Case(
            {"space": large, "rng": fresh_seed(rng)},
            "all four kinds",
            expected=Returned(within(large)),
        ),
        Case(
            {"space": many, "rng": fresh_seed(rng)}, "forty names", expected=Returned(within(many))
        ),
        Case({"space": {}, "rng": fresh_seed(rng)}, "an empty space", expected=Returned({})),
        Case(
            {"space": {"depth": ("whole", 1, 4)}, "rng": fresh_seed(rng)},
            'the unknown kind "whole"',
            expected=Raised("ValueError"),
        ),
    ]


exercise = Exercise(
    name="sample_configuration",
    assignment="04_hyperparameters",
    rubric={"values": 10},
    reference=reference.sample_configuration,
    returns="configuration",
    cases=_cases,
    builds_on=("sample_log_uniform", "sample_one_minus_log_uniform"),
    laws={"configurations_drawn": "values"},
    hints=(
        "A space is walked through name by name; the kind decides how to draw the value.",
        "rng.integers leaves its upper end out unless you say endpoint=True. "
        "Your samplers give an array: `[0]` takes its one number out.",
        "A similar problem, solved. One of several menus: `menu = menus[rng.integers(len(menus))]`."
        " The index is random, so each menu keeps its type.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _sample(space: Any, rng: Rng, **draw: Any) -> Any:
    """The reference's loop with some of its ways to draw replaced: draw(low, high) and so on."""
    ways: dict[str, Any] = {
        "log": lambda low, high: log_uniform(low, high, 1, rng)[0],
        "one_minus_log": lambda low, high: 1 - log_uniform(1 - high, 1 - low, 1, rng)[0],
        "int": lambda low, high: rng.integers(low, high, endpoint=True),
        "choice": lambda values: values[rng.integers(len(values))],
    } | draw
    configuration = {}
    for name, (kind, *settings) in space.items():
        if kind not in ways:
            raise ValueError(kind)
        configuration[name] = ways[kind](*settings)
    return configuration


@exercise.mistake("The upper end of an int range never comes: rng.integers stops before it.")
def upper_end_left_out(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, int=lambda low, high: rng.integers(low, high))


@exercise.mistake("Ints were drawn as floats: how many layers are 2.7?")
def float_for_int(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, int=lambda low, high: rng.uniform(low, high))


@exercise.mistake(
    "Rounding a uniform number gives both ends only half their share: use rng.integers."
)
def rounded_int(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, int=lambda low, high: round(rng.uniform(low, high)))


@exercise.mistake('Values of kind "log" are uniform on the plain scale.')
def log_as_uniform(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, log=lambda low, high: rng.uniform(low, high))


@exercise.mistake('Values of kind "one_minus_log" were drawn as kind "log".')
def one_minus_log_as_log(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, one_minus_log=lambda low, high: log_uniform(low, high, 1, rng)[0])


@exercise.mistake('Values of kind "one_minus_log" are uniform on the plain scale.')
def one_minus_log_as_uniform(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, one_minus_log=lambda low, high: rng.uniform(low, high))


@exercise.mistake("A choice is always its first value.")
def first_choice(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, choice=lambda values: values[0])


@exercise.mistake("Instead of the value chosen, its place in the list came back.")
def index_for_choice(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, choice=lambda values: rng.integers(len(values)))


@exercise.mistake("A choice came back as the whole list: draw one of its values.")
def whole_list(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, choice=lambda values: values)


@exercise.mistake("Values are arrays with one entry: take the number out with [0].")
def arrays_of_one(space: Any, rng: Rng) -> Any:
    return _sample(
        space,
        rng,
        log=lambda low, high: log_uniform(low, high, 1, rng),
        one_minus_log=lambda low, high: 1 - log_uniform(1 - high, 1 - low, 1, rng),
    )


@exercise.mistake("An unknown kind gets through in silence; raise a ValueError.")
def unknown_kind_passes(space: Any, rng: Rng) -> Any:
    known = ("log", "one_minus_log", "int", "choice")
    return _sample({name: range_ for name, range_ in space.items() if range_[0] in known}, rng)


@exercise.mistake("The generator was made anew inside: draw from the rng that came in.")
def own_generator(space: Any, rng: Rng) -> Any:
    return drawn(space, np.random.default_rng(0))


@exercise.mistake("The middle of each range came back; nothing was drawn.")
def middles(space: Any, rng: Rng) -> Any:
    middle = {"log": lambda low, high: (low * high) ** 0.5}
    return _sample(space, rng, **middle, int=lambda low, high: (low + high) // 2)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def from_the_last_name(space: Any, rng: Rng) -> Any:
    def log(low: float, high: float) -> float:
        return float(sample_log_uniform.with_exp(low, high, None, rng))

    def one_minus_log(low: float, high: float) -> float:
        return float(sample_one_minus_log_uniform.with_a_ratio(low, high, None, rng))

    ways: dict[str, Any] = {
        "log": log,
        "one_minus_log": one_minus_log,
        "int": lambda low, high: int(rng.integers(low, high + 1)),
        "choice": rng.choice,
    }
    if any(kind not in ways for kind, *_ in space.values()):
        raise ValueError("unknown kind")
    return {name: ways[space[name][0]](*space[name][1:]) for name in reversed(space)}
