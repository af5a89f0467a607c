"""Names that are not defined, alone or after a dot."""

from __future__ import annotations

import ast
import builtins
import difflib
import re
from types import FunctionType, ModuleType

import numpy as np

from utils.checker.cases import Explanation
from utils.checker.error_messages import stub
from utils.checker.error_messages.trouble import Trouble, a, kind_of
from utils.checker.packages import ALWAYS_THERE

__all__ = [
    "blank",
    "no_such_attribute",
    "no_such_package",
    "no_value_yet",
    "not_defined",
    "package_not_used",
]

_OF_SHELLS = ("copyright", "credits", "display", "exit", "get_ipython", "help", "license", "quit")
_BUILT_IN = [name for name in dir(builtins) if name[0] != "_" and name not in _OF_SHELLS]
_NEVER_MEANT = ("utils.check",)  # check, hint and ready are no part of an answer


def no_value_yet(trouble: Trouble) -> Explanation | None:
    """Explain a local name that is used before it has a value."""
    name = _name(trouble)
    if name is None:
        return None
    return Explanation(
        f"{name} is used before it has a value.",
        f"Does every path to this line give {name} a value first?",
    )


def no_such_package(trouble: Trouble) -> Explanation | None:
    """Explain an import of a package that is not installed."""
    found = re.search(r"No module named '([\w.]+)'", trouble.message)
    return Explanation(f"there is no package {found[1]} here.", ALWAYS_THERE) if found else None


def package_not_used(trouble: Trouble) -> Explanation:
    """Explain an import of a package that the course does not use; the message says all."""
    return Explanation(f"{trouble.message}.")


def not_defined(trouble: Trouble) -> Explanation | None:
    """Explain a name that is not defined."""
    name = _name(trouble)
    if name is None:
        return None
    told = f"the name {name} is not defined."
    if hasattr(np, name):
        return Explanation(f"{told} Did you mean np.{name}?")
    if trouble.source.strip().startswith(f"{name}["):
        return Explanation(told, "Before something is put into it, it must be made.")
    known, built_in = _likely(trouble, name)
    close = [other for other in (*known, *built_in) if other.lower() == name.lower()]
    if len(name) > 1:  # a single letter resembles too many names
        close = close or difflib.get_close_matches(name, known, 1, 0.6)
        close = close or difflib.get_close_matches(name, built_in, 1, 0.75)
    if close:
        return Explanation(f"{told} Did you mean {close[0]}?")
    returned = re.match(r"return\b\s*\(?([\w\s,]*)\)?$", trouble.source.strip())
    if returned and name in (part.strip() for part in returned[1].split(",")):
        return Explanation(told, f"No line above makes {name}, and here it is to be given back.")
    return Explanation(
        told,
        "Where should it be made, and is it spelled the same there? If text is meant, it needs "
        "quotes.",
    )


def _likely(trouble: Trouble, name: str) -> tuple[list[str], list[str]]:
    """Return the names that may be meant: of the notebook or function, and Python's own.

    What a demonstration, IPython or the page itself left in the notebook is never meant: of the
    notebook's names only functions are proposed, and those only for a call.
    """
    local = [other for other in trouble.frame.f_locals if not other.startswith("_")]
    if not re.search(rf"\b{name}\s*\(", trouble.source):
        return local, ["True", "False", "None"]
    functions = [
        other
        for other, value in list(trouble.frame.f_globals.items())
        if type(value) is FunctionType and value.__module__ not in _NEVER_MEANT
    ]
    return [*local, *functions], _BUILT_IN


def _name(trouble: Trouble) -> str | None:
    quoted = re.search(r"'(\w+)'", trouble.message)
    name = trouble.error.name or (quoted[1] if quoted else None)
    return name if type(name) is str else None


def blank(trouble: Trouble) -> Explanation:
    """Explain a call of a function that is still blank."""
    name = trouble.frame.f_code.co_name
    if stub.is_under_code(trouble):
        return Explanation(
            "your code is there, and so is the stub's `raise`, which ends it.",
            "Delete that line, then check again.",
        )
    return Explanation(
        f"it calls {name}, which is itself still blank.", f"Solve {name} first.", blank=name
    )


def no_such_attribute(trouble: Trouble) -> Explanation | None:
    """Explain an attribute that the object before the dot does not have."""
    name, owner = trouble.error.name, trouble.error.obj
    if name is None:  # something.name = value
        said = re.search(r"'(\w+)' object has no attribute '(\w+)'", trouble.message)
        what, name, close = (a(said[1]), said[2], []) if said else ("", None, [])
    else:
        what = vars(owner)["__name__"] if type(owner) is ModuleType else kind_of(owner)
        public = [other for other in object.__dir__(owner) if other[0] != "_"]
        close = difflib.get_close_matches(name, public, 1, 0.7)
    if name is None:
        return None
    if name == "asscalar":
        return Explanation(
            "NumPy has no asscalar any more.", "An array of one number gives it by .item()."
        )
    if owner is None and what == "None" and isinstance(trouble.node, ast.Attribute):
        what = f"{trouble.text(trouble.node.value)} is None, and None"
    if not close and what == "an array" and hasattr(np, name):
        close = [f"np.{name}"]
    guess = f" Did you mean {close[0]}?" if close else ""
    return Explanation(f"{what} has no .{name}.{guess}", "" if close else _advice(what, name))


def _advice(what: str, name: str) -> str:
    if what == "a dictionary":
        return "Its entries are read, and put in, with [ ]."
    if name == "append":
        return "append belongs to lists; it gives nothing back, so it stands alone on its line."
    if what.endswith("None"):
        return "What made it gave nothing back."
    if what == "a tuple":
        return "A call that returns several things needs as many names to the left of its =."
    for other, kind in (("An array", np.ndarray), ("Text", str), ("A list", list)):
        if hasattr(kind, name):
            return f"{other} has one."
    return ""
