"""Asks a submission's answers, which are in a sandbox, what the judge wants to know.

One request at a time, each followed by its reply: run a cell, look at an answer, call it on cases,
read a log that it wrote. Requests may come in any order, so that an exercise can be judged at any
point of a notebook's run. Everything that the sandbox says may be a lie of the student's code;
here it is checked that it is at least an answer to what was asked.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograder.limits import Limits
from autograder.protocol import messages, reference_process
from autograder.sandbox.frames import Ended, Frames
from utils.checker.cases import Case, Run, TempFile
from utils.checker.student_code import Absent, Given
from utils.exercises import EXERCISES

__all__ = ["CodeCell", "RemoteFunction", "RemoteNotebook"]

REPLIES: dict[type, type] = {
    messages.RunCell: messages.CellRan,
    messages.Inspect: messages.InspectReply,
    messages.Call: messages.CallReply,
    messages.ReadLog: messages.Log,
}


@dataclass(frozen=True)
class CodeCell:
    """A cell's code as it is run; `exercise` is what it answers, or empty."""

    source: str
    name: str
    exercise: str = ""
    given: bool = False


class RemoteNotebook:
    """A submission's answers.

    Parameters
    ----------
    cell : Frames
        The line to its sandbox.
    limits : Limits
    over : float
        When the submission as a whole must be done.
    """

    def __init__(self, cell: Frames, limits: Limits, over: float = math.inf) -> None:
        self.cell, self.limits, self.over = cell, limits, over
        self.number = 0
        self.begin()

    def begin(self) -> None:
        """Begin with a cell or an exercise: its time starts anew."""
        self.left = self.limits.seconds
        self.lendings = 0

    def run(self, piece: CodeCell) -> messages.CellRan:
        """Run a cell."""
        self.begin()
        ran: messages.CellRan
        ran, _ = self.request(messages.RunCell(self._next(), piece.source, piece.name))
        return ran

    def answer(self, exercise: str) -> RemoteFunction:
        """Look at the answer of this name, or raise `Absent`."""
        builds_on = list(EXERCISES[exercise].builds_on) if exercise in EXERCISES else []
        seen, _ = self.request(messages.Inspect(self._next(), exercise, builds_on))
        if seen.absent:
            raise Absent(seen.absent[0], seen.absent[-1])
        return RemoteFunction(self, exercise, seen)

    def call(self, exercise: str, cases: Sequence[Case], given: Given) -> list[Run]:
        """Call an answer on all of these cases, and the reference for it where that is lent."""
        packed = [messages.pack_case(case) for case in cases]
        came, seconds = self.request(messages.Call(self._next(), exercise, packed, list(given)))
        if len(came.runs) != len(cases):
            raise messages.ProtocolError("It answered for other cases than were asked.")
        if sum(len(run.outcome.tree) for run in came.runs) > 4 * self.limits.tree:
            raise messages.ProtocolError("It sent values of too many parts.")
        return [messages.unpack_run(run, seconds / len(cases)) for run in came.runs]

    def log(self, scratch: TempFile) -> Any:
        """Read the records of a log that an answer wrote, as the sandbox tells them."""
        log, _ = self.request(messages.ReadLog(self._next(), scratch.name))
        return messages.unpacked(log.records, object)

    def request(self, message: messages.Message) -> tuple[Any, float]:
        """Send a request, wait for its reply, and tell how many seconds it took.

        Seconds are seen from here, whatever clock a student's code looks at.

        Raises
        ------
        Ended, ProtocolError
            Where this brings the sandbox to its end, or what comes is no reply to it.
        """
        started = time.monotonic()
        deadline = min(started + self.left, self.over)
        self.cell.send(messages.write(message))
        while True:
            reply = messages.read(self._receive(deadline))
            if reply.number != message.number:
                raise messages.ProtocolError(
                    "It answered a question that was not asked, or was answered."
                )
            if isinstance(reply, REPLIES[type(message)]):
                break
            self._lend(message, reply, deadline)
        seconds = time.monotonic() - started
        self.left -= seconds
        return reply, seconds

    def _receive(self, deadline: float) -> bytes:
        """Wait for a frame, and tell whose time is over when there is none."""
        try:
            return self.cell.receive(_left(deadline))
        except Ended as ended:
            if ended.reason == "timeout" and deadline == self.over:
                raise Ended("total", "The notebook as a whole took too long.") from None
            raise

    def _lend(self, message: messages.Message, reply: Any, deadline: float) -> None:
        """Call the reference for an answer that is being called, and send what came of it."""
        lent = message.given if isinstance(message, messages.Call) else ()
        if not isinstance(reply, messages.ReferenceCall) or reply.exercise not in lent:
            raise messages.ProtocolError("It answered another question than was asked.")
        self.lendings += 1
        if self.lendings > self.limits.reference_calls:
            raise messages.ProtocolError("It called a function of the course without end.")
        outcome = reference_process.call_reference(
            reply.exercise, reply.arguments, _left(deadline), self.limits
        )
        self.cell.send(messages.write(messages.ReferenceReply(message.number, outcome)))

    def _next(self) -> int:
        """Count the requests."""
        self.number += 1
        return self.number


def _left(deadline: float) -> float:
    """Tell the seconds left until a deadline."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise Ended("timeout", "It did not answer in time.")
    return left


@dataclass(frozen=True)
class RemoteFunction:
    """One answer, as far as the sandbox tells."""

    answers: RemoteNotebook
    exercise: str
    seen: messages.InspectReply

    def runs(self, cases: Sequence[Case], given: Given) -> list[Run]:
        """Call it on each case, all in one request."""
        return self.answers.call(self.exercise, cases, given)

    @property
    def blank(self) -> bool:
        """Whether the stub still stands in it."""
        return self.seen.blank

    @property
    def outside(self) -> list[str]:
        """Names of data that it reads from outside."""
        return self.seen.outside

    def log(self, scratch: TempFile) -> Any:
        """Read the records of a log that it wrote."""
        return self.answers.log(scratch)

    def uses(self, names: tuple[str, ...]) -> list[str]:
        """Which of these it calls."""
        return [name for name in names if name in self.seen.uses]
