"""Training shown live: a growing cost curve, a moving decision boundary.

    run = live_training.live(L_layer_model, X, Y, [784, 24, 8, 1], 0.1, 400, rng)

The first argument is any training function with the arguments of `L_layer_model`. While it
runs, its calls of `compute_cost` and `update_parameters` are intercepted, and the display
under the cell is updated in place. The display that remains is a still picture with a text
alternative.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from IPython.display import display
from matplotlib.figure import Figure
from numpy.typing import NDArray

from utils.accuracy_variants import accuracy
from utils.given_forward import L_model_forward, compute_cost
from utils.plots import BLUE, GRAY, ORANGE, Picture, errors, quiet
from utils.render import template

__all__ = ["Run", "boundary", "compare", "errors", "live"]

Array = NDArray[Any]
Parameters = dict[str, Array]
Train = Callable[..., tuple[Parameters, Sequence[Any]]]

PAUSE = 0.4  # seconds between two updates of the curve
LOOKS = 40  # how often the dev cost is computed during training
FRAMES = 12  # pictures of a moving boundary
STRIP = 4  # pictures of it that remain at the end
_WIDTH, _HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 14, 40


@dataclass
class Run:
    """Result of a training run.

    Attributes
    ----------
    parameters : dict
    costs : list of float, one an iteration
    dev_costs : dict of iteration and cost, on examples that were not trained on
    seconds : float
    """

    parameters: Parameters
    costs: list[float]
    dev_costs: dict[int, float]
    seconds: float


@dataclass
class _Progress:
    """The cost curve so far, shown as HTML and as text."""

    total: int
    title: str
    costs: list[float] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)
    ended: float | None = None

    def words(self) -> str:
        """Return the progress in one line."""
        done = len(self.costs)
        if not done:
            return f"{self.title}: starting"
        seconds = (self.ended or time.perf_counter()) - self.started
        if self.ended is not None:
            return (
                f"{self.title}: {done} iterations in {seconds:.0f} s, "
                f"cost from {self.costs[0]:.3f} to {self.costs[-1]:.3f}"
            )
        left = seconds / done * (self.total - done)
        return (
            f"{self.title}: iteration {done} of {self.total}, cost {self.costs[-1]:.3f}, "
            f"about {left:.0f} s left"
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        page = template(__file__).render(
            words=self.words(),
            bar=self.ended is None,
            done=len(self.costs),
            total=self.total,
            **_curve(self.costs, self.total),
        )
        return {"text/html": page, "text/plain": self.words()}

    def __repr__(self) -> str:
        return self.words()


def _curve(costs: Sequence[float], total: int) -> dict[str, Any]:
    """Return the costs so far for an SVG drawing, which is faster to make than a figure."""
    finite = [cost for cost in costs if np.isfinite(cost)]
    top = max(finite, default=1.0) * 1.05 or 1.0
    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def place(i: float, cost: float) -> tuple[float, float]:
        return _LEFT + width * i / max(total - 1, 1), _TOP + height * (1 - cost / top)

    step = max(1, len(costs) // 400)
    chosen = [(i, costs[i]) for i in range(0, len(costs), step)]
    if costs:
        chosen.append((len(costs) - 1, costs[-1]))
    dots = [place(i, cost) for i, cost in chosen if np.isfinite(cost)]
    unit = 10 ** np.floor(np.log10(top))
    unit = next((unit * k for k in (0.1, 0.2, 0.5, 1, 2) if top / (unit * k) < 6), unit)
    return {
        **{"width": _WIDTH, "height": _HEIGHT, "gray": GRAY, "blue": BLUE},
        **{"left": _LEFT, "right": _WIDTH - _RIGHT, "top": _TOP},
        "costs": [(place(0, k * unit)[1], k * unit) for k in range(int(top / unit) + 1)],
        "iterations": [(_LEFT + width * i / total, i) for i in (0, total // 2, total)],
        "dots": dots,
    }


@contextmanager
def _listening(train: Train, heard: Callable[[int, float, Parameters], None]) -> Iterator[None]:
    """Pass iteration, cost and parameters to `heard` at every update of `train`, while open.

    It wraps `compute_cost` and `update_parameters` in the globals of `train`.
    """
    names = getattr(train, "__globals__", {})
    kept = {name: names[name] for name in ("compute_cost", "update_parameters") if name in names}
    cost = float("nan")
    turn = 0

    def compute_cost_too(*args: Any, **more: Any) -> Any:
        nonlocal cost
        result = kept["compute_cost"](*args, **more)
        cost = float(np.squeeze(result))
        return result

    def update_parameters_too(parameters: Parameters, *args: Any, **more: Any) -> Any:
        nonlocal turn
        heard(turn, cost, parameters)
        turn += 1
        return kept["update_parameters"](parameters, *args, **more)

    too = {"compute_cost": compute_cost_too, "update_parameters": update_parameters_too}
    names.update({name: too[name] for name in kept})
    try:
        yield
    finally:
        names.update(kept)


def live(
    train: Train,
    X: Array,
    Y: Array,
    layer_dims: Sequence[int],
    learning_rate: float,
    num_iterations: int,
    rng: np.random.Generator,
    dev: tuple[Array, Array] | None = None,
    title: str = "Training",
) -> Run:
    """Train, and show under the cell a growing cost curve and the time left.

    Parameters
    ----------
    train : callable
        Takes X to rng, as `L_layer_model` does, and returns parameters and costs.
    X, Y, layer_dims, learning_rate, num_iterations, rng
        The arguments of `train`.
    dev : pair of arrays, optional
        Examples not to train on, whose cost is computed about 40 times during training.
    title : str
    """
    progress = _Progress(num_iterations, title)
    handle = display(progress, display_id=True)  # type: ignore[no-untyped-call]
    shown = progress.started
    dev_costs: dict[int, float] = {}
    every = max(1, num_iterations // LOOKS)

    def look(iteration: int, parameters: Parameters) -> None:
        if dev is not None:
            dev_costs[iteration] = float(compute_cost(_says(parameters, dev[0]), dev[1]))

    def heard(iteration: int, cost: float, parameters: Parameters) -> None:
        nonlocal shown
        progress.costs += [cost]
        if iteration % every == 0:
            look(iteration, parameters)
        now = time.perf_counter()
        if now - shown > PAUSE and handle is not None:
            shown = now
            handle.update(progress)

    with _listening(train, heard):
        parameters, costs = train(X, Y, layer_dims, learning_rate, num_iterations, rng)
    progress.ended = time.perf_counter()
    progress.costs = [float(np.squeeze(cost)) for cost in costs]
    look(num_iterations, parameters)
    if handle is not None:
        handle.update(progress)
    return Run(parameters, progress.costs, dev_costs, progress.ended - progress.started)


def compare(runs: Mapping[str, Run], X: Array, Y: Array) -> Picture:
    """Plot the dev costs of up to two runs, each with its final accuracy on X and Y.

    The horizontal axis is the share of each run that is done, because runs differ in length.
    """
    figure = Figure(figsize=(7.5, 3.4), layout="constrained")
    ax = figure.subplots()
    told = []
    styles = ((BLUE, "-", "o"), (ORANGE, "--", "s"))[: len(runs)]
    for (name, run), (color, style, marker) in zip(runs.items(), styles, strict=True):
        when = np.array(list(run.dev_costs)) / max(run.dev_costs)
        values = list(run.dev_costs.values())
        right = accuracy(_says(run.parameters, X), Y)
        ax.plot(100 * when, values, style, color=color, marker=marker, markersize=3, linewidth=2,
                label=f"{name}: {right:.1%} right")  # fmt: skip
        third = values[2 * len(values) // 3]
        told.append(
            f"{name}, {len(run.costs)} iterations in {run.seconds:.0f} s: cost {values[-1]:.3f} "
            f"at the end, {third:.3f} after two thirds, lowest {min(values):.3f}; "
            f"{right:.1%} right"
        )
    ax.set(xlabel="percent of the training done", ylabel="cost on dev pictures", ylim=(0, None))
    ax.legend(frameon=False, fontsize=11)
    quiet(ax)
    return Picture(figure, f"Cost on {Y.shape[1]} dev pictures. {'. '.join(told)}.")


def boundary(
    train: Train,
    X: Array,
    Y: Array,
    layer_dims: Sequence[int],
    learning_rate: float,
    num_iterations: int,
    rng: np.random.Generator,
) -> Run:
    """Train on points in the plane, and show how the boundary between the classes moves.

    During training one picture is updated; at the end a strip of four remains. The arguments are
    those of `live`.
    """
    last = max(num_iterations - 1, 1)
    moments = sorted({round(last * (k / FRAMES) ** 2) for k in range(FRAMES)})
    kept: list[tuple[int, float, Parameters]] = []
    handle = display(Picture(Figure(figsize=(3, 3)), "Starting."), display_id=True)  # type: ignore[no-untyped-call]
    started = time.perf_counter()

    def heard(iteration: int, cost: float, parameters: Parameters) -> None:
        if iteration in moments:
            kept.append((iteration, cost, parameters))
            if handle is not None:
                handle.update(_strip(X, Y, kept[-1:]))

    with _listening(train, heard):
        parameters, costs = train(X, Y, layer_dims, learning_rate, num_iterations, rng)
    seconds = time.perf_counter() - started
    final = float(compute_cost(_says(parameters, X), Y))
    kept.append((num_iterations, final, parameters))
    chosen = [kept[round(k * (len(kept) - 1) / (STRIP - 1))] for k in range(STRIP)]
    unique = {iteration: (iteration, cost, p) for iteration, cost, p in chosen}
    if handle is not None:
        handle.update(_strip(X, Y, list(unique.values())))
    return Run(parameters, [float(np.squeeze(cost)) for cost in costs], {}, seconds)


def _strip(X: Array, Y: Array, moments: Sequence[tuple[int, float, Parameters]]) -> Picture:
    """Draw the plane at each moment: the predicted class of every place, and the points."""
    figure = Figure(
        figsize=(2.05 * len(moments) if len(moments) > 1 else 3, 2.5), layout="constrained"
    )
    reach = 1.15 * float(np.abs(X).max())
    side = np.linspace(-reach, reach, 70)
    grid = np.array(np.meshgrid(side, side)).reshape(2, -1)
    told = []
    axes = figure.subplots(1, len(moments), squeeze=False).ravel()
    for ax, (iteration, cost, parameters) in zip(axes, moments, strict=True):
        AL = _says(parameters, grid)
        field = AL.reshape(side.size, side.size)
        ax.contourf(side, side, field, levels=[0, 0.5, 1], colors=["#dbe9f9", "#fde3cf"])
        if field.min() < 0.5 < field.max():
            ax.contour(side, side, field, levels=[0.5], colors="black", linewidths=1.2)
        for label, color, marker in ((0, BLUE, "o"), (1, ORANGE, "^")):
            points = X[:, Y[0] == label]
            ax.plot(*points, marker, color=color, markersize=2.6, alpha=0.8, linestyle="none")
        right = accuracy(_says(parameters, X), Y)
        ax.set(xticks=[], yticks=[], aspect="equal")
        ax.set_title(f"iteration {iteration}\n{right:.0%} right", fontsize=10)
        told.append(f"after {iteration} iterations cost {cost:.2f} and {right:.0%} right")
    return Picture(
        figure,
        "Two classes of points, circles and triangles, and the border that the network draws "
        f"between them: {'; '.join(told)}.",
    )


def _says(network: Parameters, examples: Array) -> Array:
    """Return the network's predictions."""
    return L_model_forward(examples, network)[0]
