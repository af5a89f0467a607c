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
    rubric={"shape": 1, "values": 2.5, "edge cases": 1, "inputs left alone": 0.5},
    reference=reference.relu,
    returns="A",
    cases=activation_cases,
    fresh=("A",),
    properties={"relu_one_sided": "edge cases"},
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


@exercise.mistake("This is the ReLU of −Z: the right size, but of the entries that should go.")
def of_minus_Z(Z: Any) -> Any:
    return np.maximum(0, -Z)


@exercise.mistake(
    "This says which entries are kept, 1 or True where Z is positive, rather than their values."
)
def mask(Z: Any) -> Any:
    return (Z > 0).astype(Z.dtype)


@exercise.mistake("Nothing happened to the negative entries.")
def identity(Z: Any) -> Any:
    return Z.copy()


@exercise.mistake("Negative entries are small rather than zero: this is the leaky ReLU.")
def leaky(Z: Any) -> Any:
    return np.where(Z > 0, Z, 0.01 * Z)


@exercise.mistake("This is softplus, a smooth relative: it is never quite 0, nor quite Z.")
def softplus(Z: Any) -> Any:
    return np.logaddexp(0, Z).astype(Z.dtype)


@exercise.mistake("Large entries were cut off at 6, as in the hint. ReLU stops only one side.")
def capped(Z: Any) -> Any:
    return np.clip(Z, 0, 6)


@exercise.mistake("This is the hint's own problem, a cap at 6 from above. ReLU stops below.")
def hint_copied(Z: Any) -> Any:
    return np.clip(Z, None, 6)


@exercise.mistake("Everything below 1 was lifted to 1: look at what Z is compared with.")
def compared_with_one(Z: Any) -> Any:
    return np.maximum(1, Z)


@exercise.mistake("The entries that are kept are squared: Z is in the product twice.")
def squared(Z: Any) -> Any:
    return Z * np.maximum(0, Z)


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


@exercise.mistake(
    "Only the entries that pass came back, in a row. The others should be there too, as 0."
)
def others_left_out(Z: Any) -> Any:
    return Z[Z > 0]


@exercise.mistake("np.where with one argument tells where. With three, it chooses what to put.")
def where_with_one_argument(Z: Any) -> Any:
    return np.where(Z > 0)


@exercise.mistake("This is the sigmoid, not ReLU.")
def sigmoid_instead(Z: Any) -> Any:
    return logistic(Z)


@exercise.mistake("Z itself was changed. Leave the argument alone and make a new array.")
def in_place(Z: Any) -> Any:
    Z[Z < 0] = 0
    return Z


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("minimum", "leaky")
def leaky_on_the_wrong_side(Z: Any) -> Any:
    return np.where(Z < 0, Z, 0.01 * Z)


@exercise.combined_mistake("mask", "minimum")
def mask_of_the_others(Z: Any) -> Any:
    return (Z < 0).astype(Z.dtype)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("one yes-or-no question of a whole array.")
def max_of_python(Z: Any) -> Any:
    A = max(0, Z)
    return A


@exercise.raising_mistake("one yes-or-no question of a whole array.")
def branch_for_all(Z: Any) -> Any:
    return Z if Z > 0 else 0


@exercise.raising_mistake("maximum() takes from 2 to 3 positional arguments")
def one_argument(Z: Any) -> Any:
    A = np.maximum(Z)
    return A


@exercise.raising_mistake("numpy has no .maximun. Did you mean maximum?")
def misspelled(Z: Any) -> Any:
    A = np.maximun(0, Z)
    return A


@exercise.raising_mistake("the name A is not defined.")
def another_name(Z: Any) -> Any:
    a = np.maximum(0, Z)
    return A


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def times_a_mask(Z: Any) -> Any:
    return Z * (Z > 0)


@exercise.correct_variant
def times_a_mask_with_zero(Z: Any) -> Any:
    return Z * np.greater_equal(Z, 0).astype(float)


@exercise.correct_variant
def with_where(Z: Any) -> Any:
    return np.where(Z > 0, Z, 0)


@exercise.correct_variant
def with_abs(Z: Any) -> Any:
    return (Z + np.abs(Z)) / 2


@exercise.correct_variant
def with_clip(Z: Any) -> Any:
    return np.clip(Z, 0, None)


@exercise.correct_variant
def on_a_copy(Z: Any) -> Any:
    A = Z.copy()
    A[A < 0] = 0
    return A


@exercise.correct_variant
def without_the_negatives(Z: Any) -> Any:
    return Z - np.minimum(Z, 0)


@exercise.correct_variant
def one_number_at_a_time(Z: Any) -> Any:
    return np.vectorize(lambda z: max(0.0, z), otypes=[float])(Z)


@exercise.correct_variant
def in_a_loop(Z: Any) -> Any:
    A = np.zeros(Z.shape)
    for index, z in np.ndenumerate(Z):
        if z > 0:
            A[index] = z
    return A


@exercise.correct_variant
def largest_of_a_stack(Z: Any) -> Any:
    return np.max(np.stack([Z, np.zeros_like(Z)]), axis=0)
