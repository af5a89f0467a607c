"""Name the folders whose code is not a student's."""

import sys
from pathlib import Path

__all__ = ["COURSE", "LIBRARIES"]

COURSE = str(Path(__file__).parents[2])
"""The course's folder as its modules are imported: links are not resolved, unlike in `ROOT`."""

LIBRARIES = (sys.prefix, sys.base_prefix)
"""The folders of Python and of installed packages."""
