"""The shapes of all W and b; networks of one to eleven layers, most of sizes all distinct."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.exercise import Exercise
from utils.exercises.matrix_dimensions.common import by_part, each_layer, network_cases
from utils.reference import matrix_dimensions as reference

exercise = Exercise(
    name="parameter_shapes",
    assignment="03_matrix_dimensions",
    rubric={"shapes of W": 4, "shapes of b": 3, "names": 2, "inputs left alone": 1},
    reference=reference.parameter_shapes,
    returns="shapes",
    cases=by_part(
        reference.parameter_shapes,
        network_cases,
        {"shapes of W": "W", "shapes of b": "b", "names": ""},
    ),
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


@exercise.mistake("`W` lies on its side: what goes out stands on its left, as with the dominoes.")
def W_transposed(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), W=lambda n, p: (p, n))


@exercise.mistake("There is a W0 here. The input has no weights: where does range begin?")
def starts_at_zero(layer_dims: Any) -> Any:
    return _parameters([(l, layer_dims[l], layer_dims[l - 1]) for l in range(len(layer_dims))])


@exercise.mistake("The names are one too low: the first layer with weights is layer 1.")
def numbered_from_zero(layer_dims: Any) -> Any:
    return _parameters([(l - 1, n, p) for l, n, p in each_layer(layer_dims)])


@exercise.mistake("The names are one too high. The input is not counted as a layer.")
def numbered_from_two(layer_dims: Any) -> Any:
    return _parameters([(l + 1, n, p) for l, n, p in each_layer(layer_dims)])


@exercise.mistake("The output layer is missing: where does range stop?")
def no_output_layer(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims)[:-1])


@exercise.mistake("b has rank 1 here, with one size alone. Give it its second axis, too.")
def b_rank_one(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), b=lambda n, p: (n,))


@exercise.mistake("b has a bare number for its shape. Its column counts as a size, too.")
def b_a_number(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), b=lambda n, p: n)


@exercise.mistake("b lies down as a row; it should stand as a column.")
def b_as_row(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), b=lambda n, p: (1, n))


@exercise.mistake("b has a row for every unit of the layer before. Whose bias is it?")
def b_of_layer_before(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), b=lambda n, p: (p, 1))


@exercise.mistake("b is a single number for the whole layer here; each unit has one of its own.")
def b_one_a_layer(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), b=lambda n, p: (1, 1))


@exercise.mistake(
    "Both `W` and b lie on their sides: this is the convention with examples in rows."
)
def all_transposed(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), lambda n, p: (p, n), lambda n, p: (1, n))


@exercise.mistake("b has as many columns as `W`. Each unit has one bias, not one an input.")
def b_like_W(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), b=lambda n, p: (n, p))


@exercise.mistake("`W` is a square here: both of its sizes are those of one and the same layer.")
def W_square(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), W=lambda n, p: (n, n))


@exercise.mistake("Every `W` takes in the input here. What comes into layer 2, or layer 3?")
def W_from_the_input(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), W=lambda n, p: (n, layer_dims[0]))


@exercise.mistake("The sizes of `W` were multiplied. A shape keeps both numbers, as a tuple.")
def W_multiplied(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), W=lambda n, p: n * p)


@exercise.mistake("The weights are there; the biases b1, b2, … are missing.")
def no_biases(layer_dims: Any) -> Any:
    return {f"W{l}": (n, p) for l, n, p in each_layer(layer_dims)}


@exercise.mistake("The names have no number in them, so each layer writes over the one before.")
def no_numbers(layer_dims: Any) -> Any:
    return {"W": (layer_dims[-1], layer_dims[-2]), "b": (layer_dims[-1], 1)}


@exercise.mistake("These are whole matrices. Asked are their shapes only, as tuples.")
def matrices(layer_dims: Any) -> Any:
    return {name: np.zeros(s) for name, s in reference.parameter_shapes(layer_dims).items()}


@exercise.mistake(
    "The shapes were returned inside the loop, after the first layer. Look at the indent of return."
)
def returned_early(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims)[:1])


@exercise.mistake("Only the last layer is there: is the dictionary made anew at every turn?")
def last_layer_alone(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims)[-1:])


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("W_transposed", "b_rank_one")
def W_turned_and_b_flat(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), lambda n, p: (p, n), lambda n, p: (n,))


@exercise.combined_mistake("no_output_layer", "b_rank_one")
def without_output_and_b_flat(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims)[:-1], b=lambda n, p: (n,))


@exercise.combined_mistake("W_transposed", "b_of_layer_before")
def all_of_the_layer_before(layer_dims: Any) -> Any:
    return _parameters(each_layer(layer_dims), lambda n, p: (p, n), lambda n, p: (p, 1))


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("text and a number cannot be joined with +.")
def number_not_made_text(layer_dims: Any) -> Any:
    shapes = {}
    for l in range(1, len(layer_dims)):
        shapes["W" + l] = (layer_dims[l], layer_dims[l - 1])
        shapes["b" + l] = (layer_dims[l], 1)
    return shapes


@exercise.raising_mistake("layer_dims has 3 items, and [3] is not among them.")
def one_layer_on(layer_dims: Any) -> Any:
    shapes = {}
    for l in range(1, len(layer_dims)):
        shapes["W" + str(l)] = (layer_dims[l + 1], layer_dims[l])
        shapes["b" + str(l)] = (layer_dims[l + 1], 1)
    return shapes


@exercise.raising_mistake("range takes whole numbers, and got a list.")
def range_of_the_list(layer_dims: Any) -> Any:
    shapes = {}
    for l in range(1, layer_dims):
        shapes["W" + str(l)] = (layer_dims[l], layer_dims[l - 1])
        shapes["b" + str(l)] = (layer_dims[l], 1)
    return shapes


@exercise.raising_mistake("layer_dims is a list, not a function")
def round_brackets(layer_dims: Any) -> Any:
    shapes = {}
    for l in range(1, len(layer_dims)):
        shapes["W" + str(l)] = (layer_dims(l), layer_dims(l - 1))
        shapes["b" + str(l)] = (layer_dims(l), 1)
    return shapes


@exercise.raising_mistake("the name n is not defined")
def n_unknown(layer_dims: Any) -> Any:
    shapes = {}
    for l in range(1, len(layer_dims)):
        shapes["W" + str(l)] = (n[l], n[l - 1])
        shapes["b" + str(l)] = (n[l], 1)
    return shapes


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def in_pairs(layer_dims: Any) -> Any:
    pairs = zip(layer_dims[1:], layer_dims, strict=False)
    shapes: dict[str, Any] = {}
    for l, (n, p) in enumerate(pairs, 1):
        shapes |= {f"b{l}": (n, 1), f"W{l}": (n, p)}
    return shapes


@exercise.correct_variant
def with_f_strings(layer_dims: Any) -> Any:
    shapes = {}
    for l in range(1, len(layer_dims)):
        n, n_before = layer_dims[l], layer_dims[l - 1]
        shapes[f"W{l}"] = (n, n_before)
        shapes[f"b{l}"] = (n, 1)
    return shapes


@exercise.correct_variant
def two_comprehensions(layer_dims: Any) -> Any:
    layers = range(1, len(layer_dims))
    W = {"W" + str(l): (layer_dims[l], layer_dims[l - 1]) for l in layers}
    return W | {"b" + str(l): (layer_dims[l], 1) for l in layers}


@exercise.correct_variant
def shapes_of_real_arrays(layer_dims: Any) -> Any:
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = np.zeros((layer_dims[l], layer_dims[l - 1]))
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return {name: array.shape for name, array in parameters.items()}


@exercise.correct_variant
def dict_of_pairs(layer_dims: Any) -> Any:
    L = len(layer_dims) - 1
    weights = zip(layer_dims[1:], layer_dims[:-1], strict=True)
    biases = [(n, 1) for n in layer_dims[1:]]
    names = [kind + str(l) for kind in "Wb" for l in range(1, L + 1)]
    return dict(zip(names, [*weights, *biases], strict=True))


@exercise.correct_variant
def with_numpy_integers(layer_dims: Any) -> Any:
    n = np.array(layer_dims)
    shapes = {}
    for l in range(1, n.size):
        shapes["W" + str(l)] = (n[l], n[l - 1])
        shapes["b" + str(l)] = (n[l], 1)
    return shapes


@exercise.correct_variant
def by_recursion(layer_dims: Any) -> Any:
    if len(layer_dims) == 1:
        return {}
    l = len(layer_dims) - 1
    last = {f"W{l}": (layer_dims[-1], layer_dims[-2]), f"b{l}": (layer_dims[-1], 1)}
    return by_recursion(layer_dims[:-1]) | last


@exercise.correct_variant
def with_while(layer_dims: Any) -> Any:
    sizes = list(layer_dims)
    shapes: dict[str, Any] = {}
    while len(sizes) > 1:
        n, number = sizes.pop(), str(len(sizes))
        shapes.update({"W" + number: (n, sizes[-1]), "b" + number: (n, 1)})
    return shapes


@exercise.correct_variant
def sizes_in_lists(layer_dims: Any) -> Any:  # no tuples, and taken for the same shapes
    shapes = {}
    for l in range(1, len(layer_dims)):
        shapes[f"W{l:d}"] = [layer_dims[l], layer_dims[l - 1]]
        shapes[f"b{l:d}"] = [layer_dims[l], 1]
    return shapes
