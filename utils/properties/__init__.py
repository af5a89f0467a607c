"""Properties that hold whatever the numbers are: distributions, identities, protocols.

There is a module for each notebook. A bundle holds only that of its own notebook, since a property
of backward propagation may use forward propagation, which an earlier bundle must not give away.
"""

from __future__ import annotations

from importlib import import_module

from utils.properties.law import Ask, Law

__all__ = ["Ask", "Law", "law", "module_of"]


def module_of(assignment: str) -> str:
    """Return the name of the module with an assignment's properties."""
    return f"utils.properties.{assignment.partition('_')[2]}"


def law(assignment: str, name: str) -> Law:
    """Return the property of this name."""
    found: Law = import_module(module_of(assignment)).LAWS[name]
    return found
