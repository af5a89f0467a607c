"""What an exercise is: one function that a student writes, and all that judging it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from utils.cases import Case
from utils.judging import Template

__all__ = ["Exercise", "Mistake"]


@dataclass(frozen=True)
class Mistake:
    """A known wrong way to solve an exercise.

    Attributes
    ----------
    name : str
        What was done, in snake case; unique within its exercise.
    sentence : str
        What a student who did this needs to hear; never the answer.
    function : callable
        The wrong way itself, to be run.
    """

    name: str
    sentence: str
    function: Callable[..., Any]


@dataclass
class Exercise:
    """One exercise.

    Attributes
    ----------
    name : str
        The function's name, unique across the course; also the grade id of its test cell.
    assignment : str
        The folder under ``notebooks/`` it belongs to.
    points : float
    reference : callable
        The course's own solution.
    returns : Template
        What the parts of its result are called.
    cases : callable
        Given a Generator, fresh cases, the easiest to read first.
    hints : three sentences or short worked problems, never the answer
    builds_on : names of exercises whose functions a student may call here
    fresh : names of parts of the result that must not share memory with the inputs
    laws : names of laws in `utils.laws.LAWS`
    secret : what its laws need to know, as plain data; in a bundle it is as open as the key
    mistakes : known wrong ways, added by the decorator `mistake`
    """

    name: str
    assignment: str
    points: float
    reference: Callable[..., Any]
    returns: Template
    cases: Callable[[np.random.Generator], list[Case]]
    hints: tuple[str, str, str]
    builds_on: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    laws: tuple[str, ...] = ()
    secret: Any = None
    mistakes: list[Mistake] = field(default_factory=list)

    def mistake(self, sentence: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorate a wrong solution to make it known, with the sentence that helps."""

        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            self.mistakes.append(Mistake(function.__name__.strip("_"), sentence, function))
            return function

        return add
