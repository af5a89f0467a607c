"""One trial and its record; tiny data whose accuracies hang on no rounding, trials that rise."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from utils.checker.cases import Anything, Case, InRange, Returned
from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters.common import Rng, fresh_seed, small_data
from utils.network import train
from utils.reference import hyperparameters as reference
from utils.reference.hyperparameters import train_and_evaluate as experiment


def _cases(rng: Rng) -> list[Case]:
    def drawn(
        configuration: Any, fits: Callable[..., bool], noisy: bool = True, aim: float = 0
    ) -> tuple[Any, ...]:
        """Return random arguments whose record fits, and that record.

        With `aim`, the learning rate is adjusted a few times to bring the highest cost to `aim`
        times the first cost: at large steps the cost is nearly proportional to the learning rate.
        """
        while True:
            short = {"iterations": int(rng.integers(3, 10))}  # where they are left open
            data, seed, settings = small_data(rng, noisy), fresh_seed(rng), short | configuration
            for _ in range(6 if aim else 1):
                record = experiment(settings, data, np.random.default_rng(seed.value))
                args = {"configuration": settings, "data": data, "rng": seed}
                costs = record["costs"]
                if fits(costs) and (noisy or _clear(**args)):
                    return args, record
                nearer = settings.get("learning_rate", 1) * aim * costs[0] / np.max(costs)
                settings = settings | {"learning_rate": float(nearer)}

    def case(
        args: Any, record: Any, note: str, earns: str, *due: str, layout: str = "plain"
    ) -> Case:
        """Return a case in which the entries `due` must be right, and the rest well-formed."""
        loose: dict[str, Any] = {
            "costs": Anything(),
            "diverged": Anything(),
            "seconds": InRange(0, np.inf),
        }
        loose |= {f"{part}_accuracy": InRange(0, 1) for part in ("train", "dev")}
        expected = record | {name: loose[name] for name in loose if name not in due}
        return Case(args, note, layout, Returned(expected), earns)

    def rising(note: str, fits: Callable[..., bool], aim: float = 0, **settings: Any) -> Case:
        settings = {"learning_rate": 20.0, "depth": 0, "momentum": 0.5} | settings
        return case(*drawn(settings, fits, aim=aim), note, "diverged", "diverged")

    def fine(c: Any) -> bool:
        return bool(np.all(c < 9 * c[0]))

    def bumpy(c: Any) -> bool:
        return bool(1.02 * c[0] < np.max(c) < 2 * c[0])

    usual = {"learning_rate": 1.0, "width": 5, "depth": 1, "iterations": 16}
    deeper: dict[str, Any] = {
        "learning_rate": 0.2,
        "momentum": 0.5,
        "width": 3,
        "depth": 2,
        "iterations": 10,
    }
    deeper |= {"activation": "tanh", "batch_size": 16}
    one, other = drawn(usual, fine, noisy=False), drawn(deeper, bumpy, noisy=False)
    closed = one[0] | {"data": {part: one[0]["data"][part] for part in ("train", "dev")}}
    shallow = drawn(usual | {"depth": 0}, fine, noisy=False)
    accuracies = ("train_accuracy", "dev_accuracy")
    readonly = "arrays that must not be written to"
    return [
        case(*one, "", "accuracies", *accuracies),
        case(*one, "the costs looked at", "training", "costs"),
        case(*other, "other settings", "training", "costs"),
        case(*shallow, "strided arrays", "accuracies", *accuracies, layout="strided"),
        case(*other, readonly, "inputs left alone", layout="readonly"),
        case(closed, one[1], "no test part at all", "test part closed"),
        case(*other, "a training in which all is well", "diverged", "diverged"),
        rising("a learning rate that ends in nan", lambda c: np.isnan(c[-1]), learning_rate=1e30,
               depth=2),
        rising("costs that rise",
               lambda c: 10.05 * c[0] < c[-1] <= np.max(c) < min(9.9, 9 * c[1], 10.9 * c[0]),
               aim=10.5),
        rising("costs that rise and come down again",
               lambda c: 15 * c[0] < np.max(c) < 50 * c[0] and c[-1] < 5 * c[0],
               learning_rate=20.0, depth=1, width=5, activation="tanh", momentum=0.0,
               iterations=8),
        rising("costs that rise, but not that far",
               lambda c: max(9.1 * c[0], 10.5 * np.min(c)) < np.max(c) < 9.95 * c[0],
               aim=9.5, batch_size=16),
    ]  # fmt: skip


def _clear(configuration: Any, data: Any, rng: Any) -> bool:
    """Return whether no prediction depends on rounding, and test accuracy is better than dev's.

    Such a test part would tempt a student to choose by it.
    """
    generator = np.random.default_rng(rng.value)
    network = train(*data["train"], rng=generator, **configuration)
    near = min(np.min(np.abs(network.predict(X) - 0.5)) for X, _ in data.values())
    right = {part: network.accuracy(*data[part]) for part in data}
    return bool(near > 1e-4) and right["train"] != right["dev"] < right["test"] != right["train"]


exercise = Exercise(
    name="train_and_evaluate",
    assignment="04_hyperparameters",
    rubric={
        "shape": 2,
        "training": 2,
        "accuracies": 4,
        "diverged": 4,
        "seconds": 1,
        "test part closed": 1,
        "inputs left alone": 1,
    },
    reference=reference.train_and_evaluate,
    returns="record",
    cases=_cases,
    properties={"test_part_untouched": "test part closed", "seconds_of_training": "seconds"},
    hints=(
        "Train on one part, then ask the network for its accuracy on two. Which two?",
        "Whatever is known about the training is in the network that train gives: its costs, "
        "its seconds, and accuracy(X, Y).",
        "A similar problem, solved. A day's record from a thermometer's readings t: "
        '`{"highest": np.max(t), "frost": bool(np.min(t) < 0 or not np.all(np.isfinite(t)))}`.',
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _changed(configuration: Any, data: Any, rng: Rng, **changes: Any) -> Any:
    """Return the reference's record, with each entry in `changes` made from it by a function."""
    record = experiment(configuration, data, rng)
    return record | {name: change(record) for name, change in changes.items()}


