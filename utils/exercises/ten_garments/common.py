"""Notebook 07: arrays and networks that its cases are made of.

Labels have a 1 in each column. No Z of a hidden layer is near 0, where ReLU has no slope, and no
two classes are nearly equally probable, so that each prediction names one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.reference.ten_garments import L_model_backward_multiclass as back
from utils.reference.ten_garments import L_model_forward_multiclass as forward
from utils.reference.ten_garments import softmax

Rng = np.random.Generator


def rounded(rng: Rng, *shape: int) -> Any:
    """Return numbers of both signs that are easy to read, none of them zero."""
    return rng.choice([-1.0, 1.0], shape) * rng.integers(1, 30, shape) / 10


def labels(rng: Rng, n: int, m: int) -> Any:
    """Return labels of n classes, as many of each as can be."""
    return np.eye(n)[:, rng.permutation(np.arange(m) % n)]


def predictions(rng: Rng, n: int, m: int) -> Any:
    """Return probabilities in columns, none of them below 0.01, the largest clear."""
    columns: list[Any] = []
    while len(columns) < m:
        a = softmax(rng.normal(0, 0.8, (n, 1)))
        second, largest = np.sort(a[:, 0])[-2:]
        if np.min(a) > 0.01 and largest - second > 0.01:
            columns.append(a)
    return np.hstack(columns)


def random_network(rng: Rng, dims: list[int], m: int) -> dict[str, Any]:
    """Return a random network with the results of one forward pass."""
    while True:
        parameters: dict[str, Any] = {}
        for l in range(1, len(dims)):
            parameters[f"W{l}"] = rng.normal(0, 1.2 / np.sqrt(dims[l - 1]), (dims[l], dims[l - 1]))
            parameters[f"b{l}"] = rng.normal(0, 0.5, (dims[l], 1))
        X = rng.normal(0, 1, (dims[0], m))
        AL, caches = forward(X, parameters)
        Y = labels(rng, dims[-1], m)
        hidden = [Z for _, Z in caches[:-1]]
        clear = all(np.min(np.abs(Z)) > 1e-3 and np.any(Z > 0) for Z in hidden)
        grads = back(AL, Y, caches)
        strong = min(np.max(np.abs(one)) for one in grads.values()) > 0.02
        if clear and strong and np.min(AL) > 1e-3:
            return {"X": X, "Y": Y, "parameters": parameters, "AL": AL, "caches": caches}
