"""The slopes of the softmax for one example, and A − Y; exact 0 and 1 show a division by a."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.ten_garments.common import Rng, labels, predictions
from utils.reference import ten_garments as reference
from utils.reference.ten_garments import softmax_backward as right


def _cases(rng: Rng) -> list[Case]:
    def case(
        a: Any, y: Any, note: str = "", layout: str = "plain", earns: str = "edge cases"
    ) -> Case:
        return Case({"a": a, "y": y}, note, layout, earns=earns)

    readable = rng.permutation([0.5, 0.3, 0.2]).reshape(3, 1)
    a, y = predictions(rng, 5, 1), labels(rng, 5, 1)
    sure = np.eye(4)[:, :1]
    return [
        case(readable, labels(rng, 3, 1), earns="dz"),
        case(predictions(rng, 10, 1), labels(rng, 10, 1), "ten classes", earns="dz"),
        case(predictions(rng, 2, 1), np.array([[0.0], [1.0]]), "two classes"),
        case(sure, sure, "probabilities of exactly 0 and 1, all of them right"),
        case(sure, sure[::-1].copy(), "the true class given exactly 0"),
        case(a, y, "arrays that are not contiguous in memory", "strided"),
        case(a, y, "arrays that must not be written to", "readonly", "inputs left alone"),
    ]


exercise = Exercise(
    name="softmax_backward",
    assignment="07_ten_garments",
    rubric={"shape": 2, "slopes": 7, "dz": 6, "edge cases": 3, "inputs left alone": 2},
    reference=reference.softmax_backward,
    returns=("", "slopes", "dz"),
    cases=_cases,
    fresh=("slopes", "dz"),
    hints=(
        "Begin with zeros of shape (n, n) and two loops, over k and j. Inside, one `if`: on the "
        "diagonal stands one formula, everywhere else the other. There are no other cases.",
        "For dz keep the true class c: only path c carries anything, with −1/a_c. Times the "
        "slope of a_c with respect to z_j, a_c cancels. Look at j = c, then at j ≠ c, and write "
        "both as one formula with y.",
        "A similar problem, solved. A table with p_k² on the diagonal and −p_k q_j elsewhere: in "
        "the loops `T[k, j] = p[k, 0] ** 2 if k == j else -p[k, 0] * q[j, 0]`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _with(a: Any, y: Any, **changed: Any) -> Any:
    parts = dict(zip(("slopes", "dz"), right(a, y), strict=True))
    return tuple((parts | changed)[name] for name in parts)


@exercise.mistake(
    "Only the diagonal of slopes is filled. A nudge of one z changes the other probabilities too: "
    "they share one sum."
)
def diagonal_only(a: Any, y: Any) -> Any:
    return _with(a, y, slopes=np.diag((a * (1 - a))[:, 0]))


@exercise.mistake("Off the diagonal the minus is missing: when one class gains, the others lose.")
def minus_lost(a: Any, y: Any) -> Any:
    slopes = a @ a.T
    np.fill_diagonal(slopes, a * (1 - a))
    return _with(a, y, slopes=slopes)


@exercise.mistake("The diagonal has a² with a minus. For k = j the slope is a (1 − a).")
def same_formula_everywhere(a: Any, y: Any) -> Any:
    return _with(a, y, slopes=-(a @ a.T))


@exercise.mistake("On the diagonal stands 1 − a; it should be multiplied by a.")
def diagonal_without_a(a: Any, y: Any) -> Any:
    slopes = -(a @ a.T)
    np.fill_diagonal(slopes, 1 - a)
    return _with(a, y, slopes=slopes)


@exercise.mistake(
    "On the diagonal 1 stands where the second term has a: each 1 of np.eye needs its a."
)
def ones_for_a(a: Any, y: Any) -> Any:
    return _with(a, y, slopes=np.eye(len(a)) - a @ a.T)


@exercise.mistake("On the diagonal stands a alone. For k = j there are two terms.")
def diagonal_of_a(a: Any, y: Any) -> Any:
    slopes = -(a @ a.T)
    np.fill_diagonal(slopes, a)
    return _with(a, y, slopes=slopes)


@exercise.mistake(
    "np.diag of a column is its first entry alone. np.diagflat makes a table, as np.eye times a "
    "does."
)
def diag_of_a_column(a: Any, y: Any) -> Any:
    return _with(a, y, slopes=np.diag(a) - a @ a.T)


@exercise.mistake("The product a_k a_j is added everywhere. It has a minus, also on the diagonal.")
def product_added(a: Any, y: Any) -> Any:
    return _with(a, y, slopes=np.diagflat(a) + a @ a.T)


@exercise.mistake(
    "Off the diagonal a_k meets itself, not a_j: which index runs along a row? A row of a is a.T."
)
def own_square_off_the_diagonal(a: Any, y: Any) -> Any:
    return _with(a, y, slopes=a * (np.eye(len(a)) - a))


@exercise.mistake(
    "a.T @ a is one number. A table of all products a_k a_j takes the column first, then the row."
)
def product_the_wrong_way_round(a: Any, y: Any) -> Any:
    return _with(a, y, slopes=np.diagflat(a) - a.T @ a)


@exercise.mistake("Off the diagonal stands a single −a. Two probabilities meet there: k and j.")
def one_factor(a: Any, y: Any) -> Any:
    slopes = np.repeat(-a, a.shape[0], axis=1)
    np.fill_diagonal(slopes, a * (1 - a))
    return _with(a, y, slopes=slopes)


@exercise.mistake("All slopes have the other sign: more of z_k gives more of a_k.")
def slopes_turned(a: Any, y: Any) -> Any:
    return _with(a, y, slopes=-right(a, y)[0])


@exercise.mistake("The slopes are a column, as for the sigmoid. Here each a reacts to every z.")
def slopes_of_the_sigmoid(a: Any, y: Any) -> Any:
    return _with(a, y, slopes=a * (1 - a))


@exercise.mistake("dz has the other sign: it should be positive where a is too large.")
def turned(a: Any, y: Any) -> Any:
    return _with(a, y, dz=y - a)


@exercise.mistake(
    "dz is filled for the true class only. The other classes were given something, too, and "
    "their z should go down."
)
def true_class_only(a: Any, y: Any) -> Any:
    return _with(a, y, dz=(a - y) * y)


@exercise.mistake("dz went through the slopes once more. The slopes are in it already.")
def through_the_slopes_again(a: Any, y: Any) -> Any:
    return _with(a, y, dz=right(a, y)[0] @ (a - y))


@exercise.mistake("dz is the prediction alone. Where does the label come in?")
def label_left_out(a: Any, y: Any) -> Any:
    return _with(a, y, dz=a.copy())


@exercise.mistake("A factor 2 came in, as for squared errors. Here the loss is another.")
def doubled(a: Any, y: Any) -> Any:
    return _with(a, y, dz=2 * (a - y))


@exercise.mistake("dz was divided by the number of classes. Nothing is averaged over them.")
def averaged(a: Any, y: Any) -> Any:
    return _with(a, y, dz=(a - y) / len(a))


@exercise.mistake("This is da, the way back before the slopes. dz comes after them.")
def da_for_dz(a: Any, y: Any) -> Any:
    with np.errstate(all="ignore"):
        return _with(a, y, dz=-y / a)


_AT_ZERO = (
    "Right where the true class was given more than 0. At exactly 0 it divides 0 by 0: cancel the "
    "a first, on paper."
)


@exercise.mistake(_AT_ZERO)
def still_divided(a: Any, y: Any) -> Any:
    with np.errstate(all="ignore"):
        return _with(a, y, dz=right(a, y)[0] @ (-y / a))


@exercise.mistake(_AT_ZERO)
def divided_by_a_c(a: Any, y: Any) -> Any:
    c = int(y.argmax())
    with np.errstate(all="ignore"):
        return _with(a, y, dz=right(a, y)[0][:, [c]] * (-1 / a[c, 0]))


@exercise.mistake("slopes and dz are returned the wrong way round.")
def swapped(a: Any, y: Any) -> Any:
    return right(a, y)[::-1]


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("minus_lost", "turned")
def minus_lost_and_turned(a: Any, y: Any) -> Any:
    return minus_lost(a, y)[0], y - a


@exercise.raising_mistake("the name n is not defined.")
def size_not_made(a: Any, y: Any) -> Any:
    slopes = np.zeros((n, n))
    return slopes, a - y


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_loops(a: Any, y: Any) -> Any:
    n = a.shape[0]
    slopes = np.zeros((n, n))
    for k in range(n):
        for j in range(n):
            if k == j:
                slopes[k, j] = a[k, 0] * (1 - a[k, 0])
            else:
                slopes[k, j] = -a[k, 0] * a[j, 0]
    return slopes, a - y


@exercise.correct_variant
def with_an_identity(a: Any, y: Any) -> Any:
    return a * (np.eye(len(a)) - a.T), a - y


@exercise.correct_variant
def with_fill_diagonal(a: Any, y: Any) -> Any:
    slopes = -np.outer(a, a)
    np.fill_diagonal(slopes, (a * (1 - a)).ravel())
    return slopes, np.subtract(a, y)


@exercise.correct_variant
def with_a_delta(a: Any, y: Any) -> Any:
    n = a.size
    slopes = [[a[k, 0] * ((k == j) - a[j, 0]) for j in range(n)] for k in range(n)]
    return np.array(slopes), a + (-1) * y


@exercise.correct_variant
def with_einsum(a: Any, y: Any) -> Any:
    v = a[:, 0]
    return np.diag(v) - np.einsum("k,j->kj", v, v), a - y


@exercise.correct_variant
def dz_by_class(a: Any, y: Any) -> Any:
    dz = a.copy()
    dz[y.argmax(), 0] -= 1
    return np.diagflat(a) - a * a.T, dz


@exercise.correct_variant
def dz_where(a: Any, y: Any) -> Any:
    slopes = np.where(np.eye(len(a)) == 1, a * (1 - a), -a * a.T)
    return slopes, np.where(y == 1, a - 1, a)


@exercise.correct_variant
def by_way_of_canceled_paths(a: Any, y: Any) -> Any:
    n = len(a)
    paths = -(np.eye(n) - a.T)  # the slopes without their factor a_k, which cancels
    return a * (np.eye(n) - a.T), paths.T @ y
