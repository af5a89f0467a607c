"""Notebook 06, experiments: its exercises, a module each."""
