"""A fast L-layer network for notebooks that build on earlier ones.

    network = train(X, Y, rng=np.random.default_rng(1), learning_rate=0.1, width=64)
    network.accuracy(X, Y)

Forward and backward propagation are written for speed, in float32 and mostly in place. The
mathematics is that of notebooks 01 and 02, with mini-batches, momentum, L2 regularization, decay
of the learning rate and early stopping added.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ACTIVATIONS", "Network", "cost_and_gradients", "initialize", "train"]

Array = NDArray[Any]
Parameters = dict[str, Array]

ACTIVATIONS = ("relu", "tanh", "sigmoid")  # of the hidden layers; the output is always a sigmoid


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """A trained network.

    Attributes
    ----------
    parameters : dict
        "W1" (n[1], n[0]), "b1" (n[1], 1), ..., "WL", "bL", in float32.
    activation : "relu", "tanh" or "sigmoid"
        Activation of the hidden layers.
    costs : (iterations,) array of float32
        The cost of each mini-batch before its update, without the L2 term; nan from where a cost
        was nan or inf. It is shorter if `patience` ended the training.
    watched : array of float32 like `costs`, or None
        The cost of the watched examples before each update, if there are any.
    seconds : float
        How long the training took.
    """

    parameters: Parameters
    activation: str
    costs: NDArray[np.float32]
    watched: NDArray[np.float32] | None
    seconds: float

    def __repr__(self) -> str:
        sizes = [W.shape[0] for name, W in self.parameters.items() if name.startswith("W")]
        return f"Network(units {sizes}, {self.activation}, {self.costs.size} iterations)"

    def predict(self, X: Array) -> NDArray[np.float32]:
        """Return the probability of class 1 for each column of X, in shape (1, m)."""
        with np.errstate(all="ignore"):
            _, ZL = _forward(np.asarray(X, np.float32), self.parameters, self.activation)
            AL: NDArray[np.float32] = _sigmoid(ZL)
        return AL

    def accuracy(self, X: Array, Y: Array) -> float:
        """Return the share of the m examples, 0 to 1, whose predicted class is right."""
        return float(np.mean((self.predict(X) > 0.5) == (np.asarray(Y) > 0.5)))


def train(
    X: Array,
    Y: Array,
    *,
    rng: np.random.Generator,
    learning_rate: float | Array = 0.1,
    momentum: float = 0.9,
    depth: int = 2,
    width: int = 32,
    batch_size: int = 64,
    activation: str = "relu",
    iterations: int = 200,
    examples: int | None = None,
    l2: float = 0.0,
    decay: float = 0.0,
    start: Network | None = None,
    watch: tuple[Array, Array] | None = None,
    patience: int | None = None,
) -> Network:
    """Train a network from fresh random parameters.

    Parameters
    ----------
    X : array (n[0], m)
    Y : array (1, m)
        Labels, 0 or 1.
    rng : numpy.random.Generator
        Draws the initial parameters and the order of the examples.
    learning_rate : float, or an array with one number for each update
        Each update moves a parameter by this times its velocity.
    momentum : float, 0 up to but not including 1
        beta in velocity = beta * velocity + (1 - beta) * gradient; 0 is plain descent.
    depth : int
        Number of hidden layers; with 0 it is a logistic regression.
    width : int
        Units in each hidden layer.
    batch_size : int
        Examples in a mini-batch; the last one of a round may be smaller.
    activation : "relu", "tanh" or "sigmoid"
        Activation of the hidden layers.
    iterations : int
        Updates, one a mini-batch. If the cost is nan or inf, training stops before.
    examples : int, optional
        Examples to compute gradients of, in all: examples / batch_size updates, rounded up.
        `iterations` is then not used.
    l2 : float
        L2 regularization: l2 / 2 times the sum of all squared weights is added to the cost.
    decay : float from 0 to 1
        How much smaller the learning rate is at the end than at the start: 0 keeps it, and with 1
        it falls to 0, always along a straight line.
    start : Network, optional
        Continue from this network's parameters; `depth` and `width` are then not used.
    watch : (X, Y), optional
        Other examples whose cost is recorded before each update.
    patience : int, optional
        Early stopping: training ends after this many updates without a new lowest cost of the
        watched examples, and the network keeps its parameters from that lowest cost.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        If a setting is outside its range, or there is `patience` and nothing to watch.

    Examples
    --------
    >>> X = np.array([[-2.0, -1.0, 1.0, 2.0]])
    >>> Y = np.array([[0, 0, 1, 1]])
    >>> network = train(X, Y, rng=np.random.default_rng(1), depth=0, iterations=50)
    >>> network.accuracy(X, Y)
    1.0
    """
    _refuse_nonsense(locals())
    X, Y = np.asarray(X, np.float32), np.asarray(Y, np.float32)
    if watch is not None:
        watch = (np.asarray(watch[0], np.float32), np.asarray(watch[1], np.float32))
    began = perf_counter()
    if start is None:
        layer_dims = [X.shape[0], *[int(width)] * int(depth), 1]
        parameters = initialize(layer_dims, activation, rng)
    else:
        parameters = {name: value.copy() for name, value in start.parameters.items()}
    velocity = {name: np.zeros_like(value) for name, value in parameters.items()}
    if examples is not None:
        iterations = -(-int(examples) // min(int(batch_size), X.shape[1]))
    costs = np.full(int(iterations), np.nan, np.float32)
    watched = np.full_like(costs, np.nan) if watch is not None else None
    rates = learning_rate * (1 - decay * np.arange(costs.size) / costs.size)
    batches = _batches(X, Y, int(batch_size), rng)
    best = _Best(parameters)
    with np.errstate(all="ignore"):
        for i in range(costs.size):
            X_batch, Y_batch = next(batches)
            cost, gradients = cost_and_gradients(parameters, X_batch, Y_batch, activation)
            costs[i] = cost
            if watch is not None and watched is not None:
                watched[i] = cost_of(parameters, *watch, activation)
            if not np.isfinite(cost):
                break
            if patience is not None and watched is not None:
                best.look(i, watched[i], parameters)
                if i - best.when >= patience:
                    costs, watched = costs[: i + 1], watched[: i + 1]
                    break
            for name, gradient in gradients.items():
                if l2 and name.startswith("W"):
                    gradient += np.float32(l2) * parameters[name]
                velocity[name] *= momentum
                velocity[name] += (1 - momentum) * gradient
                parameters[name] -= rates[i] * velocity[name]
    if patience is not None:
        parameters = best.parameters
    return Network(parameters, activation, costs, watched, perf_counter() - began)


class _Best:
    """The parameters at the lowest watched cost so far, and the update before which it was."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters, self.when, self.cost = parameters, 0, np.inf

    def look(self, i: int, cost: float, parameters: Parameters) -> None:
        if cost < self.cost:
            self.parameters = {name: value.copy() for name, value in parameters.items()}
            self.when, self.cost = i, cost


