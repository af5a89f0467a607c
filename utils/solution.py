"""The reference's solution beside one's own, with what differs between them."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from utils.checker.answer_key import Question
from utils.checker.cases import Returned, Run, leaves
from utils.checker.explain import has_loop
from utils.checker.student_code import Function
from utils.render import template

__all__ = ["Solution", "differences", "source_of"]

TIMED = 0.2  # seconds for the timing of each function
CLEAR = 1.5  # times as long: less is chance
SMALL = 0.01  # seconds: shorter times hardly matter
LIKE = 1e-6  # relative: less is rounding


@dataclass(frozen=True)
class Solution:
    """The reference's source, the learner's own ("" if it does not pass), and what differs."""

    exercise: str
    reference: str
    own: str = ""
    differs: tuple[str, ...] = ()

    def __repr__(self) -> str:
        blocks = [f"The solution of {self.exercise}:", textwrap.indent(self.reference, "    ")]
        if self.own:
            blocks += ["Yours:", textwrap.indent(self.own, "    ")]
        return "\n\n".join((*blocks, *self.differs))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        html = template(__file__).render(solution=self)
        return {"text/html": html, "text/plain": repr(self)}


def source_of(function: Callable[..., Any]) -> str:
    """Return a function's source without its docstring, or "" if it cannot be found."""
    try:
        text = textwrap.dedent(inspect.getsource(function))
        node = ast.parse(text).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return ""
    lines = text.rstrip().splitlines()
    if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
        docstring = node.body[0]
        if len(node.body) > 1 and docstring.end_lineno != node.body[1].lineno:
            del lines[docstring.lineno - 1 : docstring.end_lineno]
    return "\n".join(lines)


def differences(
    question: Question, own: Callable[..., Any], reference: Callable[..., Any]
) -> tuple[str, ...]:
    """Return sentences on how a right answer and the reference differ: style, numbers, speed."""
    mine, theirs = source_of(own), source_of(reference)
    if not mine:
        return ("Your function's text cannot be found, so only the solution is shown.",)
    if _body(mine) == _body(theirs):
        return ("Yours is the reference, statement for statement.",)
    both = Function(own), Function(reference)
    own_runs, runs = ([one.runs([case], {})[0] for case in question.cases] for one in both)
    return (
        _style(mine, theirs, has_loop(own), has_loop(reference)),
        _numbers(own_runs, runs),
        _speed(question, both, (own_runs, runs)),
    )


def _body(text: str) -> list[str]:
    """Return a function's statements in a form that is equal for equal code."""
    node = ast.parse(text).body[0]
    return [ast.dump(one) for one in node.body] if isinstance(node, ast.FunctionDef) else []


def _style(mine: str, theirs: str, loops: bool, reference_loops: bool) -> str:
    counts = [
        sum(isinstance(node, ast.stmt) for node in ast.walk(ast.parse(text))) - 1
        for text in (mine, theirs)
    ]
    told = f"Style: yours has {counts[0]} statement{'s' * (counts[0] != 1)}, "
    told += f"the reference {counts[1]}"
    if loops != reference_loops:
        which = "yours" if loops else "the reference"
        return f"{told}; only {which} has a loop."
    return f"{told}. The better one is the one that you can explain."


def _numbers(own: Sequence[Run], reference: Sequence[Run]) -> str:
    """Return a sentence on warnings, and on the largest difference between two results."""
    warned = {text for run in own for text in run.warned}
    warned -= {text for run in reference for text in run.warned}
    if warned:
        return (
            f"Numerical safety: yours warns ({min(warned)}), and the reference does not. "
            "The values are right in every case of the check all the same."
        )
    largest = max(map(_distance, own, reference), default=0.0)
    if largest == 0:
        return "Numerical safety: in every case of the check both gave the very same numbers."
    if largest < LIKE:
        return (
            f"Numerical safety: no number differs by more than {largest:.0e} of the largest one "
            "beside it, in any case of the check. Rounding does that."
        )
    return (
        "Numerical safety: the two gave different numbers, and the check takes both: "
        "they draw in another order, or go another way."
    )


def _distance(own: Run, reference: Run) -> float:
    """Return the largest difference between the arrays of two results, relative to their size."""
    values = [one.outcome.value for one in (own, reference) if isinstance(one.outcome, Returned)]
    if len(values) < 2:
        return 0.0
    largest = 0.0
    for mine, theirs in zip(*map(_arrays, values), strict=False):
        if mine.shape != theirs.shape or not np.issubdtype(theirs.dtype, np.number):
            continue
        with np.errstate(all="ignore"):
            size = np.nanmax(np.abs(theirs), initial=0.0)
            apart = np.nanmax(np.abs(mine - theirs), initial=0.0)
        largest = max(largest, float(apart / size) if size else float(apart))
    return largest


def _arrays(value: Any) -> list[Any]:
    found = list(leaves(value))
    return found or ([np.asarray(value)] if isinstance(value, int | float) else [])


def _speed(
    question: Question, both: tuple[Function, Function], runs: tuple[list[Run], list[Run]]
) -> str:
    """Return a sentence on how long each took on the cases of the check: the fastest of some."""
    best = [[run.seconds for run in one] for one in runs]
    ends = perf_counter() + TIMED
    while perf_counter() < ends and max(map(sum, best)) < TIMED / 4:
        for function, seconds in zip(both, best, strict=True):
            again = [function.runs([case], {})[0].seconds for case in question.cases]
            seconds[:] = map(min, seconds, again)
    mine, theirs = map(sum, best)
    told = f"Speed: the cases of the check took yours {_time(mine)}, the reference {_time(theirs)}"
    if max(mine, theirs) > CLEAR * min(mine, theirs):
        small = " On arrays as small as these that hardly matters." if mine < SMALL else ""
        return f"{told}, here and now.{small}"
    return f"{told}: no difference to speak of."


def _time(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{1e6 * seconds:.0f} µs"
    return f"{1e3 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.2g} s"
