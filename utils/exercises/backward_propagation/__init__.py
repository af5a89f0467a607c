"""Notebook 02, backward propagation: its exercises, a module each, in the order of the page."""

from utils.exercises.backward_propagation import (
    L_layer_model,
    L_model_backward,
    be_the_grader,
    derivation_order,
    gradient_check,
    linear_activation_backward,
    linear_backward,
    relu_backward,
    sigmoid_backward,
    slide_hunt,
    update_parameters,
)

EXERCISES = (
    sigmoid_backward.exercise,
    relu_backward.exercise,
    derivation_order.exercise,
    linear_backward.exercise,
    linear_activation_backward.exercise,
    L_model_backward.exercise,
    gradient_check.exercise,
    slide_hunt.exercise,
    update_parameters.exercise,
    L_layer_model.exercise,
    be_the_grader.exercise,
)
