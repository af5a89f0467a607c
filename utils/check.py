"""`check("linear_forward")`, the call in every test cell, and what else a page calls by name."""

from __future__ import annotations

import ast
import contextlib
import difflib
import os
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from utils import record
from utils.afresh import begin_afresh
from utils.checker import course
from utils.checker.answer_key import KeyFault, UnknownExercise, open_key
from utils.checker.explain import is_blank
from utils.checker.judge import judge_exercise
from utils.checker.student_code import Notebook
from utils.checker.verdict import CheckFailed, Status, Verdict
from utils.progress import Progress, next_step

__all__ = ["check", "hint", "progress", "ready", "reset", "solution"]

LONG = 8  # seconds, after which a check says how to interrupt it

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
    namespace = sys._getframe(1).f_globals
    with _patience(_name(exercise)):
        older = _name(exercise) in namespace and _broken_cell(_name(exercise))
        verdict = older or _verdict(_name(exercise), namespace, seed)
    _show(verdict)
    with contextlib.suppress(Exception):  # no trouble with the record ever stops a check
        record.keep(verdict)
        if verdict.status is Status.CORRECT and (line := next_step(verdict.exercise, Path.cwd())):
            _say(line)
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
    given = _given(exercise)
    number = min(given, len(hints) - 1)
    _hints_given[exercise] = given + 1
    record.note(exercise, {"hints": number + 1})
    more = (
        "Run this cell again for the next one."
        if number + 1 < len(hints)
        else "That was the last one."
    )
    _say(f"Hint {number + 1} of {len(hints)} for {exercise}: {hints[number]}\n{more}")


def _given(exercise: str) -> int:
    """Return how many hints were given, also before Python was started again."""
    return max(_hints_given.get(exercise, 0), int(record.entry(exercise).get("hints", 0)))


def progress(save: str | Path | None = None) -> None:
    """Show the map of the course with what is done and what is next; `save` names a file for it."""
    found = Progress(Path.cwd())
    _display(found)
    if save is not None:
        try:
            found.save(Path(save))
        except OSError as error:
            _say(f"{save} cannot be written: {error.strerror}.")
        else:
            _say(f"Saved as {save}: open it in any browser. It says nothing but what you see here.")


def solution(exercise: str, show_me: bool = False) -> None:
    """Show the reference's solution: beside one's own once that passes, with what differs.

    Before that it needs all three hints, and `show_me=True`, which is noted in the progress.
    """
    exercise = _name(exercise)
    if not course.has_solutions():
        _say(
            "There are no solutions in this folder: it was made for a class. "
            f'`hint("{exercise}")` helps, and so does whoever gave you this notebook.'
        )
        return
    from utils.solution import Solution, differences, source_of

    try:
        key = open_key()
        question, asked = key.question(exercise), course.exercises()[exercise]
    except KeyFault as fault:
        _say(_misspelled(exercise, fault) or f"There is no solution: {fault}.")
        return
    namespace = sys._getframe(1).f_globals
    reference = source_of(asked.reference)
    if _verdict(exercise, namespace, None).status is Status.CORRECT:
        own = namespace[exercise]
        differs = differences(question, own, asked.reference)
        _display(Solution(exercise, reference, source_of(own), differs))
        return
    hints = len(question.hints)
    if (given := _given(exercise)) < hints:
        _say(
            f"Your {exercise} does not pass yet, and you have seen {given} of its {hints} hints. "
            f'`hint("{exercise}")` gives the next; the last solves a similar problem.'
        )
    elif not show_me:
        _say(
            f"Your {exercise} does not pass yet. Do you want to see the solution now? What you "
            "find yourself, you keep longer. If yes, it is noted in your progress: "
            f'`solution("{exercise}", show_me=True)`.'
        )
    else:
        record.note(exercise, {"solution": "seen before it passed"})
        _display(Solution(exercise, reference))


