"""Starts commands and their workers a second or more sooner."""

import sys
from importlib import import_module
from multiprocessing.connection import Connection

__all__ = ["leave_out_grammars", "start_worker"]


def leave_out_grammars() -> None:
    """Keep jsonschema, in this process, from building forty grammars for checking addresses.

    nbformat imports jsonschema, and no notebook holds such addresses. What is not to be found, it
    does without. See python-jsonschema/jsonschema#1428.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def start_worker(module: str, line: Connection) -> None:
    """Start a worker, which serves a line in the way of a module that is imported only now."""
    leave_out_grammars()
    import_module(module).serve(line)
