"""Notebook 05, the brain: its exercises, a module each."""
