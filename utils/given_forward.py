"""Forward propagation, given: what notebooks after 01 build on.

Here it is the reference itself; in a bundle, this file is a copy of the reference.
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
