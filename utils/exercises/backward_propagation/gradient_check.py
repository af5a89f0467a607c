"""Gradients held against centered differences; right ones, and some spoiled by known factors."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import About, Between, Case, Returned
from utils.exercises.backward_propagation.common import Rng, random_network
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import L_model_backward as back
from utils.reference.backward_propagation import gradient_check as difference_of
from utils.reference.forward_propagation import L_model_forward as forward
from utils.reference.forward_propagation import compute_cost as cost_of


def _cases(rng: Rng) -> list[Case]:
    def case(
        dims: list[int],
        m: int,
        spoil: dict[str, float] | None = None,
        epsilon: float | None = None,
        note: str = "",
        layout: str = "plain",
    ) -> Case:
        network = random_network(rng, dims, m)
        X, Y, parameters = network["X"], network["Y"], network["parameters"]
        grads = back(network["AL"], Y, network["caches"])
        for name, factor in (spoil or {}).items():
            grads[name] = grads[name] * factor
        args = {"parameters": parameters, "grads": grads, "X": X, "Y": Y}
        if epsilon is not None:
            args["epsilon"] = epsilon
        value = float(difference_of(**args))
        right = not spoil and epsilon is None
        expected: Any = Between(0, 1e-7) if right else About(value, 1e-4)
        return Case(args, note, layout, Returned(expected))

    return [
        case([3, 2, 1], 5, note="right gradients"),
        case([3, 2, 1], 5, {"dW2": 2.0}, note="a wrong dW2"),
        case([2, 3, 2, 1], 4, {"db1": -1.0, "dW3": 0.5}, note="wrong gradients in two layers"),
        case([3, 2, 1], 7, {"dW1": 1.01}, note="a dW1 that is off by one percent"),
        case([2, 3, 1], 5, {}, 0.1, note="right gradients and a large epsilon"),
        case([2, 3, 1], 1, {"dW1": 0.0}, note="a single example (m = 1)"),
        case([2, 3, 1], 3, note="arrays that are not contiguous in memory", layout="strided"),
        case([2, 3, 1], 3, note="arrays that must not be written to", layout="readonly"),
    ]


exercise = Exercise(
    name="gradient_check",
    assignment="02_backward_propagation",
    rubric={"values": 10},
    reference=reference.gradient_check,
    returns="difference",
    cases=_cases,
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
    """The two gradients as rows of numbers, with a given way to find one slope."""
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


@exercise.mistake("Divided by 2 and then multiplied by epsilon: `/ 2 * epsilon` needs parentheses.")
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
    "Every gradient is the same here because it is compared with itself. ĝ comes from costs alone."
)
def compared_with_itself(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    return 0.0


@exercise.mistake(
    "ĝ is compared with a backward pass of its own. It is the grads that came in that are checked."
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


@exercise.mistake(
    "A moved entry was not moved back, so that the steps pile up. Take a fresh copy for each."
)
def steps_pile_up(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    moved = {name: np.copy(value) for name, value in parameters.items()}
    ours, theirs = [], []
    for name in moved:
        for index in np.ndindex(moved[name].shape):
            moved[name][index] += epsilon
            up = cost_of(forward(X, moved)[0], Y)
            moved[name][index] -= epsilon
            down = cost_of(forward(X, moved)[0], Y)
            theirs.append((up - down) / (2 * epsilon))
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


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
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
