"""Properties for notebook 04: distributions of draws, and the protocol of a search.

Every statistical test here rejects right work less than once in a million checks: a single p-value
is compared with 1e-9, and no check uses more than a hundred of them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from itertools import combinations
from typing import Any
from uuid import uuid4

import numpy as np
from scipy import special

from utils.checker.cases import Case, Raised, Returned, Seed, TempFile, Unsupported
from utils.checker.compare import Finding
from utils.properties.law import Ask, Law

__all__ = ["LAWS"]

Array = np.ndarray[Any, Any]

RARE = 1e-9  # how often one test may reject right work


# --- answers -------------------------------------------------------------------------------------


def all_settled(ask: Ask, secret: Any) -> Finding | None:
    """Check that every item has its right word; the finding says how many, never which.

    `secret` holds the exercise's name, the words, the items that were given away, and for each item
    a digest of its answer.
    """
    answers = ask(Case({}))
    words, digests = secret["words"], secret["digests"]
    if not isinstance(answers, dict):
        return Finding("law", "The result should be the dictionary of your answers.")
    right = {
        item: next(w for w in words if _digest(secret["exercise"], item, w) == digest)
        for item, digest in digests.items()
    }
    agreed = [item for item in right if _is(answers.get(item), right[item])]
    asked = [(answers.get(item), right[item]) for item in right if item not in secret["given"]]
    share = min(_beyond_chance(asked, words), len(agreed) / len(answers.keys() | right.keys()))
    missing = [item for item in digests if item not in answers]
    if missing:
        return Finding("law", f'There is no answer for "{missing[0]}" yet.', share=share)
    extra = [item for item in answers if item not in digests]
    if extra:
        return Finding("law", f'"{extra[0]}" is none of the names that are asked for.', share=share)
    for item, answer in answers.items():
        if not (isinstance(answer, str) and answer in words):
            listed = ", ".join(f'"{word}"' for word in words)
            shown = answer.said if isinstance(answer, Unsupported) else f"{answer!r:.40}"
            said = f'"{item}" has the answer {shown}; choose among {listed}.'
            return Finding("law", said, share=share)
    if len(agreed) == len(right):
        return None
    return Finding("law", f"{len(agreed)} of {len(right)} are settled.", share=share)


def _is(answer: Any, word: str) -> bool:
    return isinstance(answer, str) and answer == word


def _digest(exercise: str, item: str, answer: str) -> str:
    return sha256(f"{exercise}/{item}/{answer}".encode()).hexdigest()


def _beyond_chance(pairs: Sequence[tuple[Any, str]], words: Sequence[str]) -> float:
    """Return Cohen's kappa, at least 0: 1 if all answers agree, 0 for one word throughout."""
    n = len(pairs)
    agreed = sum(_is(answer, due) for answer, due in pairs) / n
    by_chance = sum(
        sum(_is(answer, word) for answer, _ in pairs) * sum(due == word for _, due in pairs)
        for word in words
    ) / (n * n)
    return max(0.0, (agreed - by_chance) / (1 - by_chance)) if by_chance < 1 else 0.0


# --- distributions -------------------------------------------------------------------------------


def within_ends(ask: Ask, secret: Any) -> Finding | None:
    """Check that draws lie between low and high, for several ranges."""
    return _within(ask, (1e-6, 1e-5), (0.3, 0.7), (3.0, 500.0))


def within_ends_below_one(ask: Ask, secret: Any) -> Finding | None:
    """Check that draws lie between low and high, for several ranges below 1."""
    return _within(ask, (0.0, 0.1), (0.3, 0.7), (0.9, 0.99999))


def _within(ask: Ask, *ranges: tuple[float, float]) -> Finding | None:
    cases = [Case({"low": l, "high": h, "size": 200, "rng": Seed(3)}) for l, h in ranges]
    for (low, high), drawn in zip(ranges, ask.all(cases), strict=True):
        x = np.asarray(drawn, float)
        slack = 1e-9 * high
        if np.min(x) < low - slack or np.max(x) > high + slack:
            return Finding(
                "law",
                f"The draws go from {np.min(x):.3g} to {np.max(x):.3g}, "
                f"where low = {low:g} and high = {high:g}.",
            )
    return None


