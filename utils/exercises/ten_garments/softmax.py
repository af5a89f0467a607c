"""The softmax of each column; its cases have entries at which exp overflows or vanishes."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.ten_garments.common import Rng, rounded
from utils.reference import ten_garments as reference


def _cases(rng: Rng) -> list[Case]:
    def case(Z: Any, note: str = "", layout: str = "plain", earns: str = "values") -> Case:
        return Case({"Z": Z}, note, layout, earns=earns)

    far = rounded(rng, 3, 4) + np.array([[1000.0, -1000.0, 0.0, 40.0]])
    wide = np.array([[1000.0, -1000.0], [0.0, 0.0], [-1000.0, 1000.0]])
    Z = rng.normal(0, 1, (5, 7))
    return [
        case(rounded(rng, 3, 2)),
        case(rounded(rng, 10, 4), "ten classes"),
        case(rounded(rng, 3, 3), "as many examples as classes"),
        case(rounded(rng, 4, 1), "a single example (m = 1)", earns="edge cases"),
        case(rounded(rng, 2, 5), "two classes", earns="edge cases"),
        case(far, "columns that are far from one another, up to ±1000", earns="no overflow"),
        case(wide, "entries of −1000 and 1000 in one column", earns="no overflow"),
        case(Z.astype(np.float32), "float32 entries", earns="edge cases"),
        case(Z, "an array that is not contiguous in memory", "strided", "edge cases"),
        case(Z, "an array that must not be written to", "readonly", "inputs left alone"),
    ]


exercise = Exercise(
    name="softmax",
    assignment="07_ten_garments",
    rubric={"shape": 2, "values": 8, "no overflow": 5, "edge cases": 3, "inputs left alone": 2},
    reference=reference.softmax,
    returns="A",
    cases=_cases,
    fresh=("A",),
    properties={"softmax_shifted": "no overflow"},
    hints=(
        "Three steps: shift each column so that its largest entry is 0, take exp of everything, "
        "divide each column by its own sum.",
        "Rows are classes, so what belongs to an example runs down its column: axis 0. With "
        "keepdims=True the maximum and the sum keep the shape (1, m), and broadcasting does the "
        "rest.",
        "A similar problem, solved. Make the entries of each row r of R shares of the row's "
        "sum, after the row's smallest has been taken off: `S = R - R.min(axis=1, "
        "keepdims=True)`, then `S / S.sum(axis=1, keepdims=True)`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _shares(E: Any) -> Any:
    return E / E.sum(axis=0, keepdims=True)


def _shifted(Z: Any) -> Any:
    return np.exp(Z - Z.max(axis=0, keepdims=True))


@exercise.mistake(
    "Right for small entries. For large ones exp overflows: shift each column first, so that its "
    "largest entry is 0."
)
def not_shifted(Z: Any) -> Any:
    with np.errstate(all="ignore"):
        return _shares(np.exp(Z))


@exercise.mistake(
    "The shift takes the largest entry of the whole array. A column far below it is then all "
    "zeros: each column needs its own."
)
def one_shift_for_all(Z: Any) -> Any:
    with np.errstate(all="ignore"):
        return _shares(np.exp(Z - Z.max()))


@exercise.mistake(
    "Each column is shifted by its mean. That is not enough: one entry can be far above the mean."
)
def shifted_by_the_mean(Z: Any) -> Any:
    with np.errstate(all="ignore"):
        return _shares(np.exp(Z - Z.mean(axis=0, keepdims=True)))


@exercise.mistake(
    "Each column is shifted by its smallest entry, so the others stay above 0 and can overflow."
)
def shifted_by_the_smallest(Z: Any) -> Any:
    with np.errstate(all="ignore"):
        return _shares(np.exp(Z - Z.min(axis=0, keepdims=True)))


@exercise.mistake("The largest entry was added. Take it away, so that the largest becomes 0.")
def shift_added(Z: Any) -> Any:
    with np.errstate(all="ignore"):
        return _shares(np.exp(Z + Z.max(axis=0, keepdims=True)))


@exercise.mistake(
    "Each row adds up to 1. It should be each column: an example's classes share its 1."
)
def over_the_examples(Z: Any) -> Any:
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


_ONE_SUM = "The whole array adds up to 1. Each column should: which axis is summed?"


@exercise.mistake(_ONE_SUM)
def over_everything(Z: Any) -> Any:
    with np.errstate(all="ignore"):
        E = np.exp(Z - Z.max())
        return E / E.sum()


@exercise.mistake(_ONE_SUM)
def one_sum_for_all(Z: Any) -> Any:
    E = _shifted(Z)
    return E / E.sum()


@exercise.mistake(
    "The sum runs along the rows, over the examples. Each column has a sum of its own: down axis 0."
)
def sum_over_the_examples(Z: Any) -> Any:
    with np.errstate(all="ignore"):
        E = _shifted(Z)
        return E / E.sum(axis=1, keepdims=True)


@exercise.mistake("Above the bar the entries are shifted, below it they are not: shift them once.")
def shifted_above_the_bar(Z: Any) -> Any:
    with np.errstate(all="ignore"):
        return _shifted(Z) / np.exp(Z).sum(axis=0, keepdims=True)


@exercise.mistake("These are the exponentials. Divide each column by its sum.")
def not_divided(Z: Any) -> Any:
    return _shifted(Z)


@exercise.mistake("Each column is divided by its mean, so it adds up to the number of classes.")
def divided_by_the_mean(Z: Any) -> Any:
    E = _shifted(Z)
    return E / E.mean(axis=0, keepdims=True)


@exercise.mistake("The entries are divided without exp. Take exp of each entry first.")
def no_exponential(Z: Any) -> Any:
    with np.errstate(all="ignore"):
        return _shares(Z)


@exercise.mistake("The exponent has the wrong sign: the largest entry got the smallest share.")
def wrong_sign(Z: Any) -> Any:
    return _shares(np.exp(Z.min(axis=0, keepdims=True) - Z))


@exercise.mistake("This is the sigmoid of each entry; its columns do not add up to 1.")
def sigmoid(Z: Any) -> Any:
    E = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1, E) / (1 + E)


@exercise.mistake("These are the logarithms of the probabilities.")
def logarithms(Z: Any) -> Any:
    S = Z - Z.max(axis=0, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=0, keepdims=True))


@exercise.mistake("Z itself was changed. Give the shifted array a name of its own.")
def shifted_in_place(Z: Any) -> Any:
    Z -= Z.max(axis=0, keepdims=True)
    return _shares(np.exp(Z))


@exercise.combined_mistake("over_the_examples", "not_shifted")
def over_the_examples_not_shifted(Z: Any) -> Any:
    with np.errstate(all="ignore"):
        E = np.exp(Z)
        return E / E.sum(axis=1, keepdims=True)


@exercise.raising_mistake("the name E is not defined.")
def sum_of_nothing(Z: Any) -> Any:
    return np.exp(Z) / np.sum(E)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_methods(Z: Any) -> Any:
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


@exercise.correct_variant
def with_scipy(Z: Any) -> Any:
    from scipy.special import softmax

    return softmax(Z, axis=0)


@exercise.correct_variant
def column_by_column(Z: Any) -> Any:
    A = np.zeros(Z.shape)
    for i in range(Z.shape[1]):
        e = np.exp(Z[:, i] - max(Z[:, i]))
        A[:, i] = e / sum(e)
    return A


@exercise.correct_variant
def transposed(Z: Any) -> Any:
    E = np.exp(Z.T - Z.T.max(axis=1, keepdims=True))
    return (E / E.sum(axis=1, keepdims=True)).T


@exercise.correct_variant
def by_way_of_logarithms(Z: Any) -> Any:
    from scipy.special import logsumexp

    return np.exp(Z - logsumexp(Z, axis=0, keepdims=True))


@exercise.correct_variant
def from_differences(Z: Any) -> Any:
    with np.errstate(over="ignore"):
        return 1 / np.exp(Z[np.newaxis] - Z[:, np.newaxis]).sum(axis=1).T.T


@exercise.correct_variant
def with_a_product_of_ones(Z: Any) -> Any:
    E = np.exp(Z - np.amax(Z, 0, keepdims=True))
    return E / (np.ones((1, Z.shape[0])) @ E)


@exercise.correct_variant
def in_a_copy(Z: Any) -> Any:
    A = np.array(Z)
    A -= A.max(axis=0)
    np.exp(A, out=A)
    A /= A.sum(axis=0)
    return A


@exercise.correct_variant
def stacked(Z: Any) -> Any:
    columns = [np.exp(z - z.max()) / np.exp(z - z.max()).sum() for z in Z.T]
    return np.stack(columns, axis=1)
