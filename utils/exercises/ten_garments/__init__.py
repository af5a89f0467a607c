"""Notebook 07, ten garments: its exercises, a module each."""
