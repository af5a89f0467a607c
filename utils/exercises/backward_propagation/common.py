"""Notebook 02: arrays and networks that its cases are made of.

Caches come from a real forward pass, through networks of two, three and four layers, so
that both ways to begin at the output are right and a wrong index always shows. No Z is
near 0, where ReLU has no slope.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.reference.backward_propagation import L_model_backward as back
from utils.reference.forward_propagation import L_model_forward as forward

Rng = np.random.Generator


def rounded(rng: Rng, *shape: int) -> Any:
    """Return numbers of both signs that are easy to read, none of them zero."""
    return rng.choice([-1.0, 1.0], shape) * rng.integers(1, 30, shape) / 10


def normal(rng: Rng, *shape: int) -> Any:
    return rng.normal(0, 1, shape)


def random_network(rng: Rng, dims: list[int], m: int) -> dict[str, Any]:
    """Return a random network with the results of one forward pass; both classes have labels."""
    while True:
        parameters: dict[str, Any] = {}
        for l in range(1, len(dims)):
            parameters[f"W{l}"] = rng.normal(0, 1.2 / np.sqrt(dims[l - 1]), (dims[l], dims[l - 1]))
            parameters[f"b{l}"] = rng.normal(0, 0.5, (dims[l], 1))
        X = normal(rng, dims[0], m)
        AL, caches = forward(X, parameters)
        kink = min(np.min(np.abs(Z)) for _, Z in caches)
        alive = all(np.any(Z > 0) for _, Z in caches[:-1])
        Y = rng.permutation(np.arange(m) % 2).reshape(1, m).astype(float)
        network = {"X": X, "Y": Y, "parameters": parameters, "AL": AL, "caches": caches}
        if kink > 1e-3 and alive and np.all((AL > 0.1) & (AL < 0.9)) and not _cancels(network):
            return network


def _cancels(network: dict[str, Any]) -> bool:
    """Return whether the examples' contributions to some dW or db nearly cancel.

    Rounding errors would then dominate that gradient.
    """
    grads = back(network["AL"], network["Y"], network["caches"])
    sizes = {name: np.max(np.abs(value)) for name, value in grads.items()}
    slopes = [sizes.get(f"dA{l}", 1.0) for l in range(1, len(network["caches"]) + 1)]
    return any(
        min(sizes[f"dW{l}"], sizes[f"db{l}"]) < 0.1 * slope for l, slope in enumerate(slopes, 1)
    )


def slope_cases(rng: Rng) -> list[Case]:
    def case(dA: Any, Z: Any, note: str = "", layout: str = "plain", earns: str = "values") -> Case:
        return Case({"dA": dA, "Z": Z}, note, layout, earns=earns)

    def edge(dA: Any, Z: Any, note: str) -> Case:
        return case(dA, Z, note, earns="edge cases")

    far = np.array([[-1000.0, -40.0, -0.5, -1e-3, 1e-3, 0.5, 40.0, 1000.0]])
    dA, Z = normal(rng, 3, 7), rounded(rng, 3, 7)
    return [
        case(rounded(rng, 2, 3), rounded(rng, 2, 3)),
        edge(rounded(rng, 1, 8), far, "very large |Z|"),
        edge(rounded(rng, 3, 2), np.abs(rounded(rng, 3, 2)), "positive entries of Z only"),
        edge(rounded(rng, 2, 2), -np.abs(rounded(rng, 2, 2)), "negative entries of Z only"),
        edge(rounded(rng, 5, 1), rounded(rng, 5, 1), "a single example (m = 1)"),
        case(rounded(rng, 3, 3), rounded(rng, 3, 3), "as many examples as units"),
        edge(dA.astype(np.float32), Z.astype(np.float32), "float32 entries"),
        case(dA, Z, "arrays that are not contiguous in memory", "strided"),
        case(dA, Z, "arrays that must not be written to", "readonly", "inputs left alone"),
    ]
