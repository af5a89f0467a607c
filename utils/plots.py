"""Plots for the notebooks, each with a text alternative."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from utils.data import Garments

__all__ = ["Picture", "activations", "errors", "gallery", "joints", "signal", "timings"]

Array = NDArray[Any]

BLUE, ORANGE, GREEN, GRAY = "#2b6cb0", "#b7490f", "#2f7d4f", "#6b7280"
_STYLES = ((BLUE, "-", "o"), (ORANGE, "--", "s"), (GREEN, ":", "^"))


class Picture:
    """A figure with a text alternative, for readers who cannot see it.

    Parameters
    ----------
    figure : matplotlib Figure
    alt : str
        The text alternative: one or two sentences, numbers included.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure, self.alt = figure, alt

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", dpi=160, bbox_inches="tight", facecolor="white")
        data = base64.b64encode(buffer.getvalue()).decode()
        width = round(self.figure.get_figwidth() * 90)
        image = (
            f'<img src="data:image/png;base64,{data}" alt="{html.escape(self.alt)}" '
            f'width="{width}" style="max-width:100%;border-radius:8px">'
        )
        return {"text/html": image, "text/plain": self.alt}

    def __repr__(self) -> str:
        return self.alt


def activations(sigmoid: Callable[[Array], Array], relu: Callable[[Array], Array]) -> Picture:
    """Plot the two activation functions side by side, at 201 points from -6 to 6."""
    z = np.linspace(-6, 6, 201).reshape(1, -1)
    figure = Figure(figsize=(7.5, 2.8), layout="constrained")
    axes = figure.subplots(1, 2)
    for ax, function, name, color in zip(
        axes, (sigmoid, relu), ("sigmoid", "relu"), (BLUE, ORANGE), strict=True
    ):
        ax.plot(z.ravel(), np.asarray(function(z)).ravel(), color=color, linewidth=2.5)
        ax.set(title=f"your {name}", xlabel="z", ylabel="a")
        quiet(ax, 11)
    ends = [
        float(np.asarray(f(np.array([[x]]))).ravel()[0]) for f in (sigmoid, relu) for x in (-6, 6)
    ]
    return Picture(
        figure,
        f"Your two activation functions for z from −6 to 6: the sigmoid goes from {ends[0]:.3g} "
        f"to {ends[1]:.3g}, ReLU from {ends[2]:.3g} to {ends[3]:.3g}.",
    )


def joints(relu: Callable[[Array], Array], units: Sequence[tuple[float, float, float]]) -> Picture:
    """Plot what ReLU units of one input give, and their sum, for x from -3 to 3.

    Parameters
    ----------
    relu : callable
    units : sequence of (weight, bias, factor)
        A unit computes factor * relu(weight * x + bias).
    """
    x = np.linspace(-3, 3, 601).reshape(1, -1)
    shares = [c * np.asarray(relu(w * x + b)).ravel() for w, b, c in units]
    total = np.sum(shares, axis=0) if shares else np.zeros(x.size)
    figure = Figure(figsize=(7.5, 3.2), layout="constrained")
    ax = figure.subplots()
    for share in shares:
        ax.plot(x.ravel(), share, "--", color=GRAY, linewidth=1)
    ax.plot(x.ravel(), total, color=BLUE, linewidth=2.5)
    places = sorted({-b / w + 0.0 for w, b, _ in units if w and -3 < -b / w < 3})
    ax.plot(places, np.interp(places, x.ravel(), total), "o", color=ORANGE, markersize=8)
    ax.set(xlabel="input x", ylabel="sum of the units (dashed: each unit)")
    quiet(ax, 11)
    told = ", ".join(f"{place:.3g}" for place in places) or "no place"
    return Picture(
        figure,
        f"The sum of {len(units)} ReLU units over x from −3 to 3: straight pieces with joints at "
        f"{told}.",
    )


