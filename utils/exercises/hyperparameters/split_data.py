"""Examples shuffled and cut in three; cases judge the sizes, a property that no example is lost."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import AnyOfShape, Case, Returned
from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters.common import Rng, fresh_seed
from utils.reference import hyperparameters as reference


def _cases(rng: Rng) -> list[Case]:
    def case(n: int, m: int, fractions: Any, note: str = "", layout: str = "plain") -> Case:
        train_size, dev_size = round(fractions[0] * m), round(fractions[1] * m)
        sizes = {"train": train_size, "dev": dev_size, "test": m - train_size - dev_size}
        X, Y = rng.normal(0, 1, (n, m)), rng.integers(0, 2, (1, m)).astype(float)
        expected = {
            part: (AnyOfShape((n, size)), AnyOfShape((1, size))) for part, size in sizes.items()
        }
        return Case(
            {"X": X, "Y": Y, "fractions": fractions, "rng": fresh_seed(rng)},
            note,
            layout,
            Returned(expected),
            "inputs left alone" if layout == "readonly" else "shape",
        )

    return [
        case(2, 11, (0.6, 0.2, 0.2)),
        case(3, 101, (0.7, 0.2, 0.1), "101 examples"),
        case(5, 53, (0.29, 0.42, 0.29), "shares that do not divide evenly"),
        case(2, 10, (0.5, 0.25, 0.25), "a dev part of 2.5 examples, which round makes 2"),
        case(5, 1, (0.8, 0.1, 0.1), "a single example (m = 1)"),
        case(7, 7, (0.5, 0.25, 0.25), "as many examples as inputs"),
        case(7, 37, (0.6, 0.2, 0.2), "arrays that must not be written to", "readonly"),
        case(7, 37, (0.6, 0.2, 0.2), "arrays that are not contiguous in memory", "strided"),
    ]


exercise = Exercise(
    name="split_data",
    assignment="04_hyperparameters",
    rubric={
        "shape": 2,
        "every example once": 3,
        "labels": 2,
        "random parts": 2,
        "inputs left alone": 1,
    },
    reference=reference.split_data,
    returns="data",
    cases=_cases,
    properties={
        "every_example_once": "every example once",
        "own_labels": "labels",
        "shuffled": "random parts",
    },
    drawn="random parts",
    hints=(
        "Put the numbers 0 to m − 1 in a random order once, then cut that order into three.",
        "`X[:, chosen]` takes the columns whose numbers are in the array `chosen`. The same "
        "numbers must choose from Y.",
        "A similar problem, solved. Two halves of a deck of 52 cards: `order = rng.permutation(52)`"
        ", then `left, right = order[:26], order[26:]`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _parts(X: Any, Y: Any, fractions: Any, order: Any, order_Y: Any = None) -> Any:
    """Return the split along `order`, an order of the examples; Y along `order_Y` if given."""
    m = len(order)
    cuts = [0, round(fractions[0] * m), round(fractions[0] * m) + round(fractions[1] * m), m]
    order_Y = order if order_Y is None else order_Y
    return {
        name: (X[:, order[a:b]], Y[:, order_Y[a:b]])
        for name, a, b in zip(("train", "dev", "test"), cuts[:-1], cuts[1:], strict=True)
    }


@exercise.mistake(
    "The examples were cut in the order they came. Where that order means something, "
    "the parts differ: shuffle first."
)
def not_shuffled(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    return _parts(X, Y, fractions, np.arange(X.shape[1]))


@exercise.mistake(
    "X and Y were shuffled apart: an example must keep its label. Use one order for both."
)
def shuffled_apart(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    return _parts(X, Y, fractions, rng.permutation(m), rng.permutation(m))


@exercise.mistake("Only X was shuffled, so its columns have other examples' labels.")
def labels_left_behind(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    return _parts(X, Y, fractions, rng.permutation(m), np.arange(m))


@exercise.mistake("Examples are drawn with replacement: some come several times, others never.")
def with_replacement(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    return _parts(X, Y, fractions, rng.integers(0, m, m))


@exercise.mistake("Each part was shuffled on its own, so examples are in several parts.")
def shuffled_for_each_part(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    splits = [_parts(X, Y, fractions, rng.permutation(m)) for _ in range(3)]
    return {name: splits[i][name] for i, name in enumerate(("train", "dev", "test"))}


@exercise.mistake("Examples are columns here, and rows were divided: index the second axis.")
def rows_divided(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    n = X.shape[0]
    order = rng.permutation(n)
    a, b = round(fractions[0] * n), round(fractions[0] * n) + round(fractions[1] * n)
    return {
        "train": (X[order[:a]], Y[:, order[:a] % Y.shape[1]]),
        "dev": (X[order[a:b]], Y[:, order[a:b] % Y.shape[1]]),
        "test": (X[order[b:]], Y[:, order[b:] % Y.shape[1]]),
    }


@exercise.mistake("Y was flattened: each part of it should still be one row with two axes.")
def labels_rank_one(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    data = _parts(X, Y, fractions, rng.permutation(X.shape[1]))
    return {name: (part[0], part[1].ravel()) for name, part in data.items()}


@exercise.mistake("The shares were cut off where they should be rounded: int() and // go down.")
def cut_off(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    order = rng.permutation(m)
    a, b = int(fractions[0] * m), int(fractions[0] * m) + int(fractions[1] * m)
    return {
        "train": (X[:, order[:a]], Y[:, order[:a]]),
        "dev": (X[:, order[a:b]], Y[:, order[a:b]]),
        "test": (X[:, order[b:]], Y[:, order[b:]]),
    }


@exercise.mistake("The shares were rounded up: round goes to the nearest whole number.")
def rounded_up(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    up = [np.ceil(share * m) / m for share in fractions]
    return _parts(X, Y, up, rng.permutation(m))


@exercise.mistake(
    "dev ends at the rounded sum of two shares, so its size can be off by one: round the two "
    "shares, and add then."
)
def sums_rounded(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    a, b = round(fractions[0] * m), round((fractions[0] + fractions[1]) * m)
    return _parts(X, Y, (a / m, (b - a) / m), rng.permutation(m))


@exercise.mistake("test got its own share, rounded. It should get all that is left.")
def test_by_its_share(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    data = _parts(X, Y, fractions, rng.permutation(X.shape[1]))
    size = round(fractions[2] * X.shape[1])
    return data | {"test": tuple(array[:, :size] for array in data["test"])}


@exercise.mistake(
    "Rows were shuffled, so inputs have changed places within each example. Examples are columns."
)
def rows_shuffled(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    return _parts(rng.permutation(X), Y, fractions, np.arange(X.shape[1]))


@exercise.mistake("The parts of X have a row for each example: in this course it is a column.")
def examples_as_rows(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    data = _parts(X, Y, fractions, rng.permutation(X.shape[1]))
    return {name: (part[0].T, part[1]) for name, part in data.items()}


@exercise.mistake("dev ends where its own size says, counted from the start: add where it begins.")
def dev_end_not_added(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    order, n_train, n_dev = rng.permutation(m), *(round(share * m) for share in fractions[:2])
    chosen, rest = order[n_train:n_dev], order[n_train + n_dev :]
    data = _parts(X, Y, fractions, order)
    return data | {"dev": (X[:, chosen], Y[:, chosen]), "test": (X[:, rest], Y[:, rest])}


@exercise.mistake("The generator was made anew inside: draw from the rng that came in.")
def own_generator(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    return _parts(X, Y, fractions, np.random.default_rng(42).permutation(X.shape[1]))


@exercise.mistake("dev and test have changed places: fractions are for train, dev, test.")
def dev_and_test_swapped(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    data = _parts(X, Y, (fractions[0], fractions[2]), rng.permutation(X.shape[1]))
    return {"train": data["train"], "dev": data["test"], "test": data["dev"]}


@exercise.mistake("test begins where dev begins, so dev's examples are in test too.")
def test_holds_dev(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    order = rng.permutation(X.shape[1])
    data = _parts(X, Y, fractions, order)
    first = data["train"][0].shape[1]
    return data | {"test": (X[:, order[first:]], Y[:, order[first:]])}


@exercise.mistake("dev is cut at its own size, counted from the start: it overlaps with train.")
def dev_from_the_start(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    order = rng.permutation(X.shape[1])
    data = _parts(X, Y, fractions, order)
    size = data["dev"][0].shape[1]
    return data | {"dev": (X[:, order[:size]], Y[:, order[:size]])}


@exercise.mistake("X came back alone: each part is a pair, X and Y.")
def without_labels(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    data = _parts(X, Y, fractions, rng.permutation(X.shape[1]))
    return {name: part[0] for name, part in data.items()}


@exercise.mistake("dev ends at the number of its own examples: count from where train ends.")
def second_cut_from_the_start(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    order = rng.permutation(m)
    a, b = round(fractions[0] * m), round(fractions[1] * m)
    parts = {"train": order[:a], "dev": order[a:b], "test": order[b:]}
    return {name: (X[:, part], Y[:, part]) for name, part in parts.items()}


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("not_shuffled", "cut_off")
def neither_shuffled_nor_rounded(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    floors = [int(share * m) / m for share in fractions]
    return _parts(X, Y, floors, np.arange(m))


@exercise.combined_mistake("labels_left_behind", "labels_rank_one")
def flat_labels_left_behind(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    data = labels_left_behind(X, Y, fractions, rng)
    return {name: (part[0], part[1].ravel()) for name, part in data.items()}


@exercise.combined_mistake("with_replacement", "dev_and_test_swapped")
def replaced_and_swapped(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    data = with_replacement(X, Y, (fractions[0], fractions[2]), rng)
    return {"train": data["train"], "dev": data["test"], "test": data["dev"]}


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("asks for a place that is no whole number.")
def cut_between_two(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    order = rng.permutation(X.shape[1])
    train_part = order[: fractions[0] * X.shape[1]]
    return {"train": (X[:, train_part], Y[:, train_part])}


@exercise.raising_mistake("is outside its axis 0.")
def rows_chosen(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    order = rng.permutation(X.shape[1])
    return {"train": (X[order], Y[order]), "dev": (X, Y), "test": (X, Y)}


@exercise.raising_mistake("order is None, and takes no [ ].")
def shuffle_gives_nothing(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    order: Any = rng.shuffle(np.arange(X.shape[1]))
    return {"train": (X[:, order[:3]], Y[:, order[:3]])}


@exercise.raising_mistake("this writes into an array that came in as an argument.")
def shuffled_in_place(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    both = np.vstack([X, Y])
    rng.shuffle(both, axis=1)
    X[:] = both[:-1]
    Y[:] = both[-1:]
    return _parts(X, Y, fractions, np.arange(X.shape[1]))


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_a_mask(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    n_train, n_dev = (int(np.round(share * m)) for share in fractions[:2])
    sizes = {"train": n_train, "dev": n_dev, "test": m - n_train - n_dev}
    part = rng.permuted(np.repeat(list(sizes), list(sizes.values())))
    return {name: (X[:, part == name], Y[:, part == name]) for name in sizes}


@exercise.correct_variant
def with_a_shuffle(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    order = np.arange(Y.size)
    rng.shuffle(order)
    return _parts(X, Y, fractions, order)


@exercise.correct_variant
def by_sorting_random_numbers(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    return _parts(X, Y, fractions, np.argsort(rng.random(X.shape[1])))


@exercise.correct_variant
def with_choice(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    return _parts(X, Y, fractions, rng.choice(m, size=m, replace=False))


@exercise.correct_variant
def with_split(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    n_train, n_dev, _ = (round(share * X.shape[1]) for share in fractions)
    chosen = np.split(rng.permutation(X.shape[1]), [n_train, n_train + n_dev])
    parts = [(np.take(X, i, axis=1), np.take(Y, i, axis=1)) for i in chosen]
    return dict(zip(["train", "dev", "test"], parts, strict=True))


@exercise.correct_variant
def both_shuffled_as_one(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    both = rng.permutation(np.vstack([X, Y]), axis=1)
    return _parts(both[:-1], both[-1:], fractions, np.arange(X.shape[1]))


@exercise.correct_variant
def with_sets(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    m = X.shape[1]
    test = set(range(m))
    train = {int(i) for i in rng.choice(m, round(fractions[0] * m), replace=False)}
    test -= train
    dev = {int(i) for i in rng.choice(sorted(test), round(fractions[1] * m), replace=False)}
    chosen = {"train": sorted(train), "dev": sorted(dev), "test": sorted(test - dev)}
    return {name: [X[:, numbers], Y[:, numbers]] for name, numbers in chosen.items()}


@exercise.correct_variant
def one_example_at_a_time(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    left = list(range(X.shape[1]))
    order = [left.pop(rng.integers(len(left))) for _ in range(X.shape[1])]
    return _parts(X, Y, fractions, order)


@exercise.correct_variant
def as_rows_and_back(X: Any, Y: Any, fractions: Any, rng: Rng) -> Any:
    order = rng.permutation(X.shape[1]).tolist()
    return _parts(X.T[order].T, Y.T[order].T, fractions, np.arange(X.shape[1]))
