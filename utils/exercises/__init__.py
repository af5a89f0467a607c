"""Every exercise of the course: its cases, known mistakes, hints and points.

A notebook is a package, an exercise a module named after it: its cases, the `Exercise`, the
mistakes, whose functions are wrong on purpose, and right ways that are not the reference's.
What several exercises of a notebook need is in its `common`. Nothing here is ever in a
student's bundle.
"""

from utils.exercises import (
    backward_propagation,
    forward_propagation,
    hyperparameters,
    matrix_dimensions,
    start_here,
    the_brain,
)
from utils.exercises.exercise import Exercise

__all__ = ["EXERCISES", "Exercise"]

EXERCISES: dict[str, Exercise] = {
    exercise.name: exercise
    for notebook in (
        start_here,
        forward_propagation,
        backward_propagation,
        matrix_dimensions,
        hyperparameters,
        the_brain,
    )
    for exercise in notebook.EXERCISES
}
