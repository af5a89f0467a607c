"""Trials with children of one generator, kept in a log that a property interrupts and reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case, Returned
from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters import sample_configuration, train_and_evaluate
from utils.exercises.hyperparameters.common import (
    CONVEX,
    Rng,
    any_of,
    any_trial,
    fresh_seed,
    small_data,
)
from utils.experiment_log import append_record, read_log
from utils.network import train
from utils.reference import hyperparameters as reference
from utils.reference.hyperparameters import best_trial as best_of
from utils.reference.hyperparameters import sample_configuration as drawn
from utils.reference.hyperparameters import train_and_evaluate as experiment


def _cases(rng: Rng) -> list[Case]:
    # Every trial has the same layers, so that a warm start is possible, and seen.
    space = {
        "learning_rate": ("log", 1e-3, 1e-1),
        "momentum": ("one_minus_log", 0.5, 0.9),
        "width": ("choice", [5]),
        "depth": ("int", 1, 1),
        "iterations": ("choice", [7]),
    }

    def case(
        n_trials: int,
        note: str = "",
        layout: str = "plain",
        earns: str = "fair trials",
        space: dict[str, Any] = space,
    ) -> Case:
        arguments = {"space": space, "n_trials": n_trials, "data": small_data(rng)}
        arguments |= {"rng": fresh_seed(rng), "log": None}
        return Case(arguments, note, layout, Returned([any_trial(any_of(space))] * n_trials), earns)

    return [
        case(3),
        case(1, "a single trial"),
        case(0, "no trial at all"),
        case(3, "logistic regressions", space=CONVEX),
        case(2, "arrays that must not be written to", "readonly", "inputs left alone"),
    ]


exercise = Exercise(
    name="random_search",
    assignment="04_hyperparameters",
    rubric={"shape": 3, "fair trials": 5, "log": 3, "resuming": 3, "inputs left alone": 1},
    reference=reference.random_search,
    returns=["records", "record"],
    cases=_cases,
    builds_on=(
        "sample_log_uniform",
        "sample_one_minus_log_uniform",
        "sample_configuration",
        "train_and_evaluate",
    ),
    properties={
        "fresh_draws": "fair trials",
        "equal_budgets": "fair trials",
        "fresh_starts": "fair trials",
        "trained_networks": "fair trials",
        "test_part_of_a_search": "fair trials",
        "parts_of_a_search": "fair trials",
        "first_trials_stay": "resuming",
        "log_holds_records": "log",
        "log_as_it_goes": "log",
        "search_goes_on": "resuming",
    },
    hints=(
        "In each turn: take the trial's child, draw a configuration, train, log, collect.",
        "rng.spawn(n) gives a list of n generators. Trial i uses number i, whether or not "
        "trials before it are in the log already.",
        "A similar problem, solved. Five dice games, each with its own generator: "
        "`children = rng.spawn(5)`, then in the loop `score = play(children[game])` and "
        "`scores.append(score)`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _search(space: Any, n_trials: int, data: Any, log: Any, configure: Any, run: Any) -> Any:
    """Run the reference's loop; `configure(i)` draws and `run(i, configuration)` trains trial i."""
    records = read_log(log)
    for trial in range(len(records), n_trials):
        configuration = configure(trial)
        records.append(run(trial, configuration))
        append_record(log, records[-1])
    return records


