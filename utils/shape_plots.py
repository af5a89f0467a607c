"""Plots for notebook 03: the same numbers in the same shape, in order and scrambled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from numpy.typing import NDArray

from utils.plots import Picture

__all__ = ["columns_as_pictures"]


def columns_as_pictures(
    arrays: Mapping[str, NDArray[Any]], image_shape: tuple[int, int], count: int = 6
) -> Picture:
    """Show the first columns of some arrays as pictures, one row of pictures for each array.

    Parameters
    ----------
    arrays : dict
        Title of each row, and an array whose columns are pictures.
    image_shape : tuple of int
        Rows and columns of one picture.
    count : int
        How many columns of each array to show.

    Returns
    -------
    Picture
        Its text gives the mean of the first column of each array.
    """
    figure = Figure(figsize=(7.5, 1.7 * len(arrays)), layout="constrained")
    parts = figure.subfigures(len(arrays), 1, squeeze=False).ravel()
    told = []
    for part, (name, array) in zip(parts, arrays.items(), strict=True):
        part.suptitle(name, fontsize=11, family="monospace")
        for i, ax in enumerate(part.subplots(1, count, squeeze=False).ravel()):
            ax.axis("off")
            ax.imshow(array[:, i].reshape(image_shape), cmap="gray_r", vmin=0, vmax=1)
        told.append(f"{name}, first column with mean {array[:, 0].mean():.3f}")
    rows = "one row of pictures" if len(arrays) == 1 else f"{len(arrays)} rows of pictures"
    return Picture(figure, f"The first {count} columns as pictures, {rows}: {'; '.join(told)}.")
