"""Code that tests and benchmarks share; a test module imports no other test module."""

from pathlib import Path

__all__ = ["ROOT"]

ROOT = Path(__file__).resolve().parents[2]
