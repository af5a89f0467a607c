"""Cases and the results of calls, as plain data that any answer key can hold.

A *case* is one set of inputs with its expected outcome. Calling a function on a case gives a *run*:
what it returned or raised, what it printed, and which inputs it changed. All of this can be stored
and sent, and contains no object that a student's code made.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from utils.checker.shapes import Box

__all__ = [
    "AnyOfShape",
    "Anything",
    "Approx",
    "Case",
    "Explanation",
    "InRange",
    "Place",
    "Raised",
    "Returned",
    "Run",
    "Seed",
    "Stream",
    "TempFile",
    "Unsupported",
    "changes",
    "leaves",
    "text_of",
    "untouched",
]

Place = tuple[Any, ...]
"""The place of a part in a nested value: keys and indices, from the outside in."""


@dataclass(frozen=True)
class Seed:
    """An input that becomes a fresh ``numpy.random.Generator`` at every call."""

    value: int


@dataclass(frozen=True)
class Stream:
    """The current state of a random generator made by `numpy.random.default_rng`.

    Attributes
    ----------
    state, increment : of its PCG64, below 2**128
    has_half, half : whether half of a number was kept for the next draw, and that half
    """

    state: int
    increment: int
    has_half: int
    half: int

    @classmethod
    def of(cls, value: Any) -> Stream | None:
        """Return the state of a generator; None for anything else."""
        if type(value) is not np.random.Generator:
            return None
        bits = value.bit_generator
        if type(bits) is not np.random.PCG64:
            return None
        now: Any = bits.state
        inner = now["state"]
        return cls(inner["state"], inner["inc"], now["has_uint32"], now["uinteger"])

    def move(self, rng: np.random.Generator) -> None:
        """Set a generator to this state."""
        inner = {"state": self.state, "inc": self.increment}
        rng.bit_generator.state = {
            "bit_generator": "PCG64",
            "state": inner,
            "has_uint32": self.has_half,
            "uinteger": self.half,
        }

    def generator(self) -> np.random.Generator:
        """Return a new generator in this state."""
        rng = np.random.Generator(np.random.PCG64(0))
        self.move(rng)
        return rng


@dataclass(frozen=True)
class TempFile:
    """An input that becomes the path of a file of this name in a temporary folder."""

    name: str


@dataclass(frozen=True)
class Approx:
    """Expected: one number, with the absolute and relative precision that the page asks for."""

    value: float
    precision: float


@dataclass(frozen=True)
class Anything:
    """Expected: any value; a property judges it, with the help of `known`."""

    known: Any = None


@dataclass(frozen=True)
class InRange:
    """Expected: one finite number in [low, high]."""

    low: float
    high: float


@dataclass(frozen=True)
class AnyOfShape:
    """Expected: finite floats of this shape, whatever their values."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class Unsupported:
    """A value that is not plain data: a description, and for an array its shape and dtype.

    `numbers` has the entries, if the value is an array of another class, such as `np.matrix`.
    """

    description: str
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    numbers: Any = field(default=None, compare=False)


@dataclass(frozen=True)
class Returned:
    """The outcome of a function that returned this value, sanitized by `utils.checker.sanitize`."""

    value: Any


@dataclass(frozen=True)
class Raised:
    """The outcome of a function that raised this exception, named by its type.

    `shapes` are those of the two operands, if the exception says that they do not fit together.
    """

    kind: str
    message: str = ""
    shapes: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Explanation:
    """An exception in words: what happened, at which of the student's lines, what to look at.

    Attributes
    ----------
    sentence : str
        "Line 4: the name A_perv is not defined."
    advice : str
        One thing to look at; may be empty.
    source : str
        The student's own line, as written.
    boxes : tuple of (name, shape)
        Operands to draw, if their shapes are the cause.
    blank : str
        The name of the exercise whose stub raised the exception, if that is the cause.
    """

    sentence: str
    advice: str = ""
    source: str = ""
    boxes: tuple[Box, ...] = ()
    blank: str = ""


