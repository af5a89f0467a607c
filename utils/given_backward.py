"""Backward propagation for the notebooks after 02.

This file imports the reference; in a bundle it is a copy of the reference.
"""

from utils.reference.backward_propagation import (
    linear_activation_backward,
    linear_backward,
    update_parameters,
)

__all__ = [
    "linear_activation_backward",
    "linear_backward",
    "update_parameters",
]
