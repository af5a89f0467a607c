"""dA where Z was positive; no Z of a case is 0, where ReLU has no slope."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.backward_propagation.common import slope_cases
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.forward_propagation import sigmoid as logistic

exercise = Exercise(
    name="relu_backward",
    assignment="02_backward_propagation",
    rubric={"values": 5},
    reference=reference.relu_backward,
    returns="dZ",
    cases=slope_cases,
    fresh=("dZ",),
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


@exercise.mistake("This is the slope alone, ones and zeros: dA is missing.")
def mask_alone(dA: Any, Z: Any) -> Any:
    return (Z > 0).astype(dA.dtype)


@exercise.mistake("The wrong side was stopped: ReLU let positive Z through.")
def mask_turned(dA: Any, Z: Any) -> Any:
    return dA * (Z < 0)


@exercise.mistake("dA went through untouched: where Z < 0 nothing may come back.")
def untouched(dA: Any, Z: Any) -> Any:
    return dA.copy()


@exercise.mistake("dA was multiplied by ReLU itself. It is ReLU's slope that belongs here.")
def times_relu(dA: Any, Z: Any) -> Any:
    return dA * np.maximum(0, Z)


@exercise.mistake("This is Z where dA is positive, or the like: dA and Z changed places.")
def swapped(dA: Any, Z: Any) -> Any:
    return Z * (dA > 0)


@exercise.mistake("Where Z < 0 a little still comes back: that is the leaky ReLU's slope.")
def leaky_slope(dA: Any, Z: Any) -> Any:
    return np.where(Z > 0, dA, 0.01 * dA)


@exercise.mistake("This is the sigmoid's way back, not ReLU's.")
def sigmoid_slope(dA: Any, Z: Any) -> Any:
    return dA * logistic(Z) * (1 - logistic(Z))


@exercise.mistake("dA itself was changed. Leave the argument alone and make a new array.")
def dA_overwritten(dA: Any, Z: Any) -> Any:
    dA[Z <= 0] = 0
    return dA


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def on_a_copy(dA: Any, Z: Any) -> Any:
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ


@exercise.right_way
def with_where(dA: Any, Z: Any) -> Any:
    return np.where(Z >= 0, dA, 0)
