"""Notebook 05: for each exercise its cases, the mistakes students make, and the hints."""

from utils.exercises.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = ()
