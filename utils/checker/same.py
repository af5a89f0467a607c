"""Equality of results, whatever was expected: of two outcomes, and of the parts of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from utils.checker.cases import Anything, Place, Raised, Returned

__all__ = ["ARRAYS", "SEQUENCES", "identical", "is_number", "is_shape", "parts", "same"]

# Made once, because a union type is rebuilt each time it is evaluated.
_SIMPLE = (bool, int, float, np.float64, str, type(None))
SEQUENCES = (tuple, list)
_NUMBERS = (int, float, np.floating, np.integer)
ARRAYS = (np.ndarray, np.number)
_TRUTHS = (bool, np.bool_)


def same(one: Returned | Raised, other: Returned | Raised) -> bool:
    """Return whether two outcomes are indistinguishable.

    Exceptions are alike if their kinds and the shapes that did not fit together are; without
    shapes, if they mention the same names and numbers. Their wording does not count: it would
    distinguish `W @ A` from `np.dot(W, A)`, which are one mistake.
    """
    if isinstance(one, Raised) and isinstance(other, Raised):
        if one.kind != other.kind:
            return False
        if one.shapes or other.shapes:
            return _stretched(one.shapes) == _stretched(other.shapes)
        return _facts(one) == _facts(other)
    if isinstance(one, Raised) or isinstance(other, Raised):
        return False
    with np.errstate(all="ignore"):
        return _same(one.value, other.value)


def parts(value: Any, path: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield each part of a nested result that is no dict, list or tuple, with its place."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from parts(item, (*path, key))
    elif isinstance(value, SEQUENCES) and not is_shape(value):
        for i, item in enumerate(value):
            yield from parts(item, (*path, i))
    else:
        yield path, value


def identical(one: Any, other: Any) -> bool:
    """Return whether two values agree in every bit; a fast test that often decides."""
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is np.ndarray:
        same_form = one.dtype == other.dtype and one.shape == other.shape
        return same_form and bool(one.tobytes() == other.tobytes())
    if kind is tuple or kind is list:
        return len(one) == len(other) and all(map(identical, one, other))
    if kind is dict:
        return one.keys() == other.keys() and all(identical(one[key], other[key]) for key in one)
    return kind in _SIMPLE and bool(one == other)


def is_shape(value: Any) -> bool:
    """Return whether a value is the shape of an array: a tuple of whole numbers."""
    return isinstance(value, tuple) and bool(value) and all(type(size) is int for size in value)


def is_number(value: Any) -> bool:
    """Return whether a value is a single number, and no truth value."""
    plain = isinstance(value, _NUMBERS)
    zero_dim = type(value) is np.ndarray and value.ndim == 0 and value.dtype.kind in "fiu"
    return (plain and not isinstance(value, bool)) or zero_dim


def _same(one: Any, other: Any) -> bool:
    if identical(one, other):
        return True
    if isinstance(one, Anything) and isinstance(other, Anything):
        return _same(one.known, other.known)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            key == "seconds" or _same(one[key], other[key])  # measured times always differ
            for key in one
        )
    if isinstance(one, SEQUENCES) and isinstance(other, SEQUENCES):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, ARRAYS) or is_number(one):
        if not (isinstance(other, ARRAYS) or is_number(other)):
            return False
        a, b = np.asarray(one), np.asarray(other)
        if a.shape != b.shape:
            return False
        if not all(array.dtype.kind in "fiubc" for array in (a, b)):
            return bool(np.array_equal(a, b))
        loose = 1e-5 if min(a.dtype.itemsize, b.dtype.itemsize) < 8 else 2e-10
        if a.dtype.kind == b.dtype.kind == "f" and np.isfinite(a).all() and np.isfinite(b).all():
            allowed = loose * (np.abs(a).max(initial=0) + np.abs(b))  # like allclose, but faster
            return bool((np.abs(a - b) <= allowed).all())
        largest = np.abs(a[np.isfinite(a)]).max(initial=0)
        return bool(np.allclose(a, b, rtol=loose, atol=loose * largest, equal_nan=True))
    if isinstance(one, _TRUTHS) and isinstance(other, _TRUTHS):
        return bool(one) is bool(other)
    return type(one) is type(other) and bool(one == other)


def _stretched(shapes: tuple[tuple[int, ...], ...]) -> list[tuple[int, ...]]:
    """Return the shapes with at least two axes: broadcasting treats a single axis as a row."""
    return [(1,) * (2 - len(shape)) + shape for shape in shapes]


def _facts(raised: Raised) -> list[str]:
    """Return the names and numbers in an exception's message, whatever its wording."""
    return re.findall(r"[A-Za-z]+\d+|\d+", raised.message)
