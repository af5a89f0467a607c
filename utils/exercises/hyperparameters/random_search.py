"""Trials with children of one generator, kept in a log; a law interrupts it and looks inside."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Anything, Between, Case, Returned
from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters import sample_configuration, train_and_evaluate
from utils.exercises.hyperparameters.common import Rng, fresh_seed, small_data
from utils.experiments import append_record, read_log
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
        arguments = {"space": space, "n_trials": n_trials, "data": small_data(rng)}
        arguments |= {"rng": fresh_seed(rng), "log": None}
        return Case(arguments, note, layout, Returned([record] * n_trials))

    return [
        case(3),
        case(1, "a single trial"),
        case(0, "no trial at all"),
        case(2, "arrays that must not be written to", "readonly"),
    ]


exercise = Exercise(
    name="random_search",
    assignment="04_hyperparameters",
    rubric={"values": 15},
    reference=reference.random_search,
    returns=["records", "record"],
    cases=_cases,
    builds_on=("sample_configuration", "train_and_evaluate"),
    laws={"search_protocol": "values"},
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


@exercise.mistake("The configuration is drawn once, before the loop: every trial tries the same.")
def drawn_once(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    children = rng.spawn(n_trials)
    one = drawn(space, rng)
    return _search(
        space, n_trials, data, log, lambda i: one, lambda i, c: experiment(c, data, children[i])
    )


@exercise.mistake(
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


@exercise.mistake("Every trial gets the first child: each needs its own.")
def first_child_for_all(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    def draw_and_run() -> Any:
        seeds: Any = rng.bit_generator.seed_seq
        child = np.random.default_rng(np.random.SeedSequence(seeds.entropy, spawn_key=(0,)))
        return experiment(drawn(space, child), data, child)

    return _search(space, n_trials, data, log, lambda i: None, lambda i, c: draw_and_run())


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


@exercise.mistake("The trials have different budgets: each should train as long as it says.")
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


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def with_grandchildren(space: Any, n_trials: int, data: Any, rng: Rng, log: Any) -> Any:
    done = read_log(log)
    for child in rng.spawn(n_trials)[len(done) :]:
        for_draw, for_training = child.spawn(2)
        configuration = sample_configuration.from_the_last_name(space, for_draw)
        done.append(train_and_evaluate.in_another_order(configuration, data, for_training))
        append_record(log, done[-1])
    return done
