"""Inputs that tell wrong versions of a function from the right one; a property counts them."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Anything, Case, Returned
from utils.exercises.exercise import Exercise
from utils.properties.backward_propagation.answers import SHOWN
from utils.reference import backward_propagation as reference

exercise = Exercise(
    name="be_the_grader",
    assignment="02_backward_propagation",
    rubric={"versions found": 5},
    reference=reference.be_the_grader,
    returns="inputs",
    cases=lambda rng: [Case({}, expected=Returned(Anything()), earns="versions found")],
    properties={"told_apart": "versions found"},
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


@exercise.mistake(
    "This is the page's own input, where every prediction is right. What if some are not?"
)
def example_of_the_page() -> Any:
    return [SHOWN]


@exercise.mistake("This is one pair by itself. Put it into a list, even if it is the only one.")
def pair_without_a_list() -> Any:
    return SHOWN


@exercise.mistake("The labels stand first here; a pair is (AL, Y).")
def labels_first() -> Any:
    return [SHOWN[::-1]]


@exercise.mistake("These are lists. accuracy takes NumPy arrays: np.array makes them.")
def lists_for_arrays() -> Any:
    return [([[0.9, 0.1, 0.8]], [[1, 0, 1]])]


@exercise.mistake("These arrays stand upright, (m, 1). Examples lie in columns: (1, m).")
def upright() -> Any:
    AL, Y = SHOWN
    return [(AL.T, Y.T)]


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("np.array is a function, and takes no [ ].")
def brackets_for_parentheses() -> Any:
    AL = np.array[[0.9, 0.2]]  # type: ignore[valid-type]
    return [(AL, AL)]


@exercise.raising_mistake("np.array takes one list, and got 2 things.")
def rows_side_by_side() -> Any:
    AL = np.array([0.9, 0.2], [0.3, 0.4])
    return [(AL, AL)]


@exercise.raising_mistake("append() takes exactly one argument (2 given).")
def pair_without_parentheses() -> Any:
    inputs: Any = []
    inputs.append(np.array([[0.9]]), np.array([[1]]))
    return inputs


@exercise.raising_mistake("the name AL is not defined.")
def names_out_of_nowhere() -> Any:
    return [(AL, Y)]


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def in_one_input() -> Any:
    AL = [[0.5, 0.9, 0.9, 0.9, 0.1, 0.2, 0.8, 0.6, 0.3]]
    Y = [[0, 1, 1, 0, 0, 1, 0, 1, 1]]
    return ((np.array(AL), np.array(Y)),)


@exercise.correct_variant
def aimed_one_by_one() -> Any:
    return [
        (np.array([[0.5]]), np.array([[0]])),
        (np.array([[0.9, 0.9]]), np.array([[1, 0]])),
        (np.array([[0.9, 0.1]]), np.array([[0, 1]])),
        (np.array([[0.1, 0.9, 0.2]]), np.array([[0, 1, 1]])),
    ]


@exercise.correct_variant
def drawn_at_random() -> Any:
    rng = np.random.default_rng(1)
    AL = np.append(rng.random((1, 30)), [[0.5]], axis=1)
    return [(AL, np.append(rng.integers(0, 2, (1, 30)), [[1]], axis=1))]


@exercise.correct_variant
def in_float32() -> Any:
    return [[AL.astype(np.float32), Y.astype(np.float32)] for AL, Y in reference.be_the_grader()]


@exercise.correct_variant
def with_yes_and_no() -> Any:
    AL = np.array([[0.5, 0.9, 0.2, 0.8, 0.7]])
    return [(AL, np.array([[False, True, True, False, True]]))]


@exercise.correct_variant
def in_a_loop() -> Any:
    inputs = []
    for m in (4, 5, 7):
        AL = np.linspace(0, 1, m).reshape(1, m)
        inputs.append((AL, np.arange(m).reshape(1, -1) % 2))
    inputs.append((np.full((1, 3), 0.5), np.array([[0, 0, 1]])))
    return inputs


@exercise.correct_variant
def certain_predictions() -> Any:
    AL = np.array([[1, 0, 0.5, 1, 1]])
    Y = np.array([[1, 1, 0, 0, 0]])
    return [(AL, Y), (np.ones((1, 3)), np.array([[0, 1, 1]])), (0 * AL + 0.4, Y)]


@exercise.correct_variant
def many_examples() -> Any:
    m = 1000
    AL = (np.arange(m)[None, :] / m * 7) % 1
    AL[0, 0] = 0.5
    Y = (np.arange(m)[None, :] % 3 == 1) * 1.0
    return [(AL, Y), (AL[:, :7], Y[:, :7])]
