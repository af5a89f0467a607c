"""The search for hyperparameters for the notebooks after 04.

This file imports the reference; in a bundle it is a copy of the reference.
"""

from utils.reference.hyperparameters import (
    best_trial,
    random_search,
    sample_configuration,
    sample_log_uniform,
    split_data,
    train_and_evaluate,
)

__all__ = [
    "best_trial",
    "random_search",
    "sample_configuration",
    "sample_log_uniform",
    "split_data",
    "train_and_evaluate",
]
