"""The shapes of all Z and A; m is a size of its own, and once 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.exercise import Exercise
from utils.exercises.matrix_dimensions.common import each_layer, pass_cases
from utils.reference import matrix_dimensions as reference

exercise = Exercise(
    name="forward_shapes",
    assignment="03_matrix_dimensions",
    rubric={"values": 15},
    reference=reference.forward_shapes,
    returns="shapes",
    cases=pass_cases,
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
    "Z has the shape of A[l − 1] here. The product with `W` is what Z is, so it comes first."
)
def Z_before_the_product(layer_dims: Any, m: Any) -> Any:
    shapes = _input(layer_dims, m)
    for l, n, p in each_layer(layer_dims):
        shapes |= {f"Z{l}": (p, m), f"A{l}": (n, m)}
    return shapes


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def with_arrays(layer_dims: Any, m: Any) -> Any:
    A = np.zeros((layer_dims[0], m))
    shapes: dict[str, Any] = {"A0": A.shape}
    for l, n in enumerate(layer_dims[1:], 1):
        A = np.zeros((n, A.shape[0])) @ A
        shapes |= {f"Z{l}": A.shape, f"A{l}": list(A.shape)}
    return shapes
