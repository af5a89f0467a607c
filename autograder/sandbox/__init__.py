"""Run code that nobody has vouched for, where it can harm nothing."""
