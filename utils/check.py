"""`check("linear_forward")`, the one call that every test cell makes; with it `hint`, `ready`."""

from __future__ import annotations

import contextlib
import difflib
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from utils import judging
from utils.answer_key import KeyFault, KnownMistake, Question, UnknownExercise, open_key
from utils.cases import Between, Case, Raised, Returned, Run, Seed, call
from utils.explain import BLANK, explain, is_blank, outside_names
from utils.judging import Finding
from utils.laws import LAWS
from utils.verdict import CheckFailed, Verdict

__all__ = ["check", "hint", "judge", "ready"]

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
    if verdict.status != "correct":
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


def judge(question: Question, function: Callable[..., Any]) -> Verdict:
    """Judge a function by a question: pure, apart from what the function itself does."""
    runs: list[Run] = []
    try:
        for case in question.cases:
            runs.append(call(function, case))
            if runs[0].outcome == Raised(BLANK):
                break  # a blank says the same on every case
        for run, case in zip(runs, question.cases, strict=False):
            if _unexpected(run, case):
                return _raised(question, function, runs, run, case)
        found = _first_finding(question, function, runs)
    except _Stop as stop:
        return _raised(question, function, runs, stop.run, stop.case)
    except KeyboardInterrupt:
        return _verdict_of(
            question,
            "error",
            "You stopped the check while your code was running.",
            runs,
            advice="If it ran for long: is there a loop that never ends?",
        )
    if found is None:
        told = f"right on {len(runs)} cases" if len(runs) > 1 else "right"
        return _verdict_of(question, "correct", told + _seed_said(question) + ".", runs)
    return _wrong(question, function, runs, *found)


class _Stop(Exception):
    """The student's function raised while a law was asking it."""

    def __init__(self, run: Run, case: Case) -> None:
        self.run, self.case = run, case


def _verdict(exercise: str, namespace: Mapping[str, Any], seed: int | None) -> Verdict:
    if seed is not None and not (isinstance(seed, int) and seed >= 0):
        return Verdict(
            exercise, "error", 0, 0, f"a seed is a whole number from 0 up, and {seed!r} is not."
        )
    try:
        question = open_key().question(exercise, seed)
    except KeyFault as fault:
        slip = _misspelled(exercise, fault)
        if slip:
            return Verdict(exercise, "error", 0, 0, slip)
        return _unchecked(exercise, str(fault))
    function = namespace.get(exercise)
    if function is None:
        return _verdict_of(
            question,
            "error",
            f"there is no {exercise} yet.",
            [],
            advice="Run the cell that defines it. If that cell shows an error, mend that first.",
        )
    if not callable(function):
        return _verdict_of(
            question,
            "error",
            f"{exercise} is not a function any more: something of type "
            f"{type(function).__name__} was given its name.",
            [],
            advice="Run the cell that defines it again, and give the other thing another name.",
        )
    try:
        return judge(question, function)
    except Exception as fault:
        return _unchecked(exercise, f"{type(fault).__name__}: {fault}", question.points)


def _unchecked(exercise: str, why: str, points: float = 0) -> Verdict:
    return Verdict(
        exercise,
        "unchecked",
        0,
        points,
        f"could not be checked, and that is not your fault: {why}.",
        foot="Your answer is neither right nor wrong so far. Tell whoever gave you this notebook.",
    )


def _unexpected(run: Run, case: Case) -> bool:
    """Whether an exception came where a result was due."""
    if not isinstance(run.outcome, Raised):
        return False
    if not isinstance(case.expected, Raised):
        return True
    kinds = [kind.__name__ for kind in type(run.exception).__mro__]
    return case.expected.kind not in kinds


