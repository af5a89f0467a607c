"""All layers forwards, with softmax at the output; networks of one to four layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.ten_garments.common import Rng, random_network
from utils.reference import ten_garments as reference
from utils.reference.forward_propagation import (
    L_model_forward,
    linear_activation_forward,
    linear_forward,
    relu,
)
from utils.reference.ten_garments import softmax


def _cases(rng: Rng) -> list[Case]:
    def case(
        dims: list[int], m: int, note: str = "", layout: str = "plain", earns: str = "values"
    ) -> Case:
        network = random_network(rng, dims, m)
        args = {name: network[name] for name in ("X", "parameters")}
        return Case(args, note, layout, earns=earns)

    return [
        case([2, 4, 3], 5),
        case([5, 7, 4, 10], 6, "ten classes"),
        case([3, 5, 7, 4, 2], 4, "L = 4"),
        case([3, 4], 5, "L = 1", earns="edge cases"),
        case([2, 5, 3], 1, "a single example (m = 1)", earns="edge cases"),
        case([3, 3, 3], 3, "all sizes equal", earns="edge cases"),
        case([4, 3, 2], 5, "arrays not contiguous in memory", "strided", "edge cases"),
        case([4, 3, 2], 5, "arrays not to be written to", "readonly", "inputs left alone"),
    ]


exercise = Exercise(
    name="L_model_forward_multiclass",
    assignment="07_ten_garments",
    rubric={"shape": 1.5, "values": 7, "caches": 2, "edge cases": 3, "inputs left alone": 1.5},
    reference=reference.L_model_forward_multiclass,
    returns=("", "AL", ["caches", ("", ("linear cache", "A_prev", "W", "b"), "Z")]),
    cases=_cases,
    builds_on=("softmax",),
    fresh=("AL",),
    hints=(
        "Write down your L_model_forward of page 01 and look for the one place where the sigmoid "
        "was. Everything before it stays.",
        "linear_activation_forward knows no softmax. For layer L take linear_forward, which gives "
        "Z and the linear cache, and then your softmax; the cache is the pair of both.",
        "A similar problem, solved. K steps, of which the last is another: in a loop over "
        'range(1, K) `t, note = step(t, table["S" + str(k)])` and `notes.append(note)`; then '
        "`u, kept = half_step(t)`, `t = last(u)` and `notes.append((kept, u))`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _forward(X: Any, parameters: Any, hidden: str = "relu", output: Any = softmax) -> Any:
    L = len(parameters) // 2
    A, caches = X, []
    for l in range(1, L):
        A, cache = linear_activation_forward(A, parameters[f"W{l}"], parameters[f"b{l}"], hidden)
        caches.append(cache)
    Z, linear = linear_forward(A, parameters[f"W{L}"], parameters[f"b{L}"])
    return output(Z), [*caches, (linear, Z)]


@exercise.mistake(
    "The output layer uses the sigmoid, as for two classes: its columns do not add up to 1."
)
def sigmoid_output(X: Any, parameters: Any) -> Any:
    return L_model_forward(X, parameters)


@exercise.mistake("The softmax got what came out of ReLU. It needs Z of the last layer itself.")
def relu_before_softmax(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters, output=lambda Z: softmax(relu(Z)))


@exercise.mistake(
    "The softmax got what came out of the sigmoid. It needs Z of the last layer itself."
)
def sigmoid_before_softmax(X: Any, parameters: Any) -> Any:
    AL, caches = L_model_forward(X, parameters)
    return softmax(AL), caches


@exercise.mistake("The caches are right. What came back in the place of AL is the last layer's Z.")
def no_softmax(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters, output=np.copy)


@exercise.mistake("The softmax was taken twice. Once makes probabilities of Z.")
def softmax_twice(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters, output=lambda Z: softmax(softmax(Z)))


@exercise.mistake("The hidden layers use the sigmoid; they should use ReLU.")
def sigmoid_hidden(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters, hidden="sigmoid")


@exercise.mistake("The hidden layers use softmax, too. Only the output does; they use ReLU.")
def softmax_everywhere(X: Any, parameters: Any) -> Any:
    A, caches = X, []
    for l in range(1, len(parameters) // 2 + 1):
        Z, linear = linear_forward(A, parameters[f"W{l}"], parameters[f"b{l}"])
        A = softmax(Z)
        caches.append((linear, Z))
    return A, caches


@exercise.mistake("AL is right. The output layer's cache was not appended to caches.")
def last_cache_lost(X: Any, parameters: Any) -> Any:
    AL, caches = _forward(X, parameters)
    return AL, caches[:-1]


@exercise.mistake(
    "AL is right. The last cache holds AL, where the others hold Z: the pair is (linear_cache, Z)."
)
def AL_in_cache(X: Any, parameters: Any) -> Any:
    AL, caches = _forward(X, parameters)
    return AL, [*caches[:-1], (caches[-1][0], AL.copy())]


@exercise.mistake("AL is right. The last cache is the linear cache alone; its Z is missing.")
def Z_not_kept(X: Any, parameters: Any) -> Any:
    AL, caches = _forward(X, parameters)
    return AL, [*caches[:-1], caches[-1][0]]


@exercise.mistake("AL is right. The last cache is the wrong way round: linear_cache first, then Z.")
def last_cache_turned(X: Any, parameters: Any) -> Any:
    AL, caches = _forward(X, parameters)
    return AL, [*caches[:-1], caches[-1][::-1]]


@exercise.mistake("The output layer is fed X. By then the hidden layers have given something.")
def output_from_X(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    if L == 1:
        return _forward(X, parameters)
    Z, linear = linear_forward(X, parameters[f"W{L}"], parameters[f"b{L}"])
    return softmax(Z), [*_forward(X, parameters)[1][:-1], (linear, Z)]


@exercise.mistake("AL came back alone: the caches have to be returned with it.")
def no_caches(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters)[0]


@exercise.mistake("AL holds the classes as 0 and 1. The probabilities themselves are asked for.")
def guesses(X: Any, parameters: Any) -> Any:
    AL, caches = _forward(X, parameters)
    return np.where(AL.max(axis=0) == AL, 1.0, 0.0), caches


@exercise.combined_mistake("sigmoid_output", "last_cache_lost")
def sigmoid_and_cache_lost(X: Any, parameters: Any) -> Any:
    AL, caches = L_model_forward(X, parameters)
    return AL, caches[:-1]


@exercise.raising_mistake("the name softmaxx is not defined.")
def misspelled(X: Any, parameters: Any) -> Any:
    return softmaxx(X), []


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def in_one_loop(X: Any, parameters: Any) -> Any:
    A, caches, L = X, [], len(parameters) // 2
    for l in range(1, L + 1):
        Z, linear = linear_forward(A, parameters[f"W{l}"], parameters[f"b{l}"])
        A = softmax(Z) if l == L else relu(Z)
        caches.append((linear, Z))
    return A, caches


@exercise.correct_variant
def from_page_01(X: Any, parameters: Any) -> Any:
    _, caches = L_model_forward(X, parameters)
    return softmax(caches[-1][1]), caches


@exercise.correct_variant
def by_hand(X: Any, parameters: Any) -> Any:
    A, caches, L = X, [], len(parameters) // 2
    for l in range(L):
        W, b = parameters["W%d" % (l + 1)], parameters["b%d" % (l + 1)]  # noqa: UP031
        Z = W @ A + b
        caches += [((A, W, b), Z)]
        A = np.maximum(0, Z)
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0), caches


@exercise.correct_variant
def the_last_one_redone(X: Any, parameters: Any) -> Any:
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L + 1):
        A_prev = A
        A, cache = linear_activation_forward(
            A_prev, parameters["W" + str(l)], parameters["b" + str(l)], "relu"
        )
        caches.append(cache)
    return softmax(cache[1]), caches


@exercise.correct_variant
def as_a_tuple(X: Any, parameters: Any) -> Any:
    AL, caches = _forward(X, parameters)
    return AL, tuple(caches)


@exercise.correct_variant
def recursive(X: Any, parameters: Any) -> Any:
    def run(A: Any, l: int) -> Any:
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        Z, linear = linear_forward(A, W, b)
        if l == len(parameters) // 2:
            return softmax(Z), [(linear, Z)]
        AL, rest = run(relu(Z), l + 1)
        return AL, [(linear, Z), *rest]

    return run(X, 1)


@exercise.correct_variant
def with_pairs(X: Any, parameters: Any) -> Any:
    weights = [parameters[name] for name in parameters if name.startswith("W")]
    biases = [parameters[name] for name in parameters if name.startswith("b")]
    A, caches = X, []
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        A, cache = linear_activation_forward(A, W, b, activation="relu")
        caches.append(cache)
    Z, linear = linear_forward(A, weights[-1], biases[-1])
    caches.append((linear, Z))
    return softmax(Z), caches


@exercise.correct_variant
def with_a_while(X: Any, parameters: Any) -> Any:
    A, caches, l = X, [], 1
    while f"W{l + 1}" in parameters:
        A, cache = linear_activation_forward(A, parameters[f"W{l}"], parameters[f"b{l}"], "relu")
        caches.append(cache)
        l += 1
    ZL, linear_cache = linear_forward(A, parameters[f"W{l}"], parameters[f"b{l}"])
    caches.append((linear_cache, ZL))
    AL = softmax(ZL)
    return AL, caches
