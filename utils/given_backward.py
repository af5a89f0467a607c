"""Backward propagation for the notebooks after 02.

This file imports the reference; in a bundle it is a copy of the reference.
"""

from utils.reference.backward_propagation import *  # noqa: F403 (a page names what it takes)
