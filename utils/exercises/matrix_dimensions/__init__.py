"""Notebook 03, matrix dimensions: its exercises, a module each."""
