"""Notebook 03: for each exercise its cases, the mistakes students make, and the hints.

The layers of a case have sizes of their own, so that no axis can be mistaken for another,
except where equal sizes are the point.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Anything, Case, Raised, Returned
from utils.exercises.exercise import Exercise
from utils.reference import matrix_dimensions as reference

Rng = np.random.Generator
ASSIGNMENT = "03_matrix_dimensions"
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


def _distinct(rng: Rng, count: int, among: tuple[int, ...] = PRIMES) -> list[int]:
    """So many distinct primes, in random order."""
    return [int(n) for n in rng.choice(among, count, replace=False)]


def _network_cases(rng: Rng) -> list[Case]:
    return [
        Case({"layer_dims": _distinct(rng, 3, (2, 3, 5, 7))}, "two layers"),
        Case({"layer_dims": _distinct(rng, 2)}, "a single layer"),
        Case({"layer_dims": [*_distinct(rng, 4), 1]}, "four layers"),
        Case({"layer_dims": [784, 64, 16, 1]}, "the sizes used for garments"),
        Case({"layer_dims": _distinct(rng, 12)}, "eleven layers"),
    ]


def _pass_cases(rng: Rng) -> list[Case]:
    def case(count: int, note: str) -> Case:
        *layer_dims, m = _distinct(rng, count + 2)
        return Case({"layer_dims": layer_dims, "m": m}, note)

    *small, m = _distinct(rng, 4, (2, 3, 5, 7))
    return [
        Case({"layer_dims": small, "m": m}, "two layers"),
        case(1, "a single layer"),
        case(4, "four layers"),
        Case({"layer_dims": _distinct(rng, 4), "m": 1}, "a single example (m = 1)"),
        Case({"layer_dims": [*_distinct(rng, 3), 1], "m": 500}, "one unit at the output"),
    ]


def _layers(layer_dims: list[int]) -> Any:
    """For every layer its number, its units and the units before."""
    return [(l, layer_dims[l], layer_dims[l - 1]) for l in range(1, len(layer_dims))]


# --- parameter_shapes ----------------------------------------------------------------------


parameter_shapes = Exercise(
    name="parameter_shapes",
    assignment=ASSIGNMENT,
    rubric={"right": 10},
    reference=reference.parameter_shapes,
    returns="shapes",
    cases=_network_cases,
    hints=(
        "A row for every unit of layer l, a column for every unit of the layer before. "
        "Which two entries of layer_dims are these?",
        'One key per line: `shapes["W" + str(l)] = (…, …)`, then the same for b. '
        "A shape is a tuple, so it stands in round brackets.",
        'A similar problem, solved. A bridge from river bank l − 1 to bank l: `plan["bridge" + '
        "str(l)] = (width[l - 1], width[l])`. Yours has its own order, and b beside W.",
    ),
)


def _parameters(layers: Any, W: Any = lambda n, p: (n, p), b: Any = lambda n, p: (n, 1)) -> Any:
    shapes = {}
    for l, n, p in layers:
        shapes[f"W{l}"] = W(n, p)
        shapes[f"b{l}"] = b(n, p)
    return shapes


@parameter_shapes.mistake(
    "W lies on its side: its rows are the units of the layer itself, its columns those before."
)
def W_transposed(layer_dims: Any) -> Any:
    return _parameters(_layers(layer_dims), W=lambda n, p: (p, n))


@parameter_shapes.mistake("There is a W0 here. The input has no weights: where does range begin?")
def starts_at_zero(layer_dims: Any) -> Any:
    return _parameters([(l, layer_dims[l], layer_dims[l - 1]) for l in range(len(layer_dims))])


@parameter_shapes.mistake("The names are one too low: the first layer with weights is layer 1.")
def numbered_from_zero(layer_dims: Any) -> Any:
    return _parameters([(l - 1, n, p) for l, n, p in _layers(layer_dims)])


@parameter_shapes.mistake("The output layer is missing: where does range stop?")
def no_output_layer(layer_dims: Any) -> Any:
    return _parameters(_layers(layer_dims)[:-1])


@parameter_shapes.mistake("b has a single number in its shape here. Give it its one column.")
def b_rank_one(layer_dims: Any) -> Any:
    return _parameters(_layers(layer_dims), b=lambda n, p: (n,))


@parameter_shapes.mistake("b lies down as a row; it should stand as a column.")
def b_as_row(layer_dims: Any) -> Any:
    return _parameters(_layers(layer_dims), b=lambda n, p: (1, n))


@parameter_shapes.mistake(
    "b has a row for every unit of the layer before. A bias belongs to a unit of layer l."
)
def b_of_layer_before(layer_dims: Any) -> Any:
    return _parameters(_layers(layer_dims), b=lambda n, p: (p, 1))


@parameter_shapes.mistake(
    "Both `W` and b lie on their sides: this is the convention with examples in rows."
)
def all_transposed(layer_dims: Any) -> Any:
    return _parameters(_layers(layer_dims), lambda n, p: (p, n), lambda n, p: (1, n))


@parameter_shapes.mistake("b has as many columns as `W`. Each unit has one bias, not one an input.")
def b_like_W(layer_dims: Any) -> Any:
    return _parameters(_layers(layer_dims), b=lambda n, p: (n, p))


@parameter_shapes.mistake("The weights are there; the biases b1, b2, … are missing.")
def no_biases(layer_dims: Any) -> Any:
    return {f"W{l}": (n, p) for l, n, p in _layers(layer_dims)}


@parameter_shapes.mistake("These are whole matrices. Asked are their shapes only, as tuples.")
def matrices(layer_dims: Any) -> Any:
    return {name: np.zeros(s) for name, s in reference.parameter_shapes(layer_dims).items()}


@parameter_shapes.mistake(
    "The shapes were returned inside the loop, after the first layer. Look at the indent of return."
)
def returned_early(layer_dims: Any) -> Any:
    return _parameters(_layers(layer_dims)[:1])


# --- count_parameters ----------------------------------------------------------------------


count_parameters = Exercise(
    name="count_parameters",
    assignment=ASSIGNMENT,
    rubric={"right": 10},
    reference=reference.count_parameters,
    returns="count",
    cases=_network_cases,
    builds_on=("parameter_shapes",),
    hints=(
        "A matrix with r rows and c columns has r × c entries. Every layer has two arrays.",
        "You can loop over the layers, or over parameter_shapes(layer_dims).values(): each value "
        "is a pair of sizes.",
        "A similar problem, solved. All seats in a theater: `seats = 0`, then for each of its "
        "halls `seats += rows[h] * places[h]`, and after the loop `return seats`.",
    ),
)


def _total(layers: Any, entries: Any) -> Any:
    return sum(entries(n, p) for _, n, p in layers)


@count_parameters.mistake("These are the weights alone. The biases are learned, too.")
def biases_forgotten(layer_dims: Any) -> Any:
    return _total(_layers(layer_dims), lambda n, p: n * p)


@count_parameters.mistake("These are the biases alone: the weights are missing.")
def weights_forgotten(layer_dims: Any) -> Any:
    return _total(_layers(layer_dims), lambda n, p: n)


@count_parameters.mistake("Rows and columns were added up. How many entries has a 3 × 4 grid?")
def sizes_added(layer_dims: Any) -> Any:
    return _total(_layers(layer_dims), lambda n, p: n + p + n + 1)


@count_parameters.mistake(
    "The biases of a layer were counted by the units before it. Each unit of layer l has one."
)
def biases_of_layer_before(layer_dims: Any) -> Any:
    return _total(_layers(layer_dims), lambda n, p: n * p + p)


@count_parameters.mistake("The input's units were given biases, too. The input is no layer.")
def biases_for_the_input(layer_dims: Any) -> Any:
    return _total(_layers(layer_dims), lambda n, p: n * p + n) + layer_dims[0]


@count_parameters.mistake("One bias a layer was counted; each unit has its own.")
def one_bias_a_layer(layer_dims: Any) -> Any:
    return _total(_layers(layer_dims), lambda n, p: n * p + 1)


@count_parameters.mistake("The output layer is missing: where does range stop?")
def output_not_counted(layer_dims: Any) -> Any:
    return _total(_layers(layer_dims)[:-1], lambda n, p: n * p + n)


@count_parameters.mistake("This counts the arrays W1, b1, …; asked are the numbers in them.")
def arrays_counted(layer_dims: Any) -> Any:
    return 2 * (len(layer_dims) - 1)


@count_parameters.mistake("This is the number of units. Asked are the weights and biases.")
def units_counted(layer_dims: Any) -> Any:
    return sum(layer_dims)


@count_parameters.mistake("Only the last layer was counted: `=` forgets what was there, += adds.")
def last_layer_only(layer_dims: Any) -> Any:
    return _total(_layers(layer_dims)[-1:], lambda n, p: n * p + n)


# --- forward_shapes ------------------------------------------------------------------------


forward_shapes = Exercise(
    name="forward_shapes",
    assignment=ASSIGNMENT,
    rubric={"right": 15},
    reference=reference.forward_shapes,
    returns="shapes",
    cases=_pass_cases,
    hints=(
        "Put the shapes under the formula: `W` is (n[l], n[l−1]), A[l−1] is (n[l−1], m). The inner "
        "sizes go; which two are left?",
        "The activation works entry by entry, so A has the shape of Z. The input A0 has the "
        "number 0 and stands before the loop.",
        'A similar problem, solved. Cake tins: `tins = {"T0": (rows[0], k)}`, then in the loop '
        '`tins["T" + str(l)] = (rows[l], k)`. Yours has two names a turn.',
    ),
)


def _columns(layers: Any, first: Any, shape: Any, names: str = "ZA") -> Any:
    shapes = dict(first)
    for l, n, p in layers:
        for name in names:
            shapes[f"{name}{l}"] = shape(n, p)
    return shapes


def _input(layer_dims: Any, m: Any) -> Any:
    return {"A0": (layer_dims[0], m)}


@forward_shapes.mistake("Examples stand in rows here. In this course each example is a column.")
def examples_in_rows(layer_dims: Any, m: Any) -> Any:
    return _columns(_layers(layer_dims), {"A0": (m, layer_dims[0])}, lambda n, p: (m, n))


@forward_shapes.mistake("`A0`, the input, is missing. It stands before the loop.")
def input_missing(layer_dims: Any, m: Any) -> Any:
    return _columns(_layers(layer_dims), {}, lambda n, p: (n, m))


@forward_shapes.mistake("The input goes by the name A0 here, as the text says, rather than X.")
def input_called_X(layer_dims: Any, m: Any) -> Any:
    return _columns(_layers(layer_dims), {"X": (layer_dims[0], m)}, lambda n, p: (n, m))


@forward_shapes.mistake("There is a Z0 here. Nothing is computed at the input, so it has no Z.")
def Z0_too(layer_dims: Any, m: Any) -> Any:
    first = {"Z0": (layer_dims[0], m), "A0": (layer_dims[0], m)}
    return _columns(_layers(layer_dims), first, lambda n, p: (n, m))


@forward_shapes.mistake("The output layer is missing: where does range stop?")
def last_layer_missing(layer_dims: Any, m: Any) -> Any:
    return _columns(_layers(layer_dims)[:-1], _input(layer_dims, m), lambda n, p: (n, m))


@forward_shapes.mistake("The A are there; the Z of each layer is missing.")
def no_Z(layer_dims: Any, m: Any) -> Any:
    return _columns(_layers(layer_dims), _input(layer_dims, m), lambda n, p: (n, m), "A")


@forward_shapes.mistake("These are the shapes of the W. Every Z and A has a column an example.")
def shapes_of_W(layer_dims: Any, m: Any) -> Any:
    return _columns(_layers(layer_dims), _input(layer_dims, m), lambda n, p: (n, p))


@forward_shapes.mistake("Z and A have the rows of the layer before. W changes how many there are.")
def rows_of_layer_before(layer_dims: Any, m: Any) -> Any:
    return _columns(_layers(layer_dims), _input(layer_dims, m), lambda n, p: (p, m))


@forward_shapes.mistake("One column each: that is one example, and there are m of them.")
def single_column(layer_dims: Any, m: Any) -> Any:
    return _columns(_layers(layer_dims), {"A0": (layer_dims[0], 1)}, lambda n, p: (n, 1))


@forward_shapes.mistake("Only the input has the m columns here; they go through to the output.")
def columns_lost(layer_dims: Any, m: Any) -> Any:
    return _columns(_layers(layer_dims), _input(layer_dims, m), lambda n, p: (n, 1))


@forward_shapes.mistake("The number of examples was left out of the shapes.")
def m_left_out(layer_dims: Any, m: Any) -> Any:
    return _columns(_layers(layer_dims), {"A0": (layer_dims[0],)}, lambda n, p: (n,))


@forward_shapes.mistake(
    "Z has the shape of A[l − 1] here. The product with `W` is what Z is, so it comes first."
)
def Z_before_the_product(layer_dims: Any, m: Any) -> Any:
    shapes = _input(layer_dims, m)
    for l, n, p in _layers(layer_dims):
        shapes |= {f"Z{l}": (p, m), f"A{l}": (n, m)}
    return shapes


# --- layer_outputs_vectorized --------------------------------------------------------------


def _output_cases(rng: Rng) -> list[Case]:
    def case(n0: int, n1: int, m: int, note: str = "", layout: str = "plain") -> Case:
        X, W = rng.normal(0, 1, (n0, m)), rng.normal(0, 0.5, (n1, n0))
        b = rng.choice([-1.0, 1.0], (n1, 1)) * rng.uniform(0.2, 1, (n1, 1))
        return Case({"X": X, "W": W, "b": b}, note, layout)

    readable = {
        "X": rng.integers(-9, 10, (3, 4)) / 10,
        "W": rng.integers(1, 20, (2, 3)) / 10,
        "b": np.array([[0.5], [-0.3]]),
    }
    small = {name: array.astype(np.float32) for name, array in case(3, 5, 7).args.items()}
    return [
        Case(readable),
        case(5, 3, 1, "a single example (m = 1)"),
        case(5, 1, 2, "a single unit"),
        case(1, 3, 2, "a single input"),
        case(3, 3, 3, "all sizes equal"),
        case(5, 3, 3, "as many examples as units"),
        Case(small, "float32 arrays"),
        case(3, 5, 7, "arrays that are not contiguous in memory", "strided"),
        case(3, 5, 7, "arrays that must not be written to", "readonly"),
    ]


layer_outputs_vectorized = Exercise(
    name="layer_outputs_vectorized",
    assignment=ASSIGNMENT,
    rubric={"right": 15},
    reference=reference.layer_outputs_vectorized,
    returns="A",
    cases=_output_cases,
    fresh=("A",),
    laws={"no_loop_over_examples": "right"},
    hints=(
        "The innermost loop multiplies and adds up over k. The sign @ does this for every pair "
        "of a row and a column at once.",
        "b[j, 0] depends on the unit alone. A column (n[1], 1), added to (n[1], m), is added to "
        "every column. np.tanh takes whole arrays.",
        "A similar problem, solved. The loop `for i: for k: T[0, i] += p[0, k] * Q[k, i]` is "
        "`T = p @ Q`: the index that is added up, k, stands inside.",
    ),
)


@layer_outputs_vectorized.mistake(
    "The values are right. There is still a loop over the examples in it."
)
def still_a_loop(X: Any, W: Any, b: Any) -> Any:
    A = np.zeros((W.shape[0], X.shape[1]), np.result_type(X, W, b))
    for i in range(X.shape[1]):
        for j in range(W.shape[0]):
            A[j, i] = np.tanh(np.sum(W[j, :] * X[:, i]) + b[j, 0])
    return A


@layer_outputs_vectorized.mistake("These are the sums before tanh: the activation is missing.")
def no_activation(X: Any, W: Any, b: Any) -> Any:
    return W @ X + b


@layer_outputs_vectorized.mistake("The bias is missing.")
def no_bias(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X)


@layer_outputs_vectorized.mistake("The bias was added after tanh. In the loop it comes before.")
def bias_after(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X) + b


@layer_outputs_vectorized.mistake("`*` multiplies entry by entry. Where is the sum over k?")
def entry_by_entry(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W * X + b)


@layer_outputs_vectorized.mistake("`W` was turned on its side: it has a row a unit already.")
def W_on_its_side(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W.T @ X + b)


@layer_outputs_vectorized.mistake("The factors are in the wrong order: inner sizes must agree.")
def factors_swapped(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(X @ W + b)


@layer_outputs_vectorized.mistake("X was turned on its side: its examples are columns already.")
def X_on_its_side(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X.T + b)


@layer_outputs_vectorized.mistake(
    "b was flattened, or turned on its side: it is then added along rows. It should stay a column."
)
def b_flat(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X + b.ravel())


@layer_outputs_vectorized.mistake("All values are there, with examples in rows. Make them columns.")
def rows_for_columns(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(X.T @ W.T + b.T)


@layer_outputs_vectorized.mistake(
    "The shape is right and the entries are scrambled: reshape only deals them out again, "
    "row by row."
)
def reshaped(X: Any, W: Any, b: Any) -> Any:
    return np.tanh((X.T @ W.T + b.T).reshape(W.shape[0], X.shape[1]))


@layer_outputs_vectorized.mistake(
    "The shape is right, but the entries of X were dealt out again by reshape on the way."
)
def X_reshaped(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X.T.reshape(X.shape) + b)


@layer_outputs_vectorized.mistake("Only the first example went through.")
def first_example(X: Any, W: Any, b: Any) -> Any:
    return np.tanh(W @ X[:, :1] + b)


@layer_outputs_vectorized.mistake("This is the sigmoid of the sums; the loop uses tanh.")
def sigmoid_for_tanh(X: Any, W: Any, b: Any) -> Any:
    return (1 + np.tanh((W @ X + b) / 2)) / 2


# --- backward_shapes -----------------------------------------------------------------------


backward_shapes = Exercise(
    name="backward_shapes",
    assignment=ASSIGNMENT,
    rubric={"right": 15},
    reference=reference.backward_shapes,
    returns="shapes",
    cases=_pass_cases,
    builds_on=("forward_shapes", "parameter_shapes"),
    hints=(
        "You know every shape already: a gradient has the shape of what it is the gradient of.",
        'The names are the old ones with a "d" before them. The output, layer L, has a dA too, '
        "and so has the input.",
        "A similar problem, solved. Copies of all files with another name: "
        '`for name, size in files.items(): copies["old_" + name] = size`.',
    ),
)


def _back(layer_dims: Any, m: Any, **other: Any) -> Any:
    """Right shapes, but for the kinds named: each a function of n[l], n[l-1] and m."""
    shapes = reference.backward_shapes(layer_dims, m)
    for kind, shape in other.items():
        for l, n, p in _layers(layer_dims):
            shapes[f"{kind}{l}"] = shape(n, p)
    return shapes


def _without(shapes: Any, *names: str) -> Any:
    return {name: shape for name, shape in shapes.items() if name not in names}


@backward_shapes.mistake("`dA0` is missing: the way back goes down to the input.")
def no_dA0(layer_dims: Any, m: Any) -> Any:
    return _without(reference.backward_shapes(layer_dims, m), "dA0")


@backward_shapes.mistake("The dA of the output layer is missing: with it the way back begins.")
def no_dAL(layer_dims: Any, m: Any) -> Any:
    return _without(reference.backward_shapes(layer_dims, m), f"dA{len(layer_dims) - 1}")


@backward_shapes.mistake("Both ends are missing: the dA of the output and that of the input.")
def no_ends(layer_dims: Any, m: Any) -> Any:
    shapes = reference.backward_shapes(layer_dims, m)
    return _without(shapes, "dA0", f"dA{len(layer_dims) - 1}")


@backward_shapes.mistake("dA is stored one layer too high: dA[l] has the shape of A[l].")
def dA_shifted(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dA=lambda n, p: (p, m))


@backward_shapes.mistake("dW lies on its side: it must be subtracted from `W`, entry by entry.")
def dW_transposed(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dW=lambda n, p: (p, n))


@backward_shapes.mistake("dW has a column an example here; the examples were summed over.")
def dW_like_dZ(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dW=lambda n, p: (n, m))


@backward_shapes.mistake("db is a rank-1 array here. b has two axes, so db has two as well.")
def db_rank_one(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, db=lambda n, p: (n,))


@backward_shapes.mistake("db has a column an example here; the examples were summed over.")
def db_like_dZ(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, db=lambda n, p: (n, m))


@backward_shapes.mistake("db lies down as a row; it stands as b does.")
def db_as_row(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, db=lambda n, p: (1, n))


@backward_shapes.mistake("db was summed over the units, so one number an example is left.")
def db_over_units(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, db=lambda n, p: (1, m))


@backward_shapes.mistake("There is a dZ0 here. The input has no Z, so no dZ either.")
def dZ0_too(layer_dims: Any, m: Any) -> Any:
    return reference.backward_shapes(layer_dims, m) | {"dZ0": (layer_dims[0], m)}


@backward_shapes.mistake("All shapes lie on their sides: in this course examples are columns.")
def turned(layer_dims: Any, m: Any) -> Any:
    shapes = reference.backward_shapes(layer_dims, m)
    return {name: shape[::-1] for name, shape in shapes.items()}


@backward_shapes.mistake(
    "The names have no d before them: these are the shapes of the way forward."
)
def names_without_d(layer_dims: Any, m: Any) -> Any:
    return {name[1:]: s for name, s in reference.backward_shapes(layer_dims, m).items()}


@backward_shapes.mistake("dZ has the rows of the layer before. It has the shape of Z.")
def dZ_of_layer_before(layer_dims: Any, m: Any) -> Any:
    return _back(layer_dims, m, dZ=lambda n, p: (p, m))


# --- check_dimensions ----------------------------------------------------------------------


def _made(
    rng: Rng, layer_dims: list[int], wrong: dict[str, tuple[int, ...]], mixed: bool = False
) -> dict[str, Any]:
    """Parameters of these sizes, but for those that are wrong."""
    shapes: dict[str, tuple[int, ...]] = {**reference.parameter_shapes(layer_dims), **wrong}
    names = sorted(shapes, reverse=True) if mixed else list(shapes)
    return {name: rng.normal(0, 1, shapes[name]) for name in names}


def _dimension_cases(rng: Rng) -> list[Case]:
    def case(note: str, layer_dims: list[int], **wrong: tuple[int, ...]) -> Case:
        args = {"parameters": _made(rng, layer_dims, wrong), "layer_dims": layer_dims}
        return Case(args, note, expected=Raised("ValueError") if wrong else Returned(Anything()))

    three = _distinct(rng, 4, (3, 5, 7, 11))
    a, b, c, d = three
    return [
        case("parameters that are all right", three),
        case("W2 on its side", three, W2=(b, c)),
        case("b1 a rank-1 array", three, b1=(b,)),
        case("b2 lying down as a row", three, b2=(1, c)),
        case("b2 grown to (n, n)", three, b2=(c, c)),
        case("W3 one column short", three, W3=(d, c - 1)),
        case("W1 one row too many", three, W1=(b + 1, a)),
        case("b3, the very last, wrong", three, b3=(d + 1, 1)),
        case("as many numbers in W1, but another shape", [6, 4, 1], W1=(3, 8)),
        case("b2 a single number for all units", three, b2=(1, 1)),
        case("a single layer, all right", [a, b]),
        case("a single layer, b1 wrong", [a, b], b1=(b, 2)),
    ]


def _sentences() -> list[list[Any]]:
    """What the law tries: sizes, shapes in the dictionary's order, the first wrong one."""

    def told(layer_dims: list[int], mixed: bool = False, **wrong: tuple[int, ...]) -> list[Any]:
        made = _made(np.random.default_rng(0), layer_dims, wrong, mixed)
        due = reference.parameter_shapes(layer_dims)
        name = next((name for name in due if name in wrong), "")
        shapes = [[key, array.shape] for key, array in made.items()]
        return [layer_dims, shapes, name, wrong.get(name, ()), due.get(name, ())]

    dims = [13, 7, 17, 5]
    return [
        told(dims),
        told(dims, W2=(7, 17)),
        told(dims, b1=(7,)),
        told(dims, b3=(1, 5)),
        told(dims, W1=(7, 12), b1=(7, 7)),
        told(dims, b1=(1, 7), W2=(7, 17)),
        told(dims, W2=(7, 17), b2=(17,), W3=(17, 5)),
        told(dims, mixed=True, W1=(13, 7), W3=(17, 5)),
        told(dims, mixed=True, b2=(17,), b3=(5,)),
        told(dims, mixed=True),
    ]


