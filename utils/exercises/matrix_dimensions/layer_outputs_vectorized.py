"""A layer without a loop over examples; cases judge the values, a property the time."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.matrix_dimensions.common import Rng
from utils.reference import matrix_dimensions as reference


def _cases(rng: Rng) -> list[Case]:
    def case(n0: int, n1: int, m: int, note: str = "", layout: str = "plain") -> Case:
        X, W = rng.normal(0, 1, (n0, m)), rng.normal(0, 0.5, (n1, n0))
        b = rng.choice([-1.0, 1.0], (n1, 1)) * rng.uniform(0.2, 1, (n1, 1))
        return Case({"X": X, "W": W, "b": b}, note, layout)

    readable = {
        "X": rng.integers(-9, 10, (3, 4)) / 10,
        "W": rng.integers(1, 20, (2, 3)) / 10,
        "b": np.array([[0.5], [-0.3]]),
    }
    small = {name: array.astype(np.float32) for name, array in case(3, 5, 7).args.items()}
    return [
        Case(readable),
        case(5, 3, 1, "a single example (m = 1)"),
        case(5, 1, 2, "a single unit"),
        case(1, 3, 2, "a single input"),
        case(3, 3, 3, "all sizes equal"),
        case(5, 3, 3, "as many examples as units"),
        Case(small, "float32 arrays"),
        case(3, 5, 7, "arrays that are not contiguous in memory", "strided"),
        replace(
            case(3, 5, 7, "arrays that must not be written to", "readonly"),
            earns="inputs left alone",
        ),
    ]


exercise = Exercise(
    name="layer_outputs_vectorized",
    assignment="03_matrix_dimensions",
    # The loop is given on the page, so values alone are worth little.
    rubric={"without a loop": 10.5, "values": 2, "shape": 1.5, "inputs left alone": 1},
    reference=reference.layer_outputs_vectorized,
    returns="A",
    cases=_cases,
    fresh=("A",),
    properties={"no_loop_over_examples": "without a loop"},
    hints=(
        "The innermost loop multiplies and adds up over k. The sign @ does this for every pair "
        "of a row and a column at once.",
        "b[j, 0] depends on the unit alone. A column (n[1], 1), added to (n[1], m), is added to "
        "every column. np.tanh takes whole arrays.",
        "A similar problem, solved. The loop `for i: for k: T[0, i] += p[0, k] * Q[k, i]` is "
        "`T = p @ Q`: the index that is added up, k, stands inside.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


# A loop over the examples gives right values, so the property names it, and no mistake does:
# results alone could not tell it from right work that, say, came out as float32.


@exercise.mistake("These are the sums before tanh: the activation is missing.")
def no_activation(X: Any, W: Any, b: Any) -> Any:
    return W @ X + b


@exercise.mistake("The bias is missing.")
def no_bias(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X)


@exercise.mistake("The bias was added after tanh. In the loop it comes before.")
def bias_after(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X) + b


@exercise.mistake("`*` multiplies entry by entry. Where is the sum over k?")
def entry_by_entry(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W * X + b)


@exercise.mistake("`W` was turned on its side: it has a row a unit already.")
def W_on_its_side(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W.T @ X + b)


@exercise.mistake("The factors are in the wrong order: inner sizes must agree.")
def factors_swapped(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(X @ W + b)


@exercise.mistake("X was turned on its side: its examples are columns already.")
def X_on_its_side(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X.T + b)


@exercise.mistake(
    "b was flattened, or turned on its side: it is then added along rows. It should stay a column."
)
def b_flat(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X + b.ravel())


@exercise.mistake("All values are there, with examples in rows. Make them columns.")
def rows_for_columns(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(X.T @ W.T + b.T)


@exercise.mistake(
    "The shape is right and the entries are scrambled: reshape only deals them out again, "
    "row by row."
)
def reshaped(X: Any, W: Any, b: Any) -> Any:
    return np.tanh((X.T @ W.T + b.T).reshape(W.shape[0], X.shape[1]))


@exercise.mistake(
    "The shape is right, but the entries of X were dealt out again by reshape on the way."
)
def X_reshaped(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X.T.reshape(X.shape) + b)


@exercise.mistake("Only the first example went through.")
def first_example(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X[:, :1] + b)


@exercise.mistake("This is the sigmoid of the sums; the loop uses tanh.")
def sigmoid_for_tanh(X: Any, W: Any, b: Any) -> Any:
    return (1 + np.tanh((W @ X + b) / 2)) / 2


@exercise.mistake("The bias was taken away. In the loop it is where z begins.")
def bias_subtracted(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X - b)


@exercise.mistake("Each input got the bias before the product. In the loop each sum has it once.")
def bias_inside(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X + b * np.sum(W, axis=1, keepdims=True))


@exercise.mistake("All biases were added up; each unit has one of its own.")
def biases_added_up(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X + np.sum(b))


@exercise.mistake("Every unit got the bias of the first one.")
def first_bias_for_all(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X + b[0, 0])


@exercise.mistake("This is relu of the sums; the loop uses tanh.")
def relu_for_tanh(X: Any, W: Any, b: Any) -> Any:
    return np.maximum(W @ X + b, 0)


@exercise.mistake("tanh was applied twice: look at what comes out of it, and goes in again.")
def tanh_twice(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(np.tanh(W @ X + b))


@exercise.mistake("This is the tangent, np.tan. The loop uses np.tanh, which stays within ±1.")
def tan_for_tanh(X: Any, W: Any, b: Any) -> Any:
    return np.tan(W @ X + b)


@exercise.mistake("tanh was applied to X, before the product. In the loop z is complete by then.")
def tanh_of_the_inputs(X: Any, W: Any, b: Any) -> Any:
    return W @ np.tanh(X) + b


@exercise.mistake("One index too many was added up: each unit has only one number left.")
def examples_added_up(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(np.sum(W @ X, axis=1, keepdims=True) + b)


@exercise.mistake("One index too many was added up: each example has only one number left.")
def units_added_up(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(np.sum(W @ X + b, axis=0, keepdims=True))


@exercise.mistake("The sums were divided by the number of inputs. The loop only adds up.")
def mean_for_sum(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X / X.shape[0] + b)


@exercise.mistake("The sums were divided by the number of examples. The loop only adds up.")
def divided_by_m(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X / X.shape[1] + b)


@exercise.mistake("The values are right, in a list of lists. Asked is an array.")
def as_a_list(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X + b).tolist()


@exercise.mistake("A came back together with Z. Asked is A alone.")
def with_Z(X: Any, W: Any, b: Any) -> Any:
    Z = W @ X + b
    return np.tanh(Z), Z


@exercise.mistake("The result was rounded; give it with all its digits.")
def rounded(X: Any, W: Any, b: Any) -> Any:
    return np.round(np.tanh(W @ X + b), 4)


@exercise.mistake("float32 came in the middle: what comes in with more digits loses them.")
def through_float32(X: Any, W: Any, b: Any) -> Any:
    return np.tanh((W @ X + b).astype(np.float32)).astype(np.result_type(X, W, b))


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("no_activation", "no_bias")
def neither_bias_nor_tanh(X: Any, W: Any, b: Any) -> Any:
    return W @ X


@exercise.combined_mistake("sigmoid_for_tanh", "no_bias")
def sigmoid_without_bias(X: Any, W: Any, b: Any) -> Any:
    return 1 / (1 + np.exp(-(W @ X)))


@exercise.combined_mistake("rows_for_columns", "no_bias")
def rows_without_bias(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(X.T @ W.T)


@exercise.combined_mistake("relu_for_tanh", "bias_subtracted")
def relu_of_a_difference(X: Any, W: Any, b: Any) -> Any:
    return np.maximum(W @ X - b, 0)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("X (3, 4) @ W (2, 3) does not fit.")
def dot_the_wrong_way(X: Any, W: Any, b: Any) -> Any:
    A = np.tanh(np.dot(X, W) + b)
    return A


@exercise.raising_mistake("W (2, 3) * X (3, 4) does not fit.")
def star_for_product(X: Any, W: Any, b: Any) -> Any:
    A = np.tanh(W * X + b)
    return A


@exercise.raising_mistake("the name tanh is not defined. Did you mean np.tanh?")
def tanh_without_np(X: Any, W: Any, b: Any) -> Any:
    A = tanh(W @ X + b)
    return A


@exercise.raising_mistake("math.tanh takes a single number, and got an array.")
def tanh_of_math(X: Any, W: Any, b: Any) -> Any:
    A = math.tanh(W @ X + b)
    return A


@exercise.raising_mistake("W @ X (2, 4) + b.T (1, 2) does not fit.")
def bias_turned(X: Any, W: Any, b: Any) -> Any:
    A = np.tanh(W @ X + b.T)
    return A


@exercise.raising_mistake("W.T is an array, not a function")
def T_called(X: Any, W: Any, b: Any) -> Any:
    A = np.tanh(X.T @ W.T() + b)
    return A


@exercise.raising_mistake("the result of W @ X has another shape than W")
def written_into_W(X: Any, W: Any, b: Any) -> Any:
    W @= X
    return np.tanh(W + b)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_einsum(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(np.einsum("jk,ki->ji", W, X) + b)


@exercise.correct_variant
def in_rows_and_back(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(X.T @ W.T + b.T).T


@exercise.correct_variant
def unit_by_unit(X: Any, W: Any, b: Any) -> Any:  # the loop over the units may stay: they are few
    return np.tanh(np.vstack([(w[:, None] * X).sum(axis=0) + c for w, c in zip(W, b, strict=True)]))


@exercise.correct_variant
def with_dot(X: Any, W: Any, b: Any) -> Any:
    Z = np.dot(W, X) + b
    return np.tanh(Z)


@exercise.correct_variant
def in_place_on_its_own(X: Any, W: Any, b: Any) -> Any:
    A = np.matmul(W, X)
    A += b
    np.tanh(A, out=A)
    return A


@exercise.correct_variant
def by_exponentials(X: Any, W: Any, b: Any) -> Any:
    Z = W @ X + b
    return (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z))


@exercise.correct_variant
def by_the_sigmoid(X: Any, W: Any, b: Any) -> Any:
    return 2 / (1 + np.exp(-2 * (W @ X + b))) - 1


@exercise.correct_variant
def bias_as_a_weight(X: Any, W: Any, b: Any) -> Any:
    ones = np.ones((1, X.shape[1]))
    return np.tanh(np.hstack([W, b]) @ np.vstack([X, ones]))


@exercise.correct_variant
def with_three_axes(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(np.sum(W[:, :, np.newaxis] * X[np.newaxis, :, :], axis=1) + b)


@exercise.correct_variant
def input_by_input(X: Any, W: Any, b: Any) -> Any:  # a loop over k, of which there are few
    Z = np.repeat(b, X.shape[1], axis=1)
    for k in range(X.shape[0]):
        Z += np.outer(W[:, k], X[k])
    return np.tanh(Z)


@exercise.correct_variant
def into_a_table(X: Any, W: Any, b: Any) -> Any:
    A = np.zeros((W.shape[0], X.shape[1]))
    for j in range(W.shape[0]):
        A[j, :] = np.tanh(np.dot(W[j, :], X) + b[j, 0])
    return A


@exercise.correct_variant
def with_tensordot(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(np.add(np.tensordot(W, X, axes=(1, 0)), b.reshape(-1, 1)))


@exercise.correct_variant
def with_inner(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(np.inner(W, X.T) + np.tile(b, (1, X.shape[1])))


@exercise.correct_variant
def with_more_digits(X: Any, W: Any, b: Any) -> Any:
    X, W, b = (array.astype(np.float64) for array in (X, W, b))
    return np.tanh(W @ X + b)
