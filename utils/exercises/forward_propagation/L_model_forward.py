"""All layers forwards, with their caches; networks of one to four layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.forward_propagation import linear_activation_forward
from utils.exercises.forward_propagation.common import Rng, normal
from utils.reference import forward_propagation as reference
from utils.reference.forward_propagation import linear_activation_forward as layer


def _inputs(rng: Rng, dims: list[int], m: int) -> dict[str, Any]:
    parameters = {}
    for l in range(1, len(dims)):
        parameters[f"W{l}"] = rng.normal(0, 1.5 / np.sqrt(dims[l - 1]), (dims[l], dims[l - 1]))
        parameters[f"b{l}"] = rng.normal(0, 0.5, (dims[l], 1))
    return {"X": normal(rng, dims[0], m), "parameters": parameters}


def _cases(rng: Rng) -> list[Case]:
    return [
        Case(_inputs(rng, [3, 2, 1], 5)),
        Case(_inputs(rng, [5, 7, 3, 2], 4)),
        Case(_inputs(rng, [3, 7, 5, 2, 1], 11)),
        Case(_inputs(rng, [3, 1], 4), "a single layer"),
        Case(_inputs(rng, [2, 5, 1], 1), "a single example (m = 1)"),
        Case(_inputs(rng, [3, 3, 3, 3], 3), "all sizes equal"),
        Case(_inputs(rng, [2, 3, 1], 5), "arrays not to be written to", layout="readonly"),
        Case(_inputs(rng, [2, 3, 2], 5), "arrays not contiguous in memory", layout="strided"),
    ]


exercise = Exercise(
    name="L_model_forward",
    assignment="01_forward_propagation",
    rubric={"values": 25},
    reference=reference.L_model_forward,
    returns=("", "AL", ["caches", ("", ("linear cache", "A_prev", "W", "b"), "Z")]),
    cases=_cases,
    builds_on=("linear_activation_forward", "linear_forward", "sigmoid", "relu"),
    fresh=("AL",),
    hints=(
        "Follow one example through: layer 1 takes X, every later layer takes what the layer "
        "before gave. One name, given a new value at every turn of the loop, is enough.",
        "parameters holds a W and a b for each layer, so L is half its length. Layers 1 to L − 1 "
        "use ReLU; the last one uses the sigmoid and stands after the loop.",
        "A similar problem, solved. Text goes through K steps: `t = text`; in a loop over "
        'range(1, K) `t, note = step(t, table["S" + str(k)])` and `notes.append(note)`; after '
        "the loop the last, special step, with an append of its own.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _forward(X: Any, parameters: Any, hidden: str = "relu", output: str = "sigmoid") -> Any:
    L = len(parameters) // 2
    A, caches = X, []
    for l in range(1, L + 1):
        g = output if l == L else hidden
        A, cache = layer(A, parameters[f"W{l}"], parameters[f"b{l}"], g)
        caches.append(cache)
    return A, caches


@exercise.mistake("Every layer is fed X. Layer 2 should get what layer 1 gave, and so on up.")
def always_X(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    caches = []
    A = X
    for l in range(1, L + 1):
        g = "sigmoid" if l == L else "relu"
        A, cache = layer(X, parameters[f"W{l}"], parameters[f"b{l}"], g)
        caches.append(cache)
    return A, caches


@exercise.mistake("L is the number of entries in parameters here. Each layer has two: a W and a b.")
def L_not_halved(X: Any, parameters: Any) -> Any:
    L = len(parameters)
    caches = []
    A = X
    for l in range(1, L):
        A, cache = layer(A, parameters["W" + str(l)], parameters["b" + str(l)], "relu")
        caches.append(cache)
    AL, cache = layer(A, parameters["W" + str(L)], parameters["b" + str(L)], "sigmoid")
    return AL, [*caches, cache]


@exercise.mistake(
    "After the loop `l` still means its last turn, L − 1; the output layer needs `L`."
)
def l_for_L(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    caches = []
    A = X
    for l in range(1, L):
        A, cache = layer(A, parameters["W" + str(l)], parameters["b" + str(l)], "relu")
        caches.append(cache)
    A, cache = layer(A, parameters["W" + str(l)], parameters["b" + str(l)], "sigmoid")
    return A, [*caches, cache]


@exercise.mistake(
    "The loop already runs the output layer, and then it runs once more: where should range stop?"
)
def output_twice(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    A, caches = _forward(X, parameters, output="relu")
    A, cache = layer(A, parameters[f"W{L}"], parameters[f"b{L}"], "sigmoid")
    return A, [*caches, cache]


@exercise.mistake("The output layer uses ReLU; a probability needs the sigmoid.")
def relu_output(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters, output="relu")


@exercise.mistake("The hidden layers use the sigmoid; they should use ReLU.")
def sigmoid_hidden(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters, hidden="sigmoid")


@exercise.mistake("ReLU and sigmoid are swapped between the hidden layers and the output.")
def activations_swapped(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters, hidden="sigmoid", output="relu")


@exercise.mistake("The loop stops one layer early: the last hidden layer is skipped.")
def hidden_skipped(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    A, caches = X, []
    for l in range(1, L - 1):
        A, cache = layer(A, parameters[f"W{l}"], parameters[f"b{l}"], "relu")
        caches.append(cache)
    A, cache = layer(A, parameters[f"W{L}"], parameters[f"b{L}"], "sigmoid")
    return A, [*caches, cache]


@exercise.mistake("AL is right. The output layer's cache was not appended to caches.")
def last_cache_lost(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters)
    return A, caches[:-1]


@exercise.mistake("AL is right. Only the output layer's cache was kept.")
def only_last_cache(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters)
    return A, caches[-1:]


@exercise.mistake("AL is right. The caches are in reverse order; layer 1 comes first.")
def caches_reversed(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters)
    return A, caches[::-1]


@exercise.mistake("The output layer was left out: this is the last hidden layer's A.")
def no_output_layer(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    A, caches = X, []
    for l in range(1, L):
        A, cache = layer(A, parameters[f"W{l}"], parameters[f"b{l}"], "relu")
        caches.append(cache)
    return A, caches


@exercise.mistake("AL came back alone: the caches have to be returned with it.")
def no_caches(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters)[0]


@exercise.mistake("The layers run from the last to the first; X enters at layer 1.")
def backwards(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    A, caches = X, []
    for l in range(L, 0, -1):
        g = "sigmoid" if l == 1 else "relu"
        A, cache = layer(A, parameters[f"W{l}"], parameters[f"b{l}"], g)
        caches.append(cache)
    return A, caches


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def in_one_loop(X: Any, parameters: Any) -> Any:
    A, caches = X, []
    for l in range(len(parameters) // 2):
        last = l == len(parameters) // 2 - 1
        W, b = parameters[f"W{l + 1}"], parameters[f"b{l + 1}"]
        g = "sigmoid" if last else "relu"
        A, cache = linear_activation_forward.from_a_table(A, W, b, g)
        caches += [cache]
    return A, tuple(caches)
