"""A student's answers: functions that the judge can call on cases.

Here the functions are in this process. A grader has them elsewhere, behind the same interfaces
`Answer` and `Answers`, so that the judge need not know where a student's code runs.
"""

from __future__ import annotations

import contextlib
import io
import random
import shutil
import sys
import tempfile
import warnings
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from types import CodeType, FrameType, FunctionType
from typing import Any, Protocol

import numpy as np

from utils.checker import course, reachable
from utils.checker.cases import (
    Case,
    Place,
    Raised,
    Returned,
    Run,
    Seed,
    TempFile,
    Unsupported,
    changes,
    leaves,
    text_of,
    untouched,
)
from utils.checker.explain import (
    explain,
    has_loop,
    is_blank,
    operands,
    outside_names,
    traceback_of,
)
from utils.checker.sanitize import clean, name_of, plain, plain_and_shared

__all__ = ["Absent", "Answer", "Answers", "Function", "Notebook", "Overrides", "call"]

VARIABLES = 50  # of a function that raised or returned None
VARIABLE_BYTES = 2**16  # of arrays in one; cases are small, and so are right results
PRINTED = 1000  # characters of what an answer prints
EXPLAINED = 3  # exceptions of one round of calls: a verdict shows only one

Overrides = Mapping[str, Callable[..., Any]]


class Absent(Exception):
    """The answer does not exist; `message` and `advice` are for the student."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message, self.advice = message, advice


class Answer(Protocol):
    """The interface through which the judge uses one answer."""

    def runs(self, cases: Sequence[Case], overrides: Overrides) -> list[Run]:
        """Call the answer on each case, with `overrides` in place of the student's functions."""

    @property
    def blank(self) -> bool:
        """Return whether the answer still contains the stub."""

    @property
    def loops(self) -> bool:
        """Return whether the answer has a loop."""

    @property
    def outside(self) -> list[str]:
        """Return names of data that the answer reads from outside."""

    def uses(self, names: tuple[str, ...]) -> list[str]:
        """Return which of `names` the answer calls, directly or through other functions."""

    def log(self, scratch: TempFile) -> Any:
        """Return the records in a log that the answer wrote.

        Return None if there is no file, and an `Unsupported` if the file is not a log.
        """


class Answers(Protocol):
    """The interface of all of a student's answers."""

    def answer(self, exercise: str) -> Answer:
        """Return the answer of this name, or raise `Absent`."""


def call(function: Callable[..., Any], case: Case) -> Run:
    """Call the function on the case; of its exceptions, only KeyboardInterrupt gets out."""
    return _called(function, case)[0]


class Function:
    """An answer that is a function in this process.

    Parameters
    ----------
    function : callable
    folder : Path, optional
        Folder of the files that it writes; by default a temporary one, deleted with this object.
    namespace : dict, optional
        The notebook's names; by default the function's globals.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        folder: Path | None = None,
        namespace: dict[str, Any] | None = None,
    ) -> None:
        self.function = function
        self._folder = folder
        self.namespace = getattr(function, "__globals__", {}) if namespace is None else namespace

    @property
    def folder(self) -> Path:
        """Return the folder of the files that the function writes, by default a temporary one."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="course-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder

    def runs(self, cases: Sequence[Case], overrides: Overrides) -> list[Run]:
        """Call the function on each case, and explain its first exceptions in words."""
        runs: list[Run] = []
        with reachable.replaced(self.function, self.namespace, overrides):
            for case in cases:
                files = any(isinstance(value, TempFile) for value in case.args.values())
                run, error = _called(self.function, case, self.folder if files else None)
                if error is not None:
                    run = replace(run, unfinished=_variables_at_raise(error, self.function))
                elif isinstance(run.outcome, Returned) and run.outcome.value is None and not files:
                    run = replace(run, unfinished=_variables_at_return(self.function, case))
                if error is not None and sum(one.failure is not None for one in runs) < EXPLAINED:
                    run = replace(run, failure=explain(error, self.function))
                runs.append(run)
        return runs

    def log(self, scratch: TempFile) -> Any:
        """Return the records in a log that the function wrote."""
        path = self.folder / scratch.name
        if not path.exists():
            return None
        try:
            return plain(course.read_log(path))
        except Exception:
            return Unsupported("a file that is no log")

    @property
    def blank(self) -> bool:
        """Return whether the function still contains nbgrader's stub."""
        return is_blank(self.function)

    @property
    def loops(self) -> bool:
        """Return whether the function has a loop."""
        return has_loop(self.function)

    @property
    def outside(self) -> list[str]:
        """Return names of data, not functions, that the function reads from outside."""
        return outside_names(self.function)

    def uses(self, names: tuple[str, ...]) -> list[str]:
        """Return which of `names` the function calls, directly or through other functions."""
        return reachable.used(self.function, self.namespace, names)


