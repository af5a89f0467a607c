"""Refuse to import packages that `grading.toml` does not allow, where a student's code asks.

This is a rule of the course, not a defense: code that wants to can get round it. A package that
Python has loaded before, such as one that Matplotlib needs, is not refused.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import FrameType, ModuleType

from autograder.protocol.places import COURSE, LIBRARIES
from utils.checker.packages import not_used

__all__ = ["allow_only"]

USUAL = {"numpy", "scipy", "matplotlib", "mpl_toolkits", "h5py", "IPython", "utils"}


class _Allowed(MetaPathFinder):
    """Finds no module itself; raises for an installed package that is not allowed."""

    def __init__(self, packages: Sequence[str]) -> None:
        self.packages = packages

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        """Return None, so that the usual finders go on.

        Raises
        ------
        ModuleNotFoundError
            When a student's code imports an installed package that is not allowed.
        """
        allowed = name in sys.stdlib_module_names or name in USUAL or name in self.packages
        if path is None and not allowed and _is_students(sys._getframe(1)):
            spec = PathFinder.find_spec(name)
            if spec and str(spec.origin).startswith(LIBRARIES):
                raise ModuleNotFoundError(not_used(name, self.packages), name=name)
        return None


def allow_only(packages: Sequence[str]) -> None:
    """Allow the usual packages, Python's own modules, and these, named as `import` takes them."""
    if not any(isinstance(one, _Allowed) for one in sys.meta_path):
        sys.meta_path.insert(0, _Allowed(packages))


def _is_students(frame: FrameType | None) -> bool:
    """Return whether the code that imports is in a cell or in a helper file of the student's."""
    while frame and str(frame.f_globals.get("__name__")).startswith("importlib"):
        frame = frame.f_back
    file = str(frame.f_globals.get("__file__", "")) if frame else COURSE
    return not file.startswith((*LIBRARIES, COURSE))