def _costs_judged(configuration: Any, data: Any, rng: Rng, judge: Any) -> Any:
    """Return the reference's record, with "diverged" decided by `judge(costs)`."""
    return _changed(configuration, data, rng, diverged=lambda r: bool(judge(r["costs"])))


def _record(network: Any, configuration: Any, data: Any) -> Any:
    """Return the right record of a trained network."""
    costs = network.costs
    return {
        "configuration": configuration,
        "costs": costs,
        "train_accuracy": network.accuracy(*data["train"]),
        "dev_accuracy": network.accuracy(*data["dev"]),
        "seconds": network.seconds,
        "diverged": not bool(np.all(costs <= 10 * costs[0])),
    }


@exercise.mistake("dev_accuracy was measured on the test part, which stays closed to the very end.")
def dev_from_test(configuration: Any, data: Any, rng: Rng) -> Any:
    return experiment(configuration, data | {"dev": data["test"]}, rng)


@exercise.mistake("dev_accuracy was measured on the train part.")
def dev_from_train(configuration: Any, data: Any, rng: Rng) -> Any:
    return _changed(configuration, data, rng, dev_accuracy=lambda r: r["train_accuracy"])


@exercise.mistake("train_accuracy was measured on the dev part.")
def train_from_dev(configuration: Any, data: Any, rng: Rng) -> Any:
    return _changed(configuration, data, rng, train_accuracy=lambda r: r["dev_accuracy"])


@exercise.mistake("The record tells of the test part too. It stays closed until the very end.")
def test_opened(configuration: Any, data: Any, rng: Rng) -> Any:
    test = experiment(configuration, data | {"dev": data.get("test", data["dev"])}, rng)
    return experiment(configuration, data, rng) | {"test_accuracy": test["dev_accuracy"]}


@exercise.mistake("The network was trained on the dev part, which is for choosing.")
def trained_on_dev(configuration: Any, data: Any, rng: Rng) -> Any:
    return _record(train(*data["dev"], rng=rng, **configuration), configuration, data)


@exercise.mistake("The network was trained on more than train: dev can no longer judge it fairly.")
def trained_on_both(configuration: Any, data: Any, rng: Rng) -> Any:
    X, Y = (np.hstack([data["train"][i], data["dev"][i]]) for i in range(2))
    return _record(train(X, Y, rng=rng, **configuration), configuration, data)


@exercise.mistake("train_accuracy and dev_accuracy have changed places.")
def accuracies_swapped(configuration: Any, data: Any, rng: Rng) -> Any:
    swap = {"train_accuracy": lambda r: r["dev_accuracy"]}
    return _changed(configuration, data, rng, **swap, dev_accuracy=lambda r: r["train_accuracy"])


@exercise.mistake("The configuration did not reach train: hand it on with **.")
def defaults_used(configuration: Any, data: Any, rng: Rng) -> Any:
    return experiment({}, data, rng) | {"configuration": configuration}


@exercise.mistake("train got a generator of its own; hand it the rng that came in.")
def own_generator(configuration: Any, data: Any, rng: Rng) -> Any:
    return experiment(configuration, data, np.random.default_rng(42))


@exercise.mistake("train got a child of rng. Hand it rng itself: the search makes the children.")
def child_for_training(configuration: Any, data: Any, rng: Rng) -> Any:
    return experiment(configuration, data, rng.spawn(2)[0])


