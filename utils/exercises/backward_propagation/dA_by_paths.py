"""The gradient that goes to the layer before, as a sum over paths."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.backward_propagation.common import Rng, normal, rounded
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference


def _cases(rng: Rng) -> list[Case]:
    def case(
        n: int, n_prev: int, m: int, note: str = "", layout: str = "plain", earns: str = "values"
    ) -> Case:
        draw = normal if note else rounded
        return Case({"dZ": draw(rng, n, m), "W": draw(rng, n, n_prev)}, note, layout, earns=earns)

    return [
        case(2, 3, 4),
        case(4, 2, 1, "a single example (m = 1)", earns="edge cases"),
        case(1, 3, 2, "a single unit", earns="edge cases"),
        case(3, 3, 3, "all sizes equal"),
        case(5, 3, 7, "arrays that are not contiguous in memory", "strided"),
        case(3, 4, 2, "arrays that must not be written to", "readonly", "inputs left alone"),
    ]


exercise = Exercise(
    name="dA_by_paths",
    assignment="02_backward_propagation",
    rubric={"shape": 0.5, "values": 3, "edge cases": 1, "inputs left alone": 0.5},
    reference=reference.dA_by_paths,
    returns="dA_prev",
    cases=_cases,
    fresh=("dA_prev",),
    hints=(
        "In the picture, what stands on the arrow from A_ki to a unit, and what on the arrow from "
        "there to the loss? A path is the product of the two.",
        "The entry belongs to input k of example i, and both stay as they are. What runs is the "
        "unit j: one more loop, inside the two.",
        "A similar problem, solved. Basket s holds q[s, t] pieces of fruit t, and on day d it is "
        "bought c[s, d] times. The pieces of fruit t sold on day d: `for s in range(baskets): "
        "total[t, d] += q[s, t] * c[s, d]`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake(
    "Each entry holds only one of its paths. They add up: is it `=` where `+=` is needed?"
)
def last_path_only(dZ: Any, W: Any) -> Any:
    return np.outer(W[-1], dZ[-1])


@exercise.mistake(
    "Each entry holds only its first path. Does the loop over the units run to the end?"
)
def first_path_only(dZ: Any, W: Any) -> Any:
    return np.outer(W[0], dZ[0])


@exercise.mistake("The last unit's path is missing. How far does the loop over the units run?")
def one_path_short(dZ: Any, W: Any) -> Any:
    return W[:-1].T @ dZ[:-1]


@exercise.mistake("The first unit's path is missing. Units are counted from 0 here.")
def from_unit_one(dZ: Any, W: Any) -> Any:
    return W[1:].T @ dZ[1:]


@exercise.mistake("These are the weights, added up. Each belongs multiplied by its dZ.")
def weights_alone(dZ: Any, W: Any) -> Any:
    return np.sum(W, axis=0)[:, None] * np.ones((1, dZ.shape[1]))


@exercise.mistake(
    "These are the dZ, added up. The path to each unit has a factor: the weight that A_ki meets "
    "there."
)
def reactions_alone(dZ: Any, W: Any) -> Any:
    return np.ones((W.shape[1], 1)) * np.sum(dZ, axis=0)


@exercise.mistake("Along a path reactions multiply. Here the weight and the dZ are added.")
def added_along_a_path(dZ: Any, W: Any) -> Any:
    return np.sum(W[:, :, None] + dZ[:, None, :], axis=0)


@exercise.mistake("It was divided by m. An entry of A_prev belongs to one example: no mean here.")
def averaged(dZ: Any, W: Any) -> Any:
    return W.T @ dZ / dZ.shape[1]


@exercise.mistake("It was divided by the number of units. Paths add up; they are not averaged.")
def averaged_over_units(dZ: Any, W: Any) -> Any:
    return W.T @ dZ / W.shape[0]


@exercise.mistake("dA_prev lies on its side: a row for each input, a column for each example.")
def transposed(dZ: Any, W: Any) -> Any:
    return dZ.T @ W


@exercise.mistake(
    "The sum ran on through other examples. In dZ[j, i], i belongs to the entry and stays."
)
def all_examples(dZ: Any, W: Any) -> Any:
    return (W.T @ np.sum(dZ, axis=1, keepdims=True)) * np.ones((1, dZ.shape[1]))


@exercise.mistake("The sign is turned: a gradient says which way is uphill.")
def sign_turned(dZ: Any, W: Any) -> Any:
    return -(W.T @ dZ)


@exercise.mistake("Only zeros: nothing was added to the entries.")
def nothing_added(dZ: Any, W: Any) -> Any:
    return np.zeros((W.shape[1], dZ.shape[1]))


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("transposed", "averaged")
def turned_and_averaged(dZ: Any, W: Any) -> Any:
    return dZ.T @ W / dZ.shape[1]


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("the name j is not defined.")
def no_loop_over_units(dZ: Any, W: Any) -> Any:
    dA_prev = np.zeros((W.shape[1], dZ.shape[1]))
    for k in range(W.shape[1]):
        for i in range(dZ.shape[1]):
            dA_prev[k, i] += W[j, k] * dZ[j, i]
    return dA_prev


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def a_sum_for_each_entry(dZ: Any, W: Any) -> Any:
    dA_prev = np.zeros((W.shape[1], dZ.shape[1]))
    for k in range(W.shape[1]):
        for i in range(dZ.shape[1]):
            dA_prev[k, i] = np.sum(W[:, k] * dZ[:, i])
    return dA_prev


@exercise.correct_variant
def with_pythons_sum(dZ: Any, W: Any) -> Any:
    dA_prev = np.zeros((W.shape[1], dZ.shape[1]))
    for k in range(W.shape[1]):
        for i in range(dZ.shape[1]):
            dA_prev[k, i] = sum(W[j, k] * dZ[j, i] for j in range(len(W)))
    return dA_prev


@exercise.correct_variant
def with_a_total(dZ: Any, W: Any) -> Any:
    dA_prev = np.zeros((W.shape[1], dZ.shape[1]))
    for k in range(W.shape[1]):
        for i in range(dZ.shape[1]):
            total = 0
            for j in range(dZ.shape[0]):
                total = total + dZ[j, i] * W[j, k]
            dA_prev[k, i] = total
    return dA_prev


@exercise.correct_variant
def unit_by_unit(dZ: Any, W: Any) -> Any:
    dA_prev = np.zeros((W.shape[1], dZ.shape[1]))
    for w, dz in zip(W, dZ, strict=True):
        dA_prev += np.outer(w, dz)
    return dA_prev


@exercise.correct_variant
def by_small_products(dZ: Any, W: Any) -> Any:
    return np.array([[W[:, k] @ dZ[:, i] for i in range(dZ.shape[1])] for k in range(W.shape[1])])


@exercise.correct_variant
def by_the_product(dZ: Any, W: Any) -> Any:
    return W.T @ dZ


@exercise.correct_variant
def with_einsum(dZ: Any, W: Any) -> Any:
    return np.einsum("jk,ji->ki", W, dZ)


@exercise.correct_variant
def with_zip(dZ: Any, W: Any) -> Any:
    dA_prev = np.zeros((W.shape[1], dZ.shape[1]))
    for k in range(W.shape[1]):
        for i in range(dZ.shape[1]):
            for weight, reaction in zip(W[:, k], dZ[:, i], strict=True):
                dA_prev[k, i] += weight * reaction
    return dA_prev
