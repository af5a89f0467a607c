"""Every exercise of the course: its cases, known mistakes, hints and points.

Nothing here is ever in a student's bundle.
"""

from utils.exercises import forward_propagation, start_here
from utils.exercises.exercise import Exercise

__all__ = ["EXERCISES", "Exercise"]

EXERCISES: dict[str, Exercise] = {
    exercise.name: exercise for exercise in (start_here.double, *forward_propagation.EXERCISES)
}
