"""A table of counts: true classes in rows, named classes in columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.ten_garments.common import Rng, labels, predictions
from utils.reference import ten_garments as reference
from utils.reference.ten_garments import confusion_matrix as right


def _cases(rng: Rng) -> list[Case]:
    def case(AL: Any, Y: Any, note: str = "", layout: str = "plain", earns: str = "values") -> Case:
        return Case({"AL": AL, "Y": Y}, note, layout, earns=earns)

    def drawn(n: int, m: int) -> tuple[Any, Any]:
        while True:
            AL, Y = predictions(rng, n, m), labels(rng, n, m)
            counts = right(AL, Y)
            if m < n or not np.array_equal(counts, counts.T):  # rows and columns must differ
                return AL, Y

    readable = np.array([[0.6, 0.1, 0.2, 0.7], [0.3, 0.8, 0.3, 0.2], [0.1, 0.1, 0.5, 0.1]])
    absent = np.eye(4)[:, [0, 0, 2, 2, 2]]
    named = np.eye(4)[:, [0, 1, 1, 2, 0]] * 0.6 + 0.1
    return [
        case(readable, np.eye(3)[:, [0, 1, 2, 1]]),
        case(*drawn(10, 60), "ten classes"),
        case(*drawn(3, 20), "three classes, 20 examples"),
        case(named, absent, "classes that no example has", earns="edge cases"),
        case(*drawn(4, 1), "a single example (m = 1)", earns="edge cases"),
        case(*drawn(2, 9), "two classes", earns="edge cases"),
        case(*drawn(5, 9), "arrays not contiguous in memory", "strided", "edge cases"),
        case(*drawn(5, 9), "arrays not to be written to", "readonly", "inputs left alone"),
    ]


exercise = Exercise(
    name="confusion_matrix",
    assignment="07_ten_garments",
    rubric={"shape": 1.5, "values": 9, "edge cases": 3, "inputs left alone": 1.5},
    reference=reference.confusion_matrix,
    returns="counts",
    cases=_cases,
    properties={"counts_add_up": "values"},
    hints=(
        "Go through the examples, one column after the other. Each adds 1 to one place of counts: "
        "which row, which column?",
        "np.argmax gives the index of the largest entry. In a column of Y that is the true class, "
        "in a column of AL the class that the network names.",
        "A similar problem, solved. How often die 1 shows p while die 2 shows q: `table = "
        "np.zeros((6, 6))`, then for each throw i `table[first[i] - 1, second[i] - 1] += 1`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _count(true: Any, named: Any, n: int) -> Any:
    counts = np.zeros((n, n))
    np.add.at(counts, (true, named), 1)
    return counts


def _classes(AL: Any, Y: Any) -> Any:
    return Y.argmax(axis=0), AL.argmax(axis=0), len(Y)


@exercise.mistake("Rows and columns changed places: true classes are rows, named ones columns.")
def transposed(AL: Any, Y: Any) -> Any:
    return right(AL, Y).T.copy()


@exercise.mistake(
    "Probabilities were added up. Each example counts once, for the class with the largest."
)
def probabilities(AL: Any, Y: Any) -> Any:
    return Y @ AL.T


@exercise.mistake("These are shares of all examples. Counts are asked for.")
def shares(AL: Any, Y: Any) -> Any:
    return right(AL, Y) / Y.shape[1]


@exercise.mistake("Each row was divided by its sum. Counts are asked for.")
def shares_of_the_rows(AL: Any, Y: Any) -> Any:
    counts = right(AL, Y)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@exercise.mistake("Only examples that are named right are counted, on the diagonal.")
def diagonal_only(AL: Any, Y: Any) -> Any:
    return np.diag(np.diag(right(AL, Y)))


@exercise.mistake("Only examples that are named wrong are counted. The right ones belong, too.")
def errors_only(AL: Any, Y: Any) -> Any:
    counts = right(AL, Y)
    return counts - np.diag(np.diag(counts))


@exercise.mistake(
    "No place is above 1. Is 1 put there, where it should be added? Whole arrays at once add only "
    "once; go through the examples in a loop."
)
def added_once(AL: Any, Y: Any) -> Any:
    true, named, n = _classes(AL, Y)
    counts = np.zeros((n, n))
    counts[true, named] += 1
    return counts


@exercise.mistake("A class counts as named where its probability is above 0.5; the largest counts.")
def above_a_half(AL: Any, Y: Any) -> Any:
    return Y @ (AL > 0.5).T.astype(float)


@exercise.mistake("The class with the smallest probability is counted. It should be the largest.")
def smallest(AL: Any, Y: Any) -> Any:
    return _count(Y.argmax(axis=0), AL.argmin(axis=0), len(Y))


@exercise.mistake("The last example is left out: where does the loop end?")
def last_left_out(AL: Any, Y: Any) -> Any:
    return right(AL[:, :-1], Y[:, :-1])


@exercise.mistake("The first example is left out: Python counts from 0.")
def first_left_out(AL: Any, Y: Any) -> Any:
    return right(AL[:, 1:], Y[:, 1:])


@exercise.mistake("The labels are compared with themselves. Where does AL come in?")
def labels_with_labels(AL: Any, Y: Any) -> Any:
    return Y @ Y.T


@exercise.mistake("This is the share named right, one number. A table of counts is asked for.")
def share_right(AL: Any, Y: Any) -> Any:
    return np.mean(AL.argmax(axis=0) == Y.argmax(axis=0))


@exercise.mistake(
    "The counts are right, but whole numbers (int). On this page arrays hold floats, as np.zeros "
    "makes them."
)
def whole_numbers(AL: Any, Y: Any) -> Any:
    return right(AL, Y).astype(int)


@exercise.mistake("np.argmax looked at a whole array. Give it one column, Y[:, i], or an axis.")
def of_the_whole_array(AL: Any, Y: Any) -> Any:
    n, m = Y.shape
    counts = np.zeros((n, n))
    for _ in range(m):
        counts[np.argmax(Y), np.argmax(AL)] += 1
    return counts


@exercise.mistake("A row of Y belongs to a class. An example is a column: Y[:, i].")
def rows_for_examples(AL: Any, Y: Any) -> Any:
    n, m = Y.shape
    counts = np.zeros((n, n))
    for i in range(m):
        counts[np.argmax(Y[i]), np.argmax(AL[i])] += 1
    return counts


@exercise.combined_mistake("transposed", "errors_only")
def transposed_errors(AL: Any, Y: Any) -> Any:
    return errors_only(AL, Y).T.copy()


@exercise.raising_mistake("the name named is not defined.")
def name_not_made(AL: Any, Y: Any) -> Any:
    return _count(Y.argmax(axis=0), named, len(Y))


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_a_loop(AL: Any, Y: Any) -> Any:
    n, m = AL.shape
    true, named = np.argmax(Y, axis=0), np.argmax(AL, axis=0)
    counts = np.zeros((n, n))
    for i in range(m):
        counts[true[i], named[i]] += 1
    return counts


@exercise.correct_variant
def with_add_at(AL: Any, Y: Any) -> Any:
    return _count(*_classes(AL, Y))


@exercise.correct_variant
def as_a_product(AL: Any, Y: Any) -> Any:
    n = len(Y)
    return Y @ np.eye(n)[AL.argmax(axis=0)]


@exercise.correct_variant
def with_bincount(AL: Any, Y: Any) -> Any:
    true, named, n = _classes(AL, Y)
    return np.bincount(true * n + named, minlength=n * n).reshape(n, n).astype(float)


@exercise.correct_variant
def with_a_histogram(AL: Any, Y: Any) -> Any:
    true, named, n = _classes(AL, Y)
    edges = np.arange(n + 1) - 0.5
    return np.histogram2d(true, named, bins=[edges, edges])[0]


@exercise.correct_variant
def class_by_class(AL: Any, Y: Any) -> Any:
    n = Y.shape[0]
    named = AL.argmax(axis=0)
    counts = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            counts[i, j] = np.sum((Y[i] == 1) & (named == j))
    return counts


@exercise.correct_variant
def with_lists(AL: Any, Y: Any) -> Any:
    n = len(Y)
    table = [[0.0] * n for _ in range(n)]
    for a, y in zip(AL.T.tolist(), Y.T.tolist(), strict=True):
        table[y.index(1)][a.index(max(a))] += 1
    return np.array(table)


@exercise.correct_variant
def of_masks(AL: Any, Y: Any) -> Any:
    largest = AL.max(axis=0) == AL
    return np.einsum("im,jm->ij", Y, largest.astype(float))
