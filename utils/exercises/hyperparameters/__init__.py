"""Notebook 04, hyperparameters: its exercises, a module each."""
