"""dA where Z was positive; no Z of a case is 0, where ReLU has no slope."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.backward_propagation.common import slope_cases
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.forward_propagation import relu
from utils.reference.forward_propagation import sigmoid as logistic

exercise = Exercise(
    name="relu_backward",
    assignment="02_backward_propagation",
    rubric={"shape": 1, "values": 2.5, "edge cases": 1, "inputs left alone": 0.5},
    reference=reference.relu_backward,
    returns="dZ",
    cases=slope_cases,
    fresh=("dZ",),
    properties={"proportional": "values", "reacts_as_nudged": "values"},
    params="relu",
    hints=(
        "ReLU's slope is 1 on one side and 0 on the other. What does a slope of 0 do to dA?",
        "A comparison of an array with a number gives True and False, and in a product these "
        "count as 1 and 0. Or look up np.where.",
        "A similar problem, solved. Back through a cap at 6, A = min(Z, 6): below 6 everything "
        "comes back, above nothing: `dZ = dA * (Z < 6)`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("dA was kept where dA is positive. What matters is where Z was.")
def mask_of_dA(dA: Any, Z: Any) -> Any:
    return dA * (dA > 0)


@exercise.mistake("dA must be positive here, too, to come back. A gradient may well be negative.")
def both_positive(dA: Any, Z: Any) -> Any:
    return dA * ((Z > 0) & (dA > 0))


@exercise.mistake("This is the slope alone, ones and zeros: what comes in from above is missing.")
def mask_alone(dA: Any, Z: Any) -> Any:
    return (Z > 0).astype(dA.dtype)


@exercise.mistake("This is ReLU forwards, of Z. Going back, which array is let through?")
def relu_itself(dA: Any, Z: Any) -> Any:
    return np.maximum(0, Z)


@exercise.mistake("The wrong side was stopped: ReLU let positive Z through.")
def mask_turned(dA: Any, Z: Any) -> Any:
    return dA * (Z < 0)


@exercise.mistake("dA went through untouched: where Z < 0 nothing may come back.")
def untouched(dA: Any, Z: Any) -> Any:
    return dA.copy()


@exercise.mistake("dA was multiplied by ReLU itself. It is ReLU's slope that belongs here.")
def times_relu(dA: Any, Z: Any) -> Any:
    return dA * np.maximum(0, Z)


@exercise.mistake("dA was multiplied by Z, everywhere. It is ReLU's slope that belongs here.")
def times_Z(dA: Any, Z: Any) -> Any:
    return dA * Z


@exercise.mistake("This is Z where dA is positive: dA and Z changed places.")
def swapped(dA: Any, Z: Any) -> Any:
    return Z * (dA > 0)


@exercise.mistake("Where Z < 0 a little still comes back: that is the leaky ReLU's slope.")
def leaky_slope(dA: Any, Z: Any) -> Any:
    return np.where(Z > 0, dA, 0.01 * dA)


@exercise.mistake("Where Z < 0, dA came back with its sign turned. How steep is ReLU there?")
def sign_for_slope(dA: Any, Z: Any) -> Any:
    return dA * np.sign(Z)


@exercise.mistake("Where Z < 0 there is a 1 now. How much comes back from a flat stretch?")
def ones_for_zeros(dA: Any, Z: Any) -> Any:
    return np.where(Z > 0, dA, 1)


@exercise.mistake("ReLU opens at 0; here it opens only from 1 on.")
def opens_at_one(dA: Any, Z: Any) -> Any:
    return dA * (Z > 1)


@exercise.mistake("This is the sigmoid's way back, not ReLU's.")
def sigmoid_slope(dA: Any, Z: Any) -> Any:
    return dA * logistic(Z) * (1 - logistic(Z))


@exercise.mistake("This was divided by m. dA and dZ belong to the summed loss: 1/m comes later.")
def averaged(dA: Any, Z: Any) -> Any:
    return dA * (Z > 0) / Z.shape[1]


@exercise.mistake("A matrix product, or a sum, got in: every entry of Z decides for itself alone.")
def matrix_product(dA: Any, Z: Any) -> Any:
    return dA @ (Z > 0).T


@exercise.mistake("dA itself was changed. Leave the argument alone and make a new array.")
def dA_overwritten(dA: Any, Z: Any) -> Any:
    dA[Z <= 0] = 0
    return dA


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("mask_turned", "averaged")
def turned_and_averaged(dA: Any, Z: Any) -> Any:
    return dA * (Z < 0) / Z.shape[1]


@exercise.combined_mistake("mask_of_dA", "averaged")
def mask_of_dA_and_averaged(dA: Any, Z: Any) -> Any:
    return np.maximum(0, dA) / Z.shape[1]


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("this asks one yes-or-no question of a whole array.")
def asked_of_all(dA: Any, Z: Any) -> Any:
    dZ = dA if Z > 0 else 0
    return dZ


@exercise.raising_mistake("the name dZ is not defined.")
def written_into_nothing(dA: Any, Z: Any) -> Any:
    dZ[Z > 0] = dA[Z > 0]
    return dZ


@exercise.raising_mistake("dA (2, 3) @ (Z > 0) (2, 3) does not fit.")
def product_of_matrices(dA: Any, Z: Any) -> Any:
    dZ = dA @ (Z > 0)
    return dZ


@exercise.raising_mistake("on the left some places are picked")
def half_of_an_array(dA: Any, Z: Any) -> Any:
    dZ = np.zeros(Z.shape)
    dZ[Z > 0] = dA
    return dZ


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def on_a_copy(dA: Any, Z: Any) -> Any:
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ


@exercise.correct_variant
def with_where(dA: Any, Z: Any) -> Any:
    return np.where(Z >= 0, dA, 0)


@exercise.correct_variant
def by_the_forward_pass(dA: Any, Z: Any) -> Any:
    A = relu(Z)
    return np.multiply(dA, np.int64(A > 0))


@exercise.correct_variant
def with_heaviside(dA: Any, Z: Any) -> Any:
    return dA * np.heaviside(Z, 0.5)


@exercise.correct_variant
def with_sign(dA: Any, Z: Any) -> Any:
    return dA * (1 + np.sign(Z)) / 2


@exercise.correct_variant
def entry_by_entry(dA: Any, Z: Any) -> Any:
    dZ = np.zeros_like(dA)
    for i, j in np.ndindex(Z.shape):
        if Z[i, j] > 0:
            dZ[i, j] = dA[i, j]
    return dZ


@exercise.correct_variant
def row_by_row(dA: Any, Z: Any) -> Any:
    rows = zip(dA.tolist(), Z.tolist(), strict=True)
    return np.array([[a if z > 0 else 0.0 for a, z in zip(*row, strict=True)] for row in rows])


@exercise.correct_variant
def picked_out(dA: Any, Z: Any) -> Any:
    dZ, open_ = np.zeros(dA.shape), Z > 0
    dZ[open_] = dA[open_]
    return dZ


@exercise.correct_variant
def vectorized(dA: Any, Z: Any) -> Any:
    return np.vectorize(lambda a, z: float(a) if z > 0 else 0.0)(dA, Z)


@exercise.correct_variant
def with_putmask(dA: Any, Z: Any) -> Any:
    dZ = dA.copy()
    np.putmask(dZ, Z < 0, 0)
    return dZ
