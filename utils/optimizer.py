"""One unit and sixteen points: whoever reads finds its weights, by sliders.

    be_the_optimizer()

In a notebook it is a page with three sliders, which the arrow keys move; in print, three settings
with their costs; as text, the cost of the setting that was given.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from utils.framed import framed
from utils.render import template

__all__ = ["Optimizer", "be_the_optimizer"]

REACH = 4.0  # of the sliders, to both sides, and of the plane

# Two classes that a straight line parts, though none through the origin.
X = np.array(
    [
        [1.9, 2.6, 3.2, 0.9, 2.1, 3.4, 1.4, 2.9, -0.4, -1.2, 0.6, -2.3, 1.3, -0.9, -2.8, 0.1],
        [1.6, 0.4, 1.9, 2.8, 3.1, -0.4, 2.2, 2.7, 0.9, 2.2, -0.6, 1.1, -1.9, -1.4, -0.7, 1.2],
    ]
)
Y = np.array([[1] * 8 + [0] * 8])


class Optimizer:
    """The unit with one setting of its weights; made by `be_the_optimizer`."""

    title = "Be the optimizer: one unit, sixteen points"

    def __init__(self, w1: float, w2: float, b: float) -> None:
        self.w1, self.w2, self.b = w1, w2, b

    @property
    def cost(self) -> float:
        """Return the cross-entropy cost of this setting."""
        z = self._z()
        return float(np.mean(np.logaddexp(0, np.where(Y == 1, -z, z))))

    @property
    def right(self) -> int:
        """Return how many points get a prediction on the right side of one half."""
        return int(np.sum((self._z() > 0) == (Y == 1)))

    def _z(self) -> Any:
        return self.w1 * X[0] + self.w2 * X[1] + self.b

    def text(self) -> str:
        """Return the setting with its cost, in one line."""
        return (
            f"w1 = {self.w1:g}, w2 = {self.w2:g}, b = {self.b:g}: cost {self.cost:.3f}, "
            f"{self.right} of {Y.size} right"
        )

    def html(self) -> str:
        """Return the sliders as HTML, and for print three settings of them."""
        look: Any = template(__file__).module
        points = list(zip(*X.tolist(), Y[0].tolist(), strict=True))
        settings = [self, Optimizer(1, 0, 0), Optimizer(2, 2, -4)]
        twin = Markup("").join(
            look.setting(one.text(), points, REACH, one.line()) for one in settings
        )
        body = look.sliders(self.title, points, REACH, self.__dict__)
        return framed(self.title, body, twin, look.style(), height=560)

    def line(self) -> list[tuple[float, float]]:
        """Return the two ends of the line z = 0 in the plane; none where z is constant."""
        if not (self.w1 or self.w2):
            return []
        # From the point of the line nearest to the origin, far along it to both sides.
        square = self.w1**2 + self.w2**2
        x1, x2 = -self.b * self.w1 / square, -self.b * self.w2 / square
        return [
            (x1 - t * self.w2 / np.sqrt(square), x2 + t * self.w1 / np.sqrt(square))
            for t in (-3 * REACH, 3 * REACH)
        ]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}

    def __repr__(self) -> str:
        return self.text()


def be_the_optimizer(w1: float = 0.0, w2: float = 0.0, b: float = 0.0) -> Optimizer:
    """Show one unit with two inputs, whose weights sliders set, and its cost.

    Parameters
    ----------
    w1, w2, b : float
        Where the sliders begin, from -4 to 4.

    Raises
    ------
    ValueError
        If a number cannot be used; the message names it.

    Examples
    --------
    >>> be_the_optimizer(0, 0, 0)  # every prediction is one half
    w1 = 0, w2 = 0, b = 0: cost 0.693, 8 of 16 right
    """
    for name, value in {"w1": w1, "w2": w2, "b": b}.items():
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if not number or not abs(value) <= REACH:
            raise ValueError(f"{name} should be a number from −4 to 4; this is {value!r}.")
    return Optimizer(float(w1), float(w2), float(b))
