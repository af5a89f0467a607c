"""Comparison of results with expected results.

This module knows the answer to no exercise, so it ships with every bundle. `compare` finds the
first thing that is wrong, in the order in which a person would look: structure, shape, type, then
values. Its inputs are sanitized (`utils.checker.sanitize`), so that no object of a student's can
influence its own judgment.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from utils.checker.cases import (
    AnyOfShape,
    Anything,
    Approx,
    InRange,
    Unsupported,
)
from utils.checker.same import ARRAYS, SEQUENCES, identical, is_number, is_shape
from utils.checker.shapes import shape_in_words

__all__ = [
    "PRECISION",
    "ROUNDINGS",
    "Finding",
    "Template",
    "compare",
    "tolerance",
]

ROUNDINGS = 1e3
PRECISION = 1e-9

Template = Any
"""Names for the parts of a result: text for a part; a tuple of its own name, then its parts; a
list of its own name, then the name of each item."""


_KINDS = (
    *("structure", "shape", "type", "value", "input", "alias", "repeat", "property"),
    "silence",  # nothing was raised, though it should be
)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a result.

    Attributes
    ----------
    kind : str
        "structure", "shape", "type", "value", "input", "alias", "repeat", "property", "silence".
    sentence : str
        What is wrong, in one sentence.
    expected, got : shape tuples for kind "shape", arrays for kind "value", else None
    share : float
        The share of the points that is still earned, if a property gives partial credit.
    apart : bool
        Whether a property's sentence is about a network or layer of its own, so that a table from
        a case would be about another.
    count : (int, int), optional
        How many of how many answers are right, if a property counts them.
    """

    kind: str
    sentence: str
    expected: Any = None
    got: Any = None
    share: float = 0.0
    apart: bool = False
    count: tuple[int, int] | None = None

    @property
    def rank(self) -> int:
        """Return the priority: the lowest rank is reported, and among equals the first case."""
        return _KINDS.index(self.kind)


def tolerance(dtype: np.dtype[Any], precision: float = PRECISION) -> float:
    """Return how far results of this dtype may be off, relative to the largest entry.

    Right solutions differ in the order of their sums and in the form of their formulas. Each
    rounding is one of eps, and the exercise multiplies it by its condition: how many eps its result
    moves when every input number moves by one. ``benchmarks/tolerances.py`` measures the
    conditions. In float32 the largest is 5. With 200 roundings, twice the terms of the longest sum,
    that is `ROUNDINGS` = 10**3 eps or 1.2e-4.

    In float64 the largest condition of an array is 230, of a whole network's output, which would
    give 1e-11. The tolerance is 1e-9, the default of an exercise's `precision`: less would reject
    careful work, such as 1e-12 added to a denominator, and this is a thousandth of one part in
    10**6, the error that must never pass. Where a page allows larger terms of this kind, its
    exercise sets a precision of its own.
    """
    eps = float(np.finfo(dtype).eps) if dtype.kind in "fc" else 0.0
    rounding = ROUNDINGS * eps
    return rounding if dtype.kind in "fc" and dtype.itemsize < 8 else max(rounding, precision)


def compare(
    expected: Any, got: Any, template: Template, precision: float = PRECISION
) -> Finding | None:
    """Return the first thing wrong with `got`, or None.

    Parameters
    ----------
    expected : value
        Arrays, numbers, dicts, lists and tuples of them, `Approx`, `Anything`, `InRange`,
        `AnyOfShape`.
    got : plain value
        What a student's function returned.
    template : Template
        The names of the result's parts in sentences.
    precision : float
        Of float64 results: see `tolerance`.
    """
    if identical(expected, got):
        return None
    findings = list(_Comparison(precision).compare(expected, got, template, ""))
    return min(findings, key=lambda finding: finding.rank, default=None)


# --- comparing, part by part -------------------------------------------------------