def _first_finding(
    question: Question, function: Callable[..., Any], runs: list[Run]
) -> tuple[Finding, int | None] | None:
    """The most telling finding and the index of its case; a law has no case."""
    found: list[tuple[Finding, int | None]] = []
    for i, (case, run) in enumerate(zip(question.cases, runs, strict=True)):
        finding = _finding(question, case, run)
        if finding is not None:
            found.append((finding, i))
    if found:
        return min(found, key=lambda pair: pair[0].rank)
    if not _repeats(question, function, runs):
        drawn = any(isinstance(value, Seed) for value in question.cases[0].args.values())
        why = "draw every number from rng" if drawn else "use nothing but the arguments"
        return Finding(
            "repeat", f"The same arguments gave another result the second time: {why}."
        ), 0

    def ask(case: Case) -> Any:
        run = call(function, case)
        if isinstance(run.outcome, Raised):
            if _unexpected(run, case):
                raise _Stop(run, case)
            return run.outcome  # the law wants to read what was said
        return run.outcome.value

    for law in question.laws:
        broken = LAWS[law](ask, question.secret)
        if broken is not None:
            return broken, None
    return None


def _finding(question: Question, case: Case, run: Run) -> Finding | None:
    if isinstance(run.outcome, Raised):
        return judging.changed_inputs(run)
    if isinstance(case.expected, Raised):
        return Finding(
            "structure", f"This call should raise a {case.expected.kind}, and it did not."
        )
    assert case.expected is not None, "an answer key gives every case its outcome"
    changed = judging.changed_inputs(run)
    if changed is not None:
        return changed
    try:
        return judging.compare(
            case.expected.value, run.outcome.value, question.returns
        ) or judging.aliased(run, question.fresh, question.returns)
    except Exception as error:  # of an object that a student's code made up
        kind = type(run.outcome.value).__name__
        return Finding(
            "structure",
            f"What came back, of type {kind}, cannot be compared: {type(error).__name__}.",
        )


def _repeats(question: Question, function: Callable[..., Any], runs: list[Run]) -> bool:
    return judging.same(runs[0].outcome, call(function, question.cases[0]).outcome)


def _known(question: Question, runs: list[Run]) -> tuple[str, str]:
    """Name and sentence of the mistake that gives these very results on every case run.

    Where a case leaves the value open (`Between`), results count only as fulfilling it or
    not, and only when all is right elsewhere: many a mistake meets log(0) in its own way.
    """
    cases = question.cases[: len(runs)]
    is_open = [
        isinstance(case.expected, Returned) and isinstance(case.expected.value, Between)
        for case in cases
    ]
    wrong_elsewhere = any(
        _unexpected(run, case) or _finding(question, case, run) is not None
        for run, case, free in zip(runs, cases, is_open, strict=True)
        if not free
    )

    def alike(mistake: KnownMistake, i: int) -> bool:
        if not is_open[i]:
            known, seen = mistake.outcome(i), runs[i].outcome
            if isinstance(cases[i].expected, Raised) and _facts(known) != _facts(seen):
                return False  # where an exception is due, what it names matters
            return judging.same(known, seen)
        if wrong_elsewhere:
            return True
        again = replace(runs[i], outcome=mistake.outcome(i), changed=[])
        return (_finding(question, cases[i], again) is None) == (
            _finding(question, cases[i], runs[i]) is None
        )

    for mistake in question.mistakes:
        if all(alike(mistake, i) for i in range(len(runs))):
            return mistake.name, mistake.sentence
    return "", ""


def _facts(outcome: Returned | Raised) -> list[str]:
    """The names and numbers in what an exception says, whatever words stand around them."""
    return re.findall(r"[A-Za-z]+\d+|\d+", outcome.message) if isinstance(outcome, Raised) else []


