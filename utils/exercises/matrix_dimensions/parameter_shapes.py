"""The shapes of all W and b; networks of one to eleven layers, most of sizes all distinct."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.exercise import Exercise
from utils.exercises.matrix_dimensions.common import each_layer, network_cases
from utils.reference import matrix_dimensions as reference

exercise = Exercise(
    name="parameter_shapes",
    assignment="03_matrix_dimensions",
    rubric={"values": 10},
    reference=reference.parameter_shapes,
    returns="shapes",
    cases=network_cases,
    hints=(
        "A row for every unit of layer l, a column for every unit of the layer before. "
        "Which two entries of layer_dims are these?",
        'One key per line: `shapes["W" + str(l)] = (…, …)`, then the same for b. '
        "A shape is a tuple, so it stands in round brackets.",
        'A similar problem, solved. A bridge from river bank l − 1 to bank l: `plan["bridge" + '
        "str(l)] = (width[l - 1], width[l])`. Yours has its own order, and b beside W.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _parameters(layers: Any, W: Any = lambda n, p: (n, p), b: Any = lambda n, p: (n, 1)) -> Any:
    shapes = {}
    for l, n, p in layers:
        shapes[f"W{l}"] = W(n, p)
        shapes[f"b{l}"] = b(n, p)
    return shapes


@exercise.mistake(
    "W lies on its side: its rows are the units of the layer itself, its columns those before."
)
def W_transposed(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), W=lambda n, p: (p, n))


@exercise.mistake("There is a W0 here. The input has no weights: where does range begin?")
def starts_at_zero(layer_dims: Any) -> Any:
    return _parameters([(l, layer_dims[l], layer_dims[l - 1]) for l in range(len(layer_dims))])


@exercise.mistake("The names are one too low: the first layer with weights is layer 1.")
def numbered_from_zero(layer_dims: Any) -> Any:
    return _parameters([(l - 1, n, p) for l, n, p in each_layer(layer_dims)])


@exercise.mistake("The output layer is missing: where does range stop?")
def no_output_layer(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims)[:-1])


@exercise.mistake("b has a single number in its shape here. Give it its one column.")
def b_rank_one(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), b=lambda n, p: (n,))


@exercise.mistake("b lies down as a row; it should stand as a column.")
def b_as_row(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), b=lambda n, p: (1, n))


@exercise.mistake(
    "b has a row for every unit of the layer before. A bias belongs to a unit of layer l."
)
def b_of_layer_before(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), b=lambda n, p: (p, 1))


@exercise.mistake(
    "Both `W` and b lie on their sides: this is the convention with examples in rows."
)
def all_transposed(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), lambda n, p: (p, n), lambda n, p: (1, n))


@exercise.mistake("b has as many columns as `W`. Each unit has one bias, not one an input.")
def b_like_W(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), b=lambda n, p: (n, p))


@exercise.mistake("The weights are there; the biases b1, b2, … are missing.")
def no_biases(layer_dims: Any) -> Any:
    return {f"W{l}": (n, p) for l, n, p in each_layer(layer_dims)}


@exercise.mistake("These are whole matrices. Asked are their shapes only, as tuples.")
def matrices(layer_dims: Any) -> Any:
    return {name: np.zeros(s) for name, s in reference.parameter_shapes(layer_dims).items()}


@exercise.mistake(
    "The shapes were returned inside the loop, after the first layer. Look at the indent of return."
)
def returned_early(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims)[:1])


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def in_pairs(layer_dims: Any) -> Any:
    pairs = zip(layer_dims[1:], layer_dims, strict=False)
    shapes: dict[str, Any] = {}
    for l, (n, p) in enumerate(pairs, 1):
        shapes |= {f"b{l}": (n, 1), f"W{l}": (n, p)}
    return shapes
