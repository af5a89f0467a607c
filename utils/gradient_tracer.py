"""The gradient tracer: your gradients of one small network beside what nudging gives.

    trace_gradients(sigmoid_backward, relu_backward, linear_backward)

Forward it shows every Z and A, backward every gradient twice: as your functions give it, and as the
loss answers when each number is moved a little, up and down. In a notebook the arrow keys walk
through the steps; in print all of them appear one below the other; as text it lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from utils.given_forward import relu, sigmoid
from utils.render import template
from utils.stepper import Shown, stepper

__all__ = ["GradientTracer", "trace_gradients"]

Array = NDArray[Any]
Back = Callable[..., Any]

SIZES, EXAMPLES = [2, 3, 1], 2  # small enough to follow with pencil and paper
NUDGE = 1e-5
CLOSE = 1e-6  # how far yours may be from the nudged one; NUDGE itself brings 1e-9

X = np.array([[1.0, -0.5], [2.0, 1.5]])
Y = np.array([[1.0, 0.0]])
PARAMETERS = {
    "W1": np.array([[0.5, -1.0], [1.0, 0.5], [-1.0, 1.0]]),
    "b1": np.array([[0.5], [-0.5], [0.0]]),
    "W2": np.array([[1.0, -0.5, 1.5]]),
    "b2": np.array([[-0.5]]),
}


@dataclass(frozen=True)
class Step:
    """One step: direction, layer and kind, the formula, and the arrays by name.

    `nudged` is None on the way forward; `yours` holds anything that a function gave.
    """

    way: str
    layer: int
    kind: str
    formula: str
    operands: dict[str, Array]
    name: str
    yours: Any
    nudged: Array | None = None

    @property
    def verdict(self) -> str:
        """Return how the two agree, in a few words; nothing on the way forward."""
        if self.nudged is None:
            return ""
        shape = getattr(self.yours, "shape", None)
        if shape != self.nudged.shape:
            got = f"shape {shape}" if shape is not None else type(self.yours).__name__
            return f"✗ yours: {got}, expected shape {self.nudged.shape}"
        apart = float(np.max(np.abs(self.yours - self.nudged)))
        return "✓ they agree" if apart < CLOSE else f"✗ they differ by up to {apart:.3g}"


def trace_gradients(
    sigmoid_backward: Back, relu_backward: Back, linear_backward: Back
) -> GradientTracer:
    """Trace all gradients of one small network, made by these functions and by nudging.

    Parameters
    ----------
    sigmoid_backward, relu_backward : callable
        Take dA and Z, and return dZ.
    linear_backward : callable
        Takes dZ and the cache (A_prev, W, b), and returns dA_prev, dW and db.

    Returns
    -------
    GradientTracer
        Shown in a notebook, it can be stepped through with the arrow keys.
    """
    return GradientTracer(sigmoid_backward, relu_backward, linear_backward)


class GradientTracer:
    """The steps of the network, forward and backward; made by `trace_gradients`."""

    title = f"Every gradient of the network {SIZES} with m = {EXAMPLES} examples"

    def __init__(self, sigmoid_backward: Back, relu_backward: Back, linear_backward: Back) -> None:
        self.steps = _forward_steps() + _backward_steps(
            sigmoid_backward, relu_backward, linear_backward
        )

    def text(self) -> str:
        """Return all steps, with their numbers."""
        lines = [self.title]
        for number, step in enumerate(self.steps, 1):
            lines.append(f"{number:3}. {step.way}, layer {step.layer}, {step.kind}: {step.formula}")
            shown = {"yours" if step.nudged is not None else step.name: step.yours}
            if step.nudged is not None:
                shown["nudged"] = step.nudged
            lines += [f"     {name}: {_in_line(value)}" for name, value in shown.items()]
            if step.verdict:
                lines.append(f"     {step.verdict}")
        return "\n".join(lines)

    def html(self) -> str:
        """Return the steps as HTML, to walk through."""
        look: Any = template(__file__).module
        steps = [
            Shown(step.way, f"layer {step.layer}, {step.kind}", look.step(**_drawn(step)))
            for step in self.steps
        ]
        return stepper(self.title, steps, look.style(), look.key(), height=470)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}

    def __repr__(self) -> str:
        return self.text()


# --- the network, with any number replaced --------------------------------------------------------


def _forward(replaced: dict[str, Array]) -> dict[str, Array]:
    """Return every array of the forward pass and the losses; `replaced` ones stand as they are."""
    arrays = {"A0": X, **PARAMETERS, **replaced}
    for l in range(1, len(SIZES)):
        Z = arrays[f"W{l}"] @ arrays[f"A{l - 1}"] + arrays[f"b{l}"]
        Z = arrays.setdefault(f"Z{l}", Z)
        A = relu(Z) if l < len(SIZES) - 1 else sigmoid(Z)
        AL = arrays.setdefault(f"A{l}", A)
    arrays["losses"] = -(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))
    return arrays


def _nudged(name: str) -> Array:
    """Return how the summed loss reacts to each entry of an array; for W and b, the cost."""
    here = _forward({})[name]
    gather = np.mean if name[0] in "Wb" else np.sum
    slopes = np.zeros(here.shape)
    for index in np.ndindex(here.shape):
        sides = []
        for step in (NUDGE, -NUDGE):
            moved = here.copy()
            moved[index] += step
            sides.append(gather(_forward({name: moved})["losses"]))
        slopes[index] = (sides[0] - sides[1]) / (2 * NUDGE)
    return slopes


# --- the steps ------------------------------------------------------------------------------------


def _forward_steps() -> list[Step]:
    arrays = _forward({})
    steps = []
    for l in range(1, len(SIZES)):
        g = "sigmoid" if l == len(SIZES) - 1 else "relu"
        operands = {name: arrays[name] for name in (f"W{l}", f"A{l - 1}", f"b{l}")}
        Z, A = f"Z{l}", f"A{l}"
        steps += [
            Step(
                "forward", l, "linear step", f"Z{l} = W{l} A{l - 1} + b{l}", operands, Z, arrays[Z]
            ),
            Step("forward", l, "activation", f"A{l} = {g}(Z{l})", {Z: arrays[Z]}, A, arrays[A]),
        ]
    return steps


def _backward_steps(
    sigmoid_backward: Back, relu_backward: Back, linear_backward: Back
) -> list[Step]:
    """Return the steps backward; each goes on from the nudged gradient, so it is judged alone."""
    arrays = _forward({})
    steps = []
    for l in reversed(range(1, len(SIZES))):
        name, back = (
            ("sigmoid", sigmoid_backward) if l == len(SIZES) - 1 else ("relu", relu_backward)
        )
        dA, dZ = _nudged(f"A{l}"), _nudged(f"Z{l}")
        steps.append(
            Step(
                *("backward", l, f"through {name}", f"dZ{l} = dA{l} ∗ {name}′(Z{l})"),
                operands={f"dA{l}": dA, f"Z{l}": arrays[f"Z{l}"]},
                name=f"dZ{l}",
                yours=back(np.array(dA), np.array(arrays[f"Z{l}"])),
                nudged=dZ,
            )
        )
        cache = tuple(arrays[name].copy() for name in (f"A{l - 1}", f"W{l}", f"b{l}"))
        found = linear_backward(np.array(dZ), cache)
        if not isinstance(found, tuple | list) or len(found) != 3:
            found = (found,) * 3
        into, weights = {f"dZ{l}": dZ, f"A{l - 1}": cache[0]}, {f"W{l}": cache[1], f"dZ{l}": dZ}
        for kind, about, formula, operands, yours in (
            ("weights", f"W{l}", "from dZ and A_prev, with 1/m", into, found[1]),
            ("biases", f"b{l}", "from dZ, with 1/m", {f"dZ{l}": dZ}, found[2]),
            ("to the layer before", f"A{l - 1}", "from W and dZ", weights, found[0]),
        ):
            steps.append(
                Step(
                    *("backward", l, kind, f"d{about} {formula}"),
                    operands=operands,
                    name=f"d{about}",
                    yours=yours,
                    nudged=_nudged(about),
                )
            )
    return steps


# --- drawing --------------------------------------------------------------------------------------


def _drawn(step: Step) -> dict[str, Any]:
    """Return a step for the template: every array with its name, as rows of text."""
    shown = {**step.operands, step.name if step.nudged is None else "yours": step.yours}
    if step.nudged is not None:
        shown["nudged"] = step.nudged
    return {
        "formula": step.formula,
        "operands": [(name, _rows(shown.pop(name))) for name in list(step.operands)],
        "result": step.name,
        "shown": [(name, _rows(value)) for name, value in shown.items()],
        "verdict": step.verdict,
    }


def _rows(value: Any) -> list[list[str]]:
    """Return the entries of an array as text, rounded; for anything else, its beginning."""
    if not isinstance(value, np.ndarray) or value.ndim > 2 or value.dtype.kind not in "fiub":
        return [[str(value)[:40]]]
    rounded = np.round(np.atleast_2d(value).astype(float), 4) + 0.0  # no −0.0000
    return [[f"{number:.4f}" for number in row] for row in rounded]


def _in_line(value: Any) -> str:
    return "[" + "; ".join(" ".join(row) for row in _rows(value)) + "]"
