"""The shape of every matrix in an L-layer network: the solutions of notebook 03.

`layer_dims` is [n[0], n[1], ..., n[L]], the units of the input and then of every layer;
m is the number of examples, which stand in columns.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]
Shape = tuple[int, int]


def parameter_shapes(layer_dims: list[int]) -> dict[str, Shape]:
    """Shapes of the parameters: W[l] is (n[l], n[l-1]), b[l] is (n[l], 1).

    Parameters
    ----------
    layer_dims : list of int

    Returns
    -------
    shapes : dict
        "W1", "b1", ..., "WL", "bL", each with its shape.

    Examples
    --------
    >>> parameter_shapes([3, 4, 1])
    {'W1': (4, 3), 'b1': (4, 1), 'W2': (1, 4), 'b2': (1, 1)}
    """
    shapes = {}
    for l in range(1, len(layer_dims)):
        shapes["W" + str(l)] = (layer_dims[l], layer_dims[l - 1])
        shapes["b" + str(l)] = (layer_dims[l], 1)
    return shapes


def count_parameters(layer_dims: list[int]) -> int:
    """Number of weights and biases in the whole network.

    Parameters
    ----------
    layer_dims : list of int

    Returns
    -------
    count : int
        The sum over the layers of n[l] n[l-1] + n[l].

    Examples
    --------
    >>> count_parameters([3, 4, 1])
    21
    """
    count = 0
    for l in range(1, len(layer_dims)):
        count += layer_dims[l] * layer_dims[l - 1] + layer_dims[l]
    return count


def forward_shapes(layer_dims: list[int], m: int) -> dict[str, Shape]:
    """Shapes on the way forward: A[0] = X, and Z[l] and A[l] of every layer, are (n[l], m).

    Parameters
    ----------
    layer_dims : list of int
    m : int

    Returns
    -------
    shapes : dict
        "A0", "Z1", "A1", ..., "ZL", "AL", each with its shape.

    Examples
    --------
    >>> forward_shapes([3, 1], m=5)
    {'A0': (3, 5), 'Z1': (1, 5), 'A1': (1, 5)}
    """
    shapes = {"A0": (layer_dims[0], m)}
    for l in range(1, len(layer_dims)):
        shapes["Z" + str(l)] = (layer_dims[l], m)
        shapes["A" + str(l)] = (layer_dims[l], m)
    return shapes


def layer_outputs_vectorized(X: Array, W: Array, b: Array) -> Array:
    """All outputs of a tanh layer at once, A = tanh(W X + b).

    Parameters
    ----------
    X : array (n[0], m)
    W : array (n[1], n[0])
    b : array (n[1], 1)

    Returns
    -------
    A : array (n[1], m)
    """
    A = np.tanh(W @ X + b)
    return A


def backward_shapes(layer_dims: list[int], m: int) -> dict[str, Shape]:
    """Shapes on the way back: each gradient has the shape of what it is the gradient of.

    Parameters
    ----------
    layer_dims : list of int
    m : int

    Returns
    -------
    shapes : dict
        "dA0", and "dZ1", "dW1", "db1", "dA1", ..., "dZL", "dWL", "dbL", "dAL".

    Examples
    --------
    >>> backward_shapes([3, 1], m=5)
    {'dA0': (3, 5), 'dZ1': (1, 5), 'dA1': (1, 5), 'dW1': (1, 3), 'db1': (1, 1)}
    """
    forward = forward_shapes(layer_dims, m)
    parameters = parameter_shapes(layer_dims)
    shapes = {"d" + name: shape for name, shape in (forward | parameters).items()}
    return shapes


def check_dimensions(parameters: dict[str, Array], layer_dims: list[int]) -> None:
    """Say which parameter is the first with a wrong shape, in the order W1, b1, W2, b2, ...

    Parameters
    ----------
    parameters : dict
        "W1", "b1", ..., "WL", "bL".
    layer_dims : list of int

    Raises
    ------
    ValueError
        Names the parameter, the shape it has and the shape it should have.

    Examples
    --------
    >>> check_dimensions({"W1": np.zeros((2, 3)), "b1": np.zeros(2)}, [3, 2])
    Traceback (most recent call last):
        ...
    ValueError: b1 has shape (2,), expected (2, 1).
    """
    for name, expected in parameter_shapes(layer_dims).items():
        shape = parameters[name].shape
        if shape != expected:
            raise ValueError(f"{name} has shape {shape}, expected {expected}.")


def shape_slips(layer_dims: list[int], m: int) -> dict[str, bool]:
    """Which of seven slips shapes catch, in a network of these sizes.

    A slip is caught where its line cannot be computed, or gives another shape than the one
    that its left side should have.

    Parameters
    ----------
    layer_dims : list of int
        With L = 2 or more.
    m : int

    Returns
    -------
    caught : dict
        "a" to "g", each True or False.

    Notes
    -----
    ====  ======================================  ====================================
    line  as printed, with this slip only         comes through unseen
    ====  ======================================  ====================================
    a     dW[L] = (1/m) dZ[L] A[L].T              where n[L] = n[L-1]
    b     dZ[L-1] = dW[L].T dZ[L] * g[L-1]'       always: dW[L] has the shape of W[L]
    c     dZ[L-1] = W[L].T dZ[L] @ g[L-1]'        where m = n[L-1]
    d     dZ[L-1] = W[L].T dZ[L] * g[L]'          always: g works entry by entry
    e     dZ[1] = W[L].T dZ[2] * g[1]'            where n[L] = n[2], and n[L-1] is n[1] or 1
    f     dZ[1] = W[2].T dZ[2] @ g[1]'            where m = n[1]
    g     dW[1] = (1/m) dZ[1] A[1].T              where n[1] = n[0]
    ====  ======================================  ====================================
    """
    n = layer_dims
    L = len(n) - 1
    caught = {}
    caught["a"] = n[L] != n[L - 1]
    caught["b"] = False
    caught["c"] = m != n[L - 1]
    caught["d"] = False
    caught["e"] = n[L] != n[2] or n[L - 1] not in (n[1], 1)
    caught["f"] = m != n[1]
    caught["g"] = n[1] != n[0]
    return caught
