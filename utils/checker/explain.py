"""Explanations of exceptions in plain words, about the student's own line."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import CodeType, FunctionType, TracebackType
from typing import Any

import numpy as np

from utils.checker.cases import Explanation, text_of
from utils.checker.error_messages import EXPLAINERS
from utils.checker.error_messages.shapes import MISFIT
from utils.checker.error_messages.trouble import MISSING, Trouble, shape_of, trouble_at
from utils.checker.sanitize import clean, name_of

__all__ = ["BLANK", "explain", "is_blank", "operands", "outside_names", "traceback_of"]

BLANK = "NotImplementedError"  # what nbgrader's stub raises

_DATA = (np.ndarray, int, float, list, dict, tuple, np.number)
_LONGEST = 500  # of an exception's own text


def explain(error: BaseException, function: Callable[..., Any]) -> Explanation:
    """Return the exception in plain words.

    Parameters
    ----------
    error : exception
        The exception that `function` raised, with its traceback.
    function : callable
        The student's function that was called.
    """
    name = getattr(function, "__name__", "the function")
    message = clean(text_of(error).strip().partition("\n")[0], _LONGEST)
    trace = _students_own(traceback_of(error), _namespace(function))
    if trace is None:
        return Explanation(_call_itself(error, message, name))
    trouble = trouble_at(trace, error, message)
    source, explanation = trouble.source.strip(), _in_words(trouble)
    if explanation.blank:
        return replace(explanation, source=source)
    where = f"Line {trouble.line}"
    inside = trouble.frame.f_code.co_name
    if inside != name and not inside.startswith("<"):
        where = f"In {inside}, line {trouble.line}"
    return replace(explanation, sentence=f"{where}: {explanation.sentence}", source=source)


def operands(error: BaseException) -> tuple[tuple[int, ...], ...]:
    """Return the shapes of the two arrays that did not fit together, or () for other exceptions."""
    text, trace = text_of(error)[:_LONGEST], traceback_of(error)
    if not issubclass(type(error), ValueError) or not re.search(MISFIT, text) or trace is None:
        return ()
    named = re.findall(r"\(([\d, ]+)\)", text)
    if "gufunc" not in text and len(named) > 1:
        return tuple(tuple(map(int, re.findall(r"\d+", sizes))) for sizes in named[:2])
    while trace.tb_next is not None:
        trace = trace.tb_next
    with contextlib.suppress(Exception):  # a student's frame may hold anything
        trouble = trouble_at(trace, error, text)
        nodes = trouble.operation.nodes if trouble.operation else ()
        shapes = [shape_of(trouble.value(node)) for node in nodes]
        return tuple(shape for shape in shapes if shape is not None)
    return ()


def traceback_of(error: BaseException) -> TracebackType | None:
    """Return an exception's traceback, even if its class hides it."""
    found: TracebackType | None = BaseException.__dict__["__traceback__"].__get__(error)
    return found


def _in_words(trouble: Trouble) -> Explanation:
    kind = type(trouble.error)
    full = f"{name_of(kind)}: {trouble.message}".removesuffix(": ")
    if _is_own_raise(trouble):
        return Explanation(
            f"here your own raise is reached: {full.rstrip('.')}.", "Which conditions lead there?"
        )
    for kinds, pattern, explainer in EXPLAINERS:
        if issubclass(kind, kinds) and re.search(pattern, trouble.message):
            with contextlib.suppress(Exception):  # an exception may hold anything, or nothing
                explanation = (
                    explainer if isinstance(explainer, Explanation) else explainer(trouble)
                )
                if explanation is not None:
                    return explanation
    return Explanation(full if full.endswith((".", "!", "?")) else f"{full}.")


def _is_own_raise(trouble: Trouble) -> bool:
    """Return whether the line is a working raise statement, not one whose expression fails."""
    if issubclass(type(trouble.error), NotImplementedError):
        return False
    if trouble.node is None:  # the rest of the cell may not parse
        return re.match(r"(else:\s*)?raise\b", trouble.source.strip()) is not None
    return isinstance(trouble.node, ast.Raise) and "exceptions must derive" not in trouble.message


def _call_itself(error: BaseException, message: str, name: str) -> str:
    if issubclass(type(error), TypeError) and "argument" in message:
        return (
            f"{name} cannot be called the way its first line in the notebook says: {message}. "
            "Put the parameters back as they were."
        )
    return f"{name} raised {name_of(type(error))}: {message}"


def is_blank(function: Any) -> bool:
    """Return whether a function still contains nbgrader's stub."""
    return isinstance(function, FunctionType) and BLANK in function.__code__.co_names


def outside_names(function: Any) -> list[str]:
    """Return names of data (not functions, modules or types) that a function reads from outside."""
    if not isinstance(function, FunctionType):
        return []
    # type(), not isinstance: an object in a notebook may lie about its class, or raise.
    names = [
        name
        for name in dict.fromkeys(_names(function.__code__))
        if issubclass(type(function.__globals__.get(name, MISSING)), _DATA)
    ]
    if not names:
        return []
    read = list(dict.fromkeys(_global_names(function.__code__)))  # co_names has attributes too
    return [name for name in read if name in names]


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _global_names(code: CodeType) -> Iterator[str]:
    import dis

    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _global_names(constant)


def _namespace(function: Any) -> Any:
    """Return the globals of a student's function, also of one in functools.partial or a class."""
    inner = getattr(function, "func", None) or getattr(function, "pyfunc", None) or function
    inner = getattr(inner, "__wrapped__", inner)
    if not hasattr(inner, "__globals__"):
        inner = getattr(type(inner).__call__, "__func__", type(inner).__call__)
    return getattr(inner, "__globals__", {})


def _students_own(trace: TracebackType | None, namespace: Any) -> TracebackType | None:
    """Return the innermost part of a traceback that is in the student's notebook."""
    found = None
    while trace is not None:
        if trace.tb_frame.f_globals is namespace:
            found = trace
        trace = trace.tb_next
    return found
