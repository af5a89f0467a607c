"""Plots for page 07: one picture of each class, a confusion matrix, and what was confused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from utils.data import Garments
from utils.plots import Picture

__all__ = ["confusion", "one_of_each", "taken_for"]

Array = NDArray[Any]


def _row(garments: Garments, chosen: Sequence[int], titles: Sequence[str], alt: str) -> Picture:
    """Draw these pictures in rows of five."""
    figure = Figure(figsize=(7.5, 1.6 * -(-len(chosen) // 5)), layout="constrained")
    axes = figure.subplots(-(-len(chosen) // 5), 5, squeeze=False).ravel()
    for ax in axes:
        ax.axis("off")
    for ax, i, title in zip(axes, chosen, titles, strict=False):
        ax.imshow(garments.X[:, i].reshape(garments.image_shape), cmap="gray_r")
        ax.set_title(title, fontsize=10)
    return Picture(figure, alt)


def one_of_each(garments: Garments) -> Picture:
    """Show the first picture of each class."""
    chosen = [int(row.argmax()) for row in garments.Y]
    names = garments.class_names
    titles = [f"{k} {name}" for k, name in enumerate(names)]
    return _row(
        garments, chosen, titles, f"A small gray picture of each class: {', '.join(names)}."
    )


def confusion(counts: Array, names: Sequence[str]) -> Picture:
    """Draw a confusion matrix: true classes in rows, named classes in columns.

    The text alternative has the share named right, each class's own, and the five commonest
    confusions.
    """
    n = len(names)
    figure = Figure(figsize=(7.2, 6), layout="constrained")
    ax = figure.subplots()
    ax.imshow(counts, cmap="Blues", vmin=0)
    for i in range(n):
        for j in range(n):
            if counts[i, j]:
                shade = "white" if counts[i, j] > 0.6 * counts.max() else "black"
                ax.text(j, i, f"{counts[i, j]:.0f}", ha="center", va="center", color=shade)
    ax.set_xticks(range(n), list(names), rotation=45, ha="right")
    ax.set_yticks(range(n), list(names))
    ax.set(xlabel="class that the network names", ylabel="true class")
    right = counts.diagonal()
    wrong = np.where(np.eye(n) == 1, 0, counts)
    order = wrong.ravel().argsort(kind="stable")[::-1][:5]
    pairs = [(names[k // n], names[k % n], wrong.ravel()[k]) for k in order]
    told = ", ".join(f"{true} named {named} {count:.0f} times" for true, named, count in pairs)
    own = ", ".join(f"{name} {share:.0f}" for name, share in zip(names, right, strict=True))
    return Picture(
        figure,
        f"Confusion matrix: {right.sum():.0f} of {counts.sum():.0f} named right. "
        f"Right in each class: {own}. Most often confused: {told}.",
    )


def taken_for(garments: Garments, AL: Array, true: str, named: str) -> Picture:
    """Show up to ten pictures of class `true` that are named `named`, the surest first.

    Raises
    ------
    ValueError
        If a name is not one of the classes.
    """
    names = garments.class_names
    for name in (true, named):
        if name not in names:
            raise ValueError(f"{name!r} is no class. The classes are {', '.join(names)}.")
    i, j = names.index(true), names.index(named)
    found = np.flatnonzero((garments.Y[i] == 1) & (AL.argmax(axis=0) == j))
    chosen = found[AL[j, found].argsort()[::-1]][:10]
    titles = [f"{AL[j, k]:.0%} {named}" for k in chosen]
    alt = f"{len(found)} pictures of class {true} are named {named}."
    if not len(chosen):
        return Picture(Figure(figsize=(3, 0.3)), alt)
    return _row(garments, chosen.tolist(), titles, f"{alt} The surest: {', '.join(titles)}.")
