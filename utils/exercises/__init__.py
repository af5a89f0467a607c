"""Every exercise of the course: its cases, known mistakes, hints and points.

A notebook is a package, an exercise a module named after it: its cases, the `Exercise`, the
mistakes, whose functions are wrong on purpose, and right ways that are not the reference's.
What several exercises of a notebook need is in its `common`. Nothing here is ever in a
student's bundle.
"""

from importlib import import_module
from pathlib import Path

from utils.exercises.exercise import Exercise

__all__ = ["EXERCISES", "Exercise", "module_of"]


def module_of(exercise: Exercise) -> str:
    """Return the name of an exercise's module."""
    return f"{__name__}.{exercise.assignment.partition('_')[2]}.{exercise.name}"


def _place(exercise: Exercise) -> tuple[str, int]:
    """Return an exercise's assignment and its line in the reference: the order of exercises."""
    return exercise.assignment, exercise.reference.__code__.co_firstlineno


_FOUND: list[Exercise] = [
    import_module(f"{__name__}.{file.parent.name}.{file.stem}").exercise
    for file in Path(__file__).parent.glob("*/*.py")
    if file.stem not in ("__init__", "common")
]

EXERCISES: dict[str, Exercise] = {
    exercise.name: exercise for exercise in sorted(_FOUND, key=_place)
}
