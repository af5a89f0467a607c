"""Steps of a computation, to walk through with the arrow keys; in print one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from utils.framed import framed
from utils.render import template

__all__ = ["Shown", "stepper"]


@dataclass(frozen=True)
class Shown:
    """A step as it is shown: its direction, its name, and its HTML."""

    way: str
    name: str
    body: Markup


def stepper(title: str, steps: Sequence[Shown], style: Markup, key: Markup, height: int) -> str:
    """Return the HTML of steps to walk through; `key` stands below each of them.

    Radio buttons choose the step, so the arrow keys walk on, without a script.
    """
    shown = {"title": title, "steps": steps, "key": key}
    return framed(
        title,
        body=Markup(template(__file__).render(shown)),
        twin=Markup(template(__file__, "sections").render(shown)),
        style=Markup(template(__file__, "style").render(shown)) + style,
        height=height,
    )
