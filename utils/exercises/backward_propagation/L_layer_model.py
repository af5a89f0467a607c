"""The training loop; few iterations, and everything random comes from the case's seed."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from utils.checker.cases import Case, Seed
from utils.exercises.backward_propagation import L_model_backward as backward_ways
from utils.exercises.backward_propagation.common import Rng, normal
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import L_model_backward, update_parameters
from utils.reference.backward_propagation import L_model_backward as back
from utils.reference.backward_propagation import update_parameters as update
from utils.reference.forward_propagation import (
    L_model_forward,
    compute_cost,
    initialize_parameters_deep,
)
from utils.reference.forward_propagation import L_model_forward as forward
from utils.reference.forward_propagation import compute_cost as cost_of
from utils.reference.forward_propagation import initialize_parameters_deep as initialize


def _cases(rng: Rng) -> list[Case]:
    def case(
        dims: list[int], m: int, rate: float, n: int, note: str = "", layout: str = "plain",
        earns: str = "training", rises: bool = False,
    ) -> Case:  # fmt: skip
        more = {"layer_dims": dims, "learning_rate": rate, "num_iterations": n}
        while True:
            Y = rng.permutation(np.arange(m) % 2).reshape(1, m).astype(float)
            args = {"X": normal(rng, dims[0], m), "Y": Y} | more
            drawn = Case(args | {"rng": Seed(int(rng.integers(2**31)))}, note, layout, earns=earns)
            if _is_steady(drawn) and rises == _rises(drawn):
                return drawn

    untouched = "arrays that must not be written to", "readonly", "inputs left alone"
    return [
        case([3, 2, 1], 5, 0.1, 3),
        case([2, 5, 3, 1], 7, 0.05, 5, "three layers"),
        case([3, 1], 7, 0.3, 4, "no hidden layer: a logistic regression", earns="edge cases"),
        case([2, 3, 1], 1, 0.1, 2, "a single example (m = 1)", earns="edge cases"),
        case([2, 3, 1], 5, 0.1, 1, "one iteration", earns="edge cases"),
        case([2, 1], 8, 6.0, 6, "a large learning rate, at which costs may rise", rises=True),
        case([2, 3, 1], 5, 0.1, 2, "arrays that are not contiguous in memory", "strided"),
        case([2, 3, 1], 5, 0.1, 2, *untouched),
    ]


def _rises(case: Case) -> bool:
    return bool(np.any(np.diff(reference.L_layer_model(*case.inputs())[1]) > 0))


def _is_steady(case: Case) -> bool:
    """Return whether a tiny change of dAL, within `precision`, leaves all numbers nearly equal."""
    (exact, costs), (other, again) = (
        way(*case.inputs()) for way in (reference.L_layer_model, with_a_hair)
    )
    return np.allclose(again, costs, rtol=2e-7, atol=0) and all(
        np.max(np.abs(value - other[name])) < 2e-7 * np.max(np.abs(value))
        for name, value in exact.items()
    )


exercise = Exercise(
    name="L_layer_model",
    assignment="02_backward_propagation",
    rubric={"shape": 2, "training": 5, "costs": 1, "edge cases": 1, "inputs left alone": 1},
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
    properties={"costs_before_updates": "costs", "learning_rate_counts": "training"},
    asks={
        "update_parameters": "It updates by lines of its own; your `update_parameters` does the "
        "same, and the pictures below it need that one."
    },
    precision=5e-7,  # a hair of 1e-8 in L_model_backward, as there
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
    """Train a network; `change(parameters, grads)` returns gradients to use instead of `grads`."""
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


@exercise.mistake(
    "In the call of compute_cost AL and Y changed places: the predictions come first."
)
def cost_arguments_swapped(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    trail: list[Any] = []
    parameters = initialize(layer_dims, rng)
    for _ in range(n):
        AL, caches = forward(X, parameters)
        trail.append(cost_of(Y, AL))
        parameters = update(parameters, back(AL, Y, caches), rate)
    return parameters, trail


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
    "It ends after its first iteration: is the return inside the loop? It stands below it, as far "
    "out as the for."
)
def returned_in_the_loop(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, rate, 1, rng)


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


@exercise.mistake("One iteration too many was made: how often does range run?")
def one_too_many(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, rate, n + 1, rng)


@exercise.mistake("The parameters are those before the last update, which was lost.")
def last_update_lost(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters = initialize(layer_dims, rng)
    before, trail = parameters, []
    for _ in range(n):
        AL, caches = forward(X, parameters)
        trail.append(cost_of(AL, Y))
        before, parameters = parameters, update(parameters, back(AL, Y, caches), rate)
    return before, trail


@exercise.mistake("The list of costs is empty: is each cost put into it, inside the loop?")
def costs_not_kept(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, rate, n, rng)[0], []


@exercise.mistake(
    "Only the first of a hundred costs, or of ten, was kept. There should be one an iteration."
)
def first_cost_only(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, trail = _train(X, Y, layer_dims, rate, n, rng)
    return parameters, trail[:1]


@exercise.mistake("The list holds the last cost alone: is it made anew in every iteration?")
def list_made_anew(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, trail = _train(X, Y, layer_dims, rate, n, rng)
    return parameters, trail[-1:]


@exercise.mistake("The same first cost stands there again and again: look forwards in the loop.")
def same_cost_again(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, trail = _train(X, Y, layer_dims, rate, n, rng)
    return parameters, trail[:1] * n


@exercise.mistake("The costs came back as a NumPy array. A list is asked for.")
def costs_as_an_array(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, trail = _train(X, Y, layer_dims, rate, n, rng)
    return parameters, np.array(trail)


@exercise.mistake(
    "The first weights were drawn twice, and rng has moved on in between. Once is enough."
)
def drawn_twice(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    initialize(layer_dims, rng)
    return _train(X, Y, layer_dims, rate, n, rng)


@exercise.mistake("The gradients were divided by m once more. They belong to the mean already.")
def averaged_again(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, rate / Y.shape[1], n, rng)


@exercise.mistake("Two updates were made in each iteration; only one belongs there.")
def updated_twice(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, 2 * rate, n, rng)


@exercise.mistake("Only the output layer learned; the layers before it never moved.")
def output_layer_only(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    own = str(len(layer_dims) - 1)

    def change(parameters: Any, grads: Any) -> Any:
        return {name: g * (name[2:] == own) for name, g in grads.items()}

    return _train(X, Y, layer_dims, rate, n, rng, change)


@exercise.mistake(
    "Only one update was made, at the end: is it inside the loop, as far in as the rest?"
)
def updated_after_the_loop(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters = initialize(layer_dims, rng)
    trail = []
    for _ in range(n):
        AL, caches = forward(X, parameters)
        trail.append(cost_of(AL, Y))
        grads = back(AL, Y, caches)
    return update(parameters, grads, rate), trail


@exercise.mistake("The list of costs came back alone, not a pair: the parameters go before it.")
def costs_alone(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, rate, n, rng)[1]


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("trained_uphill", "costs_first")
def uphill_and_costs_first(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, -rate, n, rng)[::-1]


@exercise.combined_mistake("costs_not_kept", "never_updated")
def nothing_learned_or_kept(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, 0, n, rng)[0], []


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("parameters is used before it has a value.")
def nothing_to_begin_with(
    X: Any, Y: Any, layer_dims: Any, learning_rate: float, num_iterations: int, rng: Any
) -> Any:
    costs: list[Any] = []
    for _ in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        costs.append(compute_cost(AL, Y))
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@exercise.raising_mistake("missing 1 required positional argument: 'rng'")
def rng_not_passed(
    X: Any, Y: Any, layer_dims: Any, learning_rate: float, num_iterations: int, rng: Any
) -> Any:
    parameters = initialize_parameters_deep(layer_dims)
    return parameters, []


@exercise.raising_mistake("AL is a tuple of 2, where an array is needed.")
def tuple_not_unpacked(
    X: Any, Y: Any, layer_dims: Any, learning_rate: float, num_iterations: int, rng: Any
) -> Any:
    parameters = initialize_parameters_deep(layer_dims, rng)
    AL = L_model_forward(X, parameters)
    grads = {"dZ": AL - Y}
    return update_parameters(parameters, grads, learning_rate), []


@exercise.raising_mistake("missing 1 required positional argument: 'caches'")
def caches_not_passed(
    X: Any, Y: Any, layer_dims: Any, learning_rate: float, num_iterations: int, rng: Any
) -> Any:
    parameters = initialize_parameters_deep(layer_dims, rng)
    for _ in range(num_iterations):
        AL, _ = L_model_forward(X, parameters)
        grads = L_model_backward(AL, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, []


@exercise.raising_mistake("costs is None, and None has no .append.")
def append_overwritten(
    X: Any, Y: Any, layer_dims: Any, learning_rate: float, num_iterations: int, rng: Any
) -> Any:
    parameters = initialize_parameters_deep(layer_dims, rng)
    costs: Any = []
    for _ in range(2):
        AL, _ = L_model_forward(X, parameters)
        costs = costs.append(compute_cost(AL, Y))
    return parameters, costs


@exercise.raising_mistake("range takes whole numbers, and got a list.")
def range_of_a_list(
    X: Any, Y: Any, layer_dims: Any, learning_rate: float, num_iterations: int, rng: Any
) -> Any:
    for _ in range(layer_dims):
        pass
    return {}, []


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def from_dAL(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, costs = initialize(layer_dims, rng), []
    for _ in range(n):
        AL, caches = forward(X, parameters)
        costs += [float(cost_of(AL, Y))]
        parameters = update(parameters, backward_ways.from_dAL(AL, Y, caches), rate)
    return parameters, costs


@exercise.correct_variant
def with_a_hair(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, costs = initialize(layer_dims, rng), []
    for _ in range(n):
        AL, caches = forward(X, parameters)
        costs.append(-np.mean(Y * np.log(AL + 1e-10) + (1 - Y) * np.log(1 - AL + 1e-10)))
        parameters = update(parameters, backward_ways.with_a_hair(AL, Y, caches), rate)
    return parameters, costs


@exercise.correct_variant
def while_there_are_more(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    costs: list[Any] = []
    parameters = initialize_parameters_deep(rng=rng, layer_dims=layer_dims)
    while len(costs) < n:
        AL, caches = L_model_forward(X, parameters)
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, rate)
        costs.append(compute_cost(AL, Y))  # of the pass before this update
    return parameters, costs


@exercise.correct_variant
def one_after_another(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    def step(state: Any, _: int) -> Any:
        parameters, costs = state
        AL, caches = forward(X, parameters)
        return update(parameters, back(AL, Y, caches), rate), [*costs, cost_of(AL, Y)]

    return functools.reduce(step, range(n), (initialize(layer_dims, rng), []))


@exercise.correct_variant
def by_recursion(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    def go_on(parameters: Any, left: int) -> Any:
        if left == 0:
            return parameters, []
        AL, caches = forward(X, parameters)
        end, costs = go_on(update(parameters, back(AL, Y, caches), rate), left - 1)
        return end, [cost_of(AL, Y), *costs]

    return go_on(initialize(layer_dims, rng), n)


@exercise.correct_variant
def in_a_list_made_before(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, costs = initialize(layer_dims, rng), [0.0] * n
    for i in range(n):
        AL, caches = forward(X, parameters)
        costs[i] = compute_cost(AL=AL, Y=Y)
        parameters = update(parameters, back(AL, Y, caches), rate)
    return [parameters, costs]


@exercise.correct_variant
def in_place_on_its_own(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, costs = initialize(layer_dims, rng), np.zeros(n)
    for i in range(n):
        AL, caches = forward(X, parameters)
        costs[i], grads = cost_of(AL, Y), back(AL, Y, caches)
        for name in parameters:
            parameters[name] -= rate * grads["d" + name]
    return parameters, costs.tolist()


@exercise.correct_variant
def from_a_copy_of_all(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    costs: Any = ()
    parameters = initialize(list(layer_dims), rng)
    for _ in range(1, n + 1):
        AL, caches = forward(X.copy(), parameters)
        costs = (*costs, cost_of(AL, Y))
        parameters = update(parameters, back(AL, Y, caches), rate)
    return parameters, costs
