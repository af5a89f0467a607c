"""One layer backwards; Z of both signs, none near 0, and unknown activations."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case, Raised
from utils.exercises.backward_propagation.common import Rng, normal, rounded
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import linear_activation_backward as layer_back
from utils.reference.backward_propagation import linear_backward, relu_backward, sigmoid_backward
from utils.reference.backward_propagation import linear_backward as linear_back
from utils.reference.forward_propagation import linear_activation_forward as layer
from utils.reference.forward_propagation import relu, sigmoid


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
                break
        args = {"dA": draw(rng, *A.shape), "cache": cache, "activation": g}
        earns = more.get("earns", {"relu": "ReLU"}.get(g, g))
        return Case(args, note, layout, earns=earns)

    parts = tuple(rounded(rng, *shape) for shape in ((3, 2), (2, 3), (2, 1)))
    unknown = {"dA": rounded(rng, 2, 2), "cache": (parts, rounded(rng, 2, 2))}
    due = Raised("ValueError")
    untouched: dict[str, Any] = {"layout": "readonly", "earns": "inputs left alone"}
    return [
        case(2, 3, 5, "relu", readable=True),
        case(2, 3, 5, "sigmoid", readable=True),
        case(5, 3, 1, "relu", "a single example (m = 1)", earns="edge cases"),
        case(1, 3, 7, "sigmoid", "a single unit", earns="edge cases"),
        case(3, 3, 3, "relu", "all sizes equal"),
        case(3, 3, 3, "sigmoid", "all sizes equal"),
        case(5, 3, 7, "relu", "arrays that are not contiguous in memory", "strided"),
        case(5, 3, 7, "sigmoid", "arrays that must not be written to", **untouched),
        *(
            Case(
                unknown | {"activation": g},
                "an unknown activation",
                expected=due,
                earns="unknown activation",
            )
            for g in ("rleu", "tanh", "linear")
        ),
    ]


exercise = Exercise(
    name="linear_activation_backward",
    assignment="02_backward_propagation",
    rubric={
        "shape": 2,
        "sigmoid": 2.5,
        "ReLU": 2.5,
        "edge cases": 1,
        "unknown activation": 1,
        "inputs left alone": 1,
    },
    reference=reference.linear_activation_backward,
    returns=("", "dA_prev", "dW", "db"),
    cases=_cases,
    builds_on=("sigmoid_backward", "relu_backward", "linear_backward"),
    fresh=("dA_prev", "dW", "db"),
    properties={"sigmoid_layer": "edge cases", "relu_layer": "edge cases"},
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


def _slope(Z: Any, activation: str) -> Any:
    """Return the activation's slope at Z."""
    if activation == "sigmoid":
        return sigmoid(Z) * (1 - sigmoid(Z))
    if activation == "relu":
        return Z > 0
    raise ValueError(activation)


def _known(activation: str) -> None:
    _slope(np.zeros(1), activation)


@exercise.mistake("The activations are swapped: look at which branch calls which way back.")
def branches_swapped(dA: Any, cache: Any, activation: str) -> Any:
    other = {"relu": "sigmoid", "sigmoid": "relu"}.get(activation, activation)
    return layer_back(dA, cache, other)


@exercise.mistake("ReLU's way back is used whatever `activation` says.")
def always_relu(dA: Any, cache: Any, activation: str) -> Any:
    return layer_back(dA, cache, "relu")


@exercise.mistake("ReLU's way back is used for both activations.")
def relu_for_both(dA: Any, cache: Any, activation: str) -> Any:
    _known(activation)
    return layer_back(dA, cache, "relu")


@exercise.mistake("The sigmoid's way back is used whatever `activation` says.")
def always_sigmoid(dA: Any, cache: Any, activation: str) -> Any:
    return layer_back(dA, cache, "sigmoid")


@exercise.mistake("The sigmoid's way back is used for both activations.")
def sigmoid_for_both(dA: Any, cache: Any, activation: str) -> Any:
    _known(activation)
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


