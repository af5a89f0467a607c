"""All layers backwards; networks of one to four layers, whose caches a real pass left."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Case
from utils.exercises.backward_propagation import linear_activation_backward
from utils.exercises.backward_propagation.common import Rng, random_network
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import L_model_backward as back
from utils.reference.backward_propagation import linear_activation_backward as layer_back
from utils.reference.backward_propagation import linear_backward as linear_back


def _cases(rng: Rng) -> list[Case]:
    def case(dims: list[int], m: int, note: str = "", layout: str = "plain") -> Case:
        network = random_network(rng, dims, m)
        return Case({name: network[name] for name in ("AL", "Y", "caches")}, note, layout)

    return [
        case([3, 2, 1], 5, "L = 2"),
        case([5, 7, 3, 1], 4, "L = 3"),
        case([3, 7, 5, 2, 1], 11, "L = 4"),
        case([2, 1], 3, "L = 1"),
        case([2, 5, 3, 1], 1, "a single example (m = 1)"),
        case([3, 3, 3, 3, 1], 3, "hidden layers of one size, L = 4"),
        case([5, 3, 2, 1], 7, "arrays that are not contiguous in memory", "strided"),
        case([5, 3, 2, 1], 7, "arrays that must not be written to", "readonly"),
    ]


exercise = Exercise(
    name="L_model_backward",
    assignment="02_backward_propagation",
    rubric={"values": 20},
    reference=reference.L_model_backward,
    returns="grads",
    cases=_cases,
    builds_on=(
        "linear_activation_backward",
        "linear_backward",
        "sigmoid_backward",
        "relu_backward",
    ),
    hints=(
        "Follow the picture from right to left. Layer L gives dA of layer L − 1, which is what "
        "layer L − 1 takes. One name, given a new value at every turn, is enough.",
        "Python counts from 0: the cache of layer `l` is caches[l - 1]. What layer `l` gives back "
        "belongs to the layer before it, so its key has another number than dW and db.",
        "A similar problem, solved. Undo K steps, the last first: `t = result`; in a loop over "
        'reversed(range(1, K + 1)) `t, note = undo(t, kept[l - 1])` and `notes["S" + str(l)] = '
        "note`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _keys(l: int) -> tuple[str, str, str]:
    return f"dA{l - 1}", f"dW{l}", f"db{l}"


def _backward(
    AL: Any,
    Y: Any,
    caches: Any,
    dAL: Any = None,
    cache_of: Any = None,
    upstream: Any = None,
    keys: Any = None,
    hidden: str = "relu",
    output: str = "sigmoid",
) -> dict[str, Any]:
    """All layers backwards by way of dAL, with one thing or another done wrong."""
    L = len(caches)
    first = -(Y / AL - (1 - Y) / (1 - AL)) if dAL is None else dAL
    grads: dict[str, Any] = {}
    dA = first
    for l in range(L, 0, -1):
        cache = caches[l - 1 if cache_of is None else cache_of(l)]
        dA_in = dA if upstream is None else upstream(l, dA, first)
        dA, dW, db = layer_back(dA_in, cache, output if l == L else hidden)
        a, w, b = (l - 1, l, l) if keys is None else keys(l)
        grads |= {f"dA{a}": dA, f"dW{w}": dW, f"db{b}": db}
    return grads


@exercise.mistake(
    "All signs are turned: the first gradient, dAL, begins with a minus over both terms."
)
def sign_of_dAL(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, Y / AL - (1 - Y) / (1 - AL))


@exercise.mistake(
    "In dAL the minus reached the first term only: mind the parentheses around the difference."
)
def parentheses_lost(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, -Y / AL - (1 - Y) / (1 - AL))


@exercise.mistake("1/m came into dAL and again into dW and db. It belongs in one place.")
def averaged_in_dAL(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, -(Y / AL - (1 - Y) / (1 - AL)) / Y.shape[1])


@exercise.mistake(
    "A − Y is dZ already. Sending it through the sigmoid's slope as well counts that slope twice."
)
def slope_counted_twice(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, AL - Y)


@exercise.mistake("Y − AL is the wrong way round: all gradients have their signs turned.")
def Y_minus_AL(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, (Y - AL))


@exercise.mistake(
    "Labels of 0 are left out of the first gradient: dAL has a second term, for 1 − Y."
)
def second_term_dropped(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, -Y / AL)


@exercise.mistake(
    "The output layer is right; below it, every layer gets the same gradient. Each should get "
    "what the layer above gave."
)
def same_upstream(AL: Any, Y: Any, caches: Any) -> Any:
    kept: dict[str, Any] = {}

    def upstream(l: int, dA: Any, first: Any) -> Any:
        if l == len(caches):
            return first
        return kept.setdefault("dA", dA)

    return _backward(AL, Y, caches, upstream=upstream)


@exercise.mistake("Every layer gets dAL. Only layer L does; the others get what came back.")
def always_dAL(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, upstream=lambda l, dA, first: first)


@exercise.mistake(
    "The hidden layers run from the first to the last. On the way back the last comes first."
)
def loop_forwards(AL: Any, Y: Any, caches: Any) -> Any:
    top = len(caches)
    grads: dict[str, Any] = {}
    dA, dW, db = linear_back(AL - Y, caches[-1][0])
    grads |= dict(zip(_keys(top), (dA, dW, db), strict=True))
    for l in range(1, top):
        dA, dW, db = layer_back(dA, caches[l - 1], "relu")
        grads |= {f"dA{l - 1}": dA, f"dW{l}": dW, f"db{l}": db}
    return grads


@exercise.mistake(
    "A hidden layer reads the cache of a layer above it. Layer `l` has one of its own; "
    "Python counts from 0, the layers from 1."
)
def always_last_cache(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, cache_of=lambda l: -1)


@exercise.mistake("Every hidden layer reads the first cache; each has one of its own.")
def always_first_cache(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, cache_of=lambda l: l - 1 if l == len(caches) else 0)


@exercise.mistake(
    "dW and db are right, but stored one number too low: layer `l` keeps its own number."
)
def stored_one_off(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, keys=lambda l: (l - 1, l - 1, l - 1))


@exercise.mistake(
    "dA is stored one number too high: what layer `l` gives back belongs to the layer before it."
)
def dA_one_off(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, keys=lambda l: (l, l, l))


@exercise.mistake("The dA of every layer is missing from grads, from dA0 up.")
def dA_not_kept(AL: Any, Y: Any, caches: Any) -> Any:
    return {name: value for name, value in back(AL, Y, caches).items() if name[:2] != "dA"}


@exercise.mistake("grads also holds the dA of layer L. It should end one below.")
def dAL_kept(AL: Any, Y: Any, caches: Any) -> Any:
    return back(AL, Y, caches) | {f"dA{len(caches)}": -(Y / AL - (1 - Y) / (1 - AL))}


@exercise.mistake("The gradients of the output layer were not stored.")
def output_not_kept(AL: Any, Y: Any, caches: Any) -> Any:
    own = _keys(len(caches))
    return {name: value for name, value in back(AL, Y, caches).items() if name not in own}


@exercise.mistake("The loop stops before layer 1: where does range end?")
def first_layer_skipped(AL: Any, Y: Any, caches: Any) -> Any:
    grads = back(AL, Y, caches)
    return {name: v for name, v in grads.items() if name not in ("dA0", "dW1", "db1")}


@exercise.mistake("The hidden layers went back through the sigmoid; they used ReLU.")
def sigmoid_hidden(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, hidden="sigmoid")


@exercise.mistake("The output layer went back through ReLU; it used the sigmoid.")
def relu_output(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, output="relu")


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def from_dAL(AL: Any, Y: Any, caches: Any) -> Any:
    dA = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    grads: dict[str, Any] = {}
    for l in range(len(caches), 0, -1):
        g = "sigmoid" if l == len(caches) else "relu"
        gradients = linear_activation_backward.with_match(dA, caches[l - 1], g)
        dA, grads[f"dW{l}"], grads[f"db{l}"] = gradients
        grads[f"dA{l - 1}"] = dA
    return grads