def signal(spreads: Mapping[str, Sequence[float]]) -> Picture:
    """Plot the spread of A from layer to layer, a line for each of up to three initializations.

    Parameters
    ----------
    spreads : dict
        Name of each kind of initialization, and the standard deviation of A[0], A[1], ...
    """
    figure = Figure(figsize=(7.5, 3.4), layout="constrained")
    ax = figure.subplots()
    told = []
    styles = _STYLES[: len(spreads)]
    for (name, values), (color, style, marker) in zip(spreads.items(), styles, strict=True):
        ax.plot(values, style, color=color, marker=marker, markersize=4, linewidth=2)
        ax.annotate(name, (len(values) - 1, values[-1]), (8, 0), textcoords="offset points",
                    va="center", color=color)  # fmt: skip
        told.append(f"{name} ends at {values[-1]:.2g}")
    ax.set(yscale="log", xlabel="layer l", ylabel="standard deviation of A[l]")
    ax.margins(x=0.12)
    quiet(ax, 11)
    layers = len(next(iter(spreads.values()))) - 1
    return Picture(
        figure, f"Spread of the signal over {layers} layers, logarithmic: {'; '.join(told)}."
    )


def timings(sizes: Sequence[int], loop: Sequence[float], vectorized: Sequence[float]) -> Picture:
    """Plot seconds per call against the number of examples, for a loop and a vectorized version."""
    figure = Figure(figsize=(7.5, 3.4), layout="constrained")
    ax = figure.subplots()
    lines = (("loop over examples", loop), ("vectorized", vectorized))
    for (name, seconds), (color, style, marker) in zip(lines, _STYLES[:2], strict=True):
        ax.plot(sizes, seconds, style, color=color, marker=marker, linewidth=2, label=name)
    ax.set(xscale="log", yscale="log", xlabel="number of examples m", ylabel="seconds a call")
    ax.legend(frameon=False)
    quiet(ax, 11)
    ratio = loop[-1] / vectorized[-1]
    return Picture(
        figure,
        f"Seconds a call for m from {sizes[0]} to {sizes[-1]}, both axes logarithmic. "
        f"At m = {sizes[-1]} the loop takes {ratio:.0f} times as long as the vectorized version.",
    )


def gallery(garments: Garments, count: int = 12) -> Picture:
    """Show the first pictures of a part of the garments, with the names of their classes."""
    columns = 6
    rows = -(-count // columns)
    figure = Figure(figsize=(7.5, 1.55 * rows), layout="constrained")
    names = [garments.class_names[int(y)] for y in garments.Y[0, :count]]
    for i, ax in enumerate(figure.subplots(rows, columns, squeeze=False).ravel()):
        ax.axis("off")
        if i < count:
            ax.imshow(garments.X[:, i].reshape(garments.image_shape), cmap="gray_r")
            ax.set_title(names[i], fontsize=10)
    return Picture(figure, f"{count} small gray pictures of garments: {', '.join(names)}.")


def errors(X: Array, Y: Array, AL: Array, names: Sequence[str], count: int = 6) -> Picture:
    """Show the pictures on which the network is most certain and wrong."""
    doubt = np.where(Y == 1, AL, 1 - AL).ravel()
    worst = np.argsort(doubt)[:count]
    side = round(float(np.sqrt(X.shape[0])))
    figure = Figure(figsize=(7.5, 1.9), layout="constrained")
    told = []
    for ax, i in zip(figure.subplots(1, count), worst, strict=True):
        ax.imshow(X[:, i].reshape(side, side), cmap="gray_r")
        ax.axis("off")
        name = names[int(Y[0, i])]
        ax.set_title(f"{name}\ngiven {doubt[i]:.1%}", fontsize=10)
        told.append(f"a {name} that was given {doubt[i]:.1%}")
    return Picture(figure, f"The {count} worst errors: {', '.join(told)}.")


def quiet(ax: Axes, label_size: float | None = None) -> None:
    """Style axes: a faint grid, and no lines at the top and right."""
    ax.spines[["top", "right"]].set_visible(False)
    if label_size is not None:
        ax.xaxis.label.set_fontsize(label_size)
        ax.yaxis.label.set_fontsize(label_size)
    ax.grid(color="#e5e7eb", linewidth=0.8)
    ax.set_axisbelow(True)