check_dimensions = Exercise(
    name="check_dimensions",
    assignment=ASSIGNMENT,
    rubric={"right": 20},
    reference=reference.check_dimensions,
    returns="",
    cases=_dimension_cases,
    builds_on=("parameter_shapes",),
    laws={"says_what_is_wrong": "right"},
    secret=_sentences(),
    hints=(
        "parameter_shapes(layer_dims) has every name with the shape it should have, in the order "
        "that is asked for. Go through it, not through parameters.",
        "`raise ValueError(...)` ends the function at once, so the first wrong one is the one "
        'named. In an f-string, f"{name}", the value of a name stands in braces.',
        "A similar problem, solved. Ages: `for who, least in rules.items():` "
        '`if ages[who] < least:` then `raise ValueError(f"{who} is {ages[who]}, expected at '
        'least {least}.")`.',
    ),
)


def _first_wrong(parameters: Any, layer_dims: Any, differs: Any, names: Any = None) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        if (names is None or name[0] in names) and differs(parameters[name].shape, due):
            raise ValueError(f"{name} has shape {parameters[name].shape}, expected {due}.")


@check_dimensions.mistake("Only the weights are looked at: a wrong b gets through.")
def weights_only(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims, lambda s, due: s != due, "W")


@check_dimensions.mistake("Only the biases are looked at: a wrong `W` gets through.")
def biases_only(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims, lambda s, due: s != due, "b")


