"""A − Y from its two terms; predictions of exactly 0 and 1 show whether fractions were canceled."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.backward_propagation.common import Rng
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import dZ_without_fractions as cancel


def _cases(rng: Rng) -> list[Case]:
    def case(A: Any, Y: Any, note: str = "", layout: str = "plain", earns: str = "dZ") -> Case:
        return Case({"A": np.array([A]), "Y": np.array([Y])}, note, layout, earns=earns)

    def drawn(m: int) -> tuple[Any, Any]:
        return rng.uniform(0.05, 0.95, m), (rng.permutation(m) % 2).astype(float)

    ends = [0.0, 0.0, 1.0, 1.0, 0.5], [0.0, 1.0, 0.0, 1.0, 1.0]
    return [
        case(rng.integers(1, 10, 3) / 10, [0.0, 1.0, 1.0]),
        case(*drawn(7), "seven examples"),
        case(*drawn(1), "a single example (m = 1)"),
        case(*ends, "predictions of exactly 0 and 1", earns="edge cases"),
        case(
            *drawn(4), "arrays that must not be written to", "readonly", earns="inputs left alone"
        ),
    ]


exercise = Exercise(
    name="dZ_without_fractions",
    assignment="02_backward_propagation",
    rubric={
        "shape": 0.5,
        "left": 1,
        "right": 1,
        "dZ": 1,
        "edge cases": 1,
        "inputs left alone": 0.5,
    },
    reference=reference.dZ_without_fractions,
    returns=("", "left", "right", "dZ"),
    cases=_cases,
    fresh=("left", "right", "dZ"),
    hints=(
        "Take the left term by itself: Y over A, times A, times 1 − A. What do the A over and "
        "under the bar do to each other? Keep the minus in front.",
        "For line 3 multiply out both terms. A product of A and Y stands in each, once with a "
        "plus and once with a minus.",
        "A similar problem, solved. p/q · q(2 − q) − (1 − p)/(2 − q) · q(2 − q): the terms are "
        "`p * (2 - q)` and `-(1 - p) * q`; multiplied out, 2p − pq − q + pq, so `2 * p - q`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _with(A: Any, Y: Any, **changed: Any) -> Any:
    right = dict(zip(("left", "right", "dZ"), cancel(A, Y), strict=True))
    return tuple((right | changed)[name] for name in right)


@exercise.mistake(
    "The minus in front of the left term got lost. Only it has one: the other is minus a minus."
)
def minus_lost(A: Any, Y: Any) -> Any:
    return _with(A, Y, left=Y * (1 - A))


@exercise.mistake(
    "The right term has a minus. In front of the bracket and inside it, two make plus."
)
def minus_twice(A: Any, Y: Any) -> Any:
    return _with(A, Y, right=-(1 - Y) * A)


@exercise.mistake("The whole sum has the other sign: it should be positive where A is too large.")
def turned(A: Any, Y: Any) -> Any:
    return _with(A, Y, dZ=Y - A)


@exercise.mistake(
    "All signs are turned. Begin with the minus in front of the bracket and keep it all the way."
)
def all_turned(A: Any, Y: Any) -> Any:
    return tuple(-part for part in cancel(A, Y))


@exercise.mistake("In the left term it is the A that cancels; 1 − A stays.")
def other_factor_canceled(A: Any, Y: Any) -> Any:
    return _with(A, Y, left=-Y * A)


@exercise.mistake("In the right term it is the 1 − A that cancels; A stays.")
def other_factor_canceled_right(A: Any, Y: Any) -> Any:
    return _with(A, Y, right=(1 - Y) * (1 - A))


@exercise.mistake("In both terms the wrong factor stayed: what stands under the bar cancels.")
def both_factors_exchanged(A: Any, Y: Any) -> Any:
    return _with(A, Y, left=-Y * A, right=(1 - Y) * (1 - A))


@exercise.mistake("Left and right are in places of each other; the left one begins with Y.")
def exchanged(A: Any, Y: Any) -> Any:
    left, right, dZ = cancel(A, Y)
    return right, left, dZ


@exercise.mistake("The slope A(1 − A) is not in these terms: they are those of dA alone.")
def terms_of_dA(A: Any, Y: Any) -> Any:
    with np.errstate(all="ignore"):
        return -Y / A, (1 - Y) / (1 - A), -Y / A + (1 - Y) / (1 - A)


@exercise.mistake("This dZ is one term alone. Line 3 is the sum of both.")
def left_alone(A: Any, Y: Any) -> Any:
    return _with(A, Y, dZ=-Y * (1 - A))


@exercise.mistake("dZ was divided by m. It keeps a number for each example, and no 1/m.")
def averaged(A: Any, Y: Any) -> Any:
    return _with(A, Y, dZ=(A - Y) / A.shape[1])


_FRACTION_LEFT = (
    "Right in between, but for a prediction of 0 or 1 it divides by zero: a fraction bar is left. "
    "Cancel before you write it in code."
)


@exercise.mistake(_FRACTION_LEFT)
def still_divided(A: Any, Y: Any) -> Any:
    with np.errstate(all="ignore"):
        left, right = -Y / A * A * (1 - A), (1 - Y) / (1 - A) * A * (1 - A)
    return left, right, left + right


@exercise.mistake(_FRACTION_LEFT)
def terms_still_divided(A: Any, Y: Any) -> Any:
    with np.errstate(all="ignore"):
        left, right = -Y / A * A * (1 - A), (1 - Y) / (1 - A) * A * (1 - A)
    return _with(A, Y, left=left, right=right)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("the name AL is not defined.")
def prediction_by_its_other_name(A: Any, Y: Any) -> Any:
    left = -Y * (1 - AL)
    return left, (1 - Y) * A, A - Y


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def multiplied_out(A: Any, Y: Any) -> Any:
    return -Y + Y * A, A - A * Y, A - Y


@exercise.correct_variant
def summed(A: Any, Y: Any) -> Any:
    left = -(Y * (1 - A))
    right = A * (1 - Y)
    return left, right, left + right


@exercise.correct_variant
def other_way_round(A: Any, Y: Any) -> Any:
    return (A - 1) * Y, A * (1 - Y), -(Y - A)


@exercise.correct_variant
def by_numpys_functions(A: Any, Y: Any) -> Any:
    left = np.multiply(-Y, np.subtract(1, A))
    return left, np.multiply(np.subtract(1, Y), A), np.subtract(A, Y)


@exercise.correct_variant
def by_cases(A: Any, Y: Any) -> Any:
    return np.where(Y == 1, A - 1, 0.0), np.where(Y == 1, 0.0, A), np.where(Y == 1, A - 1, A)


@exercise.correct_variant
def in_a_list(A: Any, Y: Any) -> Any:
    return [Y * A - Y, A - Y * A, A - Y]


@exercise.correct_variant
def with_names_for_parts(A: Any, Y: Any) -> Any:
    both = A * Y
    return both - Y, A - both, A - Y


@exercise.correct_variant
def example_by_example(A: Any, Y: Any) -> Any:
    left, right, dZ = (np.zeros(A.shape) for _ in range(3))
    for i in range(A.shape[1]):
        left[0, i] = -Y[0, i] * (1 - A[0, i])
        right[0, i] = (1 - Y[0, i]) * A[0, i]
        dZ[0, i] = left[0, i] + right[0, i]
    return left, right, dZ
