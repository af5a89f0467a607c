"""The mean cross-entropy; predictions of exactly 0 and 1 among its cases, in float32 too."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import xlogy

from utils.cases import About, Between, Case, Returned
from utils.exercises.exercise import Exercise
from utils.exercises.forward_propagation.common import Rng
from utils.reference import forward_propagation as reference


def _cases(rng: Rng) -> list[Case]:
    def labels(m: int) -> Any:
        Y = np.zeros((1, m))
        Y[:, : m // 2 + 1] = 1
        return rng.permuted(Y, axis=1)

    def predictions(m: int) -> Any:
        return rng.integers(5, 96, (1, m)) / 100

    Y7 = labels(7)
    AL = predictions(7)
    right_by_far = Returned(Between(-1e-3, 1e-3))
    wrong_by_far = Returned(Between(1, np.inf))
    ends = [(np.float64, ""), (np.float32, " in float32")]

    def case(AL: Any, Y: Any, note: str = "", layout: str = "plain") -> Case:
        # Six digits, as the notebook says: room for a small epsilon inside the logarithm.
        precision = 1e-6 if AL.dtype == np.float64 else 1e-4
        cost = About(float(reference.compute_cost(AL, Y)), precision)
        return Case({"AL": AL, "Y": Y}, note, layout, Returned(cost))

    return [
        case(predictions(4), labels(4)),
        case(predictions(1), np.ones((1, 1)), "a single example (m = 1), Y = 1"),
        case(predictions(1), np.zeros((1, 1)), "a single example (m = 1), Y = 0"),
        case(predictions(101), labels(101), "101 examples"),
        case(AL.astype(np.float32), Y7.astype(np.float32), "float32 arrays"),
        case(AL, Y7, "arrays that are not contiguous in memory", "strided"),
        case(AL, Y7, "arrays that must not be written to", "readonly"),
        *(
            Case(
                {"AL": (Y7 if right else 1 - Y7).astype(dtype), "Y": Y7.astype(dtype)},
                f"AL exactly 0 or 1 and always {'right' if right else 'wrong'}{said}",
                expected=right_by_far if right else wrong_by_far,
            )
            for dtype, said in ends
            for right in (True, False)
        ),
    ]


exercise = Exercise(
    name="compute_cost",
    assignment="01_forward_propagation",
    rubric={"values": 15},
    reference=reference.compute_cost,
    returns="cost",
    cases=_cases,
    hints=(
        "Take one example first. With Y = 1 only one of the two terms is left; with Y = 0 only "
        "the other. Then take the mean over the m columns, with the sign that makes it positive.",
        "log(0) is −inf, and 0 × inf is nan. Move the predictions a hair away from 0 and 1 before "
        "the logarithm: np.clip does it, and np.finfo(AL.dtype).eps is a hair that also exists "
        "in float32.",
        "A similar problem, solved. The mean squared error: `m = Y.shape[1]`, then "
        "`cost = np.sum((AL - Y) ** 2) / m`. Multiplied entry by entry, summed, divided once.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _terms(AL: Any, Y: Any) -> Any:
    eps = np.finfo(AL.dtype).eps
    P = np.clip(AL, eps, 1 - eps)
    return Y * np.log(P), (1 - Y) * np.log(1 - P)


@exercise.mistake("The cost is negative: log of a probability is below zero, so a minus is due.")
def sign_forgotten(AL: Any, Y: Any) -> Any:
    one, zero = _terms(AL, Y)
    return np.sum(one + zero) / Y.shape[1]


@exercise.mistake(
    "This is the sum over the examples, not their mean. Is it divided by m, "
    "and is m the number of columns?"
)
def not_averaged(AL: Any, Y: Any) -> Any:
    one, zero = _terms(AL, Y)
    return -np.sum(one + zero)


@exercise.mistake("Only the examples with Y = 1 are counted: the (1 − Y) term is missing.")
def zero_term_dropped(AL: Any, Y: Any) -> Any:
    return -np.sum(_terms(AL, Y)[0]) / Y.shape[1]


@exercise.mistake("Only the examples with Y = 0 are counted: the Y log AL term is missing.")
def one_term_dropped(AL: Any, Y: Any) -> Any:
    return -np.sum(_terms(AL, Y)[1]) / Y.shape[1]


@exercise.mistake(
    "Multiplied with a transpose entry by entry, this sums over all m × m pairs of examples."
)
def outer_sum(AL: Any, Y: Any) -> Any:
    eps = np.finfo(AL.dtype).eps
    P = np.clip(AL, eps, 1 - eps)
    return -np.sum(Y * np.log(P).T + (1 - Y) * np.log(1 - P).T) / Y.shape[1]


@exercise.mistake("This is the cost in logarithms to base 10; the formula has natural ones.")
def log_base_10(AL: Any, Y: Any) -> Any:
    one, zero = _terms(AL, Y)
    return -np.sum(one + zero) / Y.shape[1] / np.log(10)


@exercise.mistake("This is the cost in logarithms to base 2; the formula has natural ones.")
def log_base_2(AL: Any, Y: Any) -> Any:
    one, zero = _terms(AL, Y)
    return -np.sum(one + zero) / Y.shape[1] / np.log(2)


@exercise.mistake("The two log terms changed places: log AL belongs to the examples with Y = 1.")
def terms_swapped(AL: Any, Y: Any) -> Any:
    one, zero = _terms(AL, 1 - Y)
    return -np.sum(one + zero) / Y.shape[1]


@exercise.mistake("AL and Y changed places: the logarithm is of the prediction.")
def labels_in_log(AL: Any, Y: Any) -> Any:
    one, zero = _terms(np.asarray(Y, AL.dtype), AL)
    return -np.sum(one + zero) / Y.shape[1]


@exercise.mistake(
    "The number is right, in an array with two axes. Make it a single number: "
    "np.sum does, or np.squeeze."
)
def one_by_one(AL: Any, Y: Any) -> Any:
    one, zero = _terms(AL, Y)
    return -np.sum(one + zero, axis=1, keepdims=True) / Y.shape[1]


@exercise.mistake("The number is right, in an array with one axis. Make it a single number.")
def one_axis(AL: Any, Y: Any) -> Any:
    one, zero = _terms(AL, Y)
    return -np.sum(one + zero, axis=1) / Y.shape[1]


@exercise.mistake(
    "Right inside; but where AL is exactly 0 or 1, log(0) got in. "
    "Move the predictions a hair from the ends first."
)
def log_of_zero(AL: Any, Y: Any) -> Any:
    return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / Y.shape[1]


@exercise.mistake(
    "In float32, 1 − 1e-8 is exactly 1, so log(0) is back. np.finfo(AL.dtype).eps knows how small "
    "a step this dtype can make."
)
def clip_below_float32(AL: Any, Y: Any) -> Any:
    P = np.clip(AL, 1e-8, 1 - 1e-8)
    return -np.sum(Y * np.log(P) + (1 - Y) * np.log(1 - P)) / Y.shape[1]


@exercise.mistake("The number you add inside the logarithm is so large that it shows in the cost.")
def epsilon_too_large(AL: Any, Y: Any) -> Any:
    return -np.sum(Y * np.log(AL + 1e-5) + (1 - Y) * np.log(1 - AL + 1e-5)) / Y.shape[1]


@exercise.mistake("This is the mean squared error; the formula here is the cross-entropy.")
def squared_error(AL: Any, Y: Any) -> Any:
    return np.mean((AL - Y) ** 2)


@exercise.mistake("Examples with a nan were left out of the sum: find where the nan comes from.")
def nan_skipped(AL: Any, Y: Any) -> Any:
    return -np.nansum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / Y.shape[1]


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def with_mean(AL: Any, Y: Any) -> Any:
    eps = np.finfo(AL.dtype).eps
    return float(-np.mean(np.where(Y == 1, np.log(AL + eps), np.log(1 - AL + eps))))


@exercise.right_way
def with_epsilon(AL: Any, Y: Any) -> Any:
    return -(Y @ np.log(AL + 1e-8).T + (1 - Y) @ np.log(1 - AL + 1e-8).T).squeeze() / Y.shape[1]


@exercise.right_way
def with_xlogy(AL: Any, Y: Any) -> Any:
    P = np.clip(AL, 1e-300 if AL.dtype == np.float64 else 1e-30, 1)
    Q = np.clip(1 - AL, 1e-300 if AL.dtype == np.float64 else 1e-30, 1)
    return np.squeeze(-np.sum(xlogy(Y, P) + xlogy(1 - Y, Q), axis=1) / Y.shape[1])
