"""`check("linear_forward")`, the call in every test cell, with `hint` and `ready`."""

from __future__ import annotations

import contextlib
import difflib
import os
import sys
from typing import Any

from utils.checker.answer_key import KeyFault, UnknownExercise, open_key
from utils.checker.explain import is_blank
from utils.checker.judge import judge_exercise
from utils.checker.student_code import Notebook
from utils.checker.verdict import CheckFailed, Status, Verdict

__all__ = ["check", "hint", "ready"]

_hints_given: dict[str, int] = {}


def check(exercise: str, seed: int | None = None) -> None:
    """Judge the named exercise in the calling notebook, and show the verdict.

    Parameters
    ----------
    exercise : str
        The name of the function to check.
    seed : int, optional
        Repeats the random cases of an earlier check; a bundle's cases never vary.

    Raises
    ------
    CheckFailed
        If the exercise is blank, wrong, or could not be checked. A notebook shows it as
        the verdict's text.
    """
    verdict = _verdict(_name(exercise), sys._getframe(1).f_globals, seed)
    _show(verdict)
    if verdict.status is not Status.CORRECT:
        raise CheckFailed(verdict) from None


def hint(exercise: str) -> None:
    """Show the next of the exercise's three hints; the last is a solved similar problem."""
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
    """Return whether these exercises and those they build on are filled in; print which are not.

    A demonstration that builds on exercises begins with ``if ready("sigmoid"):``.
    """
    namespace = sys._getframe(1).f_globals
    needed: dict[str, None] = {}
    for name in map(_name, exercises):
        with contextlib.suppress(KeyFault):  # without a key, check only the named ones
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


def _verdict(exercise: str, namespace: dict[str, Any], seed: int | None) -> Verdict:
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
        footer="Your answer is neither right nor wrong so far. "
        "Tell whoever gave you this notebook.",
    )


def _name(exercise: Any) -> str:
    """Return the exercise's name; `exercise` may be the function itself."""
    return str(getattr(exercise, "__name__", exercise))


def _misspelled(exercise: str, fault: KeyFault) -> str:
    """Return a sentence that suggests a similar exercise name, or "" if there is none."""
    names = fault.names if isinstance(fault, UnknownExercise) else ()
    lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(exercise.lower(), lower, 1, 0.6)
    return f"there is no exercise {exercise}. Did you mean {lower[close[0]]}?" if close else ""


def _say(text: str) -> None:
    """Print the text, replacing characters that the terminal cannot show."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))


def _show(verdict: Verdict) -> None:
    """Show the verdict as a card in a notebook, else as text.

    In IPython without a notebook a failed check prints nothing here: its exception prints the text.
    """
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
