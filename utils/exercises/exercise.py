"""What an exercise is: one function that a student writes, and all that judging it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.checker.compare import PRECISION, Template

__all__ = ["CombinedMistake", "Exercise", "Mistake", "RaisingMistake"]

Function = Callable[..., Any]


@dataclass(frozen=True)
class Mistake:
    """A known wrong way to solve an exercise.

    Attributes
    ----------
    name : str
        The mistake in snake case; unique within its exercise.
    sentence : str
        The sentence that helps a student who made it; never the answer.
    function : callable
        The wrong function, to be run.
    """

    name: str
    sentence: str
    function: Function


@dataclass(frozen=True)
class CombinedMistake:
    """Two known mistakes in one function; the verdict names one of `names`."""

    names: tuple[str, str]
    function: Function


@dataclass(frozen=True)
class RaisingMistake:
    """A mistake that raises; `phrase` is a part of the sentence about the student's own line."""

    phrase: str
    function: Function


@dataclass
class Exercise:
    """One exercise.

    Attributes
    ----------
    name : str
        The function's name, unique across the course; also the grade id of its test cell.
    assignment : str
        The folder under ``notebooks/`` it belongs to.
    rubric : dict
        The name of each part and its points. "shape" is earned if every result has the right
        parts and shapes, "inputs left alone" if no argument changed. A part that is named like a
        part of the result ("cache") is earned by that part in all cases; any other part, by the
        cases and properties that name it.
    reference : callable
        The course's own solution.
    returns : Template
        What the parts of its result are called.
    cases : callable
        Given a Generator, fresh cases, the easiest to read first.
    hints : three sentences or short worked problems, never the answer
    builds_on : names of exercises whose functions an answer may reach, by its own calls or theirs
    fresh : names of parts of the result that must not share memory with the inputs
    properties : dict
        Names of properties of its notebook (`utils.properties`), each with the part of the rubric
        it earns.
    params : parameters of its properties, as plain data; students can read them in the key
    drawn : str
        The part of the rubric that is lost if numbers are not drawn from the generator among the
        arguments; by default, the parts of the cases in which that shows.
    asks : dict
        Ways that the text asks for and no case shows, each with the remark for right work that
        goes another way: the name of an earlier exercise to call, or `WITHOUT_LOOP`.
    precision : float
        How exact float64 results must be, relative to the largest entry: see
        `utils.checker.compare.tolerance`.
    mistakes, combined_mistakes, raising_mistakes : known wrong ways, added by decorators
    right : right ways that are not the reference's, added by a decorator
    """

    name: str
    assignment: str
    rubric: Mapping[str, float]
    reference: Function
    returns: Template
    cases: Callable[[np.random.Generator], list[Case]]
    hints: tuple[str, str, str]
    builds_on: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    params: Any = None
    drawn: str = ""
    asks: Mapping[str, str] = field(default_factory=dict)
    precision: float = PRECISION
    mistakes: list[Mistake] = field(default_factory=list)
    combined_mistakes: list[CombinedMistake] = field(default_factory=list)
    raising_mistakes: list[RaisingMistake] = field(default_factory=list)
    right: list[Function] = field(default_factory=list)

    @property
    def points(self) -> float:
        """Return the sum of the rubric's points, as an int if it is whole."""
        total = sum(self.rubric.values())
        return int(total) if total == int(total) else total

    def mistake(self, sentence: str) -> Callable[[Function], Function]:
        """Decorate a wrong solution to make it known, with the sentence that helps."""

        def add(function: Function) -> Function:
            self.mistakes.append(Mistake(function.__name__, sentence, function))
            return function

        return add

    def combined_mistake(self, one: str, other: str) -> Callable[[Function], Function]:
        """Decorate a solution with two known mistakes in it, named here."""

        def add(function: Function) -> Function:
            self.combined_mistakes.append(CombinedMistake((one, other), function))
            return function

        return add

    def raising_mistake(self, phrase: str) -> Callable[[Function], Function]:
        """Decorate a wrong solution that raises, with a phrase of its explanation."""

        def add(function: Function) -> Function:
            self.raising_mistakes.append(RaisingMistake(phrase, function))
            return function

        return add

    def correct_variant(self, function: Function) -> Function:
        """Decorate a right solution written in another way: it must never lose a point."""
        self.right.append(function)
        return function
