"""Forward propagation for the notebooks after 01.

This file imports the reference; in a bundle it is a copy of the reference.
"""

from utils.reference.forward_propagation import (
    L_model_forward,
    compute_cost,
    initialize_parameters_deep,
    linear_activation_forward,
    linear_forward,
    relu,
    sigmoid,
)

__all__ = [
    "L_model_forward",
    "compute_cost",
    "initialize_parameters_deep",
    "linear_activation_forward",
    "linear_forward",
    "relu",
    "sigmoid",
]
