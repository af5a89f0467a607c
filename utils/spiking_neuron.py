"""A spiking neuron for notebook 05, with its plots and the claims to sort.

The neuron is the *leaky integrate-and-fire* model: its voltage V leaks toward the drive z. When V
reaches the threshold 0, the neuron spikes and V starts again from -1. The constants are round
numbers of the size that is measured in cortex.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from utils.plots import BLUE, GRAY, GREEN, ORANGE, Picture, quiet
from utils.render import template
from utils.sealed import unseal

__all__ = ["CLAIMS", "DT", "Claim", "Sorting", "fire", "rates", "same_rate", "trains", "voltages"]

Array = NDArray[Any]

DT = 0.0002  # seconds a time step
LEAK = 0.010  # seconds: time constant of the leak
PAUSE = 0.005  # seconds without a spike after each spike: at most 200 spikes a second


def fire(
    z: Array, seconds: float, noise: float = 0.0, rng: np.random.Generator | None = None
) -> tuple[Array, Array]:
    """Run one integrate-and-fire neuron for each drive.

    Parameters
    ----------
    z : array (n, 1)
        The drive of each neuron, the same all the time. Threshold is 0, rest is -1.
    seconds : float
    noise : float
        Standard deviation of the voltage noise; 0 for none.
    rng : numpy.random.Generator, optional
        Source of the noise.

    Returns
    -------
    spikes : array (n, steps)
        1 where a neuron fires, 0 elsewhere; a step is `DT` seconds.
    voltage : array (n, steps)

    Examples
    --------
    Below the threshold nothing ever happens; above it, more drive means more spikes.

    >>> spikes, voltage = fire(np.array([[-0.5], [0.5], [4.0]]), seconds=1.0)
    >>> spikes.sum(axis=1).astype(int).tolist()
    [0, 62, 135]
    """
    rng = rng or np.random.default_rng(0)
    steps = round(seconds / DT)
    keep = np.exp(-DT / LEAK)
    drive = z[:, 0]
    V = np.full(drive.size, -1.0)
    resting = np.zeros(drive.size, int)
    spikes, voltage = np.zeros((drive.size, steps)), np.zeros((drive.size, steps))
    for t in range(steps):
        tremble = noise * np.sqrt(1 - keep**2) * rng.standard_normal(drive.size)
        V = np.where(resting > 0, -1.0, drive + (V - drive) * keep + tremble)
        resting = np.maximum(0, resting - 1)
        fired = V >= 0
        spikes[fired, t] = 1.0
        voltage[:, t] = np.where(fired, 0.0, V)
        V = np.where(fired, -1.0, V)
        resting[fired] = round(PAUSE / DT)
    return spikes, voltage


def same_rate(rng: np.random.Generator) -> tuple[Array, list[str]]:
    """Return the spikes of three neurons, 40 each in one second, and their names."""
    spikes = np.zeros((3, 5000))
    spikes[0, 60::125] = 1.0
    spikes[1, rng.choice(5000, 40, replace=False)] = 1.0
    for start in range(300, 5000, 625):
        spikes[2, start : start + 125 : 25] = 1.0
    return spikes, ["even", "at random", "in bursts"]


# --- plots ---------------------------------------------------------------------------------


def voltages(z: Sequence[float], outputs: Array, seconds: float = 0.2) -> Picture:
    """Plot the logistic unit's output beside the neuron's voltage, one row for each drive.

    Parameters
    ----------
    z : numbers
        The drives, the same for both.
    outputs : array (1, m)
        The logistic unit's outputs for these drives.
    seconds : float
        How long the neurons are simulated.
    """
    spikes, voltage = fire(np.array(z).reshape(-1, 1), seconds)
    time = np.arange(spikes.shape[1]) * DT * 1000
    figure = Figure(figsize=(7.5, 1.45 * len(z) + 0.6), layout="constrained")
    axes = figure.subplots(len(z), 2, squeeze=False, sharex=True, width_ratios=(1, 2))
    told = []
    for i, (left, right) in enumerate(axes):
        a = float(outputs[0, i])
        left.axhline(a, color=BLUE, linewidth=2.5)
        left.set(ylim=(-0.08, 1.08), yticks=(0, 1), ylabel=f"z = {z[i]:g}".replace("-", "−"))
        left.text(time[-1] / 2, a + (0.1 if a < 0.6 else -0.22), f"a = {a:.2f}", color=BLUE,
                  ha="center")  # fmt: skip
        right.plot(time, voltage[i], color=GRAY, linewidth=1.5)
        right.axhline(0, color=ORANGE, linewidth=1, linestyle=":")
        right.vlines(time[spikes[i] > 0], 0, 1.2, color=ORANGE, linewidth=2)
        right.set(ylim=(-1.2, 1.4), yticks=(-1, 0))
        count = int(spikes[i].sum())
        told.append(f"for z = {z[i]:g}, a = {a:.2f} and {count} spikes")
        for ax in (left, right):
            quiet(ax)
    axes[0, 0].set_title("logistic unit: output a", fontsize=11, color=BLUE)
    axes[0, 1].set_title("firing neuron: voltage, spikes", fontsize=11, color=ORANGE)
    for ax in axes[-1]:
        ax.set_xlabel("time (ms)")
    return Picture(
        figure,
        f"The same z given to both for {seconds * 1000:.0f} milliseconds. The logistic unit's "
        f"output is a level line; the neuron's voltage climbs to the threshold 0, spikes and "
        f"falls back: {'; '.join(told).replace('-', '−')}.",
    )


def trains(spikes: Array, names: Sequence[str], measured: Array) -> Picture:
    """Plot spike trains of one second, a row for each neuron, with the measured rates."""
    figure = Figure(figsize=(7.5, 0.55 * len(names) + 0.9), layout="constrained")
    ax = figure.subplots()
    told = [
        f"{name}: {float(rate):.3g} spikes/s"
        for name, rate in zip(names, np.ravel(measured), strict=True)
    ]
    for row, train in enumerate(spikes):
        ax.vlines(np.flatnonzero(train) * DT * 1000, row - 0.34, row + 0.34, color=ORANGE,
                  linewidth=1.6)  # fmt: skip
    ax.set(yticks=range(len(names)), ylim=(len(names) - 0.5, -0.5), xlabel="time (ms)")
    ax.set_yticklabels(told)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(left=False)
    return Picture(
        figure,
        f"Spikes of {len(names)} neurons over one second, each a short stroke. {'; '.join(told)}.",
    )


def rates(z: Array, outputs: Array, still: Array, trembling: Array) -> Picture:
    """Plot the logistic unit's output on the left and the neuron's rates on the right, against z.

    Parameters
    ----------
    z : array (1, m)
    outputs : array (1, m)
        The logistic unit's outputs.
    still, trembling : arrays (m, 1)
        Spikes a second without noise and with it.
    """
    x = z.ravel()
    figure = Figure(figsize=(7.5, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(x, outputs.ravel(), color=BLUE, linewidth=2.5)
    left.set(title="logistic unit", xlabel="z", ylabel="output a", ylim=(-0.05, 1.05))
    right.plot(x, still.ravel(), color=ORANGE, linewidth=2.5, label="no noise")
    right.plot(x, trembling.ravel(), "--", color=GREEN, linewidth=2.5, label="with noise")
    right.set(title="firing neuron", xlabel="z", ylabel="spikes a second", ylim=(-10, 210))
    right.axhline(1 / PAUSE, color=GRAY, linewidth=1, linestyle=":")
    right.text(x[0], 1 / PAUSE - 4, "no faster than this", color=GRAY, va="top")
    right.legend(frameon=False, loc="center left")
    for ax in (left, right):
        quiet(ax)

    def at(values: Array, place: float) -> float:
        return float(values.ravel()[np.argmin(np.abs(x - place))])

    return Picture(
        figure,
        f"Two curves that rise and bend, over z from {x[0]:g} to {x[-1]:g}. The logistic unit "
        f"gives {at(outputs, -2):.2f} at z = −2, {at(outputs, 0):.2f} at 0 and "
        f"{at(outputs, 4):.2f} at 4. The neuron gives {at(still, -2):.0f}, {at(still, 0):.0f} and "
        f"{at(still, 4):.0f} spikes a second without noise, {at(trembling, -2):.0f}, "
        f"{at(trembling, 0):.0f} and {at(trembling, 4):.0f} with noise.",
    )


# --- the claims ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """A claim about units and neurons, with the evidence and its sources.

    The reason for its word is `sealed` with that word.
    """

    name: str
    claim: str
    evidence: str
    source: str
    sealed: str


CLAIMS = (
    Claim(
        "bend",
        "A neuron and a logistic unit both bend their input: twice the input does not give "
        "twice the output.",
        "Below its threshold a neuron sends no spike at all, and after each spike it cannot fire "
        "again for about a millisecond, which limits the rate. The sigmoid is flat at both ends.",
        "Adrian 1928; Hodgkin & Huxley 1952",
        "8wt+lImvauqxUzYbMm9Ma9zNrnsRcruEhH+3AC8PjijFAdMw/zFzQ2zVKPKLgmBrSc8ePoD+9u+mU0T+DemN"
        "UMa1oS9nfilwvxUm6DH0nSO4jMEk587pZ60P0DqsuCHydrh/AjKrKQ==",
    ),
    Claim(
        "rate",
        "A unit's output a stands for what a neuron sends: its firing rate.",
        "In nerves from the skin and the muscles, a stronger stimulus gives more impulses a "
        "second, all of one size. Barn owls find where a sound comes from by differences in spike "
        "times far below a millisecond, which a rate does not tell.",
        "Adrian & Zotterman 1926; Carr & Konishi 1990",
        "2mrOcEysSNVZvQmbkb4BlK7O0y0SGXI59Zgw491GyB+rCDeLMLVsJS/0a8I50ZlNt3hVW9y/wPqosH+K2FXz"
        "tBGBo/DL1FGQbG3oTo3u/1iRO2SGns2AV7L2idwhuBDBGGucoRlL84gDA6tgvgV0Utw=",
    ),
    Claim(
        "alone",
        "One neuron computes what one logistic unit computes, and no more.",
        "Branches of human cortical neurons respond in a way that can tell “one or the other, but "
        "not both” (XOR), which no single logistic unit can. To imitate a detailed model of one "
        "cortical neuron, networks with 5 to 8 layers were needed.",
        "Gidon et al. 2020; Beniaguev, Segev & London 2021",
        "+TvnduRS/nMfDsX1U/PHgmR52saQgLLNP5nDVYg4YyjTEmYtW1cbqimbca+uAKkyAHg+iBnR0+nOHzbhNi+c"
        "gmTziH0kBCbQmuNF8fqdASTK51ijBjiJR8Phvo2Ro9Uxbo+d",
    ),
    Claim(
        "energy",
        "In a brain each spike costs energy; in our NumPy code a unit that gives 0 costs as "
        "much work as one that gives 1.",
        "Spikes, and what they set off in other cells, were estimated to use most of the energy "
        "that signals cost in the gray matter of rodents. A matrix product multiplies "
        "by 0 as it multiplies by any other number.",
        "Attwell & Laughlin 2001",
        "6+KK2YmvauqxXjkTNypdLtPb6zIMJ6mbn2X5RSVa2jPcBt917nRrTXCQfPeB0WAjVMxNIof3sqqpWFK5FemH"
        "Vtn8pmZhcidqqRlv/X/42DD90JM/9NSqdeEZzW6h9nWhP783BjPuarFiO5ZvbBAh9Mxwr/VN+/A2h6H0m7U=",
    ),
    Claim(
        "learning",
        "Learning goes with changes in the strength of connections, in a brain as in a network.",
        "Brief, strong stimulation of one path in a rabbit's brain made its synapses pass signals "
        "on more strongly, for hours. Lasting changes, up and down, have since been found in many "
        "parts of the brain, and drugs that block them impair learning. In a network, training "
        "changes the weights.",
        "Bliss & Lømo 1973; Martin, Grimwood & Morris 2000",
        "M9S9HIehbfb4WD9fIidPYNXM/TIQNPmYiXnsUDIFiWDNHdEw+ztqQn/ZfPuAxjRvXssfOIb89e+0SEa4CbuS"
        "Gdy1oWdpaTImrl0q8Sq8kT/9wcE+9dW+brMFiDq9pCToOKV5AGCtb6VvNNNrIxYisY106v1E6qQq3Q==",
    ),
    Claim(
        "signs",
        "A connection excites or inhibits, just as a weight is positive or negative.",
        "There are both kinds of synapse. As a rule one neuron excites all the cells it reaches, "
        "or inhibits them all, and learning does not turn one kind into the other. The weights "
        "that lead out of one unit may have both signs, and training may flip them.",
        "Eccles, Fatt & Koketsu 1954; Kandel et al. 2013",
        "JKE000/jT8kLuQ6SkL8BgqLOzSxeBW8585gh+NEBwxy6CDnFPfxlKD/0JN54zZ0St3VOQ4Xrx/Ht/2eA2FLz"
        "vgvS4urHlU7VfXX+TpDzvh2Vc2KM256IGaL/hZs6vFnHHGGcoR5f85tGQrE0ukBrV5VCsg==",
    ),
    Claim(
        "backward",
        "It is known that brains learn by backward propagation, as in notebook 02.",
        "Its authors wrote in 1986 that, “in its current form”, it “is not a plausible model of "
        "learning in brains”. Errors would have to travel back with the very weights of the way "
        "out; no such path has been found. Whether brains reach something similar by other means "
        "is an open question.",
        "Rumelhart, Hinton & Williams 1986; Crick 1989; Lillicrap et al. 2020",
        "kcgqqOwGrXMCScf/B73JmXlh2tzTj7PNO53bUYgGQwjfRnkgElEB+CiGIuOpBrNhFnQ4xkzZ1eiAGHuvbWGM"
        "yminjTg3CHLImvhYpamTDmCe/FKjETyNQ92ku4jUp4k=",
    ),
    Claim(
        "layers",
        "Seeing works as a deep network does: one stage builds on the one before.",
        "In the visual cortex of cats, cells that answer to edges can be explained as sums over "
        "cells that answer to spots, one stage earlier. In monkeys, most areas for seeing that are "
        "joined at all are joined in both directions, and some paths skip stages.",
        "Hubel & Wiesel 1962; Felleman & Van Essen 1991",
        "fuBOqULiXoFYpgabkexFiL/UnjoLBW19sZg7sIlJxEmhRjOLOrltIjjjZ5A60IhB+nVTW9yhx/bmumzGmVT+"
        "uhXS4vbGlU/fcWvoCtnu/B2AdH+IntqAS7D5mJU9pgqGXXnSplZN8pFGQqghvQhrHoFH9dgoCWrnynlMFQ==",
    ),
    Claim(
        "size",
        "A network with 86 billion weights is as large as a human brain, with its 86 billion "
        "neurons.",
        "86 billion is the number of neurons. The counterpart of a weight is a connection, and "
        "a neuron of the human cortex has thousands of them.",
        "Herculano-Houzel 2009; Pakkenberg et al. 2003",
        "LTL9CvIX5H0ZHdqwEu/H13V5wYiHhLjNKpvOUMYTWFqRV2Q3XVoAsGeAOabhBK80GmU42hzeyOnOEzGvbS+f"
        "j2i0lmx2FHWAlKpI6rScAmfK5lLtSXSJQMrhsp/SvIcwZZ3BaxADxRD0Wd6U2rorEIT57vc=",
    ),
)


class Sorting:
    """The claims sorted under three words by a reader, with evidence and sources.

    Once all words are right, each claim has one sentence that gives the reason.
    """

    def __init__(self, verdicts: Mapping[str, str]) -> None:
        self.verdicts = verdicts

    def _reasons(self) -> dict[str, str]:
        """Return the reason of each claim by its name, or nothing while one has another word."""
        opened = {c.name: unseal(c.sealed, str(self.verdicts.get(c.name))) for c in CLAIMS}
        found = {name: reason for name, reason in opened.items() if reason is not None}
        return found if len(found) == len(CLAIMS) else {}

    def _drawers(self) -> dict[str, list[Claim]]:
        words = ("holds", "loose", "misleading")
        return {word: [c for c in CLAIMS if self.verdicts.get(c.name) == word] for word in words}

    def _repr_html_(self) -> str:
        return template(__file__).render(drawers=self._drawers(), reasons=self._reasons())

    def __repr__(self) -> str:
        reasons = self._reasons()
        return "\n".join(
            f"{word}\n"
            + "\n".join(
                f"  {c.claim} ({c.source})"
                + (f"\n    Why: {reasons[c.name]}" if c.name in reasons else "")
                for c in claims
            )
            for word, claims in self._drawers().items()
        )
