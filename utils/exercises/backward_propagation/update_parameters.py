"""One step of gradient descent into a new dictionary; a learning rate of 0 among its cases."""

from __future__ import annotations

import copy
from collections import OrderedDict
from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.backward_propagation.common import Rng, random_network
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import L_model_backward as back


def _cases(rng: Rng) -> list[Case]:
    def case(
        dims: list[int],
        m: int,
        rate: float,
        note: str = "",
        layout: str = "plain",
        earns: str = "values",
    ) -> Case:
        network = random_network(rng, dims, m)
        grads = back(network["AL"], network["Y"], network["caches"])
        args = {"parameters": network["parameters"], "grads": grads, "learning_rate": rate}
        return Case(args, note, layout, earns=earns)

    return [
        case([3, 2, 1], 5, 0.1),
        case([3, 7, 5, 2, 1], 4, 0.03, "four layers"),
        case([3, 3, 3, 1], 4, 0.7, "layers of one size"),
        case([2, 1], 3, 1.7, "a single layer", earns="edge cases"),
        case([3, 2, 1], 1, 0.0, "a learning rate of 0", earns="edge cases"),
        case([2, 3, 1], 5, 0.5, "arrays that are not contiguous in memory", "strided"),
        case(
            [2, 3, 1], 5, 0.5, "arrays that must not be written to", "readonly", "inputs left alone"
        ),
    ]


