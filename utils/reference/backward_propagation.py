"""Backward propagation of an L-layer network: the solutions of notebook 02.

A name that begins with d is a gradient and has the shape of what it belongs to. dA and dZ
are gradients of the loss summed over the examples; 1/m enters in dW and db, which are
gradients of the cost.
"""

from typing import Any

import numpy as np

from utils.reference.forward_propagation import (
    Array,
    Cache,
    L_model_forward,
    LinearCache,
    compute_cost,
    initialize_parameters_deep,
    sigmoid,
)

Layers = tuple[Any, ...]  # arrays by layer


def sigmoid_backward(dA: Array, Z: Array) -> Array:
    """Back through the sigmoid, dZ = dA * s(1 - s) with s = sigmoid(Z).

    Parameters
    ----------
    dA, Z : arrays (n[l], m)

    Returns
    -------
    dZ : array (n[l], m)

    Examples
    --------
    The slope is largest in the middle, one quarter, and nothing comes back from far out:

    >>> sigmoid_backward(np.array([[1.0, 1.0]]), np.array([[0.0, 1000.0]]))
    array([[0.25, 0.  ]])
    """
    s = sigmoid(Z)
    dZ = dA * s * (1 - s)
    return dZ


def relu_backward(dA: Array, Z: Array) -> Array:
    """Back through the ReLU, dZ = dA where Z > 0 and 0 elsewhere; same shapes as above."""
    dZ = dA * (Z > 0)
    return dZ


def derivation_order() -> str:
    """Order of the steps from Z = W A_prev + b to dW, by their letters."""
    order = "DBEAC"
    return order


def dA_by_paths(dZ: Array, W: Array) -> Array:
    """How the summed loss reacts to each entry of A_prev, path by path.

    A_prev[k, i] acts on Z[j, i] with the factor W[j, k], for every unit j.

    Parameters
    ----------
    dZ : array (n[l], m)
    W : array (n[l], n[l-1])

    Returns
    -------
    dA_prev : array (n[l-1], m)
        The same as W.T @ dZ.
    """
    dA_prev = np.zeros((W.shape[1], dZ.shape[1]))
    for k in range(W.shape[1]):
        for i in range(dZ.shape[1]):
            for j in range(W.shape[0]):
                dA_prev[k, i] += W[j, k] * dZ[j, i]
    return dA_prev


def linear_backward(dZ: Array, cache: LinearCache) -> tuple[Array, Array, Array]:
    """Back through the linear step Z = W A_prev + b.

    Parameters
    ----------
    dZ : array (n[l], m)
    cache : tuple (A_prev, W, b)
        As `linear_forward` kept it.

    Returns
    -------
    dA_prev : array (n[l-1], m)
        Of the summed loss, as dZ is.
    dW : array (n[l], n[l-1])
        Of the cost, the mean over the m examples.
    db : array (n[l], 1)
        Of the cost.
    """
    A_prev, W, _ = cache
    m = dZ.shape[1]
    dW = dZ @ A_prev.T / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = W.T @ dZ
    return dA_prev, dW, db


def linear_activation_backward(
    dA: Array, cache: Cache, activation: str
) -> tuple[Array, Array, Array]:
    """Back through one whole layer.

    Parameters
    ----------
    dA : array (n[l], m)
    cache : tuple ((A_prev, W, b), Z)
        As `linear_activation_forward` kept it.
    activation : "sigmoid" or "relu"

    Returns
    -------
    dA_prev, dW, db : arrays
        As for `linear_backward`.

    Raises
    ------
    ValueError
        For any other activation.
    """
    linear_cache, Z = cache
    if activation == "sigmoid":
        dZ = sigmoid_backward(dA, Z)
    elif activation == "relu":
        dZ = relu_backward(dA, Z)
    else:
        raise ValueError(f'activation must be "sigmoid" or "relu", not {activation!r}')
    dA_prev, dW, db = linear_backward(dZ, linear_cache)
    return dA_prev, dW, db


def dZ_without_fractions(A: Array, Y: Array) -> tuple[Array, Array, Array]:
    """The two terms of dA * A (1 - A) at the output, canceled, and their sum.

    Parameters
    ----------
    A, Y : arrays (1, m)
        Predictions and labels.

    Returns
    -------
    left, right, dZ : arrays (1, m)

    Examples
    --------
    Right also for a prediction of exactly 1, where dA itself divides by zero:

    >>> dZ_without_fractions(np.array([[1.0, 0.25]]), np.array([[0.0, 1.0]]))[2]
    array([[ 1.  , -0.75]])
    """
    left = -Y * (1 - A)
    right = (1 - Y) * A
    dZ = A - Y
    return left, right, dZ


def L_model_backward(AL: Array, Y: Array, caches: list[Cache]) -> dict[str, Array]:
    """All layers backwards: sigmoid at the output, then L - 1 times ReLU.

    Parameters
    ----------
    AL, Y : arrays (1, m)
        Predictions and labels.
    caches : list of L tuples
        As `L_model_forward` kept them, layer 1 first.

    Returns
    -------
    grads : dict
        "dA0" ... "dA{L-1}", "dW1" ... "dWL", "db1" ... "dbL".

    Notes
    -----
    The cross-entropy's slope dAL = -(Y / AL - (1 - Y) / (1 - AL)), times the sigmoid's
    AL (1 - AL), is AL - Y: the same number, and nothing to divide by zero.
    """
    grads = {}
    L = len(caches)
    linear_cache, _ = caches[L - 1]
    dZ = AL - Y
    dA, dW, db = linear_backward(dZ, linear_cache)
    grads["dA" + str(L - 1)] = dA
    grads["dW" + str(L)] = dW
    grads["db" + str(L)] = db
    for l in reversed(range(1, L)):
        dA, dW, db = linear_activation_backward(dA, caches[l - 1], "relu")
        grads["dA" + str(l - 1)] = dA
        grads["dW" + str(l)] = dW
        grads["db" + str(l)] = db
    return grads


