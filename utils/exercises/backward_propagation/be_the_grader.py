"""Inputs that tell wrong versions of a function from the right one; a law counts the caught."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Anything, Case, Returned
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference

exercise = Exercise(
    name="be_the_grader",
    assignment="02_backward_propagation",
    rubric={"values": 5},
    reference=reference.be_the_grader,
    returns="inputs",
    cases=lambda rng: [Case({}, expected=Returned(Anything()))],
    laws={"told_apart": "values"},
    hints=(
        "What could one get wrong in such a function? The border, the count it divides by, a "
        "class left out, an example left out, errors that cancel. Aim an input at each.",
        "Labels of both kinds, the first and the last label unlike their neighbors, numbers of "
        "wrong answers that are not the same on both sides, and one prediction at the border.",
        "A similar problem, solved. To tell a right median from the mean, give it [0, 0, 9]; "
        "from the middle of an unsorted list, [5, 1, 3].",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("There is no input in the list yet.")
def no_inputs() -> Any:
    inputs: list[Any] = []
    return inputs


@exercise.mistake(
    "One example, clear and right: nearly every version gives 1 for it. Make it harder."
)
def one_easy_example() -> Any:
    return [(np.array([[0.9]]), np.array([[1.0]]))]


@exercise.mistake("These arrays are rank-1. accuracy takes rows with two axes, (1, m).")
def rank_one() -> Any:
    return [(np.array([0.9, 0.2, 0.7]), np.array([1.0, 0.0, 0.0]))]


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def in_one_input() -> Any:
    AL = [[0.5, 0.9, 0.9, 0.9, 0.1, 0.2, 0.8, 0.6, 0.3]]
    Y = [[0, 1, 1, 0, 0, 1, 0, 1, 1]]
    return ((np.array(AL), np.array(Y)),)