class _Comparison:
    """A comparison with one precision."""

    def __init__(self, precision: float) -> None:
        self.precision = precision

    def compare(self, expected: Any, got: Any, template: Template, where: str) -> Iterator[Finding]:
        name = _name(template, where)
        if isinstance(expected, np.ndarray) and expected.ndim:
            yield from self.compare_array(expected, got, name)
        elif isinstance(expected, dict):
            yield from self.compare_dict(expected, got, template, name)
        elif is_shape(expected):
            yield from self.compare_shape(expected, got, name)
        elif isinstance(expected, SEQUENCES):
            yield from self.compare_sequence(expected, got, template, name)
        elif isinstance(expected, Anything):
            return
        elif isinstance(expected, bool):
            yield from self.compare_answer(expected, got, name)
        elif expected is None or isinstance(expected, str):
            if not (isinstance(got, type(expected)) and got == expected):
                yield _wrong_kind(name, repr(expected), got)
        elif isinstance(expected, InRange):
            yield from self.compare_between(expected, got, name)
        elif isinstance(expected, AnyOfShape):
            yield from self.compare_array(np.zeros(expected.shape), got, name, values=False)
        else:
            yield from self.compare_number(expected, got, name)

    def compare_dict(
        self, expected: dict[str, Any], got: Any, template: Template, name: str
    ) -> Iterator[Finding]:
        if not isinstance(got, dict):
            yield _wrong_kind(name, "a dictionary", got)
            return
        missing = [key for key in expected if key not in got]
        extra = [key for key in got if key not in expected]
        if missing or extra:
            faults = []
            if missing:
                faults.append("has no " + _listed(missing))
            if extra:
                faults.append("has " + _listed(extra) + ", which should not be there")
            yield Finding("structure", f"{name} {' and '.join(faults)}.")
            return
        for key, value in expected.items():
            yield from self.compare(value, got[key], key, "")

    def compare_sequence(
        self, expected: tuple[Any, ...] | list[Any], got: Any, template: Template, name: str
    ) -> Iterator[Finding]:
        parts = _names_of_parts(template, len(expected))
        if not isinstance(got, SEQUENCES):
            listed = ", ".join(_name(part, f"item {i}") for i, part in enumerate(parts))
            kind = (
                "a list" if isinstance(expected, list) else f"a tuple of {len(expected)}: {listed}"
            )
            yield _wrong_kind(name, kind, got)
            return
        if isinstance(got, list) and isinstance(expected, tuple) and len(got) != len(expected):
            listed = ", ".join(_name(part, f"item {i}") for i, part in enumerate(parts))
            sentence = f"{name} is a list of {_count(len(got))}, expected a tuple: {listed}."
            yield Finding("structure", sentence)
            return
        if len(got) != len(expected):
            yield Finding(
                "structure",
                f"{name} has {_count(len(got))}, expected {len(expected)}.",
            )
            return
        for i, (part, value) in enumerate(zip(parts, expected, strict=True)):
            within = f"{name}[{i}]" if isinstance(template, list) else _inside(template, name)
            yield from self.compare(value, got[i], part, within)

    def compare_shape(self, expected: tuple[int, ...], got: Any, name: str) -> Iterator[Finding]:
        sizes = got if isinstance(got, SEQUENCES) else None
        if sizes is None or not all(is_number(s) and float(s).is_integer() for s in sizes):
            yield _wrong_kind(name, "a shape, which is a tuple of whole numbers", got)
            return
        shape = tuple(int(size) for size in sizes)
        if shape != expected:
            sentence = f"{name} is {shape_in_words(shape)}, expected {expected}."
            yield Finding("shape", sentence, expected, shape)

    def compare_answer(self, expected: bool, got: Any, name: str) -> Iterator[Finding]:
        if not isinstance(got, bool | np.bool_):
            yield _wrong_kind(name, "True or False", got)
        elif bool(got) is not expected:
            yield Finding("value", f"{name} is {bool(got)}, expected {expected}.")

    def compare_array(
        self, expected: np.ndarray[Any, Any], got: Any, name: str, values: bool = True
    ) -> Iterator[Finding]:
        if values and identical(expected, got):
            return
        of_objects = isinstance(got, Unsupported) and got.description.startswith("an array")
        if not (of_objects or isinstance(got, ARRAYS)):
            yield _wrong_kind(name, "a NumPy array", got)
            return
        if got.shape != expected.shape:
            yield Finding(
                "shape",
                f"{name} has shape {shape_in_words(got.shape)}, expected {expected.shape}.",
                expected.shape,
                got.shape,
            )
            return
        if isinstance(got, Unsupported) or _too_coarse(expected, got):
            yield Finding("type", f"{name} holds {got.dtype} values, expected {expected.dtype}.")
        if isinstance(got, Unsupported) or got.dtype.kind not in "fiub":
            return
        got = np.asarray(got)
        if not np.isfinite(got).all() and np.isfinite(expected).all():
            what = "nan" if np.isnan(got).any() else "inf"
            shown = (expected, got) if values else (None, None)
            yield Finding("value", f"{name} has the right shape but holds {what}.", *shown)
        elif values and not self.close(expected, got):
            yield Finding(
                "value", f"{name} has the right shape but not the right values.", expected, got
            )

    def compare_number(self, expected: Any, got: Any, name: str) -> Iterator[Finding]:
        if isinstance(got, np.ndarray) and got.ndim:
            yield Finding(
                "shape",
                f"{name} has shape {shape_in_words(got.shape)}, expected a single number.",
                (),
                got.shape,
            )
        elif not is_number(got):
            yield _wrong_kind(name, "a single number", got)
        else:
            about = isinstance(expected, Approx)
            right = np.asarray(expected.value if about else expected)
            relative = expected.precision if about else tolerance(right.dtype, self.precision)
            absolute = relative if about else 0  # a requested precision counts decimals too
            wanted, value = float(right), float(got)
            allowed = absolute + relative * abs(wanted) if math.isfinite(wanted) else 0
            if value != wanted and not abs(value - wanted) <= allowed:
                yield Finding("value", f"{name} is {value:.8g}, expected {wanted:.8g}.")

    def compare_between(self, expected: InRange, got: Any, name: str) -> Iterator[Finding]:
        if not is_number(got):
            yield from self.compare_number(expected.low, got, name)
        elif not (np.isfinite(got) and expected.low <= got <= expected.high):
            if expected.low == -expected.high:
                wish = f"a number within {expected.high:g} of 0"
            elif np.isinf(expected.high):
                wish = f"a finite number above {expected.low:g}"
            else:
                wish = f"a number between {expected.low:g} and {expected.high:g}"
            yield Finding("value", f"{name} is {float(got) + 0.0:.6g}, expected {wish}.")

    def close(self, expected: np.ndarray[Any, Any], got: np.ndarray[Any, Any]) -> bool:
        largest = np.abs(expected[np.isfinite(expected)]).max(initial=0.0)
        allowed = tolerance(expected.dtype, self.precision) * float(largest)
        if got.dtype.kind == expected.dtype.kind == "f":
            with np.errstate(invalid="ignore"):
                near = bool((np.abs(got - expected) <= allowed).all())
            if near or np.isfinite(expected).all():
                return near  # fast; only allclose below handles inf
        return bool(np.allclose(got, expected, rtol=0, atol=allowed, equal_nan=False))


