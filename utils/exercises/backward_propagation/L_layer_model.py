"""The training loop; few iterations, and everything random comes from the case's seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Case, Seed
from utils.exercises.backward_propagation import L_model_backward, update_parameters
from utils.exercises.backward_propagation.common import Rng, normal
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import L_model_backward as back
from utils.reference.backward_propagation import update_parameters as update
from utils.reference.forward_propagation import L_model_forward as forward
from utils.reference.forward_propagation import compute_cost as cost_of
from utils.reference.forward_propagation import initialize_parameters_deep as initialize


def _cases(rng: Rng) -> list[Case]:
    def case(
        dims: list[int], m: int, rate: float, n: int, note: str = "", layout: str = "plain"
    ) -> Case:
        Y = rng.permutation(np.arange(m) % 2).reshape(1, m).astype(float)
        args = {"X": normal(rng, dims[0], m), "Y": Y, "layer_dims": dims}
        more = {"learning_rate": rate, "num_iterations": n, "rng": Seed(int(rng.integers(2**31)))}
        return Case(args | more, note, layout)

    return [
        case([3, 2, 1], 5, 0.1, 3),
        case([2, 5, 3, 1], 7, 0.05, 5, "three layers"),
        case([3, 1], 7, 0.3, 4, "no hidden layer: a logistic regression"),
        case([2, 3, 1], 1, 0.1, 2, "a single example (m = 1)"),
        case([2, 3, 1], 5, 0.1, 1, "one iteration"),
        case([2, 3, 1], 5, 0.1, 2, "arrays that are not contiguous in memory", "strided"),
        case([2, 3, 1], 5, 0.1, 2, "arrays that must not be written to", "readonly"),
    ]


exercise = Exercise(
    name="L_layer_model",
    assignment="02_backward_propagation",
    rubric={"values": 10},
    reference=reference.L_layer_model,
    returns=("", "parameters", ["costs", ""]),
    cases=_cases,
    builds_on=(
        "L_model_backward",
        "linear_activation_backward",
        "linear_backward",
        "sigmoid_backward",
        "relu_backward",
        "update_parameters",
    ),
    hints=(
        "Once before the loop: the first parameters. In the loop, four steps in the order of "
        "this notebook: forwards, cost, backwards, update.",
        "Each of the four steps is one call of a function that you have. The cost of an "
        "iteration goes into the list; the updated parameters take the old name.",
        "A similar problem, solved. Halving until done: `x = start(rng)`; in a loop "
        "`size = measure(x)`, `sizes.append(size)`, `x = halve(x)`; after it `return x, sizes`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _train(
    X: Any, Y: Any, dims: Any, rate: float, n: int, rng: Any, change: Any = None
) -> tuple[Any, list[Any]]:
    """Train; `change(parameters, grads)` may give other gradients than the right ones."""
    parameters = initialize(dims, rng)
    trail = []
    for _ in range(n):
        AL, caches = forward(X, parameters)
        trail.append(cost_of(AL, Y))
        grads = back(AL, Y, caches)
        if change is not None:
            grads = change(parameters, grads)
        parameters = update(parameters, grads, rate)
    return parameters, trail


@exercise.mistake("Nothing was learned: are the updated parameters given their old name?")
def never_updated(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, 0, n, rng)


@exercise.mistake("The costs rise: it is trained uphill.")
def trained_uphill(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, -rate, n, rng)


@exercise.mistake(
    "Each cost is taken after the update; it should be that of the same pass, before it."
)
def costs_too_late(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, trail = _train(X, Y, layer_dims, rate, n, rng)
    return parameters, [*trail[1:], cost_of(forward(X, parameters)[0], Y)]


@exercise.mistake("There is one cost too many: one an iteration, before its update.")
def one_cost_more(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, trail = _train(X, Y, layer_dims, rate, n, rng)
    return parameters, [*trail, cost_of(forward(X, parameters)[0], Y)]


@exercise.mistake("Only the last cost came back; there should be a list, one an iteration.")
def last_cost_only(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, trail = _train(X, Y, layer_dims, rate, n, rng)
    return parameters, trail[-1]


@exercise.mistake("One iteration is missing at the end: how often does range run?")
def one_too_few(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, rate, n - 1, rng)


@exercise.mistake(
    "The network starts anew in every iteration: the first parameters belong before the loop."
)
def started_anew(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    trail = []
    parameters: Any = {}
    for _ in range(n):
        parameters, [cost] = _train(X, Y, layer_dims, rate, 1, rng)
        trail.append(cost)
    return parameters, trail


@exercise.mistake("The random numbers are not those of rng: give it to initialize_parameters_deep.")
def rng_not_used(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, rate, n, np.random.default_rng(0))


@exercise.mistake(
    "The gradients are those of the first pass in every iteration: go backwards inside the loop."
)
def first_gradients(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    kept: list[Any] = []

    def change(parameters: Any, grads: Any) -> Any:
        kept.append(grads)
        return kept[0]

    return _train(X, Y, layer_dims, rate, n, rng, change)


@exercise.mistake("Costs and parameters came back the wrong way round.")
def costs_first(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, rate, n, rng)[::-1]


@exercise.mistake("The parameters came back alone: the list of costs belongs with them.")
def no_costs(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, rate, n, rng)[0]


@exercise.mistake("learning_rate was not used: another number stands in the code.")
def own_learning_rate(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, 0.01, n, rng)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def from_dAL(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, costs = initialize(layer_dims, rng), []
    for _ in range(n):
        AL, caches = forward(X, parameters)
        costs += [float(cost_of(AL, Y))]
        grads = L_model_backward.from_dAL(AL, Y, caches)
        parameters = update_parameters.layer_by_layer(parameters, grads, rate)
    return parameters, costs
