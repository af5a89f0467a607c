"""What a law is: a function that asks a student's function, and says what it finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from utils.checker.cases import Case, Run, TempFile
from utils.checker.compare import Finding

__all__ = ["Ask", "Law"]


class Ask(Protocol):
    """Calls the student's function."""

    def __call__(self, case: Case) -> Any:
        """What it returns; where the case expects it to raise, the `Raised`."""

    def all(self, cases: Sequence[Case]) -> list[Any]:
        """What it returns for each of these cases, all asked in one request."""

    def run(self, case: Case) -> Run:
        """All that was seen of the call, the seconds it took among it."""

    def log(self, scratch: TempFile) -> Any:
        """The records in a log that it wrote: None where there is none, no list where no log."""


Law = Callable[[Ask, Any], Finding | None]
"""A law is given `ask` and what the exercise keeps `secret`."""
