"""Values of the wrong kind: a tuple, a list, text or a function where another is needed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

import numpy as np

from utils.checker.cases import Explanation
from utils.checker.error_messages.trouble import (
    MISSING,
    Operation,
    Trouble,
    a,
    kind_of,
    shape_of,
)

__all__ = [
    "argument",
    "failed_assert",
    "no_such_operation",
    "not_comparable",
    "operand",
    "text_joined",
]


def failed_assert(trouble: Trouble) -> Explanation:
    """Explain an assert that failed, with what stood on both sides."""
    advice = (
        "Many sizes are tried here: is it a rule for all of them, or left over from one example?"
    )
    test = trouble.node.test if isinstance(trouble.node, ast.Assert) else trouble.node
    parts: list[ast.expr] = []
    if isinstance(test, ast.Compare):
        parts = [test.left, *test.comparators]
    elif isinstance(test, ast.Call):
        parts = test.args
    seen = [
        f"{trouble.text(part)} is {shown}"
        for part in parts
        if any(isinstance(one, ast.Name) for one in ast.walk(part))
        and (shown := _shown(trouble.value(part)))
    ]
    if not seen:
        return Explanation("your assert says no.", advice)
    return Explanation(f"your assert says no: here {', and '.join(seen)}.", advice)


def _shown(value: object) -> str:
    """Return a number, a shape or the kind of an array in words; "" for anything else."""
    if type(value) in (int, float, bool):
        return f"{value!r}"
    if type(value) is tuple and all(type(size) is int for size in value):
        return f"{value!r}"
    shape = shape_of(value)
    if shape is not None:
        return f"an array of shape {shape}"
    return "a single number of NumPy's" if isinstance(value, np.number) else ""


def operand(trouble: Trouble) -> Explanation | None:
    """Explain a function, a list, a tuple or None in a calculation."""
    operation = trouble.operation
    if operation is None:
        return None
    if (compared := _compared_with_a_shape(trouble, operation)) is not None:
        return compared
    told = _no_array(trouble, operation.nodes)
    if told is not None:
        return told
    for node in operation.nodes:
        value, text = trouble.value(node), trouble.text(node)
        if type(value) is str and "did not contain a loop" in trouble.message:
            return Explanation(
                f"{text} is text, where an array is needed.",
                "A key alone is text: its entry is the dictionary's, with [ ].",
            )
        if callable(value):
            return Explanation(
                f"{text} is a function, and it was not called.",
                "A call has parentheses, and in them what the function works on.",
            )
        # A ValueError is about shapes: NumPy converts a list that stands beside an array.
        if type(value) is list and issubclass(type(trouble.error), TypeError):
            return Explanation(
                f"{text} is a list, which does not calculate entry by entry.",
                "[ ] picks one of its numbers, and np.array makes an array of them all.",
            )
    return None


def _compared_with_a_shape(trouble: Trouble, operation: Operation) -> Explanation | None:
    if operation.sign not in ("==", "!="):
        return None
    for one, other in (operation.nodes, operation.nodes[::-1]):
        shape = shape_of(trouble.value(one))
        if shape is not None and type(trouble.value(other)) is tuple:
            return Explanation(
                f"{trouble.text(one)} is an array, and {trouble.text(other)} a tuple: "
                "an array is never compared with one as a whole.",
                "Which of the array's attributes is a tuple, too?",
            )
    return None


def argument(trouble: Trouble) -> Explanation | None:
    """Explain a tuple or None passed to a function, which may have failed far inside."""
    return _no_array(trouble, trouble.node.args) if isinstance(trouble.node, ast.Call) else None


def _no_array(trouble: Trouble, nodes: Iterable[ast.expr]) -> Explanation | None:
    for node in nodes:
        value, text = trouble.value(node), trouble.text(node)
        if type(value) is tuple and text.endswith(".shape"):
            return Explanation(
                f"{text} is a tuple of {len(value)}, where a number is needed.",
                "Which of its numbers do you mean?",
            )
        if type(value) is tuple and value and all(type(size) is int for size in value):
            return Explanation(
                f"{text} is {value}, a tuple of {len(value)}, where a number is needed.",
                "It looks like a shape: which of its numbers do you mean?",
            )
        if type(value) is tuple:
            n = len(value)
            advice = "Which part of it is meant?"
            if isinstance(node, ast.Name) and not trouble.is_argument(node.id):
                advice = f"A call that returns {n} things needs {n} names to the left of its =."
            return Explanation(f"{text} is a tuple of {n}, where an array is needed.", advice)
        if value is None and not isinstance(node, ast.Constant):
            came = isinstance(node, ast.Name) and trouble.is_argument(node.id)
            return Explanation(
                f"{text} is None, where {'something else' if came else 'an array'} is needed.",
                "It came in as None, and that is allowed."
                if came
                else "Has the function that made it lost its return?",
            )
    return None


def text_joined(trouble: Trouble) -> Explanation:
    """Explain text + something that is not text."""
    said = re.search(r"str \(not \"([\w.]+)\"|'([\w.]+)' and 'str'", trouble.message)
    kinds = [kind for kind in _kinds(trouble) if kind != "text"]
    other = kinds[0] if kinds else a(said[1] or said[2]) if said else "a number"
    other = "a number" if other in ("a whole number", "a float") else other
    return Explanation(f"text and {other} cannot be joined with +.", "str() makes text of it.")


def no_such_operation(trouble: Trouble) -> Explanation | None:
    """Explain an operator that does not exist for these two kinds."""
    said = re.search(
        r"operand type.* for (\S+?)=?(?: or .*)?: '([\w.]+)' and '([\w.]+)'", trouble.message
    )
    if said is None:
        return None
    called = [
        trouble.text(node.func)
        for node in (trouble.operation.nodes if trouble.operation else ())
        if isinstance(node, ast.Call) and trouble.value(node) is MISSING
    ]
    if "NoneType" in said.group(2, 3) and len(called) == 1:
        return Explanation(
            f"{called[0]} gave None, where an array is needed.", "Has it lost its return?"
        )
    # For an array, Python names the type of an entry, so the values themselves come first.
    kinds = _kinds(trouble)
    one, other = kinds if len(kinds) == 2 else map(a, said.group(2, 3))
    other = "another" if one == other != "None" else other
    return Explanation(f"there is no {said[1]} for {one} and {other}.")


def _kinds(trouble: Trouble) -> list[str]:
    """Return the kinds of the operands, as far as their values are known."""
    values = [trouble.value(node) for node in trouble.operation.nodes] if trouble.operation else []
    return [kind_of(value) for value in values if value is not MISSING]


def not_comparable(trouble: Trouble) -> Explanation | None:
    """Explain a comparison by < or > of two values that Python cannot order."""
    kinds = re.search(r"between instances of '([\w.]+)' and '([\w.]+)'", trouble.message)
    if kinds is None:
        return None
    other = "another" if kinds[1] == kinds[2] else a(kinds[2])
    return Explanation(
        f"{a(kinds[1])} cannot be compared with {other} by < or >.",
        "Which number in them is meant?",
    )
