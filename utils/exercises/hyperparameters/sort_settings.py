"""Parameter or hyperparameter, for a list of names; a law counts what is settled."""

from __future__ import annotations

from typing import Any

from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters.common import digests, nothing_to_ask
from utils.reference import hyperparameters as reference

exercise = Exercise(
    name="sort_settings",
    assignment="04_hyperparameters",
    rubric={"values": 5},
    reference=reference.sort_settings,
    returns="kinds",
    cases=nothing_to_ask,
    laws={"all_settled": "values"},
    secret={
        "exercise": "sort_settings",
        "words": ["parameter", "hyperparameter"],
        "digests": digests("sort_settings", reference.sort_settings()),
    },
    hints=(
        "Ask of each: does an update of gradient descent change it?",
        "What you have to type before training can begin is a hyperparameter.",
        'A similar problem, solved. The weights of the output layer: `kinds["W5"] = "parameter"`, '
        "because every update changes them.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("Everything is called a parameter. Which of these does no update change?")
def all_parameters() -> Any:
    return dict.fromkeys(reference.sort_settings(), "parameter")


@exercise.mistake("Everything is called a hyperparameter. Which of these are learned?")
def all_hyperparameters() -> Any:
    return dict.fromkeys(reference.sort_settings(), "hyperparameter")


@exercise.mistake("The dictionary is empty: it needs a line for each name of the list.")
def empty_kinds() -> Any:
    return {}


@exercise.mistake("Only W2, which was given, is there: go on with the other names.")
def only_the_given() -> Any:
    return {"W2": "parameter"}


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def from_the_last_name() -> Any:
    return dict(reversed(reference.sort_settings().items()))
