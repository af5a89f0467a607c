"""Notebook 04, hyperparameters: its exercises, a module each, in the order of the page."""

from utils.exercises.hyperparameters import (
    best_trial,
    random_search,
    read_curves,
    refine_space,
    sample_configuration,
    sample_log_uniform,
    sample_one_minus_log_uniform,
    sort_settings,
    split_data,
    train_and_evaluate,
)

EXERCISES = (
    sort_settings.exercise,
    split_data.exercise,
    sample_log_uniform.exercise,
    sample_one_minus_log_uniform.exercise,
    sample_configuration.exercise,
    read_curves.exercise,
    train_and_evaluate.exercise,
    random_search.exercise,
    best_trial.exercise,
    refine_space.exercise,
)
