"""dA through the slope of the sigmoid; also where Z is so far out that exp overflows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from utils.exercises.backward_propagation.common import slope_cases
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.forward_propagation import sigmoid
from utils.reference.forward_propagation import sigmoid as logistic

exercise = Exercise(
    name="sigmoid_backward",
    assignment="02_backward_propagation",
    rubric={"shape": 1, "values": 2.5, "edge cases": 1, "inputs left alone": 0.5},
    reference=reference.sigmoid_backward,
    returns="dZ",
    cases=slope_cases,
    fresh=("dZ",),
    properties={"reacts_as_nudged": "values", "proportional": "values"},
    params="sigmoid",
    hints=(
        "Two factors: what comes in from above, and the slope of the sigmoid at Z.",
        "The slope is the product of s and 1 − s. First find s, which is no "
        "argument: what turns Z into it?",
        "A similar problem, solved. Back through the cube, A = Z³, whose slope is 3 Z²: "
        "`slope = 3 * Z**2`, then `dZ = dA * slope`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _slope(Z: Any) -> Any:
    return logistic(Z) * (1 - logistic(Z))


@exercise.mistake("The slope was taken of Z itself. s in s(1 − s) is the sigmoid of Z.")
def Z_for_s(dA: Any, Z: Any) -> Any:
    return dA * Z * (1 - Z)


@exercise.mistake("This is the slope alone: what comes in from above is missing.")
def dA_missing(dA: Any, Z: Any) -> Any:
    return _slope(Z)


@exercise.mistake("This is dA times s. The slope has a second factor.")
def half_a_slope(dA: Any, Z: Any) -> Any:
    return dA * logistic(Z)


@exercise.mistake("This is dA times 1 − s. The slope has a second factor.")
def other_half(dA: Any, Z: Any) -> Any:
    return dA * (1 - logistic(Z))


@exercise.mistake(
    "The parentheses got lost: `* 1 - s` multiplies by 1 and then takes s away from all of it."
)
def parentheses_lost(dA: Any, Z: Any) -> Any:
    return dA * logistic(Z) * 1 - logistic(Z)


@exercise.mistake("dA and the slope were added. Along one path, reactions multiply.")
def added(dA: Any, Z: Any) -> Any:
    return dA + _slope(Z)


@exercise.mistake("dA was divided by the slope. Along one path, reactions multiply.")
def divided(dA: Any, Z: Any) -> Any:
    with np.errstate(all="ignore"):
        return dA / _slope(Z)


@exercise.mistake("The sigmoid was applied to dA. It is Z that went through it.")
def sigmoid_of_dA(dA: Any, Z: Any) -> Any:
    return _slope(dA)


@exercise.mistake("The slope was taken at dA. It was at Z that the sigmoid stood.")
def slope_at_dA(dA: Any, Z: Any) -> Any:
    return dA * _slope(dA)


@exercise.mistake("dA and Z changed places: which of the two went through the sigmoid?")
def arguments_swapped(dA: Any, Z: Any) -> Any:
    return Z * _slope(dA)


@exercise.mistake("The slope is right, but it was multiplied by Z. What came in from above?")
def times_Z(dA: Any, Z: Any) -> Any:
    return Z * _slope(Z)


@exercise.mistake("The sigmoid was taken twice. Z has been through it once only.")
def sigmoid_twice(dA: Any, Z: Any) -> Any:
    return dA * _slope(logistic(Z))


@exercise.mistake("The slope is in here twice. One sigmoid, one factor of slope.")
def slope_twice(dA: Any, Z: Any) -> Any:
    return dA * _slope(Z) ** 2


@exercise.mistake("This is ReLU's way back: dA where Z > 0. The sigmoid has another slope.")
def relu_slope(dA: Any, Z: Any) -> Any:
    return dA * (Z > 0)


@exercise.mistake("1 − s² is made as the slope of tanh is. The sigmoid's is another product.")
def tanh_slope(dA: Any, Z: Any) -> Any:
    return dA * (1 - logistic(Z) ** 2)


@exercise.mistake("The sign is turned: the sigmoid rises everywhere, so its slope is > 0.")
def slope_negative(dA: Any, Z: Any) -> Any:
    return -dA * _slope(Z)


@exercise.mistake("This was divided by m. dA and dZ belong to the summed loss: 1/m comes later.")
def averaged(dA: Any, Z: Any) -> Any:
    return dA * _slope(Z) / Z.shape[1]


@exercise.mistake(
    "Far out, exp overflowed and gave nan. The sigmoid that is given is safe there: "
    "what does the slope look like in it?"
)
def overflowing_slope(dA: Any, Z: Any) -> Any:
    return dA * np.exp(-Z) / (1 + np.exp(-Z)) ** 2


@exercise.mistake(
    "For large positive Z, exp overflowed and gave nan. The sigmoid that is given is safe there: "
    "what does the slope look like in it?"
)
def overflowing_upwards(dA: Any, Z: Any) -> Any:
    return dA * np.exp(Z) / (1 + np.exp(Z)) ** 2


@exercise.mistake("A matrix product, or a sum, got in: every entry of Z has a slope of its own.")
def matrix_product(dA: Any, Z: Any) -> Any:
    return dA @ _slope(Z).T


@exercise.mistake("dA itself was changed. Leave the argument alone and make a new array.")
def dA_overwritten(dA: Any, Z: Any) -> Any:
    dA *= _slope(Z)
    return dA


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("slope_negative", "averaged")
def negative_and_averaged(dA: Any, Z: Any) -> Any:
    return -dA * _slope(Z) / Z.shape[1]


@exercise.combined_mistake("half_a_slope", "averaged")
def half_and_averaged(dA: Any, Z: Any) -> Any:
    return dA * logistic(Z) / Z.shape[1]


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("the name A is not defined.")
def A_for_Z(dA: Any, Z: Any) -> Any:
    s = sigmoid(A)
    dZ = dA * s * (1 - s)
    return dZ


@exercise.raising_mistake("dA (2, 3) @ s (2, 3) does not fit.")
def product_of_matrices(dA: Any, Z: Any) -> Any:
    s = sigmoid(Z)
    dZ = dA @ s * (1 - s)
    return dZ


@exercise.raising_mistake("cannot be called.")
def factor_called(dA: Any, Z: Any) -> Any:
    s = sigmoid(Z)
    dZ = dA * s(1 - s)
    return dZ


@exercise.raising_mistake("sigmoid is a function, and it was not called.")
def never_called(dA: Any, Z: Any) -> Any:
    dZ = dA * sigmoid * (1 - sigmoid)
    return dZ


@exercise.raising_mistake("takes a single number, and got an array.")
def of_another_module(dA: Any, Z: Any) -> Any:
    s = 1 / (1 + math.exp(-Z))
    dZ = dA * s * (1 - s)
    return dZ


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def multiplied_out(dA: Any, Z: Any) -> Any:
    A = logistic(Z)
    return dA * (A - A**2)


@exercise.correct_variant
def with_a_naive_sigmoid(dA: Any, Z: Any) -> Any:
    s = 1 / (1 + np.exp(-Z))
    return np.multiply(dA, np.multiply(s, 1 - s))


@exercise.correct_variant
def never_overflowing(dA: Any, Z: Any) -> Any:
    E = np.exp(-np.abs(Z))
    return dA * E / (1 + E) ** 2


@exercise.correct_variant
def with_cosh(dA: Any, Z: Any) -> Any:
    return dA / (2 * np.cosh(Z / 2)) ** 2


@exercise.correct_variant
def with_tanh(dA: Any, Z: Any) -> Any:
    return dA * (1 - np.tanh(Z / 2) ** 2) / 4


@exercise.correct_variant
def in_place_on_a_copy(dA: Any, Z: Any) -> Any:
    s = logistic(Z)
    dZ = dA.copy()
    dZ *= s
    dZ *= 1 - s
    return dZ


@exercise.correct_variant
def entry_by_entry(dA: Any, Z: Any) -> Any:
    dZ = np.zeros(Z.shape)
    for i in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            s = sigmoid(Z[i, j])
            dZ[i, j] = dA[i, j] * s * (1 - s)
    return dZ


@exercise.correct_variant
def as_a_list_of_rows(dA: Any, Z: Any) -> Any:
    from scipy.special import expit

    s = expit(Z)
    return np.array([a * t * (1 - t) for a, t in zip(dA, s, strict=True)])


@exercise.correct_variant
def vectorized(dA: Any, Z: Any) -> Any:
    return np.vectorize(lambda a, z: a * sigmoid(z) * sigmoid(-z))(dA, Z)


@exercise.correct_variant
def with_einsum(dA: Any, Z: Any) -> Any:
    s = sigmoid(Z)
    return np.einsum("ij,ij,ij->ij", dA, s, 1 - s)
