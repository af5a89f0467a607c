"""Notebook 01, forward propagation: its exercises, a module each."""
