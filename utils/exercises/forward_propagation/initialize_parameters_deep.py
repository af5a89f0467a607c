"""Random weights of He's scale, biases of zero; a property judges what the generator gave."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from utils.checker.cases import AnyOfShape, Case, Returned, Seed
from utils.exercises.exercise import Exercise
from utils.exercises.forward_propagation.common import Rng
from utils.reference import forward_propagation as reference


def _cases(rng: Rng) -> list[Case]:
    def case(layer_dims: list[int], note: str = "") -> Case:
        seed = Seed(int(rng.integers(2**31)))
        expected: dict[str, Any] = {}
        for l in range(1, len(layer_dims)):
            expected[f"W{l}"] = AnyOfShape((layer_dims[l], layer_dims[l - 1]))
            expected[f"b{l}"] = np.zeros((layer_dims[l], 1))
        return Case(
            {"layer_dims": layer_dims, "rng": seed},
            note,
            expected=Returned(expected),
            earns="biases",
        )

    return [
        case([3, 5, 2]),
        case([7, 4, 6, 3, 1], "four layers"),
        case([11, 1], "a single layer"),
    ]


exercise = Exercise(
    name="initialize_parameters_deep",
    assignment="01_forward_propagation",
    rubric={
        "shape": 2.5,
        "biases": 1,
        "normal numbers from rng": 3,
        "He's scale": 7.5,
        "inputs left alone": 1,
    },
    reference=reference.initialize_parameters_deep,
    returns="parameters",
    cases=_cases,
    properties={"drawn_from_rng": "normal numbers from rng", "he_scale": "He's scale"},
    drawn="normal numbers from rng",
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
    """Return parameters with each W from `weights(n, n_prev)` and each b from `biases(n)`."""
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
    "Each layer's weights are one and the same number, so its units are twins. "
    "Draw one number for each entry."
)
def one_number(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: np.full((n, p), np.sqrt(2 / p)))


@exercise.mistake(
    "All units of a layer have the same weights: one row was drawn for all of them, "
    "and twins stay twins."
)
def one_row_for_all(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(
        layer_dims, lambda n, p: np.tile(rng.standard_normal((1, p)), (n, 1)) * np.sqrt(2 / p)
    )


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
    "The scale uses the size of layer `l` itself. How many terms does each of its units add up?"
)
def scale_of_own_layer(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * np.sqrt(2 / n))


@exercise.mistake(
    "These weights grow with the size of the layer before, where they should shrink: "
    "what is multiplied, and what divided?"
)
def multiplied(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * np.sqrt(p / 2))


@exercise.mistake("The scale uses layer_dims[0] in every layer. Each has inputs of its own number.")
def scale_of_the_input(layer_dims: list[int], rng: Rng) -> Any:
    first = layer_dims[0]
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * np.sqrt(2 / first))


@exercise.mistake(
    "The scale is √2/n: the root should be over the whole fraction. Check the parentheses."
)
def root_of_two_only(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * np.sqrt(2) / p)


@exercise.mistake("The scale is Glorot's, which averages both layers' sizes. He's looks at one.")
def glorot_scale(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * np.sqrt(2 / (n + p)))


@exercise.mistake("The weights are He's, times 0.01 on top: one scale is enough.")
def two_scales(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * np.sqrt(2 / p) * 0.01)


@exercise.mistake("The square root is missing from the scale.")
def no_square_root(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * 2 / p)


@exercise.mistake("The weights have no negative numbers: was an abs or a square applied to them?")
def never_negative(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(
        layer_dims, lambda n, p: np.abs(rng.standard_normal((n, p))) * np.sqrt(2 / p)
    )


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


@exercise.mistake("b has a row for every unit of the layer before. Whose biases are these?")
def b_of_the_layer_before(layer_dims: list[int], rng: Rng) -> Any:
    parameters = _initialize(layer_dims, _he(rng))
    for l in range(1, len(layer_dims)):
        parameters[f"b{l}"] = np.zeros((layer_dims[l - 1], 1))
    return parameters


@exercise.mistake(
    "Only the last layer came back: is a new dictionary made in every turn of the loop?"
)
def only_the_last_layer(layer_dims: list[int], rng: Rng) -> Any:
    last = len(layer_dims) - 1
    return _initialize(layer_dims, _he(rng), layers=[last])


@exercise.mistake(
    "Only layer 1 came back: does the return stand inside the loop, or does range stop at once?"
)
def only_the_first_layer(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, _he(rng), layers=[1])


@exercise.mistake("The keys count from 0. The input has the number 0, so the first layer is 1.")
def keys_from_zero(layer_dims: list[int], rng: Rng) -> Any:
    made = _initialize(layer_dims, _he(rng))
    return {f"{key[0]}{int(key[1:]) - 1}": value for key, value in made.items()}


@exercise.mistake("The keys are in small letters here. The course says W, with a capital.")
def small_keys(layer_dims: list[int], rng: Rng) -> Any:
    return {key.lower(): value for key, value in _initialize(layer_dims, _he(rng)).items()}


@exercise.mistake("The weights are there, the biases are not: each layer needs a b as well.")
def no_biases(layer_dims: list[int], rng: Rng) -> Any:
    made = _initialize(layer_dims, _he(rng))
    return {key: value for key, value in made.items() if key[0] == "W"}


@exercise.mistake(
    "standard_normal takes the shape as one tuple: two numbers in parentheses of their own."
)
def sizes_apart(layer_dims: list[int], rng: Any) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal(n, p) * np.sqrt(2 / p))


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("xavier_scale", "b_ones")
def xavier_and_b_ones(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(
        layer_dims,
        lambda n, p: rng.standard_normal((n, p)) * np.sqrt(1 / p),
        lambda n: np.ones((n, 1)),
    )


@exercise.combined_mistake("b_as_row", "no_scale")
def no_scale_and_b_as_row(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(
        layer_dims, lambda n, p: rng.standard_normal((n, p)), lambda n: np.zeros((1, n))
    )


@exercise.combined_mistake("b_rank_one", "scale_001")
def scale_001_and_b_rank_one(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * 0.01, np.zeros)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("np.zeros takes the size as one tuple.")
def zeros_with_two_sizes(layer_dims: list[int], rng: Rng) -> Any:
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["b" + str(l)] = np.zeros(layer_dims[l], 1)
    return parameters


@exercise.raising_mistake("text and a number cannot be joined with +.")
def number_not_made_text(layer_dims: list[int], rng: Rng) -> Any:
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + l] = rng.standard_normal((layer_dims[l], layer_dims[l - 1]))
    return parameters


@exercise.raising_mistake("layer_dims has 3 items, and [3] is not among them.")
def one_layer_too_far(layer_dims: list[int], rng: Rng) -> Any:
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = rng.standard_normal((layer_dims[l + 1], layer_dims[l]))
    return parameters


@exercise.raising_mistake("layer_dims is a list, not a function, so it cannot be called.")
def round_for_square(layer_dims: Any, rng: Rng) -> Any:
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["b" + str(l)] = np.zeros((layer_dims(l), 1))
    return parameters


@exercise.raising_mistake("layer_dims is a list, which does not calculate entry by entry.")
def all_sizes_at_once(layer_dims: Any, rng: Rng) -> Any:
    parameters = {}
    for l in range(1, len(layer_dims)):
        scale = np.sqrt(2 / layer_dims)
        parameters["W" + str(l)] = rng.standard_normal((layer_dims[l], layer_dims[l - 1])) * scale
    return parameters


@exercise.raising_mistake("has no .randn.")
def the_old_name(layer_dims: list[int], rng: Any) -> Any:
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = rng.randn(layer_dims[l], layer_dims[l - 1])
    return parameters


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def as_in_the_example(layer_dims: list[int], rng: Rng) -> Any:
    parameters = {}
    for l in range(1, len(layer_dims)):
        W = rng.standard_normal((layer_dims[l], layer_dims[l - 1])) * np.sqrt(2 / layer_dims[l - 1])
        parameters["W" + str(l)] = W
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


@exercise.correct_variant
def drawn_from_the_last_layer(layer_dims: list[int], rng: Rng) -> Any:
    parameters = {}
    for l in reversed(range(1, len(layer_dims))):
        n, p = layer_dims[l], layer_dims[l - 1]
        parameters[f"W{l}"] = rng.normal(0, np.sqrt(2.0 / p), size=(p, n)).T
        parameters[f"b{l}"] = np.zeros((n, 1))
    return parameters


@exercise.correct_variant
def over_pairs_of_sizes(layer_dims: list[int], rng: Rng) -> Any:
    parameters: dict[str, Any] = {}
    for l, (p, n) in enumerate(pairwise(layer_dims), start=1):
        parameters |= {
            f"b{l}": np.zeros((n, 1)),
            f"W{l}": rng.normal(scale=(2 / p) ** 0.5, size=(n, p)),
        }
    return parameters


@exercise.correct_variant
def number_by_number(layer_dims: list[int], rng: Rng) -> Any:
    parameters = {}
    for l in range(1, len(layer_dims)):
        n, p = layer_dims[l], layer_dims[l - 1]
        W = np.array([rng.standard_normal() for _ in range(n * p)]).reshape(n, p)
        parameters["W" + str(l)] = W / np.sqrt(p / 2)
        parameters["b" + str(l)] = 0 * W[:, :1] + np.zeros((n, 1))
    return parameters


@exercise.correct_variant
def all_drawn_at_once(layer_dims: list[int], rng: Rng) -> Any:
    sizes = [n * p for p, n in pairwise(layer_dims)]
    drawn = np.split(rng.standard_normal(sum(sizes)), np.cumsum(sizes)[:-1])
    W = {f"W{l}": numbers.reshape(layer_dims[l], -1) for l, numbers in enumerate(drawn, 1)}
    for l in range(1, len(layer_dims)):
        W[f"W{l}"] *= np.sqrt(2 / layer_dims[l - 1])
    return W | {f"b{l}": np.zeros((layer_dims[l], 1)) for l in range(1, len(layer_dims))}


@exercise.correct_variant
def from_a_multivariate_normal(layer_dims: list[int], rng: Rng) -> Any:
    def weights(n: int, p: int) -> Any:
        return rng.multivariate_normal([0], [[2 / p]], size=(n, p))[:, :, 0]

    return _initialize(layer_dims, weights)


@exercise.correct_variant
def with_child_generators(layer_dims: list[int], rng: Rng) -> Any:
    children = iter(rng.spawn(len(layer_dims) - 1))

    def weights(n: int, p: int) -> Any:
        return next(children).standard_normal(size=(n, p)) * np.sqrt(2) / np.sqrt(p)

    return _initialize(layer_dims, weights, lambda n: np.full((n, 1), 0.0))


@exercise.correct_variant
def drawn_coarsely(layer_dims: list[int], rng: Rng) -> Any:
    def weights(n: int, p: int) -> Any:
        return rng.standard_normal((n, p), dtype=np.float32) * np.float64(np.sqrt(2 / p))

    return _initialize(layer_dims, weights)


@exercise.correct_variant
def scaled_afterwards(layer_dims: list[int], rng: Rng) -> Any:
    parameters = _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)))
    for l, p in enumerate(layer_dims[:-1], start=1):
        parameters["W" + str(l)] = np.multiply(parameters["W" + str(l)], np.sqrt(2 / p))
    return parameters
