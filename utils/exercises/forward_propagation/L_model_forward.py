"""All layers forwards, with their caches; networks of one to four layers."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.forward_propagation import linear_activation_forward as one_layer
from utils.exercises.forward_propagation.common import Rng, normal
from utils.reference import forward_propagation as reference
from utils.reference.forward_propagation import linear_activation_forward, sigmoid


def _inputs(rng: Rng, dims: list[int], m: int) -> dict[str, Any]:
    parameters = {}
    for l in range(1, len(dims)):
        parameters[f"W{l}"] = rng.normal(0, 1.5 / np.sqrt(dims[l - 1]), (dims[l], dims[l - 1]))
        parameters[f"b{l}"] = rng.normal(0, 0.5, (dims[l], 1))
    return {"X": normal(rng, dims[0], m), "parameters": parameters}


def _cases(rng: Rng) -> list[Case]:
    return [
        Case(_inputs(rng, [3, 2, 1], 5)),
        Case(_inputs(rng, [5, 7, 3, 2], 4), "two output units", earns="edge cases"),
        Case(_inputs(rng, [3, 7, 5, 2, 1], 11)),
        Case(_inputs(rng, [3, 1], 4), "a single layer", earns="edge cases"),
        Case(_inputs(rng, [2, 5, 1], 1), "a single example (m = 1)", earns="edge cases"),
        Case(_inputs(rng, [3, 3, 3, 3], 3), "all sizes equal", earns="edge cases"),
        Case(
            _inputs(rng, [2, 3, 1], 5),
            "arrays not to be written to",
            layout="readonly",
            earns="inputs left alone",
        ),
        Case(
            _inputs(rng, [2, 3, 2], 5),
            "arrays not contiguous in memory",
            layout="strided",
            earns="edge cases",
        ),
    ]


exercise = Exercise(
    name="L_model_forward",
    assignment="01_forward_propagation",
    rubric={"shape": 4, "values": 13, "caches": 2.5, "edge cases": 3, "inputs left alone": 2.5},
    reference=reference.L_model_forward,
    returns=("", "AL", ["caches", ("", ("linear cache", "A_prev", "W", "b"), "Z")]),
    cases=_cases,
    builds_on=("linear_activation_forward", "linear_forward", "sigmoid", "relu"),
    fresh=("AL",),
    properties={"network_ranges": "edge cases", "network_in_columns": "edge cases"},
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


def _layer(A: Any, parameters: Any, l: int, activation: str) -> Any:
    return linear_activation_forward(A, parameters[f"W{l}"], parameters[f"b{l}"], activation)


def _forward(X: Any, parameters: Any, hidden: str = "relu", output: str = "sigmoid") -> Any:
    L = len(parameters) // 2
    A, caches = _run(X, parameters, range(1, L), hidden)
    AL, cache = _layer(A, parameters, L, output)
    return AL, [*caches, cache]


def _run(X: Any, parameters: Any, layers: Any, activation: str = "relu") -> Any:
    A, caches = X, []
    for l in layers:
        A, cache = _layer(A, parameters, l, activation)
        caches.append(cache)
    return A, caches


@exercise.mistake("Every layer is fed X. Layer 2 should get what layer 1 gave, and so on up.")
def always_X(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    pairs = [_layer(X, parameters, l, "sigmoid" if l == L else "relu") for l in range(1, L + 1)]
    return pairs[-1][0], [cache for _, cache in pairs]


@exercise.mistake("The output layer is fed X. By then the hidden layers have given something.")
def output_from_X(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    _, caches = _run(X, parameters, range(1, L))
    AL, cache = _layer(X, parameters, L, "sigmoid")
    return AL, [*caches, cache]


@exercise.mistake("L is the number of entries in parameters here. Each layer has two: a W and a b.")
def L_not_halved(X: Any, parameters: Any) -> Any:
    L = len(parameters)
    A, caches = _run(X, parameters, range(1, L))
    AL, cache = _layer(A, parameters, L, "sigmoid")
    return AL, [*caches, cache]


@exercise.mistake(
    "After the loop `l` still means its last turn, L − 1; the output layer needs `L`."
)
def l_for_L(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    caches = []
    A = X
    for l in range(1, L):
        A, cache = _layer(A, parameters, l, "relu")
        caches.append(cache)
    A, cache = _layer(A, parameters, l, "sigmoid")
    return A, [*caches, cache]


@exercise.mistake("All layers use W1 and b1. Which layer's turn is it? The key has to say so.")
def first_parameters_everywhere(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    A, caches = X, []
    for l in range(1, L + 1):
        A, cache = _layer(A, parameters, 1, "sigmoid" if l == L else "relu")
        caches.append(cache)
    return A, caches


@exercise.mistake(
    "The loop already runs the output layer, and then it runs once more: where should range stop?"
)
def output_twice(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    A, caches = _run(X, parameters, range(1, L + 1))
    A, cache = _layer(A, parameters, L, "sigmoid")
    return A, [*caches, cache]


@exercise.mistake("The output layer uses ReLU; a probability needs the sigmoid.")
def relu_output(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters, output="relu")


@exercise.mistake("The output layer went through ReLU and then through the sigmoid: one is enough.")
def sigmoid_of_relu(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters, output="relu")
    return sigmoid(A), caches


@exercise.mistake("The hidden layers use the sigmoid; they should use ReLU.")
def sigmoid_hidden(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters, hidden="sigmoid")


@exercise.mistake("ReLU and sigmoid are swapped between the hidden layers and the output.")
def activations_swapped(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters, hidden="sigmoid", output="relu")


@exercise.mistake("The loop stops one layer early: the last hidden layer is skipped.")
def hidden_skipped(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    A, caches = _run(X, parameters, range(1, L - 1))
    A, cache = _layer(A, parameters, L, "sigmoid")
    return A, [*caches, cache]


@exercise.mistake("Layer 1 is skipped: the loop starts one too late, and layer 2 is fed X.")
def first_skipped(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    A, caches = _run(X, parameters, range(2, L))
    A, cache = _layer(A, parameters, L, "sigmoid")
    return A, [*caches, cache]


@exercise.mistake("AL is right. The output layer's cache was not appended to caches.")
def last_cache_lost(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters)
    return A, caches[:-1]


@exercise.mistake("AL is right. Only the output layer's cache was kept.")
def only_last_cache(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters)
    return A, caches[-1:]


@exercise.mistake("AL is right. The last layer's cache stands in the list once for each layer.")
def last_cache_everywhere(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters)
    return A, caches[-1:] * len(caches)


@exercise.mistake("AL is right, and caches is empty: each layer's cache should be appended to it.")
def caches_empty(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters)[0], []


@exercise.mistake("AL is right. The caches are in reverse order; layer 1 comes first.")
def caches_reversed(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters)
    return A, caches[::-1]


@exercise.mistake(
    "AL is right. The caches were taken apart on their way into the list, as extend and += do."
)
def caches_taken_apart(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters)
    return A, [part for cache in caches for part in cache]


@exercise.mistake(
    "AL is right. Of each cache only the linear part was kept; the way back needs Z, too."
)
def caches_without_Z(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters)
    return A, [linear for linear, _ in caches]


@exercise.mistake("AL is right. The list holds what each layer gave, not what its cache holds.")
def activations_for_caches(X: Any, parameters: Any) -> Any:
    AL, caches = _forward(X, parameters)
    return AL, [*(linear[0] for linear, _ in caches[1:]), AL]


@exercise.mistake("AL is right. Each item of caches is a whole pair (A, cache); unpack it first.")
def pairs_for_caches(X: Any, parameters: Any) -> Any:
    AL, caches = _forward(X, parameters)
    given = [*(linear[0] for linear, _ in caches[1:]), AL]
    return AL, list(zip(given, caches, strict=True))


@exercise.mistake("The output layer was left out: this is the last hidden layer's A.")
def no_output_layer(X: Any, parameters: Any) -> Any:
    return _run(X, parameters, range(1, len(parameters) // 2))


@exercise.mistake("The caches are right. What came back in the place of AL is what layer L got.")
def input_of_the_last_layer(X: Any, parameters: Any) -> Any:
    _, caches = _forward(X, parameters)
    return caches[-1][0][0].copy(), caches


@exercise.mistake("The caches are right. What came back in the place of AL is the last layer's Z.")
def last_Z(X: Any, parameters: Any) -> Any:
    _, caches = _forward(X, parameters)
    return caches[-1][1], caches


@exercise.mistake(
    "AL is rounded to guesses of 0 and 1. The probabilities themselves are asked for."
)
def guesses_for_probabilities(X: Any, parameters: Any) -> Any:
    AL, caches = _forward(X, parameters)
    return np.round(AL), caches


@exercise.mistake("AL came back alone: the caches have to be returned with it.")
def no_caches(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters)[0]


@exercise.mistake("caches and AL are returned the wrong way round.")
def caches_first(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters)[::-1]


@exercise.mistake("AL came back with the last cache; the list of all of them is asked for.")
def last_pair(X: Any, parameters: Any) -> Any:
    AL, caches = _forward(X, parameters)
    return AL, caches[-1]


@exercise.mistake("The layers run from the last to the first; X enters at layer 1.")
def backwards(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    A, caches = _run(X, parameters, range(L, 1, -1))
    A, cache = _layer(A, parameters, 1, "sigmoid")
    return A, [*caches, cache]


@exercise.mistake(
    "The output layer is fed what went into the layer before it. It needs what came out of it."
)
def output_from_what_went_in(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    A, caches = X, []
    for l in range(1, L):
        A_prev = A
        A, cache = _layer(A_prev, parameters, l, "relu")
        caches.append(cache)
    AL, cache = _layer(A_prev, parameters, L, "sigmoid")
    return AL, [*caches, cache]


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("last_cache_lost", "sigmoid_hidden")
def sigmoid_hidden_and_cache_lost(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters, hidden="sigmoid")
    return A, caches[:-1]


@exercise.combined_mistake("relu_output", "caches_reversed")
def relu_output_and_caches_reversed(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters, output="relu")
    return A, caches[::-1]


@exercise.combined_mistake("no_caches", "relu_output")
def relu_output_alone(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters, output="relu")[0]


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("parameters has no key 'W0'.")
def from_layer_0(X: Any, parameters: Any) -> Any:
    A = X
    for l in range(len(parameters) // 2):
        W = parameters["W" + str(l)]
    return A, []


@exercise.raising_mistake("text and a number cannot be joined with +.")
def number_not_made_text(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    W = parameters["W" + L]
    return X, []


@exercise.raising_mistake("range takes whole numbers, and got a float.")
def half_with_one_slash(X: Any, parameters: Any) -> Any:
    L = len(parameters) / 2
    return _run(X, parameters, range(1, L))


@exercise.raising_mistake("caches is None, and None has no .append.")
def append_kept(X: Any, parameters: Any) -> Any:
    caches: Any = []
    A = X
    for l in (1, 2):
        A, cache = _layer(A, parameters, l, "relu")
        caches = caches.append(cache)
    return A, caches


@exercise.raising_mistake("gets `A` as its A_prev: a tuple of 2, where an array is needed.")
def pair_fed_on(X: Any, parameters: Any) -> Any:
    W1, b1, W2, b2 = parameters.values()
    A: Any = linear_activation_forward(X, W1, b1, "relu")
    AL, cache = linear_activation_forward(A, W2, b2, "sigmoid")
    return AL, [cache]


@exercise.raising_mistake("missing 1 required positional argument: 'activation'")
def no_activation_named(X: Any, parameters: Any) -> Any:
    A, cache = linear_activation_forward(X, parameters["W1"], parameters["b1"])
    return A, [cache]


@exercise.raising_mistake("the name AL is not defined.")
def result_not_named(X: Any, parameters: Any) -> Any:
    A = _forward(X, parameters)[0]
    return AL, []


@exercise.raising_mistake("in this call of linear_activation_forward, W (")
def hidden_layers_fed_X(X: Any, parameters: Any) -> Any:
    A, caches = X, []
    for l in range(1, len(parameters) // 2 + 1):
        W, b = parameters["W" + str(l)], parameters["b" + str(l)]
        A, cache = linear_activation_forward(X, W, b, "relu")
        caches.append(cache)
        assert A.size
    return A, caches


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def in_one_loop(X: Any, parameters: Any) -> Any:
    A, caches = X, []
    for l in range(len(parameters) // 2):
        last = l == len(parameters) // 2 - 1
        W, b = parameters[f"W{l + 1}"], parameters[f"b{l + 1}"]
        g = "sigmoid" if last else "relu"
        A, cache = one_layer.from_a_table(A, W, b, g)
        caches += [cache]
    return A, tuple(caches)


@exercise.correct_variant
def as_the_hints_say(X: Any, parameters: Any) -> Any:
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L):
        A_prev = A
        W, b = parameters["W" + str(l)], parameters["b" + str(l)]
        A, cache = linear_activation_forward(A_prev, W, b, activation="relu")
        caches.append(cache)
    W, b = parameters["W" + str(L)], parameters["b" + str(L)]
    AL, cache = linear_activation_forward(A, W, b, activation="sigmoid")
    caches.append(cache)
    return AL, caches


@exercise.correct_variant
def from_behind(X: Any, parameters: Any) -> Any:
    def up_to(l: int, g: str) -> Any:
        A, caches = up_to(l - 1, "relu") if l > 1 else (X, [])
        A, cache = _layer(A, parameters, l, g)
        return A, [*caches, cache]

    return up_to(len(parameters) // 2, "sigmoid")


@exercise.correct_variant
def folded(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2

    def step(state: Any, l: int) -> Any:
        A, cache = _layer(state[0], parameters, l, "sigmoid" if l == L else "relu")
        return A, [*state[1], cache]

    return reduce(step, range(1, L + 1), (X, []))


@exercise.correct_variant
def all_by_hand(X: Any, parameters: Any) -> Any:
    from scipy.special import expit

    caches, A, L = [], X, len(parameters) // 2
    for l in range(1, L + 1):
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        Z = np.dot(W, A) + b
        caches.append(((A, W, b), Z))
        A = np.maximum(Z, 0) if l < L else expit(Z)
    return A, caches


@exercise.correct_variant
def while_there_are_layers(X: Any, parameters: Any) -> Any:
    A, caches, l = X, [], 1
    while f"W{l}" in parameters:
        g = "relu" if f"W{l + 1}" in parameters else "sigmoid"
        A, cache = _layer(A, parameters, l, g)
        caches.append(cache)
        l += 1
    return A, caches


@exercise.correct_variant
def all_activations_kept(X: Any, parameters: Any) -> Any:
    L = sum(name.startswith("W") for name in parameters)
    A, caches = {0: X}, {}
    for l, g in enumerate(["relu"] * (L - 1) + ["sigmoid"], start=1):
        A[l], caches[l] = _layer(A[l - 1], parameters, l, g)
    return A[L], [caches[l] for l in sorted(caches)]


@exercise.correct_variant
def over_pairs(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    caches: list[Any]
    layers = [(parameters[f"W{l}"], parameters[f"b{l}"]) for l in range(1, L + 1)]
    A, caches = X, [None] * L
    for i, (W, b) in enumerate(layers[:-1]):
        A, caches[i] = linear_activation_forward(A, W, b, "relu")
    AL, caches[-1] = linear_activation_forward(A, *layers[-1], "sigmoid")
    return AL, caches


@exercise.correct_variant
def on_copies(X: Any, parameters: Any) -> Any:
    mine = {name: array.copy() for name, array in parameters.items()}
    A, caches = X.copy(), []
    for l in range(len(mine) // 2, 0, -1):
        turn = len(mine) // 2 - l + 1
        A, cache = _layer(A, mine, turn, "relu" if l > 1 else "sigmoid")
        caches.append([list(cache[0]), cache[1]])
    return A, caches
