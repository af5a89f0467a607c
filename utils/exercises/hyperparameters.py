"""Notebook 04: for each exercise its cases, the mistakes students make, and the hints.

Inputs are tiny synthetic sets. What is drawn at random is judged by the laws; the cases here
judge shapes, names and kinds. What a mistake's function does is wrong on purpose.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np

from utils.cases import Anything, Between, Case, Raised, Returned, Seed, Shaped
from utils.data import load_garments
from utils.exercises.exercise import Exercise
from utils.experiments import append_record, read_log
from utils.network import train
from utils.reference import hyperparameters as reference
from utils.reference.hyperparameters import best_trial as best_of
from utils.reference.hyperparameters import sample_configuration as drawn
from utils.reference.hyperparameters import sample_log_uniform as log_uniform
from utils.reference.hyperparameters import train_and_evaluate as experiment

Rng = np.random.Generator
ASSIGNMENT = "04_hyperparameters"


def _seed(rng: Rng) -> Seed:
    return Seed(int(rng.integers(2**31)))


def _digests(exercise: str, answers: dict[str, str]) -> dict[str, str]:
    """For the key: answers that nobody reads by looking."""
    return {
        item: sha256(f"{exercise}/{item}/{answer}".encode()).hexdigest()
        for item, answer in answers.items()
    }


def _nothing_to_ask(rng: Rng) -> list[Case]:
    return [Case({}, expected=Returned(Anything()))]


# --- sort_settings ---------------------------------------------------------------------------


sort_settings = Exercise(
    name="sort_settings",
    assignment=ASSIGNMENT,
    rubric={"right": 5},
    reference=reference.sort_settings,
    returns="kinds",
    cases=_nothing_to_ask,
    laws={"all_settled": "right"},
    secret={
        "exercise": "sort_settings",
        "words": ["parameter", "hyperparameter"],
        "digests": _digests("sort_settings", reference.sort_settings()),
    },
    hints=(
        "Ask of each: does an update of gradient descent change it?",
        "What you have to type before training can begin is a hyperparameter.",
        'A similar problem, solved. The weights of the output layer: `kinds["W5"] = "parameter"`, '
        "because every update changes them.",
    ),
)


@sort_settings.mistake("Everything is called a parameter. Which of these does no update change?")
def all_parameters() -> Any:
    return dict.fromkeys(reference.sort_settings(), "parameter")


@sort_settings.mistake("Everything is called a hyperparameter. Which of these are learned?")
def all_hyperparameters() -> Any:
    return dict.fromkeys(reference.sort_settings(), "hyperparameter")


@sort_settings.mistake("The dictionary is empty: it needs a line for each name of the list.")
def empty_kinds() -> Any:
    return {}


@sort_settings.mistake("Only W2, which was given, is there: go on with the other names.")
def only_the_given() -> Any:
    return {"W2": "parameter"}


# --- split_data ------------------------------------------------------------------------------


def _split_cases(rng: Rng) -> list[Case]:
    def case(n: int, m: int, fractions: Any, note: str = "", layout: str = "plain") -> Case:
        train_size, dev_size = round(fractions[0] * m), round(fractions[1] * m)
        sizes = {"train": train_size, "dev": dev_size, "test": m - train_size - dev_size}
        X, Y = rng.normal(0, 1, (n, m)), rng.integers(0, 2, (1, m)).astype(float)
        expected = {part: (Shaped((n, size)), Shaped((1, size))) for part, size in sizes.items()}
        return Case(
            {"X": X, "Y": Y, "fractions": fractions, "rng": _seed(rng)},
            note,
            layout,
            Returned(expected),
        )

    return [
        case(2, 11, (0.6, 0.2, 0.2)),
        case(3, 101, (0.7, 0.2, 0.1), "101 examples"),
        case(5, 53, (0.29, 0.42, 0.29), "shares that do not divide evenly"),
        case(5, 1, (0.8, 0.1, 0.1), "a single example (m = 1)"),
        case(7, 7, (0.5, 0.25, 0.25), "as many examples as inputs"),
        case(7, 37, (0.6, 0.2, 0.2), "arrays that must not be written to", "readonly"),
        case(7, 37, (0.6, 0.2, 0.2), "arrays that are not contiguous in memory", "strided"),
    ]


split_data = Exercise(
    name="split_data",
    assignment=ASSIGNMENT,
    rubric={"right": 10},
    reference=reference.split_data,
    returns="data",
    cases=_split_cases,
    laws={"partition": "right"},
    hints=(
        "Put the numbers 0 to m − 1 in a random order once, then cut that order into three.",
        "`X[:, chosen]` takes the columns whose numbers are in the array `chosen`. The same "
        "numbers must choose from Y.",
        "A similar problem, solved. Two halves of a deck of 52 cards: `order = rng.permutation(52)`"
        ", then `left, right = order[:26], order[26:]`.",
    ),
)


def _parts(X: Any, Y: Any, fractions: Any, order: Any, order_Y: Any = None) -> Any:
    """The split along an order of the examples; a second order for Y, where one was drawn."""
    m = len(order)
    cuts = [0, round(fractions[0] * m), round(fractions[0] * m) + round(fractions[1] * m), m]
    order_Y = order if order_Y is None else order_Y
    return {
        name: (X[:, order[a:b]], Y[:, order_Y[a:b]])
        for name, a, b in zip(("train", "dev", "test"), cuts[:-1], cuts[1:], strict=True)
    }


@split_data.mistake(
    "The examples were cut in the order they came. Where that order means something, "
    "the parts differ: shuffle first."
)
def not_shuffled(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    return _parts(X, Y, fractions, np.arange(X.shape[1]))


@split_data.mistake(
    "X and Y were shuffled apart: an example must keep its label. Use one order for both."
)
def shuffled_apart(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    return _parts(X, Y, fractions, rng.permutation(m), rng.permutation(m))


@split_data.mistake("Only X was shuffled, so its columns have other examples' labels.")
def labels_left_behind(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    return _parts(X, Y, fractions, rng.permutation(m), np.arange(m))


@split_data.mistake(
    "rng.integers draws with replacement: some examples come several times, others never."
)
def with_replacement(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    return _parts(X, Y, fractions, rng.integers(0, m, m))


@split_data.mistake("Each part was shuffled on its own, so examples are in several parts.")
def shuffled_for_each_part(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    splits = [_parts(X, Y, fractions, rng.permutation(m)) for _ in range(3)]
    return {name: splits[i][name] for i, name in enumerate(("train", "dev", "test"))}


@split_data.mistake("Examples are columns here, and rows were divided: index the second axis.")
def rows_divided(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    n = X.shape[0]
    order = rng.permutation(n)
    a, b = round(fractions[0] * n), round(fractions[0] * n) + round(fractions[1] * n)
    return {
        "train": (X[order[:a]], Y[:, order[:a] % Y.shape[1]]),
        "dev": (X[order[a:b]], Y[:, order[a:b] % Y.shape[1]]),
        "test": (X[order[b:]], Y[:, order[b:] % Y.shape[1]]),
    }


@split_data.mistake("Y was flattened: each part of it should be one row, of shape (1, ...).")
def labels_rank_one(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    data = _parts(X, Y, fractions, rng.permutation(X.shape[1]))
    return {name: (part[0], part[1].ravel()) for name, part in data.items()}


@split_data.mistake("The shares were cut off where they should be rounded: int() and // go down.")
def cut_off(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    order = rng.permutation(m)
    a, b = int(fractions[0] * m), int(fractions[0] * m) + int(fractions[1] * m)
    return {
        "train": (X[:, order[:a]], Y[:, order[:a]]),
        "dev": (X[:, order[a:b]], Y[:, order[a:b]]),
        "test": (X[:, order[b:]], Y[:, order[b:]]),
    }


@split_data.mistake("dev and test have changed places: fractions are for train, dev, test.")
def dev_and_test_swapped(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    data = _parts(X, Y, (fractions[0], fractions[2]), rng.permutation(X.shape[1]))
    return {"train": data["train"], "dev": data["test"], "test": data["dev"]}


@split_data.mistake("test begins where dev begins, so dev's examples are in test too.")
def test_holds_dev(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    order = rng.permutation(X.shape[1])
    data = _parts(X, Y, fractions, order)
    first = data["train"][0].shape[1]
    return data | {"test": (X[:, order[first:]], Y[:, order[first:]])}


@split_data.mistake("dev is cut at its own size, counted from the start: it overlaps with train.")
def dev_from_the_start(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    order = rng.permutation(X.shape[1])
    data = _parts(X, Y, fractions, order)
    size = data["dev"][0].shape[1]
    return data | {"dev": (X[:, order[:size]], Y[:, order[:size]])}


@split_data.mistake("X came back alone: each part is a pair, X and Y.")
def without_labels(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    data = _parts(X, Y, fractions, rng.permutation(X.shape[1]))
    return {name: part[0] for name, part in data.items()}


# --- sample_log_uniform ----------------------------------------------------------------------


def _range_cases(*ranges: tuple[float, float]) -> Any:
    def cases(rng: Rng) -> list[Case]:
        return [
            Case(
                {"low": low, "high": high, "size": size, "rng": _seed(rng)},
                "size 1" if size == 1 else "",
                expected=Returned(Shaped((size,))),
            )
            for (low, high), size in zip(ranges, (5, 1, 13), strict=True)
        ]

    return cases


sample_log_uniform = Exercise(
    name="sample_log_uniform",
    assignment=ASSIGNMENT,
    rubric={"right": 10},
    reference=reference.sample_log_uniform,
    returns="draws",
    cases=_range_cases((1e-4, 1.0), (1e-3, 0.1), (2.0, 512.0)),
    laws={"log_uniform": "right"},
    hints=(
        "Let the exponent be uniform, then raise 10 to it.",
        "0.0001 is 10 to the −4: which NumPy function tells the exponent of any number?",
        "A similar problem, solved. Powers of 2 from 1 to 1024, every doubling equally likely: "
        "`2 ** rng.uniform(0, 10, size)`. Here the ends 0 and 10 are log2 of 1 and of 1024.",
    ),
)


@sample_log_uniform.mistake(
    "These draws are uniform on the plain scale, which leaves the small numbers out."
)
def uniform_draws(low: float, high: float, size: int, rng: Rng) -> Any:
    return rng.uniform(low, high, size)


@sample_log_uniform.mistake("The exponents are base 10, and exp raised e to them: use 10 **.")
def exp_for_power_of_ten(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.exp(rng.uniform(np.log10(low), np.log10(high), size))


@sample_log_uniform.mistake("Natural logarithms went in and 10 ** came out: use one base for both.")
def power_of_ten_for_exp(low: float, high: float, size: int, rng: Rng) -> Any:
    with np.errstate(all="ignore"):
        return np.clip(10 ** rng.uniform(np.log(low), np.log(high), size), 1e-300, 1e300)


@sample_log_uniform.mistake(
    "10 ** rng.random lies between 1 and 10, whatever low and high are: stretch the exponent."
)
def ten_to_a_share(low: float, high: float, size: int, rng: Rng) -> Any:
    return 10 ** rng.random(size)


@sample_log_uniform.mistake("10 ** was forgotten: these are the exponents themselves.")
def exponents_only(low: float, high: float, size: int, rng: Rng) -> Any:
    return rng.uniform(np.log10(low), np.log10(high), size)


@sample_log_uniform.mistake("Only whole exponents were drawn: nothing comes between the decades.")
def whole_exponents(low: float, high: float, size: int, rng: Rng) -> Any:
    first, last = round(np.log10(low)), round(np.log10(high))
    return 10.0 ** rng.integers(first, last, size, endpoint=True)


@sample_log_uniform.mistake("10 ** was taken of low and high themselves: take their log10 first.")
def ends_not_logged(low: float, high: float, size: int, rng: Rng) -> Any:
    return 10 ** np.minimum(rng.uniform(low, high, size), 300)


@sample_log_uniform.mistake("One number was drawn and repeated: give `size` to rng.")
def one_draw_repeated(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.full(size, 10 ** rng.uniform(np.log10(low), np.log10(high)))


@sample_log_uniform.mistake("One number came back: give `size` to rng.")
def size_forgotten(low: float, high: float, size: int, rng: Rng) -> Any:
    return 10 ** rng.uniform(np.log10(low), np.log10(high))


@sample_log_uniform.mistake("All draws are the same spacing apart: they should be random.")
def logspace(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.logspace(np.log10(low), np.log10(high), size)


@sample_log_uniform.mistake("The generator was made anew inside: draw from the rng that came in.")
def own_generator(low: float, high: float, size: int, rng: Rng) -> Any:
    return log_uniform(low, high, size, np.random.default_rng(0))


# --- sample_one_minus_log_uniform ------------------------------------------------------------


sample_one_minus_log_uniform = Exercise(
    name="sample_one_minus_log_uniform",
    assignment=ASSIGNMENT,
    rubric={"right": 5},
    reference=reference.sample_one_minus_log_uniform,
    returns="draws",
    cases=_range_cases((0.9, 0.999), (0.5, 0.99), (0.0, 0.9)),
    builds_on=("sample_log_uniform",),
    laws={"one_minus_log_uniform": "right"},
    hints=(
        "Draw 1 − β, then take it from 1.",
        "If β runs from 0.9 to 0.999, from where to where does 1 − β run? "
        "The larger β is, the smaller is 1 − β.",
        "A similar problem, solved. Numbers c for which 10 − c is log-uniform, with c from 2 to 9: "
        "`10 - sample_log_uniform(1, 8, size, rng)`. The ends are 10 − 9 and 10 − 2.",
    ),
)


@sample_one_minus_log_uniform.mistake(
    "β itself is uniform here. Then nearly all draws are far from `high`, where it matters."
)
def uniform_beta(low: float, high: float, size: int, rng: Rng) -> Any:
    return rng.uniform(low, high, size)


@sample_one_minus_log_uniform.mistake("This is log-uniform in β. It should be so in 1 − β.")
def log_uniform_beta(low: float, high: float, size: int, rng: Rng) -> Any:
    return log_uniform(max(low, 1e-12), high, size, rng)


@sample_one_minus_log_uniform.mistake("These are draws of 1 − β: take them from 1.")
def gap_returned(low: float, high: float, size: int, rng: Rng) -> Any:
    return log_uniform(1 - high, 1 - low, size, rng)


@sample_one_minus_log_uniform.mistake(
    "1 was subtracted at the end, but the draws were made between low and high, not their gaps."
)
def ends_not_turned(low: float, high: float, size: int, rng: Rng) -> Any:
    return 1 - log_uniform(max(low, 1e-12), high, size, rng)


@sample_one_minus_log_uniform.mistake("1 − β is uniform here, and not on a log scale.")
def uniform_gap(low: float, high: float, size: int, rng: Rng) -> Any:
    return 1 - rng.uniform(1 - high, 1 - low, size)


@sample_one_minus_log_uniform.mistake("One number was drawn and repeated: hand `size` on.")
def one_gap_repeated(low: float, high: float, size: int, rng: Rng) -> Any:
    return np.full(size, 1 - log_uniform(1 - high, 1 - low, 1, rng)[0])


# --- sample_configuration --------------------------------------------------------------------


def _space_cases(rng: Rng) -> list[Case]:
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
        Case({"space": small, "rng": _seed(rng)}, expected=Returned(within(small))),
        Case(
            {"space": large, "rng": _seed(rng)}, "all four kinds", expected=Returned(within(large))
        ),
        Case({"space": many, "rng": _seed(rng)}, "forty names", expected=Returned(within(many))),
        Case({"space": {}, "rng": _seed(rng)}, "an empty space", expected=Returned({})),
        Case(
            {"space": {"depth": ("whole", 1, 4)}, "rng": _seed(rng)},
            'the unknown kind "whole"',
            expected=Raised("ValueError"),
        ),
    ]


sample_configuration = Exercise(
    name="sample_configuration",
    assignment=ASSIGNMENT,
    rubric={"right": 10},
    reference=reference.sample_configuration,
    returns="configuration",
    cases=_space_cases,
    builds_on=("sample_log_uniform", "sample_one_minus_log_uniform"),
    laws={"configurations_drawn": "right"},
    hints=(
        "A space is walked through name by name; the kind decides how to draw the value.",
        "rng.integers leaves its upper end out unless you say endpoint=True. "
        "Your samplers give an array: `[0]` takes its one number out.",
        "A similar problem, solved. One of several menus: `menu = menus[rng.integers(len(menus))]`."
        " The index is random, so each menu keeps its type.",
    ),
)


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


@sample_configuration.mistake(
    "The upper end of an int range never comes: rng.integers stops before it."
)
def upper_end_left_out(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, int=lambda low, high: rng.integers(low, high))


@sample_configuration.mistake("Ints were drawn as floats: how many layers are 2.7?")
def float_for_int(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, int=lambda low, high: rng.uniform(low, high))


@sample_configuration.mistake(
    "Rounding a uniform number gives both ends only half their share: use rng.integers."
)
def rounded_int(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, int=lambda low, high: round(rng.uniform(low, high)))


@sample_configuration.mistake('Values of kind "log" are uniform on the plain scale.')
def log_as_uniform(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, log=lambda low, high: rng.uniform(low, high))


@sample_configuration.mistake('Values of kind "one_minus_log" were drawn as kind "log".')
def one_minus_log_as_log(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, one_minus_log=lambda low, high: log_uniform(low, high, 1, rng)[0])


@sample_configuration.mistake('Values of kind "one_minus_log" are uniform on the plain scale.')
def one_minus_log_as_uniform(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, one_minus_log=lambda low, high: rng.uniform(low, high))


@sample_configuration.mistake("A choice is always its first value.")
def first_choice(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, choice=lambda values: values[0])


@sample_configuration.mistake("Instead of the value chosen, its place in the list came back.")
def index_for_choice(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, choice=lambda values: rng.integers(len(values)))


@sample_configuration.mistake("A choice came back as the whole list: draw one of its values.")
def whole_list(space: Any, rng: Rng) -> Any:
    return _sample(space, rng, choice=lambda values: values)


@sample_configuration.mistake("Values are arrays with one entry: take the number out with [0].")
def arrays_of_one(space: Any, rng: Rng) -> Any:
    return _sample(
        space,
        rng,
        log=lambda low, high: log_uniform(low, high, 1, rng),
        one_minus_log=lambda low, high: 1 - log_uniform(1 - high, 1 - low, 1, rng),
    )


@sample_configuration.mistake("An unknown kind gets through in silence; raise a ValueError.")
def unknown_kind_passes(space: Any, rng: Rng) -> Any:
    known = ("log", "one_minus_log", "int", "choice")
    return _sample({name: range_ for name, range_ in space.items() if range_[0] in known}, rng)


@sample_configuration.mistake("The generator was made anew inside: draw from the rng that came in.")
def own_generator_(space: Any, rng: Rng) -> Any:
    return drawn(space, np.random.default_rng(0))


@sample_configuration.mistake("The middle of each range came back; nothing was drawn.")
def middles(space: Any, rng: Rng) -> Any:
    middle = {"log": lambda low, high: (low * high) ** 0.5}
    return _sample(space, rng, **middle, int=lambda low, high: (low + high) // 2)


# --- train_and_evaluate ----------------------------------------------------------------------


def _small_data(rng: Rng, noisy: bool = False) -> dict[str, Any]:
    """Points of two classes in the plane that overlap; with noise, labels mean nothing."""
    data = {}
    for part, m in (("train", 67), ("dev", 43), ("test", 47)):
        Y = rng.permutation(np.arange(m) % 2).reshape(1, m).astype(float)
        X = rng.normal(0, 1, (2, m)) + (0 if noisy else 1.5) * Y
        data[part] = (X, Y)
    return data


def _experiment_cases(rng: Rng) -> list[Case]:
    """Trials whose accuracies hang on no rounding, and two that diverge."""

    def case(configuration: dict[str, Any], note: str = "", layout: str = "plain") -> Case:
        while True:
            data, seed = _small_data(rng), _seed(rng)
            args = {"configuration": configuration, "data": data, "rng": seed}
            network = train(*data["train"], rng=np.random.default_rng(seed.value), **configuration)
            near = min(np.min(np.abs(network.predict(X) - 0.5)) for X, _ in data.values())
            record = experiment(configuration, data, np.random.default_rng(seed.value))
            apart = len({network.accuracy(*part) for part in data.values()}) == 3
            if near > 1e-4 and apart and not record["diverged"]:
                expected = record | {"seconds": Between(0, np.inf)}
                return Case(args, note, layout, Returned(expected))

    def diverging(configuration: dict[str, Any], note: str) -> Case:
        data = _small_data(rng, noisy=True)
        expected = {
            "configuration": configuration,
            "costs": Anything(),
            "train_accuracy": Between(0, 1),
            "dev_accuracy": Between(0, 1),
            "seconds": Between(0, np.inf),
            "diverged": True,
        }
        args = {"configuration": configuration, "data": data, "rng": _seed(rng)}
        return Case(args, note, expected=Returned(expected))

    return [
        case({"learning_rate": 0.3, "width": 5, "depth": 1, "iterations": 40}),
        case(
            {"learning_rate": 0.2, "momentum": 0.5, "width": 3, "depth": 2, "iterations": 20}
            | {"activation": "tanh", "batch_size": 16},
            "other settings, and arrays that must not be written to",
            "readonly",
        ),
        case({"learning_rate": 0.3, "depth": 0, "iterations": 25}, "strided arrays", "strided"),
        diverging(
            {"learning_rate": 1e30, "width": 5, "depth": 2, "iterations": 12},
            "a learning rate that ends in nan",
        ),
        diverging(
            {"learning_rate": 1e4, "width": 5, "depth": 1, "iterations": 12, "activation": "tanh"},
            "a learning rate at which costs rise but stay finite",
        ),
    ]


train_and_evaluate = Exercise(
    name="train_and_evaluate",
    assignment=ASSIGNMENT,
    rubric={"right": 15},
    reference=reference.train_and_evaluate,
    returns="record",
    cases=_experiment_cases,
    laws={"test_part_untouched": "right"},
    hints=(
        "Train on one part, then ask the network for its accuracy on two. Which two?",
        "Whatever is known about the training is in the network that train gives: its costs, "
        "its seconds, and accuracy(X, Y).",
        "A similar problem, solved. A day's record from a thermometer's readings t: "
        '`{"highest": np.max(t), "frost": bool(np.min(t) < 0 or not np.all(np.isfinite(t)))}`.',
    ),
)


def _changed(**changes: Any) -> Any:
    """The reference's record with some entries made from (network-free) functions of it."""

    def function(configuration: Any, data: Any, rng: Rng) -> Any:
        record = experiment(configuration, data, rng)
        return record | {name: change(record) for name, change in changes.items()}

    return function


