"""One draw of every setting in a space; forty names, no name and an unknown kind among them."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Anything, Case, InRange, Raised, Returned
from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters import sample_log_uniform, sample_one_minus_log_uniform
from utils.exercises.hyperparameters.common import Rng, fresh_seed
from utils.reference import hyperparameters as reference
from utils.reference.hyperparameters import sample_configuration as drawn
from utils.reference.hyperparameters import sample_log_uniform as log_uniform


def _cases(rng: Rng) -> list[Case]:
    rate, momentum = ("log", 1e-3, 1.0), ("one_minus_log", 0.5, 0.99)
    depth, activation = ("int", 1, 4), ("choice", ["relu", "tanh"])
    three = ("choice", ["relu", "tanh", "sigmoid"])
    mixed = {"learning_rate": rate, "momentum": momentum, "depth": depth, "activation": activation}

    def case(space: dict[str, Any], note: str, earns: str) -> Case:
        within = {
            name: Anything() if kind == "choice" else InRange(*ends)
            for name, (kind, *ends) in space.items()
        }
        args = {"space": space, "rng": fresh_seed(rng)}
        return Case(args, note, expected=Returned(within), earns=earns)

    def unknown(space: dict[str, Any], note: str) -> Case:
        args = {"space": space, "rng": fresh_seed(rng)}
        return Case(args, note, expected=Raised("ValueError"), earns="unknown kinds")

    return [
        case({"momentum": momentum, "learning_rate": rate}, "", "log scales"),
        case({f"width{i}": ("int", 2, 4) for i in range(20)}, "twenty whole numbers", "int"),
        case({f"choice{i}": three for i in range(20)}, "twenty choices", "choice"),
        case(mixed, "all four kinds", "own draws"),
        case({}, "an empty space", "shape"),
        unknown({"depth": ("whole", 1, 4)}, 'the unknown kind "whole"'),
        unknown({"activation": ("any", ["relu", "tanh"])}, 'the unknown kind "any"'),
        unknown(mixed | {"width": ("uniform", 1, 4)}, 'the unknown kind "uniform" at the end'),
    ]


exercise = Exercise(
    name="sample_configuration",
    assignment="04_hyperparameters",
    rubric={
        "shape": 2,
        "log scales": 3,
        "int": 3,
        "choice": 2,
        "own draws": 2,
        "unknown kinds": 2,
        "inputs left alone": 1,
    },
    reference=reference.sample_configuration,
    returns="configuration",
    cases=_cases,
    builds_on=("sample_log_uniform", "sample_one_minus_log_uniform"),
    properties={
        "log_kinds": "log scales",
        "int_kind": "int",
        "choice_kind": "choice",
        "draws_of_their_own": "own draws",
    },
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
    """Run the reference's loop, with the functions in `draw`, by kind, in place of its own."""
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


@exercise.mistake("The last value of a choice never comes: rng.integers stops before its end.")
def last_choice_left_out(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, choice=lambda values: values[rng.integers(len(values) - 1)])


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
    return drawn(space, np.random.default_rng(42))


