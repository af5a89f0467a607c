"""One step of gradient descent into a new dictionary; a learning rate of 0 among its cases."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Case
from utils.exercises.backward_propagation.common import Rng, random_network
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import L_model_backward as back


def _cases(rng: Rng) -> list[Case]:
    def case(dims: list[int], m: int, rate: float, note: str = "", layout: str = "plain") -> Case:
        network = random_network(rng, dims, m)
        grads = back(network["AL"], network["Y"], network["caches"])
        args = {"parameters": network["parameters"], "grads": grads, "learning_rate": rate}
        return Case(args, note, layout)

    return [
        case([3, 2, 1], 5, 0.1),
        case([3, 7, 5, 2, 1], 4, 0.03, "four layers"),
        case([2, 1], 3, 1.7, "a single layer"),
        case([3, 2, 1], 1, 0.0, "a learning rate of 0"),
        case([2, 3, 1], 5, 0.5, "arrays that are not contiguous in memory", "strided"),
        case([2, 3, 1], 5, 0.5, "arrays that must not be written to", "readonly"),
    ]


exercise = Exercise(
    name="update_parameters",
    assignment="02_backward_propagation",
    rubric={"values": 5},
    reference=reference.update_parameters,
    returns="updated",
    cases=_cases,
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
    "The caller's arrays changed. A copy of a dictionary still holds the same arrays, and `-=` "
    "writes into them."
)
def in_place(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = dict(parameters)
    for name in updated:
        updated[name] -= learning_rate * grads["d" + name]
    return updated


@exercise.mistake("The new values came back as the steps alone: subtract them from W and b.")
def steps_alone(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return {name: -learning_rate * grads["d" + name] for name in parameters}


@exercise.mistake(
    "The names are those of gradients, dW1 and so on. The result holds parameters: W1, b1, …"
)
def names_of_gradients(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return {"d" + name: v for name, v in _updated(parameters, grads, learning_rate).items()}


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def layer_by_layer(parameters: Any, grads: Any, learning_rate: float) -> Any:
    new = {name: np.copy(value) for name, value in parameters.items()}
    for l in range(len(parameters) // 2):
        new[f"W{l + 1}"] -= learning_rate * grads[f"dW{l + 1}"]
        new[f"b{l + 1}"] -= learning_rate * grads[f"db{l + 1}"]
    return new
