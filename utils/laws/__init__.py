"""What must hold whatever the numbers are: distributions, identities, protocols.

A law knows no answer to any exercise, so this room ships with every bundle.
"""

from utils.laws import (
    backward_propagation,
    forward_propagation,
    hyperparameters,
    matrix_dimensions,
    the_brain,
)
from utils.laws.law import Law

__all__ = ["LAWS", "Law"]

LAWS: dict[str, Law] = {
    **forward_propagation.LAWS,
    **backward_propagation.LAWS,
    **matrix_dimensions.LAWS,
    **hyperparameters.LAWS,
    **the_brain.LAWS,
}
