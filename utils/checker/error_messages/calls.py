"""Calls that fail: of something that is no function, or with wrong arguments."""

from __future__ import annotations

import ast
import re

import numpy as np

from utils.checker.cases import Explanation
from utils.checker.error_messages.trouble import Trouble, a

__all__ = [
    "not_a_function",
    "one_number_wanted",
    "rows_side_by_side",
    "size_as_one_tuple",
    "too_many_for_a_ufunc",
    "whole_number_wanted",
    "wrong_arguments",
]

_SIZED = ("zeros", "ones", "empty", "full", "standard_normal", "normal", "random", "uniform",
          "integers")  # fmt: skip


def not_a_function(trouble: Trouble) -> Explanation | None:
    """Explain parentheses after something that cannot be called."""
    kind = re.search(r"'([\w.]+)' object is not callable", trouble.message)
    if kind is None or not isinstance(trouble.node, ast.Call):
        return None
    called, what = trouble.called, a(kind[1])
    if called.endswith(".T"):
        advice = "T stands without parentheses."
    elif what == "text":
        advice = "A function's name as text is not yet the function."
    elif what in ("a list", "a tuple", "a dictionary"):
        advice = "Square brackets pick an entry; parentheses call."
    else:
        advice = "Square brackets pick an entry; a missing * looks like a call, too."
    return Explanation(f"{called} is {what}, not a function, so it cannot be called.", advice)


def rows_side_by_side(trouble: Trouble) -> Explanation | None:
    """Explain np.array with several lists in place of one list of lists."""
    node = trouble.node
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return None
    if trouble.value(node.func) is not np.array:
        return None
    return Explanation(
        f"{trouble.called} takes one list, and got {len(node.args)} things.",
        "One pair of brackets goes around them all.",
    )


def size_as_one_tuple(trouble: Trouble) -> Explanation | None:
    """Explain sizes passed one by one; NumPy takes the second for another argument."""
    if trouble.called.rpartition(".")[2] not in _SIZED:
        return None
    return Explanation(
        f"{trouble.called} takes the size as one tuple.",
        "Two sizes, one argument: put (rows, columns) in parentheses of their own.",
    )


def whole_number_wanted(trouble: Trouble) -> Explanation:
    """Explain a length, size or count that is not a whole number."""
    kind = re.search(r"'([\w.]+)' object cannot be interpreted", trouble.message)
    what = a(kind[1]) if kind else "an array" if "scalar" in trouble.message else "a float"
    advice = ""
    if what == "a float":
        advice = "`/` gives a float, also where it comes out even; `//` gives a whole number."
    elif trouble.called.rpartition(".")[2] in ("rand", "randn"):
        advice = "Its sizes come one by one: drop one pair of parentheses."
    elif what in ("a list", "a tuple", "a dictionary"):
        advice = f"For the length of {what} there is len."
    return Explanation(f"{trouble.called} takes whole numbers, and got {what}.", advice)


def one_number_wanted(trouble: Trouble) -> Explanation:
    """Explain an array passed to a function of a single number."""
    of_math = trouble.called.startswith("math.")
    return Explanation(
        f"{trouble.called} takes a single number, and got an array.",
        "NumPy's function of the same name takes every entry at once." if of_math else "",
    )


def too_many_for_a_ufunc(trouble: Trouble) -> Explanation | None:
    """Explain too many arguments for a NumPy ufunc, which takes the extra one for its output."""
    function = trouble.value(trouble.node.func) if isinstance(trouble.node, ast.Call) else None
    if type(function) is not np.ufunc:
        return None
    takes = "one number or array" if function.nin == 1 else f"{function.nin} numbers or arrays"
    advice = "Call it for each." if function.nin == 1 else ""
    return Explanation(f"{trouble.called} takes {takes}, and got more.", advice)


def wrong_arguments(trouble: Trouble) -> Explanation:
    """Explain arguments that are missing, too many, or of an unknown name."""
    return Explanation(
        f"{trouble.message}.", "Compare the call on this line with the first line of that function."
    )