def _too_coarse(expected: np.ndarray[Any, Any], got: Any) -> bool:
    coarser = bool(got.dtype.itemsize < expected.dtype.itemsize)
    return got.dtype.kind != "f" or coarser


# --- names -------------------------------------------------------------------------


def _name(template: Template, where: str) -> str:
    own: str = template[0] if isinstance(template, SEQUENCES) else template
    if not own:
        return where or "The result"
    return f"{own} in {where}" if where else own


def _inside(template: Template, name: str) -> str:
    """Return what follows "in" when a part of this tuple is named; "" for the outermost tuple."""
    return name if name != "The result" else ""


def _names_of_parts(template: Template, count: int) -> list[Template]:
    if isinstance(template, list):
        return [template[1]] * count
    if isinstance(template, tuple):
        return list(template[1:])
    return [""] * count


def _listed(keys: Sequence[Any]) -> str:
    return ", ".join(repr(key)[:40] for key in keys[:6])


def _count(n: int) -> str:
    return "1 item" if n == 1 else f"{n} items"


def _wrong_kind(name: str, expected: str, got: Any) -> Finding:
    kinds = {
        "NoneType": "None (is there a return?)",
        "list": "a list",
        "dict": "a dictionary",
        "str": "text",
        "ndarray": "an array",
    }
    if isinstance(got, tuple):
        what = f"a tuple of {_count(len(got))}"
    elif isinstance(got, bool | int | float | np.number):
        what = f"the single number {got}"
    elif isinstance(got, Unsupported):
        what = got.description
    else:
        what = kinds.get(type(got).__name__, f"of type {type(got).__name__}")
    return Finding("structure", f"{name} is {what}, expected {expected}.")
