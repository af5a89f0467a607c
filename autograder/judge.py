"""Judges one submission: its code runs in the sandbox, its verdicts are made here.

The reference, the cases' results and the known mistakes never enter the sandbox; what comes out of
it is arrays and words, checked by `autograder.wire`. An answer that crashes, hangs, exits or floods
costs itself alone: the others are judged in a fresh sandbox, without that answer's say.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import re
import resource
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from autograder import wire
from autograder.intake import Piece
from autograder.sandbox import Cell, Ended, Sandbox
from autograder.unwalled import Unwalled, UnwalledCell
from autograder.walls import die_with_parent
from utils.answer_key import AnswerKey, KeyFault, Question
from utils.answers import Absent, Given, call
from utils.cases import Case, Raised, Returned, Run, Scratch, leaves
from utils.exercises import EXERCISES
from utils.judging import judge_exercise, rejections
from utils.verdict import Verdict

__all__ = ["Evidence", "Judged", "SandboxLost", "Settings", "evidence", "judge_submission"]

LENDINGS = 2000  # times that one exercise may call the reference
LENT_SECONDS = 10  # that one such call may take
PRINTED = 10_000  # letters of what a cell printed that are kept
LENT_KEPT = 1000  # results of such calls that are remembered, of arguments
LENT_SMALL = 1 << 15  # of at most so many bytes
LENT_MEMORY = 1 << 30  # bytes that it may use
TURNS = 30  # a submission's cells and exercises together may take so many times what one may


@dataclass(frozen=True)
class Settings:
    """What decides a verdict besides the answer.

    Attributes
    ----------
    seed : decides the random cases; the same for a whole class
    follow_through : "full", "half" or "none", see `utils.judging`
    seconds : how long a cell may run, and how long all calls of one exercise may take
    """

    seed: str
    follow_through: str = "full"
    seconds: float = 60


@dataclass
class Judged:
    """What came of a submission.

    Attributes
    ----------
    verdicts : by exercise
    printed : what each piece printed, by its name
    raised : the exception that ended a piece, by its name
    suspicions : sentences about what was tried, by exercise; empty for the whole
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    raised: dict[str, str] = field(default_factory=dict)
    suspicions: dict[str, str] = field(default_factory=dict)


def judge_submission(
    sandbox: Sandbox | Unwalled,
    key: AnswerKey,
    pieces: Sequence[Piece],
    exercises: Sequence[str],
    settings: Settings,
    files: Mapping[str, bytes] | None = None,
) -> Judged:
    """Judge these exercises of a submission, in order.

    Parameters
    ----------
    sandbox : Sandbox
        Started with `autograder.inside:serve`.
    key : AnswerKey
    pieces : sequence of Piece
        All code that is to run, in order.
    exercises : sequence of str
        An exercise comes after those that it builds on.
    settings : Settings
    files : mapping
        What lies in the folder that the code runs in.
    """
    return _Submission(sandbox, key, pieces, settings, files or {}).judged(exercises)


class SandboxLost(Exception):
    """The sandbox died, and nothing can be said about the submission."""


@dataclass(frozen=True)
class Evidence:
    """A verdict, with the smallest case that fails and what came of it."""

    verdict: Verdict
    case: Case | None = None
    outcome: Returned | Raised | None = None


def evidence(
    sandbox: Sandbox | Unwalled,
    key: AnswerKey,
    pieces: Sequence[Piece],
    exercise: str,
    settings: Settings,
    seed: int | None,
) -> Evidence:
    """Judge one exercise again, as it was judged with this seed, and find what shows it best."""
    asked = _Fixed(key, exercise, seed)
    builds_on = EXERCISES[exercise].builds_on
    submission = _Submission(sandbox, asked, pieces, settings, {})
    verdict = submission.judged([*builds_on, exercise]).verdicts[exercise]
    question = asked.question(exercise)
    if verdict.status not in ("wrong", "error") or verdict.given or not question.cases:
        return Evidence(verdict)
    with sandbox.open({}) as cell:
        answers = _Answers(cell, settings)
        try:
            for piece in pieces:
                answers.run(piece)
            answers.begin()
            answer = answers.answer(exercise)
            wrong, _ = rejections(question, answer)
            if not wrong:
                return Evidence(verdict)
            case = min((question.cases[i] for i in wrong), key=_size)
            [run] = answer.runs([case], {})
            return Evidence(verdict, case, run.outcome)
        except (Ended, wire.Forged, Absent):
            return Evidence(verdict)


