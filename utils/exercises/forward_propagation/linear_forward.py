"""Z = W A_prev + b with its cache; among the cases, sizes that agree by chance."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.forward_propagation.common import Rng, layer_arrays
from utils.reference import forward_propagation as reference
from utils.reference.forward_propagation import relu as max0


def _cases(rng: Rng) -> list[Case]:
    plain = layer_arrays(rng, 5, 3, 7)
    small = {name: array.astype(np.float32) for name, array in plain.items()}
    return [
        Case(layer_arrays(rng, 2, 3, 5, readable=True)),
        Case(layer_arrays(rng, 4, 3, 1), "a single example (m = 1)", earns="edge cases"),
        Case(layer_arrays(rng, 1, 3, 2), "a single unit", earns="edge cases"),
        Case(layer_arrays(rng, 3, 1, 2), "a single input", earns="edge cases"),
        Case(layer_arrays(rng, 3, 3, 3), "all sizes equal"),
        Case(layer_arrays(rng, 3, 5, 3), "as many examples as units"),
        Case(small, "float32 arrays", earns="edge cases"),
        Case(plain, "arrays that are not contiguous in memory", layout="strided"),
        Case(
            plain,
            "arrays that must not be written to",
            layout="readonly",
            earns="inputs left alone",
        ),
    ]


exercise = Exercise(
    name="linear_forward",
    assignment="01_forward_propagation",
    rubric={"shape": 3, "values": 7, "edge cases": 3, "inputs left alone": 2},
    reference=reference.linear_forward,
    returns=("", "Z", ("cache", "A_prev", "W", "b")),
    cases=_cases,
    fresh=("Z",),
    laws={"examples_in_columns": "values"},
    hints=(
        "Write the shapes under the formula: W is (n[l], n[l−1]), A_prev is (n[l−1], m). "
        "Which product gives (n[l], m)?",
        "`@` is the matrix product, `*` multiplies entry by entry. b is (n[l], 1), and NumPy "
        "adds its one column to every column of the product.",
        "A similar problem, solved. Prices P (1, 3) of three fruits, baskets Q (3, 5), and a "
        "delivery fee f (1, 1): `total = P @ Q + f` is (1, 5), a price a basket.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _linear(Z: Any, A_prev: Any, W: Any, b: Any) -> Any:
    return Z, (A_prev, W, b)


@exercise.mistake("This is what W @ A_prev gives without the bias.")
def bias_forgotten(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ A_prev, A_prev, W, b)


@exercise.mistake("The bias is subtracted; it should be added.")
def bias_subtracted(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ A_prev - b, A_prev, W, b)


@exercise.mistake("`*` multiplies entry by entry. The formula asks for a matrix product.")
def elementwise(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W * A_prev + b, A_prev, W, b)


@exercise.mistake(
    "W is transposed here. In this course `W[l]` already has a row for every unit of layer `l`."
)
def W_transposed(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W.T @ A_prev + b, A_prev, W, b)


@exercise.mistake("The factors stand in the wrong order: a matrix product is not symmetric.")
def order_swapped(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(A_prev @ W + b, A_prev, W, b)


@exercise.mistake(
    "b was laid on its side or flattened. It is a column already: as it is, it is added to "
    "every column."
)
def b_along_rows(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ A_prev + b.T, A_prev, W, b)


@exercise.mistake("b was added before the product. It belongs outside: first W A, then + b.")
def bias_inside(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ (A_prev + b), A_prev, W, b)


@exercise.mistake("Only the sum of b was added; each unit has a bias of its own.")
def bias_summed(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ A_prev + np.sum(b), A_prev, W, b)


@exercise.mistake("Z is right. The cache holds the right things in another order.")
def cache_order(A_prev: Any, W: Any, b: Any) -> Any:
    return W @ A_prev + b, (W, A_prev, b)


@exercise.mistake("Z is right. The cache ends with Z, where b should be.")
def cache_with_Z_for_b(A_prev: Any, W: Any, b: Any) -> Any:
    Z = W @ A_prev + b
    return Z, (A_prev, W, Z)


@exercise.mistake("Z is right. The cache of this step is only what came in: Z is not in it.")
def cache_with_Z(A_prev: Any, W: Any, b: Any) -> Any:
    Z = W @ A_prev + b
    return Z, (A_prev, W, b, Z)


@exercise.mistake("Z came back alone: the cache has to be returned with it.")
def no_cache(A_prev: Any, W: Any, b: Any) -> Any:
    return W @ A_prev + b


@exercise.mistake("Cache and Z are returned the wrong way round.")
def cache_first(A_prev: Any, W: Any, b: Any) -> Any:
    return (A_prev, W, b), W @ A_prev + b


@exercise.mistake("An activation was applied. This step is linear: Z, not A.")
def activated(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(max0(W @ A_prev + b), A_prev, W, b)


# --- two at once ---------------------------------------------------------------------------------


@exercise.compound("cache_order", "bias_forgotten")
def no_bias_and_cache_order(A_prev: Any, W: Any, b: Any) -> Any:
    return W @ A_prev, (W, A_prev, b)


@exercise.compound("bias_subtracted", "activated")
def subtracted_and_activated(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(max0(W @ A_prev - b), A_prev, W, b)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.slip("A_prev (3, 5) @ W (2, 3) does not fit.")
def dot_the_wrong_way(A_prev: Any, W: Any, b: Any) -> Any:
    Z = np.dot(A_prev, W) + b
    return Z, (A_prev, W, b)


@exercise.slip("the name A is not defined.")
def argument_misnamed(A_prev: Any, W: Any, b: Any) -> Any:
    Z = W @ A + b
    return Z, (A_prev, W, b)


@exercise.slip("Z is used before it has a value.")
def added_to_nothing(A_prev: Any, W: Any, b: Any) -> Any:
    Z += W @ A_prev + b
    return Z, (A_prev, W, b)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def with_einsum(A_prev: Any, W: Any, b: Any) -> Any:
    return np.einsum("ij,jk->ik", W, A_prev) + b, [A_prev, W, b]


@exercise.right_way
def in_a_loop(A_prev: Any, W: Any, b: Any) -> Any:
    Z = np.zeros((W.shape[0], A_prev.shape[1]), W.dtype)
    for i in range(A_prev.shape[1]):
        Z[:, i] = np.dot(W, A_prev[:, i]) + b[:, 0]
    return Z, (A_prev.copy(), W.copy(), b.copy())
