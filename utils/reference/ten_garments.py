"""A network for many classes: the solutions of notebook 07.

Examples stand in columns, classes in rows: A and Y are (n[L], m), and each column of Y has a
single 1, in the row of its class.
"""

import numpy as np

from utils.reference.backward_propagation import linear_activation_backward, linear_backward
from utils.reference.forward_propagation import (
    Array,
    Cache,
    linear_activation_forward,
    linear_forward,
)


def softmax(Z: Array) -> Array:
    """Probabilities of the classes for each example, exp(Z) over its column's sum.

    Parameters
    ----------
    Z : array (n, m)

    Returns
    -------
    A : array (n, m)
        Entries in [0, 1]; each column sums to 1.

    Notes
    -----
    Each column is shifted by its largest entry. That changes no quotient, and exp cannot overflow.

    Examples
    --------
    >>> softmax(np.array([[1000.0, 0.0], [1000.0, 0.0]]))
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    E = np.exp(Z - np.max(Z, axis=0, keepdims=True))
    A = E / np.sum(E, axis=0, keepdims=True)
    return A


def cross_entropy(A: Array, Y: Array) -> np.floating:
    """Mean over the examples of -log of the probability that the true class was given.

    Parameters
    ----------
    A, Y : arrays (n, m)
        Predictions and labels.

    Returns
    -------
    cost : float

    Examples
    --------
    >>> round(float(cross_entropy(np.array([[0.5], [0.3], [0.2]]), np.eye(3)[:, :1])), 4)
    0.6931
    """
    m = Y.shape[1]
    away_from_zero = np.maximum(A, np.finfo(A.dtype).eps)
    cost = -np.sum(Y * np.log(away_from_zero)) / m
    return cost


def softmax_backward(a: Array, y: Array) -> tuple[Array, Array]:
    """Slopes of the softmax for one example, and what the cross-entropy sends back through them.

    Parameters
    ----------
    a, y : arrays (n, 1)
        Prediction and label of the example.

    Returns
    -------
    slopes : array (n, n)
        In row k and column j, how a_k reacts to z_j: a_k (1 - a_k) for k = j, else -a_k a_j.
    dz : array (n, 1)

    Examples
    --------
    >>> softmax_backward(np.array([[0.75], [0.25]]), np.array([[1.0], [0.0]]))[1]
    array([[-0.25],
           [ 0.25]])
    """
    slopes = np.diag(a[:, 0]) - a @ a.T
    dz = a - y
    return slopes, dz


def L_model_forward_multiclass(X: Array, parameters: dict[str, Array]) -> tuple[Array, list[Cache]]:
    """All layers forwards: L - 1 times ReLU, then softmax.

    Parameters
    ----------
    X : array (n[0], m)
    parameters : dict
        "W1", "b1", ..., "WL", "bL".

    Returns
    -------
    AL : array (n[L], m)
    caches : list of L tuples ((A_prev, W, b), Z), layer 1 first
    """
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L):
        W, b = parameters["W" + str(l)], parameters["b" + str(l)]
        A, cache = linear_activation_forward(A, W, b, "relu")
        caches.append(cache)
    Z, linear_cache = linear_forward(A, parameters["W" + str(L)], parameters["b" + str(L)])
    AL = softmax(Z)
    caches.append((linear_cache, Z))
    return AL, caches


def L_model_backward_multiclass(AL: Array, Y: Array, caches: list[Cache]) -> dict[str, Array]:
    """All layers backwards: softmax at the output, then L - 1 times ReLU.

    Parameters
    ----------
    AL, Y : arrays (n[L], m)
        Predictions and labels.
    caches : list of L tuples
        As `L_model_forward_multiclass` kept them.

    Returns
    -------
    grads : dict
        "dA0" ... "dA{L-1}", "dW1" ... "dWL", "db1" ... "dbL".
    """
    grads = {}
    L = len(caches)
    dZ = AL - Y
    dA, dW, db = linear_backward(dZ, caches[L - 1][0])
    grads["dA" + str(L - 1)] = dA
    grads["dW" + str(L)] = dW
    grads["db" + str(L)] = db
    for l in reversed(range(1, L)):
        dA, dW, db = linear_activation_backward(dA, caches[l - 1], "relu")
        grads["dA" + str(l - 1)] = dA
        grads["dW" + str(l)] = dW
        grads["db" + str(l)] = db
    return grads


def confusion_matrix(AL: Array, Y: Array) -> Array:
    """Number of examples of each class, by the class that is predicted.

    Parameters
    ----------
    AL, Y : arrays (n, m)
        Predictions and labels.

    Returns
    -------
    counts : array (n, n)
        In row i and column j, the examples of class i whose largest probability is that of
        class j.
    """
    n, m = Y.shape
    counts = np.zeros((n, n))
    for i in range(m):
        counts[np.argmax(Y[:, i]), np.argmax(AL[:, i])] += 1
    return counts
