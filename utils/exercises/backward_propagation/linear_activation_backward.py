"""One layer backwards; Z of both signs, none near 0, and one unknown activation."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Case, Raised
from utils.exercises.backward_propagation import linear_backward, relu_backward, sigmoid_backward
from utils.exercises.backward_propagation.common import Rng, normal, rounded
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import linear_activation_backward as layer_back
from utils.reference.backward_propagation import linear_backward as linear_back
from utils.reference.forward_propagation import linear_activation_forward as layer
from utils.reference.forward_propagation import sigmoid as logistic


def _cases(rng: Rng) -> list[Case]:
    def case(
        n: int, n_prev: int, m: int, g: str, note: str = "", layout: str = "plain", **more: Any
    ) -> Case:
        draw = rounded if more.get("readable") else normal
        while True:
            parts = [draw(rng, *shape) for shape in ((n_prev, m), (n, n_prev), (n, 1))]
            A, cache = layer(parts[0], parts[1], parts[2], g)
            Z = cache[1]
            if np.abs(Z).min() > 0.01 and np.any(Z > 0) and (np.any(Z < 0) or Z.size < 3):
                return Case(
                    {"dA": draw(rng, *A.shape), "cache": cache, "activation": g}, note, layout
                )

    parts = tuple(rounded(rng, *shape) for shape in ((3, 2), (2, 3), (2, 1)))
    unknown = {"dA": rounded(rng, 2, 2), "cache": (parts, rounded(rng, 2, 2))}
    return [
        case(2, 3, 5, "relu", readable=True),
        case(2, 3, 5, "sigmoid", readable=True),
        case(5, 3, 1, "relu", "a single example (m = 1)"),
        case(1, 3, 7, "sigmoid", "a single unit"),
        case(3, 3, 3, "relu", "all sizes equal"),
        case(5, 3, 7, "relu", "arrays that are not contiguous in memory", "strided"),
        case(5, 3, 7, "sigmoid", "arrays that must not be written to", "readonly"),
        Case(
            unknown | {"activation": "rleu"}, "an unknown activation", expected=Raised("ValueError")
        ),
    ]


exercise = Exercise(
    name="linear_activation_backward",
    assignment="02_backward_propagation",
    rubric={"values": 10},
    reference=reference.linear_activation_backward,
    returns=("", "dA_prev", "dW", "db"),
    cases=_cases,
    builds_on=("sigmoid_backward", "relu_backward", "linear_backward"),
    fresh=("dA_prev", "dW", "db"),
    hints=(
        "Forwards it was first the linear step, then the activation. Backwards the last comes "
        "first: which of your functions undoes the activation?",
        "The cache is a pair. One half holds what linear_backward needs, the other what the "
        "activation's way back needs. Give each its own name first.",
        "A similar problem, solved. Shoes over socks: to undo it, `foot = unlace(shoe, laces)` "
        "and then `skin = pull_off(foot, sock)`, where `sock, laces = cache`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("The activations are swapped: look at which branch calls which way back.")
def branches_swapped(dA: Any, cache: Any, activation: str) -> Any:
    other = {"relu": "sigmoid", "sigmoid": "relu"}.get(activation, activation)
    return layer_back(dA, cache, other)


@exercise.mistake("ReLU's way back is used whatever `activation` says.")
def always_relu(dA: Any, cache: Any, activation: str) -> Any:
    return layer_back(dA, cache, "relu")


@exercise.mistake("The sigmoid's way back is used whatever `activation` says.")
def always_sigmoid(dA: Any, cache: Any, activation: str) -> Any:
    return layer_back(dA, cache, "sigmoid")


@exercise.mistake(
    "An unknown activation got the sigmoid's way back in silence. Raise a ValueError for it."
)
def falls_to_sigmoid(dA: Any, cache: Any, activation: str) -> Any:
    return layer_back(dA, cache, "relu" if activation == "relu" else "sigmoid")


@exercise.mistake(
    "An unknown activation got ReLU's way back in silence. Raise a ValueError for it."
)
def falls_to_relu(dA: Any, cache: Any, activation: str) -> Any:
    return layer_back(dA, cache, "sigmoid" if activation == "sigmoid" else "relu")


@exercise.mistake("The activation was left out: dA went into the linear step as it came.")
def straight_through(dA: Any, cache: Any, activation: str) -> Any:
    if activation not in ("relu", "sigmoid"):
        raise ValueError(activation)
    return linear_back(dA, cache[0])


@exercise.mistake("Z was taken for A, or A for Z: the slope is taken at Z as the cache holds it.")
def slope_at_A(dA: Any, cache: Any, activation: str) -> Any:
    Z = logistic(cache[1]) if activation == "sigmoid" else cache[1]
    return layer_back(dA, (cache[0], Z), activation)


@exercise.mistake(
    "The two halves of the cache are swapped: the linear step's triple comes first, then Z."
)
def cache_swapped(dA: Any, cache: Any, activation: str) -> Any:
    Z, linear_cache = cache
    if activation not in ("relu", "sigmoid"):
        raise ValueError(activation)
    dZ = dA * (Z > 0)
    return linear_back(dZ, linear_cache)


@exercise.mistake("Only dZ came back: the linear step is still to be undone.")
def only_dZ(dA: Any, cache: Any, activation: str) -> Any:
    if activation == "sigmoid":
        return reference.sigmoid_backward(dA, cache[1])
    if activation == "relu":
        return reference.relu_backward(dA, cache[1])
    raise ValueError(activation)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def with_match(dA: Any, cache: Any, activation: str) -> Any:
    match activation:
        case "relu":
            dZ = relu_backward.on_a_copy(dA, cache[1])
        case "sigmoid":
            dZ = sigmoid_backward.multiplied_out(dA, cache[1])
        case _:
            raise ValueError
    return linear_backward.with_einsum(dZ, cache[0])
