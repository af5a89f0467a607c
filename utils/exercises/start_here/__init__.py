"""Page 00, start here: its exercises, a module each, in the order of the page."""

from utils.exercises.start_here import double

EXERCISES = (double.exercise,)
