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
    """A step of a notebook's replay.

    Attributes
    ----------
    source : the code to run; empty where only a check stands
    name : the cell's id
    exercise : the exercise that it answers, or ""
    is_course_code : whether the source is the course's own, as it was
    check : the exercise that is judged here, or ""
    """

    source: str
    name: str
    exercise: str = ""
    is_course_code: bool = False
    check: str = ""


class RemoteNotebook:
    """A submission's answers in the sandbox.

    Parameters
    ----------
    process : Frames
        The connection to the sandbox.
    limits : Limits
    deadline : float
        Deadline of the submission as a whole, on `time.monotonic`'s clock.
    allowed : sequence of str, optional
        Packages that its code may import beside the usual ones; None where no rule is set.
    """

    def __init__(
        self,
        process: Frames,
        limits: Limits,
        deadline: float = math.inf,
        allowed: Sequence[str] | None = None,
    ) -> None:
        self.process, self.limits, self.deadline = process, limits, deadline
        self.allowed = None if allowed is None else list(allowed)
        self.number = 0
        self.tried: dict[str, None] = {}  # what its code tried, in order
        self.own_cells_left = limits.own_cells
        self.figures_left = limits.figures
        self.reset_limits()

    def reset_limits(self) -> None:
        """Reset the limits on time and reference calls, for the next cell or exercise."""
        self.seconds_left = self.limits.seconds
        self.reference_calls = 0

    def run(self, cell: CodeCell) -> messages.CellRan:
        """Run a cell and return its output and exception.

        The student's own cells share a budget of computing; a cell that uses it up is interrupted,
        and what it has defined until then is kept.
        """
        self.reset_limits()
        is_own = not cell.exercise and not cell.is_course_code
        seconds = self.limits.seconds if is_own else 0.0
        self.seconds_left += seconds  # so that the interruption comes well before the deadline
        computing = max(0.01, self.own_cells_left) if is_own else 0.0
        figures = self.figures_left if is_own else 0
        request = messages.RunCell(
            self._next_number(), cell.source, cell.name, seconds, computing, figures, self.allowed
        )
        reply: messages.CellRan
        reply, passed = self.request(request)
        self.tried |= dict.fromkeys(reply.tried)
        if is_own:  # no more than passed here, and no less than nothing, whatever the reply says
            self.own_cells_left -= min(passed, max(0.0, reply.computed))
            self.figures_left = max(0, figures - len(reply.figures))
        return reply

    def answer(self, exercise: str) -> RemoteFunction:
        """Return the answer to `exercise`, or raise `Absent`."""
        builds_on = list(EXERCISES[exercise].builds_on) if exercise in EXERCISES else []
        reply, _ = self.request(messages.Inspect(self._next_number(), exercise, builds_on))
        if reply.absent:
            raise Absent(reply.absent[0], reply.absent[-1])
        return RemoteFunction(self, exercise, reply)

    def call(self, exercise: str, cases: Sequence[Case], overrides: Overrides) -> list[Run]:
        """Call an answer on all cases, with the reference in place of `overrides`."""
        packed = [messages.pack_case(case) for case in cases]
        request = messages.Call(self._next_number(), exercise, packed, list(overrides))
        reply, seconds = self.request(request)
        self.tried |= dict.fromkeys(reply.tried)
        if len(reply.runs) != len(cases):
            raise messages.ProtocolError("Its reply does not hold one result for each case.")
        trees = (len(run.outcome.tree) + len(run.unfinished.tree) for run in reply.runs)
        if sum(trees) > 4 * self.limits.tree:
            raise messages.ProtocolError("It sent values with too many parts.")
        return [messages.unpack_run(run, seconds / len(cases)) for run in reply.runs]

    def log(self, scratch: TempFile) -> Any:
        """Return the records of a log that an answer wrote, as the sandbox reports them."""
        log, _ = self.request(messages.ReadLog(self._next_number(), scratch.name))
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
        deadline = min(started + self.seconds_left, self.deadline)
        self.process.send(messages.write(message))
        try:
            reply = self._reply(message, deadline)
        except Ended as ended:
            if ended.reason == "timeout" and deadline == self.deadline:
                raise Ended("total", "The notebook as a whole took too long.") from None
            raise
        seconds = time.monotonic() - started
        self.seconds_left -= seconds
        return reply, seconds

    def _reply(self, message: messages.Message, deadline: float) -> Any:
        """Return the reply to a request; answer the reference calls that come before it."""
        while True:
            reply = messages.read(self.process.receive(_seconds_until(deadline)))
            if reply.number != message.number:
                raise messages.ProtocolError(
                    "It replied to a request that was not made, or that has its reply already."
                )
            if isinstance(reply, REPLIES[type(message)]):
                return reply
            self._answer_reference_call(message, reply, deadline)

    def _answer_reference_call(
        self, request: messages.Message, message: Any, deadline: float
    ) -> None:
        """Answer a reference call that the running request allows; else raise `ProtocolError`."""
        allowed = request.overrides if isinstance(request, messages.Call) else ()
        if not isinstance(message, messages.ReferenceCall) or message.exercise not in allowed:
            raise messages.ProtocolError("It sent a message that does not fit the request.")
        self.reference_calls += 1
        if self.reference_calls > self.limits.reference_calls:
            raise messages.ProtocolError("It called functions of the course too many times.")
        outcome = reference_process.call_reference(
            message.exercise, message.arguments, _seconds_until(deadline), self.limits
        )
        self.process.send(messages.write(messages.ReferenceReply(request.number, outcome)))

    def _next_number(self) -> int:
        """Return the number of the next request."""
        self.number += 1
        return self.number


def _seconds_until(deadline: float) -> float:
    """Return the seconds left until a deadline; raise `Ended` if there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise Ended("timeout", "It did not answer in time.")
    return left


@dataclass(frozen=True)
class RemoteFunction:
    """An answer in the sandbox, and the reply to its inspection there."""

    answers: RemoteNotebook
    exercise: str
    inspection: messages.InspectReply

    def runs(self, cases: Sequence[Case], overrides: Overrides) -> list[Run]:
        """Call the answer on each case, all in one request."""
        return self.answers.call(self.exercise, cases, overrides)

    @property
    def blank(self) -> bool:
        """Return whether the answer still contains the stub."""
        return self.inspection.blank

    @property
    def loops(self) -> bool:
        """Return whether the answer has a loop."""
        return self.inspection.loops

    @property
    def outside(self) -> list[str]:
        """Return the names of data outside the function that the answer reads."""
        return self.inspection.outside

    def log(self, scratch: TempFile) -> Any:
        """Return the records of a log that the answer wrote."""
        return self.answers.log(scratch)

    def uses(self, names: tuple[str, ...]) -> list[str]:
        """Return those of `names` whose functions the answer calls."""
        return [name for name in names if name in self.inspection.uses]
