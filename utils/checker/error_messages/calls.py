"""Calls that fail: of something that is no function, or with wrong arguments."""

from __future__ import annotations

import ast
import contextlib
import re

import numpy as np

from utils.checker.cases import Explanation
from utils.checker.error_messages.trouble import Trouble, a, shape_of

__all__ = [
    "array_into_one_place",
    "no_length",
    "not_a_function",
    "one_number_wanted",
    "rows_side_by_side",
    "size_as_one_tuple",
    "too_many_for_a_ufunc",
    "uneven_parts",
    "whole_number_wanted",
    "wrong_arguments",
]

_PLAIN = (int, float, np.ndarray)
_SIZED = ("zeros", "ones", "empty", "full", "standard_normal", "normal", "random", "uniform",
          "integers")  # fmt: skip


_REDUCING = ("max", "min", "amax", "amin", "sum", "mean", "prod", "std", "argmax", "argmin", "any",
             "all")  # fmt: skip


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
    name = trouble.called.rpartition(".")[2]
    if name in _REDUCING and isinstance(trouble.node, ast.Call) and len(trouble.node.args) > 1:
        second = trouble.text(trouble.node.args[1])
        return Explanation(
            f"the second argument of {trouble.called} is an axis, and {second} is none.",
            f"{trouble.called} makes one number of many. Which function takes two arrays?",
        )
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


def uneven_parts(trouble: Trouble) -> Explanation | None:
    """Explain a list with a number beside an array, of which NumPy makes no array."""
    if not isinstance(trouble.node, ast.Call) or not trouble.node.args:
        return None
    parts = trouble.node.args[0]
    if not isinstance(parts, ast.List | ast.Tuple):
        return None
    kinds = {np.shape(value) for part in parts.elts if type(value := trouble.value(part)) in _PLAIN}
    if len(kinds) < 2:
        return None
    return Explanation(
        f"{trouble.text(parts)} holds things of different shapes, so it makes no array.",
        "Which function takes the two side by side, as two arguments?",
    )


def array_into_one_place(trouble: Trouble) -> Explanation | None:
    """Explain an array that is put into the place of a single number."""
    with contextlib.suppress(SyntaxError):
        [line] = ast.parse(trouble.source.strip()).body
        if isinstance(line, ast.Assign | ast.AugAssign):
            target = line.targets[0] if isinstance(line, ast.Assign) else line.target
            for part in ast.walk(line.value):
                shape = shape_of(trouble.value(part)) if isinstance(part, ast.expr) else None
                if isinstance(part, ast.Subscript) and shape and len(shape) == 1:
                    count = "one number" if shape == (1,) else f"{shape[0]} numbers"
                    return Explanation(
                        f"{trouble.text(part)} is an array of {count}, and "
                        f"{trouble.text(target)} takes a single number.",
                        "An array with two axes needs two indices to give a number.",
                    )
            return Explanation(
                f"{trouble.text(target)} takes a single number, and got an array.",
                "What is the shape of the right side?",
            )
    return None


def no_length(trouble: Trouble) -> Explanation | None:
    """Explain len() of a single number."""
    if not isinstance(trouble.node, ast.Call) or not trouble.node.args:
        return None
    said = re.search(r"object of type '([\w.]+)' has no len|len\(\) of (unsized)", trouble.message)
    if said is None:
        return None
    single = said[2] or said[1].startswith(("numpy.", "int", "float"))
    what = "a single number" if single else a(said[1])
    return Explanation(
        f"{trouble.text(trouble.node.args[0])} is {what}, which has no length.",
        "Did a sum or a mean take all its axes?" if single else "",
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