@exercise.mistake(
    "The costs are of one network, the accuracies of another, trained later: one is enough."
)
def second_network(configuration: Any, data: Any, rng: Rng) -> Any:
    first = experiment(configuration, data, rng)
    second = experiment(configuration, data, rng)
    return second | {name: first[name] for name in ("costs", "diverged", "seconds")}


@exercise.mistake("A trial whose costs end in nan has diverged as well; no comparison shows that.")
def nan_not_seen(configuration: Any, data: Any, rng: Rng) -> Any:
    return _costs_judged(configuration, data, rng, lambda c: np.nanmax(c) > 10 * c[0])


@exercise.mistake(
    "nan and inf are seen here, but not a cost that rises to more than ten times the first one."
)
def rise_not_seen(configuration: Any, data: Any, rng: Rng) -> Any:
    return _costs_judged(configuration, data, rng, lambda c: not np.all(np.isfinite(c)))


@exercise.mistake("Only the last cost decides here. A cost may rise and come down: look at all.")
def last_cost_judged(configuration: Any, data: Any, rng: Rng) -> Any:
    return _costs_judged(configuration, data, rng, lambda c: not c[-1] <= 10 * c[0])


@exercise.mistake("Any rise counts as diverged here. How far may costs rise above the first one?")
def any_rise(configuration: Any, data: Any, rng: Rng) -> Any:
    return _costs_judged(configuration, data, rng, lambda c: not np.all(c <= c[0]))


@exercise.mistake(
    "A cost only just above ten times the first one passes here. What exactly is 10 times as large?"
)
def above_ten(configuration: Any, data: Any, rng: Rng) -> Any:
    return _costs_judged(configuration, data, rng, lambda c: not np.all(c <= 10))


@exercise.mistake("Costs are held against the lowest of them, not against the first.")
def above_the_lowest(configuration: Any, data: Any, rng: Rng) -> Any:
    return _costs_judged(configuration, data, rng, lambda c: not np.all(c <= 10 * np.min(c)))


@exercise.mistake(
    "No trial is ever called diverged here. One sign is enough: nan, inf, or a steep rise."
)
def never_diverged(configuration: Any, data: Any, rng: Rng) -> Any:
    return _costs_judged(configuration, data, rng, lambda c: False)


@exercise.mistake("diverged is the wrong way round: True means that it blew up.")
def diverged_inverted(configuration: Any, data: Any, rng: Rng) -> Any:
    return _changed(configuration, data, rng, diverged=lambda r: not r["diverged"])


@exercise.mistake("costs holds only the last cost; keep all of them.")
def last_cost_only(configuration: Any, data: Any, rng: Rng) -> Any:
    return _changed(configuration, data, rng, costs=lambda r: r["costs"][-1])


@exercise.mistake("Accuracies are in percent; they should be from 0 to 1.")
def percent(configuration: Any, data: Any, rng: Rng) -> Any:
    parts = ("train_accuracy", "dev_accuracy")
    changes = {name: lambda r, name=name: 100 * r[name] for name in parts}
    return _changed(configuration, data, rng, **changes)


@exercise.mistake("These are the shares of wrong answers; accuracy counts the right.")
def error_rates(configuration: Any, data: Any, rng: Rng) -> Any:
    parts = ("train_accuracy", "dev_accuracy")
    changes = {name: lambda r, name=name: 1 - r[name] for name in parts}
    return _changed(configuration, data, rng, **changes)


@exercise.mistake("The record does not say which configuration it is of.")
def configuration_left_out(configuration: Any, data: Any, rng: Rng) -> Any:
    record = experiment(configuration, data, rng)
    del record["configuration"]
    return record


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("dev_from_train", "rise_not_seen")
def dev_from_train_and_no_rise(configuration: Any, data: Any, rng: Rng) -> Any:
    return rise_not_seen(configuration, data | {"dev": data["train"]}, rng)


@exercise.combined_mistake("accuracies_swapped", "nan_not_seen")
def swapped_and_nan(configuration: Any, data: Any, rng: Rng) -> Any:
    record = nan_not_seen(configuration, data, rng)
    swapped = {"train_accuracy": record["dev_accuracy"], "dev_accuracy": record["train_accuracy"]}
    return record | swapped


@exercise.combined_mistake("last_cost_judged", "nan_not_seen")
def last_cost_compared(configuration: Any, data: Any, rng: Rng) -> Any:
    return _costs_judged(configuration, data, rng, lambda c: c[-1] > 10 * c[0])


