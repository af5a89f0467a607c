"""Seven lines of a slide, each right or wrong; arrays of one backward pass, all sizes distinct."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Anything, Case, Returned
from utils.exercises.backward_propagation.common import Rng, random_network
from utils.exercises.exercise import Exercise
from utils.laws.backward_propagation import digest
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import L_model_backward as back


def hunting_ground(rng: Rng) -> dict[str, Any]:
    """One backward pass through four layers, all of whose sizes differ, by layer."""
    network = random_network(rng, [7, 5, 3, 2, 1], 11)
    AL, Y, caches = network["AL"], network["Y"], network["caches"]
    grads = back(AL, Y, caches)
    W = tuple(cache[0][1] for cache in caches)
    Z = tuple(cache[1] for cache in caches)
    slopes = [grads[f"dA{l}"] * (Z[l - 1] > 0) for l in (1, 2, 3)]
    return {
        "Y": Y,
        "W": (None, *W),
        "Z": (None, *Z),
        "A": (*(cache[0][0] for cache in caches), AL),
        "dW": (None, *(grads[f"dW{l}"] for l in (1, 2, 3, 4))),
        "dZ": (None, *slopes, AL - Y),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return {"layers": [None if part is None else part.tolist() for part in value]}
    return value.tolist()


def _secret() -> dict[str, Any]:
    ground = hunting_ground(np.random.default_rng(4))
    return {
        "inputs": {name: _plain(value) for name, value in ground.items()},
        "lines": [
            {
                "said": digest("slide_hunt", line, f"{verdict}/{catcher}"),
                "value": value.tolist(),
            }
            for line, (verdict, value, catcher) in reference.slide_hunt(**ground).items()
        ],
    }


def _cases(rng: Rng) -> list[Case]:
    return [
        Case(hunting_ground(rng), note, layout, Returned(Anything()))
        for note, layout in (("", "plain"), ("arrays that must not be written to", "readonly"))
    ]


exercise = Exercise(
    name="slide_hunt",
    assignment="02_backward_propagation",
    rubric={"values": 10},
    reference=reference.slide_hunt,
    returns="answers",
    cases=_cases,
    laws={"settled_lines": "values"},
    secret=_secret(),
    hints=(
        "Take each line by itself and hold it against the four formulas of parts 2 and 4. "
        "Ask of every letter and every number in brackets: why this one?",
        "For the catcher, run the printed line in a cell with arrays of five different sizes, or "
        "write the shapes down. If all fit and the line is still wrong, only gradients tell.",
        "A similar problem, solved. Printed: Z[2] = W[2] A[2] + b[2]. "
        'answers[0] = ("wrong", W[2] @ A[1] + b[2], "shapes"), '
        "because W[2] is (3, 5) and A[2] is (3, 11).",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _hunted(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> dict[int, Any]:
    return reference.slide_hunt(Y, W, Z, A, dW, dZ)


@exercise.mistake("Every line is called right. There are slips on this slide.")
def all_right(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = _hunted(Y, W, Z, A, dW, dZ)
    return {line: ("right", value, "nothing") for line, (_, value, _) in answers.items()}


@exercise.mistake("Every slip is put down to shapes. Are there none that fit, and are wrong?")
def all_by_shapes(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = _hunted(Y, W, Z, A, dW, dZ)
    return {
        line: (verdict, value, "shapes" if verdict == "wrong" else "nothing")
        for line, (verdict, value, _) in answers.items()
    }


@exercise.mistake("Every slip is left to a gradient check. Shapes would have shown some of them.")
def all_by_gradients(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = _hunted(Y, W, Z, A, dW, dZ)
    return {
        line: (verdict, value, "gradients" if verdict == "wrong" else "nothing")
        for line, (verdict, value, _) in answers.items()
    }


@exercise.mistake("Nothing was answered yet: fill the dictionary line by line.")
def no_answers(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    return {}


@exercise.mistake(
    "A matrix product took the place of the dot. Read the dot as `*`, entry by entry."
)
def dot_as_product(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    return W[4].T @ dZ[4] @ (Z[3] > 0)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def from_the_last_line(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    m = Y.shape[1]
    return {
        7: ["right", dZ[1].mean(axis=1, keepdims=True), "nothing"],
        6: ["wrong", 1 / m * np.dot(dZ[1], A[0].T), "shapes"],
        5: ["wrong", reference.relu_backward(W[2].T @ dZ[2], Z[1]), "both"],
        4: ["wrong", np.where(Z[3] > 0, W[4].T @ dZ[4], 0), "gradients"],
        3: ["right", dZ[4].sum(1, keepdims=True) / m, "nothing"],
        2: ["wrong", dZ[4] @ A[3].T / m, "shapes"],
        1: ["right", A[4] - Y, "nothing"],
    }
