"""Exceptions inside a function that an answer calls: about the call, which is the student's."""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Iterator
from types import FrameType

import numpy as np

from utils.checker.cases import Explanation
from utils.checker.error_messages.trouble import MISSING, Trouble, kind_of

__all__ = ["in_this_call"]


def in_this_call(
    here: Trouble, inside: Trouble, callee: FrameType, told: Explanation
) -> Explanation:
    """Explain an exception that was raised inside a function, at the line that called it.

    Parameters
    ----------
    here : Trouble
        The exception at the student's call.
    inside : Trouble
        The exception where it was raised.
    callee : frame
        Of the function that was called.
    told : Explanation
        The exception as explained where it was raised.
    """
    called = callee.f_code.co_name
    if isinstance(inside.node, ast.Raise) or re.match(r"raise\b", inside.source.strip()):
        return Explanation(
            f"{called} says: {inside.message.rstrip('.')}.", "What does it get here?"
        )
    given = dict(_passed(here, callee))
    of_wrong_kind = _of_wrong_kind(inside, callee, given, called)
    of_wrong_kind = of_wrong_kind or _dictionary(inside, callee, given, called)
    if of_wrong_kind is not None:
        return of_wrong_kind
    used = {one.id for one in ast.walk(inside.node or ast.Pass()) if isinstance(one, ast.Name)}
    involved = {
        name: text
        for name, text in given.items()
        if _is_among(callee.f_locals.get(name, MISSING), used, inside)
    }
    passed = ""
    if any(name != text for name, text in involved.items()):
        listed = " and ".join(f"`{text}` as {name}" for name, text in involved.items())
        passed = f"You pass {listed}. "
    where = f"(It happens in {inside.frame.f_code.co_name}, line {inside.line}.)"
    if inside.frame.f_globals is not here.frame.f_globals:
        where = ""  # in a file of the course
    advice = f"{passed}{told.advice} {where}".strip()
    return Explanation(
        f"in this call of {called}, {told.sentence}", advice, source=told.source, boxes=told.boxes
    )


def _passed(here: Trouble, callee: FrameType) -> Iterator[tuple[str, str]]:
    """Yield the name of each parameter, and the source of the argument that was passed for it."""
    if not isinstance(here.node, ast.Call):
        return
    code = callee.f_code
    names = code.co_varnames[: code.co_argcount]
    for name, node in zip(names, here.node.args, strict=False):
        if isinstance(node, ast.Starred):
            return
        yield name, _as_written(here, node)
    for keyword in here.node.keywords:
        if keyword.arg:
            yield keyword.arg, _as_written(here, keyword.value)


def _as_written(here: Trouble, node: ast.expr) -> str:
    """Return the source of an argument, with the student's own quotes and spaces."""
    if node.lineno != node.end_lineno:
        return here.text(node)
    line = linecache.getline(here.frame.f_code.co_filename, node.lineno)
    return line.encode()[node.col_offset : node.end_col_offset].decode()


def _is_among(value: object, names: set[str], inside: Trouble) -> bool:
    return any(inside.frame.f_locals.get(name, MISSING) is value for name in names)


def _of_wrong_kind(
    inside: Trouble, callee: FrameType, given: dict[str, str], called: str
) -> Explanation | None:
    """Explain an argument that is no array, or a tuple with another number of parts."""
    wanted = re.search(r"expected (?:at least )?(\d+)", inside.message)
    unpacked = re.search(r"=\s*(\w+)\s*$", inside.source.rstrip()) if wanted else None
    names = [unpacked[1]] if unpacked else _operands(inside)
    for name in names:
        value = inside.frame.f_locals.get(name, MISSING)
        for parameter, text in given.items():
            if value is MISSING or callee.f_locals.get(parameter, MISSING) is not value:
                continue
            gets = f"{called} gets `{text}`"
            if text != parameter:
                gets += f" as its {parameter}"
            if unpacked and wanted:
                return _another_count(gets, value, int(wanted[1]))
            if type(value) is not np.ndarray and type(value) in (tuple, str, list, type(None)):
                return _no_array(gets, value, text.isidentifier())
    return None


def _dictionary(
    inside: Trouble, callee: FrameType, given: dict[str, str], called: str
) -> Explanation | None:
    """Explain a dictionary in the place of another argument of another name."""
    if not issubclass(type(inside.error), TypeError) or inside.operation is not None:
        return None
    for name, text in given.items():
        if type(callee.f_locals.get(name, MISSING)) is dict and name != text:
            return Explanation(
                f"{called} gets `{text}` as its {name}, and that is a dictionary.",
                "In which order does it take its arguments?",
            )
    return None


def _operands(inside: Trouble) -> list[str]:
    nodes = list(inside.operation.nodes) if inside.operation else []
    if isinstance(inside.node, ast.Call):
        nodes += inside.node.args
    return [
        one.id
        for node in nodes
        for one in ast.walk(node)
        if isinstance(one, ast.Name) and one.id in inside.frame.f_locals
    ]


def _another_count(gets: str, value: object, wanted: int) -> Explanation | None:
    if type(value) not in (tuple, list):
        return Explanation(f"{gets}: {kind_of(value)}, where a tuple of {wanted} is needed.")
    assert isinstance(value, tuple | list)
    advice = "What does it take apart, and in which order?"
    if value and type(value[0]) is tuple and len(value[0]) == wanted:
        advice = f"Its first part is a tuple of {wanted}: is that meant?"
    kind = "tuple" if type(value) is tuple else "list"
    return Explanation(
        f"{gets}: a {kind} of {len(value)}, where {wanted} parts are needed.", advice
    )


def _no_array(gets: str, value: object, is_name: bool) -> Explanation:
    if isinstance(value, str):
        said = f'the text "{value[:20]}", where an array is needed.'
        return Explanation(
            f"{gets}: {said}", "A key alone is text: its entry is the dictionary's, with [ ]."
        )
    if value is None:
        return Explanation(f"{gets}: None, where an array is needed.", "What should it be?")
    assert isinstance(value, tuple | list)
    n, kind = len(value), "tuple" if type(value) is tuple else "list"
    advice = f"Which of its {n} parts is meant?"
    if is_name and kind == "tuple":
        advice = f"A call that returns {n} things needs {n} names to the left of its =."
    return Explanation(f"{gets}: a {kind} of {n}, where an array is needed.", advice)
