"""How many numbers a network learns: a single layer, several layers, and a property of sums."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.matrix_dimensions.common import Rng, distinct, each_layer, network_cases
from utils.reference import matrix_dimensions as reference


def _cases(rng: Rng) -> list[Case]:
    def single(sizes: list[int], note: str) -> Case:
        return Case({"layer_dims": sizes}, note, earns="a single layer")

    several = [
        replace(case, earns="several layers")
        for case in network_cases(rng)
        if len(case.args["layer_dims"]) > 2
    ]
    return [
        several[0],
        single(distinct(rng, 2), "a single layer"),
        single([*distinct(rng, 1), 1], "a single unit"),
        single([1, *distinct(rng, 1)], "a single input"),
        *several[1:],
    ]


exercise = Exercise(
    name="count_parameters",
    assignment="03_matrix_dimensions",
    rubric={
        "several layers": 5,
        "a single layer": 2,
        "the sum over layers": 2,
        "inputs left alone": 1,
    },
    reference=reference.count_parameters,
    returns="count",
    cases=_cases,
    builds_on=("parameter_shapes",),
    properties={"layers_add_up": "the sum over layers"},
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
    "A layer's biases were counted by the units before it. Which units do they belong to?"
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


@exercise.mistake("Only the first layer was counted. Look at the indent of return.")
def first_layer_only(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims)[:1], lambda n, p: n * p + n)


@exercise.mistake("The biases were multiplied onto the weights. They stand beside them.")
def biases_multiplied(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims), lambda n, p: n * p * n)


@exercise.mistake("All layers are multiplied together here. Each `W` joins just two of them.")
def all_sizes_multiplied(layer_dims: Any) -> Any:
    return math.prod(layer_dims)


@exercise.mistake(
    "Every `W` takes in the input here. How many numbers come into layer 2, or layer 3?"
)
def every_layer_from_the_input(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims), lambda n, p: n * layer_dims[0] + n)


@exercise.mistake("Each `W` is a square here: do both of its sizes come from one layer?")
def square_weights(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims), lambda n, p: n * n + n)


@exercise.mistake("This is one count a layer, in a list. Asked is a single number for all.")
def one_count_a_layer(layer_dims: Any) -> Any:
    return [n * p + n for _, n, p in each_layer(layer_dims)]


@exercise.mistake("The biases are counted twice: at which two places do they come in?")
def biases_twice(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims), lambda n, p: n * p + 2 * n)


@exercise.mistake("The loop began at 0, where `layer_dims[l − 1]` is the last size of all.")
def wrapped_around(layer_dims: Any) -> Any:
    n = layer_dims
    return sum(n[l] * n[l - 1] + n[l] for l in range(len(n)))


@exercise.mistake("Rows and columns of `W` were added up. How many entries has a 3 × 4 grid?")
def sizes_of_W_added(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims), lambda n, p: n + p + n)


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("biases_forgotten", "output_not_counted")
def hidden_weights_alone(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims)[:-1], lambda n, p: n * p)


@exercise.combined_mistake("last_layer_only", "biases_forgotten")
def last_weights_alone(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims)[-1:], lambda n, p: n * p)


@exercise.combined_mistake("biases_of_layer_before", "output_not_counted")
def hidden_with_other_biases(layer_dims: Any) -> Any:
    return _total(each_layer(layer_dims)[:-1], lambda n, p: n * p + p)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("layer_dims has 3 items, and [3] is not among them.")
def one_layer_on(layer_dims: Any) -> Any:
    count = 0
    for l in range(len(layer_dims)):
        count += layer_dims[l + 1] * layer_dims[l] + layer_dims[l + 1]
    return count


@exercise.raising_mistake("range takes whole numbers, and got a list.")
def range_of_the_list(layer_dims: Any) -> Any:
    count = 0
    for l in range(1, layer_dims):
        count += layer_dims[l] * layer_dims[l - 1] + layer_dims[l]
    return count


@exercise.raising_mistake("a list has no .shape.")
def shape_of_a_list(layer_dims: Any) -> Any:
    count = 0
    for l in range(1, layer_dims.shape[0]):
        count += layer_dims[l] * layer_dims[l - 1] + layer_dims[l]
    return count


@exercise.raising_mistake("count is used before it has a value.")
def begun_with_nothing(layer_dims: Any) -> Any:
    for l in range(1, len(layer_dims)):
        count += layer_dims[l] * (layer_dims[l - 1] + 1)
    return count


@exercise.raising_mistake("layer_dims[1:] is a list, which does not calculate entry by entry.")
def lists_multiplied(layer_dims: Any) -> Any:
    return sum(layer_dims[1:] * layer_dims[:-1]) + sum(layer_dims[1:])


@exercise.raising_mistake("there are 3 names between for and in, but 2 values for them each time.")
def three_names(layer_dims: Any) -> Any:
    count = 0
    for rows, columns, one in reference.parameter_shapes(layer_dims).values():
        count += rows * columns * one
    return count


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def from_shapes(layer_dims: Any) -> Any:
    return sum(r * c for r, c in reference.parameter_shapes(layer_dims).values())


@exercise.correct_variant
def as_one_product(layer_dims: Any) -> Any:
    n = np.array(layer_dims)
    return n[1:] @ (n[:-1] + 1)


@exercise.correct_variant
def weights_then_biases(layer_dims: Any) -> Any:
    weights = sum(n * p for n, p in zip(layer_dims[1:], layer_dims, strict=False))
    return weights + sum(layer_dims[1:])


@exercise.correct_variant
def one_more_input(layer_dims: Any) -> Any:  # a bias is a weight whose input is always 1
    count = 0
    for l in range(1, len(layer_dims)):
        count = count + layer_dims[l] * (1 + layer_dims[l - 1])
    return count


@exercise.correct_variant
def sizes_of_real_arrays(layer_dims: Any) -> Any:
    return sum(np.empty(shape).size for shape in reference.parameter_shapes(layer_dims).values())


@exercise.correct_variant
def with_math_prod(layer_dims: Any) -> Any:
    return sum(map(math.prod, reference.parameter_shapes(layer_dims).values()))


@exercise.correct_variant
def as_numpy_sum(layer_dims: Any) -> Any:
    n = np.asarray(layer_dims)
    return np.sum(n[1:] * n[:-1] + n[1:])


@exercise.correct_variant
def as_a_whole_float(layer_dims: Any) -> Any:
    return float(np.dot(layer_dims[1:], layer_dims[:-1])) + sum(layer_dims) - layer_dims[0]


@exercise.correct_variant
def from_the_output_down(layer_dims: Any) -> Any:
    l, count = len(layer_dims) - 1, 0
    while l > 0:
        count += layer_dims[l] * layer_dims[l - 1]
        count += layer_dims[l]
        l -= 1
    return count


@exercise.correct_variant
def by_recursion(layer_dims: Any) -> Any:
    if len(layer_dims) < 2:
        return 0
    p, n, *_ = layer_dims
    return n * p + n + by_recursion(layer_dims[1:])


@exercise.correct_variant
def by_name(layer_dims: Any) -> Any:
    shapes = reference.parameter_shapes(layer_dims)
    return sum(s[0] * s[1] if name.startswith("W") else s[0] for name, s in shapes.items())
