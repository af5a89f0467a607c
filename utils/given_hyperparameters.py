"""The search for hyperparameters for the notebooks after 04.

This file imports the reference; in a bundle it is a copy of the reference.
"""

from utils.reference.hyperparameters import *  # noqa: F403 (a page names what it takes)
