"""Parameter or hyperparameter, for a list of names; a property counts what is settled."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters.common import digests, nothing_to_ask
from utils.reference import hyperparameters as reference

exercise = Exercise(
    name="sort_settings",
    assignment="04_hyperparameters",
    rubric={"answers": 5},
    reference=reference.sort_settings,
    returns="kinds",
    cases=nothing_to_ask,
    properties={"all_settled": "answers"},
    params={
        "exercise": "sort_settings",
        "words": ["parameter", "hyperparameter"],
        "given": ["W2"],
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


def _sorted(*parameters: str) -> Any:
    return {
        name: "parameter" if name in parameters else "hyperparameter"
        for name in reference.sort_settings()
    }


@exercise.mistake(
    "Not one is settled: have the two words changed places? Read again which is which."
)
def words_exchanged() -> Any:
    kinds = reference.sort_settings()
    return _sorted(*(name for name in kinds if kinds[name] == "hyperparameter"))


@exercise.mistake(
    "What stands in the call of train was taken for learned. Who chose these numbers?"
)
def arguments_of_training() -> Any:
    return _sorted("W2", "b1", "learning_rate", "batch_size", "iterations")


@exercise.mistake(
    "The form of the network was taken for learned. Can a step of gradient descent change it?"
)
def form_of_the_network() -> Any:
    return _sorted("W2", "b1", "width", "depth", "activation")


@exercise.mistake("Numbers were taken for parameters, words for hyperparameters. Who sets them?")
def every_number() -> Any:
    return _sorted(*(name for name in reference.sort_settings() if name != "activation"))


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("the name parameter is not defined.")
def quotes_forgotten() -> Any:
    kinds = {}
    kinds["W2"] = "parameter"
    kinds["b1"] = parameter
    return kinds


@exercise.raising_mistake("kinds has no key 'b1'.")
def two_equal_signs() -> Any:
    kinds = {}
    kinds["W2"] = "parameter"
    kinds["b1"] == "parameter"  # noqa: B015
    return kinds


@exercise.raising_mistake("a dictionary has no .b1.")
def a_dot_for_brackets() -> Any:
    kinds: Any = {}
    kinds.b1 = "parameter"
    return kinds


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def from_the_last_name() -> Any:
    return dict(reversed(reference.sort_settings().items()))


@exercise.correct_variant
def in_a_loop() -> Any:
    kinds = {}
    for name in reference.sort_settings():
        kinds[name] = "parameter" if name in ("W2", "b1") else "hyperparameter"
    return kinds


@exercise.correct_variant
def with_fromkeys() -> Any:
    kinds = dict.fromkeys(reference.sort_settings(), "hyperparameter")
    kinds["W2"] = kinds["b1"] = "parameter"
    return kinds


@exercise.correct_variant
def with_update() -> Any:
    kinds = {"W2": "parameter"}
    kinds.update(b1="parameter", width="hyperparameter", depth="hyperparameter")
    kinds.update(activation="hyperparameter", iterations="hyperparameter")
    kinds |= {"learning_rate": "hyperparameter", "batch_size": "hyperparameter"}
    return kinds


@exercise.correct_variant
def with_zip() -> Any:
    names = list(reference.sort_settings())
    return dict(zip(names, ["parameter"] * 2 + ["hyper" + "parameter"] * 6, strict=True))


@exercise.correct_variant
def from_pairs() -> Any:
    return dict(list(reference.sort_settings().items()))


@exercise.correct_variant
def written_twice() -> Any:
    return dict.fromkeys(reference.sort_settings(), "parameter") | _sorted("W2", "b1")


@exercise.correct_variant
def with_words_of_numpy() -> Any:
    return {np.str_(name): np.str_(kind) for name, kind in reference.sort_settings().items()}
