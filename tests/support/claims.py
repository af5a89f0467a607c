"""Numbers that the pages claim, each with what measures it for one seed.

A claim quotes its page word for word and says within which bounds the words hold. `benchmarks/
claims.py` measures all of them over twenty seeds; a test holds the pages to the written table.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from timeit import repeat
from typing import Any

import numpy as np

from tests.support import ROOT
from tests.support.claim import Claim
from tests.support.luck_claims import LUCK
from utils.accuracy_variants import accuracy
from utils.data import flower, load_garments, load_ten_garments
from utils.reference import ten_garments
from utils.reference.backward_propagation import (
    L_layer_model,
    L_model_backward,
    gradient_check,
    update_parameters,
)
from utils.reference.forward_propagation import (
    L_model_forward,
    compute_cost,
    initialize_parameters_deep,
)

__all__ = ["CLAIMS", "PAGE", "SEEDS", "Claim", "row", "rows"]

PAGE = ROOT / "benchmarks" / "claims.md"
SEEDS = 20


# -- what is measured ------------------------------------------------------------------------------


def _network(layer_dims: Sequence[int], seed: int) -> dict[str, Any]:
    return initialize_parameters_deep(list(layer_dims), np.random.default_rng(seed))


def _cost(X: Any, Y: Any, parameters: dict[str, Any]) -> float:
    return float(compute_cost(L_model_forward(X, parameters)[0], Y))


def twins_apart(seed: int, outgoing: bool = True) -> float:
    """Return how far two units are apart that began equal, after 200 updates."""
    X, Y = flower(100, rng=3)
    parameters = _network([2, 4, 1], seed)
    parameters["W1"][1] = parameters["W1"][0]
    if outgoing:
        parameters["W2"][:, 1] = parameters["W2"][:, 0]
    for _ in range(200):
        AL, caches = L_model_forward(X, parameters)
        parameters = update_parameters(parameters, L_model_backward(AL, Y, caches), 0.5)
    return float(np.max(np.abs(parameters["W1"][0] - parameters["W1"][1])))


def spread(seed: int, name: str, relative: bool = False) -> float:
    """Return the standard deviation of a weight matrix of [784, 20, 7, 1]."""
    W = _network([784, 20, 7, 1], seed)[name]
    return float(W.std() / (np.sqrt(2 / W.shape[1]) if relative else 1))


def signal(seed: int, scale: float) -> tuple[float, float]:
    """Return the signal of layer 20, and how many times smaller each layer made it."""
    start = _network([100] * 22, seed)
    weights = {name: value * (scale if name[0] == "W" else 1) for name, value in start.items()}
    X = np.random.default_rng(seed + 100).standard_normal((100, 500))
    spreads = [A_prev.std() for (A_prev, _, _), _ in L_model_forward(X, weights)[1]]
    return float(spreads[20]), float((spreads[0] / spreads[20]) ** (1 / 20))


def first_cost(seed: int, factor: float) -> float:
    """Return the first cost on all garments, the last weights times a factor."""
    train = load_garments("train")
    start = _network([784, 64, 16, 1], seed)
    start["W3"] = start["W3"] * factor
    return _cost(train.X, train.Y, start)


def small_problem(seed: int, slip: str = "") -> float:
    """Return what `gradient_check` gives for right gradients, or for a slip."""
    rng = np.random.default_rng(seed)
    X, Y = rng.standard_normal((3, 7)), np.array([[0, 1, 1, 0, 1, 0, 1]])
    parameters = initialize_parameters_deep([3, 4, 2, 1], rng)
    for name in ("b1", "b2", "b3"):
        parameters[name] = rng.normal(0, 0.5, parameters[name].shape)
    if slip == "kink":
        X[:, 0] = 0
        parameters |= {b: np.zeros(parameters[b].shape) for b in ("b1", "b2", "b3")}
    AL, caches = L_model_forward(X, parameters)
    grads = L_model_backward(AL, Y, caches)
    if slip in grads:
        grads[slip] = grads[slip] * (7 if slip[1] == "W" else -1)
    return float(gradient_check(parameters, grads, X, Y))


@cache
def on_flower(seed: int, *layer_dims: int) -> tuple[float, float]:
    """Return the first cost and the final accuracy of page 02's toy training."""
    X, Y = flower(400, rng=3)
    rng = np.random.default_rng(seed)
    parameters, costs = L_layer_model(X, Y, list(layer_dims), 0.5, 2000, rng)
    return float(costs[0]), float(accuracy(L_model_forward(X, parameters)[0], Y))


