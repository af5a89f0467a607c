"""The best record by dev accuracy; trials that diverged tempt with nan and with luck."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Case, Raised
from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters.common import Rng, blown_up, random_records
from utils.reference import hyperparameters as reference
from utils.reference.hyperparameters import best_trial as best_of


def _cases(rng: Rng) -> list[Case]:
    plain = random_records(rng, 7)
    best = int(np.argmax([record["dev_accuracy"] for record in plain]))
    plain[best], plain[3] = plain[3], plain[best]  # neither first nor last
    lowest = min(range(7), key=lambda i: plain[i]["costs"][-1])
    if lowest == 3:
        plain[5]["costs"][-1] = 0.01
    with_nan = [blown_up(plain[0], np.nan), *plain[1:]]
    tempting = [*plain[:5], blown_up(plain[5], 0.99), plain[6]]
    lost = [blown_up(record, np.nan) for record in plain[:2]]
    return [
        Case({"records": plain}),
        Case({"records": with_nan}, "a diverged trial whose accuracy is nan"),
        Case({"records": with_nan[::-1]}, "that trial at the end"),
        Case({"records": tempting}, "a diverged trial whose accuracy is the highest"),
        Case({"records": plain[:1]}, "a single trial"),
        Case({"records": lost}, "diverged trials only", expected=Raised("ValueError")),
    ]


exercise = Exercise(
    name="best_trial",
    assignment="04_hyperparameters",
    rubric={"values": 5},
    reference=reference.best_trial,
    returns="record",
    cases=_cases,
    hints=(
        "First leave out what has diverged, then look for the highest dev accuracy.",
        "max takes a list, and with key= a function that says what to compare. Of an empty list, "
        "it raises a ValueError by itself.",
        "A similar problem, solved. The tallest tree that is not cut down: "
        '`max([t for t in trees if not t["cut"]], key=lambda t: t["height"])`.',
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _standing(records: Any) -> Any:
    finished = [record for record in records if not record["diverged"]]
    if not finished:
        raise ValueError("all diverged")
    return finished


@exercise.mistake("This is the best by train accuracy; a network that memorizes would win.")
def by_train(records: Any) -> Any:
    return max(_standing(records), key=lambda record: record["train_accuracy"])


@exercise.mistake("This is the trial with the lowest cost on the data it was trained on.")
def by_cost(records: Any) -> Any:
    return min(_standing(records), key=lambda record: record["costs"][-1])


@exercise.mistake("This is the worst of them: high accuracy is good.")
def worst(records: Any) -> Any:
    return min(_standing(records), key=lambda record: record["dev_accuracy"])


@exercise.mistake("A diverged trial can win here, by nan or by luck: leave these out first.")
def diverged_counted(records: Any) -> Any:
    return records[int(np.argmax([record["dev_accuracy"] for record in records]))]


@exercise.mistake("A diverged trial can win here, by nan or by luck: leave these out first.")
def diverged_counted_by_max(records: Any) -> Any:
    return max(records, key=lambda record: record["dev_accuracy"])


@exercise.mistake("nan is left out, but a diverged trial with a high accuracy still wins.")
def only_nan_left_out(records: Any) -> Any:
    return records[int(np.nanargmax([record["dev_accuracy"] for record in records]))]


@exercise.mistake("The accuracy came back; the whole record is asked for.")
def accuracy_for_record(records: Any) -> Any:
    return best_of(records)["dev_accuracy"]


@exercise.mistake("The configuration came back; the whole record is asked for.")
def configuration_for_record(records: Any) -> Any:
    return best_of(records)["configuration"]


@exercise.mistake("The trial's number came back; the record itself is asked for.")
def number_for_record(records: Any) -> Any:
    best = best_of(records)
    return next(i for i, record in enumerate(records) if record is best)


@exercise.mistake("Where every trial has diverged, None came back in silence.")
def none_when_all_diverged(records: Any) -> Any:
    return best_of(records) if any(not record["diverged"] for record in records) else None


@exercise.mistake("This is the last trial that has not diverged, whatever its accuracy.")
def last_standing(records: Any) -> Any:
    return _standing(records)[-1]


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def by_sorting(records: Any) -> Any:
    finished = [r for r in records if not r["diverged"]]
    if not finished:
        raise ValueError("all trials diverged")
    return sorted(finished, key=lambda r: r["dev_accuracy"])[-1]