@train_and_evaluate.mistake("dev_accuracy was measured on the test part.")
def dev_from_test(configuration: Any, data: Any, rng: Rng) -> Any:
    return experiment(configuration, data | {"dev": data["test"]}, rng)


@train_and_evaluate.mistake("dev_accuracy was measured on the train part.")
def dev_from_train(configuration: Any, data: Any, rng: Rng) -> Any:
    return experiment(configuration, data | {"dev": data["train"]}, rng)


@train_and_evaluate.mistake("The network was trained on the dev part, which is for choosing.")
def trained_on_dev(configuration: Any, data: Any, rng: Rng) -> Any:
    return experiment(configuration, data | {"train": data["dev"]}, rng)


@train_and_evaluate.mistake("The network was trained on train and dev: then dev is no test of it.")
def trained_on_both(configuration: Any, data: Any, rng: Rng) -> Any:
    both = tuple(np.hstack([data["train"][i], data["dev"][i]]) for i in range(2))
    return experiment(configuration, data | {"train": both}, rng)


@train_and_evaluate.mistake("train_accuracy and dev_accuracy have changed places.")
def accuracies_swapped(configuration: Any, data: Any, rng: Rng) -> Any:
    swap = {"train_accuracy": lambda r: r["dev_accuracy"]}
    return _changed(**swap, dev_accuracy=lambda r: r["train_accuracy"])(configuration, data, rng)