@dataclass(frozen=True)
class Case:
    """One set of inputs.

    Attributes
    ----------
    args : dict
        Name of each parameter and its value: arrays, numbers, text, lists, tuples,
        dicts, `Seed`.
    note : str
        What is special about the case, to follow "with": "a single example (m = 1)".
    layout : "plain", "strided" or "readonly"
        How the arrays lie in memory when the function gets them.
    expected : Returned or Raised, optional
        The expected outcome; if omitted, the answer key computes it with the reference.
    earns : str
        The rubric part that right values in this case count for.
    """

    args: dict[str, Any]
    note: str = ""
    layout: str = "plain"
    expected: Returned | Raised | None = None
    earns: str = "values"

    def inputs(self, folder: Path | None = None) -> list[Any]:
        """Return fresh copies of the arguments, in order, in the memory layout of the case.

        `folder` is the folder for the files of `TempFile` inputs.
        """
        return [
            str(folder / value.name)
            if isinstance(value, TempFile) and folder
            else _laid_out(value, self.layout)
            for value in self.args.values()
        ]


@dataclass(frozen=True)
class Run:
    """One call of a function: its outcome and everything observed during the call.

    Attributes
    ----------
    outcome : Returned or Raised
    changed : names of the inputs, or parts of them, that the call changed
    shared : places, in the returned value, of arrays that share memory with an input
    kinds : the names of a raised exception's type and its base classes
    failure : the exception in words
    printed, warned : its output and its warnings
    seconds : the duration of the call
    moved : names of the generators shared by all code that a call with a `Seed` moved
    unfinished : values of the function's own variables when the call raised or returned None
    """

    outcome: Returned | Raised
    changed: tuple[str, ...] = ()
    shared: tuple[Place, ...] = ()
    kinds: tuple[str, ...] = ()
    failure: Explanation | None = None
    printed: str = ""
    warned: tuple[str, ...] = ()
    seconds: float = 0.0
    moved: tuple[str, ...] = ()
    unfinished: tuple[Any, ...] = ()


def text_of(error: BaseException) -> str:
    """Return an exception's message, or "" if its own class fails to produce it."""
    try:
        return str(error)
    except Exception:
        return ""


_NEVER_CHANGE = (str, int, float, bool, type(None))
_SEQUENCES = (list, tuple)


def leaves(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    """Yield every array in a value made of dicts, lists and tuples."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, _SEQUENCES):
        for item in value:
            yield from leaves(item)


def _laid_out(value: Any, layout: str) -> Any:
    if type(value) in _NEVER_CHANGE:
        return value
    if isinstance(value, Seed):
        return np.random.default_rng(value.value)
    if isinstance(value, dict):
        return {key: _laid_out(item, layout) for key, item in value.items()}
    if isinstance(value, _SEQUENCES):
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


def untouched(before: Any, after: Any) -> bool:
    """Return whether an input is certainly unchanged, without calling any method of a student's.

    `after` was made from `before`, and may have changed since. If False, `changes` must decide.
    """
    kind = type(before)
    if kind in _NEVER_CHANGE:
        return before is after
    if kind is Seed or kind is TempFile:
        return True
    if type(after) is not kind:
        return False
    if kind is np.ndarray:
        same_form = before.dtype is after.dtype and before.shape == after.shape
        return same_form and bool(before.tobytes() == after.tobytes())
    if kind not in (dict, list, tuple) or len(before) != len(after):
        return False
    if kind is dict and not all(map(operator.is_, before, after)):
        return False
    pairs = (before.values(), after.values()) if kind is dict else (before, after)
    return all(map(untouched, *pairs))


def changes(name: str, before: Any, after: Any) -> list[str]:
    """Return the names of the parts of an input that changed; `after` is sanitized."""
    if type(before) in _NEVER_CHANGE and type(before) is type(after) and before == after:
        return []
    if isinstance(before, Seed | TempFile):
        return []
    if isinstance(before, np.ndarray):
        same = (
            isinstance(after, np.ndarray)
            and before.shape == after.shape
            and (
                (before.dtype == after.dtype and before.tobytes() == after.tobytes())
                or np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
            )
        )
        return [] if same else [name]
    if isinstance(before, dict):
        if not isinstance(after, dict) or list(before) != list(after):
            return [name]
        parts = [(f'{name}["{key}"]', before[key], after[key]) for key in before]
        return [change for part in parts for change in changes(*part)]
    if isinstance(before, list | tuple):
        if not isinstance(after, list | tuple) or len(before) != len(after):
            return [name]
        trios = zip(range(len(before)), before, after, strict=True)
        return [c for i, b, a in trios for c in changes(f"{name}[{i}]", b, a)]
    both_nan = before != before and after != after
    return [] if both_nan or (type(before) is type(after) and before == after) else [name]