@cache
def on_garments(seed: int, deep: bool) -> tuple[float, float, float]:
    """Return the first cost, the dev cost and the dev accuracy of page 02's two trainings."""
    train, dev = load_garments("train"), load_garments("dev")
    mean = train.X[:, :2000].mean(axis=1, keepdims=True)
    X, Y = np.float64(train.X[:, :2000] - mean), train.Y[:, :2000]
    rng = np.random.default_rng(seed)
    setting: Any = ([784, 24, 8, 1], 0.08, 660) if deep else ([784, 1], 0.2, 900)
    parameters, costs = L_layer_model(X, Y, *setting, rng)
    AL = L_model_forward(np.float64(dev.X - mean), parameters)[0]
    return float(costs[0]), float(compute_cost(AL, dev.Y)), float(accuracy(AL, dev.Y))


def scrambled(seed: int) -> float:
    """Return the accuracy on new pictures of a network that learned from reshaped ones."""
    train, dev = load_garments("train"), load_garments("dev")
    X, X_dev = (np.float64(part.X[:, :500].T.copy().reshape(784, 500)) for part in (train, dev))
    mean = X.mean(axis=1, keepdims=True)
    rng = np.random.default_rng(seed)
    network, _ = L_layer_model(X - mean, train.Y[:, :500], [784, 12, 1], 0.05, 150, rng)
    return float(accuracy(L_model_forward(X_dev - mean, network)[0], dev.Y[:, :500]))


def times_faster(seed: int, inputs: int, units: int, m: int, one_number: bool) -> float:
    """Return how many times faster a product is than a loop over examples, or over numbers."""
    rng = np.random.default_rng(seed)
    X, W, b = rng.standard_normal((inputs, m)), rng.standard_normal((units, inputs)), np.zeros(1)

    def examples() -> None:
        Z = np.zeros((units, m))
        for i in range(m):
            Z[:, i] = W @ X[:, i] + b

    def numbers() -> None:
        for i in range(m):
            for j in range(units):
                z = b[0]
                for k in range(inputs):
                    z = z + W[j, k] * X[k, i]

    slow = min(repeat(numbers if one_number else examples, number=1, repeat=3))
    return slow / min(repeat(lambda: W @ X + b, number=1, repeat=5))


@cache
def on_ten(seed: int) -> tuple[float, float, float]:
    """Return page 07's first cost, its share of dev right, and how far shirts are behind."""
    train, dev = load_ten_garments("train"), load_ten_garments("dev")
    mean = train.X[:, :1500].mean(axis=1, keepdims=True)
    X, X_dev = np.float64(train.X[:, :1500] - mean), np.float64(dev.X - mean)
    Y = np.float64(train.Y[:, :1500])
    parameters, first = _network([784, 32, 10], seed), 0.0
    for iteration in range(201):
        AL, caches = ten_garments.L_model_forward_multiclass(X, parameters)
        first = first or float(ten_garments.cross_entropy(AL, Y))
        grads = ten_garments.L_model_backward_multiclass(AL, Y, caches)
        if iteration < 200:
            parameters = update_parameters(parameters, grads, 0.2)
    AL, _ = ten_garments.L_model_forward_multiclass(X_dev, parameters)
    right = np.diagonal(ten_garments.confusion_matrix(AL, dev.Y)) / 100
    shirt = dev.class_names.index("shirt")
    behind = np.min(np.delete(right, shirt)) - right[shirt]
    return first, float(right.mean()), float(behind)


# -- the claims ------------------------------------------------------------------------------------

_HE = np.sqrt(2 / 100)

