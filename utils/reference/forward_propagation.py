"""Forward propagation of an L-layer network: the solutions of notebook 01.

Examples stand in columns: X is (n[0], m), W[l] is (n[l], n[l-1]) and b[l] is (n[l], 1).
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]
LinearCache = tuple[Array, Array, Array]
Cache = tuple[LinearCache, Array]


def sigmoid(Z: Array) -> Array:
    """Logistic function of every entry, 1 / (1 + exp(-Z)).

    Parameters
    ----------
    Z : array, any shape

    Returns
    -------
    A : array, same shape and dtype as Z, entries in [0, 1]

    Notes
    -----
    exp is only ever taken of -|Z|, which cannot overflow. With E = exp(-|Z|) the
    value is 1 / (1 + E) where Z >= 0 and E / (1 + E) elsewhere.

    Examples
    --------
    >>> sigmoid(np.array([[-1000.0, 0.0, 1000.0]]))
    array([[0. , 0.5, 1. ]])
    """
    E = np.exp(-np.abs(Z))
    A = np.where(Z >= 0, 1 / (1 + E), E / (1 + E))
    return A


def relu(Z: Array) -> Array:
    """Rectified linear unit of every entry, max(0, Z); same shape and dtype as Z."""
    A = np.maximum(0, Z)
    return A


def initialize_parameters_deep(layer_dims: list[int], rng: np.random.Generator) -> dict[str, Array]:
    """Weights and biases of a network, ready for training.

    Parameters
    ----------
    layer_dims : list of int
        n[0], n[1], ..., n[L]: units in the input, then in every layer.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Returns
    -------
    parameters : dict
        "W1" ... "WL", normal with standard deviation sqrt(2 / n[l-1]), of shape
        (n[l], n[l-1]), and "b1" ... "bL", zeros of shape (n[l], 1).

    References
    ----------
    He, Zhang, Ren & Sun (2015), Delving Deep into Rectifiers, equation 10.
    """
    parameters = {}
    for l in range(1, len(layer_dims)):
        scale = np.sqrt(2 / layer_dims[l - 1])
        W = rng.standard_normal((layer_dims[l], layer_dims[l - 1])) * scale
        parameters["W" + str(l)] = W
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


def linear_forward(A_prev: Array, W: Array, b: Array) -> tuple[Array, LinearCache]:
    """Linear step of a layer, Z[l] = W[l] A[l-1] + b[l].

    Parameters
    ----------
    A_prev : array (n[l-1], m)
    W : array (n[l], n[l-1])
    b : array (n[l], 1)

    Returns
    -------
    Z : array (n[l], m)
    cache : tuple (A_prev, W, b)
    """
    Z = W @ A_prev + b
    cache = (A_prev, W, b)
    return Z, cache


def linear_activation_forward(
    A_prev: Array, W: Array, b: Array, activation: str
) -> tuple[Array, Cache]:
    """One whole layer, A[l] = g[l](W[l] A[l-1] + b[l]).

    Parameters
    ----------
    A_prev, W, b : arrays
        As for `linear_forward`.
    activation : "sigmoid" or "relu"

    Returns
    -------
    A : array (n[l], m)
    cache : tuple ((A_prev, W, b), Z)

    Raises
    ------
    ValueError
        For any other activation.
    """
    Z, linear_cache = linear_forward(A_prev, W, b)
    if activation == "sigmoid":
        A = sigmoid(Z)
    elif activation == "relu":
        A = relu(Z)
    else:
        raise ValueError(f'activation must be "sigmoid" or "relu", not {activation!r}')
    cache = (linear_cache, Z)
    return A, cache


def L_model_forward(X: Array, parameters: dict[str, Array]) -> tuple[Array, list[Cache]]:
    """The whole network: L - 1 layers of ReLU, then one of sigmoid.

    Parameters
    ----------
    X : array (n[0], m)
    parameters : dict
        "W1", "b1", ..., "WL", "bL", as `initialize_parameters_deep` makes them.

    Returns
    -------
    AL : array (n[L], m)
        The predictions.
    caches : list of L tuples
        caches[l - 1] is the cache of layer l.
    """
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L):
        A, cache = linear_activation_forward(
            A, parameters["W" + str(l)], parameters["b" + str(l)], "relu"
        )
        caches.append(cache)
    AL, cache = linear_activation_forward(
        A, parameters["W" + str(L)], parameters["b" + str(L)], "sigmoid"
    )
    caches.append(cache)
    return AL, caches


def compute_cost(AL: Array, Y: Array) -> np.floating:
    """Cross-entropy cost, -(1/m) sum(Y log AL + (1 - Y) log(1 - AL)).

    Parameters
    ----------
    AL : array (1, m)
        Predictions in [0, 1].
    Y : array (1, m)
        Labels, 0 or 1.

    Returns
    -------
    cost : 0-d float of AL's dtype
        Finite even where AL is exactly 0 or 1: predictions are first moved away from
        the ends by the smallest step their dtype can make at 1.
    """
    m = Y.shape[1]
    eps = np.finfo(AL.dtype).eps
    P = np.clip(AL, eps, 1 - eps)
    cost = -np.sum(Y * np.log(P) + (1 - Y) * np.log(1 - P)) / m
    return cost