def reset(exercise: str) -> None:
    """Begin an exercise afresh: keep the old answer in a file, and print the blank to paste."""
    _hints_given.pop(_name(exercise), None)
    _say(begin_afresh(_name(exercise), sys._getframe(1).f_globals))


def ready(*exercises: str) -> bool:
    """Return whether these exercises and those they build on are filled in; print which are not.

    A demonstration that builds on exercises begins with ``if ready("sigmoid"):``. Names of other
    things that it needs, such as data, may stand there too; they are asked for once no exercise is
    blank.
    """
    namespace = sys._getframe(1).f_globals
    needed: dict[str, bool] = {}  # whether it is an exercise
    for name in map(_name, exercises):
        try:
            builds_on = open_key().question(name).builds_on
        except KeyFault:  # no exercise, or no key
            needed.setdefault(name, False)
        else:
            needed |= dict.fromkeys((*builds_on, name), True)
    missing = [name for name in needed if name not in namespace]
    blank = [
        name
        for name in needed
        if name in namespace
        and (is_blank(namespace[name]) or (needed[name] and not callable(namespace[name])))
    ]
    if blank:  # data may be missing only since the exercises are
        missing = [name for name in missing if needed[name]]
        _say(
            f"This demonstration needs your {_listed(blank)}.\n"
            f"Write {'that' if len(blank) == 1 else 'them'} first, then run this cell again."
        )
    if missing:
        one = len(missing) == 1
        _say(
            f"{_listed(missing)} {'is' if one else 'are'} not there: "
            f"{'its cell has' if one else 'their cells have'} not run since this notebook was "
            "opened or restarted.\n"
            f"Run the cell that makes {missing[0]} again, or all at once: "
            "Run, then Run All Above Selected Cell. Then run this cell again."
        )
    return not (blank or missing)


def _listed(names: list[str]) -> str:
    """Return names as a sentence lists them: a, b and c."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


@contextlib.contextmanager
def _patience(exercise: str) -> Iterator[None]:
    """Print how to interrupt a check that has run for some seconds."""
    screen = sys.stdout  # what an answer prints goes elsewhere

    def notice() -> None:
        with contextlib.suppress(Exception):  # a closed screen stops no check
            screen.write(
                f"The check of {exercise} has run for {LONG} seconds. If a loop never ends, stop "
                "it with the ■ button at the top (Kernel, then Interrupt).\n"
            )
            screen.flush()

    timer = threading.Timer(LONG, notice)
    timer.daemon = True
    with contextlib.suppress(RuntimeError):  # where no thread can be started
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _broken_cell(exercise: str) -> Verdict | None:
    """Return the verdict on a cell whose last run ended in a SyntaxError, if it has this exercise.

    The version before it is still defined, and would be judged in its place.
    """
    with contextlib.suppress(Exception):  # a shell's history may be anything, or nothing
        from IPython import get_ipython

        history = get_ipython().history_manager.input_hist_parsed
        begins = re.compile(rf"^def {re.escape(exercise)}\(", re.M)
        cell = next((one for one in reversed(history) if begins.search(one)), "")
        try:
            with warnings.catch_warnings(action="ignore"):  # they were shown when the cell ran
                compile(cell, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError as error:
            return Verdict(
                exercise,
                Status.ERROR,
                0,
                0,
                f"Line {error.lineno}: Python cannot read the cell with {exercise}, "
                "as its last run said.",
                source=(error.text or "").strip(),
                advice="Mend that line and run the cell, then check again. "
                "Until then an older version is defined.",
            )
    return None


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
    shell = _shell()
    if hasattr(shell, "kernel"):
        _display(verdict)
    elif shell is None or verdict.status is Status.CORRECT:
        _say(verdict.text())


def _display(shown: Any) -> None:
    """Display an object in a notebook, else print it."""
    if hasattr(_shell(), "kernel"):
        from IPython.display import display

        display(shown)  # type: ignore[no-untyped-call]
    else:
        _say(repr(shown))


def _shell() -> Any:
    """Return the IPython shell, or None outside of IPython."""
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    return get_ipython()
