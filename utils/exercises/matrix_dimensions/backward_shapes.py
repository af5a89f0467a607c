"""The shapes of all gradients; the same passes as for `forward_shapes`."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.exercise import Exercise
from utils.exercises.matrix_dimensions.common import each_layer, pass_cases
from utils.reference import matrix_dimensions as reference

exercise = Exercise(
    name="backward_shapes",
    assignment="03_matrix_dimensions",
    rubric={"values": 15},
    reference=reference.backward_shapes,
    returns="shapes",
    cases=pass_cases,
    builds_on=("forward_shapes", "parameter_shapes"),
    hints=(
        "You know every shape already: a gradient has the shape of what it is the gradient of.",
        'The names are the old ones with a "d" before them. The output, layer L, has a dA too, '
        "and so has the input.",
        "A similar problem, solved. Copies of all files with another name: "
        '`for name, size in files.items(): copies["old_" + name] = size`.',
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _back(layer_dims: Any, m: Any, **other: Any) -> Any:
    """Right shapes, but for the kinds named: each a function of n[l], n[l-1] and m."""
    shapes = reference.backward_shapes(layer_dims, m)
    for kind, shape in other.items():
        for l, n, p in each_layer(layer_dims):
            shapes[f"{kind}{l}"] = shape(n, p)
    return shapes


def _without(shapes: Any, *names: str) -> Any:
    return {name: shape for name, shape in shapes.items() if name not in names}


@exercise.mistake("`dA0` is missing: the way back goes down to the input.")
def no_dA0(layer_dims: Any, m: Any) -> Any:
    return _without(reference.backward_shapes(layer_dims, m), "dA0")


@exercise.mistake("The dA of the output layer is missing: with it the way back begins.")
def no_dAL(layer_dims: Any, m: Any) -> Any:
    return _without(reference.backward_shapes(layer_dims, m), f"dA{len(layer_dims) - 1}")


@exercise.mistake("Both ends are missing: the dA of the output and that of the input.")
def no_ends(layer_dims: Any, m: Any) -> Any:
    shapes = reference.backward_shapes(layer_dims, m)
    return _without(shapes, "dA0", f"dA{len(layer_dims) - 1}")


@exercise.mistake("dA is stored one layer too high: dA[l] has the shape of A[l].")
def dA_shifted(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dA=lambda n, p: (p, m))


@exercise.mistake("dW lies on its side: it must be subtracted from `W`, entry by entry.")
def dW_transposed(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dW=lambda n, p: (p, n))


@exercise.mistake("dW has a column an example here; the examples were summed over.")
def dW_like_dZ(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dW=lambda n, p: (n, m))


@exercise.mistake("db is a rank-1 array here. b has two axes, so db has two as well.")
def db_rank_one(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, db=lambda n, p: (n,))


@exercise.mistake("db has a column an example here; the examples were summed over.")
def db_like_dZ(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, db=lambda n, p: (n, m))


@exercise.mistake("db lies down as a row; it stands as b does.")
def db_as_row(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, db=lambda n, p: (1, n))


@exercise.mistake("db was summed over the units, so one number an example is left.")
def db_over_units(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, db=lambda n, p: (1, m))


@exercise.mistake("There is a dZ0 here. The input has no Z, so no dZ either.")
def dZ0_too(layer_dims: Any, m: Any) -> Any:
    return reference.backward_shapes(layer_dims, m) | {"dZ0": (layer_dims[0], m)}


@exercise.mistake("All shapes lie on their sides: in this course examples are columns.")
def turned(layer_dims: Any, m: Any) -> Any:
    shapes = reference.backward_shapes(layer_dims, m)
    return {name: shape[::-1] for name, shape in shapes.items()}


@exercise.mistake("The names have no d before them: these are the shapes of the way forward.")
def names_without_d(layer_dims: Any, m: Any) -> Any:
    return {name[1:]: s for name, s in reference.backward_shapes(layer_dims, m).items()}


@exercise.mistake("dZ has the rows of the layer before. It has the shape of Z.")
def dZ_of_layer_before(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dZ=lambda n, p: (p, m))


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def from_layer_L_down(layer_dims: Any, m: Any) -> Any:
    shapes: dict[str, Any] = {}
    for l in reversed(range(len(layer_dims))):
        n = layer_dims[l]
        shapes[f"dA{l}"] = (n, m)
        if l:
            shapes[f"db{l}"], shapes[f"dZ{l}"] = (n, 1), (n, m)
            shapes[f"dW{l}"] = (np.int64(n), layer_dims[l - 1])
    return shapes
