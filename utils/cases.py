"""What an exercise is asked, and what came of it: plain data that any key can hold.

A *case* is one set of inputs with what they must give. Calling a function on a case
gives a *run*: what it returned or raised, what it printed, and which inputs it changed.
"""

from __future__ import annotations

import contextlib
import copy
import io
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = [
    "About",
    "Anything",
    "Between",
    "Case",
    "Raised",
    "Returned",
    "Run",
    "Seed",
    "Shaped",
    "call",
    "leaves",
    "text_of",
]


@dataclass(frozen=True)
class Seed:
    """An input that becomes a fresh ``numpy.random.Generator`` at every call."""

    value: int


@dataclass(frozen=True)
class About:
    """Expected: one number, with the relative precision that the exercise's text asks for."""

    value: float
    precision: float


@dataclass(frozen=True)
class Anything:
    """Expected: whatever it is, a law judges it."""


@dataclass(frozen=True)
class Between:
    """Expected: one finite number in [low, high]."""

    low: float
    high: float


@dataclass(frozen=True)
class Shaped:
    """Expected: finite floats of this shape, whatever their values."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class Returned:
    """A function came back with this value."""

    value: Any


@dataclass(frozen=True)
class Raised:
    """A function raised this exception, named by its type."""

    kind: str
    message: str = ""


@dataclass(frozen=True)
class Case:
    """One set of inputs.

    Attributes
    ----------
    args : dict
        Name of each parameter and its value: arrays, numbers, text, lists, tuples,
        dicts, `Seed`.
    note : str
        What is special here, to be read after "with": "a single example (m = 1)".
    layout : "plain", "strided" or "readonly"
        How the arrays lie in memory when the function gets them.
    expected : Returned or Raised, optional
        What must come of it; left out, the answer key asks the reference.
    """

    args: dict[str, Any]
    note: str = ""
    layout: str = "plain"
    expected: Returned | Raised | None = None

    def inputs(self) -> list[Any]:
        """Fresh copies of the arguments, in order, laid out as the case says."""
        return [_laid_out(value, self.layout) for value in self.args.values()]


@dataclass
class Run:
    """One call of a function: its outcome and everything seen on the way."""

    outcome: Returned | Raised
    inputs: list[Any]
    changed: list[str] = field(default_factory=list)
    exception: BaseException | None = None
    printed: str = ""
    warned: list[str] = field(default_factory=list)


def call(function: Callable[..., Any], case: Case) -> Run:
    """Call the function on the case; nothing it does but KeyboardInterrupt gets out."""
    inputs = case.inputs()
    out = io.StringIO()
    exception: BaseException | None = None
    outcome: Returned | Raised
    with (
        np.errstate(
            all="warn", under="ignore"
        ),  # whatever a notebook has set: one cell must not fail another
        warnings.catch_warnings(record=True) as caught,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
    ):
        warnings.simplefilter("always")
        try:
            outcome = Returned(function(*inputs))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            exception = error
            outcome = Raised(type(error).__name__, text_of(error))
    changed = [
        name
        for (name, before), after in zip(case.args.items(), inputs, strict=True)
        for name in _changes(name, before, after)
    ]
    warned = list(dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in caught))
    return Run(outcome, inputs, changed, exception, out.getvalue(), warned)


def text_of(error: BaseException) -> str:
    """What an exception says, also where its own class fails to say it."""
    try:
        return str(error)
    except Exception:
        return ""


def leaves(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    """Every array in a value made of dicts, lists and tuples."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)


def _laid_out(value: Any, layout: str) -> Any:
    if isinstance(value, Seed):
        return np.random.default_rng(value.value)
    if isinstance(value, dict):
        return {key: _laid_out(item, layout) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_laid_out(item, layout) for item in value)
    if not isinstance(value, np.ndarray):
        return copy.deepcopy(value)
    if layout == "strided":
        roomy = np.zeros([2 * size for size in value.shape], value.dtype)
        view = roomy[tuple(slice(None, None, 2) for _ in value.shape)]
        view[...] = value
        return view
    fresh = value.copy()
    if layout == "readonly":
        fresh.setflags(write=False)
    return fresh


def _changes(name: str, before: Any, after: Any) -> list[str]:
    """Names of the parts of an input that are no longer what they were."""
    if isinstance(before, Seed):
        return []
    if isinstance(before, np.ndarray):
        same = (
            isinstance(after, np.ndarray)
            and before.shape == after.shape
            and np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
        )
        return [] if same else [name]
    if isinstance(before, dict):
        if not isinstance(after, dict) or list(before) != list(after):
            return [name]
        parts = [(f'{name}["{key}"]', before[key], after[key]) for key in before]
        return [change for part in parts for change in _changes(*part)]
    if isinstance(before, list | tuple):
        if len(before) != len(after):
            return [name]
        trios = zip(range(len(before)), before, after, strict=True)
        return [c for i, b, a in trios for c in _changes(f"{name}[{i}]", b, a)]
    both_nan = before != before and after != after
    return [] if both_nan or before == after else [name]