class _Fixed:
    """A key that asks one exercise with one seed."""

    def __init__(self, key: AnswerKey, exercise: str, seed: int | None) -> None:
        self._key, self._exercise, self._seed = key, exercise, seed

    def question(self, exercise: str, seed: int | None = None) -> Question:
        """The exercise, with its seed."""
        return self._key.question(exercise, self._seed if exercise == self._exercise else seed)


def _size(case: Case) -> int:
    """How many numbers a reader would have to look at."""
    return sum(array.size for array in leaves(list(case.args.values())))


class _Submission:
    def __init__(
        self,
        sandbox: Sandbox | Unwalled,
        key: AnswerKey,
        pieces: Sequence[Piece],
        settings: Settings,
        files: Mapping[str, bytes],
    ) -> None:
        self.sandbox, self.key, self.files = sandbox, key, files
        self.pieces, self.settings = pieces, settings
        self.found = Judged()
        self.stops: dict[str, Ended] = {}  # pieces that end the sandbox, by name
        self.over = time.monotonic() + TURNS * settings.seconds

    def judged(self, exercises: Sequence[str]) -> Judged:
        due = list(exercises)
        while due and time.monotonic() < self.over:  # each round but the last loses a piece or one
            with self.sandbox.open(self.files) as cell:
                answers = _Answers(cell, self.settings, self.over)
                if not self._run(answers):
                    continue
                while due:
                    verdict, ended = self._judge(answers, due[0])
                    self.found.verdicts[due.pop(0)] = verdict
                    if ended:
                        break
        for exercise in due:
            told = "the notebook as a whole takes too long: its other cells left no time for this."
            self.found.verdicts[exercise] = self._own(exercise, "timeout", told)
        return self.found

    def _run(self, answers: _Answers) -> bool:
        """Run all cells; False when one ended the sandbox, and is left out from here on."""
        for piece in self.pieces:
            if piece.name in self.stops:
                continue
            try:
                ran = answers.run(piece)
            except (Ended, wire.Forged) as stop:
                self._unless_lost(stop)
                self.stops[piece.name] = stop if isinstance(stop, Ended) else _forged(stop)
                self.found.raised[piece.name] = f"Stopped: {self.stops[piece.name].sentence}"
                return False
            self.found.printed[piece.name] = _cut(ran.printed)
            self.found.raised[piece.name] = ran.raised
        return True

    def _judge(self, answers: _Answers, exercise: str) -> tuple[Verdict, bool]:
        """The verdict on an exercise, and whether it ended the sandbox."""
        for piece in self.pieces:
            if piece.exercise == exercise and piece.name in self.stops:
                return self._stopped(exercise, self.stops[piece.name], "the cell of your answer")
        answers.begin()
        try:
            verdict = judge_exercise(
                self.key,
                exercise,
                answers,
                follow_through=self.settings.follow_through,
                before=self.found.verdicts,
            )
            return self._with_its_cell(exercise, verdict), False
        except Ended as ended:
            self._unless_lost(ended)
            return self._stopped(exercise, ended, f"calling your {exercise}", over=True)
        except wire.Forged as forged:
            self.found.suspicions[exercise] = str(forged)
            verdict = self._own(exercise, "tampered", "its answer did not come as it should.")
            return verdict, True
        except KeyFault as fault:
            told = f"could not be checked, and that is not your fault: {fault}."
            return self._own(exercise, "unchecked", told), False
        except Exception as fault:  # ours, or brought about: no proof, no points, and no end of us
            self.found.suspicions[exercise] = (
                f"What it gave made the judge stumble ({type(fault).__name__})."
            )
            told = "could not be checked: what it gives is nothing that can be judged."
            return self._own(exercise, "unchecked", told), True

    def _unless_lost(self, stop: Ended | wire.Forged) -> None:
        """What died with the whole sandbox was not ended by its own doing."""
        if isinstance(stop, Ended) and stop.reason == "killed" and not self.sandbox.alive():
            raise SandboxLost("The sandbox died.")

    def _with_its_cell(self, exercise: str, verdict: Verdict) -> Verdict:
        """Where the answer's own cell raised, that is what the student should read first."""
        if verdict.status != "error" or verdict.points:
            return verdict
        for piece in self.pieces:
            raised = self.found.raised.get(piece.name, "") if piece.exercise == exercise else ""
            if raised:
                raised = re.sub(r" \([^()]*, line (\d+)\)$", r" (line \1)", raised)
                found = verdict.message[:1].upper() + verdict.message[1:]
                message = f"the cell of your answer stops with {raised[:500]}."
                return replace(verdict, message=message, advice=found)
        return verdict

    def _stopped(
        self, exercise: str, ended: Ended, what: str, over: bool = False
    ) -> tuple[Verdict, bool]:
        told = {
            "timeout": f"{what} did not come to an end in {self.settings.seconds:g} seconds.",
            "memory": f"{what} asked for more memory than there is.",
            "output": f"{what} printed without end.",
            "frame": f"{what} gave a result that is too large to look at.",
            "exited": f"{what} ended Python itself, as exit() does.",
        }.get(ended.reason, f"{what} ended the program ({ended.sentence})")
        status = "timeout" if ended.reason == "timeout" else "error"
        return self._own(exercise, status, told), over

    def _own(self, exercise: str, status: str, message: str) -> Verdict:
        most = EXERCISES[exercise].points if exercise in EXERCISES else 0
        return Verdict(exercise, status, 0, most, message)


