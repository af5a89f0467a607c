"""All layers backwards; networks of one to four layers, whose caches a real pass left."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.backward_propagation.common import Rng, random_network
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import L_model_backward as back
from utils.reference.backward_propagation import (
    linear_activation_backward,
    linear_backward,
    relu_backward,
)
from utils.reference.backward_propagation import linear_activation_backward as layer_back
from utils.reference.backward_propagation import linear_backward as linear_back


def _cases(rng: Rng) -> list[Case]:
    def case(
        dims: list[int], m: int, note: str, layout: str = "plain", earns: str = "any depth"
    ) -> Case:
        network = random_network(rng, dims, m)
        args = {name: network[name] for name in ("AL", "Y", "caches")}
        return Case(args, note, layout, earns=earns)

    edge: dict[str, Any] = {"earns": "edge cases"}
    return [
        case([3, 2, 1], 5, "L = 2"),
        case([5, 7, 3, 1], 4, "L = 3"),
        case([3, 7, 5, 2, 1], 11, "L = 4"),
        case([2, 1], 3, "L = 1", **edge),
        case([2, 5, 3, 1], 1, "a single example (m = 1)", **edge),
        case([3, 3, 3, 3, 1], 3, "hidden layers of one size, L = 4"),
        case([5, 3, 2, 1], 7, "arrays that are not contiguous in memory", "strided"),
        case(
            [5, 3, 2, 1], 7, "arrays that must not be written to", "readonly", "inputs left alone"
        ),
    ]


exercise = Exercise(
    name="L_model_backward",
    assignment="02_backward_propagation",
    rubric={
        "shape": 3,
        "output layer": 3,
        "hidden layers": 4,
        "any depth": 2,
        "edge cases": 1.5,
        "inputs left alone": 1.5,
    },
    reference=reference.L_model_backward,
    returns="grads",
    cases=_cases,
    builds_on=(
        "linear_activation_backward",
        "linear_backward",
        "sigmoid_backward",
        "relu_backward",
    ),
    properties={
        "output_layer": "output layer",
        "hidden_layers": "hidden layers",
        "model_examples_twice": "any depth",
    },
    precision=5e-7,  # a hair of 1e-8 under the fraction bars of dAL, as careful people add it
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
    """Return all gradients, by way of dAL; each optional argument replaces one of the steps."""
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
    "All signs are turned. Look at the start: where is the minus in dAL, "
    "and what is taken from what in the short form?"
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


@exercise.mistake(
    "Labels and predictions changed places in dAL: under a fraction bar, a label may be 0."
)
def AL_and_Y_swapped(AL: Any, Y: Any, caches: Any) -> Any:
    with np.errstate(all="ignore"):
        return _backward(AL, Y, caches, -(AL / Y - (1 - AL) / (1 - Y)))


@exercise.mistake(
    "In dAL the denominators changed places: which prediction belongs to which label?"
)
def denominators_swapped(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, -(Y / (1 - AL) - (1 - Y) / AL))


@exercise.mistake(
    "A factor 2 came in at the start, as for squared errors. Here the loss is another."
)
def doubled(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, -2 * (Y / AL - (1 - Y) / (1 - AL)))


@exercise.mistake("The way back starts with AL alone: where do the labels come in?")
def labels_left_out(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, AL)


@exercise.mistake(
    "Y − AL is the wrong way round, and it went through the sigmoid's slope: "
    "is the short form dA or dZ?"
)
def Y_minus_AL(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, (Y - AL))


@exercise.mistake(
    "Labels of 0 are left out of the first gradient: dAL has a second term, for 1 − Y."
)
def second_term_dropped(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, -Y / AL)


@exercise.mistake(
    "The small number under the fraction bars of dAL is so large that it shows: take 1e-8 or less."
)
def hair_too_large(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, -(Y / (AL + 1e-5) - (1 - Y) / (1 - AL + 1e-5)))


@exercise.mistake(
    "Below the output, every layer gets the same gradient. Each should get what the layer above "
    "it gave."
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
    "Each hidden layer reads the cache of the layer below it; index −1 is then the last one."
)
def cache_one_low(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, cache_of=lambda l: l - 1 if l == len(caches) else l - 2)


@exercise.mistake(
    "dW and db of the hidden layers are stored one number too low: layer `l` keeps its own number."
)
def hidden_one_off(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(
        AL, Y, caches, keys=lambda l: (l - 1, l, l) if l == len(caches) else (l - 1, l - 1, l - 1)
    )


@exercise.mistake(
    "The hidden layers store dA under their own number: it belongs to the layer before them."
)
def hidden_dA_one_off(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, keys=lambda l: (l - 1, l, l) if l == len(caches) else (l, l, l))


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
    if len(caches) == 1:
        return grads  # the output layer stands before the loop
    return {name: v for name, v in grads.items() if name not in ("dA0", "dW1", "db1")}


@exercise.mistake("The hidden layers went back through the sigmoid; they used ReLU.")
def sigmoid_hidden(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, hidden="sigmoid")


@exercise.mistake("The output layer went back through ReLU; it used the sigmoid.")
def relu_output(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, output="relu")


@exercise.mistake("A − Y was sent through ReLU's slope. It is dZ, and needs no activation undone.")
def short_through_relu(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, AL - Y, output="relu")


@exercise.mistake("dA0 is missing: layer 1 gives something back to its input, too.")
def dA0_missing(AL: Any, Y: Any, caches: Any) -> Any:
    return {name: value for name, value in back(AL, Y, caches).items() if name != "dA0"}


@exercise.mistake("Only layer 1 is in grads: is the dictionary made anew at every turn?")
def made_anew(AL: Any, Y: Any, caches: Any) -> Any:
    return {name: v for name, v in back(AL, Y, caches).items() if name in _keys(1)}


@exercise.mistake("1/m came in again on the way: linear_backward has put it into dW and db.")
def averaged_again(AL: Any, Y: Any, caches: Any) -> Any:
    m = Y.shape[1]
    return {name: v / (m if name[1] != "A" else 1) for name, v in back(AL, Y, caches).items()}


@exercise.mistake(
    "Below the output, dA was taken for dZ: where is ReLU undone in the hidden layers?"
)
def no_relu_undone(AL: Any, Y: Any, caches: Any) -> Any:
    grads: dict[str, Any] = {}
    upstream = AL - Y
    for l in range(len(caches), 0, -1):
        found = linear_back(upstream, caches[l - 1][0])
        grads |= dict(zip(_keys(l), found, strict=True))
        upstream = found[0]
    return grads


@exercise.mistake("grads came back as a list or a tuple. It is a dictionary, with a name for each.")
def as_a_tuple(AL: Any, Y: Any, caches: Any) -> Any:
    return tuple(back(AL, Y, caches).values())


def _with_loop(AL: Any, Y: Any, caches: Any, L: int, layers: Any, cache_of: Any) -> Any:
    """The output layer by way of dAL, then the loop, with other numbers in them."""
    grads: dict[str, Any] = {}
    dAL = -(Y / AL - (1 - Y) / (1 - AL))
    dA, grads[f"dW{L}"], grads[f"db{L}"] = layer_back(dAL, caches[L - 1], "sigmoid")
    grads[f"dA{L - 1}"] = dA
    for l in layers:
        dA, dW, db = layer_back(dA, cache_of(l), "relu")
        grads |= {f"dA{l}": dA, f"dW{l + 1}": dW, f"db{l + 1}": db}
    return grads


@exercise.mistake("L came out as half the layers. caches has one item a layer: do not halve it.")
def L_halved(AL: Any, Y: Any, caches: Any) -> Any:
    L = len(caches) // 2
    return _with_loop(AL, Y, caches, L, reversed(range(L - 1)), lambda l: caches[l])


@exercise.mistake(
    "The loop over the hidden layers never ran: counting down, range takes a third number, −1."
)
def loop_never_ran(AL: Any, Y: Any, caches: Any) -> Any:
    L = len(caches)
    return _with_loop(AL, Y, caches, L, range(L - 1, 0), lambda l: caches[l])


@exercise.mistake("The digit 1 stands where the letter l is meant: look at the index of caches.")
def digit_for_letter(AL: Any, Y: Any, caches: Any) -> Any:
    L = len(caches)
    return _with_loop(AL, Y, caches, L, reversed(range(L - 1)), lambda l: caches[1])


@exercise.mistake(
    "Every layer begins with dAL again. It belongs to layer L; the others get what came back, "
    "and each dA is kept."
)
def never_propagated(AL: Any, Y: Any, caches: Any) -> Any:
    L = len(caches)
    dAL = -(Y / AL - (1 - Y) / (1 - AL))
    back_from = [layer_back(dAL, cache, "sigmoid") for cache in caches]
    grads: dict[str, Any] = {f"dA{L - 1}": back_from[-1][0]}
    for l, (_, dW, db) in enumerate(back_from, 1):
        grads |= {f"dW{l}": dW, f"db{l}": db}
    return grads


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("sign_of_dAL", "sigmoid_hidden")
def signs_and_sigmoid(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, Y / AL - (1 - Y) / (1 - AL), hidden="sigmoid")


@exercise.combined_mistake("averaged_in_dAL", "always_dAL")
def averaged_and_stuck(AL: Any, Y: Any, caches: Any) -> Any:
    first = -(Y / AL - (1 - Y) / (1 - AL)) / Y.shape[1]
    return _backward(AL, Y, caches, first, upstream=lambda l, dA, first: first)


@exercise.combined_mistake("dA_one_off", "parentheses_lost")
def stored_high_and_parentheses(AL: Any, Y: Any, caches: Any) -> Any:
    dAL = -Y / AL - (1 - Y) / (1 - AL)
    return _backward(AL, Y, caches, dAL, keys=lambda l: (l, l, l))


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("caches has 2 items, and [2] is not among them.")
def cache_past_the_end(AL: Any, Y: Any, caches: Any) -> Any:
    L = len(caches)
    linear_cache, _ = caches[L]
    return linear_backward(AL - Y, linear_cache)


@exercise.raising_mistake("there are 3 names to the left of =, but 2 values to the right.")
def pair_for_triple(AL: Any, Y: Any, caches: Any) -> Any:
    A_prev, W, b = caches[len(caches) - 1]
    return linear_backward(AL - Y, (A_prev, W, b))


@exercise.raising_mistake("grads has no key 'dA2'.")
def key_one_off(AL: Any, Y: Any, caches: Any) -> Any:
    grads = {}
    L = len(caches)
    found = linear_backward(AL - Y, caches[L - 1][0])
    grads["dA" + str(L - 1)], grads["dW" + str(L)], grads["db" + str(L)] = found
    for l in reversed(range(1, L)):
        dA = grads["dA" + str(l + 1)]
        found = linear_activation_backward(dA, caches[l - 1], "relu")
        grads["dA" + str(l - 1)], grads["dW" + str(l)], grads["db" + str(l)] = found
    return grads


@exercise.raising_mistake("text and a number cannot be joined with +.")
def number_in_a_key(AL: Any, Y: Any, caches: Any) -> Any:
    grads = {}
    L = len(caches)
    grads["dW" + L] = linear_backward(AL - Y, caches[L - 1][0])[1]
    return grads


@exercise.raising_mistake("missing 1 required positional argument: 'activation'")
def activation_not_passed(AL: Any, Y: Any, caches: Any) -> Any:
    dAL = -(Y / AL - (1 - Y) / (1 - AL))
    dA, dW, db = linear_activation_backward(dAL, caches[-1])
    return {"dA1": dA, "dW2": dW, "db2": db}


@exercise.raising_mistake("dA is a tuple of 3, where an array is needed.")
def all_three_in_one_name(AL: Any, Y: Any, caches: Any) -> Any:
    dA = linear_backward(AL - Y, caches[-1][0])
    dZ = dA * (caches[-2][1] > 0)
    return linear_backward(dZ, caches[-2][0])


@exercise.raising_mistake("with L = 5: caches has 2 items, and [4] is not among them.")
def L_from_columns(AL: Any, Y: Any, caches: Any) -> Any:
    L = AL.shape[1]
    linear_cache, _ = caches[L - 1]
    return linear_backward(AL - Y, linear_cache)


@exercise.raising_mistake(
    "linear_backward gets `caches[L - 1]` as its cache: a tuple of 2, where 3 parts are needed."
)
def pair_passed_on(AL: Any, Y: Any, caches: Any) -> Any:
    L = len(caches)
    return linear_backward(AL - Y, caches[L - 1])


@exercise.raising_mistake('as its dA: the text "dA1", where an array is needed.')
def key_for_its_value(AL: Any, Y: Any, caches: Any) -> Any:
    grads: dict[str, Any] = {}
    L = len(caches)
    grads["dA1"], grads["dW2"], grads["db2"] = linear_backward(AL - Y, caches[L - 1][0])
    l = L - 1
    return linear_activation_backward("dA" + str(l), caches[l - 1], "relu")


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def from_dAL(AL: Any, Y: Any, caches: Any) -> Any:
    dA = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    grads: dict[str, Any] = {}
    for l in range(len(caches), 0, -1):
        g = "sigmoid" if l == len(caches) else "relu"
        dA, grads[f"dW{l}"], grads[f"db{l}"] = linear_activation_backward(dA, caches[l - 1], g)
        grads[f"dA{l - 1}"] = dA
    return grads


@exercise.correct_variant
def with_a_hair(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, (1 - Y) / (1 - AL + 1e-8) - Y / (AL + 1e-8))


@exercise.correct_variant
def in_one_fraction(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, (AL - Y) / (AL * (1 - AL)))


@exercise.correct_variant
def after_clipping(AL: Any, Y: Any, caches: Any) -> Any:
    P = np.clip(AL, 1e-9, 1 - 1e-9)
    return _backward(AL, Y, caches, np.where(Y == 1, -1 / P, 1 / (1 - P)))


@exercise.correct_variant
def looked_up_in_grads(AL: Any, Y: Any, caches: Any) -> Any:
    L = len(caches)
    grads: dict[str, Any] = {}
    output = linear_backward(cache=caches[-1][0], dZ=AL - Y)
    grads["dA" + str(L - 1)], grads["dW" + str(L)], grads["db" + str(L)] = output
    for l in range(L - 2, -1, -1):
        upstream = grads["dA" + str(l + 1)]
        dA, dW, db = linear_activation_backward(upstream, caches[l], activation="relu")
        grads |= {"dA" + str(l): dA, "dW" + str(l + 1): dW, "db" + str(l + 1): db}
    return grads


@exercise.correct_variant
def by_recursion(AL: Any, Y: Any, caches: Any) -> Any:
    def below(dA: Any, l: int) -> dict[str, Any]:
        if l == 0:
            return {}
        found = linear_activation_backward(dA, caches[l - 1], "relu")
        return dict(zip(_keys(l), found, strict=True)) | below(found[0], l - 1)

    found = linear_backward(AL - Y, caches[-1][0])
    return dict(zip(_keys(len(caches)), found, strict=True)) | below(found[0], len(caches) - 1)


@exercise.correct_variant
def all_by_itself(AL: Any, Y: Any, caches: Any) -> Any:
    grads, dZ, m = {}, AL - Y, Y.shape[1]
    for l, ((A_prev, W, _), _Z) in reversed(list(enumerate(caches, 1))):
        dA = np.einsum("jk,ji->ki", W, dZ)
        grads[f"dA{l - 1}"], grads[f"db{l}"] = dA, dZ.mean(axis=1, keepdims=True)
        grads[f"dW{l}"] = dZ @ A_prev.T / m
        dZ = np.where(A_prev > 0, dA, 0)
    return grads


@exercise.correct_variant
def popped_from_a_copy(AL: Any, Y: Any, caches: Any) -> Any:
    left, dZ = list(caches), AL - Y
    found: dict[str, Any] = {}
    while left:
        linear_cache, _ = left.pop()
        triple = linear_backward(dZ, linear_cache)
        found.update(zip(_keys(len(left) + 1), triple, strict=True))
        dZ = relu_backward(triple[0], left[-1][1]) if left else None
    return dict(sorted(found.items()))


@exercise.correct_variant
def lists_first(AL: Any, Y: Any, caches: Any) -> Any:
    activations = ["relu"] * (len(caches) - 1) + ["sigmoid"]
    dA, triples = -Y / AL + (1 - Y) / (1 - AL), []
    for cache, g in zip(caches[::-1], activations[::-1], strict=True):
        triples.append(linear_activation_backward(dA, cache, g))
        dA = triples[-1][0]
    names = [name for l in range(len(caches), 0, -1) for name in _keys(l)]
    return dict(zip(names, [part for triple in triples for part in triple], strict=True))
