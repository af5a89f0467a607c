"""One trial and its record; tiny data whose accuracies hang on no rounding, two trials diverge."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Anything, Between, Case, Returned
from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters.common import Rng, fresh_seed, small_data
from utils.network import train
from utils.reference import hyperparameters as reference
from utils.reference.hyperparameters import train_and_evaluate as experiment


def _cases(rng: Rng) -> list[Case]:
    """Trials whose accuracies hang on no rounding, and two that diverge."""

    def case(configuration: dict[str, Any], note: str = "", layout: str = "plain") -> Case:
        while True:
            data, seed = small_data(rng), fresh_seed(rng)
            args = {"configuration": configuration, "data": data, "rng": seed}
            network = train(*data["train"], rng=np.random.default_rng(seed.value), **configuration)
            near = min(np.min(np.abs(network.predict(X) - 0.5)) for X, _ in data.values())
            record = experiment(configuration, data, np.random.default_rng(seed.value))
            apart = len({network.accuracy(*part) for part in data.values()}) == 3
            if near > 1e-4 and apart and not record["diverged"]:
                expected = record | {"seconds": Between(0, np.inf)}
                return Case(args, note, layout, Returned(expected))

    def diverging(configuration: dict[str, Any], note: str) -> Case:
        data = small_data(rng, noisy=True)
        expected = {
            "configuration": configuration,
            "costs": Anything(),
            "train_accuracy": Between(0, 1),
            "dev_accuracy": Between(0, 1),
            "seconds": Between(0, np.inf),
            "diverged": True,
        }
        args = {"configuration": configuration, "data": data, "rng": fresh_seed(rng)}
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


exercise = Exercise(
    name="train_and_evaluate",
    assignment="04_hyperparameters",
    rubric={"values": 15},
    reference=reference.train_and_evaluate,
    returns="record",
    cases=_cases,
    laws={"test_part_untouched": "values"},
    hints=(
        "Train on one part, then ask the network for its accuracy on two. Which two?",
        "Whatever is known about the training is in the network that train gives: its costs, "
        "its seconds, and accuracy(X, Y).",
        "A similar problem, solved. A day's record from a thermometer's readings t: "
        '`{"highest": np.max(t), "frost": bool(np.min(t) < 0 or not np.all(np.isfinite(t)))}`.',
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _changed(**changes: Any) -> Any:
    """The reference's record with some entries made from (network-free) functions of it."""

    def function(configuration: Any, data: Any, rng: Rng) -> Any:
        record = experiment(configuration, data, rng)
        return record | {name: change(record) for name, change in changes.items()}

    return function


@exercise.mistake("dev_accuracy was measured on the test part.")
def dev_from_test(configuration: Any, data: Any, rng: Rng) -> Any:
    return experiment(configuration, data | {"dev": data["test"]}, rng)


@exercise.mistake("dev_accuracy was measured on the train part.")
def dev_from_train(configuration: Any, data: Any, rng: Rng) -> Any:
    return experiment(configuration, data | {"dev": data["train"]}, rng)


@exercise.mistake("The network was trained on the dev part, which is for choosing.")
def trained_on_dev(configuration: Any, data: Any, rng: Rng) -> Any:
    return experiment(configuration, data | {"train": data["dev"]}, rng)


@exercise.mistake("The network was trained on train and dev: then dev is no test of it.")
def trained_on_both(configuration: Any, data: Any, rng: Rng) -> Any:
    both = tuple(np.hstack([data["train"][i], data["dev"][i]]) for i in range(2))
    return experiment(configuration, data | {"train": both}, rng)


@exercise.mistake("train_accuracy and dev_accuracy have changed places.")
def accuracies_swapped(configuration: Any, data: Any, rng: Rng) -> Any:
    swap = {"train_accuracy": lambda r: r["dev_accuracy"]}
    return _changed(**swap, dev_accuracy=lambda r: r["train_accuracy"])(configuration, data, rng)


@exercise.mistake("The configuration did not reach train: hand it on with **.")
def defaults_used(configuration: Any, data: Any, rng: Rng) -> Any:
    return experiment({}, data, rng) | {"configuration": configuration}


@exercise.mistake("train got a generator of its own; hand it the rng that came in.")
def own_generator(configuration: Any, data: Any, rng: Rng) -> Any:
    return experiment(configuration, data, np.random.default_rng(0))


@exercise.mistake("A trial whose costs are nan or infinite has diverged as well.")
def nan_not_seen(configuration: Any, data: Any, rng: Rng) -> Any:
    def risen(record: Any) -> bool:
        return bool(np.max(record["costs"]) > 10 * record["costs"][0])

    return _changed(diverged=risen)(configuration, data, rng)


@exercise.mistake(
    "Only nan and inf were looked for. A cost above ten times the first one counts too."
)
def rise_not_seen(configuration: Any, data: Any, rng: Rng) -> Any:
    def broken(record: Any) -> bool:
        return not bool(np.all(np.isfinite(record["costs"])))

    return _changed(diverged=broken)(configuration, data, rng)


@exercise.mistake("No trial is ever called diverged here.")
def never_diverged(configuration: Any, data: Any, rng: Rng) -> Any:
    return _changed(diverged=lambda r: False)(configuration, data, rng)


@exercise.mistake("diverged is the wrong way round: True means that it blew up.")
def diverged_inverted(configuration: Any, data: Any, rng: Rng) -> Any:
    return _changed(diverged=lambda r: not r["diverged"])(configuration, data, rng)


@exercise.mistake("costs holds only the last cost; keep all of them.")
def last_cost_only(configuration: Any, data: Any, rng: Rng) -> Any:
    return _changed(costs=lambda r: r["costs"][-1])(configuration, data, rng)


@exercise.mistake("Accuracies are in percent; they should be from 0 to 1.")
def percent(configuration: Any, data: Any, rng: Rng) -> Any:
    changes = {name: _hundredfold(name) for name in ("train_accuracy", "dev_accuracy")}
    return _changed(**changes)(configuration, data, rng)


def _hundredfold(name: str) -> Any:
    return lambda record: 100 * record[name]


@exercise.mistake("These are the shares of wrong answers; accuracy counts the right.")
def error_rates(configuration: Any, data: Any, rng: Rng) -> Any:
    changes = {name: _complement(name) for name in ("train_accuracy", "dev_accuracy")}
    return _changed(**changes)(configuration, data, rng)


def _complement(name: str) -> Any:
    return lambda record: 1 - record[name]


@exercise.mistake("The record does not say which configuration it is of.")
def configuration_left_out(configuration: Any, data: Any, rng: Rng) -> Any:
    record = experiment(configuration, data, rng)
    del record["configuration"]
    return record


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def in_another_order(configuration: Any, data: Any, rng: Rng) -> Any:
    network = train(data["train"][0], data["train"][1], rng=rng, **configuration)
    limit = 10 * network.costs[0]
    return {
        "diverged": not all(cost <= limit for cost in network.costs),
        "seconds": network.seconds,
        "costs": network.costs.copy(),
        "configuration": dict(configuration),
        "dev_accuracy": np.float64(network.accuracy(*data["dev"])),
        "train_accuracy": network.accuracy(*data["train"]),
    }