exercise = Exercise(
    name="update_parameters",
    assignment="02_backward_propagation",
    rubric={"shape": 1, "values": 2.5, "edge cases": 0.5, "inputs left alone": 1},
    reference=reference.update_parameters,
    returns="updated",
    cases=_cases,
    properties={"proportional_step": "values", "new_arrays": "edge cases"},
    hints=(
        "The gradient points uphill. You want to go down.",
        'For a parameter called name, the gradient is called "d" + name. Put a new array into '
        "the new dictionary; `-=` would change the old one, which belongs to the caller.",
        "A similar problem, solved. All prices ten percent of their tax lower, in a new "
        'dictionary: `new[item] = price[item] - 0.1 * tax["t" + item]`.',
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _updated(parameters: Any, grads: Any, rate: Any) -> Any:
    return {name: parameters[name] - rate * grads["d" + name] for name in parameters}


@exercise.mistake("This goes uphill: the gradient was added.")
def uphill(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return _updated(parameters, grads, -learning_rate)


@exercise.mistake("The learning rate was left out, so the step is a whole gradient long.")
def no_learning_rate(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return _updated(parameters, grads, 1)


@exercise.mistake("The last layer did not move: where does the loop over layers end?")
def last_layer_skipped(parameters: Any, grads: Any, learning_rate: float) -> Any:
    last = str(len(parameters) // 2)
    updated = _updated(parameters, grads, learning_rate)
    return {n: parameters[n].copy() if n[1:] == last else updated[n] for n in parameters}


@exercise.mistake("Only the weights moved. The biases have gradients too.")
def biases_kept(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = _updated(parameters, grads, learning_rate)
    return {n: parameters[n].copy() if n[0] == "b" else updated[n] for n in parameters}


@exercise.mistake("The values are those that came in: was the new array thrown away?")
def thrown_away(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return {name: np.copy(value) for name, value in parameters.items()}


@exercise.mistake(
    "The caller's arrays changed. A copy of a dictionary still holds the same arrays, and `-=` and "
    "`*=` write into them."
)
def in_place(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = dict(parameters)
    for name in updated:
        updated[name] -= learning_rate * grads["d" + name]
    return updated


@exercise.mistake("Only the biases moved. The weights have gradients too.")
def weights_kept(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = _updated(parameters, grads, learning_rate)
    return {n: parameters[n].copy() if n[0] == "W" else updated[n] for n in parameters}


@exercise.mistake("Layer 1 alone moved: does the loop end at its first turn?")
def first_layer_only(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = _updated(parameters, grads, learning_rate)
    return {n: updated[n] if n[1:] == "1" else parameters[n].copy() for n in parameters}


@exercise.mistake("The last layer is missing from the result: where does the loop over layers end?")
def last_layer_missing(parameters: Any, grads: Any, learning_rate: float) -> Any:
    last = str(len(parameters) // 2)
    updated = _updated(parameters, grads, learning_rate)
    return {n: value for n, value in updated.items() if n[1:] != last}


@exercise.mistake("Only one pair is left, the last: is the dictionary made anew at every turn?")
def made_anew(parameters: Any, grads: Any, learning_rate: float) -> Any:
    last = str(len(parameters) // 2)
    updated = _updated(parameters, grads, learning_rate)
    return {n: value for n, value in updated.items() if n[1:] == last}


@exercise.mistake("The learning rate came in twice. One step, one rate.")
def rate_squared(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return _updated(parameters, grads, learning_rate**2)


@exercise.mistake("The gradient was divided by the learning rate. A small rate makes a small step.")
def divided_by_rate(parameters: Any, grads: Any, learning_rate: float) -> Any:
    with np.errstate(all="ignore"):
        return _updated(parameters, grads, 1 / np.float64(learning_rate))


@exercise.mistake("The parentheses sit too wide: the rate multiplies W and dW both.")
def rate_times_all(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return {n: learning_rate * (value - grads["d" + n]) for n, value in parameters.items()}


@exercise.mistake("Each parameter shrank by a part of itself. Which array says where downhill is?")
def shrunk(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return {n: value - learning_rate * value for n, value in parameters.items()}


@exercise.mistake(
    "b is (n, n) now: its gradient was flat, and subtracting a row from a column makes a square."
)
def b_grew(parameters: Any, grads: Any, learning_rate: float) -> Any:
    flat = {n: g.ravel() if n[1] == "b" else g for n, g in grads.items()}
    return _updated(parameters, flat, learning_rate)


@exercise.mistake("Only the signs of the gradients were used. Their sizes count as well.")
def signs_only(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return _updated(parameters, {n: np.sign(g) for n, g in grads.items()}, learning_rate)


@exercise.mistake("The new dictionary came back empty: what is put into it, and where?")
def left_empty(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return {}


@exercise.mistake("Only the step itself came back. From where should it be taken?")
def steps_alone(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return {name: -learning_rate * grads["d" + name] for name in parameters}


@exercise.mistake(
    "The names are those of gradients, dW1 and so on. The result holds parameters: W1, b1, …"
)
def names_of_gradients(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return {"d" + name: v for name, v in _updated(parameters, grads, learning_rate).items()}


@exercise.mistake("Each parameter moved L times: does a loop over the layers stand inside another?")
def loop_in_a_loop(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = parameters
    for _ in range(len(parameters) // 2):
        updated = _updated(updated, grads, learning_rate)
    return updated


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("names_of_gradients", "uphill")
def uphill_under_other_names(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return names_of_gradients(parameters, grads, -learning_rate)


@exercise.combined_mistake("biases_kept", "no_learning_rate")
def weights_alone_and_whole(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return biases_kept(parameters, grads, 1)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("grads has no key 'W1'.")
def key_without_d(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = {}
    for name in parameters:
        updated[name] = parameters[name] - learning_rate * grads[name]
    return updated


@exercise.raising_mistake("parameters has no key 'W0'.")
def counted_from_zero(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = {}
    for l in range(len(parameters) // 2):
        W = "W" + str(l)
        updated[W] = parameters[W] - learning_rate * grads["d" + W]
    return updated


@exercise.raising_mistake("range takes whole numbers, and got a float.")
def half_a_layer(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = {}
    for l in range(len(parameters) / 2):
        updated["W" + str(l + 1)] = parameters["W" + str(l + 1)]
    return updated


@exercise.raising_mistake("text and a number cannot be joined with +.")
def number_in_a_key(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = {}
    for l in range(1, len(parameters) // 2 + 1):
        updated["W" + l] = parameters["W" + l] - learning_rate * grads["dW" + l]
    return updated


@exercise.raising_mistake("the name alpha is not defined.")
def rate_under_another_name(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return {name: value - alpha * grads["d" + name] for name, value in parameters.items()}


@exercise.raising_mistake("updated has no key 'W1'.")
def subtracted_from_nothing(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated: Any = {}
    for name in parameters:
        updated[name] -= learning_rate * grads["d" + name]
    return updated


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def layer_by_layer(parameters: Any, grads: Any, learning_rate: float) -> Any:
    new = {name: np.copy(value) for name, value in parameters.items()}
    for l in range(len(parameters) // 2):
        new[f"W{l + 1}"] -= learning_rate * grads[f"dW{l + 1}"]
        new[f"b{l + 1}"] -= learning_rate * grads[f"db{l + 1}"]
    return new


@exercise.correct_variant
def as_a_comprehension(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return {name: W - learning_rate * grads["d" + name] for name, W in parameters.items()}


@exercise.correct_variant
def biases_first(parameters: Any, grads: Any, learning_rate: float) -> Any:
    L = len(parameters) // 2
    names = [f"b{l}" for l in range(L, 0, -1)] + [f"W{l}" for l in range(1, L + 1)]
    return dict(
        zip(names, (parameters[n] + -learning_rate * grads[f"d{n}"] for n in names), strict=True)
    )


@exercise.correct_variant
def on_a_deep_copy(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = copy.deepcopy(parameters)
    for name in updated:
        np.subtract(updated[name], learning_rate * grads["d" + name], out=updated[name])
    return updated


@exercise.correct_variant
def over_the_gradients(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return {
        name[1:]: parameters[name[1:]] - np.multiply(learning_rate, gradient)
        for name, gradient in grads.items()
        if name[1:] in parameters
    }


@exercise.correct_variant
def into_a_shallow_copy(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = parameters.copy()
    for name in parameters:
        updated[name] = updated[name] - learning_rate * grads["d" + name]
    return updated


@exercise.correct_variant
def entry_by_entry(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = {}
    for name, value in parameters.items():
        new = np.zeros(value.shape)
        for index in np.ndindex(value.shape):
            new[index] = value[index] - learning_rate * grads["d" + name][index]
        updated[name] = new
    return updated


@exercise.correct_variant
def in_an_ordered_dictionary(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = OrderedDict()
    for l in range(1, len(parameters) // 2 + 1):
        for kind in "Wb":
            name = kind + str(l)
            updated.update({name: parameters[name] - grads["d" + name] * learning_rate})
    return updated