def _wrong(
    question: Question,
    function: Callable[..., Any],
    runs: list[Run],
    finding: Finding,
    index: int | None,
) -> Verdict:
    mistake, sentence = _known(question, runs)
    case = question.cases[index] if index is not None else None
    advice = ""
    outside = outside_names(function)
    if not mistake and question.builds_on and finding.kind == "value":
        advice = f"It builds on your {' and '.join(question.builds_on)}: do their checks pass?"
    if not mistake and outside:
        advice = (
            f"It reads {' and '.join(outside)} from outside the function. "
            "Is that meant, or should it be an argument?"
        )
    return _verdict_of(
        question,
        "wrong",
        finding.sentence,
        runs,
        advice=advice,
        mistake=mistake,
        mistake_sentence=sentence,
        call=_call_said(question, case) if case else "",
        boxes=(("expected", finding.expected), ("got", finding.got))
        if finding.kind == "shape"
        else (),
        expected=finding.expected if finding.kind == "value" else None,
        got=finding.got if finding.kind == "value" else None,
        foot=_foot(question),
    )


def _raised(
    question: Question, function: Callable[..., Any], runs: list[Run], run: Run, case: Case
) -> Verdict:
    error = run.exception
    assert error is not None, "a run that raised holds its exception"
    told = explain(error, function)
    half_blank = told.blank and is_blank(function)  # one of its blanks comes after that call
    if run is runs[0] and (told.blank == question.exercise or half_blank):
        return _blank(question, runs)
    if told.blank == question.exercise:
        left = f"here it comes to `{told.source}`, which is still there."
        told = replace(told, sentence=left, advice="What is due in its place?", blank="")
    elif isinstance(case.expected, Raised):
        due = f"this call should raise a {case.expected.kind}, and it raised {_a_kind(error)}."
        told = replace(told, sentence=due, advice=told.sentence)
    mistake, sentence = _known(question, runs)
    return _verdict_of(
        question,
        "error",
        told.sentence,
        runs,
        advice=told.advice if not sentence else "",
        mistake=mistake,
        mistake_sentence=sentence,
        source=told.source,
        boxes=told.boxes,
        call=_call_said(question, case),
        foot="" if told.blank else _foot(question),
    )


def _blank(question: Question, runs: list[Run]) -> Verdict:
    return _verdict_of(
        question,
        "blank",
        "still blank. Begin with what is written above it.",
        runs,
        advice=f"Your code goes where `raise {BLANK}()` stands; "
        "delete that line when you are done.",
        foot=f'`hint("{question.exercise}")` helps you to begin.',
    )


def _verdict_of(
    question: Question, status: str, message: str, runs: list[Run], **more: Any
) -> Verdict:
    points = question.points if status == "correct" else 0
    printed = next((run.printed for run in runs if run.printed), "")
    warned = tuple(dict.fromkeys(warning for run in runs for warning in run.warned))
    return Verdict(
        question.exercise,
        status,
        points,
        question.points,
        message,
        printed=printed[:2000],
        warned=warned[:5],
        **more,
    )


def _a_kind(error: BaseException) -> str:
    name = type(error).__name__
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


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


def _seed_said(question: Question) -> str:
    return f" (seed {question.seed})" if _has_seed(question) else ""


def _has_seed(question: Question) -> bool:
    """Whether another seed would make other cases: a function without arguments has but one."""
    return question.seed is not None and any(case.args for case in question.cases)


def _foot(question: Question) -> str:
    again = ""
    if _has_seed(question):
        again = f'The same cases again: `check("{question.exercise}", seed={question.seed})`. '
    return again + f'A hint: `hint("{question.exercise}")`.'


def _call_said(question: Question, case: Case) -> str:
    arguments = ", ".join(_argument_said(name, value) for name, value in case.args.items())
    note = f", with {case.note}" if case.note else ""
    return f"{question.exercise}({arguments}){note}"


def _argument_said(name: str, value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{name} {value.shape}"
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return f"{name} of {len(value)} items"
    if isinstance(value, str | int | float | list):
        return f"{name}={value!r}"
    if isinstance(value, dict) and "W1" in value:
        return f"{name} of {len(value) // 2} layers"
    return name


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
    elif shell is None or verdict.status == "correct":
        _say(verdict.text())
