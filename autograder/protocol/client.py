"""The judge's client of a submission in the sandbox.

One request at a time, each followed by its reply: run a cell, inspect an answer, call it on cases,
read a log that it wrote. Requests may come in any order, so that an exercise can be judged at any
point of a notebook's run. Student code may forge any reply; the client only checks that the reply
belongs to the request.
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
from utils.checker.student_code import Absent, Overrides
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
    """A cell to run: `exercise` that it answers, or empty; `given` if it is the course's code."""

    source: str
    name: str
    exercise: str = ""
    given: bool = False


class RemoteNotebook:
    """A submission's answers in the sandbox.

    Parameters
    ----------
    cell : Frames
        The connection to the sandbox.
    limits : Limits
    over : float
        Deadline of the submission as a whole, on `time.monotonic`'s clock.
    """

    def __init__(self, cell: Frames, limits: Limits, over: float = math.inf) -> None:
        self.cell, self.limits, self.over = cell, limits, over
        self.number = 0
        self.begin()

    def begin(self) -> None:
        """Reset the limits on time and reference calls, for the next cell or exercise."""
        self.left = self.limits.seconds
        self.lendings = 0

    def run(self, piece: CodeCell) -> messages.CellRan:
        """Run a cell and return its output and exception."""
        self.begin()
        ran: messages.CellRan
        ran, _ = self.request(messages.RunCell(self._next(), piece.source, piece.name))
        return ran

    def answer(self, exercise: str) -> RemoteFunction:
        """Return the answer of this name, or raise `Absent`."""
        builds_on = list(EXERCISES[exercise].builds_on) if exercise in EXERCISES else []
        seen, _ = self.request(messages.Inspect(self._next(), exercise, builds_on))
        if seen.absent:
            raise Absent(seen.absent[0], seen.absent[-1])
        return RemoteFunction(self, exercise, seen)

    def call(self, exercise: str, cases: Sequence[Case], overrides: Overrides) -> list[Run]:
        """Call an answer on all cases, with the reference in place of `overrides`."""
        packed = [messages.pack_case(case) for case in cases]
        message = messages.Call(self._next(), exercise, packed, list(overrides))
        came, seconds = self.request(message)
        if len(came.runs) != len(cases):
            raise messages.ProtocolError("It answered for other cases than were asked.")
        if sum(len(run.outcome.tree) for run in came.runs) > 4 * self.limits.tree:
            raise messages.ProtocolError("It sent values of too many parts.")
        return [messages.unpack_run(run, seconds / len(cases)) for run in came.runs]

    def log(self, scratch: TempFile) -> Any:
        """Return the records of a log that an answer wrote, as the sandbox reports them."""
        log, _ = self.request(messages.ReadLog(self._next(), scratch.name))
        return messages.unpacked(log.records, object)

    def request(self, message: messages.Message) -> tuple[Any, float]:
        """Send a request; return its reply and the seconds until it came.

        The time is measured here, since student code could change a clock in the sandbox.

        Raises
        ------
        Ended, ProtocolError
            If the submission's process ends, or a message is no reply to the request.
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
        """Return the next frame; raise `Ended` with "total" if the notebook's own time is over."""
        try:
            return self.cell.receive(_left(deadline))
        except Ended as ended:
            if ended.reason == "timeout" and deadline == self.over:
                raise Ended("total", "The notebook as a whole took too long.") from None
            raise

    def _lend(self, message: messages.Message, reply: Any, deadline: float) -> None:
        """Answer a reference call that the running request allows; else raise `ProtocolError`."""
        lent = message.overrides if isinstance(message, messages.Call) else ()
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
        """Return the number of the next request."""
        self.number += 1
        return self.number


def _left(deadline: float) -> float:
    """Return the seconds left until a deadline; raise `Ended` if there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise Ended("timeout", "It did not answer in time.")
    return left


@dataclass(frozen=True)
class RemoteFunction:
    """An answer in the sandbox; `seen` is the reply to its inspection there."""

    answers: RemoteNotebook
    exercise: str
    seen: messages.InspectReply

    def runs(self, cases: Sequence[Case], overrides: Overrides) -> list[Run]:
        """Call the answer on each case, all in one request."""
        return self.answers.call(self.exercise, cases, overrides)

    @property
    def blank(self) -> bool:
        """Return whether the answer still contains the stub."""
        return self.seen.blank

    @property
    def outside(self) -> list[str]:
        """Return the names of data outside the function that it reads."""
        return self.seen.outside

    def log(self, scratch: TempFile) -> Any:
        """Return the records of a log that the answer wrote."""
        return self.answers.log(scratch)

    def uses(self, names: tuple[str, ...]) -> list[str]:
        """Return those of these functions that the answer calls."""
        return [name for name in names if name in self.seen.uses]
