"""Properties: functions that call a student's function and return a finding or None."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from utils.checker.cases import Case, Run, TempFile
from utils.checker.compare import Finding

__all__ = ["Call", "Property"]


class Call(Protocol):
    """The interface through which a property calls the student's function."""

    def __call__(self, case: Case) -> Any:
        """Return the result; if the case expects an exception, return the `Raised`.

        Properties share calls: a `Case` object that was asked before gives the same result again.
        Another object with the same inputs is another call.
        """

    def all(self, cases: Sequence[Case]) -> list[Any]:
        """Return the result for each of these cases, all sent in one request."""

    def results(self) -> list[Any]:
        """Return the results that the answer gave on the question's own cases.

        Points are earned by these results only: a later call may return something else.
        """

    def cases(self) -> Sequence[Case]:
        """Return the question's own cases."""

    def run(self, case: Case) -> Run:
        """Return everything observed in a new call, including the seconds it took."""

    def log(self, scratch: TempFile) -> Any:
        """Return the records in a log that the function wrote.

        Return None if there is no file, and an `Unsupported` if the file is not a log.
        """


Property = Callable[[Call, Any], Finding | None]
"""A property takes `call` and the exercise's `params`, and returns a finding or None."""
