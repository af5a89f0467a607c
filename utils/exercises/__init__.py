"""Every exercise of the course: its cases, known mistakes, hints and points.

Nothing here is ever in a student's bundle.
"""

from utils.exercises import forward_propagation
from utils.exercises.exercise import Exercise

__all__ = ["EXERCISES", "Exercise"]

EXERCISES: dict[str, Exercise] = {
    exercise.name: exercise for module in (forward_propagation,) for exercise in module.EXERCISES
}
