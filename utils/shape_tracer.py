"""The shape tracer: forward and back through a network, one matrix step at a time.

    trace([3, 4, 1], m=5)

In a notebook the arrow keys walk through the steps; in print all of them appear one below the
other; as text it lists them.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from utils.render import template
from utils.stepper import Shown, stepper

__all__ = ["Tracer", "trace"]

MOST_LAYERS = 12
ROWS, COLUMNS, INNER = "▲", "■", "●"  # sizes that must agree within a step have the same sign

_WIDE, _HIGH, _ENTRY, _THIN = 560, 170, 20, 3  # pixels: a step, a matrix, an entry, a line

# Each has a color, a line style and a sign: any one of the three tells them apart.
_LINES = {ROWS: "solid #3182ce", COLUMNS: "dashed #c2600f", INNER: "double #2e9e4f"}
_MEANINGS = {ROWS: "rows of the result", COLUMNS: "columns of the result", INNER: "inner sizes"}


@dataclass(frozen=True)
class Matrix:
    """A matrix in a step: its name, its sizes, and the sign of each size."""

    name: str
    shape: tuple[int, int]
    signs: tuple[str, str]

    @property
    def label(self) -> str:
        """Return the shape with its signs: "(4▲, 3●)"."""
        rows, columns = (f"{n}{sign}" for n, sign in zip(self.shape, self.signs, strict=True))
        return f"({rows}, {columns})"


@dataclass(frozen=True)
class Step:
    """One step: its direction and layer, the matrices with the signs between them, and a remark."""

    way: str
    layer: int
    kind: str
    parts: tuple[Matrix | str, ...]
    remark: str

    @property
    def matrices(self) -> list[Matrix]:
        """Return the matrices, without the signs between them."""
        return [part for part in self.parts if isinstance(part, Matrix)]

    def formula(self) -> str:
        """Return the step in one line, shapes and signs included."""
        words = [p if isinstance(p, str) else f"{p.name} {p.label}" for p in self.parts]
        return " ".join(words).replace("( ", "(").replace(" )", ")")


def trace(layer_dims: Sequence[int], m: int) -> Tracer:
    """Trace the shapes of all matrices forward and back through a network.

    Parameters
    ----------
    layer_dims : list of int
        The number of inputs, then the units of every layer: [3, 4, 1].
    m : int
        The number of examples.

    Returns
    -------
    Tracer
        Shown in a notebook, it can be stepped through with the arrow keys.

    Raises
    ------
    ValueError
        If a number cannot be used; the message names it.

    Examples
    --------
    >>> print(trace([3, 1], m=5))  # doctest: +ELLIPSIS
    The shapes in the network [3, 1] with m = 5 examples
    Sizes with the same sign must agree: ▲ rows and ■ columns of the result, ● inner sizes.
    Forward
      1. layer 1, linear step: Z1 (1▲, 5■) = W1 (1▲, 3●) @ A0 (3●, 5■) + b1 (1▲, 1)
      2. layer 1, activation: A1 (1▲, 5■) = g(Z1 (1▲, 5■))
    Backward
      3. layer 1, through g: dZ1 (1▲, 5■) = dA1 (1▲, 5■) ∗ g′(Z1 (1▲, 5■))
      ...
    """
    sizes = _sizes(layer_dims)
    return Tracer(sizes, _whole(m, "m, the number of examples,"))


class Tracer:
    """The steps of one network; made by `trace`."""

    def __init__(self, layer_dims: list[int], m: int) -> None:
        self.layer_dims, self.m = layer_dims, m
        self.steps = _steps(layer_dims, m)

    @property
    def title(self) -> str:
        """Return the title: the sizes of the network and the number of examples."""
        examples = "1 example" if self.m == 1 else f"{self.m} examples"
        return f"The shapes in the network {self.layer_dims} with m = {examples}"

    def text(self) -> str:
        """Return all steps, one a line."""
        key = (
            f"Sizes with the same sign must agree: {ROWS} rows and {COLUMNS} columns of the "
            f"result, {INNER} inner sizes."
        )
        lines = [self.title, key]
        for number, step in enumerate(self.steps, 1):
            if number == 1 or step.way != self.steps[number - 2].way:
                lines.append(step.way.capitalize())
            lines.append(f"{number:3}. layer {step.layer}, {step.kind}: {step.formula()}")
        return "\n".join(lines)

    def html(self) -> str:
        """Return the steps as HTML, to walk through."""
        look: Any = template(__file__).module
        steps = [
            Shown(step.way, f"layer {step.layer}, {step.kind}", look.step(**_drawn(step)))
            for step in self.steps
        ]
        return stepper(self.title, steps, look.style(), look.key(_LINES, _MEANINGS), self._height())

    def _height(self) -> int:
        """Return the pixels that the page needs in an iframe about 700 wide; in less it scrolls."""
        tallest = max(
            max(matrix.shape[0] for matrix in step.matrices) * _entry(step) for step in self.steps
        )
        return 400 + 38 * -(-len(self.steps) // 12) + round(tallest)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}

    def __repr__(self) -> str:
        return self.text()


# --- arguments -------------------------------------------------------------------------


def _sizes(layer_dims: Any) -> list[int]:
    if not isinstance(layer_dims, str | dict | set):
        try:
            sizes = list(layer_dims)
        except TypeError:
            sizes = []
        if len(sizes) > MOST_LAYERS + 1:
            raise ValueError(f"The tracer shows up to {MOST_LAYERS} layers; take some away.")
        if len(sizes) > 1:
            return [_whole(n, f"layer_dims[{i}]") for i, n in enumerate(sizes)]
    raise ValueError(
        "layer_dims should be a list of two sizes or more, such as [3, 4, 1]: "
        f"the inputs, then the units of every layer; this is {layer_dims!r}."
    )


def _whole(value: Any, name: str) -> int:
    number = 0
    if not isinstance(value, bool):
        try:
            number = operator.index(value)
        except TypeError:
            number = 0
    if number < 1:
        raise ValueError(f"{name} should be a whole number from 1 up; this is {value!r}.")
    return number


# --- the steps -------------------------------------------------------------------------


def _steps(n: list[int], m: int) -> list[Step]:
    """Return every step, in the order in which a network takes them."""
    forward: list[Step] = []
    backward: list[Step] = []
    for l in range(1, len(n)):
        column = Matrix(f"b{l}", (n[l], 1), (ROWS, ""))
        Z, A, dZ, dA = (_columns(f"{name}{l}", n[l], m) for name in ("Z", "A", "dZ", "dA"))
        into = Matrix(f"A{l - 1}", (n[l - 1], m), (INNER, COLUMNS))
        out_of = Matrix(f"dZ{l}", (n[l], m), (ROWS, INNER))
        W = Matrix(f"W{l}", (n[l], n[l - 1]), (ROWS, INNER))
        W_turned = Matrix(f"W{l}.T", (n[l - 1], n[l]), (ROWS, INNER))
        A_turned = Matrix(f"A{l - 1}.T", (m, n[l - 1]), (INNER, COLUMNS))
        dW = Matrix(f"dW{l}", (n[l], n[l - 1]), (ROWS, COLUMNS))
        db = Matrix(f"db{l}", (n[l], 1), (ROWS, ""))
        down = _columns(f"dA{l - 1}", n[l - 1], m)
        back = Matrix(f"dZ{l}", (n[l], m), (INNER, COLUMNS))
        forward += [
            Step(
                *("forward", l, "linear step", (Z, "=", W, "@", into, "+", column)),
                f"The inner sizes, {n[l - 1]} and {n[l - 1]}, agree and are gone. The one column "
                f"of b{l} is added to each of the {m}.",
            ),
            Step(
                *("forward", l, "activation", (A, "=", "g(", Z, ")")),
                "Entry by entry: every size stays.",
            ),
        ]
        backward = [
            Step(
                *("backward", l, "through g", (dZ, "=", dA, "∗", "g′(", Z, ")")),
                f"Entry by entry: every size stays. dZ{l} has the shape of Z{l}.",
            ),
            Step(
                *("backward", l, "weights", (dW, "=", "1/m", out_of, "@", A_turned)),
                f"The {m} examples are the inner size: they are summed over. dW{l} has the shape "
                f"of W{l}.",
            ),
            Step(
                *(
                    "backward",
                    l,
                    "biases",
                    (db, "=", "1/m", "sum over the columns of", _summed(dZ)),
                ),
                f"The rows are kept, and one column with them. db{l} has the shape of b{l}.",
            ),
            Step(
                *("backward", l, "to the layer before", (down, "=", W_turned, "@", back)),
                f"The units of layer {l} are the inner size. dA{l - 1} has the shape of A{l - 1}.",
            ),
            *backward,
        ]
    return [*forward, *backward]


def _columns(name: str, rows: int, m: int) -> Matrix:
    """Return a matrix with a column for every example."""
    return Matrix(name, (rows, m), (ROWS, COLUMNS))


def _summed(dZ: Matrix) -> Matrix:
    """Return the matrix that is summed over; only its rows remain in the result."""
    return Matrix(dZ.name, dZ.shape, (ROWS, ""))


# --- drawing ---------------------------------------------------------------------------


class Drawing(NamedTuple):
    """A matrix drawn to scale: pixels, the line styles of its sides, its sizes with their signs."""

    name: str
    height: int
    width: int
    entry: float
    left: str
    top: str
    sizes: list[tuple[int, str]]


def _drawn(step: Step) -> dict[str, Any]:
    """Return a step for the templates, with its matrices as drawings and the sizes that agree."""
    agree = []
    for sign in (ROWS, INNER, COLUMNS):
        sides = [(m, axis) for m in step.matrices for axis in (0, 1) if m.signs[axis] == sign]
        if sides:
            [size] = {matrix.shape[axis] for matrix, axis in sides}
            names = [f"{('rows', 'columns')[axis]} of {matrix.name}" for matrix, axis in sides]
            agree.append((size, sign, names))
    entry = _entry(step)
    return {
        "parts": [part if isinstance(part, str) else _drawing(part, entry) for part in step.parts],
        "agree": agree,
        "remark": step.remark,
        "lines": _LINES,
    }


def _entry(step: Step) -> float:
    """Return the pixels per entry, the same for all matrices of the step."""
    across = sum(matrix.shape[1] for matrix in step.matrices)
    tallest = max(matrix.shape[0] for matrix in step.matrices)
    return min(_ENTRY, _WIDE / across, _HIGH / tallest)


def _drawing(matrix: Matrix, entry: float) -> Drawing:
    height, width = (max(round(size * entry), _THIN) for size in matrix.shape)
    left, top = (_LINES.get(sign, "solid currentColor") for sign in matrix.signs)
    sizes = list(zip(matrix.shape, matrix.signs, strict=True))
    return Drawing(matrix.name, height, width, entry, left, top, sizes)