def _cut(text: str) -> str:
    more = len(text) - PRINTED
    return text if more <= 0 else f"{text[:PRINTED]}\n[… {more:,} letters more]\n"


def _forged(error: wire.Forged) -> Ended:
    return Ended("forged", str(error))


class _Answers:
    """A submission's answers, in the sandbox."""

    def __init__(
        self, cell: Cell | UnwalledCell, settings: Settings, over: float = math.inf
    ) -> None:
        self.cell, self.settings, self.over = cell, settings, over
        self.number = 0
        self.deadline = 0.0
        self.lendings = 0

    def begin(self) -> None:
        """Begin with an exercise: its time starts."""
        self._start()
        self.lendings = 0

    def run(self, piece: Piece) -> wire.CellRan:
        """Run a cell."""
        self._start()
        ran: wire.CellRan = self.ask(
            wire.RunCell(self.next(), piece.source, piece.name), wire.CellRan
        )
        return ran

    def answer(self, exercise: str) -> _Answer:
        """The answer of this name, or `Absent`."""
        builds_on = list(EXERCISES[exercise].builds_on) if exercise in EXERCISES else []
        seen = self.ask(wire.Look(self.next(), exercise, builds_on), wire.Seen)
        if seen.absent:
            raise Absent(seen.absent[0], seen.absent[-1])
        return _Answer(self, exercise, seen)

    def call(self, exercise: str, cases: Sequence[Case], given: Given) -> list[Run]:
        """Call an answer on cases, and the reference for it where that is lent."""
        number = self.next()
        packed = list(map(wire.pack_case, cases))
        started = time.monotonic()
        self.cell.send(wire.write(wire.Call(number, exercise, packed, list(given))))
        while True:
            reply = self._receive(number)
            if isinstance(reply, wire.Came):
                if len(reply.runs) != len(cases):
                    raise wire.Forged("It answered for other cases than were asked.")
                if sum(len(run.outcome.tree) for run in reply.runs) > 4 * wire.TREES:
                    raise wire.Forged("It sent values of too many parts.")
                # Seen from here, whatever clock a student's code looks at.
                seconds = (time.monotonic() - started) / len(cases)
                return [wire.unpack_run(run, seconds) for run in reply.runs]
            if not isinstance(reply, wire.Borrow) or reply.exercise not in given:
                raise wire.Forged("It answered another question than was asked.")
            self.lendings += 1
            if self.lendings > LENDINGS:
                raise wire.Forged("It called a function of the course without end.")
            outcome = _lend(reply.exercise, reply.arguments, self._left())
            self.cell.send(wire.write(wire.Lent(number, outcome)))

    def ask(self, message: Any, kind: Any) -> Any:
        """Send a message, and wait for the one reply that is due."""
        self.cell.send(wire.write(message))
        reply = self._receive(message.number)
        if not isinstance(reply, kind):
            raise wire.Forged("It answered another question than was asked.")
        return reply

    def _start(self) -> None:
        self.deadline = min(time.monotonic() + self.settings.seconds, self.over)

    def _left(self) -> float:
        """Seconds left; what was sent beforehand does not count when they are over."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Ended("timeout", "It did not answer in time.")
        return left

    def next(self) -> int:
        """The number of the next message."""
        self.number += 1
        return self.number

    def _receive(self, number: int) -> Any:
        reply = wire.read(self.cell.receive(self._left()))
        if reply.number != number:
            raise wire.Forged("It answered a question that was not asked, or was answered.")
        return reply


@dataclass(frozen=True)
class _Answer:
    """One answer, as far as the sandbox tells."""

    answers: _Answers
    exercise: str
    seen: wire.Seen

    def runs(self, cases: Sequence[Case], given: Given) -> list[Run]:
        """Call it on each case."""
        return self.answers.call(self.exercise, cases, given)

    @property
    def blank(self) -> bool:
        """Whether the stub still stands in it."""
        return self.seen.blank

    @property
    def outside(self) -> list[str]:
        """Names of data that it reads from outside."""
        return self.seen.outside

    def log(self, scratch: Scratch) -> Any:
        """The records in a log that it wrote, as the sandbox tells."""
        ask = wire.ReadLog(self.answers.next(), scratch.name)
        return wire.unpacked(self.answers.ask(ask, wire.Log).records, object)

    def uses(self, names: tuple[str, ...]) -> list[str]:
        """Which of these it calls."""
        return [name for name in names if name in self.seen.uses]


_here = threading.local()  # a lender ends with the thread that started it


def _lend(exercise: str, arguments: wire.Packed, seconds: float) -> wire.Packed:
    """What the reference makes of these arguments; a class asks much the same."""
    if vars(_here).get("lender") is None:
        _here.lender, _here.lent = _Lender(), {}
    lent: dict[Any, wire.Packed] = _here.lent
    asked = exercise, bytes(arguments.tree), arguments.numbers
    if asked in lent:
        return lent[asked]
    unpacked = wire.unpacked(arguments, list)
    outcome = wire.pack(_here.lender.lend(exercise, unpacked, seconds))
    if len(arguments.tree) + len(arguments.numbers) <= LENT_SMALL:
        if len(lent) == LENT_KEPT:
            lent.clear()
        lent[asked] = outcome
    return outcome


def close() -> None:
    """End what this thread keeps ready."""
    if vars(_here).get("lender") is not None:
        _here.lender.close()
        _here.lender = None


class _Lender:
    """Calls the reference on arguments that a student's code chose, in a process of its own."""

    def __init__(self) -> None:
        self.line, theirs = multiprocessing.Pipe()
        self.pid = os.fork()  # multiprocessing would refuse to in a Dask worker, a daemon itself
        if not self.pid:
            _serve(theirs)
        theirs.close()

    def lend(self, exercise: str, arguments: list[Any], seconds: float) -> Any:
        """What the reference returned or raised."""
        why = "takes too long"
        try:
            self.line.send((exercise, arguments))
            if self.line.poll(min(LENT_SECONDS, seconds)):
                return self.line.recv()
        except (EOFError, OSError):
            why = "ends it"
        close()
        raise wire.Forged(f"It called a function of the course on what {why}.")

    def close(self) -> None:
        """End the process."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.line.close()


def _serve(line: Connection) -> NoReturn:
    try:
        die_with_parent()  # it holds both ends of the line, so that never ends
        os.closerange(3, line.fileno())  # nobody waits in vain for the end of another line
        os.closerange(line.fileno() + 1, 1 << 16)
        with suppress(FileNotFoundError), open("/proc/self/statm") as statm:
            used = int(statm.read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + LENT_MEMORY,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        while True:
            exercise, given = line.recv()
            try:
                arguments, named = given
                names = {f"argument {i}": value for i, value in enumerate(arguments)}
                reference = partial(EXERCISES[exercise].reference, **named)
                line.send(call(reference, Case(names)).outcome)
            except Exception as error:
                line.send(Raised(type(error).__name__))
    finally:
        os._exit(0)
