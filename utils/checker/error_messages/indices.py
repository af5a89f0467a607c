"""Square brackets that fail: with a missing index or key, or after something without items."""

from __future__ import annotations

import ast
import re

from utils.checker.cases import Explanation
from utils.checker.error_messages.trouble import MISSING, Trouble, a, kind_of, shape_of

__all__ = ["no_brackets", "no_such_key", "no_such_place", "out_of_bounds"]

_MOST = 8  # keys listed


def no_brackets(trouble: Trouble) -> Explanation | None:
    """Explain [ ] after a function, None, or an object that has attributes instead of items."""
    if not isinstance(trouble.node, ast.Subscript):
        return None
    value = trouble.value(trouble.node.value)
    kind = re.search(r"'([\w.]+)'", trouble.message)
    if callable(value):
        what = "a function"
        advice = "A call has parentheses; a list in it keeps its brackets inside them."
    elif kind is None:
        return None
    else:
        what, advice = a(kind[1]), ""
        if what == "None":
            advice = "What made it gave nothing back."
        elif value is not MISSING and type(value).__module__ not in ("builtins", "numpy"):
            advice = "What it holds comes after a dot."
    return Explanation(f"{trouble.text(trouble.node.value)} is {what}, and takes no [ ].", advice)


def no_such_place(trouble: Trouble) -> Explanation:
    """Explain an index of a list, a tuple or an array that is not a whole number."""
    node = trouble.node
    kinds = re.search(r"(\w+) indices must be integers.*, not '?([\w.]+)", trouble.message)
    if isinstance(node, ast.Subscript):
        for axis in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
            shape = shape_of(trouble.value(axis))
            if shape:
                return Explanation(
                    f"{trouble.text(axis)}, which stands in [ ], is an array of shape {shape} "
                    "that holds decimals, and no places.",
                    "Places are whole numbers, such as a part of a random order. If it holds "
                    "entries that were picked already, pick once only.",
                )
        index = trouble.value(node.slice)
        owner, place = map(a, kinds.groups()) if kinds else ("an array", kind_of(index))
        if place != "a float" and (kinds or index is not MISSING):
            return Explanation(
                f"{trouble.text(node.value)} is {owner}, and {place} is no place in it.",
                "Its items are counted, 0, 1, 2, …; "
                "a dictionary has names, and an array rows and columns.",
            )
    shown = f"[{trouble.text(node.slice)}]" if isinstance(node, ast.Subscript) else "[ ]"
    return Explanation(
        f"{shown} asks for a place that is no whole number.",
        "round() and int() give whole numbers; np.round, np.floor and / give decimals.",
    )


def out_of_bounds(trouble: Trouble) -> Explanation:
    """Explain an index beyond the ends, a mask of another shape, or too many axes."""
    advice = "Counting starts at 0; where does it end?"
    if not isinstance(trouble.node, ast.Subscript):
        return Explanation(f"{trouble.message}.", advice)
    owner, value = trouble.text(trouble.node.value), trouble.value(trouble.node.value)
    index, shape = trouble.value(trouble.node.slice), shape_of(value)
    if type(value) in (list, tuple):
        items = f"{len(value) or 'no'} item{'s' * (len(value) != 1)}"
        asked = f", and [{index}] is not among them" if type(index) is int else ""
        return Explanation(f"{owner} has {items}{asked}.", advice)
    if shape is None:
        return Explanation(f"{trouble.message}.", advice)
    place = re.search(r"index (-?\d+) is out of bounds for axis (\d+)", trouble.message)
    if place:
        return Explanation(
            f"{owner} has shape {shape}, and index {place[1]} is outside its axis {place[2]}.",
            advice,
        )
    if "boolean" in trouble.message:
        return Explanation(
            f"{owner} has shape {shape}, and the condition in its [ ] another one.",
            "Entries are picked by a condition of the same shape.",
        )
    axes = f"{len(shape)} ax{'i' if len(shape) == 1 else 'e'}s"
    return Explanation(f"{owner} has shape {shape}, so it has {axes}, and more are asked for.")


def no_such_key(trouble: Trouble) -> Explanation:
    """Explain a key that a dictionary does not have."""
    key = trouble.error.args[0] if trouble.error.args else None
    # The repr of any other kind of key may be a student's own.
    asked = f"key {key!r}" if type(key) in (str, int, float) else "such key"
    if not isinstance(trouble.node, ast.Subscript):
        return Explanation(f"the dictionary has no {asked}.")
    value, advice = trouble.value(trouble.node.value), ""
    if re.match(r"\s*\w+\[[^]]*\] ==", trouble.source):
        advice = "== asks whether two things are equal; a single = gives the name its value."
    elif type(value) is dict:
        keys = [str(key) for key in value if type(key) in (str, int)][:_MOST]
        advice = f"Its keys are {', '.join(keys)}." if keys else "There is nothing in it yet."
    return Explanation(f"{trouble.text(trouble.node.value)} has no {asked}.", advice)
