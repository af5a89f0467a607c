"""One layer, linear step and activation; one case names an activation that is unknown."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from utils.cases import Case, Raised
from utils.exercises.exercise import Exercise
from utils.exercises.forward_propagation import linear_forward
from utils.exercises.forward_propagation.common import Rng, layer_arrays
from utils.reference import forward_propagation as reference
from utils.reference.forward_propagation import linear_activation_forward as layer


def _cases(rng: Rng) -> list[Case]:
    def case(n: int, n_prev: int, m: int, activation: str, note: str = "", **more: Any) -> Case:
        arrays = layer_arrays(rng, n, n_prev, m, readable=n * m < 12)
        return Case(arrays | {"activation": activation}, note, **more)

    unknown = case(2, 3, 2, "tanh", expected=Raised("ValueError"))
    return [
        case(2, 3, 5, "relu"),
        case(2, 3, 5, "sigmoid"),
        case(5, 4, 1, "relu", "a single example (m = 1)"),
        case(1, 7, 3, "sigmoid", "a single unit"),
        case(3, 5, 3, "relu", "as many examples as units"),
        case(5, 2, 7, "relu", "arrays that must not be written to", layout="readonly"),
        case(5, 2, 7, "sigmoid", "arrays that are not contiguous in memory", layout="strided"),
        unknown,
    ]


exercise = Exercise(
    name="linear_activation_forward",
    assignment="01_forward_propagation",
    rubric={"values": 15},
    reference=reference.linear_activation_forward,
    returns=("", "A", ("cache", ("linear cache", "A_prev", "W", "b"), "Z")),
    cases=_cases,
    builds_on=("linear_forward", "sigmoid", "relu"),
    fresh=("A",),
    hints=(
        "Two steps: linear_forward gives Z and a cache; then one of your two activations turns "
        "Z into A.",
        "The cache to return is a pair: the cache that linear_forward gave, and Z. "
        "Which of your names hold these two?",
        "A similar problem, solved. A function of two modes ends in an `else:` that says "
        '`raise ValueError("mode must be fast or slow")`, so that nothing gets through unseen.',
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("The activations are swapped: look at which branch calls which.")
def branches_swapped(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, {"relu": "sigmoid", "sigmoid": "relu"}.get(activation, activation))


@exercise.mistake("No activation was applied: what came back as A is Z.")
def no_activation(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    _, cache = layer(A_prev, W, b, activation)
    return cache[1], cache


@exercise.mistake("ReLU is used whatever `activation` says.")
def always_relu(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, "relu")


@exercise.mistake("The sigmoid is used whatever `activation` says.")
def always_sigmoid(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, "sigmoid")


@exercise.mistake("An unknown activation gets through in silence; it should raise a ValueError.")
def else_is_sigmoid(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, "relu" if activation == "relu" else "sigmoid")


@exercise.mistake("An unknown activation gets through in silence; it should raise a ValueError.")
def else_is_relu(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, "sigmoid" if activation == "sigmoid" else "relu")


@exercise.mistake("A is right. The cache keeps A where Z should be; backward propagation needs Z.")
def cache_keeps_A(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (linear, _) = layer(A_prev, W, b, activation)
    return A, (linear, A)


@exercise.mistake(
    "A is right. The cache holds only what linear_forward kept; Z is missing from it."
)
def cache_without_Z(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (linear, _) = layer(A_prev, W, b, activation)
    return A, linear


@exercise.mistake("A is right. The two parts of the cache are in the wrong order.")
def cache_swapped(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (linear, Z) = layer(A_prev, W, b, activation)
    return A, (Z, linear)


@exercise.mistake(
    "A is right. The cache is one flat tuple of four; it should be a pair: (linear cache, Z)."
)
def cache_flat(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (linear, Z) = layer(A_prev, W, b, activation)
    return A, (*linear, Z)


@exercise.mistake("A came back alone: the cache has to be returned with it.")
def no_cache(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, activation)[0]


@exercise.mistake(
    "The pair (Z, cache) of linear_forward went into the activation whole: "
    "a call that returns two things needs two names on its left."
)
def pair_kept(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    Z: Any = reference.linear_forward(A_prev, W, b)
    return np.maximum(0, Z), (Z[1], Z)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def from_a_table(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    functions = {"sigmoid": expit, "relu": lambda Z: np.where(Z > 0, Z, 0)}
    if activation not in functions:
        raise ValueError(activation)
    Z, cache = linear_forward.with_einsum(A_prev, W, b)
    return functions[activation](Z), (cache, Z)
