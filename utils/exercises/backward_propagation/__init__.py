"""Notebook 02, backward propagation: its exercises, a module each."""