@check_dimensions.mistake(
    "Only the number of entries is compared, so a matrix on its side gets through."
)
def sizes_only(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims, lambda s, due: np.prod(s) != np.prod(due))


@check_dimensions.mistake("Only the rows are compared; the columns can be wrong, or missing.")
def rows_only(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims, lambda s, due: s[0] != due[0])


@check_dimensions.mistake("A shape is let through where the same sizes stand in another order.")
def any_order(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims, lambda s, due: sorted(s) != sorted(due))


@check_dimensions.mistake(
    "What broadcasts to the right shape is let through; the shape itself must be right."
)
def broadcastable(parameters: Any, layer_dims: Any) -> Any:
    def differs(shape: Any, due: Any) -> bool:
        sizes = zip(shape[::-1], due[::-1], strict=False)
        return any(size not in (1, wanted) for size, wanted in sizes)

    return _first_wrong(parameters, layer_dims, differs)


@check_dimensions.mistake("The last layer is not looked at: where does range stop?")
def last_layer_unchecked(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(
        parameters, layer_dims[:-1], lambda s, due: s != due
    )  # parameters of the last layer are never asked for


@check_dimensions.mistake("Only layer 1 is looked at: does something return too early?")
def first_layer_only(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims[:2], lambda s, due: s != due)


@check_dimensions.mistake("It never raises: what is wrong must stop the program, not only be said.")
def never_raises(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        if parameters[name].shape != due:
            print(name, "is wrong")


@check_dimensions.mistake("It gives True or False. Asked is a ValueError that says what is wrong.")
def gives_a_truth_value(parameters: Any, layer_dims: Any) -> Any:
    due = reference.parameter_shapes(layer_dims)
    return all(parameters[name].shape == due[name] for name in due)


@check_dimensions.mistake("The sentence is returned. It must be raised, as a ValueError.")
def returns_the_sentence(parameters: Any, layer_dims: Any) -> Any:
    try:
        reference.check_dimensions(parameters, layer_dims)
    except ValueError as error:
        return f"{error}"


@check_dimensions.mistake(
    "An assert raises AssertionError. The text asks for a ValueError, with a sentence."
)
def asserts(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        assert parameters[name].shape == due


@check_dimensions.mistake(
    "It raises where it should. Now the sentence: the first wrong one in the order W1, b1, W2, …, "
    "the shape it has, and the shape it should have."
)
def without_a_word(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        if parameters[name].shape != due:
            raise ValueError()


@check_dimensions.mistake(
    "It raises even for parameters that are right. Which shape does it expect of each?"
)
def expects_transposed(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        wanted = due[::-1] if name[0] == "W" else due
        if parameters[name].shape != wanted:
            raise ValueError(f"{name} has shape {parameters[name].shape}, expected {wanted}.")


# --- shape_slips ---------------------------------------------------------------------------


def _slip_cases(rng: Rng) -> list[Case]:
    def case(layer_dims: list[int], m: int, note: str) -> Case:
        return Case({"layer_dims": layer_dims, "m": m}, note)

    a, b, c, d, e, m = _distinct(rng, 6, PRIMES[:8])
    return [
        case([a, b, c, d, e], m, "four layers, all sizes distinct"),
        case([a, b, c], m, "two layers, so that L = 2"),
        case([a, b, c, d], b, "as many examples as units in layer 1"),
        case([a, b, c, d], c, "as many examples as units in layer L − 1"),
        case([a, b, c, d], d, "as many examples as units in layer L"),
        case([a, b, c, d], a, "as many examples as inputs"),
        case([a, a, b, c], m, "layer 1 as large as the input"),
        case([a, b, c, c], m, "the last two layers equally large"),
        case([a, b, b, c], m, "layers 1 and 2 equally large"),
        case([a, b, c, b, c], m, "sizes that repeat"),
        case([a, b, c, d, c], m, "layer 4 as large as layer 2"),
        case([a, b, c, b, d], m, "layer 3 as large as layer 1"),
        case([a, b, 1, 1], m, "single units in the last two layers"),
        case([a, 1, b, c, b], m, "a single unit in layer 1"),
        case([a, b, b, b], m, "all layers equally large"),
        case([a, a, a, a], a, "all sizes equal, m too"),
        case([a, b, c], b, "L = 2, and as many examples as hidden units"),
        case([a, b, c, d], 1, "a single example (m = 1)"),
    ]


shape_slips = Exercise(
    name="shape_slips",
    assignment=ASSIGNMENT,
    rubric={"right": 15},
    reference=reference.shape_slips,
    returns="caught",
    cases=_slip_cases,
    builds_on=("backward_shapes", "forward_shapes", "parameter_shapes"),
    hints=(
        "For each line write the shapes under the right side. Which sizes must be equal so that "
        "it can be computed, and gives the shape of the left side? Else it is caught.",
        "In b, compare the shapes of dW and `W`. In d, what does g do to a shape? In e, two things "
        "must fit, the product and the ∗, and ∗ stretches a size of 1.",
        "A similar problem, solved. The slip A[2] = g(W[2] A[0]) + b[2]: the product needs "
        "n[1] = n[0], and gives n[2] rows as it should. So `caught = n[1] != n[0]`.",
    ),
)


def _slips(layer_dims: Any, m: Any, **other: Any) -> Any:
    return reference.shape_slips(layer_dims, m) | other


@shape_slips.mistake("True and False are swapped: True says that shapes catch the slip.")
def swapped(layer_dims: Any, m: Any) -> Any:
    return {k: not v for k, v in reference.shape_slips(layer_dims, m).items()}


@shape_slips.mistake("Every slip is called caught. Two of the lines keep every shape as it was.")
def all_caught(layer_dims: Any, m: Any) -> Any:
    return dict.fromkeys("abcdefg", True)


@shape_slips.mistake("These are the answers for distinct sizes. For which sizes do they change?")
def distinct_sizes_only(layer_dims: Any, m: Any) -> Any:
    return dict.fromkeys("abcdefg", True) | {"b": False, "d": False}


@shape_slips.mistake(
    "In line b: dW[L] stands where another matrix should. Compare the shapes of the two."
)
def b_caught(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, b=True)


@shape_slips.mistake("In line d: does the choice of g change the shape of g′(Z)?")
def d_caught(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, d=True)


@shape_slips.mistake("Lines b and d: can a shape tell dW from `W`, or one g from another?")
def b_and_d_caught(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, b=True, d=True)


@shape_slips.mistake(
    "In line e one case is missing: `∗` stretches a size of 1, so NumPy does not complain there."
)
def stretching_forgotten(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, e=n[L] != n[2] or n[L - 1] != n[1])


@shape_slips.mistake(
    "In line e the size of L alone does not decide: in deeper networks, too, sizes may agree."
)
def e_by_L_alone(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, e=len(layer_dims) > 3)


@shape_slips.mistake("In line e the inner sizes of the product were not compared.")
def e_without_inner(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, e=n[L - 1] not in (n[1], 1))


@shape_slips.mistake("In line e only the product was looked at, not the `∗` after it.")
def e_without_star(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, e=n[L] != n[2])


@shape_slips.mistake(
    "In line e: where layer 1 has a single unit the line computes, but gives too many rows."
)
def e_stretched_too_far(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, e=n[L] != n[2] or not (n[L - 1] in (n[1], 1) or n[1] == 1))


@shape_slips.mistake("Lines c and f are called caught for every m. When is (n, m) a square?")
def m_ignored(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, c=True, f=True)


@shape_slips.mistake("Lines c and f are called unseen. A matrix product of (n, m) and (n, m)?")
def dot_for_star_unseen(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, c=False, f=False)


@shape_slips.mistake("In line c: the rows are those of layer L − 1, not of layer L.")
def c_of_layer_L(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, c=m != layer_dims[-1])


@shape_slips.mistake("Lines c and f got each other's answers: which layer is each about?")
def c_and_f_swapped(layer_dims: Any, m: Any) -> Any:
    right = reference.shape_slips(layer_dims, m)
    return right | {"c": right["f"], "f": right["c"]}


@shape_slips.mistake("Line g: dW[1] has a column for every input, so n[0] matters, not n[2].")
def g_with_n2(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, g=layer_dims[1] != layer_dims[2])


@shape_slips.mistake("Line a is right for all; line g is called caught for every size.")
def g_always(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, g=True)


@shape_slips.mistake(
    "m is compared in lines a or g. There the columns of both factors are summed away."
)
def m_in_a_and_g(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, a=n[L] != n[L - 1] and m != n[L - 1], g=n[1] != n[0] and m != n[0])


EXERCISES = (
    parameter_shapes,
    count_parameters,
    forward_shapes,
    layer_outputs_vectorized,
    backward_shapes,
    check_dimensions,
    shape_slips,
)
