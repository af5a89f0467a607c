"""What must hold whatever the numbers are: distributions, identities, protocols.

A module for each notebook. A bundle holds that of its own notebook alone, since a law of
backward propagation may use forward propagation, which an earlier bundle must not give away.
"""

from __future__ import annotations

from importlib import import_module

from utils.properties.law import Ask, Law

__all__ = ["Ask", "Law", "law", "module_of"]


def module_of(assignment: str) -> str:
    """The name of the module that has an assignment's laws."""
    return f"utils.properties.{assignment.partition('_')[2]}"


def law(assignment: str, name: str) -> Law:
    """The law of this name."""
    found: Law = import_module(module_of(assignment)).LAWS[name]
    return found