CLAIMS = [
    Claim("01", "init-why", "they stay twins forever", 0, 1e-12, twins_apart),
    Claim(
        *("01", "init-why", "*and* equal weights going out", 0.001, math.inf),
        lambda seed: twins_apart(seed, outgoing=False),
    ),
    Claim(
        *("01", "init-after", "He's scale to within two percent", 0.98, 1.02),
        lambda seed: spread(seed, "W1", relative=True),
    ),
    Claim(
        *("01", "init-after", "anywhere from 0.18 to 0.61", 0.18, 0.61),
        lambda seed: spread(seed, "W3"),
    ),
    Claim(
        *("01", "ask-signal", "That is about 14 times smaller", 13, 15.5),
        lambda seed: signal(seed, 0.01 / _HE)[1],
    ),
    Claim(
        *("01", "signal-after", "still gets something to work with", 0.2, 2),
        lambda seed: signal(seed, 1.0)[0],
    ),
    Claim(
        *("01", "ask-loop", "10 times and more", 10, math.inf),
        lambda seed: times_faster(seed, 64, 32, 10_000, one_number=False),
        "calm",
    ),
    Claim(
        *("01", "garments-after", "the first cost was between 0.65 and 1", 0.65, 1),
        lambda seed: first_cost(seed, 1.0),
    ),
    Claim(
        *("01", "garments-after", "it starts undecided, at ln 2", 0.68, 0.7),
        lambda seed: first_cost(seed, 0.01),
    ),
    Claim("02", "part-7", "Below $10^{-7}$ all is well", 0, 1e-7, small_problem),
    Claim(
        *("02", "check-after", "a thousand times and more above your own difference", 1e3, 1e15),
        lambda seed: (
            min(small_problem(seed, "dW2"), small_problem(seed, "db1")) / small_problem(seed)
        ),
    ),
    Claim(
        *("02", "kink-after", "That looks like a slip, and is none", 1e-3, 1),
        lambda seed: small_problem(seed, "kink"),
    ),
    Claim(
        *("02", "ask-first-cost", "began between 0.6 and 0.9", 0.6, 0.9),
        lambda seed: on_flower(seed, 2, 16, 16, 1)[0],
        "seconds",
    ),
    Claim(
        *("02", "ask-first-cost", "the networks of this page", 0.6, 0.9),
        lambda seed: on_garments(seed, deep=True)[0],
        "seconds",
    ),
    Claim(
        *("02", "boundary-after", "90 to 94 % of the points are right", 0.9, 0.94),
        lambda seed: on_flower(seed, 2, 16, 16, 1)[1],
        "seconds",
    ),
    Claim(
        *("02", "boundary-after", "one straight cut and gets 61 %", 0.605, 0.615),
        lambda seed: on_flower(seed, 2, 1)[1],
        "seconds",
    ),
    Claim(
        *("02", "boundary-after", "59 to 82 %", 0.585, 0.825),
        lambda seed: on_flower(seed, 2, 3, 1)[1],
        "seconds",
    ),
    Claim(
        *("02", "compare-after", "a dev cost from 0.25 to 0.32", 0.245, 0.325),
        lambda seed: on_garments(seed, deep=True)[1],
        "seconds",
    ),
    Claim(
        *("02", "compare-after", "with 88 to 90 % right", 0.875, 0.905),
        lambda seed: on_garments(seed, deep=True)[2],
        "seconds",
    ),
    Claim(
        *("02", "compare-after", "the logistic regression at 0.31", 0.305, 0.315),
        lambda seed: on_garments(seed, deep=False)[1],
        "seconds",
    ),
    Claim(
        *("02", "compare-after", "with 87 %, with any seed", 0.865, 0.875),
        lambda seed: on_garments(seed, deep=False)[2],
        "seconds",
    ),
    Claim(
        *("02", "compare-after", "ahead by half a point to three points", 0.005, 0.03),
        lambda seed: on_garments(seed, deep=True)[2] - on_garments(seed, deep=False)[2],
        "seconds",
    ),
    Claim(
        *("03", "after-1", "on new pictures it does little better than a coin", 0.44, 0.56),
        scrambled,
        "seconds",
    ),
    Claim(
        *("03", "ask-speed", "100 times and more", 100, math.inf),
        lambda seed: times_faster(seed, 20, 10, 1000, one_number=True),
        "calm",
    ),
    *LUCK,
    Claim(
        *("07", "train-after", "With twenty seeds it was 2.2 to 2.7", 2.2, 2.7),
        lambda seed: on_ten(seed)[0],
        "seconds",
    ),
    Claim(
        *("07", "train-after", "79 to 82 % of the dev pictures were right", 0.785, 0.825),
        lambda seed: on_ten(seed)[1],
        "seconds",
    ),
    Claim(
        *("07", "confusion-after", "the shirts came last each time", 0, 1),
        lambda seed: on_ten(seed)[2],
        "seconds",
    ),
]


# -- the written table -----------------------------------------------------------------------------


def row(claim: Claim, values: Sequence[float]) -> str:
    """Return the row of a claim: where it stands, its words, what was measured, its bounds."""
    lowest, highest = min(values), max(values)
    bounds = f"{claim.low:.4g} to {claim.high:.4g}"
    measured = f"{lowest:.4g} to {highest:.4g}"
    return f"| {claim.page} `{claim.cell}` | {claim.words} | {claim.of} | {measured} | {bounds} |"


def rows(page: str) -> dict[tuple[str, str, str], tuple[float, float]]:
    """Return what the written table says was measured, by page, cell and words."""
    found = re.findall(
        r"(?m)^\| (\d\d) `([^`]+)` \| (.+?) \| \w+ \| (\S+) to (\S+) \| \S+ to \S+ \|$", page
    )
    return {
        (number, cell, words): (float(low), float(high)) for number, cell, words, low, high in found
    }
