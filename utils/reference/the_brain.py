"""Units and neurons: the solutions of notebook 05.

Examples stand in columns: X is (n, m). Spikes stand in rows: one neuron a row, one time step
a column.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]


def logistic_unit(X: Array, w: Array, b: float) -> Array:
    """One logistic unit, a = sigma(w^T x + b) with sigma(z) = 1 / (1 + exp(-z)).

    Parameters
    ----------
    X : array (n, m)
    w : array (n, 1)
    b : float

    Returns
    -------
    A : array (1, m), entries from 0 to 1

    Examples
    --------
    >>> logistic_unit(np.array([[1.0, 2.0]]), np.array([[2.0]]), -2.0).round(2)
    array([[0.5 , 0.88]])
    """
    Z = w.T @ X + b
    A = 1 / (1 + np.exp(-Z))
    return A


def firing_rate(spikes: Array, dt: float) -> Array:
    """Spikes a second of each neuron, the number of its spikes / how long it was watched.

    Parameters
    ----------
    spikes : array (n, steps)
        1 where a neuron fired in a time step, 0 elsewhere.
    dt : float
        Seconds that one step lasts.

    Returns
    -------
    rates : array (n, 1)

    Examples
    --------
    Two spikes in four steps of a tenth of a second each are 5 spikes a second.

    >>> firing_rate(np.array([[0.0, 1.0, 0.0, 1.0]]), 0.1)
    array([[5.]])
    """
    seconds = spikes.shape[1] * dt
    rates = np.sum(spikes, axis=1, keepdims=True) / seconds
    return rates


def sort_claims() -> dict[str, str]:
    """Where each claim about units and neurons belongs: "holds", "loose" or "misleading"."""
    verdicts = {
        "bend": "holds",
        "rate": "loose",
        "alone": "misleading",
        "energy": "holds",
        "learning": "holds",
        "signs": "loose",
        "backward": "misleading",
        "layers": "loose",
        "size": "misleading",
    }
    return verdicts
