"""Plots of experiments: draws, cost curves, grid against random search, a whole search at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from utils.plots import BLUE, GRAY, GREEN, ORANGE, Picture, quiet

__all__ = [
    "curve_gallery",
    "draws",
    "grid_and_random",
    "halving",
    "one_at_a_time",
    "parallel_coordinates",
    "range_test",
    "spread",
    "stopping",
]

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
        ax.plot(train, "-", color=BLUE, linewidth=1.1, label="train")
        ax.plot(dev, "--", color=ORANGE, linewidth=1.1, label="dev")
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
    """Plot dev accuracy against one setting at a time, a panel for each, with bars.

    Each dot is one training. The line joins the means of each value, and a bar reaches one
    standard deviation up and down from its mean, if there are several trainings of the value.

    Parameters
    ----------
    studies : dict
        Name of a setting, and records that differ only in this setting and in their luck.
    """
    rows = -(-len(studies) // 2)
    figure = Figure(figsize=(7.8, 2.6 * rows), layout="constrained")
    panels = figure.subplots(rows, 2, squeeze=False, sharey=True).ravel()
    told = []
    for ax, (name, records) in zip(panels[: len(studies)], studies.items(), strict=True):
        groups: dict[float, list[float]] = {}
        for record in records:
            groups.setdefault(record["configuration"][name], []).append(record["dev_accuracy"])
        for value, accuracies in groups.items():
            ax.plot([value] * len(accuracies), accuracies, "o", color=BLUE, markersize=3, alpha=0.5)
        means, deviations = zip(*map(_mean_and_deviation, groups.values()), strict=True)
        ax.errorbar(list(groups), means, deviations, color=ORANGE, capsize=4, linewidth=1.6)
        if min(groups) > 0 and max(groups) / min(groups) > 10:
            ax.set_xscale("log")
        ax.set_xlabel(name)
        quiet(ax)
        listed = zip(groups, means, deviations, strict=True)
        dev = ", ".join(f"{value:g}: {mean:.3f} ± {sd:.3f}" for value, mean, sd in listed)
        told.append(f"{name} {dev}")
    for ax in panels[::2]:
        ax.set_ylabel("dev accuracy")
    for ax in panels[len(studies) :]:
        ax.set_visible(False)
    return Picture(
        figure,
        "Dev accuracy, one setting varied at a time, mean ± standard deviation over the trainings: "
        f"{'. '.join(told)}.",
    )


def _mean_and_deviation(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean, and the standard deviation from it; 0 for a single value."""
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return float(np.mean(values)), deviation


def spread(
    runs: Mapping[str, Sequence[Record]], found: Mapping[str, float] | None = None
) -> Picture:
    """Plot the dev accuracies of several configurations, a row for each, with bars.

    Parameters
    ----------
    runs : dict
        A name for each configuration, and the records of its trainings.
    found : dict, optional
        For some of the names, an accuracy from before, drawn as a diamond.
    """
    found = found or {}
    figure = Figure(figsize=(7.5, 0.9 + 0.55 * len(runs)), layout="constrained")
    ax = figure.subplots()
    told = []
    for row, (name, records) in enumerate(runs.items()):
        accuracies = [record["dev_accuracy"] for record in records]
        mean, deviation = _mean_and_deviation(accuracies)
        ax.plot(accuracies, [-row] * len(accuracies), "o", color=BLUE, markersize=5, alpha=0.5)
        ax.errorbar(mean, -row, xerr=deviation, color=ORANGE, marker="|", markersize=16, capsize=4)
        said = f"{name}: {mean:.3f} ± {deviation:.3f}"
        if name in found:
            ax.plot(found[name], -row, "D", color=GREEN, markersize=8, fillstyle="none")
            said += f", found at {found[name]:.3f}"
        told.append(said)
    ax.set_yticks([-row for row in range(len(runs))], list(runs))
    ax.set(xlabel="dev accuracy", ylim=(0.5 - len(runs), 0.5))
    quiet(ax)
    return Picture(
        figure,
        f"Dev accuracies, a dot for each training; mean ± standard deviation: {'; '.join(told)}.",
    )


