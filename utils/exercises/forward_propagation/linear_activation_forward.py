"""One layer, linear step and activation; two cases name one that is unknown."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case, Raised
from utils.exercises.exercise import Exercise
from utils.exercises.forward_propagation import linear_forward as linear_step
from utils.exercises.forward_propagation.common import Rng, layer_arrays
from utils.reference import forward_propagation as reference
from utils.reference.forward_propagation import linear_activation_forward as layer
from utils.reference.forward_propagation import linear_forward, relu, sigmoid


def _cases(rng: Rng) -> list[Case]:
    def case(n: int, n_prev: int, m: int, activation: str, note: str = "", **more: Any) -> Case:
        arrays = layer_arrays(rng, n, n_prev, m, readable=n * m < 12)
        heart = {"relu": "ReLU", "sigmoid": "sigmoid"}.get(activation, "other activations")
        return Case(arrays | {"activation": activation}, note, **({"earns": heart} | more))

    return [
        case(2, 3, 5, "relu"),
        case(2, 3, 5, "sigmoid"),
        case(5, 4, 1, "relu", "a single example (m = 1)", earns="edge cases"),
        case(1, 7, 3, "sigmoid", "a single unit", earns="edge cases"),
        case(3, 5, 3, "relu", "as many examples as units"),
        case(
            5,
            2,
            7,
            "relu",
            "arrays that must not be written to",
            layout="readonly",
            earns="inputs left alone",
        ),
        case(
            5,
            2,
            7,
            "sigmoid",
            "arrays that are not contiguous in memory",
            layout="strided",
            earns="edge cases",
        ),
        case(2, 3, 2, "tanh", expected=Raised("ValueError")),
        case(2, 3, 2, "linear", expected=Raised("ValueError")),
    ]


exercise = Exercise(
    name="linear_activation_forward",
    assignment="01_forward_propagation",
    rubric={
        "shape": 2.5,
        "ReLU": 4,
        "sigmoid": 4,
        "cache": 1,
        "edge cases": 1.5,
        "other activations": 1,
        "inputs left alone": 1,
    },
    reference=reference.linear_activation_forward,
    returns=("", "A", ("cache", ("linear cache", "A_prev", "W", "b"), "Z")),
    cases=_cases,
    builds_on=("linear_forward", "sigmoid", "relu"),
    fresh=("A",),
    properties={"layer_ranges": "edge cases", "layer_in_columns": "edge cases"},
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


@exercise.mistake("A is Z itself, whatever `activation` says: its text is never looked at.")
def activation_ignored(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    Z, cache = linear_forward(A_prev, W, b)
    return Z, (cache, Z)


@exercise.mistake("ReLU is used whatever `activation` says.")
def always_relu(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, "relu")


@exercise.mistake("The sigmoid is used whatever `activation` says.")
def always_sigmoid(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, "sigmoid")


@exercise.mistake('Both activations are applied, one on top of the other, for `"sigmoid"`.')
def sigmoid_of_relu(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, cache = layer(A_prev, W, b, activation)
    return A if activation == "relu" else sigmoid(relu(cache[1])), cache


@exercise.mistake(
    "The activation was applied before the linear step. The formula has it around the whole."
)
def activated_before(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    g = {"relu": relu, "sigmoid": sigmoid}.get(activation)
    if g is None:
        raise ValueError(activation)
    Z, cache = linear_forward(g(A_prev), W, b)
    return Z, (cache, Z)


@exercise.mistake("What the activation got is A_prev. It should bend what the linear step gave.")
def activation_of_A_prev(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    _, cache = layer(A_prev, W, b, activation)
    return (relu if activation == "relu" else sigmoid)(A_prev), cache


@exercise.mistake("An unknown activation gets through in silence; it should raise a ValueError.")
def else_is_sigmoid(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, "relu" if activation == "relu" else "sigmoid")


@exercise.mistake("An unknown activation gets through in silence; it should raise a ValueError.")
def else_is_relu(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, "sigmoid" if activation == "sigmoid" else "relu")


@exercise.mistake("An unknown activation gets through in silence; it should raise a ValueError.")
def else_is_Z(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    if activation in ("relu", "sigmoid"):
        return layer(A_prev, W, b, activation)
    Z, cache = linear_forward(A_prev, W, b)
    return Z, (cache, Z)


@exercise.mistake(
    "For an unknown activation None comes back, perhaps after a print: "
    "a program that calls this cannot read. Raise a ValueError."
)
def nothing_returned(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, activation) if activation in ("relu", "sigmoid") else None


@exercise.mistake("The ValueError was made and returned. To stop the call it must be raised.")
def error_returned(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    if activation not in ("relu", "sigmoid"):
        return ValueError(activation)
    return layer(A_prev, W, b, activation)


_KNOWN_REFUSED = (
    "A known activation is refused, too. Is it spelled as in the text, and does the `else` "
    "belong to both questions, or to the second `if` alone?"
)


@exercise.mistake(_KNOWN_REFUSED)
def relu_refused(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    if activation != "sigmoid":
        raise ValueError("unknown activation")
    return layer(A_prev, W, b, activation)


@exercise.mistake(_KNOWN_REFUSED)
def sigmoid_refused(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    if activation != "relu":
        raise ValueError("unknown activation")
    return layer(A_prev, W, b, activation)


@exercise.mistake(
    "Every activation is refused, the two known ones as well. Is it compared with their names as "
    "text, in quotes, and can one text get past the whole condition?"
)
def all_refused(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    raise ValueError("unknown activation")


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


@exercise.mistake("A is right. What came back as the cache is Z alone.")
def cache_is_Z(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (_, Z) = layer(A_prev, W, b, activation)
    return A, Z


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


@exercise.mistake("A is right. The cache holds A as well; only a pair is asked for.")
def cache_of_three(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (linear, Z) = layer(A_prev, W, b, activation)
    return A, (linear, Z, A)


@exercise.mistake("Three things came back. The last two belong together, in one cache.")
def three_returned(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (linear, Z) = layer(A_prev, W, b, activation)
    return A, linear, Z


@exercise.mistake("A came back alone: the cache has to be returned with it.")
def no_cache(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, activation)[0]


@exercise.mistake("Cache and A are returned the wrong way round.")
def cache_first(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, activation)[::-1]


@exercise.mistake(
    "The pair (Z, cache) of linear_forward went into the activation whole: "
    "a call that returns two things needs two names on its left."
)
def pair_kept(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    Z: Any = linear_forward(A_prev, W, b)
    return np.maximum(0, Z), (Z[1], Z)


@exercise.mistake("The linear cache ends with Z, where b should be: keep what linear_forward gave.")
def Z_in_the_linear_cache(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (_, Z) = layer(A_prev, W, b, activation)
    return A, ((A_prev, W, Z), Z)


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("cache_keeps_A", "branches_swapped")
def swapped_and_cache_keeps_A(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (linear, _) = branches_swapped(A_prev, W, b, activation)
    return A, (linear, A)


@exercise.combined_mistake("else_is_relu", "cache_swapped")
def relu_for_all_else_and_cache_swapped(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (linear, Z) = else_is_relu(A_prev, W, b, activation)
    return A, (Z, linear)


@exercise.combined_mistake("else_is_sigmoid", "cache_keeps_A")
def sigmoid_for_all_else_and_cache_keeps_A(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (linear, _) = else_is_sigmoid(A_prev, W, b, activation)
    return A, (linear, A)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("relu gets `Z`: a tuple of 2, where an array is needed.")
def pair_not_unpacked(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    Z: Any = linear_forward(A_prev, W, b)
    A = sigmoid(Z) if activation == "sigmoid" else relu(Z)
    return A, Z


@exercise.raising_mistake("activation is text, not a function, so it cannot be called.")
def text_called(A_prev: Any, W: Any, b: Any, activation: Any) -> Any:
    Z, linear_cache = linear_forward(A_prev, W, b)
    A = activation(Z)
    return A, (linear_cache, Z)


@exercise.raising_mistake("linear_forward() missing 1 required positional argument: 'b'.")
def bias_not_passed(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    Z, linear_cache = linear_forward(A_prev, W)
    return relu(Z), (linear_cache, Z)


@exercise.raising_mistake("A is used before it has a value.")
def function_for_its_name(A_prev: Any, W: Any, b: Any, activation: Any) -> Any:
    Z, linear_cache = linear_forward(A_prev, W, b)
    if activation == sigmoid:
        A = sigmoid(Z)
    elif activation == relu:
        A = relu(Z)
    return A, (linear_cache, Z)


@exercise.raising_mistake("this call should raise a ValueError, and it raised an AssertionError.")
def asserted(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    assert activation in ("relu", "sigmoid"), "unknown activation"
    return layer(A_prev, W, b, activation)


@exercise.raising_mistake("there are 3 names to the left of =, but 2 values to the right.")
def three_names(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    Z, cache, A = linear_forward(A_prev, W, b)
    return A, (cache, Z)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def from_a_table(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    from scipy.special import expit

    functions = {"sigmoid": expit, "relu": lambda Z: np.where(Z > 0, Z, 0)}
    if activation not in functions:
        raise ValueError(activation)
    Z, cache = linear_step.with_einsum(A_prev, W, b)
    return functions[activation](Z), (cache, Z)


@exercise.correct_variant
def all_by_hand(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    Z = np.dot(W, A_prev) + b
    if activation == "sigmoid":
        A = 1 / (1 + np.exp(-Z))
    elif activation == "relu":
        A = Z * (Z > 0)
    else:
        raise ValueError("This function knows sigmoid and relu.")
    return A, ((A_prev, W, b), Z)


@exercise.correct_variant
def matched(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    Z, linear_cache = linear_forward(A_prev, W, b)
    match activation:
        case "sigmoid":
            return sigmoid(Z), (linear_cache, Z)
        case "relu":
            return relu(Z), (linear_cache, Z)
        case _:
            raise ValueError(f"no such activation: {activation}")


@exercise.correct_variant
def refused_at_the_door(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    if activation != "sigmoid" and activation != "relu":
        raise ValueError
    Z, linear_cache = linear_forward(A_prev, W, b)
    return (sigmoid if activation == "sigmoid" else relu)(Z), (linear_cache, Z)


@exercise.correct_variant
def with_an_error_of_its_own(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    class UnknownActivation(ValueError):
        pass

    Z, linear_cache = linear_forward(A_prev=A_prev, W=W, b=b)
    if activation == "relu":
        return relu(Z), (linear_cache, Z)
    if activation == "sigmoid":
        return sigmoid(Z), (linear_cache, Z)
    raise UnknownActivation(activation)


@exercise.correct_variant
def key_error_turned(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    try:
        g = {"sigmoid": sigmoid, "relu": relu}[activation]
    except KeyError as error:
        raise ValueError(f"{activation} is none of sigmoid and relu") from error
    Z, linear_cache = linear_forward(A_prev, W, b)
    return g(Z), [list(linear_cache), Z]


@exercise.correct_variant
def found_in_a_tuple(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    which = ("relu", "sigmoid").index(activation)  # raises ValueError where it is not there
    Z, linear_cache = linear_forward(A_prev, W, b)
    return [relu, sigmoid][which](Z), (linear_cache, Z.copy())


@exercise.correct_variant
def both_made_and_one_taken(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    together = linear_forward(A_prev, W, b)
    Z = together[0]
    both = {"relu": np.maximum(Z, 0.0), "sigmoid": 0.5 + 0.5 * np.tanh(Z / 2)}
    A = both.get(activation)
    if A is None:
        raise ValueError("unknown activation " + activation)
    return A, (together[1], together[0])