def gradient_check(
    parameters: dict[str, Array],
    grads: dict[str, Array],
    X: Array,
    Y: Array,
    epsilon: float = 1e-5,
) -> np.floating:
    """How far grads are from what centered differences of the cost give.

    Parameters
    ----------
    parameters : dict
        "W1", "b1", ..., "WL", "bL".
    grads : dict
        With "dW1", "db1", ..., "dWL", "dbL", the gradients to check.
    X : array (n[0], m)
    Y : array (1, m)
    epsilon : float
        How far each entry is moved, up and down.

    Returns
    -------
    difference : float
        ||g - g_hat|| / (||g|| + ||g_hat||), over all parameters at once.
    """
    g, g_hat = [], []
    for name in parameters:
        for index in np.ndindex(parameters[name].shape):
            costs = []
            for step in (epsilon, -epsilon):
                moved = {key: np.copy(value) for key, value in parameters.items()}
                moved[name][index] += step
                AL, _ = L_model_forward(X, moved)
                costs.append(compute_cost(AL, Y))
            g_hat.append((costs[0] - costs[1]) / (2 * epsilon))
            g.append(grads["d" + name][index])
    apart = np.linalg.norm(np.array(g) - np.array(g_hat))
    difference = apart / (np.linalg.norm(g) + np.linalg.norm(g_hat))
    return difference


def slide_hunt(
    Y: Array, W: Layers, Z: Layers, A: Layers, dW: Layers, dZ: Layers
) -> dict[int, tuple[str, Array, str]]:
    """The summary slide for L = 4, line by line: verdict, right value, what catches the slip.

    Parameters
    ----------
    Y : array (1, m)
    W, Z, A, dW, dZ : tuples
        The right arrays of one backward pass by layer: W[l] is that of layer l. A begins
        with A[0] = X; entry 0 of the others is None.

    Returns
    -------
    answers : dict
        Number of the line and ("right" or "wrong", value, "nothing", "shapes",
        "gradients" or "both").
    """
    m = Y.shape[1]
    answers = {}
    answers[1] = ("right", A[4] - Y, "nothing")
    answers[2] = ("wrong", (1 / m) * dZ[4] @ A[3].T, "shapes")
    answers[3] = ("right", (1 / m) * np.sum(dZ[4], axis=1, keepdims=True), "nothing")
    answers[4] = ("wrong", W[4].T @ dZ[4] * (Z[3] > 0), "gradients")
    answers[5] = ("wrong", W[2].T @ dZ[2] * (Z[1] > 0), "both")
    answers[6] = ("wrong", (1 / m) * dZ[1] @ A[0].T, "shapes")
    answers[7] = ("right", (1 / m) * np.sum(dZ[1], axis=1, keepdims=True), "nothing")
    return answers


def update_parameters(
    parameters: dict[str, Array], grads: dict[str, Array], learning_rate: float
) -> dict[str, Array]:
    """One step of gradient descent, W - learning_rate dW and b - learning_rate db.

    Parameters
    ----------
    parameters, grads : dicts
        As for `gradient_check`; they stay as they are.
    learning_rate : float

    Returns
    -------
    updated : dict
        New arrays under the names of parameters.
    """
    updated = {}
    for name in parameters:
        updated[name] = parameters[name] - learning_rate * grads["d" + name]
    return updated


def L_layer_model(
    X: Array,
    Y: Array,
    layer_dims: list[int],
    learning_rate: float,
    num_iterations: int,
    rng: np.random.Generator,
) -> tuple[dict[str, Array], list[np.floating]]:
    """Train a network by gradient descent on all examples at once.

    Parameters
    ----------
    X : array (n[0], m)
    Y : array (1, m)
    layer_dims : list of int
        n[0], n[1], ..., n[L].
    learning_rate : float
    num_iterations : int
    rng : numpy.random.Generator
        Where the first weights come from.

    Returns
    -------
    parameters : dict
        After the last update.
    costs : list of num_iterations numbers
        costs[i] is the cost of iteration i, before its update.
    """
    parameters = initialize_parameters_deep(layer_dims, rng)
    costs = []
    for _ in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        cost = compute_cost(AL, Y)
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, learning_rate)
        costs.append(cost)
    return parameters, costs


def be_the_grader() -> list[tuple[Array, Array]]:
    """Pairs (AL, Y) that tell every wrong version of `utils.accuracy_variants.accuracy` from it."""
    inputs = [
        (np.array([[0.5, 0.9, 0.2, 0.8]]), np.array([[0.0, 1.0, 1.0, 0.0]])),
        (np.array([[0.9, 0.2, 0.7, 0.6, 0.1]]), np.array([[1.0, 0.0, 1.0, 0.0, 0.0]])),
    ]
    return inputs
