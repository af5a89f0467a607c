"""Explanations of exceptions in plain words, about the student's own line."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import Any

import numpy as np

from utils.checker.cases import Explanation, text_of
from utils.checker.error_messages import EXPLAINERS
from utils.checker.error_messages.passed import in_this_call
from utils.checker.error_messages.shapes import MISFIT
from utils.checker.error_messages.trouble import MISSING, Trouble, shape_of, trouble_at
from utils.checker.sanitize import clean, name_of

__all__ = [
    "BLANK",
    "WITHOUT_LOOP",
    "explain",
    "has_loop",
    "is_blank",
    "operands",
    "outside_names",
    "traceback_of",
]

BLANK = "NotImplementedError"  # what nbgrader's stub raises
WITHOUT_LOOP = "without a loop"  # a way that a text may ask for

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
    traces = list(_steps(traceback_of(error)))
    namespace = _namespace(function)
    innermost = _last(traces, lambda frame: frame.f_globals is namespace)
    if innermost is None:
        return Explanation(_call_itself(error, message, name))
    trouble = trouble_at(innermost, error, message)
    if issubclass(type(error), NotImplementedError):
        stub = _in_words(trouble)
        if stub.blank:
            return replace(stub, source=trouble.source.strip())
    elif type(error) is not NameError:  # a misspelled name is no fault of the call
        trouble = trouble_at(_own(traces, function) or innermost, error, message)
    explanation = _at_the_call(traces, trouble, namespace) or _in_words(trouble)
    where = f"Line {trouble.line}"
    inside = trouble.frame.f_code.co_name
    if inside != name and not inside.startswith("<"):
        where = f"In {inside}, line {trouble.line}"
    if trouble.counters:
        where += f", {trouble.counters}"
    left_over = [one for one in outside_names(function) if _names_it(one, trouble.source)]
    return replace(
        explanation,
        sentence=f"{where}: {explanation.sentence}",
        source=trouble.source.strip(),
        advice=from_above(left_over, name) if left_over else explanation.advice,
    )


def from_above(names: Sequence[str], function: str) -> str:
    """Return the sentence on names that a failing line reads from outside its function."""
    one = len(names) == 1
    return (
        f"{' and '.join(names)} {'is no argument' if one else 'are no arguments'} of {function}: "
        f"{'it comes' if one else 'they come'} from a cell above."
    )


def _names_it(name: str, source: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}\b", source) is not None


def _at_the_call(
    traces: Sequence[TracebackType], here: Trouble, namespace: Any
) -> Explanation | None:
    """Explain an exception raised inside a function of the notebook or the course called here."""
    frames = [trace.tb_frame for trace in traces]
    if here.frame not in frames:
        return None
    rest = traces[max(i for i, frame in enumerate(frames) if frame is here.frame) + 1 :]
    deepest = _last(rest, lambda frame: frame.f_globals is namespace or _is_courses(frame))
    if deepest is None or not isinstance(here.node, ast.Call):
        return None
    inside = trouble_at(deepest, here.error, here.message)
    with contextlib.suppress(Exception):  # a student's frame may hold anything
        return in_this_call(here, inside, rest[0].tb_frame, _in_words(inside))
    return None


def _is_courses(frame: FrameType) -> bool:
    name = frame.f_globals.get("__name__")
    return type(name) is str and name.startswith("utils.")


def _own(traces: Sequence[TracebackType], function: Any) -> TracebackType | None:
    """Return the innermost part of a traceback in the cell that defines the function."""
    if type(function) is not FunctionType:
        return None
    cell = function.__code__.co_filename
    return _last(traces, lambda frame: frame.f_code.co_filename == cell)


def _steps(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _last(
    traces: Sequence[TracebackType], condition: Callable[[FrameType], bool]
) -> TracebackType | None:
    return next((one for one in reversed(traces) if condition(one.tb_frame)), None)


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
    return Explanation(
        f"Python cannot carry this out, and says {full.rstrip('.!')}.",
        "Look at what each name on this line holds: print it, or its shape.",
    )


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


def has_loop(function: Any) -> bool:
    """Return whether a function has a loop or a comprehension."""
    if not isinstance(function, FunctionType):
        return False
    import dis

    return any(
        instruction.opname == "FOR_ITER" or instruction.opname.startswith("JUMP_BACKWARD")
        for code in _with_nested(function.__code__)
        for instruction in dis.get_instructions(code)
    )


def _with_nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_nested(constant)


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