@exercise.mistake(
    "An unknown activation went through as if there were none. Raise a ValueError for it."
)
def falls_to_nothing(dA: Any, cache: Any, activation: str) -> Any:
    dZ = dA * _slope(cache[1], activation) if activation in ("relu", "sigmoid") else dA
    return linear_back(dZ, cache[0])


@exercise.mistake(
    "For an unknown activation something was said or returned, but not raised: a ValueError is due."
)
def error_not_raised(dA: Any, cache: Any, activation: str) -> Any:
    if activation not in ("relu", "sigmoid"):
        return None
    return layer_back(dA, cache, activation)


@exercise.mistake("The activation was left out: dA went into the linear step as it came.")
def straight_through(dA: Any, cache: Any, activation: str) -> Any:
    _known(activation)
    return linear_back(dA, cache[0])


@exercise.mistake("dZ was made and then forgotten: dA went into the linear step, for any name.")
def dZ_not_used(dA: Any, cache: Any, activation: str) -> Any:
    return linear_back(dA, cache[0])


@exercise.mistake('For "relu", dA went through untouched. Does that branch make a dZ?')
def relu_left_out(dA: Any, cache: Any, activation: str) -> Any:
    _known(activation)
    return linear_back(dA, cache[0]) if activation == "relu" else layer_back(dA, cache, activation)


@exercise.mistake('For "sigmoid", dA went through untouched. Does that branch make a dZ?')
def sigmoid_left_out(dA: Any, cache: Any, activation: str) -> Any:
    _known(activation)
    return layer_back(dA, cache, activation) if activation == "relu" else linear_back(dA, cache[0])


@exercise.mistake(
    "The slope was taken at A, as if Z had gone through the sigmoid twice. "
    "What does the cache hold, A or Z?"
)
def slope_at_A(dA: Any, cache: Any, activation: str) -> Any:
    Z = sigmoid(cache[1]) if activation == "sigmoid" else cache[1]
    return layer_back(dA, (cache[0], Z), activation)


@exercise.mistake(
    "A whole activation took the place of its slope: forwards is g, the way back needs g′."
)
def forward_activation(dA: Any, cache: Any, activation: str) -> Any:
    _known(activation)
    g = sigmoid if activation == "sigmoid" else relu
    return linear_back(dA * g(cache[1]), cache[0])


@exercise.mistake(
    "dZ is what the activation gives forwards. The way back has functions of its own, from part 2."
)
def forwards_again(dA: Any, cache: Any, activation: str) -> Any:
    _known(activation)
    return linear_back((sigmoid if activation == "sigmoid" else relu)(cache[1]), cache[0])


@exercise.mistake(
    "dA and Z changed places in the call: the slope is taken at Z, and dA comes first."
)
def arguments_swapped(dA: Any, cache: Any, activation: str) -> Any:
    return layer_back(cache[1], (cache[0], dA), activation)


@exercise.mistake("This is what the slope alone gives. dA, which came from above, is missing.")
def dA_not_used(dA: Any, cache: Any, activation: str) -> Any:
    return linear_back(1.0 * _slope(cache[1], activation), cache[0])


@exercise.mistake("The activation was undone twice. One layer has one of them.")
def undone_twice(dA: Any, cache: Any, activation: str) -> Any:
    slope = _slope(cache[1], activation)
    return linear_back(dA * slope * slope, cache[0])


@exercise.mistake(
    "The slope was multiplied into dA_prev, after the linear step. What came last is undone first."
)
def linear_first(dA: Any, cache: Any, activation: str) -> Any:
    dA_prev, dW, db = linear_back(dA, cache[0])
    return dA_prev * _slope(cache[1], activation), dW, db


@exercise.mistake(
    "The two halves of the cache are swapped: the linear step's triple comes first, then Z."
)
def cache_swapped(dA: Any, cache: Any, activation: str) -> Any:
    Z, linear_cache = cache
    _known(activation)
    dZ = dA * (Z > 0)
    return linear_back(dZ, linear_cache)