class Notebook:
    """The answers in a notebook's own namespace."""

    def __init__(self, namespace: dict[str, Any], folder: Path | None = None) -> None:
        self.namespace, self.folder = namespace, folder

    def answer(self, exercise: str) -> Function:
        """Return the function of this name.

        Raises
        ------
        Absent
            If there is none.
        """
        function = self.namespace.get(exercise)
        if function is None:
            raise Absent(
                f"there is no {exercise} yet.",
                "Run the cell that defines it. If that cell shows an error, mend that first.",
            )
        if not callable(function):
            raise Absent(
                f"{exercise} is not a function any more: something of type "
                f"{type(function).__name__} was given its name.",
                "Run the cell that defines it again, and give the other thing another name.",
            )
        return Function(function, self.folder, self.namespace)


def _called(
    function: Callable[..., Any], case: Case, folder: Path | None = None
) -> tuple[Run, BaseException | None]:
    inputs = case.inputs(folder)
    drawing = any(isinstance(value, Seed) for value in case.args.values())
    before = _shared_generators() if drawing else {}
    arrays = list(leaves(inputs))  # before the call, which may put an input inside itself
    out = io.StringIO()
    error: BaseException | None = None
    value: Any = None
    with (
        np.errstate(
            all="warn", under="ignore"
        ),  # override the notebook's setting: one cell must not fail another
        warnings.catch_warnings(record=True) as caught,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
    ):
        warnings.simplefilter("always")
        start = perf_counter()
        try:
            value = function(*inputs)
        except KeyboardInterrupt:
            raise
        except BaseException as raised:
            error = raised
        seconds = perf_counter() - start
    outcome: Returned | Raised
    kinds: tuple[str, ...] = ()
    shared: tuple[Place, ...] = ()
    if error is None:
        result, shared = plain_and_shared(value, arrays)
        outcome = Returned(result)
    else:
        kinds = tuple(name_of(one) for one in type.__dict__["__mro__"].__get__(type(error)))
        outcome = Raised(kinds[0], clean(text_of(error), 2000), operands(error))
    run = Run(
        outcome,
        changed=tuple(
            name
            for (name, before), after in zip(case.args.items(), inputs, strict=True)
            if not untouched(before, after)
            for name in changes(name, before, plain(after))
        ),
        shared=shared,
        kinds=kinds,
        printed="" if out.closed else _cut(out.getvalue()),
        warned=tuple(dict.fromkeys(_warning(w) for w in caught[:50])),
        seconds=seconds,
        moved=tuple(name for name, state in _shared_generators().items() if before[name] != state)
        if drawing
        else (),
    )
    return run, error


def _cut(printed: str) -> str:
    """Return what an answer printed; of very much, the beginning and a remark."""
    if len(printed) <= PRINTED:
        return clean(printed, PRINTED)
    kept = clean(printed, PRINTED).rpartition("\n")[0] or clean(printed, PRINTED)
    return f"{kept}\n… and {len(printed) - len(kept):,} characters more."


def _shared_generators() -> dict[str, Any]:
    """Return the states of the random generators that all code of a process shares."""
    _, key, *rest = np.random.get_state()  # noqa: NPY002  it is the shared one that is meant
    return {"np.random": (np.asarray(key).tobytes(), *rest), "random": random.getstate()}


def _variables_at_raise(error: BaseException, function: Callable[..., Any]) -> tuple[Any, ...]:
    """Return the values of the function's own variables where it was left by an exception."""
    code, trace = _code_of(function), traceback_of(error)
    while trace is not None:
        if trace.tb_frame.f_code is code:
            return _variables(trace.tb_frame)
        trace = trace.tb_next
    return ()


def _variables_at_return(function: Callable[..., Any], case: Case) -> tuple[Any, ...]:
    """Call the function again, and return the values of its own variables at its end."""
    code, found = _code_of(function), list[tuple[Any, ...]]()

    def look(frame: FrameType, event: str, _: Any) -> None:
        if event == "return" and frame.f_code is code:
            found.append(_variables(frame))

    def watched(*inputs: Any) -> None:
        before = sys.getprofile()
        sys.setprofile(look)
        try:
            function(*inputs)
        finally:
            sys.setprofile(before)

    _called(watched, case)
    return found[-1] if found else ()


def _code_of(function: Any) -> CodeType | None:
    while type(function) is FunctionType and "__wrapped__" in function.__dict__:
        function = function.__dict__["__wrapped__"]
    return function.__code__ if type(function) is FunctionType else None


def _variables(frame: FrameType) -> tuple[Any, ...]:
    values = plain(list(frame.f_locals.values())[:VARIABLES])  # all within one result's limits
    if not isinstance(values, list):
        return ()
    sizes = [sum(array.nbytes for array in leaves(value)) for value in values]
    return tuple(value for value, size in zip(values, sizes, strict=True) if size <= VARIABLE_BYTES)


def _warning(caught: warnings.WarningMessage) -> str:
    text = text_of(caught.message) if isinstance(caught.message, BaseException) else caught.message
    return clean(f"{name_of(caught.category)}: {text}", 500)
