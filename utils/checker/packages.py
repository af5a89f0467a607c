"""Say which packages a student's code can import."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["ALWAYS_THERE", "can_import", "not_used"]

GIVEN = ("NumPy", "SciPy", "Matplotlib", "h5py")
AND_PYTHON = "and all that comes with Python"
ALWAYS_THERE = f"{', '.join(GIVEN)}, {AND_PYTHON} are always there."


def can_import(packages: Iterable[str] = ()) -> str:
    """Return the sentence that names what can be imported; `packages` come on top of the usual.

    >>> can_import(["pandas"])
    'What your code can import: NumPy, SciPy, Matplotlib, h5py, pandas, and all that comes with Python.'
    """  # noqa: E501 - the sentence is one line
    return f"What your code can import: {_listed(packages)}."


def not_used(name: str, packages: Iterable[str] = ()) -> str:
    """Return the text of the exception for a package that the course does not use.

    >>> not_used("torch", ["pandas"])
    'this course does not use torch: allowed are NumPy, SciPy, Matplotlib, h5py, pandas, and all that comes with Python'
    """  # noqa: E501 - the sentence is one line
    return f"this course does not use {name}: allowed are {_listed(packages)}"


def _listed(packages: Iterable[str]) -> str:
    return ", ".join([*GIVEN, *packages, AND_PYTHON])
