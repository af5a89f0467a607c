"""Answer keys: the expected results of an exercise's cases, computed or read from a file.

The *live* key makes fresh random cases and computes their results with the reference. The *frozen*
key is an HDF5 file of such cases with their results; it is all that a student's bundle has. Both
return a `Question`, so the judge need not know which key it uses.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from utils.checker import course
from utils.checker.cases import Case, Raised, Returned, Seed
from utils.checker.compare import Template
from utils.checker.serialize import Packer, unpack
from utils.checker.student_code import call
from utils.files import written_aside
from utils.hdf5 import opened, readable

__all__ = ["FROZEN_KEY", "AnswerKey", "FrozenKey", "KeyFault", "LiveKey", "Question", "freeze"]

FROZEN_KEY = Path(__file__).resolve().parents[1] / "answer_key.h5"
FORMAT = 6

Outcome = Returned | Raised


class KeyFault(Exception):
    """An answer key is missing or broken; this is never a student's fault."""


class UnknownExercise(KeyFault):
    """The key has no exercise of this name; `names` lists those it has."""

    def __init__(self, key: str, exercise: str, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"{key} has no exercise {exercise!r}; it has {', '.join(self.names)}")


@dataclass(frozen=True)
class KnownMistake:
    """A known mistake, with its outcome on each case of the question.

    `alone` is false if the same function contains a second known mistake.
    """

    name: str
    sentence: str
    outcome: Callable[[int], Outcome]
    alone: bool = True


@dataclass(frozen=True)
class Question:
    """One exercise of an answer key, with cases that each have an expected outcome.

    The fields are those of `utils.exercises.Exercise`. `seed` reproduces these cases (None if they
    never vary), and no verdict shows it where it is `secret`. `references` has the reference of
    each exercise that this one builds on (None if the key has no references).
    """

    exercise: str
    assignment: str
    rubric: Mapping[str, float]
    returns: Template
    cases: tuple[Case, ...]
    mistakes: tuple[KnownMistake, ...]
    hints: tuple[str, ...]
    builds_on: tuple[str, ...]
    fresh: tuple[str, ...]
    properties: Mapping[str, str]
    precision: float
    params: Any = None
    drawn: str = ""
    asks: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    secret: bool = False
    references: Mapping[str, Callable[..., Any]] | None = None

    @property
    def points(self) -> float:
        """Return the sum of the rubric's points."""
        return sum(self.rubric.values())

    @cached_property
    def repeated(self) -> tuple[int, ...]:
        """Return the indices of the cases to call twice: the first, and those with a generator."""
        return tuple(i for i in range(len(self.cases)) if not i or self.draws_in(i))

    def draws_in(self, i: int) -> bool:
        """Return whether case `i` has a random generator among its arguments."""
        return any(isinstance(value, Seed) for value in self.cases[i].args.values())


class AnswerKey(Protocol):
    """The interface of both answer keys."""

    def question(self, exercise: str, seed: int | None = None) -> Question:
        """Return the exercise of this name; `seed` chooses the cases if they are random."""


def open_key() -> AnswerKey:
    """Return the live key where the references and exercises are installed, else the frozen key.

    A missing frozen key raises `KeyFault` only when it is asked for a question.
    """
    if course.has_solutions():
        return LiveKey(os.environ.get("COURSE_SEED"))
    return FrozenKey(FROZEN_KEY)


class LiveKey:
    """An answer key of fresh random cases, with results from the reference.

    Parameters
    ----------
    common : str, optional
        Determines the seeds where a question names none: the same for a whole class.
    """

    def __init__(self, common: str | None = None) -> None:
        self.common = common

    def question(self, exercise: str, seed: int | None = None) -> Question:
        """Return the exercise on cases from `seed`; without one, from `common` or a random seed."""
        exercises = course.exercises()
        asked = exercises.get(exercise)
        if asked is None:
            raise UnknownExercise("the course", exercise, exercises)
        if seed is None:
            seed = _seed_for(exercise, self.common)
        try:
            cases = tuple(
                _answered(case, asked.reference)
                for case in asked.cases(np.random.default_rng(seed))
            )
        except Exception as error:
            raise KeyFault(
                f"the cases of {exercise} in utils/exercises cannot be made ({error}); "
                "`make test`, where the course is, says more"
            ) from error

        def known(function: Callable[..., Any]) -> Callable[[int], Outcome]:
            return cache(lambda i: call(function, cases[i]).outcome)

        return Question(
            exercise=asked.name,
            assignment=asked.assignment,
            rubric=asked.rubric,
            returns=asked.returns,
            cases=cases,
            mistakes=(
                *(KnownMistake(m.name, m.sentence, known(m.function)) for m in asked.mistakes),
                *(
                    KnownMistake(m.name, m.sentence, known(c.function), alone=False)
                    for c in asked.combined_mistakes
                    for m in asked.mistakes
                    if m.name == c.names[0]
                ),
            ),
            hints=asked.hints,
            builds_on=asked.builds_on,
            fresh=asked.fresh,
            properties=asked.properties,
            precision=asked.precision,
            params=asked.params,
            drawn=asked.drawn,
            asks=asked.asks,
            seed=seed,
            secret=self.common is not None,  # whoever has a class's seed can make its cases
            references={name: exercises[name].reference for name in asked.builds_on},
        )


