"""Write a known mistake, or a right way, as a student would have typed it."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

from utils.exercises import EXERCISES

__all__ = ["as_typed"]


def as_typed(function: Callable[..., Any], exercise: str) -> str:
    """Return a function's source under the exercise's name; "" if it does not stand by itself.

    >>> from utils.exercises import EXERCISES
    >>> print(as_typed(EXERCISES["relu"].mistakes[0].function, "relu"))
    def relu(Z):
        return np.abs(Z)
    """
    if not isinstance(function, FunctionType) or function.__name__ == "<lambda>":
        return ""
    assignment = EXERCISES[exercise].assignment
    known = {"np", *(one.name for one in EXERCISES.values() if one.assignment == assignment)}
    used = set(_names(function.__code__)) & function.__globals__.keys()
    if not used <= known or function.__closure__:
        return ""
    lines = textwrap.dedent(inspect.getsource(function)).split("\n")
    start = next((i for i, line in enumerate(lines) if line.startswith("def ")), None)
    if start is None:
        return ""
    head = lines[start].replace(f"def {function.__name__}(", f"def {exercise}(", 1)
    text = "\n".join([head, *lines[start + 1 :]]).rstrip()
    return re.sub(r"(:| ->) Any\b", "", text)


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names that a function uses from outside, and those in it too."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
