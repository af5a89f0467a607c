"""`check("linear_forward")`, the one call that every test cell makes; with it `hint`, `ready`."""

from __future__ import annotations

import contextlib
import difflib
import os
import sys
from collections.abc import Mapping
from typing import Any

from utils.checker.answer_key import KeyFault, UnknownExercise, open_key
from utils.checker.explain import is_blank
from utils.checker.judge import judge_exercise
from utils.checker.student_code import Notebook
from utils.checker.verdict import CheckFailed, Status, Verdict

__all__ = ["check", "hint", "ready"]

_hints_given: dict[str, int] = {}


def check(exercise: str, seed: int | None = None) -> None:
    """Judge the exercise of this name in the notebook that calls, and show the verdict.

    Parameters
    ----------
    exercise : str
        The name of the function to check.
    seed : int, optional
        Repeats the random cases of an earlier check; a bundle's cases are always the same.

    Raises
    ------
    CheckFailed
        When the exercise is blank, wrong, or could not be checked. Shown in a notebook,
        it is the verdict's text.
    """
    verdict = _verdict(_name(exercise), sys._getframe(1).f_globals, seed)
    _show(verdict)
    if verdict.status is not Status.CORRECT:
        raise CheckFailed(verdict) from None


def hint(exercise: str) -> None:
    """Show the next of the exercise's three hints; the last is a similar problem, solved."""
    exercise = _name(exercise)
    try:
        hints = open_key().question(exercise).hints
    except KeyFault as fault:
        slip = _misspelled(exercise, fault)
        if slip:
            _say(slip)
            return
        _say(f"There is no hint: {fault}.")
        return
    given = _hints_given.get(exercise, 0)
    number = min(given, len(hints) - 1)
    _hints_given[exercise] = given + 1
    more = (
        "Run this cell again for the next one."
        if number + 1 < len(hints)
        else "That was the last one."
    )
    _say(f"Hint {number + 1} of {len(hints)} for {exercise}: {hints[number]}\n{more}")


def ready(*exercises: str) -> bool:
    """Whether these exercises, and those they build on, are filled in; says kindly which are not.

    A demonstration that builds on exercises begins with ``if ready("sigmoid"):``.
    """
    namespace = sys._getframe(1).f_globals
    needed: dict[str, None] = {}
    for name in map(_name, exercises):
        with contextlib.suppress(KeyFault):  # without a key, look at the named ones alone
            needed |= dict.fromkeys(open_key().question(name).builds_on)
        needed[name] = None
    blank = [
        name for name in needed if not callable(namespace.get(name)) or is_blank(namespace[name])
    ]
    if blank:
        _say(
            f"This demonstration needs your {' and '.join(blank)}. "
            "Write that first, then run this cell again."
        )
    return not blank


def _verdict(exercise: str, namespace: Mapping[str, Any], seed: int | None) -> Verdict:
    if seed is not None and not (isinstance(seed, int) and seed >= 0):
        return Verdict(
            exercise,
            Status.ERROR,
            0,
            0,
            f"a seed is a whole number from 0 up, and {seed!r} is not.",
        )
    try:
        follow_through = os.environ.get("COURSE_FOLLOW_THROUGH", "full")
        return judge_exercise(open_key(), exercise, Notebook(namespace), seed, follow_through)
    except KeyFault as fault:
        slip = _misspelled(exercise, fault)
        if slip:
            return Verdict(exercise, Status.ERROR, 0, 0, slip)
        return _unchecked(exercise, str(fault))
    except Exception as fault:
        return _unchecked(exercise, f"{type(fault).__name__}: {fault}")


def _unchecked(exercise: str, why: str) -> Verdict:
    return Verdict(
        exercise,
        Status.UNCHECKED,
        0,
        0,
        f"could not be checked, and that is not your fault: {why}.",
        foot="Your answer is neither right nor wrong so far. Tell whoever gave you this notebook.",
    )


def _name(exercise: Any) -> str:
    """The name of an exercise, also where the function itself was given."""
    return str(getattr(exercise, "__name__", exercise))


def _misspelled(exercise: str, fault: KeyFault) -> str:
    """A sentence when the name is none of the exercises' but near to one."""
    names = fault.names if isinstance(fault, UnknownExercise) else ()
    lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(exercise.lower(), lower, 1, 0.6)
    return f"there is no exercise {exercise}. Did you mean {lower[close[0]]}?" if close else ""


def _say(text: str) -> None:
    """Print, also on a terminal that lacks some of the characters."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))


def _show(verdict: Verdict) -> None:
    """In a notebook, show the card. In IPython, only what no exception will say."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        shell = None
    else:
        shell = get_ipython()
    if shell is not None and hasattr(shell, "kernel"):
        display(verdict)  # type: ignore[no-untyped-call]
    elif shell is None or verdict.status is Status.CORRECT:
        _say(verdict.text())
