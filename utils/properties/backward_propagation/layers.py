"""Properties of one layer: gradients against nudges, and repeated examples.

A gradient predicts how the loss reacts to a nudge, a small change of an array, so it can be checked
by trying one. Here whole arrays are nudged along one direction each, through functions of notebook
01; no ReLU is near its kink.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.checker.compare import Finding
from utils.checker.property import Call, Property
from utils.given_forward import linear_activation_forward, linear_forward, relu, sigmoid
from utils.properties.common import Array, distinct

__all__ = [
    "changed_by_twice",
    "layer_of",
    "linear_examples_twice",
    "linear_part",
    "misfit",
    "proportional",
    "reacts_as_nudged",
    "wave",
]


def wave(start: float, *shape: int) -> Array:
    """Return a fixed array of irregular numbers from -1 to 1; another start gives other numbers.

    They do not repeat, so that a wrong gradient does not pass by coincidence.
    """
    numbers: Array = np.sin(start + np.arange(np.prod(shape)) ** 1.5)
    return numbers.reshape(shape)


def _reaction(loss: Callable[[Array], Any], array: Array) -> float:
    """Return the rate at which the loss changes as the array moves along one fixed direction."""
    step = 1e-5
    nudge = step * wave(0.5, *array.shape)
    return float(np.gradient([loss(array - nudge), loss(array), loss(array + nudge)], step)[1])


def misfit(
    gradient: str, got: Array, of: str, loss: Callable[[Array], Any], array: Array, what: str
) -> Finding | None:
    """Return a finding if the gradient `got` does not predict how `loss` changes with `array`.

    `gradient`, `of` and `what` name the gradient, the array and the loss in the sentence.
    """
    wanted, predicted = _reaction(loss, array), float(np.sum(got * wave(0.5, *array.shape)))
    if abs(wanted - predicted) < 1e-5 * (1 + abs(wanted)):
        return None
    truth, told = distinct(wanted, predicted)
    return Finding(
        "property",
        f"Nudged a little in one direction, {of} moves {what} at a rate of {truth}; "
        f"by {gradient} it would be {told}.",
    )


def reacts_as_nudged(call: Call, params: Any) -> Finding | None:
    """Check that dZ predicts how the loss changes with Z; `params` names the activation."""
    g = {"sigmoid": sigmoid, "relu": relu}[params]
    Z = np.array([[-2.0, -0.4, 0.3], [1.5, 0.6, -1.1]])
    dA = np.array([[1.0, -2.0, 3.0], [-1.0, 2.0, -3.0]])
    dZ = call(Case({"dA": dA, "Z": Z}))
    wanted = np.gradient([dA * g(Z + step) for step in (-1e-5, 0, 1e-5)], 1e-5, axis=0)[1]
    for place in np.ndindex(Z.shape):
        if abs(dZ[place] - wanted[place]) > 1e-5:
            return Finding(
                "property",
                f"Where Z is {Z[place]:g} and dA is {dA[place]:g}, a nudge of Z moves the loss "
                f"{wanted[place]:.3g} times as far; dZ says {dZ[place]:.3g}.",
            )
    return None


def proportional(call: Call, params: Any) -> Finding | None:
    """Check that -3 dA in place of dA makes dZ -3 times what it was."""
    Z, dA = 2 * wave(1, 3, 5), wave(2, 3, 5)
    once, more = call.all([Case({"dA": factor * dA, "Z": Z}) for factor in (1, -3)])
    if np.allclose(more, -3 * once, rtol=1e-6, atol=1e-9):
        return None
    return Finding(
        "property", "With −3 dA in place of dA, dZ should be −3 times what it was. Here it is not."
    )


def _linear_inputs() -> tuple[Array, tuple[Array, Array, Array]]:
    return wave(1, 2, 4), (wave(2, 3, 4), 2 * wave(3, 2, 3), wave(4, 2, 1))


_PARTS = (
    ("dA_prev", "A_prev", "the summed loss"),
    ("dW", "W", "the cost"),
    ("db", "b", "the cost"),
)


def _misfit_of_layer(part: int, forward: Any, got: Array) -> Finding | None:
    """Return a finding if the gradient chosen by `part` does not predict how the loss changes."""
    upstream, arrays = _linear_inputs()
    gradient, of, what = _PARTS[part]
    examples = 1 if part == 0 else upstream.shape[1]

    def loss(array: Array) -> Any:
        moved = [array if i == part else kept for i, kept in enumerate(arrays)]
        return np.sum(upstream * forward(*moved)[0]) / examples

    return misfit(gradient, got, of, loss, arrays[part], what)


def linear_part(part: int) -> Property:
    """Return the property that one gradient of a linear layer predicts how the loss changes.

    `part` chooses the gradient: 0 for dA_prev, 1 for dW, 2 for db.
    """

    def check(call: Call, params: Any) -> Finding | None:
        """Check that the gradient chosen by `part` predicts how the loss changes with its array."""
        dZ, cache = _linear_inputs()
        return _misfit_of_layer(part, linear_forward, call(Case({"dZ": dZ, "cache": cache}))[part])

    return check


def layer_of(activation: str) -> Property:
    """Return the property that a layer's gradients predict how the loss changes."""

    def check(call: Call, params: Any) -> Finding | None:
        """Check that each gradient of a layer predicts how the loss changes with its array."""
        forward = partial(linear_activation_forward, activation=activation)
        dA, arrays = _linear_inputs()
        _, cache = forward(*arrays)
        gradients = call(Case({"dA": dA, "cache": cache, "activation": activation}))
        for part in (2, 1, 0):
            finding = _misfit_of_layer(part, forward, gradients[part])
            if finding is not None:
                sentence = f'With "{activation}": {finding.sentence}'
                return replace(finding, sentence=sentence, apart=True)
        return None

    return check


def linear_examples_twice(call: Call, params: Any) -> Finding | None:
    """Check that repeating every example keeps dW and db, and repeats the columns of dA_prev."""
    dZ, (A_prev, W, b) = _linear_inputs()
    order = [2, 0, 3, 1]
    cache = (np.hstack([A_prev, A_prev[:, order]]), W, b)
    once, twice = call.all(
        [
            Case({"dZ": dZ, "cache": (A_prev, W, b)}),
            Case({"dZ": np.hstack([dZ, dZ[:, order]]), "cache": cache}),
        ]
    )
    return changed_by_twice(
        {"dW": (once[1], twice[1]), "db": (once[2], twice[2])},
        ("dA_prev", once[0], twice[0], order),
    )


def changed_by_twice(
    means: dict[str, tuple[Array, Array]], columns: tuple[str, Array, Array, list[int]]
) -> Finding | None:
    """Return a finding if repeated examples change a mean, or the columns of another array.

    Parameters
    ----------
    means : dict
        Name of each array of means, and its values without and with the repetition.
    columns : the name, both values, and the order of the repeated columns
    """
    for name, (once, twice) in means.items():
        if not np.allclose(once, twice, rtol=1e-6, atol=1e-9):
            return Finding(
                "property",
                f"With every example twice, {name} should stay as it is: it belongs to the mean. "
                "Here it changes.",
            )
    name, once, twice, order = columns
    if np.allclose(twice, np.hstack([once, once[:, order]]), rtol=1e-6, atol=1e-9):
        return None
    return Finding(
        "property",
        f"With every example twice, {name} should hold every column twice, as it was: it belongs "
        "to the sum. Here other numbers come.",
    )
