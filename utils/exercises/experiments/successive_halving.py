"""Rounds of half as many trials, each twice as long; properties look at who goes on."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case, Raised, Returned
from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters.common import Rng, any_of, any_trial, fresh_seed, small_data
from utils.network import train
from utils.reference import experiments as reference
from utils.reference.hyperparameters import best_trial as best_of
from utils.reference.hyperparameters import sample_configuration as drawn
from utils.reference.hyperparameters import train_and_evaluate as experiment


def _cases(rng: Rng) -> list[Case]:
    # Every trial has the same layers, so that a warm start is possible, and seen.
    space = {
        "learning_rate": ("log", 1e-3, 1e-1),
        "momentum": ("one_minus_log", 0.5, 0.9),
        "width": ("choice", [4]),
        "depth": ("choice", [1]),
        "batch_size": ("choice", [16]),
    }
    hopeless = {"learning_rate": ("choice", [1e30]), "depth": ("choice", [2])}
    hopeless |= {"width": ("choice", [3]), "batch_size": ("choice", [16])}

    def case(
        sizes: list[int], note: str = "", layout: str = "plain", earns: str = "rounds"
    ) -> Case:
        budget = int(rng.integers(20, 60))
        rounds = [
            [any_trial(any_of(space) | {"examples": budget * 2**i})] * size
            for i, size in enumerate(sizes)
        ]
        arguments = {"space": space, "n": sizes[0], "budget": budget, "data": small_data(rng)}
        return Case(arguments | {"rng": fresh_seed(rng)}, note, layout, Returned(rounds), earns)

    lost = {"space": hopeless, "n": 4, "budget": 64, "data": small_data(rng)}
    last = any_trial(any_of(hopeless) | {"examples": 64}, diverged=True)
    return [
        case([4, 2, 1]),
        case([7, 3, 1], "a number that is no power of 2"),
        case([1], "a single configuration"),
        Case(lost | {"rng": fresh_seed(rng)}, "diverged trials only", "plain",
             Raised("ValueError"), "better half"),
        Case(lost | {"n": 1, "rng": fresh_seed(rng)}, "a single trial, which diverges", "plain",
             Returned([[last]]), "rounds"),
        case([3, 1], "arrays that must not be written to", "readonly", "inputs left alone"),
    ]  # fmt: skip


exercise = Exercise(
    name="successive_halving",
    assignment="06_experiments",
    rubric={"shape": 4, "rounds": 8, "better half": 10, "fair trials": 6, "inputs left alone": 2},
    reference=reference.successive_halving,
    returns=["rounds", "records", "record"],
    cases=_cases,
    properties={
        "better_half_goes_on": "better half",
        "diverged_stay_behind": "better half",
        "drawn_once_each": "fair trials",
        "fresh_rounds": "fair trials",
        "parts_of_a_halving": "fair trials",
        "test_part_of_a_halving": "fair trials",
    },
    hints=(
        "Draw n configurations once, before the loop. In the loop: train each with the budget, "
        "keep the list of records as a round, sort, cut, double.",
        '`{**configuration, "examples": budget}` is a copy with another budget. A list cut by '
        "`[: len(records) // 2]` keeps its first half; sorted takes key= and reverse=True.",
        "A similar problem, solved. A knock-out race: `while len(runners) > 1:` let all run, "
        "`times.sort()`, `runners = [runner for _, runner in times[: len(times) // 2]]`, and "
        "`meters = 2 * meters`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _rounds(
    space: Any,
    n: int,
    budget: int,
    data: Any,
    rng: Rng,
    *,
    key: Any = lambda record: -record["dev_accuracy"],
    left: Any = lambda k: k // 2,
    more: Any = lambda budget: 2 * budget,
    last: int = 1,
    strict: bool = True,
    of_rest: bool = False,
    copied: bool = True,
) -> Any:
    """The reference's rounds, with another order, other sizes or other budgets."""
    configurations, rounds = [drawn(space, rng) for _ in range(n)], []
    while True:
        trials = [dict(c) if copied else c for c in configurations]
        for trial in trials:
            trial["examples"] = budget
        records = [experiment(trial, data, rng) for trial in trials]
        rounds.append(records)
        if len(records) <= last:
            return rounds
        standing = [r for r in records if not r["diverged"]] if strict else records
        if not standing:
            raise ValueError("all diverged")
        best = sorted(standing, key=key)[: left(len(standing if of_rest else records))]
        configurations = [record["configuration"] for record in best]
        budget = more(budget)


