"""Notebook 01, forward propagation: its exercises, a module each, in the order of the page."""

from utils.exercises.forward_propagation import (
    L_model_forward,
    compute_cost,
    initialize_parameters_deep,
    linear_activation_forward,
    linear_forward,
    relu,
    sigmoid,
)

EXERCISES = (
    sigmoid.exercise,
    relu.exercise,
    initialize_parameters_deep.exercise,
    linear_forward.exercise,
    linear_activation_forward.exercise,
    L_model_forward.exercise,
    compute_cost.exercise,
)