@train_and_evaluate.mistake("The configuration did not reach train: hand it on with **.")
def defaults_used(configuration: Any, data: Any, rng: Rng) -> Any:
    return experiment({}, data, rng) | {"configuration": configuration}


@train_and_evaluate.mistake("train got a generator of its own; hand it the rng that came in.")
def own_generator__(configuration: Any, data: Any, rng: Rng) -> Any:
    return experiment(configuration, data, np.random.default_rng(0))


@train_and_evaluate.mistake("A trial whose costs are nan or infinite has diverged as well.")
def nan_not_seen(configuration: Any, data: Any, rng: Rng) -> Any:
    def risen(record: Any) -> bool:
        return bool(np.max(record["costs"]) > 10 * record["costs"][0])

    return _changed(diverged=risen)(configuration, data, rng)


@train_and_evaluate.mistake(
    "Only nan and inf were looked for. A cost above ten times the first one counts too."
)
def rise_not_seen(configuration: Any, data: Any, rng: Rng) -> Any:
    def broken(record: Any) -> bool:
        return not bool(np.all(np.isfinite(record["costs"])))

    return _changed(diverged=broken)(configuration, data, rng)


@train_and_evaluate.mistake("No trial is ever called diverged here.")
def never_diverged(configuration: Any, data: Any, rng: Rng) -> Any:
    return _changed(diverged=lambda r: False)(configuration, data, rng)


