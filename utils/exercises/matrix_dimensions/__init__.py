"""Notebook 03, matrix dimensions: its exercises, a module each, in the order of the page."""

from utils.exercises.matrix_dimensions import (
    backward_shapes,
    check_dimensions,
    count_parameters,
    forward_shapes,
    layer_outputs_vectorized,
    parameter_shapes,
    shape_slips,
)

EXERCISES = (
    parameter_shapes.exercise,
    count_parameters.exercise,
    forward_shapes.exercise,
    layer_outputs_vectorized.exercise,
    backward_shapes.exercise,
    check_dimensions.exercise,
    shape_slips.exercise,
)
