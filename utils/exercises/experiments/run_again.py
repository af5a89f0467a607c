"""The best of a search with fresh seeds; one that diverges only then, and few that are left."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

from utils.checker.cases import Case, InRange, Returned
from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters.common import (
    CONVEX,
    Rng,
    any_trial,
    blown_up,
    fresh_seed,
    random_records,
    small_data,
)
from utils.network import train
from utils.reference import experiments as reference
from utils.reference.hyperparameters import best_trial as best_of
from utils.reference.hyperparameters import train_and_evaluate as experiment


def _cases(rng: Rng) -> list[Case]:
    space = {
        "learning_rate": ("log", 1e-3, 1e-1),
        "momentum": ("one_minus_log", 0.5, 0.9),
        "width": ("choice", [4]),
        "depth": ("choice", [1]),
        "iterations": ("choice", [6]),
    }

    def final(record: Any, n_seeds: int) -> dict[str, Any]:
        lost = record["configuration"]["learning_rate"] > 1e10
        run = any_trial(record["configuration"], diverged=lost)
        return {
            "configuration": record["configuration"],
            "found": record["dev_accuracy"],
            "runs": [run] * n_seeds,
            "dev_accuracy": InRange(0, 1),
            "diverged": lost,
        }

    def case(
        records: list[Any], n_best: int, n_seeds: int, note: str = "", layout: str = "plain",
        earns: str = "best of the search",
    ) -> Case:  # fmt: skip
        standing = [record for record in records if not record["diverged"]]
        standing.sort(key=lambda record: -record["dev_accuracy"])
        expected = [final(record, n_seeds) for record in standing[:n_best]]
        arguments = {"records": records, "n_best": n_best, "n_seeds": n_seeds}
        arguments |= {"data": small_data(rng), "rng": fresh_seed(rng)}
        return Case(arguments, note, layout, Returned(expected), earns)

    tempting = random_records(rng, 5, space)
    tempting.insert(2, blown_up(tempting[0], 0.99))
    few = [blown_up(one, 0.9) if i else one for i, one in enumerate(random_records(rng, 3, space))]
    unlucky = random_records(rng, 3, space)
    best_of(unlucky)["configuration"] |= {"learning_rate": 1e30}
    return [
        case(random_records(rng, 5, space), 2, 3),
        case(random_records(rng, 3, space), 1, 1, "one run of one configuration"),
        case(tempting, 2, 2, "one that diverged in the search", earns="diverged trials"),
        case(few, 3, 2, "fewer left than asked for"),
        case(unlucky, 2, 2, "one that diverges when it is run again", earns="diverged trials"),
        case(random_records(rng, 3, CONVEX), 2, 2, "logistic regressions", earns="fresh runs"),
        case(random_records(rng, 3, space), 2, 2, "arrays that must not be written to", "readonly",
             "inputs left alone"),
    ]  # fmt: skip


exercise = Exercise(
    name="run_again",
    assignment="06_experiments",
    rubric={
        "shape": 3,
        "best of the search": 6,
        "fresh runs": 5,
        "means": 3,
        "diverged trials": 2,
        "inputs left alone": 1,
    },
    reference=reference.run_again,
    returns=["finals", "final"],
    cases=_cases,
    properties={
        "fresh_runs": "fresh runs",
        "trained_again": "fresh runs",
        "parts_of_fresh_runs": "fresh runs",
        "test_part_of_fresh_runs": "fresh runs",
        "means_of_runs": "means",
        "any_divergence_counts": "diverged trials",
    },
    drawn="fresh runs",
    hints=(
        "First the list of records that have not diverged, sorted, cut. Then a loop over it: "
        "train the configuration of each anew, and write down what came out.",
        "`sorted` takes `key=` and `reverse=True`. `over_seeds(configuration, data, n_seeds, rng)` "
        "gives the records of the new trainings; `any` tells whether one of several is True.",
        "A similar problem, solved. The two tallest plants, measured again three times: "
        '`tallest = sorted(plants, key=lambda p: p["height"], reverse=True)[:2]`, then for each '
        '`again = [measure(p) for _ in range(3)]` and `{"plant": p, "mean": np.mean(again)}`.',
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _again(
    records: Any,
    n_best: int,
    n_seeds: int,
    data: Any,
    rng: Rng,
    *,
    key: Any = lambda record: -record["dev_accuracy"],
    strict: bool = True,
    train_one: Any = None,
    mean: Any = lambda found, runs: float(np.mean([run["dev_accuracy"] for run in runs])),
    lost: Any = lambda runs: any(run["diverged"] for run in runs),
) -> Any:
    """The reference's finals, with another order, other runs or another mean."""
    left = [record for record in records if not (strict and record["diverged"])]
    finals = []
    for record in sorted(left, key=key)[:n_best]:
        configuration, found = record["configuration"], record["dev_accuracy"]
        if train_one:
            runs = train_one(configuration, data, n_seeds, rng)
        else:
            runs = [experiment(configuration, data, child) for child in rng.spawn(n_seeds)]
        final = {"configuration": configuration, "found": found, "runs": runs}
        finals.append(final | {"dev_accuracy": mean(found, runs), "diverged": lost(runs)})
    return finals


