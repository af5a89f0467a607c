"""The best record by dev accuracy; trials that diverged tempt with nan and with luck."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case, Raised
from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters.common import Rng, blown_up, random_records
from utils.reference import hyperparameters as reference
from utils.reference.hyperparameters import best_trial as best_of


def _cases(rng: Rng) -> list[Case]:
    plain = random_records(rng, 7)
    best = int(np.argmax([record["dev_accuracy"] for record in plain]))
    plain[best], plain[3] = plain[3], plain[best]  # neither first nor last
    with_nan = [blown_up(plain[0], np.nan), *plain[1:]]
    tempting = [*plain[:5], blown_up(plain[5], 0.99), plain[6]]
    blown = "diverged trials"
    lost = [blown_up(record, np.nan) for record in plain[:2]]
    return [
        Case({"records": plain}, earns="best on dev"),
        Case({"records": plain[:1]}, "a single trial", earns="best on dev"),
        Case({"records": with_nan}, "a diverged trial whose accuracy is nan", earns=blown),
        Case({"records": with_nan[::-1]}, "that trial at the end", earns=blown),
        Case({"records": tempting}, "a diverged trial with the highest accuracy", earns=blown),
        Case({"records": lost}, "diverged trials only", "plain", Raised("ValueError"), blown),
    ]


exercise = Exercise(
    name="best_trial",
    assignment="04_hyperparameters",
    rubric={"best on dev": 3, "diverged trials": 1, "inputs left alone": 1},
    reference=reference.best_trial,
    returns="record",
    cases=_cases,
    hints=(
        "First leave out what has diverged, then look for the highest dev accuracy.",
        "max takes a list, and with key= a function that says what to compare. Of an empty list, "
        "it raises a ValueError by itself.",
        'A similar problem, solved. The shortest word that begins with "a": '
        '`candidates = [w for w in words if w.startswith("a")]`, then `min(candidates, key=len)`.',
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


@exercise.mistake(
    "Where every trial has diverged, None came back in silence. What does the text ask for there?"
)
def none_when_all_diverged(records: Any) -> Any:
    return best_of(records) if any(not record["diverged"] for record in records) else None


@exercise.mistake("This is the last trial that has not diverged, whatever its accuracy.")
def last_standing(records: Any) -> Any:
    return _standing(records)[-1]


@exercise.mistake("Only the diverged trials were kept, the ones that should be left out.")
def diverged_only(records: Any) -> Any:
    return best_of([record | {"diverged": not record["diverged"]} for record in records])


@exercise.mistake(
    "The place was found in the shorter list and looked up in the longer one: they do not match."
)
def place_in_another_list(records: Any) -> Any:
    finished = _standing(records)
    return records[int(np.argmax([record["dev_accuracy"] for record in finished]))]


@exercise.mistake("This is the trial whose two accuracies are closest; high on dev is what counts.")
def smallest_gap(records: Any) -> Any:
    return min(_standing(records), key=lambda r: abs(r["train_accuracy"] - r["dev_accuracy"]))


@exercise.mistake("This is the first trial that has not diverged, whatever its accuracy.")
def first_standing(records: Any) -> Any:
    return _standing(records)[0]


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("by_train", "none_when_all_diverged")
def by_train_or_none(records: Any) -> Any:
    return by_train(records) if any(not record["diverged"] for record in records) else None


@exercise.combined_mistake("diverged_counted_by_max", "configuration_for_record")
def configuration_of_any(records: Any) -> Any:
    return diverged_counted_by_max(records)["configuration"]


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("this call should raise a ValueError, and it raised an IndexError.")
def last_of_none(records: Any) -> Any:
    finished = [record for record in records if not record["diverged"]]
    finished = sorted(finished, key=lambda record: record["dev_accuracy"])
    return finished[-1]


@exercise.raising_mistake("record has no key 'accuracy'.")
def accuracy_misnamed(records: Any) -> Any:
    return max(_standing(records), key=lambda record: record["accuracy"])


@exercise.raising_mistake("records is a list, and text is no place in it.")
def list_as_a_record(records: Any) -> Any:
    return records[np.argmax(records["dev_accuracy"])]


@exercise.raising_mistake("a dictionary cannot be compared with another by < or >.")
def compared_as_they_are(records: Any) -> Any:
    return max(record for record in records if not record["diverged"])


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def by_sorting(records: Any) -> Any:
    finished = [r for r in records if not r["diverged"]]
    if not finished:
        raise ValueError("all trials diverged")
    return sorted(finished, key=lambda r: r["dev_accuracy"])[-1]


@exercise.correct_variant
def in_a_loop(records: Any) -> Any:
    best = None
    for record in records:
        if record["diverged"]:
            continue
        if best is None or record["dev_accuracy"] > best["dev_accuracy"]:
            best = record
    if best is None:
        raise ValueError("every trial diverged")
    return best


@exercise.correct_variant
def with_argmax(records: Any) -> Any:
    finished = [record for record in records if not record["diverged"]]
    return finished[np.argmax([record["dev_accuracy"] for record in finished])]


@exercise.correct_variant
def with_minus_infinity(records: Any) -> Any:
    scores = [-np.inf if r["diverged"] else r["dev_accuracy"] for r in records]
    if max(scores) == -np.inf:
        raise ValueError
    return records[scores.index(max(scores))]


@exercise.correct_variant
def with_filter(records: Any) -> Any:
    return max(filter(lambda r: not r["diverged"], records), key=lambda r: r["dev_accuracy"])


@exercise.correct_variant
def smallest_of_the_negative(records: Any) -> Any:
    return min((r for r in records if r["diverged"] is False), key=lambda r: -r["dev_accuracy"])


@exercise.correct_variant
def by_places(records: Any) -> Any:
    places = [i for i in range(len(records)) if not records[i]["diverged"]]
    return records[max(places, key=lambda i: records[i]["dev_accuracy"])]


@exercise.correct_variant
def copied(records: Any) -> Any:
    finished = [dict(record) for record in records if not record["diverged"]]
    finished.sort(key=lambda record: record["dev_accuracy"], reverse=True)
    if len(finished) == 0:
        raise ValueError("There is no trial to choose from.")
    return finished[0]
