"""Laws of notebook 04: distributions of what is drawn, and the protocol of a search.

Every statistical test here rejects right work less than once in a million checks: a single
p-value is held to 1e-9, and no check looks at more than a hundred of them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special

from utils.cases import Case, Seed
from utils.comparing import Finding
from utils.laws.law import Ask, Law

__all__ = ["LAWS"]

Array = np.ndarray[Any, Any]

RARE = 1e-9  # how often one test may reject right work


# --- answers -------------------------------------------------------------------------------------


def all_settled(ask: Ask, secret: Any) -> Finding | None:
    """Every item must have one of the words, and the right one; says how many, never which.

    `secret` holds the exercise's name, the words, and for each item a digest of its answer.
    """
    answers = ask(Case({}))
    words, digests = secret["words"], secret["digests"]
    listed = ", ".join(f'"{word}"' for word in words)
    if not isinstance(answers, dict):
        return Finding("law", "The result should be the dictionary of your answers.")
    missing = [item for item in digests if item not in answers]
    if missing:
        return Finding("law", f'There is no answer for "{missing[0]}" yet.')
    extra = [item for item in answers if item not in digests]
    if extra:
        return Finding("law", f'"{extra[0]}" is none of the names that are asked for.')
    for item, answer in answers.items():
        if answer not in words:
            return Finding("law", f'"{item}" has the answer {answer!r}; choose among {listed}.')
    settled = sum(
        sha256(f"{secret['exercise']}/{item}/{answers[item]}".encode()).hexdigest() == digest
        for item, digest in digests.items()
    )
    if settled == len(digests):
        return None
    return Finding("law", f"{settled} of {len(digests)} are settled.")


# --- distributions -------------------------------------------------------------------------------


def log_uniform(ask: Ask, secret: Any) -> Finding | None:
    """The logarithm of the draws must be uniform (Kolmogorov-Smirnov, 10**4 draws)."""
    low, high = 3e-4, 0.7
    return _draws(ask, low, high, lambda x: np.log(x / low) / np.log(high / low))


def one_minus_log_uniform(ask: Ask, secret: Any) -> Finding | None:
    """The logarithm of 1 minus the draws must be uniform (Kolmogorov-Smirnov, 10**4 draws)."""
    low, high = 0.8, 0.9995
    span = np.log((1 - low) / (1 - high))
    return _draws(ask, low, high, lambda x: 1 - np.log((1 - x) / (1 - high)) / span)


def _draws(ask: Ask, low: float, high: float, to_unit: Any) -> Finding | None:
    """Whether draws lie in [low, high], come from rng, and are uniform once brought to [0, 1]."""

    def draw(seed: int) -> Array:
        case = Case({"low": low, "high": high, "size": 10_000, "rng": Seed(seed)})
        return np.asarray(ask(case), float)

    x = draw(1)
    if x.shape != (10_000,) or not np.all(np.isfinite(x)):
        return Finding("law", "With size = 10000 there should be as many finite numbers.")
    if np.min(x) < low * (1 - 1e-9) or np.max(x) > high * (1 + 1e-9):
        return Finding(
            "law",
            f"The draws go from {np.min(x):.3g} to {np.max(x):.3g}, "
            f"where low = {low:g} and high = {high:g}.",
        )
    if np.unique(x).size < 0.9 * x.size:
        return Finding("law", f"Only {np.unique(x).size} of {x.size} draws differ from each other.")
    if np.array_equal(x, draw(2)):
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
    return None


def configurations_drawn(ask: Ask, secret: Any) -> Finding | None:
    """Each kind must have its distribution; draws under different names must not hang together.

    One call on a space with hundreds of names gives hundreds of draws of each kind.
    """
    count = 600
    kinds = {
        "log": ("log", 1e-4, 1.0),
        "one_minus_log": ("one_minus_log", 0.9, 0.999),
        "int": ("int", 2, 6),
        "choice": ("choice", ["relu", "tanh", "sigmoid"]),
    }
    space = {f"{kind}{i}": range_ for i in range(count) for kind, range_ in kinds.items()}
    drawn = ask(Case({"space": space, "rng": Seed(1)}))
    again = ask(Case({"space": space, "rng": Seed(2)}))
    values = {kind: [drawn[f"{kind}{i}"] for i in range(count)] for kind in kinds}
    if all(drawn[f"log{i}"] == again[f"log{i}"] for i in range(count)):
        return Finding("law", "Generators of different seeds gave the same values: draw from rng.")
    for kind, range_ in kinds.items():
        if len(set(map(str, values[kind]))) == 1:
            return Finding(
                "law", f'{count} names of kind "{kind}" all got {values[kind][0]}: '
                "each name needs a draw of its own."
            )  # fmt: skip
        finding = _of_kind(kind, range_, values[kind])
        if finding is not None:
            return finding
    logs, others = values["log"], values["one_minus_log"]
    together = np.corrcoef(np.log(logs), np.log1p(-np.asarray(others)))[0, 1]
    if abs(together) > 6.2 / np.sqrt(count):  # a normal number is that far out once in 10**9
        return Finding("law", "Two names share their random number: draw anew for each.")
    return None


def _of_kind(kind: str, range_: tuple[Any, ...], values: list[Any]) -> Finding | None:
    """What is wrong with many draws of one kind."""
    if kind in ("log", "one_minus_log"):
        low, high = range_[1:]
        x = np.asarray(values, float)
        u = np.log(x / low) / np.log(high / low)
        if kind == "one_minus_log":
            u = 1 - np.log((1 - x) / (1 - high)) / np.log((1 - low) / (1 - high))
        if _uniform_p_value(u) < RARE:
            return Finding("law", f'Draws of kind "{kind}" are not spread evenly on that scale.')
        return None
    allowed = list(range(range_[1], range_[2] + 1)) if kind == "int" else list(range_[1])
    for value in values:
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if kind == "int" and not whole:
            kind_of = type(value).__name__
            return Finding(
                "law", f'A draw of kind "int" is {value!r}, of type {kind_of}: not a whole number.'
            )
        if value not in allowed:
            return Finding("law", f"From {range_} came {value!r}, which is not in it.")
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
    """Kolmogorov-Smirnov test against the uniform distribution on [0, 1].

    By hand from scipy.special, because importing scipy.stats takes a second.
    """
    if not np.all(np.isfinite(u)):  # nan is above no bound and below none
        return 0.0
    n = u.size
    u = np.sort(u)
    distance = max(np.max(np.arange(1, n + 1) / n - u), np.max(u - np.arange(n) / n))
    return float(special.kolmogorov(np.sqrt(n) * distance))


# --- the split -----------------------------------------------------------------------------------


def partition(ask: Ask, secret: Any) -> Finding | None:
    """Every example in exactly one part, with its own label, and each part a random choice."""
    m = 1009
    number = np.arange(float(m))
    X = np.vstack([number, -number, number % 7])
    Y = (number % 2).reshape(1, m)
    case = {"X": X, "Y": Y, "fractions": (0.6, 0.3, 0.1)}
    data = ask(Case(case | {"rng": Seed(1)}))
    other = ask(Case(case | {"rng": Seed(2)}))
    met: dict[float, str] = {}
    for part, (X_part, Y_part) in data.items():
        for column, label in zip(X_part.T, Y_part[0], strict=True):
            i = float(column[0])
            if not (i in number and np.array_equal(column, X[:, int(i)])):
                return Finding("law", f"A column of X in {part} is none of the examples' columns.")
            if label != Y[0, int(i)]:
                return Finding("law", f"In {part}, an example has another example's label.")
            if i in met:
                twice = "twice" if met[i] == part else f"in {met[i]} too"
                return Finding("law", f"An example in {part} is there {twice}.")
            met[i] = part
    if len(met) < m:
        return Finding("law", f"{m - len(met)} of {m} examples are in no part.")
    for part, (X_part, _) in data.items():
        if _uniform_p_value((X_part[0] + 0.5) / m) < RARE:
            return Finding(
                "law", f"The examples in {part} are not a random choice: shuffle before you cut."
            )
    if np.array_equal(np.sort(data["dev"][0][0]), np.sort(other["dev"][0][0])):
        return Finding("law", "Generators of different seeds gave the same parts: draw from rng.")
    return None


# --- the protocol --------------------------------------------------------------------------------


def test_part_untouched(ask: Ask, secret: Any) -> Finding | None:
    """An experiment must say the same whatever is in the test part."""
    configuration = {"width": 5, "depth": 1, "iterations": 20, "learning_rate": 0.5}
    one, two = (
        ask(
            Case({"configuration": configuration, "data": _points(poisoned), "rng": Seed(3)}),
        )
        for poisoned in (False, True)
    )
    return None if _alike(one, two) else _TOUCHED


_TOUCHED = Finding(
    "law", "The result changes with the examples in the test part: that part is for the very end."
)


def search_protocol(ask: Ask, secret: Any) -> Finding | None:
    """What a fair search keeps to.

    Fresh draws in every trial, a fresh start, the same budget, the test part untouched, each
    trial its own child generator; and a log from which an interrupted search goes on.
    """
    free = {
        "learning_rate": ("log", 1e-3, 1e-1),
        "momentum": ("one_minus_log", 0.5, 0.99),
        "width": ("choice", [3]),
        "iterations": ("choice", [8]),
    }
    same = {
        "learning_rate": ("choice", [1.0]),
        "width": ("choice", [5]),
        "depth": ("choice", [1]),
        "batch_size": ("choice", [200]),
        "iterations": ("choice", [60]),
    }

    def search(space: Any, n_trials: int, log: Any = None, poisoned: bool = False) -> Any:
        arguments = {"space": space, "n_trials": n_trials, "data": _points(poisoned)}
        return ask(Case(arguments | {"rng": Seed(4), "log": log and str(log)}))

    records = search(free, 6)
    return (
        _fresh(records)
        or _budgets(records)
        or (None if _alike(records, search(free, 6, poisoned=True)) else _TOUCHED)
        or _starts(search(same, 4))
        or _log(search, free, records)
        or _log_as_it_goes(ask)
    )


def _fresh(records: Sequence[Any]) -> Finding | None:
    if len(records) != 6:
        return Finding("law", f"6 trials were asked for, and {len(records)} records came back.")
    drawn = {json.dumps(record["configuration"], default=_plain) for record in records}
    if len(drawn) < len(records):
        return Finding(
            "law",
            f"6 trials had only {len(drawn)} different configurations between them: "
            "draw a fresh one in each.",
        )
    return None


def _budgets(records: Sequence[Any]) -> Finding | None:
    for number, record in enumerate(records, 1):
        if np.size(record["costs"]) != 8 or not np.all(np.isfinite(record["costs"])):
            return Finding(
                "law",
                f"Trial {number} trained for {np.size(record['costs'])} iterations where the "
                "space says 8: trials are compared at equal budgets.",
            )
    return None


def _starts(records: Sequence[Any]) -> Finding | None:
    """Trials of one configuration: each from fresh parameters, and from its own random numbers."""
    costs = [np.asarray(record["costs"], float) for record in records]
    for number, cost in enumerate(costs[1:], 2):
        # A fresh network costs 0.69, give or take 0.03, on these small inputs; a trained one
        # costs 0.1 and less.
        if cost[0] < 0.45:
            return Finding(
                "law",
                f"Trial {number} begins at a cost of {cost[0]:.2g}, as a network that is trained "
                "already: each trial starts from fresh parameters.",
            )
    if any(np.array_equal(one, other) for one, other in pairwise(costs)):
        return Finding(
            "law",
            "Two trials used the very same random numbers: give each a child generator of its own.",
        )
    return None


def _log(search: Any, space: Any, records: Sequence[Any]) -> Finding | None:
    """A search of 3 trials that goes on to 6 must be the search of 6."""
    from utils.experiments import LogError, read_log

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "search.h5")
        first = search(space, 3, log)
        if not log.exists():
            return Finding("law", "No log was written: each record is to be kept in `log`.")
        try:
            kept = read_log(log)
        except LogError:
            return Finding("law", "The log cannot be read again: write it with append_record.")
        if not _alike(kept, first):
            return Finding(
                "law", f"After a search of 3 trials the log holds {len(kept)} records, or others."
            )
        resumed = search(space, 6, log)
        if len(read_log(log)) != 6:
            return Finding(
                "law",
                "A log with 3 trials, resumed to 6, should end with 6 records; "
                f"this one has {len(read_log(log))}.",
            )
        if [r["seconds"] for r in resumed[:3]] != [r["seconds"] for r in kept]:
            return Finding(
                "law", "Trials that the log holds already were run again: go on after them."
            )
        if not _alike(resumed, records):
            return Finding(
                "law",
                "A search that was interrupted after 3 trials and resumed differs from one that "
                "was not: trial i is to use child i, however many came before.",
            )
    return None


def _log_as_it_goes(ask: Ask) -> Finding | None:
    """What is done must be in the log when a later trial fails.

    One activation in ten does not exist. So one search in ten fails at its very first trial, one
    in 4000 never, and all others with something in the log: a right search is told from the first
    such one, and twelve in a row without one come once in 10**11.
    """
    from utils.experiments import read_log

    space = {
        "activation": ("choice", ["relu"] * 9 + ["none"]),
        "width": ("choice", [2]),
        "depth": ("choice", [1]),
        "iterations": ("choice", [1]),
    }
    failed = 0
    for seed in range(12):
        with tempfile.TemporaryDirectory() as folder:
            log = str(Path(folder, "search.h5"))
            arguments = {"space": space, "n_trials": 80, "data": _points(False)}
            try:
                ask(Case(arguments | {"rng": Seed(100 + seed), "log": log}))
            except Exception:
                if read_log(log):
                    return None
                failed += 1
    if failed:
        return Finding(
            "law",
            "When a later trial fails, the log is empty: keep each record as soon as it is there.",
        )
    return None


def _points(poisoned: bool) -> dict[str, Any]:
    """Points in the plane, easily told apart; a poisoned test part has other points and labels."""
    rng = np.random.default_rng(5)
    data = {}
    for part, m in (("train", 61), ("dev", 31), ("test", 29)):
        Y = (np.arange(m) % 2).reshape(1, m).astype(float)
        data[part] = (0.25 * rng.normal(0, 1, (2, m)) + Y - 0.5, Y)
    if poisoned:
        X, Y = data["test"]
        data["test"] = (100 - X[:, ::-1], 1 - Y)
    return data


def _alike(one: Any, other: Any) -> bool:
    """Whether two records, or lists of them, tell the same story, whatever the clock said."""
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
    "log_uniform": log_uniform,
    "one_minus_log_uniform": one_minus_log_uniform,
    "configurations_drawn": configurations_drawn,
    "partition": partition,
    "test_part_untouched": test_part_untouched,
    "search_protocol": search_protocol,
}