def initialize(layer_dims: list[int], activation: str, rng: np.random.Generator) -> Parameters:
    """Draw fresh parameters in float32.

    The weights of hidden layers have the standard deviation sqrt(2 / n[l-1]) (He) for ReLU, and
    sqrt(1 / n[l-1]) for the others. Those of the output layer are ten times smaller, so that an
    untrained network costs about ln 2.
    """
    parameters: Parameters = {}
    L = len(layer_dims) - 1
    for l in range(1, L + 1):
        scale = np.sqrt((2 if activation == "relu" else 1) / layer_dims[l - 1])
        if l == L:
            scale *= 0.1
        W = rng.standard_normal((layer_dims[l], layer_dims[l - 1]), np.float32)
        parameters[f"W{l}"] = W * np.float32(scale)
        parameters[f"b{l}"] = np.zeros((layer_dims[l], 1), np.float32)
    return parameters


def cost_and_gradients(
    parameters: Parameters, X: Array, Y: Array, activation: str
) -> tuple[float, Parameters]:
    """Return the cross-entropy cost and its gradients, in the precision of the inputs."""
    m = X.shape[1]
    A, ZL = _forward(X, parameters, activation)
    cost = _cross_entropy(ZL, Y)
    gradients: Parameters = {}
    dZ = (_sigmoid(ZL) - Y) / ZL.dtype.type(m)
    for l in range(len(parameters) // 2, 0, -1):
        gradients[f"W{l}"] = dZ @ A[l - 1].T
        gradients[f"b{l}"] = np.sum(dZ, axis=1, keepdims=True)
        if l > 1:
            dZ = parameters[f"W{l}"].T @ dZ
            dZ *= _slope(A[l - 1], activation)
    return cost, gradients


def cost_of(parameters: Parameters, X: Array, Y: Array, activation: str) -> float:
    """Return the cross-entropy cost alone."""
    _, ZL = _forward(X, parameters, activation)
    return _cross_entropy(ZL, Y)


def _forward(X: Array, parameters: Parameters, activation: str) -> tuple[list[Array], Array]:
    """Return the list A[0] ... A[L-1], and Z[L]."""
    A = [X]
    L = len(parameters) // 2
    for l in range(1, L):
        Z = parameters[f"W{l}"] @ A[-1]
        Z += parameters[f"b{l}"]
        if activation == "relu":
            np.maximum(Z, 0, out=Z)
        elif activation == "tanh":
            np.tanh(Z, out=Z)
        else:
            Z = _sigmoid(Z)
        A.append(Z)
    return A, parameters[f"W{L}"] @ A[-1] + parameters[f"b{L}"]


def _slope(A: Array, activation: str) -> Array:
    """Return g'(Z), computed from A = g(Z)."""
    if activation == "relu":
        return A > 0
    slope: Array = 1 - A * A if activation == "tanh" else A * (1 - A)
    return slope


def _sigmoid(Z: Array) -> Array:
    E = np.exp(-np.abs(Z))
    A: Array = np.where(Z >= 0, 1, E) / (1 + E)
    return A


def _cross_entropy(ZL: Array, Y: Array) -> float:
    """Return the cost, computed from Z[L] rather than A[L], so that no logarithm is taken of 0."""
    return float(np.mean(np.logaddexp(0, ZL) - Y * ZL))


def _batches(
    X: Array, Y: Array, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[Array, Array]]:
    """Yield mini-batches without end; each round holds every example once, in a fresh order."""
    m = X.shape[1]
    rows = np.ascontiguousarray(X.T)  # each example is contiguous in memory, so picking it is fast
    while True:
        order = rng.permutation(m)
        for first in range(0, m, batch_size):
            chosen = order[first : first + batch_size]
            yield rows[chosen].T, Y[:, chosen]


def _refuse_nonsense(settings: dict[str, Any]) -> None:
    if settings["activation"] not in ACTIVATIONS:
        known = ", ".join(map(repr, ACTIVATIONS))
        raise ValueError(f"activation must be one of {known}, got {settings['activation']!r}.")
    if not 0 <= settings["momentum"] < 1:
        raise ValueError(f"momentum must be from 0 to below 1, got {settings['momentum']!r}.")
    if not np.all(np.asarray(settings["learning_rate"]) > 0):
        raise ValueError(f"learning_rate must be above 0, got {settings['learning_rate']!r}.")
    if not settings["l2"] >= 0:
        raise ValueError(f"l2 must be 0 or above, got {settings['l2']!r}.")
    if not 0 <= settings["decay"] <= 1:
        raise ValueError(f"decay must be from 0 to 1, got {settings['decay']!r}.")
    for name, least in _WHOLE.items():
        value = settings[name]
        if value is None and name in ("examples", "patience"):
            continue
        if value != int(value) or value < least:
            raise ValueError(f"{name} must be a whole number from {least} up, got {value!r}.")
        if value > _MOST:
            raise ValueError(f"{name} must be at most {_MOST:,}, got {value!r}.")
    if settings["patience"] is not None and settings["watch"] is None:
        raise ValueError("patience needs examples to watch: give them as watch=(X, Y).")
    rates = np.size(settings["learning_rate"])
    if rates > 1 and (settings["examples"] is not None or rates != settings["iterations"]):
        raise ValueError(
            f"learning_rate holds {rates} numbers, and needs one for each of the iterations."
        )


# Settings that are whole numbers, each with its least.
_WHOLE = {"depth": 0} | dict.fromkeys(
    ("width", "batch_size", "iterations", "examples", "patience"), 1
)
_MOST = 10**8  # far above any use; more costs than this would fill the memory
