"""Which slips shapes catch; sizes that agree by chance in every way that changes an answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.matrix_dimensions.common import PRIMES, Rng, distinct
from utils.reference import matrix_dimensions as reference


def _cases(rng: Rng) -> list[Case]:
    def case(layer_dims: list[int], m: int, note: str) -> Case:
        return Case({"layer_dims": layer_dims, "m": m}, note)

    a, b, c, d, e, m = distinct(rng, 6, PRIMES[:8])
    return [
        case([a, b, c, d, e], m, "four layers, all sizes distinct"),
        case([a, b, c], m, "two layers, so that L = 2"),
        case([a, b, c, d], b, "as many examples as units in layer 1"),
        case([a, b, c, d], c, "as many examples as units in layer L − 1"),
        case([a, b, c, d], d, "as many examples as units in layer L"),
        case([a, b, c, d], a, "as many examples as inputs"),
        case([a, a, b, c], m, "layer 1 as large as the input"),
        case([a, b, c, c], m, "the last two layers equally large"),
        case([a, b, b, c], m, "layers 1 and 2 equally large"),
        case([a, b, c, b, c], m, "sizes that repeat"),
        case([a, b, c, d, c], m, "layer 4 as large as layer 2"),
        case([a, b, c, b, d], m, "layer 3 as large as layer 1"),
        case([a, b, 1, 1], m, "single units in the last two layers"),
        case([a, 1, b, c, b], m, "a single unit in layer 1"),
        case([a, b, b, b], m, "all layers equally large"),
        case([a, a, a, a], a, "all sizes equal, m too"),
        case([a, b, c], b, "L = 2, and as many examples as hidden units"),
        case([a, b, c, d], 1, "a single example (m = 1)"),
    ]


exercise = Exercise(
    name="shape_slips",
    assignment="03_matrix_dimensions",
    rubric={"values": 15},
    reference=reference.shape_slips,
    returns="caught",
    cases=_cases,
    builds_on=("backward_shapes", "forward_shapes", "parameter_shapes"),
    hints=(
        "For each line write the shapes under the right side. Which sizes must be equal so that "
        "it can be computed, and gives the shape of the left side? Else it is caught.",
        "In b, compare the shapes of dW and `W`. In d, what does g do to a shape? In e, two things "
        "must fit, the product and the ∗, and ∗ stretches a size of 1.",
        "A similar problem, solved. The slip A[2] = g(W[2] A[0]) + b[2]: the product needs "
        "n[1] = n[0], and gives n[2] rows as it should. So `caught = n[1] != n[0]`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _slips(layer_dims: Any, m: Any, **other: Any) -> Any:
    return reference.shape_slips(layer_dims, m) | other


@exercise.mistake("True and False are swapped: True says that shapes catch the slip.")
def swapped(layer_dims: Any, m: Any) -> Any:
    return {k: not v for k, v in reference.shape_slips(layer_dims, m).items()}


@exercise.mistake("Every slip is called caught. Two of the lines keep every shape as it was.")
def all_caught(layer_dims: Any, m: Any) -> Any:
    return dict.fromkeys("abcdefg", True)


@exercise.mistake("These are the answers for distinct sizes. For which sizes do they change?")
def distinct_sizes_only(layer_dims: Any, m: Any) -> Any:
    return dict.fromkeys("abcdefg", True) | {"b": False, "d": False}


@exercise.mistake(
    "In line b: dW[L] stands where another matrix should. Compare the shapes of the two."
)
def b_caught(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, b=True)


@exercise.mistake("In line d: does the choice of g change the shape of g′(Z)?")
def d_caught(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, d=True)


@exercise.mistake("Lines b and d: can a shape tell dW from `W`, or one g from another?")
def b_and_d_caught(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, b=True, d=True)


@exercise.mistake(
    "In line e one case is missing: `∗` stretches a size of 1, so NumPy does not complain there."
)
def stretching_forgotten(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, e=n[L] != n[2] or n[L - 1] != n[1])


@exercise.mistake(
    "In line e the size of L alone does not decide: in deeper networks, too, sizes may agree."
)
def e_by_L_alone(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, e=len(layer_dims) > 3)


@exercise.mistake("In line e the inner sizes of the product were not compared.")
def e_without_inner(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, e=n[L - 1] not in (n[1], 1))


@exercise.mistake("In line e only the product was looked at, not the `∗` after it.")
def e_without_star(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, e=n[L] != n[2])


@exercise.mistake(
    "In line e: where layer 1 has a single unit the line computes, but gives too many rows."
)
def e_stretched_too_far(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, e=n[L] != n[2] or not (n[L - 1] in (n[1], 1) or n[1] == 1))


@exercise.mistake("Lines c and f are called caught for every m. When is (n, m) a square?")
def m_ignored(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, c=True, f=True)


@exercise.mistake("Lines c and f are called unseen. A matrix product of (n, m) and (n, m)?")
def dot_for_star_unseen(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, c=False, f=False)


@exercise.mistake("In line c: the rows are those of layer L − 1, not of layer L.")
def c_of_layer_L(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, c=m != layer_dims[-1])


@exercise.mistake("Lines c and f got each other's answers: which layer is each about?")
def c_and_f_swapped(layer_dims: Any, m: Any) -> Any:
    right = reference.shape_slips(layer_dims, m)
    return right | {"c": right["f"], "f": right["c"]}


@exercise.mistake("Line g: dW[1] has a column for every input, so n[0] matters, not n[2].")
def g_with_n2(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, g=layer_dims[1] != layer_dims[2])


@exercise.mistake("Line a is right for all; line g is called caught for every size.")
def g_always(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, g=True)


@exercise.mistake(
    "m is compared in lines a or g. There the columns of both factors are summed away."
)
def m_in_a_and_g(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, a=n[L] != n[L - 1] and m != n[L - 1], g=n[1] != n[0] and m != n[0])


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def by_trying(layer_dims: Any, m: Any) -> Any:
    # Every line with arrays of zeros: what NumPy says is what shapes see.
    n, L = layer_dims, len(layer_dims) - 1
    W = {l: np.zeros((n[l], n[l - 1])) for l in range(1, L + 1)}
    A = {l: np.zeros((n[l], m)) for l in range(L + 1)}
    lines: dict[str, Any] = {
        "a": (lambda: A[L] @ A[L].T, W[L]),
        "b": (lambda: W[L].T @ A[L] * A[L - 1], A[L - 1]),
        "c": (lambda: W[L].T @ A[L] @ A[L - 1], A[L - 1]),
        "d": (lambda: W[L].T @ A[L] * A[L - 1], A[L - 1]),
        "e": (lambda: W[L].T @ A[2] * A[1], A[1]),
        "f": (lambda: W[2].T @ A[2] @ A[1], A[1]),
        "g": (lambda: A[1] @ A[1].T, W[1]),
    }
    caught = {}
    for name, (line, wanted) in lines.items():
        try:
            caught[name] = line().shape != wanted.shape
        except ValueError:
            caught[name] = True
    return caught