@exercise.mistake(
    "Leave the diverged trials out before the cut, but count k with them: k // 2 go on, as long as "
    "so many are left."
)
def half_of_the_rest(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(space, n, budget, data, rng, of_rest=True)


@exercise.mistake(
    "The last trial may diverge: its round is given back, and ValueError is for rounds of several."
)
def last_must_stand(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    rounds = _rounds(space, n, budget, data, rng)
    best_of(rounds[-1])
    return rounds


@exercise.mistake("All rounds train equally long: each should have twice the budget before it.")
def budget_never_doubled(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(space, n, budget, data, rng, more=lambda b: b)


@exercise.mistake("The budget grows by the same amount each time: it should double.")
def budget_added(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(space, n, budget, data, rng, more=lambda b: b + budget)


@exercise.mistake("The worse half goes on: high accuracy is good.")
def worse_half(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(space, n, budget, data, rng, key=lambda r: r["dev_accuracy"])


@exercise.mistake("Those best on train go on; dev accuracy decides.")
def by_train(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(space, n, budget, data, rng, key=lambda r: -r["train_accuracy"])


@exercise.mistake("The first half goes on, as it was drawn: sort by dev accuracy before the cut.")
def first_half(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(space, n, budget, data, rng, key=lambda r: 0)


@exercise.mistake("Of an odd number, too many go on: of 7 it should be 3, which is 7 // 2.")
def rounded_up(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(space, n, budget, data, rng, left=lambda k: (k + 1) // 2)


@exercise.mistake("Only one configuration leaves in each round; half of them should.")
def one_leaves(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(space, n, budget, data, rng, left=lambda k: k - 1)


@exercise.mistake("It stops one round too early: the last that is left is trained once more.")
def without_the_last(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    rounds = reference.successive_halving(space, n, budget, data, rng)
    return rounds[:-1] if len(rounds) > 1 else rounds


@exercise.mistake("The round of a single trial is missing: does the loop end before it?")
def without_single_trials(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    rounds = reference.successive_halving(space, n, budget, data, rng)
    return [records for records in rounds if len(records) > 1]


@exercise.mistake("Only the last round came back; a list of all rounds is asked for.")
def last_round_only(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return reference.successive_halving(space, n, budget, data, rng)[-1]


@exercise.mistake("Only the winner's record came back; a list of all rounds is asked for.")
def winner_only(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return reference.successive_halving(space, n, budget, data, rng)[-1][0]


@exercise.mistake("All records came back in one list; each round should have a list of its own.")
def one_long_list(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return [r for one in reference.successive_halving(space, n, budget, data, rng) for r in one]


@exercise.mistake("Each round draws new configurations; those that were good should go on.")
def drawn_anew(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    rounds = []
    while True:
        trials = [{**drawn(space, rng), "examples": budget} for _ in range(n)]
        rounds.append([experiment(trial, data, rng) for trial in trials])
        if n == 1:
            return rounds
        best_of(rounds[-1])
        n, budget = n // 2, 2 * budget


@exercise.mistake("One configuration was drawn for all: draw one for each of the n.")
def drawn_once(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    one = drawn(space, rng)
    first = [experiment({**one, "examples": budget}, data, rng) for _ in range(n)]
    rounds = [first]
    while len(rounds[-1]) > 1:
        best_of(rounds[-1])
        budget *= 2
        kept = len(rounds[-1]) // 2
        rounds.append([experiment({**one, "examples": budget}, data, rng) for _ in range(kept)])
    return rounds


@exercise.mistake("A trial that diverged can go on here, by luck on dev: leave these out first.")
def diverged_go_on(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(space, n, budget, data, rng, strict=False)


@exercise.mistake("The records hold the test part's accuracy for that of dev.")
def chosen_by_test(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(space, n, budget, data | {"dev": data["test"]}, rng)


@exercise.mistake("The trials are trained on dev: train is for learning, dev only for choosing.")
def trained_on_dev(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(space, n, budget, data | {"train": data["dev"]}, rng)


@exercise.mistake(
    'The new "examples" was written into a configuration that the earlier rounds\' records hold '
    "as well: give each round a copy."
)
def budget_written_in_place(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(space, n, budget, data, rng, copied=False)


@exercise.mistake("All trials have one and the same random start: let rng go on from one to next.")
def one_start(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    class Again:
        """A generator that begins anew at each training."""

        def __init__(self) -> None:
            self.seed = int(rng.integers(2**31))

    again, configurations = Again(), [drawn(space, rng) for _ in range(n)]
    rounds: list[Any] = []
    while True:
        trials = [{**c, "examples": budget} for c in configurations]
        rounds.append([experiment(c, data, np.random.default_rng(again.seed)) for c in trials])
        if len(trials) == 1:
            return rounds
        standing = [r for r in rounds[-1] if not r["diverged"]]
        if not standing:
            raise ValueError("all diverged")
        best = sorted(standing, key=lambda r: -r["dev_accuracy"])[: len(trials) // 2]
        configurations, budget = [r["configuration"] for r in best], 2 * budget


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("budget_never_doubled", "rounded_up")
def same_budget_rounded_up(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(space, n, budget, data, rng, more=lambda b: b, left=lambda k: (k + 1) // 2)


@exercise.combined_mistake("budget_added", "worse_half")
def added_and_worse(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(
        space, n, budget, data, rng, more=lambda b: b + budget, key=lambda r: r["dev_accuracy"]
    )


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("a dictionary cannot be compared with another by < or >.")
def records_sorted_as_they_are(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    records: Any = [experiment(drawn(space, rng), data, rng) for _ in range(n)]
    return [records, sorted(records)[: n // 2]]


@exercise.raising_mistake("this call should raise a ValueError, and it raised an IndexError.")
def nothing_left(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    rounds = reference.successive_halving
    try:
        return rounds(space, n, budget, data, rng)
    except ValueError:
        return [][0]


@exercise.raising_mistake("record has no key 'accuracy'.")
def accuracy_misnamed(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    records = [experiment({**drawn(space, rng), "examples": budget}, data, rng) for _ in range(n)]
    return [records, sorted(records, key=lambda record: record["accuracy"])]


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_children(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    configurations = [drawn(space, child) for child in rng.spawn(n)]
    rounds = []
    while True:
        children = rng.spawn(len(configurations))
        records = [
            experiment({**c, "examples": budget}, data, child)
            for c, child in zip(configurations, children, strict=True)
        ]
        rounds.append(records)
        if len(records) == 1:
            return rounds
        standing = [record for record in records if not record["diverged"]]
        if len(standing) == 0:
            raise ValueError("no trial is left")
        standing.sort(key=lambda record: record["dev_accuracy"])
        half = len(records) // 2
        configurations = [record["configuration"] for record in standing[-half:]]
        budget *= 2


@exercise.correct_variant
def in_a_for_loop(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    going, rounds = [drawn(space, rng) for _ in range(n)], []
    for number in range(int(np.log2(n)) + 1):
        longer = [c | {"examples": budget * 2**number} for c in going]
        rounds.append([experiment(c, data, rng) for c in longer])
        best = sorted(rounds[-1], key=lambda r: (r["diverged"], -r["dev_accuracy"]))
        if best[0]["diverged"] and len(best) > 1:
            raise ValueError("all diverged")
        half = [r for r in best[: len(best) // 2] if not r["diverged"]]
        going = [r["configuration"] for r in half]
    return rounds


@exercise.correct_variant
def round_by_round(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _from_here([drawn(space, rng) for _ in range(n)], budget, data, rng)


def _from_here(configurations: Any, budget: int, data: Any, rng: Rng) -> Any:
    """Train these, and go on with the better half of them."""
    records = [experiment({**c, "examples": budget}, data, rng) for c in configurations]
    if len(records) == 1:
        return [records]
    standing = [r for r in records if not r["diverged"]]
    best = sorted(standing, key=lambda r: r["dev_accuracy"])[::-1][: len(records) // 2]
    if not best:
        raise ValueError("all diverged")
    return [records, *_from_here([r["configuration"] for r in best], 2 * budget, data, rng)]


@exercise.correct_variant
def with_argsort(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    configurations, rounds = [drawn(space, rng) for _ in range(n)], []
    while len(configurations) > 0:
        records = []
        for configuration in configurations:
            settings = dict(configuration)
            settings["examples"] = budget
            records.append(experiment(settings, data, rng))
        rounds.append(records)
        scores = np.array([-1.0 if r["diverged"] else r["dev_accuracy"] for r in records])
        if scores.max() < 0 and len(records) > 1:
            raise ValueError("all trials diverged")
        order = [i for i in np.argsort(-scores) if scores[i] >= 0]
        configurations = [configurations[i] for i in order[: len(records) // 2]]
        budget = budget + budget
    return rounds


@exercise.correct_variant
def best_taken_out_one_by_one(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    configurations, rounds = [drawn(space, rng) for _ in range(n)], []
    while True:
        records = [experiment({**c, "examples": budget}, data, rng) for c in configurations]
        rounds.append(records)
        if len(records) == 1:
            return rounds
        left, configurations = list(records), []
        best_of(left)  # raises if all have diverged
        while len(configurations) < len(records) // 2:
            standing = [r for r in left if not r["diverged"]]
            if not standing:
                break
            best = max(standing, key=lambda r: r["dev_accuracy"])
            configurations.append(best["configuration"])
            left = [r for r in left if r is not best]
        budget *= 2


@exercise.correct_variant
def sorted_in_the_rounds(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    rounds = reference.successive_halving(space, n, budget, data, rng)
    return [sorted(records, key=lambda r: -r["dev_accuracy"]) for records in rounds]


@exercise.correct_variant
def with_the_helper(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    return _rounds(space, n, budget, data, rng)


@exercise.correct_variant
def with_a_trained_network(space: Any, n: int, budget: int, data: Any, rng: Rng) -> Any:
    def trial(configuration: Any, examples: int) -> Any:
        settings = configuration | {"examples": examples}
        network = train(*data["train"], rng=rng, **settings)
        start = network.costs[0]
        return {
            "configuration": settings,
            "costs": network.costs,
            "train_accuracy": network.accuracy(*data["train"]),
            "dev_accuracy": network.accuracy(*data["dev"]),
            "seconds": network.seconds,
            "diverged": not bool(np.all(network.costs <= 10 * start)),
        }

    going = [drawn(space, rng) for _ in range(n)]
    rounds: list[Any] = []
    while not rounds or len(rounds[-1]) > 1:
        rounds.append([trial(c, budget) for c in going])
        standing = [r for r in rounds[-1] if not r["diverged"]]
        if not standing and len(going) > 1:
            raise ValueError("all diverged")
        standing.sort(key=lambda r: r["dev_accuracy"], reverse=True)
        going, budget = [r["configuration"] for r in standing[: len(going) // 2]], 2 * budget
    return rounds
