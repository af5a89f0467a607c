"""All layers backwards from A − Y of many classes; the caches are those of a real pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.ten_garments.common import Rng, random_network
from utils.reference import ten_garments as reference
from utils.reference.backward_propagation import (
    L_model_backward,
    linear_activation_backward,
    linear_backward,
    relu_backward,
    sigmoid_backward,
)
from utils.reference.ten_garments import L_model_backward_multiclass as back


def _cases(rng: Rng) -> list[Case]:
    def case(
        dims: list[int], m: int, note: str = "", layout: str = "plain", earns: str = "hidden layers"
    ) -> Case:
        network = random_network(rng, dims, m)
        args = {name: network[name] for name in ("AL", "Y", "caches")}
        return Case(args, note, layout, earns=earns)

    return [
        case([2, 4, 3], 5),
        case([5, 7, 4, 10], 6, "ten classes"),
        case([3, 5, 7, 4, 2], 4, "L = 4"),
        case([3, 4], 5, "L = 1", earns="output layer"),
        case([2, 5, 3], 1, "a single example (m = 1)", earns="edge cases"),
        case([3, 3, 3, 3], 3, "all sizes equal", earns="edge cases"),
        case([4, 3, 2], 5, "arrays not contiguous in memory", "strided", "edge cases"),
        case([4, 3, 2], 5, "arrays not to be written to", "readonly", "inputs left alone"),
    ]


exercise = Exercise(
    name="L_model_backward_multiclass",
    assignment="07_ten_garments",
    rubric={
        "shape": 1.5,
        "output layer": 5,
        "hidden layers": 5,
        "edge cases": 2,
        "inputs left alone": 1.5,
    },
    reference=reference.L_model_backward_multiclass,
    returns="grads",
    cases=_cases,
    hints=(
        "Only the start can differ from your L_model_backward of page 02. What was dZ of the "
        "output layer there, and what have you just derived for it here?",
        "The cache of layer L is caches[L - 1], and its first half is what linear_backward takes. "
        "Below it, all layers go through ReLU, the last one first.",
        "A similar problem, solved. Undo K steps, the last, special one first: `t, note = "
        'undo_last(start, kept[K - 1])`, `notes["S" + str(K)] = note`; then in a loop over '
        "reversed(range(1, K)) `t, note = undo(t, kept[k - 1])` and the same with k.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _back(
    dZ: Any, caches: Any, hidden: str = "relu", cache_of: Any = lambda l: l - 1, keep: int = 1
) -> Any:
    L = len(caches)
    dA, dW, db = linear_backward(dZ, caches[L - 1][0])
    grads = {f"dA{L - keep}": dA, f"dW{L}": dW, f"db{L}": db}
    for l in range(L - 1, 0, -1):
        dA, dW, db = linear_activation_backward(dA, caches[cache_of(l)], hidden)
        grads |= {f"dA{l - keep}": dA, f"dW{l}": dW, f"db{l}": db}
    return grads


@exercise.mistake("All signs are turned: is it A − Y or Y − A?")
def turned(AL: Any, Y: Any, caches: Any) -> Any:
    return _back(Y - AL, caches)


@exercise.mistake("1/m came in at the start, and again in dW and db. It belongs in one place.")
def averaged_at_the_start(AL: Any, Y: Any, caches: Any) -> Any:
    return _back((AL - Y) / Y.shape[1], caches)


_NO_SIGMOID = (
    "A − Y is dZ already. Sending it through the sigmoid's slope counts a slope that is not there."
)


@exercise.mistake(_NO_SIGMOID)
def through_the_sigmoid(AL: Any, Y: Any, caches: Any) -> Any:
    return _back((AL - Y) * AL * (1 - AL), caches)


@exercise.mistake(_NO_SIGMOID)
def through_the_sigmoid_of_Z(AL: Any, Y: Any, caches: Any) -> Any:
    return _back(sigmoid_backward(AL - Y, caches[-1][1]), caches)


@exercise.mistake(
    "This is page 02's start, for a sigmoid at the end. Here a softmax stands there: begin with dZ."
)
def as_for_a_sigmoid(AL: Any, Y: Any, caches: Any) -> Any:
    dAL = -(Y / AL - (1 - Y) / (1 - AL))
    return _back(sigmoid_backward(dAL, caches[-1][1]), caches)


@exercise.mistake("A − Y was sent through ReLU. It is dZ of the output, where no ReLU was.")
def through_relu(AL: Any, Y: Any, caches: Any) -> Any:
    return _back(relu_backward(AL - Y, caches[-1][1]), caches)


@exercise.mistake(
    "The way back starts with the cross-entropy's own slope, −Y/A, as if it were dZ: "
    "the softmax is still to be undone."
)
def dA_for_dZ(AL: Any, Y: Any, caches: Any) -> Any:
    return _back(-Y / AL, caches)


@exercise.mistake(
    "The softmax was undone as if each probability reacted to its own z only. It reacts to all."
)
def diagonal_only(AL: Any, Y: Any, caches: Any) -> Any:
    return _back(-Y * (1 - AL), caches)


@exercise.mistake("The way back starts with AL alone: where do the labels come in?")
def labels_left_out(AL: Any, Y: Any, caches: Any) -> Any:
    return _back(AL, caches)


@exercise.mistake(
    "A factor 2 came in at the start, as for squared errors. Here the loss is another."
)
def doubled(AL: Any, Y: Any, caches: Any) -> Any:
    return _back(2 * (AL - Y), caches)


@exercise.mistake("The hidden layers went back through the sigmoid; they used ReLU.")
def sigmoid_hidden(AL: Any, Y: Any, caches: Any) -> Any:
    return _back(AL - Y, caches, hidden="sigmoid")


@exercise.mistake(
    "Each hidden layer reads a cache that is not its own: layer `l` has caches[l - 1]."
)
def always_first_cache(AL: Any, Y: Any, caches: Any) -> Any:
    return _back(AL - Y, caches, cache_of=lambda l: 0)


@exercise.mistake(
    "A hidden layer reads the cache of a layer above it. Layer `l` has caches[l - 1]; Python "
    "counts from 0, the layers from 1."
)
def cache_one_high(AL: Any, Y: Any, caches: Any) -> Any:
    return _back(AL - Y, caches, cache_of=lambda l: l)


@exercise.mistake(
    "Below the output, dA was taken for dZ: where is ReLU undone in the hidden layers?"
)
def no_relu_undone(AL: Any, Y: Any, caches: Any) -> Any:
    grads, upstream = {}, AL - Y
    for l in range(len(caches), 0, -1):
        upstream, grads[f"dW{l}"], grads[f"db{l}"] = linear_backward(upstream, caches[l - 1][0])
        grads[f"dA{l - 1}"] = upstream
    return grads


@exercise.mistake(
    "dA is stored one number too high: what layer `l` gives back belongs to the layer before it."
)
def dA_one_off(AL: Any, Y: Any, caches: Any) -> Any:
    return _back(AL - Y, caches, keep=0)


@exercise.mistake("dA0 is missing: layer 1 gives something back to its input, too.")
def dA0_missing(AL: Any, Y: Any, caches: Any) -> Any:
    return {name: value for name, value in back(AL, Y, caches).items() if name != "dA0"}


@exercise.mistake("The dA of every layer is missing from grads, from dA0 up.")
def dA_not_kept(AL: Any, Y: Any, caches: Any) -> Any:
    return {name: value for name, value in back(AL, Y, caches).items() if name[:2] != "dA"}


@exercise.mistake("The gradients of the output layer were not stored.")
def output_not_kept(AL: Any, Y: Any, caches: Any) -> Any:
    L = len(caches)
    own = (f"dA{L - 1}", f"dW{L}", f"db{L}")
    return {name: value for name, value in back(AL, Y, caches).items() if name not in own}


@exercise.mistake(
    "Only the output layer went back: the loop never ran. Counting down, range takes a third "
    "number, −1."
)
def loop_never_ran(AL: Any, Y: Any, caches: Any) -> Any:
    L = len(caches)
    own = (f"dA{L - 1}", f"dW{L}", f"db{L}")
    return {name: value for name, value in back(AL, Y, caches).items() if name in own}


@exercise.mistake("The loop stops before layer 1: where does range end?")
def first_layer_skipped(AL: Any, Y: Any, caches: Any) -> Any:
    grads = back(AL, Y, caches)
    if len(caches) == 1:
        return grads  # the output layer stands before the loop
    return {name: v for name, v in grads.items() if name not in ("dA0", "dW1", "db1")}


@exercise.mistake("1/m came in again on the way: linear_backward has put it into dW and db.")
def averaged_again(AL: Any, Y: Any, caches: Any) -> Any:
    m = Y.shape[1]
    return {name: v / (m if name[1] != "A" else 1) for name, v in back(AL, Y, caches).items()}


@exercise.mistake("AL itself was changed, by -=. Give the difference a name of its own.")
def in_place(AL: Any, Y: Any, caches: Any) -> Any:
    AL -= Y
    return _back(AL, caches)


@exercise.combined_mistake("turned", "dA0_missing")
def turned_and_dA0_missing(AL: Any, Y: Any, caches: Any) -> Any:
    grads = _back(Y - AL, caches)
    return {name: value for name, value in grads.items() if name != "dA0"}


@exercise.raising_mistake("the name dZ is not defined.")
def dZ_not_made(AL: Any, Y: Any, caches: Any) -> Any:
    return _back(dZ, caches)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def from_page_02(AL: Any, Y: Any, caches: Any) -> Any:
    return L_model_backward(AL, Y, caches)


@exercise.correct_variant
def with_a_while(AL: Any, Y: Any, caches: Any) -> Any:
    l, grads, dZ = len(caches), {}, AL - Y
    while l > 0:
        dA, grads[f"dW{l}"], grads[f"db{l}"] = linear_backward(dZ, caches[l - 1][0])
        grads[f"dA{l - 1}"] = dA
        if l > 1:
            dZ = relu_backward(dA, caches[l - 2][1])
        l -= 1
    return grads


@exercise.correct_variant
def by_hand(AL: Any, Y: Any, caches: Any) -> Any:
    m, grads, dZ = Y.shape[1], {}, np.subtract(AL, Y)
    for l in range(len(caches), 0, -1):
        (A_prev, W, _), Z = caches[l - 1]
        if l < len(caches):
            dZ = dA * (Z > 0)
        dA = W.T @ dZ
        grads["dA" + str(l - 1)] = dA
        grads["dW" + str(l)] = np.dot(dZ, A_prev.T) / m
        grads["db" + str(l)] = dZ.mean(axis=1, keepdims=True)
    return grads


@exercise.correct_variant
def with_names_of_its_own(AL: Any, Y: Any, caches: Any) -> Any:
    grads, L = {}, len(caches)
    current = caches[-1]
    dA_prev, dW, db = linear_backward(AL - Y, current[0])
    grads["dA" + str(L - 1)], grads["dW" + str(L)], grads["db" + str(L)] = dA_prev, dW, db
    for l in range(L - 2, -1, -1):
        dA_prev, dW, db = linear_activation_backward(dA_prev, caches[l], activation="relu")
        grads["dA" + str(l)], grads["dW" + str(l + 1)], grads["db" + str(l + 1)] = dA_prev, dW, db
    return grads


@exercise.correct_variant
def by_the_slopes(AL: Any, Y: Any, caches: Any) -> Any:
    dZ = np.zeros(Y.shape)
    for i in range(Y.shape[1]):
        a = AL[:, [i]]
        dZ[:, [i]] = (np.diag(a[:, 0]) - a @ a.T) @ (-Y[:, [i]] / a)
    return _back(dZ, caches)


@exercise.correct_variant
def example_by_example(AL: Any, Y: Any, caches: Any) -> Any:
    dZ = np.stack([AL[:, i] - Y[:, i] for i in range(Y.shape[1])], axis=1)
    return _back(dZ, caches)


@exercise.correct_variant
def one_taken_from_the_true_class(AL: Any, Y: Any, caches: Any) -> Any:
    dZ = AL.copy()
    dZ[Y.argmax(axis=0), np.arange(Y.shape[1])] -= 1
    return _back(dZ, caches)


@exercise.correct_variant
def with_an_update(AL: Any, Y: Any, caches: Any) -> Any:
    grads: dict[str, Any] = {}
    grads.update(_back(AL - Y, list(caches)))
    return dict(sorted(grads.items()))


@exercise.correct_variant
def recursive(AL: Any, Y: Any, caches: Any) -> Any:
    def undo(dA: Any, l: int) -> Any:
        if l == 0:
            return {}
        dA, dW, db = linear_activation_backward(dA, caches[l - 1], "relu")
        return {f"dA{l - 1}": dA, f"dW{l}": dW, f"db{l}": db} | undo(dA, l - 1)

    L = len(caches)
    dA, dW, db = linear_backward(AL - Y, caches[-1][0])
    return {f"dA{L - 1}": dA, f"dW{L}": dW, f"db{L}": db} | undo(dA, L - 1)