@train_and_evaluate.mistake("diverged is the wrong way round: True means that it blew up.")
def diverged_inverted(configuration: Any, data: Any, rng: Rng) -> Any:
    return _changed(diverged=lambda r: not r["diverged"])(configuration, data, rng)


@train_and_evaluate.mistake("costs holds only the last cost; keep all of them.")
def last_cost_only(configuration: Any, data: Any, rng: Rng) -> Any:
    return _changed(costs=lambda r: r["costs"][-1])(configuration, data, rng)


@train_and_evaluate.mistake("Accuracies are in percent; they should be from 0 to 1.")
def percent(configuration: Any, data: Any, rng: Rng) -> Any:
    changes = {name: _hundredfold(name) for name in ("train_accuracy", "dev_accuracy")}
    return _changed(**changes)(configuration, data, rng)


def _hundredfold(name: str) -> Any:
    return lambda record: 100 * record[name]


@train_and_evaluate.mistake("These are the shares of wrong answers; accuracy counts the right.")
def error_rates(configuration: Any, data: Any, rng: Rng) -> Any:
    changes = {name: _complement(name) for name in ("train_accuracy", "dev_accuracy")}
    return _changed(**changes)(configuration, data, rng)


def _complement(name: str) -> Any:
    return lambda record: 1 - record[name]


