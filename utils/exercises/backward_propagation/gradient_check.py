"""Gradients held against centered differences; right ones, and some spoiled by known factors."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from utils.checker.cases import Approx, Case, InRange, Returned
from utils.exercises.backward_propagation.common import Rng, random_network
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import L_model_backward as back
from utils.reference.backward_propagation import gradient_check as difference_of
from utils.reference.forward_propagation import L_model_forward, compute_cost
from utils.reference.forward_propagation import L_model_forward as forward
from utils.reference.forward_propagation import compute_cost as cost_of


def _cases(rng: Rng) -> list[Case]:
    def case(
        dims: list[int], m: int, note: str, spoil: dict[str, float] | None = None, **more: Any
    ) -> Case:
        network = random_network(rng, dims, m)
        X, Y, parameters = network["X"], network["Y"], network["parameters"]
        grads = back(network["AL"], Y, network["caches"])
        for name, factor in (spoil or {}).items():
            grads[name] = grads[name] * factor
        args = {"parameters": parameters, "grads": grads, "X": X, "Y": Y}
        if "epsilon" in more:
            args["epsilon"] = more["epsilon"]
        right = not spoil and "epsilon" not in more
        # Two costs 1e-5 apart leave ten digits of a slope to rounding; asked for are seven.
        expected: Any = InRange(0, 1e-7) if right else Approx(float(difference_of(**args)), 1e-7)
        earns = more.get("earns", "right gradients" if right else "wrong gradients")
        return Case(args, note, more.get("layout", "plain"), Returned(expected), earns)

    untouched: dict[str, Any] = {"layout": "readonly", "earns": "inputs left alone"}
    return [
        case([3, 2, 1], 5, "right gradients"),
        case([3, 2, 1], 5, "a wrong dW2", {"dW2": 2.0}),
        case([2, 3, 2, 1], 4, "wrong gradients in two layers", {"db1": -1.0, "dW3": 0.5}),
        case([3, 2, 1], 7, "a dW1 that is off by one percent", {"dW1": 1.01}),
        case([3, 2, 1], 4, "a db2 that is all zeros", {"db2": 0.0}),
        case([2, 3, 1], 5, "right gradients and a large epsilon", epsilon=0.1),
        case([2, 3, 1], 1, "a single example (m = 1)", {"dW1": 0.0}, earns="edge cases"),
        case([2, 1], 6, "a single layer", {"dW1": 3.0}, earns="edge cases"),
        case([2, 3, 1], 3, "arrays that are not contiguous in memory", layout="strided"),
        case([2, 3, 1], 3, "arrays that must not be written to", {"dW2": -1.0}, **untouched),
    ]


exercise = Exercise(
    name="gradient_check",
    assignment="02_backward_propagation",
    rubric={
        "shape": 1,
        "right gradients": 1.5,
        "wrong gradients": 5,
        "edge cases": 1.5,
        "inputs left alone": 1,
    },
    reference=reference.gradient_check,
    returns="difference",
    cases=_cases,
    properties={"zero_gradients": "wrong gradients", "epsilon_counts": "wrong gradients"},
    hints=(
        "For one entry of one parameter: move it up by epsilon and take the cost, move it down "
        "and take the cost, divide the difference by the distance between the two points.",
        "np.ndindex(W.shape) runs through all index pairs of W. Make a fresh copy of all "
        "parameters for every move, and gather g and ĝ in the same order.",
        "A similar problem, solved. The slope of f at each entry of v: "
        "`for i in range(v.size): up, down = v.copy(), v.copy(); up[i] += h; down[i] -= h; "
        "slope.append((f(up) - f(down)) / (2 * h))`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _slopes(parameters: Any, grads: Any, X: Any, Y: Any, slope: Any, names: Any = None) -> Any:
    """Return both gradients as arrays: entries of `grads`, and slopes found by `slope(cost)`."""
    ours, theirs = [], []
    for name in parameters if names is None else names:
        for index in np.ndindex(parameters[name].shape):

            def cost(step: float, name: str = name, index: Any = index) -> float:
                moved = {key: np.copy(value) for key, value in parameters.items()}
                moved[name][index] += step
                return float(cost_of(forward(X, moved)[0], Y))

            ours.append(grads["d" + name][index])
            theirs.append(slope(cost))
    return np.array(ours), np.array(theirs)


def _centered(epsilon: float) -> Any:
    return lambda cost: (cost(epsilon) - cost(-epsilon)) / (2 * epsilon)


def _relative(ours: Any, theirs: Any) -> Any:
    norm = np.linalg.norm
    return norm(ours - theirs) / (norm(ours) + norm(theirs))


@exercise.mistake(
    "This slope is taken on one side only. Centered differences step up and down from the middle."
)
def one_sided(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    slope = lambda cost: (cost(epsilon) - cost(0)) / epsilon  # noqa: E731
    return _relative(*_slopes(parameters, grads, X, Y, slope))


@exercise.mistake(
    "The difference of the costs is divided by epsilon; the two points are further apart."
)
def divided_by_epsilon(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return _relative(ours, 2 * theirs)


@exercise.mistake(
    "Divided by 2 and then multiplied by epsilon: all that is below the bar needs parentheses."
)
def parentheses_missing(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return _relative(ours, theirs * epsilon**2)


@exercise.mistake(
    "This is the distance itself. Divide it by the lengths of both gradients together."
)
def not_relative(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return np.linalg.norm(ours - theirs)


@exercise.mistake("The distance is divided by the length of one gradient; both belong there.")
def one_length(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return np.linalg.norm(ours - theirs) / np.linalg.norm(ours)


@exercise.mistake("The lengths are added outside the quotient: parentheses are missing.")
def sum_outside(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return np.linalg.norm(ours - theirs) / np.linalg.norm(ours) + np.linalg.norm(theirs)


@exercise.mistake("These lengths are squared: a norm has a square root.")
def squared_lengths(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return np.sum((ours - theirs) ** 2) / (np.sum(ours**2) + np.sum(theirs**2))


@exercise.mistake(
    "Every gradient passes here, wrong ones too: was it compared with itself? "
    "ĝ comes from costs alone."
)
def compared_with_itself(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    return 0.0


@exercise.mistake(
    "ĝ is compared with a backward pass of its own. The grads to be checked are those that came in."
)
def grads_not_used(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    AL, caches = forward(X, parameters)
    own = back(AL, Y, caches)
    return _relative(*_slopes(parameters, own, X, Y, _centered(epsilon)))


@exercise.mistake("Only the weights were checked; the biases are parameters too.")
def weights_only(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    names = [name for name in parameters if name[0] == "W"]
    return _relative(*_slopes(parameters, grads, X, Y, _centered(epsilon), names))


@exercise.mistake("Layer 1 alone was checked: are all parameters gone through?")
def first_layer_only(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    return _relative(*_slopes(parameters, grads, X, Y, _centered(epsilon), ["W1", "b1"]))


def _walk(parameters: Any, grads: Any, X: Any, Y: Any, move: Any) -> Any:
    """Return both gradients as arrays; `move(entries, index, cost)` finds a slope.

    All slopes are found in one copy of the parameters, which `move` changes.
    """
    moved = {name: np.copy(value) for name, value in parameters.items()}
    ours, theirs = [], []
    for name, entries in moved.items():
        for index in np.ndindex(entries.shape):
            theirs.append(move(entries, index, lambda: cost_of(forward(X, moved)[0], Y)))
            ours.append(grads["d" + name][index])
    return np.array(ours), np.array(theirs)


@exercise.mistake(
    "A moved entry was not moved back, so that the steps pile up. Take a fresh copy for each."
)
def steps_pile_up(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    def move(entries: Any, index: Any, cost: Any) -> Any:
        entries[index] += epsilon
        up = cost()
        entries[index] -= 2 * epsilon
        return (up - cost()) / (2 * epsilon)

    return _relative(*_walk(parameters, grads, X, Y, move))


@exercise.mistake(
    "The lower of the two costs was taken in the middle: where are the two points to be?"
)
def down_to_the_middle(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    slope = lambda cost: (cost(epsilon) - cost(0)) / (2 * epsilon)  # noqa: E731
    return _relative(*_slopes(parameters, grads, X, Y, slope))


@exercise.mistake("The lower cost was taken from twice as far down: how far is it from the middle?")
def down_too_far(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    slope = lambda cost: (cost(epsilon) - cost(-2 * epsilon)) / (2 * epsilon)  # noqa: E731
    return _relative(*_slopes(parameters, grads, X, Y, slope))


@exercise.mistake("ĝ has its sign turned: which of the two costs is taken from which?")
def down_minus_up(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return _relative(ours, -theirs)


@exercise.mistake("The two costs were added before the division. A slope is made of a difference.")
def costs_added(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    slope = lambda cost: (cost(epsilon) + cost(-epsilon)) / (2 * epsilon)  # noqa: E731
    return _relative(*_slopes(parameters, grads, X, Y, slope))


@exercise.mistake("The difference of the costs was never divided by the distance of the points.")
def never_divided(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    slope = lambda cost: cost(epsilon) - cost(-epsilon)  # noqa: E731
    return _relative(*_slopes(parameters, grads, X, Y, slope))


@exercise.mistake("ĝ carries a 1/m of its own; the cost is a mean already.")
def averaged_again(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return _relative(ours, theirs / Y.shape[1])


@exercise.mistake("ĝ belongs to the sum of the losses here; the gradients belong to the mean.")
def of_the_summed_loss(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return _relative(ours, theirs * Y.shape[1])


@exercise.mistake("Two lengths were compared. Gradients of one length may point anywhere.")
def lengths_compared(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    norm = np.linalg.norm
    return abs(norm(ours) - norm(theirs)) / (norm(ours) + norm(theirs))


@exercise.mistake("Below is the length of a sum. The formula has a sum of two lengths.")
def length_of_the_sum(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return np.linalg.norm(ours - theirs) / np.linalg.norm(ours + theirs)


@exercise.mistake("Sums of absolute values took the place of lengths, which are roots of squares.")
def absolute_values(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return np.sum(abs(ours - theirs)) / (np.sum(abs(ours)) + np.sum(abs(theirs)))


@exercise.mistake("Only the last entry was compared: are g and ĝ lists that grow?")
def last_entry_only(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return _relative(ours[-1:], theirs[-1:])


@exercise.mistake(
    "A difference was taken for each parameter, and then their mean. All entries belong in one row."
)
def mean_of_parameters(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    slope = _centered(epsilon)
    each = [_relative(*_slopes(parameters, grads, X, Y, slope, [name])) for name in parameters]
    return np.mean(each)


@exercise.mistake("This says only whether all is well. How far they are apart is asked: a number.")
def yes_or_no(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    return bool(_relative(*_slopes(parameters, grads, X, Y, _centered(epsilon))) < 1e-7)


@exercise.mistake("Both gradients came back. What is asked is how far they are apart: one number.")
def both_gradients(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    return _slopes(parameters, grads, X, Y, _centered(epsilon))


@exercise.mistake(
    "The caller's own parameters were moved: a copied dictionary still holds the same arrays. "
    "Copy each array, with np.copy."
)
def shallow_copy(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = [], []
    for name in parameters:
        for index in np.ndindex(parameters[name].shape):
            up, down = parameters.copy(), parameters.copy()
            up[name][index] += epsilon
            down[name][index] -= epsilon
            costs = [cost_of(forward(X, moved)[0], Y) for moved in (up, down)]
            theirs.append((costs[0] - costs[1]) / (2 * epsilon))
            ours.append(grads["d" + name][index])
    return _relative(np.array(ours), np.array(theirs))


@exercise.mistake(
    "All entries of a matrix were moved at once. Each needs a step, and two costs, of its own."
)
def all_at_once(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = [], []
    for name, value in parameters.items():
        up, down = (
            cost_of(forward(X, {**parameters, name: value + step})[0], Y)
            for step in (epsilon, -epsilon)
        )
        ours += list(grads["d" + name].ravel())
        theirs += [(up - down) / (2 * epsilon)] * value.size
    return _relative(np.array(ours), np.array(theirs))


@exercise.mistake(
    "The two gradients are right but in different orders: g and ĝ must list the entries alike."
)
def orders_differ(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))[1]
    ours = np.concatenate([g.ravel() for name, g in sorted(grads.items()) if name[:2] != "dA"])
    return _relative(ours, theirs)


@exercise.mistake(
    "epsilon is an argument, and was not used: another step size was written into the code."
)
def epsilon_ignored(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    return _relative(*_slopes(parameters, grads, X, Y, _centered(1e-5)))


@exercise.mistake(
    "epsilon 1e-12 drowns in rounding: two costs so close agree in nearly all of their digits."
)
def epsilon_too_small(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    return _relative(*_slopes(parameters, grads, X, Y, _centered(1e-12)))


@exercise.mistake("Both costs come from the same side: one copy moves up, the other down.")
def both_moved_up(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    with np.errstate(invalid="ignore"):
        return _relative(*_slopes(parameters, grads, X, Y, lambda cost: 0 * cost(epsilon)))


@exercise.mistake("X is moved together with the parameters. Only one entry of one parameter moves.")
def X_moved_as_well(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    def move(name: str, index: Any, step: float) -> float:
        moved = {key: np.copy(value) for key, value in parameters.items()}
        moved[name][index] += step
        return float(cost_of(forward(X + step, moved)[0], Y))

    ours, theirs = [], []
    for name in parameters:
        for index in np.ndindex(parameters[name].shape):
            ours.append(grads["d" + name][index])
            apart = move(name, index, epsilon) - move(name, index, -epsilon)
            theirs.append(apart / (2 * epsilon))
    return _relative(np.array(ours), np.array(theirs))


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("one_sided", "not_relative")
def one_sided_and_not_relative(
    parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5
) -> Any:
    slope = lambda cost: (cost(epsilon) - cost(0)) / epsilon  # noqa: E731
    ours, theirs = _slopes(parameters, grads, X, Y, slope)
    return np.linalg.norm(ours - theirs)


@exercise.combined_mistake("weights_only", "divided_by_epsilon")
def weights_only_and_epsilon(
    parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5
) -> Any:
    names = [name for name in parameters if name[0] == "W"]
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon), names)
    return _relative(ours, 2 * theirs)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("AL is a tuple of 2, where an array is needed.")
def tuple_not_unpacked(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    AL = L_model_forward(X, parameters)
    return np.mean(np.abs(AL - Y))


@exercise.raising_mistake("grads has no key 'W1'.")
def key_without_d(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    g = []
    for name in parameters:
        for index in np.ndindex(parameters[name].shape):
            g.append(grads[name][index])
    return np.linalg.norm(g)


@exercise.raising_mistake("g is a list, which does not calculate entry by entry.")
def lists_subtracted(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    g, g_hat = [0.0], [0.0]
    return np.linalg.norm(g - g_hat) / (np.linalg.norm(g) + np.linalg.norm(g_hat))


@exercise.raising_mistake("g is None, and None has no .append.")
def append_overwritten(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    g: Any = []
    for name in parameters:
        for index in np.ndindex(parameters[name].shape):
            g = g.append(grads["d" + name][index])
    return np.linalg.norm(g)


@exercise.raising_mistake("a dictionary has no .shape.")
def all_parameters_for_one(
    parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5
) -> Any:
    for index in np.ndindex(parameters.shape):
        up = parameters[index] + epsilon
    return up


@exercise.raising_mistake("the name costs is not defined.")
def put_into_nothing(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    AL, _ = L_model_forward(X, parameters)
    costs[0] = compute_cost(AL, Y)
    return costs[0]


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def in_one_vector(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    theta = np.concatenate([value.ravel() for value in parameters.values()])
    g = np.concatenate([grads["d" + name].ravel() for name in parameters])

    def cost(vector: Any) -> Any:
        found, start = {}, 0
        for name, value in parameters.items():
            found[name] = vector[start : start + value.size].reshape(value.shape)
            start += value.size
        return cost_of(forward(X, found)[0], Y)

    steps = np.eye(theta.size) * epsilon
    hat = np.array([cost(theta + s) - cost(theta - s) for s in steps]) / (2 * epsilon)
    return float(np.linalg.norm(g - hat) / (np.linalg.norm(g) + np.linalg.norm(hat)))


@exercise.correct_variant
def one_copy_moved_back(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    def move(entries: Any, index: Any, cost: Any) -> Any:
        kept = entries[index]
        entries[index] = kept + epsilon
        up = cost()
        entries[index] = kept - epsilon
        slope = (up - cost()) / (2 * epsilon)
        entries[index] = kept
        return slope

    return _relative(*_walk(parameters, grads, X, Y, move))


@exercise.correct_variant
def as_half_a_sum_of_slopes(
    parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5
) -> Any:
    def slope(cost: Any) -> Any:
        middle = cost(0)
        return ((cost(epsilon) - middle) / epsilon + (middle - cost(-epsilon)) / epsilon) / 2

    return _relative(*_slopes(parameters, grads, X, Y, slope))


@exercise.correct_variant
def with_a_hair(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    below = np.sqrt(np.sum(ours**2)) + np.sqrt(np.sum(theirs**2)) + 1e-12
    return np.sqrt(np.sum((ours - theirs) ** 2)) / below


@exercise.correct_variant
def layer_by_layer(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    layers = range(len(parameters) // 2, 0, -1)
    names = [kind + str(l) for l in layers for kind in ("b", "W")]
    return np.array(_relative(*_slopes(parameters, grads, X, Y, _centered(epsilon), names)))


@exercise.correct_variant
def squares_added_up(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    apart = ours = theirs = 0.0
    for g, hat in zip(*_slopes(parameters, grads, X, Y, _centered(epsilon)), strict=True):
        apart, ours, theirs = apart + (g - hat) ** 2, ours + g * g, theirs + hat * hat
    return apart**0.5 / (ours**0.5 + theirs**0.5)


@exercise.correct_variant
def deep_copies(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    g, g_hat = np.array([]), np.array([])
    for name in parameters:
        for index in np.ndindex(parameters[name].shape):
            up, down = copy.deepcopy(parameters), copy.deepcopy(parameters)
            up[name][index] += epsilon
            down[name][index] -= epsilon
            J_up, J_down = (compute_cost(L_model_forward(X, p)[0], Y) for p in (up, down))
            g_hat = np.append(g_hat, 0.5 * (J_up - J_down) / epsilon)
            g = np.append(g, grads[f"d{name}"][index])
    return np.linalg.norm(g_hat - g) / np.add(np.linalg.norm(g_hat), np.linalg.norm(g))


@exercise.correct_variant
def matrix_by_matrix(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = [], []
    for name, value in parameters.items():
        hat = np.zeros(value.shape)
        for index, _ in np.ndenumerate(value):
            step = np.zeros_like(value)
            step[index] = epsilon
            up, down = ({**parameters, name: value + s} for s in (step, -step))
            hat[index] = compute_cost(L_model_forward(X, up)[0], Y)
            hat[index] -= compute_cost(L_model_forward(X, down)[0], Y)
        theirs.append(hat.reshape(-1) / (2 * epsilon))
        ours.append(grads["d" + name].flatten())
    return _relative(np.concatenate(ours), np.concatenate(theirs))