@exercise.mistake("The configuration is drawn once, before the loop: every trial tries the same.")
def drawn_once(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    children = rng.spawn(n_trials)
    one = drawn(space, rng)
    return _search(
        space, n_trials, data, log, lambda i: one, lambda i, c: experiment(c, data, children[i])
    )


def _trials(
    space: Any, n_trials: int, data: Any, log: Any, for_draw: Any, for_training: Any = None
) -> Any:
    """Run the reference's loop; trial i draws with `for_draw(i)`, trains with `for_training(i)`."""
    return _search(
        space,
        n_trials,
        data,
        log,
        lambda i: drawn(space, for_draw(i)),
        lambda i, c: experiment(c, data, (for_training or for_draw)(i)),
    )


@exercise.mistake(
    "All trials draw from rng itself. Resumed from a log, they would draw other numbers: "
    "use children."
)
def no_children(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    return _trials(space, n_trials, data, log, lambda i: rng)


@exercise.mistake(
    "All trials use one and the same child. Each needs its own; counted from len(records), which "
    "grows in the loop, the place in children never moves."
)
def one_child_for_all(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    child, _ = rng.spawn(2)
    return _trials(space, n_trials, data, log, lambda i: child)


@exercise.mistake("The configuration comes from the child, but the training draws from rng itself.")
def rng_for_training(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    children = rng.spawn(n_trials)
    return _trials(space, n_trials, data, log, lambda i: children[i], lambda i: rng)


@exercise.mistake("The training uses the child, but the configuration is drawn from rng itself.")
def rng_for_draws(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    children = rng.spawn(n_trials)
    return _trials(space, n_trials, data, log, lambda i: rng, lambda i: children[i])


@exercise.mistake("Each turn of the loop spawns all children anew: make them once, before it.")
def spawned_anew(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records = read_log(log)
    for trial in range(len(records), n_trials):
        child = rng.spawn(n_trials)[trial]
        records.append(experiment(drawn(space, child), data, child))
    return records


@exercise.mistake("The generators are made of the trial's number: whatever rng is, it has no say.")
def seeded_by_number(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    children = [np.random.default_rng(trial) for trial in range(n_trials)]
    return _trials(space, n_trials, data, log, lambda i: children[i])


@exercise.mistake("Each trial goes on from the network of the one before: it should start afresh.")
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


@exercise.mistake("Only the best record came back; all of them are asked for.")
def best_only(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records = reference.random_search(space, n_trials, data, rng, log)
    return best_of(records) if records else records


@exercise.mistake("There is one trial too few: where does your loop end?")
def one_too_few(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    return reference.random_search(space, max(0, n_trials - 1), data, rng, log)


@exercise.mistake("The records hold the test part's accuracy for that of dev.")
def chosen_by_test(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    peeking = data | {"dev": data["test"]}
    return reference.random_search(space, n_trials, peeking, rng, log)


@exercise.mistake(
    "The trials have different budgets: each should train as long as its configuration says."
)
def later_trials_longer(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    children = rng.spawn(n_trials)

    def run(i: int, configuration: Any) -> Any:
        longer = configuration | {"iterations": configuration["iterations"] + i}
        return experiment(longer, data, children[i]) | {"configuration": configuration}

    return _search(space, n_trials, data, log, lambda i: drawn(space, children[i]), run)


@exercise.mistake("Only the accuracies came back; the records are asked for.")
def accuracies_only(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records = reference.random_search(space, n_trials, data, rng, log)
    return [record["dev_accuracy"] for record in records]


@exercise.mistake("Only the last record came back: collect each in records as it is made.")
def last_only(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    return reference.random_search(space, n_trials, data, rng, log)[-1:]


@exercise.mistake("Configurations came back; each record of an experiment is asked for.")
def configurations_only(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records = reference.random_search(space, n_trials, data, rng, log)
    return [record["configuration"] for record in records]


@exercise.mistake("append_record gives nothing back: what belongs into records is the record.")
def nothing_collected(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    return [None for _ in reference.random_search(space, n_trials, data, rng, log)]


@exercise.mistake("Each record is in the list twice.")
def collected_twice(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records = reference.random_search(space, n_trials, data, rng, log)
    return [record for record in records for _ in range(2)]


@exercise.mistake("The configuration is drawn once, before the loop: every trial tries the same.")
def drawn_once_from_a_child(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    children = rng.spawn(n_trials)
    one = drawn(space, children[0])
    return _search(
        space, n_trials, data, log, lambda i: one, lambda i, c: experiment(c, data, children[i])
    )


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("no_children", "accuracies_only")
def accuracies_without_children(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records = no_children(space, n_trials, data, rng, log)
    return [record["dev_accuracy"] for record in records]


@exercise.combined_mistake("drawn_once", "one_too_few")
def one_too_few_all_alike(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    return drawn_once(space, max(0, n_trials - 1), data, rng, log)


@exercise.combined_mistake("chosen_by_test", "rng_for_training")
def test_opened_and_rng_used(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    return rng_for_training(space, n_trials, data | {"dev": data["test"]}, rng, log)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("children has 3 items, and [3] is not among them.")
def child_after_the_last(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records, children = read_log(log), rng.spawn(n_trials)
    for trial in range(len(records), n_trials):
        child = children[trial + 1]
        records.append(experiment(drawn(space, child), data, child))
    return records


@exercise.raising_mistake("children is a function, and takes no [ ].")
def spawn_not_called(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    children: Any = rng.spawn
    return [experiment(drawn(space, children[i]), data, children[i]) for i in range(n_trials)]


@exercise.raising_mistake("missing 1 required positional argument: 'rng'.")
def drawn_without_a_generator(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    return [experiment(drawn(space), data, rng) for _ in range(n_trials)]


@exercise.raising_mistake("records is None, and None has no .append.")
def append_given_a_name(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records: Any = []
    for child in rng.spawn(n_trials):
        records = records.append(experiment(drawn(space, child), data, child))
    return records


@exercise.raising_mistake("append_record takes the log first, and then the record.")
def record_for_log(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records = read_log(log)
    for child in rng.spawn(n_trials):
        records.append(experiment(drawn(space, child), data, child))
        append_record(records[-1], log)
    return records


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_grandchildren(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    done = read_log(log)
    for child in rng.spawn(n_trials)[len(done) :]:
        for_draw, for_training = child.spawn(2)
        configuration = sample_configuration.from_the_last_name(space, for_draw)
        done.append(train_and_evaluate.in_another_order(configuration, data, for_training))
        append_record(log, done[-1])
    return done


@exercise.correct_variant
def in_a_while_loop(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records, children = read_log(log), rng.spawn(n_trials)
    while len(records) < n_trials:
        child = children[len(records)]
        records += [experiment(drawn(space, child), data, child)]
        append_record(log, records[-1])
    return records


@exercise.correct_variant
def trials_in_the_log_skipped(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records = read_log(log)
    done = len(records)
    for trial, child in enumerate(rng.spawn(n_trials)):
        if trial < done:
            continue
        configuration = drawn(space, child)
        record = experiment(configuration, data, child)
        append_record(log, record)
        records.append(record)
    return records


@exercise.correct_variant
def all_drawn_first(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    done, children = read_log(log), rng.spawn(n_trials)
    plan = [(drawn(space, child), child) for child in children]
    for configuration, child in plan[len(done) :]:
        record = experiment(rng=child, data=data, configuration=configuration)
        append_record(log=log, record=record)
        done = [*done, record]
    return done


@exercise.correct_variant
def with_children_of_the_seed(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    seeds: Any = rng.bit_generator.seed_seq
    children = [np.random.default_rng(seed) for seed in seeds.spawn(n_trials)]
    return trials_one_by_one(read_log(log), children, space, data, log)


def trials_one_by_one(records: Any, children: Any, space: Any, data: Any, log: Any) -> Any:
    """Run the trials that `records` lacks, each with its child generator; return all records."""
    if len(records) >= len(children):
        return records
    child = children[len(records)]
    record = experiment(drawn(space, child), data, child)
    append_record(log, record)
    return trials_one_by_one([*records, record], children, space, data, log)


@exercise.correct_variant
def a_child_at_a_time(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    children = [rng.spawn(1)[0] for _ in range(n_trials)]
    return trials_one_by_one(read_log(log), children, space, data, log)


@exercise.correct_variant
def with_a_child_for_the_draw(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records, children = read_log(log), rng.spawn(n_trials)
    for trial in range(len(records), n_trials):
        configuration = drawn(space, children[trial].spawn(1)[0])
        records.append(experiment(configuration, data, children[trial]))
        append_record(log, records[trial])
    return records


@exercise.correct_variant
def read_from_the_log(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    records = in_a_while_loop(space, n_trials, data, rng, log)
    return records if log is None else read_log(log)
