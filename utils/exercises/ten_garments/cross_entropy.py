"""The mean cross-entropy of many classes; a true class with probability 0 among its cases."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Approx, Case, InRange, Returned
from utils.exercises.exercise import Exercise
from utils.exercises.ten_garments.common import Rng, labels, predictions
from utils.reference import ten_garments as reference


def _cases(rng: Rng) -> list[Case]:
    def case(A: Any, Y: Any, note: str = "", layout: str = "plain", earns: str = "values") -> Case:
        # Six digits, as the notebook says: room for a small number inside the logarithm.
        precision = 1e-6 if A.dtype == np.float64 else 1e-4
        cost = Approx(float(reference.cross_entropy(A, Y)), precision)
        return Case({"A": A, "Y": Y}, note, layout, Returned(cost), earns)

    readable = np.array([[0.5, 0.1, 0.3], [0.3, 0.7, 0.3], [0.2, 0.2, 0.4]])
    A, Y = predictions(rng, 5, 7), labels(rng, 5, 7)
    sure = labels(rng, 4, 6)
    almost = Case(
        {"A": sure, "Y": sure},
        "probabilities of exactly 0 and 1, all of them right",
        expected=Returned(InRange(-1e-3, 1e-3)),
        earns="exactly 0",
    )
    wrong = Case(
        {"A": np.roll(sure, 1, axis=0), "Y": sure},
        "probabilities of exactly 0 and 1, all of them wrong",
        expected=Returned(InRange(10, np.inf)),
        earns="exactly 0",
    )
    return [
        case(readable[:, rng.permutation(3)], labels(rng, 3, 3)),
        case(predictions(rng, 10, 20), labels(rng, 10, 20), "ten classes"),
        case(predictions(rng, 2, 5), labels(rng, 2, 5), "two classes", earns="edge cases"),
        case(
            predictions(rng, 4, 1),
            labels(rng, 4, 1),
            "a single example (m = 1)",
            earns="edge cases",
        ),
        case(A.astype(np.float32), Y.astype(np.float32), "float32 arrays", earns="edge cases"),
        almost,
        wrong,
        case(A, Y, "arrays that are not contiguous in memory", "strided", "edge cases"),
        case(A, Y, "arrays that must not be written to", "readonly", "inputs left alone"),
    ]


exercise = Exercise(
    name="cross_entropy",
    assignment="07_ten_garments",
    rubric={"shape": 1, "values": 6, "exactly 0": 3, "edge cases": 3, "inputs left alone": 2},
    reference=reference.cross_entropy,
    returns="cost",
    cases=_cases,
    hints=(
        "Multiply Y with the logarithms, entry by entry. In each column one product is left, "
        "that of the true class. Then take the mean over the m columns, with the sign that makes "
        "it positive.",
        "0 times log 0 is nan, not 0. Move the probabilities a hair away from 0 before the "
        "logarithm: np.maximum does it, and np.finfo(A.dtype).eps is a hair for any dtype.",
        "A similar problem, solved. The mean price of what was bought, with a 1 in each column "
        "of B for the item bought: `np.sum(B * prices) / B.shape[1]`. Summed over everything, "
        "divided by the number of columns.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _log(A: Any) -> Any:
    return np.log(np.clip(A, np.finfo(A.dtype).tiny, None))


@exercise.mistake("The cost is negative: log of a probability is below zero, so a minus is due.")
def sign_forgotten(A: Any, Y: Any) -> Any:
    return np.sum(Y * _log(A)) / Y.shape[1]


@exercise.mistake("This is the sum over the examples, not their mean. Divide by their number, m.")
def not_averaged(A: Any, Y: Any) -> Any:
    return -np.sum(Y * _log(A))


@exercise.mistake(
    "The mean was taken over all entries, n times m of them. Only the examples count: divide by m."
)
def mean_of_all_entries(A: Any, Y: Any) -> Any:
    return -np.mean(Y * _log(A))


@exercise.mistake("Divided by the number of classes, which is that of the rows. Where is m?")
def divided_by_the_classes(A: Any, Y: Any) -> Any:
    return -np.sum(Y * _log(A)) / Y.shape[0]


@exercise.mistake(
    "These are the losses of the single examples. The cost is one number, their mean."
)
def losses(A: Any, Y: Any) -> Any:
    return -np.sum(Y * _log(A), axis=0, keepdims=True)


@exercise.mistake("These are the losses of the single examples, each divided by m: add them up.")
def divided_not_summed(A: Any, Y: Any) -> Any:
    return -np.sum(Y * _log(A), axis=0) / Y.shape[1]


@exercise.mistake(
    "The wrong classes are charged as well, as with (1 − Y) for two classes. "
    "Here only the true class counts."
)
def as_for_two_classes(A: Any, Y: Any) -> Any:
    return -np.sum(Y * _log(A) + (1 - Y) * _log(1 - A)) / Y.shape[1]


@exercise.mistake("The logarithm is of the label: A and Y changed places.")
def swapped(A: Any, Y: Any) -> Any:
    return -np.sum(A * _log(Y * 1.0)) / Y.shape[1]


@exercise.mistake("The labels are left out: only the true class of each example counts.")
def labels_left_out(A: Any, Y: Any) -> Any:
    return -np.sum(_log(A)) / Y.shape[1]


@exercise.mistake(
    "The largest probability of each example is charged. It should be that of the true class."
)
def of_the_largest(A: Any, Y: Any) -> Any:
    return -np.mean(_log(A.max(axis=0)))


@exercise.mistake("The mean was taken before the logarithm. Take the logarithm of each first.")
def mean_in_logarithm(A: Any, Y: Any) -> Any:
    return -_log(np.sum(Y * A) / Y.shape[1])


@exercise.mistake(
    "Right where no probability is 0. Where one is, its logarithm is −inf, and 0 times that is nan."
)
def log_of_zero(A: Any, Y: Any) -> Any:
    with np.errstate(all="ignore"):
        return -np.sum(Y * np.log(A)) / Y.shape[1]


_AT_ZERO = (
    "Where the true class was given exactly 0 it costs nothing, or infinitely much. It should "
    "cost much, and be finite: move A a hair away from 0."
)


@exercise.mistake(_AT_ZERO)
def zeros_left_out(A: Any, Y: Any) -> Any:
    return -np.sum(Y * np.log(np.where(A > 0, A, 1))) / Y.shape[1]


@exercise.mistake(_AT_ZERO)
def infinite_at_zero(A: Any, Y: Any) -> Any:
    with np.errstate(all="ignore"):
        return -np.nansum(Y * np.log(A)) / Y.shape[1]


@exercise.mistake(
    "The labels are inside the logarithm, which then meets 0 for every wrong class. Multiply with "
    "Y after it."
)
def labels_in_the_logarithm(A: Any, Y: Any) -> Any:
    return -np.sum(np.log(Y * A + np.finfo(A.dtype).eps)) / Y.shape[1]


@exercise.mistake("The number added inside the logarithm is so large that it shows in the cost.")
def epsilon_too_large(A: Any, Y: Any) -> Any:
    return -np.sum(Y * np.log(A + 1e-3)) / Y.shape[1]


@exercise.mistake("This is the cost in logarithms to base 10; the formula has natural ones.")
def base_10(A: Any, Y: Any) -> Any:
    return -np.sum(Y * _log(A)) / Y.shape[1] / np.log(10)


@exercise.mistake("This is the mean squared error; the formula here is the cross-entropy.")
def squared_error(A: Any, Y: Any) -> Any:
    return np.sum((A - Y) ** 2) / Y.shape[1]


@exercise.mistake("A itself was changed. Move a copy: np.maximum makes one.")
def changed_in_place(A: Any, Y: Any) -> Any:
    np.maximum(A, np.finfo(A.dtype).eps, out=A)
    return -np.sum(Y * np.log(A)) / Y.shape[1]


@exercise.combined_mistake("sign_forgotten", "not_averaged")
def sum_without_sign(A: Any, Y: Any) -> Any:
    return np.sum(Y * _log(A))


@exercise.raising_mistake("an array has no .log.")
def log_as_a_method(A: Any, Y: Any) -> Any:
    return -np.sum(Y * A.log()) / Y.shape[1]


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_epsilon(A: Any, Y: Any) -> Any:
    return -np.sum(Y * np.log(A + 1e-8)) / Y.shape[1]


@exercise.correct_variant
def of_the_true_class(A: Any, Y: Any) -> Any:
    given = np.sum(A * Y, axis=0)
    return float(-np.mean(np.log(given + 1e-10)))


@exercise.correct_variant
def mean_of_the_losses(A: Any, Y: Any) -> Any:
    loss = -np.sum(Y * np.log(np.clip(A, 1e-12, 1)), axis=0)
    return np.mean(loss)


@exercise.correct_variant
def picked_by_index(A: Any, Y: Any) -> Any:
    m = Y.shape[1]
    given = A[Y.argmax(axis=0), np.arange(m)]
    return -np.log(np.maximum(given, 1e-15)).sum() / m


@exercise.correct_variant
def with_xlogy(A: Any, Y: Any) -> Any:
    from scipy.special import xlogy

    return -xlogy(Y, np.maximum(A, 1e-30)).sum() / Y.shape[1]


@exercise.correct_variant
def example_by_example(A: Any, Y: Any) -> Any:
    cost = 0.0
    for i in range(Y.shape[1]):
        for k in range(Y.shape[0]):
            if Y[k, i] == 1:
                cost -= np.log(max(A[k, i], 1e-12))
    return cost / Y.shape[1]


@exercise.correct_variant
def with_einsum(A: Any, Y: Any) -> Any:
    return -np.einsum("ki,ki->", Y, np.log(A + 1e-9)) / Y.shape[1]


@exercise.correct_variant
def with_a_trace(A: Any, Y: Any) -> Any:
    return -np.trace(Y.T @ np.log(np.maximum(A, 1e-9))) / Y.shape[1]


@exercise.correct_variant
def chosen_by_a_mask(A: Any, Y: Any) -> Any:
    return np.array(-np.log(np.maximum(A[Y == 1], 1e-14)).mean())
