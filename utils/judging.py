"""How a result is judged: compared with what it should be.

Nothing here knows the answer to any exercise, so this module ships with every bundle.
`compare` looks for the first thing that is wrong, in the order in which a person would:
the kind of thing, its shape, its type, then its values.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from utils.cases import About, Anything, Between, Raised, Returned, Run, Seed, Shaped, leaves
from utils.shapes import shape_in_words

__all__ = ["Finding", "Template", "aliased", "changed_inputs", "compare", "same", "tolerance"]

PRECISION = 2e-10

Template = Any
"""Names for the parts of a result. Text names a part. A tuple is the name of a tuple,
then its parts; a list is the name of a list, then what each of its items is."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a result.

    Attributes
    ----------
    kind : str
        "structure", "shape", "type", "value", "input", "alias", "repeat", "law".
    sentence : str
        What is wrong, in one sentence.
    expected, got : shape tuples for kind "shape", arrays for kind "value", else None
    """

    kind: str
    sentence: str
    expected: Any = None
    got: Any = None

    @property
    def rank(self) -> int:
        """Shapes speak before values; among equals the first case speaks."""
        order = ("structure", "shape", "type", "value", "input", "alias", "repeat", "law")
        return order.index(self.kind)


def tolerance(expected: np.ndarray[Any, Any]) -> tuple[float, float]:
    """Relative and absolute tolerance for an array, from its dtype and its size.

    Right solutions differ in the order of their sums: by about n eps for a sum of n
    terms, and every sum in this course has fewer than 10**3 terms. So 10**3 eps would do
    for well-scaled sums; the margin of 10**3 on top covers cancellation. In float64 that
    is 2e-10, in float32 it is held at 1e-4. The absolute part is the same share of the
    largest entry, for entries that cancel to nearly zero.
    """
    relative = 1e-4 if expected.dtype.itemsize < 8 else 1e6 * float(np.finfo(np.float64).eps)
    finite = np.abs(expected[np.isfinite(expected)])
    return relative, relative * float(finite.max(initial=0.0))


def compare(expected: Any, got: Any, template: Template) -> Finding | None:
    """The first thing wrong with `got`, or None.

    Parameters
    ----------
    expected : value
        Arrays, numbers, dicts, lists and tuples of them, `About`, `Anything`, `Between`, `Shaped`.
    got : anything
        Whatever a student's function returned.
    template : Template
        How the parts of the result are called in sentences.
    """
    findings = list(_compare(expected, got, template, ""))
    return min(findings, key=lambda finding: finding.rank, default=None)


def same(one: Returned | Raised, other: Returned | Raised) -> bool:
    """Whether two outcomes cannot be told apart; of an exception its kind alone counts.

    Its text would tell `W @ A` from `np.dot(W, A)`, which are one mistake.
    """
    if isinstance(one, Raised) or isinstance(other, Raised):
        return isinstance(one, Raised) and isinstance(other, Raised) and one.kind == other.kind
    with np.errstate(all="ignore"):
        return _same(one.value, other.value)


def changed_inputs(run: Run) -> Finding | None:
    """A finding where the function wrote into what it was given."""
    if not run.changed:
        return None
    names = " and ".join(run.changed)
    return Finding(
        "input",
        f"{names} changed during the call: work on a copy, "
        "or make a new array, so that the caller's data stay as they were.",
    )


def aliased(run: Run, fresh: Sequence[str], template: Template) -> Finding | None:
    """A finding where a result that must be new shares its memory with an input."""
    if not isinstance(run.outcome, Returned):
        return None
    for name in fresh:
        part = _part(run.outcome.value, template, name)
        if isinstance(part, np.ndarray) and any(
            np.shares_memory(part, array) for array in leaves(run.inputs)
        ):
            return Finding(
                "alias",
                f"{name} is the very array that came in, not a new one: "
                "whoever changes it later changes the input too.",
            )
    return None


# --- comparing, part by part -------------------------------------------------------


def _compare(expected: Any, got: Any, template: Template, where: str) -> Iterator[Finding]:
    name = _name(template, where)
    if isinstance(expected, dict):
        yield from _compare_dict(expected, got, template, name)
    elif _is_shape(expected):
        yield from _compare_shape(expected, got, name)
    elif isinstance(expected, tuple | list):
        yield from _compare_sequence(expected, got, template, name)
    elif isinstance(expected, Anything):
        return
    elif isinstance(expected, bool):
        yield from _compare_answer(expected, got, name)
    elif expected is None or isinstance(expected, str):
        if not (isinstance(got, type(expected)) and got == expected):
            yield _wrong_kind(name, repr(expected), got)
    elif isinstance(expected, Between):
        yield from _compare_between(expected, got, name)
    elif isinstance(expected, Shaped):
        yield from _compare_array(np.zeros(expected.shape), got, name, values=False)
    elif isinstance(expected, np.ndarray) and expected.ndim:
        yield from _compare_array(expected, got, name)
    else:
        yield from _compare_number(expected, got, name)


def _compare_dict(
    expected: dict[str, Any], got: Any, template: Template, name: str
) -> Iterator[Finding]:
    if not isinstance(got, dict):
        yield _wrong_kind(name, "a dictionary", got)
        return
    missing = [key for key in expected if key not in got]
    extra = [key for key in got if key not in expected]
    if missing or extra:
        told = []
        if missing:
            told.append("has no " + ", ".join(map(repr, missing)))
        if extra:
            told.append("has " + ", ".join(map(repr, extra[:6])) + ", which should not be there")
        yield Finding("structure", f"{name} {' and '.join(told)}.")
        return
    for key, value in expected.items():
        yield from _compare(value, got[key], key, "")


def _compare_sequence(
    expected: tuple[Any, ...] | list[Any], got: Any, template: Template, name: str
) -> Iterator[Finding]:
    parts = _names_of_parts(template, len(expected))
    if not isinstance(got, tuple | list):
        listed = ", ".join(_name(part, f"item {i}") for i, part in enumerate(parts))
        kind = "a list" if isinstance(expected, list) else f"a tuple of {len(expected)}: {listed}"
        yield _wrong_kind(name, kind, got)
        return
    if len(got) != len(expected):
        yield Finding(
            "structure",
            f"{name} has {_count(len(got))}, expected {len(expected)}.",
        )
        return
    for i, (part, value) in enumerate(zip(parts, expected, strict=True)):
        within = f"{name}[{i}]" if isinstance(template, list) else _inside(template, name)
        yield from _compare(value, got[i], part, within)


def _is_shape(value: Any) -> bool:
    """Whether a value is the shape of an array: a tuple of whole numbers."""
    return isinstance(value, tuple) and bool(value) and all(type(size) is int for size in value)


def _compare_shape(expected: tuple[int, ...], got: Any, name: str) -> Iterator[Finding]:
    sizes = got if isinstance(got, tuple | list) else None
    if sizes is None or not all(_is_number(s) and float(s).is_integer() for s in sizes):
        yield _wrong_kind(name, "a shape, which is a tuple of whole numbers", got)
        return
    shape = tuple(int(size) for size in sizes)
    if shape != expected:
        sentence = f"{name} is {shape_in_words(shape)}, expected {expected}."
        yield Finding("shape", sentence, expected, shape)


def _compare_answer(expected: bool, got: Any, name: str) -> Iterator[Finding]:
    if not isinstance(got, bool | np.bool_):
        yield _wrong_kind(name, "True or False", got)
    elif bool(got) is not expected:
        yield Finding("value", f"{name} is {bool(got)}, expected {expected}.")


def _compare_array(
    expected: np.ndarray[Any, Any], got: Any, name: str, values: bool = True
) -> Iterator[Finding]:
    if type(got) is not np.ndarray and not isinstance(got, np.number):
        yield _wrong_kind(name, "a NumPy array", got)
        return
    got = np.asarray(got)
    if got.shape != expected.shape:
        yield Finding(
            "shape",
            f"{name} has shape {shape_in_words(got.shape)}, expected {expected.shape}.",
            expected.shape,
            got.shape,
        )
        return
    yield from _compare_dtype(expected, got, name)
    if got.dtype.kind not in "fiub":
        return
    if not np.isfinite(got).all() and np.isfinite(expected).all():
        what = "nan" if np.isnan(got).any() else "inf"
        yield Finding("value", f"{name} has the right shape but holds {what}.", expected, got)
    elif values and not _close(expected, got):
        yield Finding(
            "value", f"{name} has the right shape but not the right values.", expected, got
        )


def _compare_dtype(
    expected: np.ndarray[Any, Any], got: np.ndarray[Any, Any], name: str
) -> Iterator[Finding]:
    coarser = got.dtype.kind == "f" and got.dtype.itemsize < expected.dtype.itemsize
    if got.dtype.kind != "f" or coarser:
        yield Finding("type", f"{name} holds {got.dtype} values, expected {expected.dtype}.")


def _compare_number(expected: Any, got: Any, name: str) -> Iterator[Finding]:
    if isinstance(got, np.ndarray) and got.ndim:
        yield Finding(
            "shape",
            f"{name} has shape {shape_in_words(got.shape)}, expected a single number.",
            (),
            got.shape,
        )
    elif not _is_number(got):
        yield _wrong_kind(name, "a single number", got)
    else:
        about = isinstance(expected, About)
        wanted = np.asarray(expected.value if about else expected)
        relative = expected.precision if about else tolerance(wanted)[0]
        absolute = relative if about else 0  # decimals where a precision is asked for
        if not np.isclose(float(got), wanted, rtol=relative, atol=absolute):
            yield Finding("value", f"{name} is {float(got):.8g}, expected {float(wanted):.8g}.")


def _compare_between(expected: Between, got: Any, name: str) -> Iterator[Finding]:
    if not _is_number(got):
        yield from _compare_number(expected.low, got, name)
    elif not (np.isfinite(got) and expected.low <= got <= expected.high):
        if expected.low == -expected.high:
            wish = f"a number within {expected.high:g} of 0"
        elif np.isinf(expected.high):
            wish = f"a finite number above {expected.low:g}"
        else:
            wish = f"a number between {expected.low:g} and {expected.high:g}"
        yield Finding("value", f"{name} is {float(got):.6g}, expected {wish}.")


def _close(expected: np.ndarray[Any, Any], got: np.ndarray[Any, Any]) -> bool:
    relative, absolute = tolerance(expected)
    return bool(np.allclose(got, expected, rtol=relative, atol=absolute, equal_nan=False))


def _is_number(value: Any) -> bool:
    plain = isinstance(value, int | float | np.floating | np.integer)
    zero_dim = type(value) is np.ndarray and value.ndim == 0 and value.dtype.kind in "fiu"
    return (plain and not isinstance(value, bool)) or zero_dim


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            key == "seconds" or _same(one[key], other[key])  # no clock says the same twice
            for key in one
        )
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(_same, one, other))
    if type(one) is np.ndarray or type(other) is np.ndarray or _is_number(one):
        with contextlib.suppress(Exception):  # of an object that a student made up
            a, b = np.asarray(one), np.asarray(other)
            if a.shape != b.shape or a.dtype.kind not in "fiub" or b.dtype.kind not in "fiub":
                return False
            relative, absolute = tolerance(a.astype(float))
            loose = max(relative, 1e-5 if min(a.dtype.itemsize, b.dtype.itemsize) < 8 else 0)
            return bool(np.allclose(a, b, rtol=loose, atol=absolute, equal_nan=True))
        return False
    plain = (str, bytes, bool, type(None), About, Anything, Between, Seed, Shaped)
    return isinstance(one, plain) and type(one) is type(other) and one == other


# --- names -------------------------------------------------------------------------


def _name(template: Template, where: str) -> str:
    own: str = template[0] if isinstance(template, tuple | list) else template
    if not own:
        return where or "The result"
    return f"{own} in {where}" if where else own


def _inside(template: Template, name: str) -> str:
    """What the parts of a tuple say they are in: nothing for the outermost one."""
    return name if name != "The result" else ""


def _names_of_parts(template: Template, count: int) -> list[Template]:
    if isinstance(template, list):
        return [template[1]] * count
    if isinstance(template, tuple):
        return list(template[1:])
    return [""] * count


def _part(value: Any, template: Template, name: str) -> Any:
    """The part of a result that the template calls by this name; None where it has none."""
    if template == name:
        return value
    if isinstance(template, tuple) and isinstance(value, tuple | list):
        for part, item in zip(template[1:], value, strict=False):
            found = _part(item, part, name)
            if found is not None:
                return found
    return None


def _count(n: int) -> str:
    return "1 item" if n == 1 else f"{n} items"


def _wrong_kind(name: str, expected: str, got: Any) -> Finding:
    said = {
        "NoneType": "None (is there a return?)",
        "list": "a list",
        "dict": "a dictionary",
        "str": "text",
        "ndarray": "an array",
        "function": "a function (is a pair of parentheses missing?)",
    }
    kind = type(got).__name__
    if isinstance(got, tuple):
        what = f"a tuple of {_count(len(got))}"
    elif isinstance(got, bool | int | float | np.number):
        what = f"the single number {got}"
    else:
        what = said.get(kind, f"of type {kind}")
    return Finding("structure", f"{name} is {what}, expected {expected}.")