class FrozenKey:
    """An answer key read from an HDF5 file that `freeze` wrote, or from the twin of one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def question(self, exercise: str, seed: int | None = None) -> Question:
        """Return the exercise as it was frozen; `seed` is ignored."""
        with self._opened() as file:
            if exercise not in file:
                raise UnknownExercise(str(self.path), exercise, file)
            return _unpack_question(file[exercise])

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        advice = "get a fresh copy of the assignment, or run `course key` where the course is"
        path = readable(self.path)
        if not path.exists():
            raise KeyFault(f"the answer key {self.path} is missing; {advice}")
        try:
            with opened(path) as file:
                if file.attrs.get("format") != FORMAT:
                    raise KeyFault(f"{self.path} is not an answer key of this course; {advice}")
                yield file
        except ModuleNotFoundError as error:
            raise KeyFault(str(error)) from error
        except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise KeyFault(f"the answer key {self.path} cannot be read; {advice}") from error


def freeze(
    path: Path, exercises: Iterable[str], seed: int | None = 0, live: LiveKey | None = None
) -> None:
    """Write the frozen key of these exercises; `path` never holds a half-written file.

    The cases are those that `live` makes from `seed`. Each known mistake's outcomes are stored with
    its sentence, but no code: the file shows only the outcomes of the cases.
    """
    import h5py

    live = live or LiveKey()
    with written_aside(path) as aside, h5py.File(aside, "w") as file:
        file.attrs["format"] = FORMAT
        for exercise in exercises:
            _pack_question(file.create_group(exercise), live.question(exercise, seed))


def _seed_for(exercise: str, common: str | None) -> int:
    """Return one seed for the whole class if `common` is given, else a random one."""
    if common is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    digest = hashlib.sha256(f"{common}/{exercise}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def _answered(case: Case, reference: Callable[..., Any]) -> Case:
    if case.expected is not None:
        return case
    outcome = call(reference, case).outcome
    if isinstance(outcome, Raised):
        raise ValueError(f"the reference raised {outcome.kind}: {outcome.message}")
    return replace(case, expected=outcome)


# --- the file: JSON for the structure, one dataset for all numbers ------------------------------


def _pack_question(group: Any, question: Question) -> None:
    store = Packer()
    data = {
        "exercise": question.exercise,
        "assignment": question.assignment,
        "rubric": dict(question.rubric),
        "precision": question.precision,
        "returns": store.pack(question.returns),
        "hints": list(question.hints),
        "builds_on": list(question.builds_on),
        "fresh": list(question.fresh),
        "properties": dict(question.properties),
        "params": store.pack(question.params),
        "drawn": question.drawn,
        "asks": dict(question.asks),
        "cases": [
            {
                "args": store.pack(case.args),
                "note": case.note,
                "layout": case.layout,
                "expected": store.pack(case.expected),
                "earns": case.earns,
            }
            for case in question.cases
        ],
        "mistakes": [
            {
                "name": mistake.name,
                "sentence": mistake.sentence,
                "alone": mistake.alone,
                "outcomes": [store.pack(mistake.outcome(i)) for i in range(len(question.cases))],
            }
            for mistake in question.mistakes
        ],
    }
    group.create_dataset("question", data=json.dumps(data))
    numbers = np.frombuffer(store.numbers(), np.uint8)
    group.create_dataset("arrays", data=numbers, compression="gzip", shuffle=True)


def _unpack_question(group: Any) -> Question:
    data = json.loads(group["question"][()])
    buffer = group["arrays"][()].tobytes()

    def known(outcomes: list[Any]) -> Callable[[int], Outcome]:
        return lambda i: unpack(outcomes[i], buffer)

    return Question(
        exercise=data["exercise"],
        assignment=data["assignment"],
        rubric=data["rubric"],
        precision=data["precision"],
        returns=unpack(data["returns"], buffer),
        cases=tuple(
            Case(
                unpack(case["args"], buffer),
                case["note"],
                case["layout"],
                unpack(case["expected"], buffer),
                case["earns"],
            )
            for case in data["cases"]
        ),
        mistakes=tuple(
            KnownMistake(m["name"], m["sentence"], known(m["outcomes"]), m["alone"])
            for m in data["mistakes"]
        ),
        hints=tuple(data["hints"]),
        builds_on=tuple(data["builds_on"]),
        fresh=tuple(data["fresh"]),
        properties=data["properties"],
        params=unpack(data["params"], buffer),
        drawn=data["drawn"],
        asks=data["asks"],
    )