@train_and_evaluate.mistake("The record does not say which configuration it is of.")
def configuration_left_out(configuration: Any, data: Any, rng: Rng) -> Any:
    record = experiment(configuration, data, rng)
    del record["configuration"]
    return record


# --- random_search ---------------------------------------------------------------------------


def _search_cases(rng: Rng) -> list[Case]:
    # Every trial has the same layers, so that a warm start is possible, and seen.
    space = {
        "learning_rate": ("log", 1e-3, 1e-1),
        "momentum": ("one_minus_log", 0.5, 0.9),
        "width": ("choice", [5]),
        "depth": ("int", 1, 1),
        "iterations": ("choice", [7]),
    }
    record = {
        "configuration": {
            "learning_rate": Between(1e-3, 1e-1),
            "momentum": Between(0.5, 0.9),
            "width": 5,
            "depth": 1,
            "iterations": 7,
        },
        "costs": Anything(),
        "train_accuracy": Between(0, 1),
        "dev_accuracy": Between(0, 1),
        "seconds": Between(0, np.inf),
        "diverged": False,
    }

    def case(n_trials: int, note: str = "", layout: str = "plain") -> Case:
        arguments = {"space": space, "n_trials": n_trials, "data": _small_data(rng)}
        arguments |= {"rng": _seed(rng), "log": None}
        return Case(arguments, note, layout, Returned([record] * n_trials))

    return [
        case(3),
        case(1, "a single trial"),
        case(0, "no trial at all"),
        case(2, "arrays that must not be written to", "readonly"),
    ]


random_search = Exercise(
    name="random_search",
    assignment=ASSIGNMENT,
    rubric={"right": 15},
    reference=reference.random_search,
    returns=["records", "record"],
    cases=_search_cases,
    builds_on=("sample_configuration", "train_and_evaluate"),
    laws={"search_protocol": "right"},
    hints=(
        "In each turn: take the trial's child, draw a configuration, train, log, collect.",
        "rng.spawn(n) gives a list of n generators. Trial i uses number i, whether or not "
        "trials before it are in the log already.",
        "A similar problem, solved. Five dice games, each with its own generator: "
        "`children = rng.spawn(5)`, then in the loop `score = play(children[game])` and "
        "`scores.append(score)`.",
    ),
)


def _search(
    space: Any,
    n_trials: int,
    data: Any,
    log: Any,
    configure: Any,
    run: Any,
    keep: bool = True,
) -> Any:
    """The reference's loop with other ways to draw and to run trial i."""
    records = read_log(log)
    for trial in range(len(records), n_trials):
        configuration = configure(trial)
        records.append(run(trial, configuration))
        if keep:
            append_record(log, records[-1])
    return records


