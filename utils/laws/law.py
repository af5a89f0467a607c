"""What a law is."""

from collections.abc import Callable
from typing import Any

from utils.cases import Case
from utils.judging import Finding

__all__ = ["Ask", "Law"]

Ask = Callable[[Case], Any]
"""Calls the student's function on a case and gives its result.

Where the case expects an exception and that kind of exception comes, it is the `Raised`."""

Law = Callable[[Ask, Any], Finding | None]
"""Asks what it wants to know, and says what is wrong. The second argument is what the answer
key holds for this law alone (`Exercise.secret`); a law that needs nothing of the kind gets None."""