def range_test(rates: Array, costs: Array) -> Picture:
    """Plot the cost of each mini-batch against the learning rate, which grows during the run."""
    figure = Figure(figsize=(7.5, 3), layout="constrained")
    ax = figure.subplots()
    ax.plot(rates, costs, color=BLUE, linewidth=1, alpha=0.5)
    width = max(1, len(costs) // 20)
    smooth = np.convolve(costs, np.ones(width) / width, "valid")
    middle = rates[width // 2 :][: smooth.size]
    ax.plot(middle, smooth, color=ORANGE, linewidth=2)
    ax.set(xscale="log", xlabel="learning_rate", ylabel="cost", ylim=(0, 1.5))
    quiet(ax)
    lowest = int(np.nanargmin(smooth))
    return Picture(
        figure,
        f"Cost of one training while the learning rate grows from {rates[0]:.2g} to "
        f"{rates[-1]:.2g}. Smoothed, it starts at {smooth[0]:.2f}, is lowest, "
        f"{smooth[lowest]:.2f}, "
        f"near a learning rate of {middle[lowest]:.2g}, and then rises.",
    )


def stopping(costs: Array, watched: Array) -> Picture:
    """Plot the cost on train and on dev during a training, and mark where dev is lowest."""
    figure = Figure(figsize=(7.5, 3), layout="constrained")
    ax = figure.subplots()
    ax.plot(costs, color=BLUE, linewidth=1, label="train, each mini-batch")
    ax.plot(watched, "--", color=ORANGE, linewidth=2, label="dev")
    best = int(np.nanargmin(watched))
    ax.axvline(best, color=GREEN, linestyle=":", linewidth=2, label="kept")
    ax.set(xlabel="iteration", ylabel="cost", ylim=(0, None))
    ax.legend(frameon=False)
    quiet(ax)
    return Picture(
        figure,
        f"Cost on dev during {len(costs)} updates: {watched[0]:.2f} at the start, lowest at "
        f"update {best} with {watched[best]:.2f}, and {watched[-1]:.2f} at the end. The last "
        f"mini-batch of train costs {costs[-1]:.2f}.",
    )


def halving(rounds: Sequence[Sequence[Record]]) -> Picture:
    """Plot the dev accuracy of each configuration over the rounds that it was in."""
    paths: dict[str, list[tuple[int, float]]] = {}
    for records in rounds:
        for record in records:
            settings = {n: v for n, v in record["configuration"].items() if n != "examples"}
            point = (record["configuration"]["examples"], record["dev_accuracy"])
            paths.setdefault(repr(settings), []).append(point)
    figure = Figure(figsize=(7.5, 3.4), layout="constrained")
    ax = figure.subplots()
    for path in sorted(paths.values(), key=len):
        wins = len(path) == len(rounds)
        ax.plot(*zip(*path, strict=True), "o-", color=GREEN if wins else BLUE,
                linewidth=3 if wins else 1.2, markersize=4, alpha=1 if wins else 0.6,
                label="the winner" if wins else None)  # fmt: skip
    budgets = [records[0]["configuration"]["examples"] for records in rounds]
    ax.set_xscale("log", base=2)
    ax.set_xticks(budgets, [f"{budget:,}" for budget in budgets])
    ax.minorticks_off()
    ax.set(xlabel="examples in each training of the round", ylabel="dev accuracy")
    ax.legend(frameon=False)
    quiet(ax)
    told = ", ".join(
        f"{len(records)} trial{'s' * (len(records) > 1)} with {budget:,} examples, best "
        f"{max(record['dev_accuracy'] for record in records):.3f}"
        for records, budget in zip(rounds, budgets, strict=True)
    )
    return Picture(figure, f"Successive halving, the winner thick: {told}.")


def grid_and_random(grid: Sequence[Record], random: Sequence[Record], x: str, y: str) -> Picture:
    """Plot the trials of a grid and of a random search, and accuracy against the setting `x`.

    The upper panels show each trial as a point at its `x` and `y`, larger for a better dev
    accuracy. The lower panels show dev accuracy against `x` alone; a star marks the best trial.
    What size and star mean stands in the picture.
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
        below.plot(xs[best], accuracy[best], "*", color=GREEN, markersize=14, label="best trial")
        above.set(xscale="log", title=f"{name}: {len(records)} trials")
        below.set_xlabel(x.replace("_", " "))
        told.append(
            f"the {name} tried {np.unique(xs).size} different values of {x.replace('_', ' ')}, "
            f"and its best dev accuracy is {accuracy[best]:.3f} at {xs[best]:.3g}"
        )
        for ax in (above, below):
            quiet(ax)
    panels[0, 0].set_ylabel(y.replace("_", " "))
    panels[0, 0].set_xlabel("larger: better on dev")
    panels[1, 0].set_ylabel("dev accuracy")
    panels[1, 0].legend(frameon=False, loc="lower left")
    return Picture(figure, f"Grid against random on the same budget: {'; '.join(told)}.")


def parallel_coordinates(space: Mapping[str, Any], records: Sequence[Record]) -> Picture:
    """Plot every trial as a line across one axis for each setting, with dev accuracy as the last.

    The best trial is green, the best quarter blue, and the others gray; diverged trials are
    dashed and end in a cross at the bottom. A choice of a single value gets no axis. Lines through
    the same whole number or choice are set a little apart.

    Raises
    ------
    ValueError
        If there are no records.
    """
    if not records:
        raise ValueError("There are no trials to draw: run the search first.")
    names = [name for name, (kind, *rest) in space.items() if kind != "choice" or len(rest[0]) > 1]
    good = sorted(
        (record for record in records if not record["diverged"]), key=lambda r: r["dev_accuracy"]
    )
    diverged = [record for record in records if record["diverged"]]
    figure = Figure(figsize=(8.4, 4.2), layout="constrained")
    ax = figure.subplots()
    accuracies = [record["dev_accuracy"] for record in good]
    low, high = (min(accuracies), max(accuracies)) if good else (0, 1)
    apart = np.random.default_rng(0)
    for place, record in enumerate([*diverged, *good], -len(diverged)):
        heights = [
            _height(space[name], record["configuration"][name])
            + (0 if "log" in space[name][0] else apart.uniform(-0.03, 0.03))
            for name in names
        ]
        share = (record["dev_accuracy"] - low) / max(high - low, 1e-9)
        kind = (
            "diverged"
            if place < 0
            else "best"
            if place == len(good) - 1
            else "best quarter"
            if place >= 0.75 * len(good)
            else "others"
        )
        ax.plot([*heights, -0.04 if place < 0 else share], label=kind, **_LINES[kind])
        if place < 0:
            ax.plot(len(names), -0.04, "x", color=ORANGE, markersize=8)
    ends = [_ends(space[name]) for name in names] + [(f"{low:.3f}", f"{high:.3f}")]
    for place, (bottom, upper) in enumerate(ends):
        ax.axvline(place, color=GRAY, linewidth=1)
        for height, said in ((-0.07, bottom), (1.05, upper)):
            ax.text(place, height, said, ha="center", va="top" if height < 0 else "bottom",
                    fontsize=10)  # fmt: skip
    labels = [*names, "dev accuracy"]
    ax.set_xticks(range(len(labels)), [label.replace("_", "_\n") for label in labels])
    ax.set(ylim=(-0.17, 1.15), yticks=[])
    ax.tick_params(axis="x", length=0, pad=2)
    ax.spines[:].set_visible(False)
    handles = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    shown = [kind for kind in _LINES if kind in handles]
    figure.legend([handles[kind] for kind in shown], shown, loc="outside upper center",
                  ncols=4, frameon=False)  # fmt: skip
    told = ""
    if good:
        settings = good[-1]["configuration"]
        listed = ", ".join(
            f"{name} {settings[name]:.3g}"
            if isinstance(settings[name], int | float)
            else f"{name} {settings[name]}"
            for name in names
        )
        told = f" The best, thick, has {listed} and a dev accuracy of {high:.3f}."
    return Picture(
        figure,
        f"{len(good)} trials as lines across {len(names)} settings and dev accuracy, "
        f"which goes from {low:.3f} to {high:.3f}; {len(diverged)} diverged "
        f"and end in a cross.{told}",
    )


_LINES: dict[str, dict[str, Any]] = {
    "best": {"color": GREEN, "linewidth": 3.0},
    "best quarter": {"color": BLUE, "linewidth": 1.8},
    "others": {"color": "#c3c9d4", "linewidth": 1.0},
    "diverged": {"color": ORANGE, "linewidth": 1.0, "linestyle": "--"},
}


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
