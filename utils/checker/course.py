"""The parts of a course, found by name, so that the judging code knows no course's subject."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from utils.checker.property import Property

__all__ = [
    "exercises",
    "has_solutions",
    "property_module",
    "property_named",
    "read_log",
    "remark_on",
]

EXERCISES = "utils.exercises"
LOGS = "utils.experiment_log"
PROPERTIES = "utils.properties"
REFERENCE = "utils.reference"


def has_solutions() -> bool:
    """Return whether the exercises and their reference are installed; a bundle has neither."""
    return bool(find_spec(EXERCISES) and find_spec(REFERENCE))


def exercises() -> Mapping[str, Any]:
    """Return the course's exercises by name."""
    found: Mapping[str, Any] = import_module(EXERCISES).EXERCISES
    return found


def property_module(assignment: str) -> str:
    """Return the name of the module with an assignment's properties."""
    return f"{PROPERTIES}.{assignment.partition('_')[2]}"


def property_named(name: str, assignment: str) -> Property:
    """Return an assignment's property of this name."""
    found: Property = import_module(property_module(assignment)).PROPERTIES[name]
    return found


def remark_on(argument: Any) -> str:
    """Return the words that describe an argument after its name, such as "of 3 layers", or ""."""
    remark: str = import_module(PROPERTIES).remark_on(argument)
    return remark


def read_log(path: Path) -> Any:
    """Return the records in a log that a student's function wrote."""
    return import_module(LOGS).read_log(path)
