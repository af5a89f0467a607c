"""Plots of experiments: draws, cost curves, grid against random search, a whole search at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from utils.plots import BLUE, GRAY, GREEN, ORANGE, Picture, quiet

__all__ = ["curve_gallery", "draws", "grid_and_random", "one_at_a_time", "parallel_coordinates"]

Array = NDArray[Any]
Record = dict[str, Any]


def draws(samples: Mapping[str, Array], middle: float, one_minus: bool = False) -> Picture:
    """Plot draws of up to two kinds on one logarithmic axis, one row of ticks each.

    Parameters
    ----------
    samples : dict
        Name of each kind, and its draws.
    middle : float
        The middle of the range on the logarithmic scale; the text gives the share left of it.
    one_minus : bool
        Whether the axis shows 1 - draw.
    """
    figure = Figure(figsize=(7.5, 0.6 + 0.75 * len(samples)), layout="constrained")
    ax = figure.subplots()
    told = []
    for row, ((name, values), color) in enumerate(
        zip(samples.items(), (ORANGE, BLUE)[: len(samples)], strict=True)
    ):
        shown = 1 - values if one_minus else values
        ax.plot(shown, np.full(shown.size, -row), "|", color=color, markersize=22, alpha=0.6)
        share = float(np.mean(shown < (1 - middle if one_minus else middle)))
        told.append(f"{name}: {share:.0%} to the left of the middle")
    ax.axvline(1 - middle if one_minus else middle, color=GRAY, linewidth=1, linestyle=":")
    ax.set(xscale="log", ylim=(0.6 - len(samples), 0.6))
    ax.set_xlabel("1 − β" if one_minus else "value")
    ax.set_yticks([-row for row in range(len(samples))], list(samples))
    quiet(ax)
    count = len(next(iter(samples.values())))
    return Picture(figure, f"{count} draws of each kind, logarithmic axis. {'; '.join(told)}.")


def curve_gallery(runs: Mapping[str, tuple[Array, Array]]) -> Picture:
    """Plot train and dev cost over the iterations of up to six runs, one small panel a run."""
    figure = Figure(figsize=(8.4, 5), layout="constrained")
    told = []
    panels = figure.subplots(2, 3).ravel()[: len(runs)]
    for ax, (name, (train, dev)) in zip(panels, runs.items(), strict=True):
        ax.plot(train, "-", color=BLUE, linewidth=1.6, label="train")
        ax.plot(dev, "--", color=ORANGE, linewidth=1.6, label="dev")
        ax.set_title(name, fontweight="bold")
        ax.set_ylim(0, 1.06 * max(1.0, np.nanmax(train), np.nanmax(dev)))
        quiet(ax)
        at = np.linspace(0, len(train) - 1, 6).astype(int)
        lines = (f"{kind} {', '.join(f'{c[i]:.3g}' for i in at)}"
                 for kind, c in (("train", train), ("dev", dev)))  # fmt: skip
        told.append(f"{name}: {'; '.join(lines)}")
    figure.supxlabel("iteration", fontsize=11)
    figure.supylabel("cost", fontsize=11)
    figure.axes[0].legend(frameon=False, loc="lower left")
    return Picture(
        figure,
        f"{len(runs)} panels of cost curves. At six evenly spaced iterations, "
        f"from the first to the last: {'. '.join(told)}.",
    )


def one_at_a_time(studies: Mapping[str, Sequence[Record]]) -> Picture:
    """Plot train and dev accuracy against one setting at a time, a panel for each.

    Parameters
    ----------
    studies : dict
        Name of a setting, and records that differ only in this setting.
    """
    rows = -(-len(studies) // 2)
    figure = Figure(figsize=(7.8, 2.6 * rows), layout="constrained")
    panels = figure.subplots(rows, 2, squeeze=False, sharey=True).ravel()
    told = []
    for ax, (name, records) in zip(panels[: len(studies)], studies.items(), strict=True):
        values = [record["configuration"][name] for record in records]
        for part, style, marker, color in (("train", "-", "o", BLUE), ("dev", "--", "s", ORANGE)):
            accuracies = [record[f"{part}_accuracy"] for record in records]
            ax.plot(values, accuracies, style, marker=marker, color=color, label=part)
        if min(values) > 0 and max(values) / min(values) > 10:
            ax.set_xscale("log")
        ax.set_xlabel(name.replace("_", " "))
        quiet(ax)
        dev = ", ".join(
            f"{v:g}: {r['dev_accuracy']:.3f}" for v, r in zip(values, records, strict=True)
        )
        told.append(f"{name.replace('_', ' ')} {dev}")
    for ax in panels[::2]:
        ax.set_ylabel("accuracy")
    panels[0].legend(frameon=False)
    for ax in panels[len(studies) :]:
        ax.set_visible(False)
    return Picture(figure, f"Dev accuracy, one setting varied at a time: {'. '.join(told)}.")


def grid_and_random(grid: Sequence[Record], random: Sequence[Record], x: str, y: str) -> Picture:
    """Plot the trials of a grid and of a random search, and accuracy against the setting `x`.

    The upper panels show each trial as a point at its `x` and `y`, larger for a better dev
    accuracy. The lower panels show dev accuracy against `x` alone; a star marks the best trial.
    """
    figure = Figure(figsize=(7.8, 5.4), layout="constrained")
    panels = figure.subplots(2, 2, sharex=True, sharey="row")
    told = []
    for column, (name, records, color, marker) in enumerate(
        (("grid", grid, ORANGE, "s"), ("random", random, BLUE, "o"))
    ):
        xs = np.array([record["configuration"][x] for record in records], float)
        ys = np.array([record["configuration"][y] for record in records], float)
        accuracy = np.array([record["dev_accuracy"] for record in records])
        sizes = 30 + 250 * np.clip((accuracy - 0.5) / 0.5, 0, 1) ** 3
        above, below = panels[:, column]
        above.scatter(xs, ys, s=sizes, color=color, marker=marker, alpha=0.75, linewidths=0)
        below.plot(xs, accuracy, marker, color=color)
        best = int(np.argmax(accuracy))
        below.plot(xs[best], accuracy[best], "*", color=GREEN, markersize=14)
        above.set(xscale="log", title=f"{name}: {len(records)} trials")
        below.set_xlabel(x.replace("_", " "))
        told.append(
            f"the {name} tried {np.unique(xs).size} different values of {x.replace('_', ' ')}, "
            f"and its best dev accuracy is {accuracy[best]:.3f} at {xs[best]:.3g}"
        )
        for ax in (above, below):
            quiet(ax)
    panels[0, 0].set_ylabel(y.replace("_", " "))
    panels[1, 0].set_ylabel("dev accuracy")
    return Picture(figure, f"Grid against random on the same budget: {'; '.join(told)}.")


def parallel_coordinates(space: Mapping[str, Any], records: Sequence[Record]) -> Picture:
    """Plot every trial as a line across one axis for each setting, with dev accuracy as the last.

    The best quarter of the trials is drawn dark and thick, the rest thin. Diverged trials are left
    out and counted. A choice of a single value gets no axis.
    """
    names = [name for name, (kind, *rest) in space.items() if kind != "choice" or len(rest[0]) > 1]
    good = [record for record in records if not record["diverged"]]
    good.sort(key=lambda record: record["dev_accuracy"])
    figure = Figure(figsize=(8.4, 3.8), layout="constrained")
    ax = figure.subplots()
    ends = [_ends(space[name]) for name in names]
    accuracies = [record["dev_accuracy"] for record in good]
    low, high = (min(accuracies), max(accuracies)) if good else (0, 1)
    for place, record in enumerate(good):
        heights = [_height(space[name], record["configuration"][name]) for name in names]
        heights.append((record["dev_accuracy"] - low) / max(high - low, 1e-9))
        top = place >= 0.75 * len(good)
        best = place == len(good) - 1
        color, width = (GREEN, 3.0) if best else (BLUE, 1.8) if top else ("#c3c9d4", 1.0)
        ax.plot(heights, color=color, linewidth=width)
    for place, (bottom, upper) in enumerate([*ends, (f"{low:.3f}", f"{high:.3f}")]):
        ax.axvline(place, color=GRAY, linewidth=1)
        for height, said in ((-0.03, bottom), (1.03, upper)):
            ax.text(place, height, said, ha="center", va="top" if height < 0 else "bottom",
                    fontsize=9)  # fmt: skip
    labels = [name.replace("_", " ") for name in names] + ["dev accuracy"]
    ax.set_xticks(range(len(labels)), labels)
    ax.set(ylim=(-0.13, 1.13), yticks=[])
    ax.tick_params(axis="x", length=0, pad=2)
    ax.spines[:].set_visible(False)
    told = ""
    if good:
        settings = good[-1]["configuration"]
        listed = ", ".join(
            f"{name.replace('_', ' ')} {settings[name]:.3g}"
            if isinstance(settings[name], int | float)
            else f"{name.replace('_', ' ')} {settings[name]}"
            for name in names
        )
        told = f" The best, thick, has {listed} and a dev accuracy of {high:.3f}."
    return Picture(
        figure,
        f"{len(good)} trials as lines across {len(names)} settings and dev accuracy, "
        f"which goes from {low:.3f} to {high:.3f}; {len(records) - len(good)} diverged "
        f"and are left out.{told}",
    )


def _height(range_: Any, value: Any) -> float:
    """Return a value's position in its range, from 0 to 1 on the range's own scale."""
    kind, *settings = range_
    if kind == "choice":
        values = settings[0]
        return float(values.index(value) / max(len(values) - 1, 1))
    low, high = settings
    if kind == "log":
        return float(np.log(value / low) / np.log(high / low))
    if kind == "one_minus_log":
        return float(np.log((1 - value) / (1 - low)) / np.log((1 - high) / (1 - low)))
    return float((value - low) / max(high - low, 1))


def _ends(range_: Any) -> tuple[str, str]:
    kind, *settings = range_
    low, high = (settings[0][0], settings[0][-1]) if kind == "choice" else settings
    return tuple(f"{end:.3g}" if isinstance(end, int | float) else str(end) for end in (low, high))  # type: ignore[return-value]
