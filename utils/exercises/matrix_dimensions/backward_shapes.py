"""The shapes of all gradients; the same passes as for `forward_shapes`."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.exercise import Exercise
from utils.exercises.matrix_dimensions.common import by_part, each_layer, pass_cases
from utils.reference import matrix_dimensions as reference

exercise = Exercise(
    name="backward_shapes",
    assignment="03_matrix_dimensions",
    rubric={
        "shapes of dW": 4,
        "shapes of db": 4,
        "shapes of dZ and dA": 3,
        "names": 3,
        "inputs left alone": 1,
    },
    reference=reference.backward_shapes,
    returns="shapes",
    cases=by_part(
        reference.backward_shapes,
        pass_cases,
        {
            "shapes of dW": "dW",
            "shapes of db": "db",
            "shapes of dZ and dA": "dZ dA",
            "names": "",
        },
    ),
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
    """Return the right shapes, but for each kind in `other` the shape that its function gives."""
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


@exercise.mistake("dA is stored one layer too high. Whose gradient is dA[l]?")
def dA_shifted(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dA=lambda n, p: (p, m))


@exercise.mistake("dW lies on its side: it must be subtracted from `W`, entry by entry.")
def dW_transposed(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dW=lambda n, p: (p, n))


@exercise.mistake("dW has a column an example here; the examples were summed over.")
def dW_like_dZ(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dW=lambda n, p: (n, m))


@exercise.mistake("db has rank 1 here, with one size alone. How many axes has b?")
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


@exercise.mistake("dZ has the rows of the layer before. Whose gradient is it?")
def dZ_of_layer_before(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dZ=lambda n, p: (p, m))


@exercise.mistake("The dA are missing: the gradients of what every layer gives, and of the input.")
def no_dA(layer_dims: Any, m: Any) -> Any:
    shapes = reference.backward_shapes(layer_dims, m)
    return {name: shape for name, shape in shapes.items() if name[:2] != "dA"}


@exercise.mistake("The dZ are missing.")
def no_dZ(layer_dims: Any, m: Any) -> Any:
    shapes = reference.backward_shapes(layer_dims, m)
    return {name: shape for name, shape in shapes.items() if name[:2] != "dZ"}


@exercise.mistake("dW and db are missing: training learns by these two.")
def no_parameters(layer_dims: Any, m: Any) -> Any:
    return {"d" + name: s for name, s in reference.forward_shapes(layer_dims, m).items()}


@exercise.mistake("Only dW and db are here. On the way to them come dZ and dA.")
def parameters_only(layer_dims: Any, m: Any) -> Any:
    return {"d" + name: s for name, s in reference.parameter_shapes(layer_dims).items()}


@exercise.mistake("The output layer is missing: where does range stop?")
def no_output_layer(layer_dims: Any, m: Any) -> Any:
    L = str(len(layer_dims) - 1)
    shapes = reference.backward_shapes(layer_dims, m)
    return _without(shapes, "dA" + L, "dZ" + L, "dW" + L, "db" + L)


@exercise.mistake("dZ and dA have one column here. Is the sum over the examples taken by then?")
def dZ_and_dA_summed(layer_dims: Any, m: Any) -> Any:
    shapes = reference.backward_shapes(layer_dims, m)
    return {k: (s[0], 1) if k[:2] in ("dZ", "dA") else s for k, s in shapes.items()}


@exercise.mistake("dW is a square here: do both of its sizes come from one layer?")
def dW_square(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dW=lambda n, p: (n, n))


@exercise.mistake("db is one number for the whole layer here. How many biases has it?")
def db_one_number(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, db=lambda n, p: (1, 1))


@exercise.mistake("dW and db still have a column an example; the examples were summed over.")
def nothing_summed(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dW=lambda n, p: (n, m), db=lambda n, p: (n, m))


@exercise.mistake(
    "The old names are in it as well. Asked are the gradients alone, with a d before each."
)
def both_ways(layer_dims: Any, m: Any) -> Any:
    forward = reference.forward_shapes(layer_dims, m) | reference.parameter_shapes(layer_dims)
    return forward | reference.backward_shapes(layer_dims, m)


@exercise.mistake("dZ and dA have examples in rows here. In this course each example is a column.")
def examples_in_rows(layer_dims: Any, m: Any) -> Any:
    shapes = reference.backward_shapes(layer_dims, m)
    return {k: s[::-1] if k[:2] in ("dZ", "dA") else s for k, s in shapes.items()}


@exercise.mistake("dW and db both lie on their sides: each is subtracted from `W` or b as it is.")
def parameters_turned(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dW=lambda n, p: (p, n), db=lambda n, p: (1, n))


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("dW_transposed", "db_rank_one")
def dW_turned_and_db_flat(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dW=lambda n, p: (p, n), db=lambda n, p: (n,))


@exercise.combined_mistake("no_dA0", "db_rank_one")
def without_dA0_and_db_flat(layer_dims: Any, m: Any) -> Any:
    return _without(db_rank_one(layer_dims, m), "dA0")


@exercise.combined_mistake("dZ0_too", "dW_transposed")
def dZ0_and_dW_turned(layer_dims: Any, m: Any) -> Any:
    return dW_transposed(layer_dims, m) | {"dZ0": (layer_dims[0], m)}


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("there is no + for a dictionary and another.")
def dictionaries_added(layer_dims: Any, m: Any) -> Any:
    parameters = reference.parameter_shapes(layer_dims)
    forward = reference.forward_shapes(layer_dims, m)
    both: Any = parameters + forward
    return {"d" + name: shape for name, shape in both.items()}


@exercise.raising_mistake("text and a number cannot be joined with +.")
def number_not_made_text(layer_dims: Any, m: Any) -> Any:
    shapes = {"dA0": (layer_dims[0], m)}
    for l in range(1, len(layer_dims)):
        shapes["dZ" + l] = (layer_dims[l], m)
    return shapes


@exercise.raising_mistake("forward has no key 'Z0'.")
def Z0_asked_for(layer_dims: Any, m: Any) -> Any:
    shapes, forward = {}, reference.forward_shapes(layer_dims, m)
    for l in range(len(layer_dims)):
        shapes["dZ" + str(l)] = forward["Z" + str(l)]
        shapes["dA" + str(l)] = forward["A" + str(l)]
    return shapes


@exercise.raising_mistake("missing 1 required positional argument: 'm'.")
def m_not_handed_on(layer_dims: Any, m: Any) -> Any:
    forward: Any = reference.forward_shapes(layer_dims)
    return {"d" + name: shape for name, shape in forward.items()}


@exercise.raising_mistake(
    "there are 2 names between for and in, but more values for them each time."
)
def items_forgotten(layer_dims: Any, m: Any) -> Any:
    shapes = {}
    for name, shape in list[Any](reference.backward_shapes(layer_dims, m)):
        shapes["d" + name] = shape
    return shapes


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def from_layer_L_down(layer_dims: Any, m: Any) -> Any:
    shapes: dict[str, Any] = {}
    for l in reversed(range(len(layer_dims))):
        n = layer_dims[l]
        shapes[f"dA{l}"] = (n, m)
        if l:
            shapes[f"db{l}"], shapes[f"dZ{l}"] = (n, 1), (n, m)
            shapes[f"dW{l}"] = (np.int64(n), layer_dims[l - 1])
    return shapes


@exercise.correct_variant
def a_d_before_every_name(layer_dims: Any, m: Any) -> Any:
    shapes = {}
    for name, shape in reference.forward_shapes(layer_dims, m).items():
        shapes["d" + name] = shape
    for name, shape in reference.parameter_shapes(layer_dims).items():
        shapes["d" + name] = shape
    return shapes


@exercise.correct_variant
def all_by_hand(layer_dims: Any, m: Any) -> Any:
    shapes = {"dA0": (layer_dims[0], m)}
    for l in range(1, len(layer_dims)):
        shapes["dZ" + str(l)] = (layer_dims[l], m)
        shapes["dA" + str(l)] = (layer_dims[l], m)
        shapes["dW" + str(l)] = (layer_dims[l], layer_dims[l - 1])
        shapes["db" + str(l)] = (layer_dims[l], 1)
    return shapes


@exercise.correct_variant
def as_dictionaries_side_by_side(layer_dims: Any, m: Any) -> Any:
    forward = reference.forward_shapes(layer_dims, m)
    both = {**forward, **reference.parameter_shapes(layer_dims)}
    return {f"d{name}": both[name] for name in sorted(both)}


@exercise.correct_variant
def of_products(layer_dims: Any, m: Any) -> Any:
    # dW = dZ A_prev.T, db the row sums of dZ, dA_prev = W.T dZ: NumPy says the shapes.
    dA = np.zeros((layer_dims[-1], m))
    shapes: dict[str, Any] = {}
    for l in range(len(layer_dims) - 1, 0, -1):
        W, A_prev = np.zeros(layer_dims[l : l - 2 if l > 1 else None : -1]), layer_dims[l - 1]
        dZ = dA * 1
        shapes[f"dA{l}"], shapes[f"dZ{l}"] = dA.shape, dZ.shape
        shapes[f"dW{l}"] = (dZ @ np.zeros((A_prev, m)).T).shape
        shapes[f"db{l}"] = dZ.sum(axis=1, keepdims=True).shape
        dA = W.T @ dZ
    return shapes | {"dA0": dA.shape}


@exercise.correct_variant
def with_setdefault(layer_dims: Any, m: Any) -> Any:
    shapes: dict[str, Any] = {}
    for l, n in enumerate(layer_dims):
        for kind, columns in {"dA": m, "dZ": m, "dW": layer_dims[l - 1], "db": 1}.items():
            if l > 0 or kind == "dA":
                shapes.setdefault(kind + str(l), (n, columns))
    return shapes


@exercise.correct_variant
def with_dict_and_zip(layer_dims: Any, m: Any) -> Any:
    old = reference.parameter_shapes(layer_dims)
    old.update(reference.forward_shapes(layer_dims, m))
    return dict(zip(["d" + name for name in old], old.values(), strict=True))


@exercise.correct_variant
def with_extra_function(layer_dims: Any, m: Any) -> Any:
    def add_d(shapes: Any) -> Any:
        return {"d" + name: shapes[name] for name in shapes}

    forward = add_d(reference.forward_shapes(layer_dims=layer_dims, m=m))
    return forward | add_d(reference.parameter_shapes(layer_dims=layer_dims))


@exercise.correct_variant
def with_numpy_integers_in_lists(layer_dims: Any, m: Any) -> Any:
    n = np.array(layer_dims)
    shapes: dict[str, Any] = {"dA0": [n[0], m]}
    for l in range(1, len(n)):
        shapes |= {f"dZ{l}": [n[l], m], f"dA{l}": [n[l], m], f"db{l}": [n[l], 1]}
        shapes[f"dW{l}"] = list(n[[l, l - 1]])
    return shapes
