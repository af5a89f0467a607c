"""max(0, Z), entry by entry; its cases are the sigmoid's, so that signs of all kinds occur."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.exercise import Exercise
from utils.exercises.forward_propagation.common import activation_cases
from utils.reference import forward_propagation as reference
from utils.reference.forward_propagation import sigmoid as logistic

exercise = Exercise(
    name="relu",
    assignment="01_forward_propagation",
    rubric={"values": 5},
    reference=reference.relu,
    returns="A",
    cases=activation_cases,
    fresh=("A",),
    hints=(
        "For one number it is max(0, z). You need the version that compares entry by entry.",
        "np.max finds the largest entry of one array; another NumPy function takes two things "
        "and gives the larger of each pair. `np.max?` and its 'See also' help.",
        "A similar problem, solved. To cap every entry at 6: `C = np.minimum(Z, 6)`. "
        "The number 6 is compared with every entry in turn.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("Negative entries came through with their sign turned: this is |Z|.")
def absolute(Z: Any) -> Any:
    return np.abs(Z)


@exercise.mistake("The negative entries were kept and the positive ones dropped.")
def minimum(Z: Any) -> Any:
    return np.minimum(0, Z)


@exercise.mistake(
    "This is 1 where Z is positive: which entries are kept, rather than their values."
)
def mask(Z: Any) -> Any:
    return (Z > 0).astype(Z.dtype)


@exercise.mistake("Nothing happened to the negative entries.")
def identity(Z: Any) -> Any:
    return Z.copy()


@exercise.mistake("Negative entries are small rather than zero: this is the leaky ReLU.")
def leaky(Z: Any) -> Any:
    return np.where(Z > 0, Z, 0.01 * Z)


@exercise.mistake(
    "np.max looks for one largest entry; its second argument is an axis. "
    "You need the function that compares entry by entry."
)
def np_max(Z: Any) -> Any:
    return np.max(0, Z)


@exercise.mistake("This is the largest entry of each column. ReLU keeps the shape of Z.")
def largest_of_columns(Z: Any) -> Any:
    return np.max(Z, 0)


@exercise.mistake("One number came back, the largest entry. ReLU keeps the shape of Z.")
def largest_entry(Z: Any) -> Any:
    return max(0, np.max(Z))


@exercise.mistake("This is the sigmoid, not ReLU.")
def sigmoid_instead(Z: Any) -> Any:
    return logistic(Z)


@exercise.mistake("Z itself was changed. Leave the argument alone and make a new array.")
def in_place(Z: Any) -> Any:
    Z[Z < 0] = 0
    return Z


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def times_a_mask(Z: Any) -> Any:
    return Z * (Z > 0)


@exercise.right_way
def with_where(Z: Any) -> Any:
    return np.where(Z > 0, Z, 0)


@exercise.right_way
def with_abs(Z: Any) -> Any:
    return (Z + np.abs(Z)) / 2


@exercise.right_way
def with_clip(Z: Any) -> Any:
    return np.clip(Z, 0, None)