@exercise.mistake("The middle of each range came back; nothing was drawn.")
def middles(space: Any, rng: Rng) -> Any:
    middle = {"log": lambda low, high: (low * high) ** 0.5}
    return _sample(space, rng, **middle, int=lambda low, high: (low + high) // 2)


@exercise.mistake("Ints go past the upper end: endpoint=True and + 1 are one too many.")
def past_the_upper_end(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, int=lambda low, high: rng.integers(low, high + 1, endpoint=True))


@exercise.mistake("The lower end of an int range never comes.")
def lower_end_left_out(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, int=lambda low, high: rng.integers(low, high) + 1)


@exercise.mistake('What came for "one_minus_log" is the gap: the value is 1 minus that.')
def gap_for_value(space: Any, rng: Rng) -> Any:
    return _sample(
        space, rng, one_minus_log=lambda low, high: log_uniform(1 - high, 1 - low, 1, rng)[0]
    )


@exercise.mistake("All names share one random number: draw anew for each.")
def one_number_for_all(space: Any, rng: Rng) -> Any:
    u = rng.random()
    return _sample(
        space,
        rng,
        log=lambda low, high: low * (high / low) ** u,
        one_minus_log=lambda low, high: 1 - (1 - low) * ((1 - high) / (1 - low)) ** u,
        int=lambda low, high: int(low + u * (high + 1 - low)),
        choice=lambda values: values[int(u * len(values))],
    )


@exercise.mistake("Only the last name is in it: the dictionary is made anew for each name.")
def last_name_only(space: Any, rng: Rng) -> Any:
    return dict(list(_sample(space, rng).items())[-1:])


@exercise.mistake("An unknown kind gets None here; raise a ValueError.")
def none_for_unknown_kinds(space: Any, rng: Rng) -> Any:
    known = ("log", "one_minus_log", "int", "choice")
    return {
        name: _sample({name: range_}, rng)[name] if range_[0] in known else None
        for name, range_ in space.items()
    }


@exercise.mistake("A choice is an array with one value in it: take the value itself.")
def choice_in_an_array(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, choice=lambda values: rng.choice(values, 1))


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("upper_end_left_out", "first_choice")
def no_upper_end_and_first_choice(space: Any, rng: Rng) -> Any:
    return _sample(
        space,
        rng,
        int=lambda low, high: rng.integers(low, high),
        choice=lambda values: values[0],
    )


@exercise.combined_mistake("one_minus_log_as_log", "index_for_choice")
def as_log_and_index(space: Any, rng: Rng) -> Any:
    return _sample(
        space,
        rng,
        one_minus_log=lambda low, high: log_uniform(low, high, 1, rng)[0],
        choice=lambda values: rng.integers(len(values)),
    )


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("missing 1 required positional argument: 'rng'.")
def size_forgotten(space: Any, rng: Rng) -> Any:
    configuration = {}
    for name, (_, low, high) in space.items():
        [draw] = log_uniform(1 - high, 1 - low, rng)
        configuration[name] = 1 - draw
    return configuration


@exercise.raising_mistake("range_ is a tuple, and text is no place in it.")
def kind_as_a_place(space: Any, rng: Rng) -> Any:
    configuration = {}
    for name, range_ in space.items():
        configuration[name] = range_["one_minus_log"]
    return configuration


@exercise.raising_mistake("there are 2 names to the left of =, but more values to the right.")
def kind_not_left_out(space: Any, rng: Rng) -> Any:
    configuration = {}
    for name in space:
        low, high = space[name]
        configuration[name] = rng.uniform(low, high)
    return configuration


@exercise.raising_mistake("this call should raise a ValueError, and it raised a KeyError.")
def looked_up_in_silence(space: Any, rng: Rng) -> Any:
    ways = {"log": 0, "one_minus_log": 1, "int": 2, "choice": 3}
    kinds = [ways[range_[0]] for range_ in space.values()]
    return _sample(space, rng) if kinds else {}


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
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


@exercise.correct_variant
def kind_by_kind(space: Any, rng: Rng) -> Any:
    drawn_values = {}
    for name in space:
        kind = space[name][0]
        if kind == "choice":
            drawn_values[name] = space[name][1][int(rng.integers(0, len(space[name][1])))]
            continue
        _, low, high = space[name]
        if kind == "int":
            drawn_values[name] = rng.integers(low, high + 1)
        elif kind == "log":
            drawn_values[name] = 10 ** rng.uniform(np.log10(low), np.log10(high))
        elif kind == "one_minus_log":
            drawn_values[name] = 1 - 10 ** rng.uniform(np.log10(1 - high), np.log10(1 - low))
        else:
            raise ValueError
    return drawn_values


@exercise.correct_variant
def with_floor(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, int=lambda low, high: int(low + rng.random() * (high - low + 1)))


@exercise.correct_variant
def with_choice_of_a_range(space: Any, rng: Rng) -> Any:
    return _sample(
        space, rng, int=lambda low, high: rng.choice(np.arange(low, high + 1)), choice=rng.choice
    )


@exercise.correct_variant
def with_a_shuffled_list(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, choice=lambda values: values[rng.permutation(len(values))[0]])


@exercise.correct_variant
def with_a_child_for_each_name(space: Any, rng: Rng) -> Any:
    children = rng.spawn(len(space))
    return {
        name: _sample({name: range_}, child)[name]
        for child, (name, range_) in zip(children, space.items(), strict=True)
    }


@exercise.correct_variant
def with_an_error_of_its_own(space: Any, rng: Rng) -> Any:
    class UnknownKind(ValueError):
        pass

    for kind, *_ in space.values():
        if kind not in {"log", "one_minus_log", "int", "choice"}:
            raise UnknownKind(f"no such kind: {kind}")
    return dict(sorted(drawn(space, rng).items()))


@exercise.correct_variant
def as_floats_of_python(space: Any, rng: Rng) -> Any:
    return {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in _sample(space, rng).items()
    }
