"""The shape tracer: forward and back through a network, one matrix step at a time.

    trace([3, 4, 1], m=5)

In a notebook this is an HTML page without a script: radio buttons choose the step, so the arrow
keys walk through the steps. The page is in an iframe, because JupyterLab captures the arrow keys
everywhere else. In print, or without support for iframes, all steps appear one below the other. As
text it lists all steps.
"""

from __future__ import annotations

import html
import operator
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Tracer", "trace"]

MOST_LAYERS = 12
ROWS, COLUMNS, INNER = "▲", "■", "●"  # sizes that must agree within a step have the same sign

_WIDE, _HIGH, _ENTRY, _THIN = 560, 170, 20, 3  # pixels: a step, a matrix, an entry, a line

# Each has a color, a line style and a sign: any one of the three tells them apart.
_LINES = {ROWS: "solid #3182ce", COLUMNS: "dashed #c2600f", INNER: "double #2e9e4f"}
_SAID = {ROWS: "rows of the result", COLUMNS: "columns of the result", INNER: "inner sizes"}


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

    def page(self) -> str:
        """Return the steps as an HTML page of its own, to step through."""
        count = len(self.steps)
        choices, shown = [], []
        for i, step in enumerate(self.steps, 1):
            if i == 1 or step.way != self.steps[i - 2].way:
                choices.append(f'<span class="way">{step.way}</span>')
            about = html.escape(f"step {i} of {count}, {step.way}, layer {step.layer}, {step.kind}")
            choices.append(
                f'<label title="{about}"><input type="radio" name="step" value="{i}" '
                f'aria-label="{about}"{" checked" if i == 1 else ""}>{i}</label>'
            )
            shown.append(f'body:has(input[value="{i}"]:checked) .step-{i}')
        title = html.escape(self.title)
        walk = f".step{{display:none}}{','.join(shown)}{{display:block}}"
        return (
            f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            f"<style>{_style('body')}{_PAGE}@supports selector(:has(a)){{{walk}}}</style></head>"
            f'<body><fieldset><legend><strong>{title}</strong></legend><div class="how">'
            "Choose a step; then the arrow keys ← and → walk on.</div>"
            f'<div class="numbers">{"".join(choices)}</div></fieldset>'
            f'<div aria-live="polite">{self._sections()}</div>{_KEY}</body></html>'
        )

    def html(self) -> str:
        """Return the page in an iframe; in print, and without iframes, all steps."""
        own = "trace-" + uuid.uuid4().hex[:8]
        title = html.escape(f"Shape tracer. {self.title}")
        return (
            f'<div class="{own}"><style>{_style("." + own)}'
            f"@media screen{{.{own} .all{{display:none}}}}@media print{{.{own} iframe"
            "{display:none}}</style>"
            f'<iframe title="{title}" srcdoc="{html.escape(self.page())}" style="width:100%;'
            f'height:{self._height()}px;border:0;border-radius:8px;resize:vertical"></iframe>'
            f'<div class="all"><strong>{html.escape(self.title)}</strong>{self._sections()}{_KEY}'
            "</div></div>"
        )

    def _sections(self) -> str:
        count = len(self.steps)
        return "".join(_section(step, i, count) for i, step in enumerate(self.steps, 1))

    def _height(self) -> int:
        """Return the pixels that the page needs in an iframe about 700 wide; in less it scrolls."""
        tallest = max(
            max(matrix.shape[0] for matrix in step.matrices) * _unit(step) for step in self.steps
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


def _section(step: Step, number: int, count: int) -> str:
    """Return one step as HTML: its title, its drawing, the sizes that agree, and the remark."""
    unit = _unit(step)
    drawn = "".join(
        f'<span class="sign">{html.escape(part)}</span>'
        if isinstance(part, str)
        else _drawing(part, unit)
        for part in step.parts
    )
    agree = []
    for sign in (ROWS, INNER, COLUMNS):
        wearing = [
            f"{('rows', 'columns')[axis]} of {matrix.name}"
            for matrix in step.matrices
            for axis in (0, 1)
            if matrix.signs[axis] == sign
        ]
        sizes = {m.shape[a] for m in step.matrices for a in (0, 1) if m.signs[a] == sign}
        if wearing:
            [size] = sizes
            agree.append(f"<li>{_marked(size, sign)}: {html.escape(', '.join(wearing))}</li>")
    return (
        f'<section class="step step-{number}"><div class="title"><strong>Step {number} of {count}'
        f"</strong> · {step.way} · layer {step.layer}: {html.escape(step.kind)}</div>"
        f'<div class="drawing">{drawn}</div>'
        f'<ul class="agree">{"".join(agree)}</ul>'
        f'<div class="remark">{html.escape(step.remark)}</div></section>'
    )


def _unit(step: Step) -> float:
    """Return the pixels per entry, the same for all matrices of the step."""
    across = sum(matrix.shape[1] for matrix in step.matrices)
    tallest = max(matrix.shape[0] for matrix in step.matrices)
    return min(_ENTRY, _WIDE / across, _HIGH / tallest)


def _drawing(matrix: Matrix, unit: float) -> str:
    """Return a matrix drawn to scale; the line style of each side is that of its size's sign."""
    rows, columns = matrix.shape
    height, width = (max(round(size * unit), _THIN) for size in (rows, columns))
    left, top = (_LINES.get(sign, "solid currentColor") for sign in matrix.signs)
    grid = ""
    if unit >= 7:
        line = "currentColor 0 1px,transparent 1px"
        grid = (
            f"background-image:linear-gradient({line}),linear-gradient(90deg,{line});"
            f"background-size:{unit:.2f}px {unit:.2f}px;background-position:-1px -1px;"
        )
    sizes = ", ".join(_marked(n, s) for n, s in zip(matrix.shape, matrix.signs, strict=True))
    return (
        f'<span class="matrix"><span class="name">{html.escape(matrix.name)}</span>'
        f'<span class="box" aria-hidden="true" style="width:{width}px;height:{height}px;'
        f"border-left:4px {left};border-right:4px {left};border-top:4px {top};"
        f'border-bottom:4px {top}"><span style="{grid}"></span></span>'
        f'<span class="shape">({sizes})</span></span>'
    )


def _marked(size: int, sign: str) -> str:
    """Return a size with its sign, underlined in the line style of that sign."""
    if not sign:
        return str(size)
    return f'<span style="border-bottom:3px {_LINES[sign]}">{size}{sign}</span>'


def _style(scope: str) -> str:
    """Return the CSS rules of the steps, restricted to `scope`."""
    rules = {
        ".step": "margin:12px 0;break-inside:avoid;line-height:1.5",
        ".drawing": "display:flex;flex-wrap:wrap;align-items:center;gap:8px 14px;margin:10px 0",
        ".matrix": "display:inline-flex;flex-direction:column;align-items:center;gap:4px",
        ".name": "font-family:monospace;font-weight:bold",
        ".shape": "font-family:monospace",
        ".sign": "font-family:monospace;font-size:1.15em",
        ".box": "display:block;box-sizing:content-box",
        ".box span": "display:block;width:100%;height:100%;opacity:.35",
        ".agree": "margin:4px 0;padding-left:1.3em",
        ".key": "font-size:.9em",
    }
    return "".join(f"{scope} {name}{{{rule}}}" for name, rule in rules.items())


_PAGE = (
    "body{font:16px/1.5 Helvetica,Arial,sans-serif;color:#1f2a44;background:#fff;margin:10px 14px}"
    "fieldset{border:1px solid #8a8a8a;border-radius:8px;padding:4px 12px 8px;margin:0}"
    ".how{font-size:.9em;margin:2px 0}"
    ".numbers{display:flex;flex-wrap:wrap;gap:2px 4px;align-items:center}"
    ".way{font-weight:bold;margin:0 4px 0 10px}"
    "label{display:inline-flex;align-items:center;padding:3px 6px;border-radius:6px;"
    "border:2px solid transparent;cursor:pointer}"
    "label:has(:checked){border-color:currentColor;font-weight:bold}"
    "label:has(:focus-visible){outline:3px solid #3182ce}"
    "input{margin:0 3px 0 0}"
)
_KEY = (
    '<p class="key">Sizes with the same sign must agree: '
    + ", ".join(
        f'<span style="border-bottom:3px {_LINES[sign]}">{sign}</span> {said}'
        for sign, said in _SAID.items()
    )
    + ". All matrices of a step are drawn at one scale; what is too thin to see, a little thicker."
    "</p>"
)
