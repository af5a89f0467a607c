"""Random weights of He's scale, biases of zero; a law judges what the generator gave."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Case, Returned, Seed, Shaped
from utils.exercises.exercise import Exercise
from utils.exercises.forward_propagation.common import Rng
from utils.reference import forward_propagation as reference


def _cases(rng: Rng) -> list[Case]:
    def case(layer_dims: list[int], note: str = "") -> Case:
        seed = Seed(int(rng.integers(2**31)))
        expected: dict[str, Any] = {}
        for l in range(1, len(layer_dims)):
            expected[f"W{l}"] = Shaped((layer_dims[l], layer_dims[l - 1]))
            expected[f"b{l}"] = np.zeros((layer_dims[l], 1))
        return Case({"layer_dims": layer_dims, "rng": seed}, note, expected=Returned(expected))

    return [
        case([3, 5, 2]),
        case([7, 4, 6, 3, 1], "four layers"),
        case([11, 1], "a single layer"),
    ]


exercise = Exercise(
    name="initialize_parameters_deep",
    assignment="01_forward_propagation",
    rubric={"values": 15},
    reference=reference.initialize_parameters_deep,
    returns="parameters",
    cases=_cases,
    laws={"he_initialization": "values"},
    hints=(
        "`W[l]` has a row for every unit of layer `l` and a column for every unit of the layer "
        "before. Both numbers stand in layer_dims: which two entries?",
        "rng.standard_normal takes the shape as one tuple and spreads with standard deviation 1. "
        "Multiplying by a number multiplies the spread. b has one column.",
        "A similar problem, solved. A 6 by 4 matrix with standard deviation 0.1, under the key "
        '"V3": `P["V" + str(3)] = rng.standard_normal((6, 4)) * 0.1`.',
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _initialize(
    layer_dims: list[int],
    weights: Any,
    biases: Any = lambda n: np.zeros((n, 1)),
    layers: Any = None,
) -> dict[str, Any]:
    """Parameters with every W from `weights(n, n_prev)` and every b from `biases(n)`."""
    parameters = {}
    for l in layers if layers is not None else range(1, len(layer_dims)):
        parameters[f"W{l}"] = weights(layer_dims[l], layer_dims[l - 1])
        parameters[f"b{l}"] = biases(layer_dims[l])
    return parameters


def _he(rng: Rng) -> Any:
    return lambda n, p: rng.standard_normal((n, p)) * np.sqrt(2 / p)


@exercise.mistake(
    "Rows and columns of W are swapped: count the units of layer `l` down, the layer before across."
)
def W_transposed(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((p, n)) * np.sqrt(2 / p))


@exercise.mistake(
    "The loop starts at 0 and makes a W0 from layer_dims[-1]: "
    "the input is no layer, so the first l is 1."
)
def starts_at_zero(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, _he(rng), layers=range(len(layer_dims)))


@exercise.mistake(
    "The output layer is missing: where does range stop, and where should the last l be?"
)
def no_output_layer(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, _he(rng), layers=range(1, len(layer_dims) - 1))


@exercise.mistake(
    "All weights are 0, so all units of a layer would stay identical forever. Draw them from rng."
)
def zeros(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: np.zeros((n, p)))


@exercise.mistake(
    "These weights come from rng.random: uniform on 0 to 1, never negative. "
    "The text asks for normal ones."
)
def uniform(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.random((n, p)) * np.sqrt(2 / p))


@exercise.mistake("The weights have standard deviation 1: He's scale has not been multiplied in.")
def no_scale(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)))


@exercise.mistake(
    "The weights are scaled by 0.01 in every layer. A deep network's signal dies out that way: "
    "use He's scale."
)
def scale_001(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * 0.01)


@exercise.mistake("The scale is √(1/n), which suits tanh. He's scale has another number over n.")
def xavier_scale(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * np.sqrt(1 / p))


@exercise.mistake(
    "The scale uses the size of layer `l` itself. It should be that of the layer before: "
    "the number of terms in each unit's sum."
)
def scale_of_own_layer(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * np.sqrt(2 / n))


@exercise.mistake(
    "Multiplied where the formula divides: these weights grow with the size of the layer before."
)
def multiplied(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * np.sqrt(p / 2))


@exercise.mistake("The square root is missing from the scale.")
def no_square_root(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * 2 / p)


@exercise.mistake(
    "b has one number in its shape, so it is neither a row nor a column. Give it its one column."
)
def b_rank_one(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, _he(rng), np.zeros)


@exercise.mistake("b lies down as a row; it should stand as a column.")
def b_as_row(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, _he(rng), lambda n: np.zeros((1, n)))


@exercise.mistake(
    "b is random. Only the weights need to differ from unit to unit; b starts at zero."
)
def b_random(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, _he(rng), lambda n: rng.standard_normal((n, 1)))


@exercise.mistake("b starts at one here; it should start at zero.")
def b_ones(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, _he(rng), lambda n: np.ones((n, 1)))


@exercise.mistake(
    "standard_normal takes the shape as one tuple: two numbers in parentheses of their own."
)
def sizes_apart(layer_dims: list[int], rng: Any) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal(n, p) * np.sqrt(2 / p))


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def drawn_from_the_last_layer(layer_dims: list[int], rng: Rng) -> Any:
    parameters = {}
    for l in reversed(range(1, len(layer_dims))):
        n, p = layer_dims[l], layer_dims[l - 1]
        parameters[f"W{l}"] = rng.normal(0, np.sqrt(2.0 / p), size=(p, n)).T
        parameters[f"b{l}"] = np.zeros((n, 1))
    return parameters