@exercise.mistake(
    "The slope was taken at A_prev, which went into the layer. Which array went into g?"
)
def slope_at_A_prev(dA: Any, cache: Any, activation: str) -> Any:
    return linear_back(dA * _slope(cache[0][0], activation), cache[0])


@exercise.mistake("Only dZ came back: the linear step is still to be undone.")
def only_dZ(dA: Any, cache: Any, activation: str) -> Any:
    return dA * _slope(cache[1], activation)


@exercise.mistake("dZ came back in front of the three gradients. It is needed on the way only.")
def dZ_returned_too(dA: Any, cache: Any, activation: str) -> Any:
    return (dA * _slope(cache[1], activation), *layer_back(dA, cache, activation))


@exercise.mistake(
    "1/m came in twice: linear_backward has put it into dW and db. Here nothing is left to divide."
)
def averaged_again(dA: Any, cache: Any, activation: str) -> Any:
    dA_prev, dW, db = layer_back(dA, cache, activation)
    return dA_prev, dW / dA.shape[1], db / dA.shape[1]


@exercise.mistake("dZ was divided by m, and linear_backward divides as well: once is enough.")
def dZ_averaged(dA: Any, cache: Any, activation: str) -> Any:
    return layer_back(dA / dA.shape[1], cache, activation)


@exercise.mistake("The three results are right, in another order: dA_prev comes first.")
def another_order(dA: Any, cache: Any, activation: str) -> Any:
    dA_prev, dW, db = layer_back(dA, cache, activation)
    return dW, db, dA_prev


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("falls_to_sigmoid", "averaged_again")
def in_silence_and_averaged(dA: Any, cache: Any, activation: str) -> Any:
    return averaged_again(dA, cache, "relu" if activation == "relu" else "sigmoid")


@exercise.combined_mistake("branches_swapped", "dZ_averaged")
def swapped_and_averaged(dA: Any, cache: Any, activation: str) -> Any:
    return branches_swapped(dA / dA.shape[1], cache, activation)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("a ValueError")
def nothing_for_the_unknown(dA: Any, cache: Any, activation: str) -> Any:
    linear_cache, Z = cache
    if activation == "sigmoid":
        dZ = sigmoid_backward(dA, Z)
    elif activation == "relu":
        dZ = relu_backward(dA, Z)
    return linear_backward(dZ, linear_cache)


@exercise.raising_mistake("here your own raise is reached: ValueError")
def if_for_elif(dA: Any, cache: Any, activation: str) -> Any:
    linear_cache, Z = cache
    if activation == "sigmoid":
        dZ = sigmoid_backward(dA, Z)
    if activation == "relu":
        dZ = relu_backward(dA, Z)
    else:
        raise ValueError
    return linear_backward(dZ, linear_cache)


@exercise.raising_mistake("missing 1 required positional argument: 'cache'")
def cache_not_passed(dA: Any, cache: Any, activation: str) -> Any:
    _, Z = cache
    if activation == "sigmoid":
        return linear_backward(sigmoid_backward(dA, Z))
    elif activation == "relu":
        return linear_backward(relu_backward(dA, Z))
    raise ValueError


@exercise.raising_mistake("cache is a tuple of 2, where an array is needed.")
def whole_cache_for_Z(dA: Any, cache: Any, activation: str) -> Any:
    linear_cache, _ = cache
    dZ = dA * (cache > 0)
    return linear_backward(dZ, linear_cache)


@exercise.raising_mistake("relu is a function, and it was not called.")
def function_for_text(dA: Any, cache: Any, activation: str) -> Any:
    linear_cache, Z = cache
    dZ = dA * relu if activation != "sigmoid" else sigmoid_backward(dA, Z)
    return linear_backward(dZ, linear_cache)


@exercise.raising_mistake("the name dz is not defined. Did you mean dZ?")
def result_misnamed(dA: Any, cache: Any, activation: str) -> Any:
    linear_cache, Z = cache
    dZ = sigmoid_backward(dA, Z) if activation == "sigmoid" else relu_backward(dA, Z)
    return linear_backward(dz, linear_cache)