@exercise.combined_mistake("percent", "last_cost_judged")
def percent_and_last_cost(configuration: Any, data: Any, rng: Rng) -> Any:
    record = last_cost_judged(configuration, data, rng)
    return record | {name: 100 * record[name] for name in ("train_accuracy", "dev_accuracy")}


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("record is used before it has a value.")
def record_never_begun(configuration: Any, data: Any, rng: Rng) -> Any:
    network = train(*data["train"], rng=rng, **configuration)
    record["costs"] = network.costs  # type: ignore[used-before-def]
    record = {"seconds": network.seconds}
    return record


@exercise.raising_mistake("missing 1 required positional argument: 'Y'.")
def pair_not_unpacked(configuration: Any, data: Any, rng: Rng) -> Any:
    network = train(*data["train"], rng=rng, **configuration)
    return {"dev_accuracy": network.accuracy(data["dev"])}


@exercise.raising_mistake("network is a Network, and takes no [ ].")
def network_as_a_dictionary(configuration: Any, data: Any, rng: Rng) -> Any:
    network: Any = train(*data["train"], rng=rng, **configuration)
    return {"costs": network["costs"], "seconds": network["seconds"]}


@exercise.raising_mistake("one yes-or-no question of a whole array.")
def one_question_of_all_costs(configuration: Any, data: Any, rng: Rng) -> Any:
    network = train(*data["train"], rng=rng, **configuration)
    diverged = False
    if network.costs > 10 * network.costs[0]:
        diverged = True
    return {"diverged": diverged}


@exercise.raising_mistake("has no .cost. Did you mean costs?")
def costs_misspelled(configuration: Any, data: Any, rng: Rng) -> Any:
    network: Any = train(*data["train"], rng=rng, **configuration)
    return {"costs": network.cost}


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def in_another_order(configuration: Any, data: Any, rng: Rng) -> Any:
    network = train(data["train"][0], data["train"][1], rng=rng, **configuration)
    return dict(reversed(_record(network, dict(configuration), data).items()))


@exercise.correct_variant
def with_isfinite(configuration: Any, data: Any, rng: Rng) -> Any:
    network = train(*data["train"], rng=rng, **configuration)
    costs = network.costs
    diverged = np.any(~np.isfinite(costs)) or np.any(costs > 10 * costs[0])
    return _record(network, configuration, data) | {"diverged": diverged}


@exercise.correct_variant
def one_cost_after_the_other(configuration: Any, data: Any, rng: Rng) -> Any:
    network = train(*data["train"], rng=rng, **configuration)
    record = {**_record(network, configuration, data), "diverged": False}
    for cost in network.costs:
        if np.isnan(cost) or np.isinf(cost) or cost > 10 * network.costs[0]:
            record["diverged"] = True
    return record


@exercise.correct_variant
def with_nan_looked_for(configuration: Any, data: Any, rng: Rng) -> Any:
    network = train(*data["train"], rng=rng, **configuration)
    costs = network.costs
    diverged = bool(np.isnan(costs).any()) or bool(costs.max() > 10 * costs[0])
    return _record(network, configuration, data) | {"diverged": diverged}


@exercise.correct_variant
def with_a_ratio(configuration: Any, data: Any, rng: Rng) -> Any:
    network = train(*data["train"], rng=rng, **configuration)
    ratios = np.nan_to_num(network.costs / network.costs[0], nan=np.inf)
    return _record(network, configuration, data) | {"diverged": bool(np.max(ratios) > 10)}


@exercise.correct_variant
def with_a_clock_of_its_own(configuration: Any, data: Any, rng: Rng) -> Any:
    began = perf_counter()
    network = train(*data["train"], rng=rng, **configuration)
    return _record(network, configuration, data) | {"seconds": perf_counter() - began}


@exercise.correct_variant
def with_accuracies_by_hand(configuration: Any, data: Any, rng: Rng) -> Any:
    network = train(*data["train"], rng=rng, **configuration)
    record = _record(network, configuration, data)
    for part in ("train", "dev"):
        X, Y = data[part]
        right = np.sum((network.predict(X) > 0.5) == (Y == 1))
        record[part + "_accuracy"] = right / Y.shape[1]
    return record


@exercise.correct_variant
def in_double_precision(configuration: Any, data: Any, rng: Rng) -> Any:
    (X, Y), settings = data["train"], {"rng": rng, **configuration}
    network = train(X, Y, **settings)
    costs = np.array([float(cost) for cost in network.costs])
    return {**_record(network, configuration.copy(), data), "costs": costs}


@exercise.correct_variant
def with_parts_that_are_copies(configuration: Any, data: Any, rng: Rng) -> Any:
    copies = {part: (data[part][0].copy(), data[part][1].copy()) for part in ("train", "dev")}
    network = train(Y=copies["train"][1], X=copies["train"][0], rng=rng, **configuration)
    return _record(network, configuration, copies)
