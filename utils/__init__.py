"""Modules that a course notebook imports: data, plots and the check of each exercise."""

# Keep this file valid for Python 3.7: an older Python must get as far as the message below.

import sys

__all__ = ["PythonTooOld"]


class PythonTooOld(ImportError):
    """Error for a Python older than the course needs; a notebook shows only its message."""

    def _render_traceback_(self):  # type: ignore[no-untyped-def]
        return [str(self)]


if sys.version_info < (3, 11):  # noqa: UP036 - a student may start any Python
    raise PythonTooOld(
        "This page needs Python 3.11 or newer, and this is Python {}.{}. "
        "Start it as the README in its folder says.".format(*sys.version_info)
    )
