"""The shapes of all Z and A; m is a size of its own, and once 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.exercise import Exercise
from utils.exercises.matrix_dimensions.common import by_part, each_layer, pass_cases
from utils.reference import matrix_dimensions as reference

exercise = Exercise(
    name="forward_shapes",
    assignment="03_matrix_dimensions",
    rubric={"shapes of Z": 5, "shapes of A": 6, "names": 3, "inputs left alone": 1},
    reference=reference.forward_shapes,
    returns="shapes",
    cases=by_part(
        reference.forward_shapes,
        pass_cases,
        {"shapes of Z": "Z", "shapes of A": "A", "names": ""},
    ),
    hints=(
        "Put the shapes under the formula: `W` is (n[l], n[l−1]), A[l−1] is (n[l−1], m). The inner "
        "sizes go; which two are left?",
        "The activation works entry by entry, so A has the shape of Z. The input A0 has the "
        "number 0 and stands before the loop.",
        'A similar problem, solved. Cake tins: `tins = {"T0": (rows[0], k)}`, then in the loop '
        '`tins["T" + str(l)] = (rows[l], k)`. Yours has two names a turn.',
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _columns(layers: Any, first: Any, shape: Any, names: str = "ZA") -> Any:
    shapes = dict(first)
    for l, n, p in layers:
        for name in names:
            shapes[f"{name}{l}"] = shape(n, p)
    return shapes


def _input(layer_dims: Any, m: Any) -> Any:
    return {"A0": (layer_dims[0], m)}


@exercise.mistake("Examples stand in rows here. In this course each example is a column.")
def examples_in_rows(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), {"A0": (m, layer_dims[0])}, lambda n, p: (m, n))


@exercise.mistake("`A0`, the input, is missing. It stands before the loop.")
def input_missing(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), {}, lambda n, p: (n, m))


@exercise.mistake("The input goes by the name A0 here, as the text says, rather than X.")
def input_called_X(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), {"X": (layer_dims[0], m)}, lambda n, p: (n, m))


@exercise.mistake("There is a Z0 here. Nothing is computed at the input, so it has no Z.")
def Z0_too(layer_dims: Any, m: Any) -> Any:
    first = {"Z0": (layer_dims[0], m), "A0": (layer_dims[0], m)}
    return _columns(each_layer(layer_dims), first, lambda n, p: (n, m))


@exercise.mistake("The output layer is missing: where does range stop?")
def last_layer_missing(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims)[:-1], _input(layer_dims, m), lambda n, p: (n, m))


@exercise.mistake("The A are there; the Z of each layer is missing.")
def no_Z(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), _input(layer_dims, m), lambda n, p: (n, m), "A")


@exercise.mistake("These are the shapes of the W. Every Z and A has a column an example.")
def shapes_of_W(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), _input(layer_dims, m), lambda n, p: (n, p))


@exercise.mistake("Z and A have the rows of the layer before. W changes how many there are.")
def rows_of_layer_before(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), _input(layer_dims, m), lambda n, p: (p, m))


@exercise.mistake("One column each: that is one example, and there are m of them.")
def single_column(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), {"A0": (layer_dims[0], 1)}, lambda n, p: (n, 1))


@exercise.mistake("Only the input has the m columns here; they go through to the output.")
def columns_lost(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), _input(layer_dims, m), lambda n, p: (n, 1))


@exercise.mistake("The number of examples was left out of the shapes.")
def m_left_out(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), {"A0": (layer_dims[0],)}, lambda n, p: (n,))


@exercise.mistake(
    "Z has the shape of A[l − 1] here. What does the product with `W` do to the rows?"
)
def Z_before_the_product(layer_dims: Any, m: Any) -> Any:
    shapes = _input(layer_dims, m)
    for l, n, p in each_layer(layer_dims):
        shapes |= {f"Z{l}": (p, m), f"A{l}": (n, m)}
    return shapes


@exercise.mistake("Z and A have the rows of the layer after. Which layer do they belong to?")
def rows_of_layer_after(layer_dims: Any, m: Any) -> Any:
    after = dict(zip(layer_dims, [*layer_dims[1:], layer_dims[-1]], strict=True))
    return _columns(each_layer(layer_dims), _input(layer_dims, m), lambda n, p: (after[n], m))


@exercise.mistake("Every layer has as many rows as the input here; each `W` changes how many.")
def rows_of_the_input(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), _input(layer_dims, m), lambda n, p: (layer_dims[0], m))


@exercise.mistake("The names are one too low: what comes after A0 belongs to layer 1.")
def numbered_from_zero(layer_dims: Any, m: Any) -> Any:
    layers = [(l - 1, n, p) for l, n, p in each_layer(layer_dims)]
    return _columns(layers, _input(layer_dims, m), lambda n, p: (n, m))


@exercise.mistake("Only the first layer is there. Look at the indent of return.")
def returned_early(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims)[:1], _input(layer_dims, m), lambda n, p: (n, m))


@exercise.mistake("The Z are there; the A of each layer is missing.")
def no_A(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), _input(layer_dims, m), lambda n, p: (n, m), "Z")


@exercise.mistake("`W` and b are in it, too. Asked is what flows through: the Z and the A.")
def parameters_too(layer_dims: Any, m: Any) -> Any:
    return reference.forward_shapes(layer_dims, m) | reference.parameter_shapes(layer_dims)


@exercise.mistake("The output was taken to have one row. How many units has the last layer?")
def one_row_at_the_output(layer_dims: Any, m: Any) -> Any:
    L = len(layer_dims) - 1
    return reference.forward_shapes(layer_dims, m) | {f"Z{L}": (1, m), f"A{L}": (1, m)}


@exercise.mistake("The rows of a shape and its columns were multiplied. A shape keeps both.")
def multiplied(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), _input(layer_dims, m), lambda n, p: n * m)


@exercise.mistake("From layer 1 on, examples stand in rows here. Each is a column, as in A0.")
def rows_after_the_input(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), _input(layer_dims, m), lambda n, p: (m, n))


@exercise.mistake("A[l] has the rows of A[l − 1] here. The activation keeps the shape of Z[l].")
def A_of_layer_before(layer_dims: Any, m: Any) -> Any:
    shapes = _input(layer_dims, m)
    for l, n, p in each_layer(layer_dims):
        shapes |= {f"Z{l}": (n, m), f"A{l}": (p, m)}
    return shapes


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("input_missing", "columns_lost")
def without_input_and_columns(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), {}, lambda n, p: (n, 1))


@exercise.combined_mistake("examples_in_rows", "last_layer_missing")
def rows_and_no_output(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims)[:-1], {"A0": (m, layer_dims[0])}, lambda n, p: (m, n))


@exercise.combined_mistake("no_Z", "rows_of_layer_before")
def A_alone_with_rows_before(layer_dims: Any, m: Any) -> Any:
    return _columns(each_layer(layer_dims), _input(layer_dims, m), lambda n, p: (p, m), "A")


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("text and a number cannot be joined with +.")
def number_not_made_text(layer_dims: Any, m: Any) -> Any:
    shapes = {"A0": (layer_dims[0], m)}
    for l in range(1, len(layer_dims)):
        shapes["Z" + l] = (layer_dims[l], m)
        shapes["A" + l] = (layer_dims[l], m)
    return shapes


@exercise.raising_mistake("shapes has no key 'W1'.")
def read_from_the_wrong_dictionary(layer_dims: Any, m: Any) -> Any:
    shapes = {"A0": (layer_dims[0], m)}
    for l in range(1, len(layer_dims)):
        shapes["Z" + str(l)] = (shapes["W" + str(l)][0], m)
        shapes["A" + str(l)] = shapes["Z" + str(l)]
    return shapes


@exercise.raising_mistake("layer_dims has 3 items, and [3] is not among them.")
def to_L_plus_one(layer_dims: Any, m: Any) -> Any:
    shapes = {"A0": (layer_dims[0], m)}
    for l in range(1, len(layer_dims) + 1):
        shapes["Z" + str(l)] = (layer_dims[l], m)
        shapes["A" + str(l)] = (layer_dims[l], m)
    return shapes


@exercise.raising_mistake("a dictionary has no .append.")
def appended_to_a_dictionary(layer_dims: Any, m: Any) -> Any:
    shapes = {"A0": (layer_dims[0], m)}
    for l in range(1, len(layer_dims)):
        shapes.append(("Z" + str(l), (layer_dims[l], m)))
    return shapes


@exercise.raising_mistake("the name Z1 is not defined.")
def shape_of_what_is_not_there(layer_dims: Any, m: Any) -> Any:
    shapes = {"A0": (layer_dims[0], m)}
    for l in range(1, len(layer_dims)):
        shapes["Z" + str(l)] = Z1.shape
        shapes["A" + str(l)] = Z1.shape
    return shapes


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_arrays(layer_dims: Any, m: Any) -> Any:
    A = np.zeros((layer_dims[0], m))
    shapes: dict[str, Any] = {"A0": A.shape}
    for l, n in enumerate(layer_dims[1:], 1):
        A = np.zeros((n, A.shape[0])) @ A
        shapes |= {f"Z{l}": A.shape, f"A{l}": list(A.shape)}
    return shapes


@exercise.correct_variant
def with_f_strings(layer_dims: Any, m: Any) -> Any:
    shapes = {"A0": (layer_dims[0], m)}
    for l in range(1, len(layer_dims)):
        shapes[f"Z{l}"] = shapes[f"A{l}"] = (layer_dims[l], m)
    return shapes


@exercise.correct_variant
def every_A_and_then_every_Z(layer_dims: Any, m: Any) -> Any:
    shapes = {"A" + str(l): (n, m) for l, n in enumerate(layer_dims)}
    for name in list(shapes):
        if name != "A0":
            shapes[name.replace("A", "Z")] = shapes[name]
    return shapes


@exercise.correct_variant
def with_Z0_taken_out(layer_dims: Any, m: Any) -> Any:
    shapes = {k + str(l): (n, m) for l, n in enumerate(layer_dims) for k in "AZ"}
    del shapes["Z0"]
    return shapes


@exercise.correct_variant
def from_the_shapes_of_W(layer_dims: Any, m: Any) -> Any:
    shapes: dict[str, Any] = {"A0": (layer_dims[0], m)}
    for name, (rows, _) in reference.parameter_shapes(layer_dims).items():
        if name[0] == "W":
            shapes |= {"Z" + name[1:]: (rows, m), "A" + name[1:]: (rows, m)}
    return shapes


@exercise.correct_variant
def A_as_Z(layer_dims: Any, m: Any) -> Any:
    shapes = {}
    shapes["A0"] = (layer_dims[0], m)
    for l, n in zip(range(1, len(layer_dims)), layer_dims[1:], strict=True):
        shapes["Z" + str(l)] = (n, m)
        shapes["A" + str(l)] = shapes["Z" + str(l)]
    return shapes


@exercise.correct_variant
def with_numpy_integers(layer_dims: Any, m: Any) -> Any:
    shapes = {"A0": (np.int64(layer_dims[0]), m)}
    for l, n in enumerate(np.array(layer_dims)):
        if l > 0:
            shapes["Z" + str(l)], shapes["A" + str(l)] = (n, m), (n, m)
    return shapes


@exercise.correct_variant
def from_the_output_down(layer_dims: Any, m: Any) -> Any:
    shapes = {}
    for l in range(len(layer_dims) - 1, 0, -1):
        shapes.update({f"A{l}": (layer_dims[l], m), f"Z{l}": (layer_dims[l], m)})
    shapes["A0"] = (layer_dims[0], m)
    return shapes


@exercise.correct_variant
def with_broadcasting(layer_dims: Any, m: Any) -> Any:
    def shape(n: Any) -> Any:
        return np.broadcast_shapes((n, 1), (1, m))

    shapes = {"A0": shape(layer_dims[0])}
    for l in range(1, len(layer_dims)):
        shapes["Z" + str(l)] = shape(layer_dims[l])
        shapes["A" + str(l)] = shape(layer_dims[l])
    return shapes
