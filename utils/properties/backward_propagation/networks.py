"""Properties of whole networks: their gradients, a check of those, an update, and training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from utils.checker.cases import Case, Seed
from utils.checker.compare import Finding
from utils.checker.property import Call, Property
from utils.given_forward import L_model_forward, compute_cost, initialize_parameters_deep
from utils.properties.backward_propagation.layers import changed_by_twice, misfit, wave
from utils.properties.common import Array, distinct

__all__ = [
    "costs_before_updates",
    "epsilon_counts",
    "layers_react",
    "learning_rate_counts",
    "model_examples_twice",
    "new_arrays",
    "proportional_step",
    "zero_gradients",
]


def _network(*dims: int) -> tuple[Array, Array, dict[str, Array]]:
    """Return five examples, their labels, and a network of these sizes, by default four layers."""
    dims = dims or (3, 5, 4, 2, 1)
    parameters = {}
    for l in range(1, len(dims)):
        parameters[f"W{l}"] = 1.2 * wave(3 * l, dims[l], dims[l - 1])
        parameters[f"b{l}"] = 0.5 * wave(2 * l, dims[l], 1)
    return 2 * wave(1, dims[0], 5), np.array([[0.0, 1.0, 1.0, 0.0, 1.0]]), parameters


def _gradients(parameters: dict[str, Array], make: Callable[[Array], Array]) -> dict[str, Array]:
    """Return a dictionary with the keys of L_model_backward's; dW and db are made by `make`."""
    grads = {f"d{name}": make(value) for name, value in parameters.items()}
    layers = range(1, len(parameters) // 2 + 1)
    return grads | {f"dA{l - 1}": np.ones((parameters[f"W{l}"].shape[1], 5)) for l in layers}


def layers_react(l_first: int, l_last: int, opening: str) -> Property:
    """Return the property that the gradients of layers `l_first` down to `l_last` are right.

    `opening` begins the finding's sentence, with the number of the layer filled in.
    """

    def check(call: Call, params: Any) -> Finding | None:
        """Check, from layer `l_first` down to `l_last`, that the gradients predict the cost."""
        X, Y, network = _network()
        AL, caches = L_model_forward(X, network)
        grads = call(Case({"AL": AL, "Y": Y, "caches": caches}))
        for l in range(l_first, l_last - 1, -1):
            finding = _misfit_of_model(l, grads, caches[l - 1][0][0], Y, network)
            if finding is not None:
                sentence = f"{opening.format(l)} {finding.sentence}"
                return replace(finding, sentence=sentence, apart=True)
        return None

    return check


def _misfit_of_model(
    l: int, grads: dict[str, Array], A: Array, Y: Array, parameters: dict[str, Array]
) -> Finding | None:
    """Return a finding if the gradients of layer `l` are wrong; A is the layer's input."""
    rest = range(l, len(parameters) // 2 + 1)

    def cost(A: Array, **moved: Array) -> Any:
        now = parameters | moved
        network = {f"{kind}{k - l + 1}": now[f"{kind}{k}"] for k in rest for kind in "Wb"}
        return compute_cost(L_model_forward(A, network)[0], Y)

    for name in (f"b{l}", f"W{l}"):
        loss = partial(lambda name, array: cost(A, **{name: array}), name)
        finding = misfit(f"d{name}", grads[f"d{name}"], name, loss, parameters[name], "the cost")
        if finding is not None:
            return finding
    back, of = f"dA{l - 1}", f"A{l - 1}"
    return misfit(back, grads[back], of, lambda A: Y.size * cost(A), A, "the summed loss")


def model_examples_twice(call: Call, params: Any) -> Finding | None:
    """Check that repeating every example keeps all dW and db, and repeats the columns of dA0."""
    X, Y, parameters = _network()
    order = [2, 0, 4, 3, 1]
    cases = []
    for columns in (range(5), [*range(5), *order]):
        AL, caches = L_model_forward(X[:, columns], parameters)
        cases.append(Case({"AL": AL, "Y": Y[:, columns], "caches": caches}))
    once, twice = call.all(cases)
    means = {name: (once[name], twice[name]) for name in once if name[:2] != "dA"}
    return changed_by_twice(means, ("dA0", once["dA0"], twice["dA0"], order))


def zero_gradients(call: Call, params: Any) -> Finding | None:
    """Check that gradients of zeros differ by 1, which is a length divided by itself."""
    X, Y, parameters = _network(2, 1)
    grads = _gradients(parameters, lambda value: 0 * value)
    difference = call(Case({"parameters": parameters, "grads": grads, "X": X, "Y": Y}))
    if abs(difference - 1) < 1e-6:
        return None
    if np.isnan(difference):
        return Finding(
            "property",
            "Where g holds nothing but zeros, ĝ came out as zeros too: the cost moves there.",
        )
    return Finding(
        "property",
        "Where g holds nothing but zeros, the difference is ĝ's length over itself: 1. "
        f"Here it is {difference:.6g}.",
    )


def epsilon_counts(call: Call, params: Any) -> Finding | None:
    """Check that another epsilon gives another difference, since the cost is not linear."""
    X, Y, parameters = _network(2, 1)
    args = {"parameters": parameters, "grads": _gradients(parameters, np.copy), "X": X, "Y": Y}
    small, large = call.all([Case(args | {"epsilon": epsilon}) for epsilon in (1e-5, 0.3)])
    if abs(small - large) > 1e-5:
        return None
    return Finding(
        "property", "With epsilon 0.3 and with 1e-5 the same difference came: is it used?"
    )


def proportional_step(call: Call, params: Any) -> Finding | None:
    """Check that three times the learning rate makes the step three times as long."""
    _, _, parameters = _network()
    grads = _gradients(parameters, lambda value: 1 + value**2)
    args = {"parameters": parameters, "grads": grads}
    one, three = call.all([Case(args | {"learning_rate": rate}) for rate in (0.1, 0.3)])
    for name, value in parameters.items():
        if not np.allclose(three[name] - value, 3 * (one[name] - value), rtol=1e-6, atol=1e-9):
            return Finding(
                "property",
                f"With three times the learning rate, {name} should move three times as far. "
                "Here it does not.",
            )
    return None


def new_arrays(call: Call, params: Any) -> Finding | None:
    """Check that no returned array is an input array, even if no parameter changes."""
    _, _, parameters = _network()
    grads = _gradients(parameters, np.copy)
    args = {"parameters": parameters, "grads": grads, "learning_rate": 0.0}
    shared = call.run(Case(args)).shared
    if not shared:
        return None
    return Finding(
        "property",
        f"With a learning rate of 0, {shared[0][-1]} is the very array that came in. "
        "Give a new one: whoever changes it later changes the old one too.",
    )


def _training(iterations: int, rate: float = 0.2) -> Case:
    X, Y, _ = _network()
    args = {"X": X, "Y": Y, "layer_dims": [3, 4, 1], "learning_rate": rate}
    return Case(args | {"num_iterations": iterations, "rng": Seed(86)})


def _first_weights() -> dict[str, Array]:
    return initialize_parameters_deep([3, 4, 1], np.random.default_rng(86))


def costs_before_updates(call: Call, params: Any) -> Finding | None:
    """Check that costs[k] is the cost of the network after k iterations.

    This does not check whether the network learns anything.
    """
    X, Y, _ = _network()
    (_, costs), *trained = call.all([_training(k) for k in (4, 1, 2, 3)])
    networks = [_first_weights(), *(network for network, _ in trained)]
    for k, network in enumerate(networks):
        wanted = float(compute_cost(L_model_forward(X, network)[0], Y))
        if abs(costs[k] - wanted) > 1e-6:
            when = "that initialize_parameters_deep makes with rng"
            if k:
                when = f"after {k} iteration{'s' * (k > 1)}"
            truth, told = distinct(wanted, costs[k])
            return Finding(
                "property",
                f"The network {when} costs {truth}, and costs[{k}] says {told}.",
            )
    return None


def learning_rate_counts(call: Call, params: Any) -> Finding | None:
    """Check that twice the learning rate makes the first iteration move twice as far."""
    first = _first_weights()
    (one, _), (two, _) = call.all([_training(1, rate) for rate in (0.1, 0.2)])
    for name, value in first.items():
        if not np.allclose(two[name] - value, 2 * (one[name] - value), rtol=1e-6, atol=1e-9):
            return Finding(
                "property",
                f"With twice the learning rate, {name} should move twice as far in the first "
                "iteration. Here it does not.",
            )
    return None
