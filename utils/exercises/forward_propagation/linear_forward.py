"""Z = W A_prev + b with its cache; among the cases, sizes that agree by chance."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.forward_propagation.common import Rng, layer_arrays
from utils.reference import forward_propagation as reference
from utils.reference.forward_propagation import relu as max0
from utils.reference.forward_propagation import sigmoid


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
        Case(
            plain,
            "arrays that are not contiguous in memory",
            layout="strided",
            earns="edge cases",
        ),
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
    rubric={
        "shape": 2.5,
        "values": 7.5,
        "cache": 1.5,
        "edge cases": 2,
        "inputs left alone": 1.5,
    },
    reference=reference.linear_forward,
    returns=("", "Z", ("cache", "A_prev", "W", "b")),
    cases=_cases,
    fresh=("Z",),
    properties={"bias_by_row": "edge cases", "examples_in_columns": "edge cases"},
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


@exercise.mistake("This is the product alone: one of the three arguments has had no say yet.")
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


@exercise.mistake("b was added before the product. Look where it stands in the formula.")
def bias_inside(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ (A_prev + b), A_prev, W, b)


@exercise.mistake("Only the sum of b was added; each unit has a bias of its own.")
def bias_summed(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ A_prev + np.sum(b), A_prev, W, b)


@exercise.mistake("b was added with each product, so it counts once for each input.")
def bias_in_every_term(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ A_prev + W.shape[1] * b, A_prev, W, b)


@exercise.mistake("The bias is a factor here. It should be added.")
def bias_multiplied(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ A_prev * b, A_prev, W, b)


@exercise.mistake(
    "Z lies on its side, an example a row. In this course an example is a column, in Z as in A."
)
def on_its_side(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(A_prev.T @ W.T + b.T, A_prev, W, b)


@exercise.mistake("The examples were added up. Z has a column for each of them.")
def summed_over_examples(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(np.sum(W @ A_prev, axis=1, keepdims=True) + b, A_prev, W, b)


@exercise.mistake("The product was divided by m. Examples do not share anything in this step.")
def averaged(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ A_prev / A_prev.shape[1] + b, A_prev, W, b)


@exercise.mistake(
    "Only the first example went through the layer: every column of Z is the same one."
)
def first_example_only(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ A_prev[:, :1] + b + 0 * (W @ A_prev), A_prev, W, b)


@exercise.mistake(
    "The numbers are right, flattened: Z keeps both axes, also where one of them is 1."
)
def squeezed(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(np.squeeze(W @ A_prev + b), A_prev, W, b)


@exercise.mistake(
    "b is used up as a running total. It is an argument: it stays as it was, "
    "and each column starts from it anew."
)
def total_kept_in_b(A_prev: Any, W: Any, b: Any) -> Any:
    Z = np.zeros((W.shape[0], A_prev.shape[1]), W.dtype)
    for i in range(A_prev.shape[1]):
        b += W @ A_prev[:, [i]]
        Z[:, [i]] = b
    return _linear(Z, A_prev, W, b)


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


@exercise.mistake("Z is right. The cache lacks one of the three things that came in.")
def cache_without_b(A_prev: Any, W: Any, b: Any) -> Any:
    return W @ A_prev + b, (A_prev, W)


@exercise.mistake("Z is right. What came back as the cache is Z once more.")
def cache_is_Z(A_prev: Any, W: Any, b: Any) -> Any:
    Z = W @ A_prev + b
    return Z, Z


@exercise.mistake(
    "Z is right. Four things came back: the last three belong together, in one cache."
)
def cache_unpacked(A_prev: Any, W: Any, b: Any) -> Any:
    return W @ A_prev + b, A_prev, W, b


@exercise.mistake("Z came back alone: the cache has to be returned with it.")
def no_cache(A_prev: Any, W: Any, b: Any) -> Any:
    return W @ A_prev + b


@exercise.mistake("Cache and Z are returned the wrong way round.")
def cache_first(A_prev: Any, W: Any, b: Any) -> Any:
    return (A_prev, W, b), W @ A_prev + b


@exercise.mistake("An activation was applied. This step is linear: Z, not A.")
def activated(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(max0(W @ A_prev + b), A_prev, W, b)


@exercise.mistake("An activation was applied. This step is linear: Z, not A.")
def activated_by_sigmoid(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(sigmoid(W @ A_prev + b), A_prev, W, b)


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("cache_order", "bias_forgotten")
def no_bias_and_cache_order(A_prev: Any, W: Any, b: Any) -> Any:
    return W @ A_prev, (W, A_prev, b)


@exercise.combined_mistake("bias_subtracted", "activated")
def subtracted_and_activated(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(max0(W @ A_prev - b), A_prev, W, b)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("A_prev (3, 5) @ W (2, 3) does not fit.")
def dot_the_wrong_way(A_prev: Any, W: Any, b: Any) -> Any:
    Z = np.dot(A_prev, W) + b
    return Z, (A_prev, W, b)


@exercise.raising_mistake("the name A is not defined.")
def argument_misnamed(A_prev: Any, W: Any, b: Any) -> Any:
    Z = W @ A + b
    return Z, (A_prev, W, b)


@exercise.raising_mistake("Z is used before it has a value.")
def added_to_nothing(A_prev: Any, W: Any, b: Any) -> Any:
    Z += W @ A_prev + b
    return Z, (A_prev, W, b)


@exercise.raising_mistake("W.T is an array, not a function, so it cannot be called.")
def transpose_called(A_prev: Any, W: Any, b: Any) -> Any:
    Z = (A_prev.T @ W.T()).T + b
    return Z, (A_prev, W, b)


@exercise.raising_mistake("np.dot is a function, and it was not called.")
def dot_as_a_sign(A_prev: Any, W: Any, b: Any) -> Any:
    Z = W @ A_prev + np.dot
    return Z, (A_prev, W, b)


@exercise.raising_mistake("the name cache is not defined.")
def cache_never_made(A_prev: Any, W: Any, b: Any) -> Any:
    Z = W @ A_prev + b
    return Z, cache


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_einsum(A_prev: Any, W: Any, b: Any) -> Any:
    return np.einsum("ij,jk->ik", W, A_prev) + b, [A_prev, W, b]


@exercise.correct_variant
def in_a_loop(A_prev: Any, W: Any, b: Any) -> Any:
    Z = np.zeros((W.shape[0], A_prev.shape[1]), W.dtype)
    for i in range(A_prev.shape[1]):
        Z[:, i] = np.dot(W, A_prev[:, i]) + b[:, 0]
    return Z, (A_prev.copy(), W.copy(), b.copy())


@exercise.correct_variant
def as_printed(A_prev: Any, W: Any, b: Any) -> Any:
    Z = W @ A_prev + b
    cache = (A_prev, W, b)
    return Z, cache


@exercise.correct_variant
def with_dot(A_prev: Any, W: Any, b: Any) -> Any:
    Z = W.dot(A_prev)
    Z += b
    return Z, (A_prev, W, b)


@exercise.correct_variant
def transposed_and_back(A_prev: Any, W: Any, b: Any) -> Any:
    return (A_prev.T @ W.T + b.T).T, (A_prev, W, b)


@exercise.correct_variant
def unit_by_unit(A_prev: Any, W: Any, b: Any) -> Any:
    rows = [w @ A_prev + bias for w, bias in zip(W, b, strict=True)]
    return np.array(rows), tuple(array for array in (A_prev, W, b))


@exercise.correct_variant
def number_by_number(A_prev: Any, W: Any, b: Any) -> Any:
    Z = np.zeros((W.shape[0], A_prev.shape[1]))
    for j in range(Z.shape[0]):
        for i in range(Z.shape[1]):
            Z[j, i] = sum(W[j, k] * A_prev[k, i] for k in range(W.shape[1])) + b[j, 0]
    return Z, (A_prev, W, b)


@exercise.correct_variant
def bias_as_a_weight(A_prev: Any, W: Any, b: Any) -> Any:
    ones = np.ones((1, A_prev.shape[1]))
    return np.hstack([W, b]) @ np.vstack([A_prev, ones]), (A_prev, W, b)


@exercise.correct_variant
def with_outer_products(A_prev: Any, W: Any, b: Any) -> Any:
    products = [np.outer(W[:, k], A_prev[k]) for k in range(W.shape[1])]
    return np.add(sum(products), np.tile(b, (1, A_prev.shape[1]))), (A_prev, W, b)


@exercise.correct_variant
def with_matmul_into_a_new_array(A_prev: Any, W: Any, b: Any) -> Any:
    Z = np.empty((len(W), A_prev.shape[1]), A_prev.dtype)
    np.matmul(W, A_prev, out=Z)
    np.add(Z, b, out=Z)
    return Z, (A_prev, W, b)
