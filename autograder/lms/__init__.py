"""Bring submissions in from a learning management system, and take grades back to it."""
