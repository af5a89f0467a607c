"""Notebook 05, the brain: its exercises, a module each, in the order of the page."""

from utils.exercises.the_brain import (
    firing_rate,
    logistic_unit,
    sort_claims,
)

EXERCISES = (
    logistic_unit.exercise,
    firing_rate.exercise,
    sort_claims.exercise,
)
