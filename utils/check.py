"""`check("linear_forward")`, the one call that every test cell makes; with it `hint`, `ready`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from utils import judging
from utils.answer_key import KeyFault, Question, open_key
from utils.cases import Case, Raised, Run, Seed, call
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
    verdict = _verdict(exercise, sys._getframe(1).f_globals, seed)
    _show(verdict)
    if verdict.status != "correct":
        raise CheckFailed(verdict) from None


def hint(exercise: str) -> None:
    """Show the next of the exercise's three hints; the last is a similar problem, solved."""
    try:
        hints = open_key().question(exercise).hints
    except KeyFault as fault:
        print(f"There is no hint: {fault}.")
        return
    given = _hints_given.get(exercise, 0)
    number = min(given, len(hints) - 1)
    _hints_given[exercise] = given + 1
    more = (
        "Run this cell again for the next one."
        if number + 1 < len(hints)
        else "That was the last one."
    )
    print(f"Hint {number + 1} of {len(hints)} for {exercise}: {hints[number]}\n{more}")


def ready(*exercises: str) -> bool:
    """Whether these exercises, and those they build on, are filled in; says kindly which are not.

    A demonstration that builds on exercises begins with ``if ready("sigmoid"):``.
    """
    namespace = sys._getframe(1).f_globals
    needed: dict[str, None] = {}
    for name in exercises:
        with contextlib.suppress(KeyFault):  # without a key, look at the named ones alone
            needed |= dict.fromkeys(open_key().question(name).builds_on)
        needed[name] = None
    blank = [
        name for name in needed if not callable(namespace.get(name)) or is_blank(namespace[name])
    ]
    if blank:
        print(
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
            if runs[-1].outcome == Raised(BLANK):
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
        told = f"right on {len(question.cases)} cases"
        return _verdict_of(question, "correct", told + _seed_said(question) + ".", runs)
    return _wrong(question, function, runs, *found)


class _Stop(Exception):
    """The student's function raised while a law was asking it."""

    def __init__(self, run: Run, case: Case) -> None:
        self.run, self.case = run, case


def _verdict(exercise: str, namespace: Mapping[str, Any], seed: int | None) -> Verdict:
    try:
        question = open_key().question(exercise, seed)
    except KeyFault as fault:
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
    expected = case.expected
    return not (isinstance(expected, Raised) and expected.kind == run.outcome.kind)


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
            raise _Stop(run, case)
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
    return judging.compare(
        case.expected.value, run.outcome.value, question.returns
    ) or judging.aliased(run, question.fresh, question.returns)


def _repeats(question: Question, function: Callable[..., Any], runs: list[Run]) -> bool:
    return judging.same(runs[0].outcome, call(function, question.cases[0]).outcome)


def _known(question: Question, runs: list[Run]) -> tuple[str, str]:
    """Name and sentence of the mistake that gives these very results on every case run."""
    for mistake in question.mistakes:
        outcomes = (mistake.outcome(i) for i in range(len(runs)))
        if all(judging.same(one, run.outcome) for one, run in zip(outcomes, runs, strict=True)):
            return mistake.name, mistake.sentence
    return "", ""


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
    if type(error).__name__ == BLANK and told.blank == question.exercise:
        return _blank(question, told.source, runs)
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


def _blank(question: Question, source: str, runs: list[Run]) -> Verdict:
    return _verdict_of(
        question,
        "blank",
        "still blank. Begin with what is written above it.",
        runs,
        advice=f"Your code goes where `{source or 'raise ' + BLANK + '()'}` stands; "
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


def _seed_said(question: Question) -> str:
    return f" (seed {question.seed})" if question.seed is not None else ""


def _foot(question: Question) -> str:
    again = ""
    if question.seed is not None:
        again = f'The same cases again: `check("{question.exercise}", seed={question.seed})`. '
    return again + f'A hint: `hint("{question.exercise}")`.'


def _call_said(question: Question, case: Case) -> str:
    arguments = ", ".join(_argument_said(name, value) for name, value in case.args.items())
    note = f", with {case.note}" if case.note else ""
    return f"{question.exercise}({arguments}){note}"


def _argument_said(name: str, value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{name} {value.shape}"
    if isinstance(value, str | list):
        return f"{name}={value!r}"
    if isinstance(value, dict):
        return f"{name} of {len(value) // 2} layers"
    return name


def _show(verdict: Verdict) -> None:
    """In a notebook, show the card. In a terminal, only what no exception will say."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        shell = None
    else:
        shell = get_ipython()
    if shell is not None and hasattr(shell, "kernel"):
        display(verdict)  # type: ignore[no-untyped-call]
    elif verdict.status == "correct":
        print(verdict.text())