def log_uniform(ask: Ask, secret: Any) -> Finding | None:
    """Check that the logarithm of the draws is uniform (Kolmogorov-Smirnov, 10**4 draws)."""
    low, high = 3e-5, 0.7
    return _draws(ask, low, high, lambda x: np.log(x / low) / np.log(high / low))


def one_minus_log_uniform(ask: Ask, secret: Any) -> Finding | None:
    """Check that the logarithm of 1 - draw is uniform (Kolmogorov-Smirnov, 10**4 draws)."""
    low, high = 0.8, 0.99999
    span = np.log((1 - low) / (1 - high))
    return _draws(ask, low, high, lambda x: 1 - np.log((1 - x) / (1 - high)) / span)


def _draws(ask: Ask, low: float, high: float, to_unit: Any) -> Finding | None:
    """Return a finding unless draws come from rng, each anew, and `to_unit` makes them uniform."""
    args = {"low": low, "high": high, "size": 10_000}
    drawn = ask.all([Case(args | {"rng": Seed(seed)}) for seed in (1, 2)])
    x, other = (np.asarray(one, float) for one in drawn)
    if x.shape != (10_000,) or not np.all(np.isfinite(x)):
        return Finding("law", "With size = 10000 there should be as many finite numbers.")
    if np.unique(x).size < 0.998 * x.size:
        return Finding("law", f"Only {np.unique(x).size} of {x.size} draws differ from each other.")
    if np.array_equal(x, other):
        return Finding("law", "Generators of different seeds gave the same draws: draw from rng.")
    u = to_unit(np.clip(x, low, high))
    if _uniform_p_value(u) < RARE:
        share = float(np.mean(u < 0.5))
        told = (
            f"the lower half of the range, on the scale that is asked for, gets {share:.1%}"
            if abs(share - 0.5) > 0.02
            else "both halves of the range get their share, but the draws are uneven within"
        )
        return Finding("law", f"The draws are not spread evenly on that scale: {told}.")
    if _uniform_p_value(u) > 1 - RARE:
        return Finding("law", "The draws are spread too evenly: chance leaves gaps and clusters.")
    if any(_hang_together(u[:-lag], u[lag:]) for lag in (1, u.size // 2)):
        return Finding("law", "A draw hangs together with one before it: draw each anew.")
    return None


def _hang_together(one: Array, other: Array) -> bool:
    """Return whether two rows of numbers are correlated."""
    return bool(abs(np.corrcoef(one, other)[0, 1]) > 6.2 / np.sqrt(len(one)))  # once in 10**9


_KINDS = {
    "log": ("log", 1e-4, 1.0),
    "one_minus_log": ("one_minus_log", 0.9, 0.999),
    "int": ("int", 2, 4),
    "choice": ("choice", ["relu", "tanh", "sigmoid"]),
}


def _configurations(
    ask: Ask, count: int, *kinds: str, seeds: Sequence[int] = (1,)
) -> list[dict[str, list[Any]]]:
    """Return, for each seed, `count` draws of each kind, from one call on a space of all names."""
    space = {f"{kind}{i}": _KINDS[kind] for i in range(count) for kind in kinds}
    drawn = ask.all([Case({"space": space, "rng": Seed(seed)}) for seed in seeds])
    return [{kind: [one[f"{kind}{i}"] for i in range(count)] for kind in kinds} for one in drawn]


def log_kinds(ask: Ask, secret: Any) -> Finding | None:
    """Check that values drawn on a logarithmic scale are uniform there."""
    [values] = _configurations(ask, 400, "log", "one_minus_log")
    return _of_kind("log", values["log"]) or _of_kind("one_minus_log", values["one_minus_log"])


def int_kind(ask: Ask, secret: Any) -> Finding | None:
    """Check that whole numbers are drawn equally often, both ends included."""
    [values] = _configurations(ask, 800, "int")
    return _of_kind("int", values["int"])


def choice_kind(ask: Ask, secret: Any) -> Finding | None:
    """Check that each value of a choice is drawn equally often."""
    [values] = _configurations(ask, 400, "choice")
    return _of_kind("choice", values["choice"])


def draws_of_their_own(ask: Ask, secret: Any) -> Finding | None:
    """Check that draws come from rng, and that those of different names are uncorrelated."""
    values, again = _configurations(ask, 200, *_KINDS, seeds=(1, 2))
    ranks = {}
    for kind, draws in values.items():
        if len(set(map(str, draws))) == 1:
            return Finding(
                "law", f'{len(draws)} names of kind "{kind}" all got {draws[0]}: '
                "each name needs a draw of its own."
            )  # fmt: skip
        if draws == again[kind]:
            said = f'Generators of different seeds gave the same values of kind "{kind}"'
            return Finding("law", f"{said}: draw from rng.")
        order = np.unique(list(map(str, draws)) if kind == "choice" else draws, return_inverse=True)
        ranks[kind] = np.asarray(order[1])
    for one, other in combinations(ranks, 2):
        if _hang_together(ranks[one], ranks[other]):
            return Finding("law", "Two names share their random number: draw anew for each.")
    for row in ranks.values():
        if _hang_together(row[:-1], row[1:]):
            return Finding("law", "A name's draw hangs together with the one before it.")
    return None


def _of_kind(kind: str, values: list[Any]) -> Finding | None:
    """Return what is wrong with many draws of one kind, or None."""
    range_: tuple[Any, ...] = _KINDS[kind]
    if kind in ("log", "one_minus_log"):
        low, high = range_[1:]
        x = np.asarray(values, float)
        u = np.log(x / low) / np.log(high / low)
        if kind == "one_minus_log":
            u = 1 - np.log((1 - x) / (1 - high)) / np.log((1 - low) / (1 - high))
        if _uniform_p_value(u) < RARE:
            return Finding("law", f'Draws of kind "{kind}" are not spread evenly on that scale.')
        return None
    if any(isinstance(value, np.ndarray | list) for value in values):
        return Finding(
            "law", f'A draw of kind "{kind}" is no single value, but a list or an array.'
        )
    allowed = list(range(range_[1], range_[2] + 1)) if kind == "int" else list(range_[1])
    for value in values:
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if kind == "int" and not whole:
            kind_of = type(value).__name__
            return Finding(
                "law", f'A draw of kind "int" is {value!r}, of type {kind_of}: not a whole number.'
            )
        if value not in allowed:
            shown = repr(_plain(value)) if isinstance(value, np.generic) else repr(value)
            return Finding("law", f"From {range_} came {shown}, which is not in it.")
    counts = np.array([sum(value == one for value in values) for one in allowed])
    if not counts.all():
        never = allowed[int(np.argmin(counts))]
        return Finding("law", f"From {range_}, {never!r} never came in {len(values)} draws.")
    expected = len(values) / len(allowed)
    distance = float(np.sum((counts - expected) ** 2) / expected)
    if special.chdtrc(len(allowed) - 1, distance) < RARE:
        return Finding("law", f"From {range_}, the values do not come equally often.")
    return None


def _uniform_p_value(u: Array) -> float:
    """Return the Kolmogorov-Smirnov p-value against the uniform distribution on [0, 1].

    It is computed with scipy.special, because importing scipy.stats takes a second.
    """
    if not np.all(np.isfinite(u)):  # a nan would pass every bound
        return 0.0
    n = u.size
    u = np.sort(u)
    distance = max(np.max(np.arange(1, n + 1) / n - u), np.max(u - np.arange(n) / n))
    return float(special.kolmogorov(np.sqrt(n) * distance))


# --- the split -----------------------------------------------------------------------------------


_M = 1009
_NUMBER = np.arange(float(_M))
_X = np.vstack([_NUMBER, -_NUMBER, _NUMBER % 7])
_Y = (_NUMBER % 2 == 0).astype(float).reshape(1, _M)


def _divided(ask: Ask, *seeds: int) -> list[dict[str, tuple[Array, Array, Array]]]:
    """Return the parts of a split for each seed: X, Y, and the examples named by X's first row."""
    args = {"X": _X, "Y": _Y, "fractions": (0.6, 0.3, 0.1)}
    return [
        {part: (X, Y, np.clip(X[0], 0, _M - 1).astype(int)) for part, (X, Y) in split.items()}
        for split in ask.all([Case(args | {"rng": Seed(seed)}) for seed in seeds])
    ]


def every_example_once(ask: Ask, secret: Any) -> Finding | None:
    """Check that every column of X is in exactly one part."""
    [data] = _divided(ask, 1)
    met = dict.fromkeys(range(_M), "")
    for part, (X, _, chosen) in data.items():
        if not np.array_equal(X, _X[:, chosen]):
            return Finding("law", f"A column of X in {part} is none of the examples' columns.")
        for i in chosen:
            if met[int(i)]:
                twice = "twice" if met[int(i)] == part else f"in {met[int(i)]} too"
                return Finding("law", f"An example in {part} is there {twice}.")
            met[int(i)] = part
    left = sum(not part for part in met.values())
    return Finding("law", f"{left} of {_M} examples are in no part.") if left else None


def own_labels(ask: Ask, secret: Any) -> Finding | None:
    """Check that every column of X keeps its own label."""
    [data] = _divided(ask, 1)
    for part, (_, Y, chosen) in data.items():
        if not np.array_equal(Y, _Y[:, chosen]):
            return Finding("law", f"In {part}, an example has another example's label.")
    return None


def shuffled(ask: Ask, secret: Any) -> Finding | None:
    """Check that each part is a random choice, and another one for another seed."""
    data, other = _divided(ask, 1, 2)
    for part, (X, _, chosen) in data.items():
        if _uniform_p_value((X[0] + 0.5) / _M) < RARE:
            return Finding(
                "law", f"The examples in {part} are not a random choice: shuffle before you cut."
            )
        if np.array_equal(np.sort(chosen), np.sort(other[part][2])):
            return Finding(
                "law", "Generators of different seeds gave the same parts: draw from rng."
            )
    place = np.zeros(_M)
    place[data["train"][2]] = 1
    if _hang_together(place[:-1], place[1:]):
        return Finding("law", "Neighbors stay together: put all examples into a random order.")
    return None


# --- the next space ------------------------------------------------------------------------------


def log_halved(ask: Ask, secret: Any) -> Finding | None:
    """Check that a "log" range becomes half as wide around the best value, on the scale of log."""
    return _halved(ask, ("log", 1e-3, 10.0), 0.3, np.log)


def gap_halved(ask: Ask, secret: Any) -> Finding | None:
    """Check that a "one_minus_log" range becomes half as wide on the scale of log(1 - value)."""
    return _halved(ask, ("one_minus_log", 0.9, 0.999), 0.97, lambda x: -np.log(1 - x))


def _halved(ask: Ask, range_: tuple[str, float, float], best: float, scale: Any) -> Finding | None:
    kind, low, high = range_
    new = ask(Case({"space": {"it": range_}, "records": [_trial(0.9, it=best)]}))["it"]
    first, last = scale(new[1]), scale(new[2])
    share = (last - first) / (scale(high) - scale(low))
    if not abs(share - 0.5) < 1e-6:
        return Finding(
            "law",
            f'On its own scale, a "{kind}" range has {share:.2g} of its old width now, not half.',
        )
    if not abs((first + last) / 2 - scale(best)) < 1e-6:
        return Finding(
            "law",
            f'On its own scale, the best value is not in the middle of the new "{kind}" range.',
        )
    return None


def best_alone_counts(ask: Ask, secret: Any) -> Finding | None:
    """Check that neither the other trials nor their order change the new space."""
    space = {"rate": ("log", 1e-3, 1.0), "depth": ("int", 1, 9), "name": ("choice", ["a", "b"])}
    best = _trial(0.9, rate=0.2, depth=6, name="b")
    others = [
        _trial(0.5, rate=0.01, depth=2, name="a"),
        _trial(0.8, rate=0.5, depth=8, name="a"),
        _trial(0.99, diverged=True, rate=0.002, depth=3, name="a"),
    ]
    orders = [[best], *([*others[:at], best, *others[at:]] for at in range(len(others) + 1))]
    alone, *more = ask.all([Case({"space": space, "records": records}) for records in orders])
    if any(one != alone for one in more):
        return Finding("law", "The new space changes with trials that are not the best.")
    return None


def _trial(dev_accuracy: float, diverged: bool = False, **configuration: Any) -> dict[str, Any]:
    return {
        "configuration": configuration,
        "costs": np.array([0.7, 0.6], np.float32),
        "train_accuracy": 1.7 - dev_accuracy,
        "dev_accuracy": dev_accuracy,
        "seconds": 0.1,
        "diverged": diverged,
    }


# --- the protocol --------------------------------------------------------------------------------


def test_part_untouched(ask: Ask, secret: Any) -> Finding | None:
    """Check that an experiment's record does not depend on the test part."""
    configuration = {"width": 5, "depth": 1, "iterations": 20, "learning_rate": 0.5}
    one, two = ask.all(
        [
            Case({"configuration": configuration, "data": _points(poisoned), "rng": Seed(3)})
            for poisoned in ("", "test")
        ]
    )
    return None if _alike(one, two) else _TOUCHED


_TOUCHED = Finding(
    "law", "The result changes with the examples in the test part: that part is for the very end."
)


def seconds_of_training(ask: Ask, secret: Any) -> Finding | None:
    """Check that a record's "seconds" fit into the time of the call by our own clock."""
    configuration = {"width": 5, "depth": 1, "iterations": 200}  # long for the coarsest clock
    run = ask.run(
        Case({"configuration": configuration, "data": _points(), "rng": Seed(6)}),
    )
    assert isinstance(run.outcome, Returned)
    seconds = run.outcome.value["seconds"]
    if 0 < seconds < 1.1 * run.seconds + 0.02:
        return None
    return Finding(
        "law",
        f'A call that took {run.seconds:.2g} seconds has {seconds:.2g} in "seconds": '
        "that should be how long the training took.",
    )


_FREE = {
    "learning_rate": ("log", 1e-3, 1e-1),
    "momentum": ("one_minus_log", 0.5, 0.99),
    "width": ("choice", [3]),
    "iterations": ("choice", [8]),
}
_SAME = {
    "learning_rate": ("choice", [1.0]),
    "width": ("choice", [5]),
    "depth": ("choice", [1]),
    "batch_size": ("choice", [200]),
    "iterations": ("choice", [60]),
}


def _search(
    space: Any, n_trials: int, log: TempFile | None = None, poisoned: str = "", seed: int = 4
) -> Case:
    """Return the case of a search."""
    arguments = {"space": space, "n_trials": n_trials, "data": _points(poisoned)}
    return Case(arguments | {"rng": Seed(seed), "log": log})


def fresh_draws(ask: Ask, secret: Any) -> Finding | None:
    """Check that each trial has a configuration of its own, and each seed a search of its own."""
    records, other = ask.all([_search(_FREE, 6, seed=seed) for seed in (4, 7)])
    if len(records) != 6:
        return Finding("law", f"6 trials were asked for, and {len(records)} records came back.")
    drawn = {json.dumps(record["configuration"], default=_plain) for record in records}
    if len(drawn) < len(records):
        return Finding(
            "law",
            f"Of the configurations of 6 trials, only {len(drawn)} are different: "
            "draw a fresh one in each.",
        )
    if _alike(records, other):
        return Finding(
            "law", "Generators of different seeds gave the same search: let rng make the children."
        )
    return None


def equal_budgets(ask: Ask, secret: Any) -> Finding | None:
    """Check that each trial trains for as many iterations as the space says."""
    for number, record in enumerate(ask(_search(_FREE, 6)), 1):
        if np.size(record["costs"]) != 8 or not np.all(np.isfinite(record["costs"])):
            return Finding(
                "law",
                f"Trial {number} trained for {np.size(record['costs'])} iterations where the "
                "space says 8: trials are compared at equal budgets.",
            )
    return None


def fresh_starts(ask: Ask, secret: Any) -> Finding | None:
    """Check that trials of one configuration start untrained, each with its own random numbers."""
    costs = [np.asarray(record["costs"], float) for record in ask(_search(_SAME, 4))]
    for number, cost in enumerate(costs[1:], 2):
        # A fresh network costs 0.69, give or take 0.03, on these small inputs; a trained one
        # costs 0.1 and less.
        if cost[0] < 0.45:
            return Finding(
                "law",
                f"Trial {number} begins at a cost of {cost[0]:.2g}, as a network that is trained "
                "already: each trial starts from fresh parameters.",
            )
    if any(np.array_equal(one, other) for one, other in combinations(costs, 2)):
        return Finding(
            "law",
            "Two trials used the very same random numbers: give each a child generator of its own.",
        )
    return None


def test_part_of_a_search(ask: Ask, secret: Any) -> Finding | None:
    """Check that a search does not depend on the test part."""
    one, other = ask.all([_search(_FREE, 6, poisoned=poisoned) for poisoned in ("", "test")])
    return None if _alike(one, other) else _TOUCHED


def parts_of_a_search(ask: Ask, secret: Any) -> Finding | None:
    """Check that other labels in the dev part change the dev accuracies, but not the costs."""
    searches = ask.all([_search(_FREE, 3, poisoned=poisoned) for poisoned in ("", "dev")])
    for one, other in zip(*searches, strict=True):
        if not np.allclose(one["costs"], other["costs"], rtol=1e-4):
            return Finding(
                "law", "The costs change with the examples in the dev part: train on train alone."
            )
        if one["dev_accuracy"] == other["dev_accuracy"]:
            return Finding(
                "law",
                "With other labels in dev, dev_accuracy stays the same: is it measured there?",
            )
    return None


def first_trials_stay(ask: Ask, secret: Any) -> Finding | None:
    """Check that a search of 3 trials is the beginning of a search of 6."""
    six, three = ask.all([_search(_FREE, count) for count in (6, 3)])
    if _alike(six[:3], three):
        return None
    return Finding(
        "law",
        "The first 3 records of a search of 6 differ from a search of 3: trial i is to use "
        "child i, and records stay in the order of the trials.",
    )


def log_holds_records(ask: Ask, secret: Any) -> Finding | None:
    """Check that the log of a search holds the records that the search returned."""
    log = _new_log()
    records = ask(_search(_FREE, 3, log))
    return _kept(ask.log(log), records)


def _new_log() -> TempFile:
    return TempFile(f"{uuid4().hex}.h5")


def _kept(kept: Any, records: Sequence[Any]) -> Finding | None:
    """Return what is wrong with the log of a search of 3 trials, or None."""
    if kept is None:
        return Finding("law", "No log was written: each record is to be kept in `log`.")
    if not isinstance(kept, list):
        return Finding("law", "The log cannot be read again: write it with append_record.")
    if not _alike(kept, records):
        return Finding(
            "law", f"After a search of 3 trials the log holds {len(kept)} records, or others."
        )
    return None


def search_goes_on(ask: Ask, secret: Any) -> Finding | None:
    """Check that a search of 3 trials, resumed up to 6, equals a search of 6."""
    log = _new_log()
    first = ask(_search(_FREE, 3, log))
    kept = ask.log(log)
    wrong = _kept(kept, first)
    if wrong is not None:
        return wrong
    resumed, whole = ask.all([_search(_FREE, 6, log), _search(_FREE, 6)])
    ends = ask.log(log)
    if len(ends) != 6 or len(resumed) != 6:
        return Finding(
            "law",
            "A search of 3 trials that goes on to 6 should end with 6 records in the log and "
            f"give back 6; here these are {len(ends)} and {len(resumed)}.",
        )
    if [r["seconds"] for r in resumed[:3]] != [r["seconds"] for r in kept]:
        return Finding("law", "Trials that the log holds already were run again: go on after them.")
    if _alike(resumed, whole):
        return None
    return Finding(
        "law",
        "A search that was interrupted after 3 trials and resumed differs from one that "
        "was not: trial i is to use child i, however many came before.",
    )


def log_as_it_goes(ask: Ask, secret: Any) -> Finding | None:
    """Check that finished trials are in the log when a later trial fails.

    One activation in four does not exist. So one search in four fails at its very first trial, one
    in ten never, and all others with something in the log. A right search passes at the first of
    those, and 25 in a row without one occur once in 10**11.
    """
    space = {
        "activation": ("choice", ["relu"] * 3 + ["none"]),
        "width": ("choice", [2]),
        "depth": ("choice", [1]),
        "iterations": ("choice", [1]),
    }
    failed = 0
    for seed in range(25):
        log = _new_log()
        arguments = {"space": space, "n_trials": 8, "data": _points()}
        run = ask.run(Case(arguments | {"rng": Seed(100 + seed), "log": log}))
        if isinstance(run.outcome, Raised):
            if ask.log(log):
                return None
            failed += 1
    if failed:
        return Finding(
            "law",
            "When a later trial fails, the log is empty: keep each record as soon as it is there.",
        )
    return None


def _points(poisoned: str = "") -> dict[str, Any]:
    """Return points in the plane that are easy to classify; `poisoned` is the part to change."""
    rng = np.random.default_rng(5)
    data = {}
    for part, m in (("train", 61), ("dev", 31), ("test", 29)):
        Y = (np.arange(m) % 2).reshape(1, m).astype(float)
        data[part] = (0.25 * rng.normal(0, 1, (2, m)) + Y - 0.5, Y)
    if poisoned == "test":
        X, Y = data["test"]
        data["test"] = (100 - X[:, ::-1], 1 - Y)
    elif poisoned == "dev":  # an odd number of examples, so every accuracy changes
        X, Y = data["dev"]
        data["dev"] = (X, 1 - Y)
    return data


def _alike(one: Any, other: Any) -> bool:
    """Return whether two records, or lists of them, agree in everything but their times."""
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    names = ("train_accuracy", "dev_accuracy", "diverged")
    return (
        json.dumps(one["configuration"], default=_plain, sort_keys=True)
        == json.dumps(other["configuration"], default=_plain, sort_keys=True)
        and np.shape(one["costs"]) == np.shape(other["costs"])
        and np.allclose(one["costs"], other["costs"], rtol=1e-4, equal_nan=True)
        and all(bool(one[name] == other[name]) for name in names)
    )


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)


LAWS: dict[str, Law] = {
    "all_settled": all_settled,
    "within_ends": within_ends,
    "within_ends_below_one": within_ends_below_one,
    "log_uniform": log_uniform,
    "one_minus_log_uniform": one_minus_log_uniform,
    "log_kinds": log_kinds,
    "int_kind": int_kind,
    "choice_kind": choice_kind,
    "draws_of_their_own": draws_of_their_own,
    "every_example_once": every_example_once,
    "own_labels": own_labels,
    "shuffled": shuffled,
    "log_halved": log_halved,
    "gap_halved": gap_halved,
    "best_alone_counts": best_alone_counts,
    "test_part_untouched": test_part_untouched,
    "seconds_of_training": seconds_of_training,
    "fresh_draws": fresh_draws,
    "equal_budgets": equal_budgets,
    "fresh_starts": fresh_starts,
    "test_part_of_a_search": test_part_of_a_search,
    "parts_of_a_search": parts_of_a_search,
    "first_trials_stay": first_trials_stay,
    "log_holds_records": log_holds_records,
    "log_as_it_goes": log_as_it_goes,
    "search_goes_on": search_goes_on,
}