@exercise.mistake("A trial that diverged in the search is run again: leave these out first.")
def diverged_again(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(records, n_best, n_seeds, data, rng, strict=False)


@exercise.mistake("The best were cut first, and the diverged left out then: leave them out before.")
def cut_before_leaving_out(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    best = sorted(records, key=lambda record: -record["dev_accuracy"])[:n_best]
    return _again(best, n_best, n_seeds, data, rng)


@exercise.mistake("The best of the search come in rising order here: the best one comes first.")
def best_last(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    left = [record for record in records if not record["diverged"]]
    best = sorted(left, key=lambda record: record["dev_accuracy"])[-n_best:]
    return _again(best, n_best, n_seeds, data, rng, key=lambda record: 0)


@exercise.mistake("The worst are run again: high accuracy is good.")
def worst_first(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(records, n_best, n_seeds, data, rng, key=lambda r: r["dev_accuracy"])


@exercise.mistake("Those best on train are run again; dev accuracy decides.")
def by_train(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(records, n_best, n_seeds, data, rng, key=lambda r: -r["train_accuracy"])


@exercise.mistake("The first of the search are run again: sort by dev accuracy before the cut.")
def as_they_come(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(records, n_best, n_seeds, data, rng, key=lambda r: 0)


@exercise.mistake("All that have not diverged are run again; n_best of them should be.")
def all_of_them(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(records, len(records), n_seeds, data, rng)


@exercise.mistake("n_best and n_seeds are exchanged: so many configurations, and so many runs.")
def exchanged(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(records, n_seeds, n_best, data, rng)


@exercise.mistake(
    "Each configuration was trained once, and that run counted several times: train it anew for "
    "each seed."
)
def one_run_copied(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(
        records, n_best, n_seeds, data, rng, train_one=lambda c, d, n, r: [experiment(c, d, r)] * n
    )


@exercise.mistake(
    "Each configuration was trained a single time: `rng.spawn` can give a generator for each of "
    "its n_seeds runs."
)
def one_run_only(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(records, n_best, 1, data, rng)


@exercise.mistake("The new runs are trained on dev: train is for learning, dev only for judging.")
def trained_on_dev(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(records, n_best, n_seeds, data | {"train": data["dev"]}, rng)


@exercise.mistake("dev_accuracy still is the number of the search: that is the lucky one.")
def found_kept(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(records, n_best, n_seeds, data, rng, mean=lambda found, runs: found)


@exercise.mistake("The mean counts the search's own number, too: that is the lucky one.")
def found_in_the_mean(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    def mean(found: float, runs: Any) -> float:
        return float(np.mean([found, *(run["dev_accuracy"] for run in runs)]))

    return _again(records, n_best, n_seeds, data, rng, mean=mean)


@exercise.mistake(
    "dev_accuracy is the best of the new runs: that is luck once more. Take the mean."
)
def best_for_mean(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(
        records, n_best, n_seeds, data, rng,
        mean=lambda found, runs: max(run["dev_accuracy"] for run in runs),
    )  # fmt: skip


@exercise.mistake("dev_accuracy is that of the last run alone; take the mean of all.")
def last_for_mean(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(
        records, n_best, n_seeds, data, rng, mean=lambda found, runs: runs[-1]["dev_accuracy"]
    )


@exercise.mistake("The mean is that of the accuracies on train; dev is asked for.")
def mean_of_train(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(
        records, n_best, n_seeds, data, rng,
        mean=lambda found, runs: float(np.mean([run["train_accuracy"] for run in runs])),
    )  # fmt: skip


@exercise.mistake("The sum of the runs came back; divided by their number it is the mean.")
def sum_for_mean(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(
        records, n_best, n_seeds, data, rng,
        mean=lambda found, runs: sum(run["dev_accuracy"] for run in runs),
    )  # fmt: skip


@exercise.mistake("A configuration can diverge in a new run, and its final does not say so.")
def divergence_unsaid(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(records, n_best, n_seeds, data, rng, lost=lambda runs: False)


@exercise.mistake(
    'Any run that diverged makes its final "diverged", not only the last run, or all of them.'
)
def all_must_diverge(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(
        records, n_best, n_seeds, data, rng, lost=lambda runs: all(run["diverged"] for run in runs)
    )


@exercise.mistake('"found" holds the mean of the new runs; the number of the search belongs there.')
def mean_for_found(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    finals = _again(records, n_best, n_seeds, data, rng)
    return [final | {"found": final["dev_accuracy"]} for final in finals]


@exercise.mistake('"runs" holds accuracies alone; the whole records of the new runs belong there.')
def accuracies_for_runs(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    finals = _again(records, n_best, n_seeds, data, rng)
    return [final | {"runs": [r["dev_accuracy"] for r in final["runs"]]} for final in finals]


@exercise.mistake("The records of the runs came back; a final for each configuration is asked for.")
def runs_alone(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return [final["runs"] for final in _again(records, n_best, n_seeds, data, rng)]


@exercise.mistake("Only the best configuration came back: one final for each of the n_best.")
def best_alone(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(records, n_best, n_seeds, data, rng)[:1]


@exercise.mistake("The new runs are judged on the test part: that one is for the very end.")
def judged_by_test(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(records, n_best, n_seeds, data | {"dev": data["test"]}, rng)


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("worst_first", "found_kept")
def worst_and_found(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(
        records, n_best, n_seeds, data, rng,
        key=lambda r: r["dev_accuracy"], mean=lambda found, runs: found,
    )  # fmt: skip


@exercise.combined_mistake("diverged_again", "best_for_mean")
def diverged_and_best(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(
        records, n_best, n_seeds, data, rng, strict=False,
        mean=lambda found, runs: max(run["dev_accuracy"] for run in runs),
    )  # fmt: skip


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("a dictionary cannot be compared with another by < or >.")
def records_sorted_as_they_are(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(sorted(records), n_best, n_seeds, data, rng)


@exercise.raising_mistake("record has no key 'accuracy'.")
def accuracy_misnamed(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    best = sorted(records, key=lambda record: -record["accuracy"])
    return _again(best, n_best, n_seeds, data, rng)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_rng_itself(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    return _again(
        records, n_best, n_seeds, data, rng,
        train_one=lambda c, d, n, r: [experiment(c, d, r) for _ in range(n)],
    )  # fmt: skip


@exercise.correct_variant
def with_a_helper(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    def over_seeds(configuration: Any, data: Any, n_seeds: int, rng: Rng) -> Any:
        return [experiment(configuration, data, child) for child in rng.spawn(n_seeds)]

    return _again(records, n_best, n_seeds, data, rng, train_one=over_seeds)


@exercise.correct_variant
def largest_first(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    standing = [record for record in records if not record["diverged"]]
    best = heapq.nlargest(n_best, standing, key=lambda record: record["dev_accuracy"])
    return _again(best, n_best, n_seeds, data, rng)


@exercise.correct_variant
def with_argsort(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    standing = [record for record in records if record["diverged"] is False]
    order = np.argsort([-record["dev_accuracy"] for record in standing])[:n_best]
    finals = []
    for i in order:
        final = {name: standing[i][name] for name in ("configuration",)}
        final["found"], final["runs"] = standing[i]["dev_accuracy"], []
        total = 0.0
        for child in rng.spawn(n_seeds):
            run = experiment(final["configuration"], data, child)
            final["runs"].append(run)
            total += run["dev_accuracy"]
        final["dev_accuracy"] = total / n_seeds
        final["diverged"] = max(run["diverged"] for run in final["runs"])
        finals.append(final)
    return finals


@exercise.correct_variant
def best_taken_out_one_by_one(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    left = [record for record in records if not record["diverged"]]
    best: list[Any] = []
    while left and len(best) < n_best:
        best.append(best_of(left))
        left = [record for record in left if record is not best[-1]]
    return _again(best, n_best, n_seeds, data, rng)


@exercise.correct_variant
def the_same_seeds_for_all(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    seeds = [int(seed) for seed in rng.integers(2**40, size=n_seeds)]
    return _again(
        records, n_best, n_seeds, data, rng,
        train_one=lambda c, d, n, r: [experiment(c, d, np.random.default_rng(s)) for s in seeds],
    )  # fmt: skip


@exercise.correct_variant
def all_children_at_once(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    children = iter(rng.spawn(n_best * n_seeds))
    return _again(
        records, n_best, n_seeds, data, rng,
        train_one=lambda c, d, n, r: [experiment(c, d, next(children)) for _ in range(n)],
    )  # fmt: skip


@exercise.correct_variant
def with_a_trained_network(records: Any, n_best: int, n_seeds: int, data: Any, rng: Rng) -> Any:
    def run(configuration: Any, rng: Rng) -> Any:
        network = train(*data["train"], rng=rng, **configuration)
        return {
            "configuration": dict(configuration),
            "costs": network.costs,
            "train_accuracy": network.accuracy(*data["train"]),
            "dev_accuracy": network.accuracy(*data["dev"]),
            "seconds": network.seconds,
            "diverged": not bool(np.all(network.costs <= 10 * network.costs[0])),
        }

    return _again(
        records, n_best, n_seeds, data, rng,
        train_one=lambda c, d, n, r: [run(c, child) for child in r.spawn(n)],
    )  # fmt: skip
