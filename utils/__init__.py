"""What a notebook of the course imports: data, pictures, and the check of every exercise."""

# Read by older Pythons too, which have to say that they are too old: nothing newer than 3.7 here.

import sys

__all__ = ["PythonTooOld"]


class PythonTooOld(ImportError):
    """Python is older than the course needs; a notebook shows this as its one sentence."""

    def _render_traceback_(self):  # type: ignore[no-untyped-def]
        return [str(self)]


if sys.version_info < (3, 11):  # noqa: UP036 - a student may start any Python
    raise PythonTooOld(
        "This page needs Python 3.11 or newer, and this is Python {}.{}. "
        "Start it as the README in its folder says.".format(*sys.version_info)
    )
