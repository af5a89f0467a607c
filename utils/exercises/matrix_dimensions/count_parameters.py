"""How many numbers a network learns; the same networks as for `parameter_shapes`."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.exercise import Exercise
from utils.exercises.matrix_dimensions.common import each_layer, network_cases
from utils.reference import matrix_dimensions as reference

exercise = Exercise(
    name="count_parameters",
    assignment="03_matrix_dimensions",
    rubric={"values": 10},
    reference=reference.count_parameters,
    returns="count",
    cases=network_cases,
    builds_on=("parameter_shapes",),
    hints=(
        "A matrix with r rows and c columns has r × c entries. Every layer has two arrays.",
        "You can loop over the layers, or over parameter_shapes(layer_dims).values(): each value "
        "is a pair of sizes.",
        "A similar problem, solved. All seats in a theater: `seats = 0`, then for each of its "
        "halls `seats += rows[h] * places[h]`, and after the loop `return seats`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _total(layers: Any, entries: Any) -> Any:
    return sum(entries(n, p) for _, n, p in layers)


@exercise.mistake("These are the weights alone. The biases are learned, too.")
def biases_forgotten(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims), lambda n, p: n * p)


@exercise.mistake("These are the biases alone: the weights are missing.")
def weights_forgotten(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims), lambda n, p: n)


@exercise.mistake("Rows and columns were added up. How many entries has a 3 × 4 grid?")
def sizes_added(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims), lambda n, p: n + p + n + 1)


@exercise.mistake(
    "The biases of a layer were counted by the units before it. Each unit of layer l has one."
)
def biases_of_layer_before(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims), lambda n, p: n * p + p)


@exercise.mistake("The input's units were given biases, too. The input is no layer.")
def biases_for_the_input(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims), lambda n, p: n * p + n) + layer_dims[0]


@exercise.mistake("One bias a layer was counted; each unit has its own.")
def one_bias_a_layer(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims), lambda n, p: n * p + 1)


@exercise.mistake("The output layer is missing: where does range stop?")
def output_not_counted(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims)[:-1], lambda n, p: n * p + n)


@exercise.mistake("This counts the arrays W1, b1, …; asked are the numbers in them.")
def arrays_counted(layer_dims: Any) -> Any:
    return 2 * (len(layer_dims) - 1)


@exercise.mistake("This is the number of units. Asked are the weights and biases.")
def units_counted(layer_dims: Any) -> Any:
    return sum(layer_dims)


@exercise.mistake("Only the last layer was counted: `=` forgets what was there, += adds.")
def last_layer_only(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims)[-1:], lambda n, p: n * p + n)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def from_shapes(layer_dims: Any) -> Any:
    return sum(r * c for r, c in reference.parameter_shapes(layer_dims).values())


@exercise.right_way
def as_one_product(layer_dims: Any) -> Any:
    n = np.array(layer_dims)
    return n[1:] @ (n[:-1] + 1)