@exercise.raising_mistake("there are 3 names to the left of =, but 2 values to the right.")
def cache_taken_for_a_triple(dA: Any, cache: Any, activation: str) -> Any:
    A_prev, W, b = cache
    dZ = sigmoid_backward(dA, A_prev) if activation == "sigmoid" else relu_backward(dA, A_prev)
    return linear_backward(dZ, (A_prev, W, b))


@exercise.raising_mistake("linear_backward gets `cache`: a tuple of 2, where 3 parts are needed.")
def whole_cache_passed_on(dA: Any, cache: Any, activation: str) -> Any:
    _, Z = cache
    dZ = sigmoid_backward(dA, Z) if activation == "sigmoid" else relu_backward(dA, Z)
    return linear_backward(dZ, cache)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_match(dA: Any, cache: Any, activation: str) -> Any:
    match activation:
        case "relu":
            dZ = np.where(cache[1] > 0, dA, 0)
        case "sigmoid":
            dZ = dA * sigmoid(cache[1]) * sigmoid(-cache[1])
        case _:
            raise ValueError
    return linear_back(dZ, cache[0])


@exercise.correct_variant
def by_a_dictionary(dA: Any, cache: Any, activation: str) -> Any:
    ways = {"sigmoid": sigmoid_backward, "relu": relu_backward}
    if activation not in ways:
        raise ValueError(f"no activation {activation}")
    return linear_backward(ways[activation](dA, cache[1]), cache[0])


@exercise.correct_variant
def asked_first(dA: Any, cache: Any, activation: str) -> Any:
    if activation != "sigmoid" and activation != "relu":
        raise ValueError("unknown activation")
    linear_cache, Z = cache
    dZ = relu_backward(dA, Z) if activation == "relu" else sigmoid_backward(dA, Z)
    dA_prev, dW, db = linear_backward(dZ, linear_cache)
    return dA_prev, dW, db


@exercise.correct_variant
def returned_from_each_branch(dA: Any, cache: Any, activation: str) -> Any:
    if activation == "sigmoid":
        return linear_backward(sigmoid_backward(dA, cache[-1]), cache[0])
    if activation == "relu":
        return linear_backward(relu_backward(dA, cache[-1]), cache[0])
    raise ValueError


@exercise.correct_variant
def with_keywords(dA: Any, cache: Any, activation: str) -> Any:
    triple, Z = cache
    try:
        way = {"relu": relu_backward, "sigmoid": sigmoid_backward}[activation]
    except KeyError:
        raise ValueError(activation) from None
    return linear_backward(cache=triple, dZ=way(Z=Z, dA=dA))


@exercise.correct_variant
def all_by_itself(dA: Any, cache: Any, activation: str) -> Any:
    (A_prev, W, _), Z = cache
    dZ = np.multiply(dA, _slope(Z, activation))
    return np.dot(W.T, dZ), np.dot(dZ, A_prev.T) / Z.shape[1], np.mean(dZ, axis=1, keepdims=True)


@exercise.correct_variant
def by_an_error_of_its_own(dA: Any, cache: Any, activation: str) -> Any:
    class UnknownActivationError(ValueError):
        pass

    if activation not in {"relu", "sigmoid"}:
        raise UnknownActivationError(activation)
    return list(layer_back(dA, cache, activation))


@exercise.correct_variant
def slope_by_slope(dA: Any, cache: Any, activation: str) -> Any:
    slope = {"sigmoid": lambda z: 1 / (2 + np.exp(z) + np.exp(-z)), "relu": lambda z: z > 0}
    if (g := slope.get(activation)) is None:
        raise ValueError
    dZ = np.array([[a * g(z) for a, z in zip(*row, strict=True)]
                   for row in zip(dA, cache[1], strict=True)])  # fmt: skip
    return linear_back(dZ, cache[0])