@random_search.mistake(
    "The configuration is drawn once, before the loop: every trial tries the same."
)
def drawn_once(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    children = rng.spawn(n_trials)
    one = drawn(space, rng)
    return _search(
        space, n_trials, data, log, lambda i: one, lambda i, c: experiment(c, data, children[i])
    )


@random_search.mistake(
    "All trials draw from rng itself. Resumed from a log, they would draw other numbers: "
    "use children."
)
def no_children(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    return _search(
        space,
        n_trials,
        data,
        log,
        lambda i: drawn(space, rng),
        lambda i, c: experiment(c, data, rng),
    )


@random_search.mistake("Every trial gets the first child: each needs its own.")
def first_child_for_all(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    def draw_and_run() -> Any:
        seeds: Any = rng.bit_generator.seed_seq
        child = np.random.default_rng(np.random.SeedSequence(seeds.entropy, spawn_key=(0,)))
        return experiment(drawn(space, child), data, child)

    return _search(space, n_trials, data, log, lambda i: None, lambda i, c: draw_and_run())


@random_search.mistake(
    "Each trial goes on from the network of the one before: it should start afresh."
)
def warm_start(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    children = rng.spawn(n_trials)
    last: list[Any] = [None]

    def run(i: int, configuration: Any) -> Any:
        network = train(*data["train"], rng=children[i], start=last[0], **configuration)
        last[0] = network
        costs = network.costs
        return {
            "configuration": configuration,
            "costs": costs,
            "train_accuracy": network.accuracy(*data["train"]),
            "dev_accuracy": network.accuracy(*data["dev"]),
            "seconds": network.seconds,
            "diverged": not bool(np.all(np.isfinite(costs))),
        }

    return _search(space, n_trials, data, log, lambda i: drawn(space, children[i]), run)


@random_search.mistake("Only the best record came back; all of them are asked for.")
def best_only(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records = reference.random_search(space, n_trials, data, rng, log)
    return best_of(records) if records else records


@random_search.mistake("There is one trial too few: where does your loop end?")
def one_too_few(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    return reference.random_search(space, max(0, n_trials - 1), data, rng, log)


@random_search.mistake("The records hold the test part's accuracy for that of dev.")
def chosen_by_test(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    peeking = data | {"dev": data["test"]}
    return reference.random_search(space, n_trials, peeking, rng, log)


@random_search.mistake("The trials have different budgets: each should train as long as it says.")
def later_trials_longer(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    children = rng.spawn(n_trials)

    def run(i: int, configuration: Any) -> Any:
        longer = configuration | {"iterations": configuration["iterations"] + i}
        return experiment(longer, data, children[i]) | {"configuration": configuration}

    return _search(space, n_trials, data, log, lambda i: drawn(space, children[i]), run)


@random_search.mistake("Only the accuracies came back; the records are asked for.")
def accuracies_only(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records = reference.random_search(space, n_trials, data, rng, log)
    return [record["dev_accuracy"] for record in records]


# --- best_trial ------------------------------------------------------------------------------


def _records(rng: Rng, n_trials: int, space: Any = None) -> list[dict[str, Any]]:
    """Records with distinct accuracies of which none follows another; none has diverged."""
    space = space or {"learning_rate": ("log", 1e-3, 1.0), "depth": ("int", 1, 4)}
    ranks = rng.permutation(n_trials)
    return [
        {
            "configuration": {
                name: value.item() if isinstance(value, np.generic) else value
                for name, value in drawn(space, rng).items()
            },
            "costs": rng.uniform(0.1, 0.7, 3).astype(np.float32),
            "train_accuracy": float(0.7 + 0.02 * ((ranks[i] + n_trials // 2) % n_trials)),
            "dev_accuracy": float(0.6 + 0.03 * ranks[i]),
            "seconds": 0.5,
            "diverged": False,
        }
        for i in range(n_trials)
    ]


def _blown_up(record: dict[str, Any], accuracy: float) -> dict[str, Any]:
    costs = np.full(3, np.nan, np.float32)
    return record | {"costs": costs, "dev_accuracy": accuracy, "diverged": True}


def _best_cases(rng: Rng) -> list[Case]:
    plain = _records(rng, 7)
    best = int(np.argmax([record["dev_accuracy"] for record in plain]))
    plain[best], plain[3] = plain[3], plain[best]  # neither first nor last
    lowest = min(range(7), key=lambda i: plain[i]["costs"][-1])
    if lowest == 3:
        plain[5]["costs"][-1] = 0.01
    with_nan = [_blown_up(plain[0], np.nan), *plain[1:]]
    tempting = [*plain[:5], _blown_up(plain[5], 0.99), plain[6]]
    lost = [_blown_up(record, np.nan) for record in plain[:2]]
    return [
        Case({"records": plain}),
        Case({"records": with_nan}, "a diverged trial whose accuracy is nan"),
        Case({"records": with_nan[::-1]}, "that trial at the end"),
        Case({"records": tempting}, "a diverged trial whose accuracy is the highest"),
        Case({"records": plain[:1]}, "a single trial"),
        Case({"records": lost}, "diverged trials only", expected=Raised("ValueError")),
    ]


best_trial = Exercise(
    name="best_trial",
    assignment=ASSIGNMENT,
    rubric={"right": 5},
    reference=reference.best_trial,
    returns="record",
    cases=_best_cases,
    hints=(
        "First leave out what has diverged, then look for the highest dev accuracy.",
        "max takes a list, and with key= a function that says what to compare. Of an empty list, "
        "it raises a ValueError by itself.",
        "A similar problem, solved. The tallest tree that is not cut down: "
        '`max([t for t in trees if not t["cut"]], key=lambda t: t["height"])`.',
    ),
)


def _standing(records: Any) -> Any:
    finished = [record for record in records if not record["diverged"]]
    if not finished:
        raise ValueError("all diverged")
    return finished


@best_trial.mistake("This is the best by train accuracy; a network that memorizes would win.")
def by_train(records: Any) -> Any:
    return max(_standing(records), key=lambda record: record["train_accuracy"])


@best_trial.mistake("This is the trial with the lowest cost on the data it was trained on.")
def by_cost(records: Any) -> Any:
    return min(_standing(records), key=lambda record: record["costs"][-1])


@best_trial.mistake("This is the worst of them: high accuracy is good.")
def worst(records: Any) -> Any:
    return min(_standing(records), key=lambda record: record["dev_accuracy"])


@best_trial.mistake("A diverged trial can win here, by nan or by luck: leave these out first.")
def diverged_counted(records: Any) -> Any:
    return records[int(np.argmax([record["dev_accuracy"] for record in records]))]


@best_trial.mistake("A diverged trial can win here, by nan or by luck: leave these out first.")
def diverged_counted_by_max(records: Any) -> Any:
    return max(records, key=lambda record: record["dev_accuracy"])


@best_trial.mistake("nan is left out, but a diverged trial with a high accuracy still wins.")
def only_nan_left_out(records: Any) -> Any:
    return records[int(np.nanargmax([record["dev_accuracy"] for record in records]))]


@best_trial.mistake("The accuracy came back; the whole record is asked for.")
def accuracy_for_record(records: Any) -> Any:
    return best_of(records)["dev_accuracy"]


@best_trial.mistake("The configuration came back; the whole record is asked for.")
def configuration_for_record(records: Any) -> Any:
    return best_of(records)["configuration"]


@best_trial.mistake("The trial's number came back; the record itself is asked for.")
def number_for_record(records: Any) -> Any:
    best = best_of(records)
    return next(i for i, record in enumerate(records) if record is best)


@best_trial.mistake("Where every trial has diverged, None came back in silence.")
def none_when_all_diverged(records: Any) -> Any:
    return best_of(records) if any(not record["diverged"] for record in records) else None


@best_trial.mistake("This is the last trial that has not diverged, whatever its accuracy.")
def last_standing(records: Any) -> Any:
    return _standing(records)[-1]


# --- refine_space ----------------------------------------------------------------------------


def _refine_cases(rng: Rng) -> list[Case]:
    logs = {"learning_rate": ("log", 1e-3, 1.0)}
    full = {
        "learning_rate": ("log", 1e-4, 1.0),
        "momentum": ("one_minus_log", 0.9, 0.999),
        "depth": ("int", 1, 5),
        "width": ("int", 16, 128),
        "activation": ("choice", ["relu", "tanh"]),
    }

    def records(space: Any, n_trials: int = 5, **best: Any) -> Any:
        found = _records(rng, n_trials, space)
        winner = best_of(found)
        winner["configuration"] |= best
        at = next(i for i, record in enumerate(found) if record is winner)
        found[at], found[1] = found[1], found[at]  # neither first nor last
        return found

    tempting = records(full, depth=3)
    tempting.insert(3, _blown_up(tempting[0], 0.999))
    low_momentum = {"momentum": ("one_minus_log", 0.5, 0.99)}
    return [
        Case({"space": logs, "records": records(logs, learning_rate=0.1)}),
        Case({"space": full, "records": records(full, depth=3)}, "all four kinds"),
        Case(
            {"space": full, "records": records(full, learning_rate=1.0, depth=5, momentum=0.999)},
            "the best at upper borders",
        ),
        Case(
            {"space": full, "records": records(full, learning_rate=1e-4, depth=1, width=16)},
            "the best at lower borders",
        ),
        Case(
            {"space": low_momentum, "records": records(low_momentum, momentum=0.5)},
            "a momentum at the lower border, where 1 − β must not pass 1",
        ),
        Case({"space": full, "records": tempting}, "a tempting trial that diverged"),
    ]


refine_space = Exercise(
    name="refine_space",
    assignment=ASSIGNMENT,
    rubric={"right": 10},
    reference=reference.refine_space,
    returns="space",
    cases=_refine_cases,
    builds_on=("best_trial",),
    hints=(
        "Half as wide on a log scale: a range from low to high becomes one from best / f to "
        "best × f. The whole range has the ratio high / low, so half of it has its square root.",
        "f × f is the ratio of the new range, √(high/low), so f is the fourth root of high / low. "
        "For momentum the same holds of the gaps: 1 − low, 1 − best, 1 − high.",
        "A similar problem, solved. Opening hours from 8 to 16, half as long around noon: the day "
        "is 8 hours long, the new one 4, so 2 on each side of 12: from 10 to 14.",
    ),
)


def _refined(space: Any, records: Any, choose: Any = best_of, **ways: Any) -> Any:
    """The reference's ranges, some kinds replaced by ways(low, high, best)."""
    right = reference.refine_space(space, [choose(records) | {"diverged": False}])
    best = choose(records)["configuration"]
    return {
        name: (kind, *ways[kind](*settings, best[name])) if kind in ways else right[name]
        for name, (kind, *settings) in space.items()
    }


@refine_space.mistake("The ranges are as wide as before: half the width is a quarter on each side.")
def not_narrower(space: Any, records: Any) -> Any:
    def log(low: float, high: float, best: float) -> Any:
        return best / (high / low) ** 0.5, best * (high / low) ** 0.5

    def gap(low: float, high: float, best: float) -> Any:
        factor = ((1 - low) / (1 - high)) ** 0.5
        return max(0, 1 - (1 - best) * factor), 1 - (1 - best) / factor

    def whole(low: int, high: int, best: int) -> Any:
        half = (high - low) / 2
        return max(1, int(np.floor(best - half))), int(np.ceil(best + half))

    return _refined(space, records, log=log, one_minus_log=gap, int=whole)


@refine_space.mistake("The log ranges are halved on the plain scale; theirs is log(value).")
def log_on_plain_scale(space: Any, records: Any) -> Any:
    def plain(low: float, high: float, best: float) -> Any:
        return best - (high - low) / 4, best + (high - low) / 4

    return _refined(space, records, log=plain)


@refine_space.mistake("The log ranges are cut at the old border; they should pass it.")
def log_stays_inside(space: Any, records: Any) -> Any:
    def inside(low: float, high: float, best: float) -> Any:
        factor = (high / low) ** 0.25
        return max(low, best / factor), min(high, best * factor)

    return _refined(space, records, log=inside)


@refine_space.mistake("All ranges are cut at the old border; they should pass it.")
def all_stay_inside(space: Any, records: Any) -> Any:
    right = reference.refine_space(space, records)
    return {
        name: new
        if new[0] == "choice"
        else (new[0], max(new[1], space[name][1]), min(new[2], space[name][2]))
        for name, new in right.items()
    }


@refine_space.mistake("The ranges are half as wide, but around their old middle, not the best.")
def around_the_middle(space: Any, records: Any) -> Any:
    def middle(kind: str, *settings: Any) -> Any:
        if kind == "log":
            return (settings[0] * settings[1]) ** 0.5
        if kind == "one_minus_log":
            return 1 - ((1 - settings[0]) * (1 - settings[1])) ** 0.5
        return (settings[0] + settings[1]) / 2 if kind == "int" else settings[0][0]

    center = {name: middle(*range_) for name, range_ in space.items()}
    record = best_of(records) | {"configuration": center}
    return reference.refine_space(space, [record])


@refine_space.mistake("Momentum is halved on the scale of log(β); its scale is log(1 − β).")
def momentum_as_log(space: Any, records: Any) -> Any:
    def log(low: float, high: float, best: float) -> Any:
        return best / (high / low) ** 0.25, best * (high / low) ** 0.25

    return _refined(space, records, one_minus_log=log)


@refine_space.mistake("The ends of the momentum's range are the wrong way round: low comes first.")
def momentum_turned(space: Any, records: Any) -> Any:
    def turned(low: float, high: float, best: float) -> Any:
        factor = ((1 - low) / (1 - high)) ** 0.25
        return 1 - (1 - best) / factor, max(0, 1 - (1 - best) * factor)

    return _refined(space, records, one_minus_log=turned)


@refine_space.mistake("Momentum can fall below 0 here: the lower end stops at 0.")
def negative_momentum(space: Any, records: Any) -> Any:
    def unbounded(low: float, high: float, best: float) -> Any:
        factor = ((1 - low) / (1 - high)) ** 0.25
        return 1 - (1 - best) * factor, 1 - (1 - best) / factor

    return _refined(space, records, one_minus_log=unbounded)


@refine_space.mistake("The int ranges have ends with decimals; round them outwards.")
def int_not_rounded(space: Any, records: Any) -> Any:
    def floats(low: int, high: int, best: int) -> Any:
        return max(1, best - (high - low) / 4 - 1e-6), best + (high - low) / 4 + 1e-6

    return _refined(space, records, int=floats)


@refine_space.mistake("An int range can begin below 1: no layer has 0 units.")
def int_below_one(space: Any, records: Any) -> Any:
    def free(low: int, high: int, best: int) -> Any:
        quarter = (high - low) / 4
        return int(np.floor(best - quarter)), int(np.ceil(best + quarter))

    return _refined(space, records, int=free)


@refine_space.mistake("The choice was narrowed to the best value; it stays as it is.")
def choice_narrowed(space: Any, records: Any) -> Any:
    return _refined(space, records, choice=lambda values, best: ([best],))


@refine_space.mistake("The ranges are centered on the last trial, not on the best.")
def around_the_last(space: Any, records: Any) -> Any:
    return _refined(space, records, choose=lambda found: found[-1])


@refine_space.mistake("The ranges are centered on the first trial, not on the best.")
def around_the_first(space: Any, records: Any) -> Any:
    return _refined(space, records, choose=lambda found: found[0])


@refine_space.mistake("The center is the best by train accuracy; dev accuracy decides.")
def around_best_by_train(space: Any, records: Any) -> Any:
    return _refined(space, records, choose=by_train)


@refine_space.mistake("A trial that diverged became the center: best_trial leaves these out.")
def around_a_diverged_one(space: Any, records: Any) -> Any:
    return _refined(space, records, choose=diverged_counted)


# --- read_curves -----------------------------------------------------------------------------


read_curves = Exercise(
    name="read_curves",
    assignment=ASSIGNMENT,
    rubric={"right": 5},
    reference=reference.read_curves,
    returns="answers",
    cases=_nothing_to_ask,
    laws={"all_settled": "right"},
    secret={
        "exercise": "read_curves",
        "words": ["too large", "too small", "diverges", "overfits", "fine"],
        "digests": _digests("read_curves", reference.read_curves()),
    },
    hints=(
        "Look at the numbers on the vertical axis first, then at the distance between the lines.",
        "Two of them show the same trouble, and in one panel all is well.",
        "A similar problem, solved. Train cost from 0.69 to 0.02, dev cost from 0.69 down to 0.4 "
        'and up to 0.8: the lines part, so `answers["G"] = "overfits"`.',
    ),
)


@read_curves.mistake("The dictionary is empty: it needs a line for each of A to F.")
def empty_answers() -> Any:
    return {}


def _all_the_same(word: str) -> Any:
    def function() -> Any:
        return dict.fromkeys("ABCDEF", word)

    function.__name__ = "all_" + word.replace(" ", "_")
    return function


for _word in ("too large", "too small", "diverges", "overfits", "fine"):
    read_curves.mistake(f'All six are called "{_word}"; at most two of them can be.')(
        _all_the_same(_word)
    )

# The runs that the gallery shows: settings of `train`, and how many garments it learns from.
CURVES: dict[str, tuple[int, dict[str, Any]]] = {
    "A": (1000, {"momentum": 0.0, "learning_rate": 0.002, "width": 64}),
    "B": (80, {"momentum": 0.9, "learning_rate": 0.3, "width": 128}),
    "C": (1000, {"momentum": 0.0, "learning_rate": 5.0, "width": 64, "activation": "tanh"}),
    "D": (2000, {"momentum": 0.9, "learning_rate": 0.2, "width": 64, "depth": 1}),
    "E": (1000, {"momentum": 0.0, "learning_rate": 0.6, "width": 64}),
    "F": (150, {"momentum": 0.9, "learning_rate": 0.3, "width": 64}),
}

EXERCISES = (
    sort_settings,
    split_data,
    sample_log_uniform,
    sample_one_minus_log_uniform,
    sample_configuration,
    read_curves,
    train_and_evaluate,
    random_search,
    best_trial,
    refine_space,
)


def gallery_runs() -> dict[str, tuple[Any, Any]]:
    """Train the runs of the gallery again: for each its cost on what it learns from, and on dev."""
    learn, dev = load_garments("train"), load_garments("dev")
    runs = {}
    for name, (m, settings) in CURVES.items():
        network = train(
            learn.X[:, :m],
            learn.Y[:, :m],
            rng=np.random.default_rng(1),
            batch_size=m,
            iterations=150,
            watch=(dev.X[:, :1000], dev.Y[:, :1000]),
            **settings,
        )
        runs[name] = (network.costs, network.watched)
    return runs
