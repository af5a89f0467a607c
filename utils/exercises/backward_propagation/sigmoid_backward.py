"""dA through the slope of the sigmoid; also where Z is so far out that exp overflows."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.backward_propagation.common import slope_cases
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.forward_propagation import sigmoid as logistic

exercise = Exercise(
    name="sigmoid_backward",
    assignment="02_backward_propagation",
    rubric={"values": 5},
    reference=reference.sigmoid_backward,
    returns="dZ",
    cases=slope_cases,
    fresh=("dZ",),
    hints=(
        "Two factors: what comes in from above, and the slope of the sigmoid at Z.",
        "The slope is the product of s and what s lacks to 1. First find s, which is no "
        "argument: what turns Z into it?",
        "A similar problem, solved. Back through the cube, A = Z³, whose slope is 3 Z²: "
        "`slope = 3 * Z**2`, then `dZ = dA * slope`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("The slope was taken of Z itself. s in s(1 − s) is the sigmoid of Z.")
def Z_for_s(dA: Any, Z: Any) -> Any:
    return dA * Z * (1 - Z)


@exercise.mistake("This is the slope alone: what comes in from above, dA, is missing.")
def dA_missing(dA: Any, Z: Any) -> Any:
    return logistic(Z) * (1 - logistic(Z))


@exercise.mistake("This is dA times s. The slope has a second factor.")
def half_a_slope(dA: Any, Z: Any) -> Any:
    return dA * logistic(Z)


@exercise.mistake("This is dA times 1 − s. The slope has a second factor.")
def other_half(dA: Any, Z: Any) -> Any:
    return dA * (1 - logistic(Z))


@exercise.mistake("The sigmoid was applied to dA. It is Z that went through it.")
def sigmoid_of_dA(dA: Any, Z: Any) -> Any:
    return logistic(dA) * (1 - logistic(dA))


@exercise.mistake("dA and Z changed places: the slope is taken where Z is.")
def arguments_swapped(dA: Any, Z: Any) -> Any:
    return Z * logistic(dA) * (1 - logistic(dA))


@exercise.mistake("This is ReLU's way back: dA where Z > 0. The sigmoid has a slope s.")
def relu_slope(dA: Any, Z: Any) -> Any:
    return dA * (Z > 0)


@exercise.mistake("1 − s² is the slope of tanh. The sigmoid's is another product.")
def tanh_slope(dA: Any, Z: Any) -> Any:
    return dA * (1 - logistic(Z) ** 2)


@exercise.mistake("The sign is turned: the sigmoid rises everywhere, so its slope is > 0.")
def slope_negative(dA: Any, Z: Any) -> Any:
    return dA * logistic(Z) * (logistic(Z) - 1)


@exercise.mistake(
    "Far out, exp overflowed and gave nan. Use the sigmoid that is given, and its value twice."
)
def overflowing_slope(dA: Any, Z: Any) -> Any:
    return dA * np.exp(-Z) / (1 + np.exp(-Z)) ** 2


@exercise.mistake("A matrix product, or a sum, got in: every entry of Z has a slope of its own.")
def matrix_product(dA: Any, Z: Any) -> Any:
    return dA @ (logistic(Z) * (1 - logistic(Z))).T


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def multiplied_out(dA: Any, Z: Any) -> Any:
    A = logistic(Z)
    return dA * (A - A**2)
