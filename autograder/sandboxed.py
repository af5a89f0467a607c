"""A submission's answers, as the sandbox tells of them: what the judge asks, put into messages.

Everything that the sandbox says may be a lie of the student's code; here it is checked that it is
at least an answer to what was asked.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from msgspec.structs import replace

from autograder import foresight, lender, wire
from autograder.cell import Cell, Ended
from autograder.intake import Piece
from autograder.unwalled import UnwalledCell
from utils.answers import Absent, Given
from utils.cases import Case, Run, Scratch
from utils.exercises import EXERCISES

__all__ = ["Answer", "Answers", "Heard"]

LENDINGS = 2000  # times that one exercise may call the reference
KEPT = 1000  # packed cases that are remembered
REPLIES: dict[type, type] = {
    wire.RunCell: wire.CellRan,
    wire.Look: wire.Seen,
    wire.Call: wire.Came,
    wire.ReadLog: wire.Log,
}

_here = threading.local()


class Heard(NamedTuple):
    """The replies to messages that were sent together, and the seconds until all were there."""

    replies: tuple[Any, ...]
    seconds: float


class Answers:
    """A submission's answers.

    Parameters
    ----------
    cell : Cell
        Its sandbox.
    seconds : float
        That a cell may run, and that all calls of one exercise may take.
    over : float
        When the submission as a whole must be done.

    Attributes
    ----------
    asked
        How messages are exchanged: `exchange`, unless somebody listens in between.
    """

    def __init__(self, cell: Cell | UnwalledCell, seconds: float, over: float = math.inf) -> None:
        self.cell, self.seconds, self.over = cell, seconds, over
        self.asked: Callable[..., Heard] = self.exchange
        self.number = 0
        self.deadline = 0.0
        self.lendings = 0

    def begin(self) -> None:
        """Begin with an exercise: its time starts."""
        self._start()
        self.lendings = 0

    def run(self, pieces: Sequence[Piece]) -> Iterator[wire.CellRan]:
        """Run cells, one after another; all are sent at once, so that none waits for the judge."""
        cells = [wire.RunCell(self._next(), piece.source, piece.name) for piece in pieces]
        self.cell.send(*map(wire.write, cells))
        for cell in cells:
            self._start()
            yield self._reply(cell)

    def answer(self, exercise: str, soon: Sequence[Case] = ()) -> Answer:
        """The answer of this name, or `Absent`; it is looked at and called in one go."""
        builds_on = list(EXERCISES[exercise].builds_on) if exercise in EXERCISES else []
        look = wire.Look(0, exercise, builds_on)
        call = wire.Call(0, exercise, [_packed(case) for case in soon], [])
        (seen, *came), seconds = self.asked(look, call) if soon else self.asked(look)
        if seen.absent:
            raise Absent(seen.absent[0], seen.absent[-1])
        return Answer(self, exercise, seen, soon, _runs(call, came[0], seconds) if came else [])

    def call(
        self, exercise: str, cases: Sequence[wire.Packed], given: Given, *, foreseen: bool = True
    ) -> list[Run]:
        """Call an answer on cases, and the reference for it where that is lent."""
        call = wire.Call(0, exercise, list(cases), list(given))
        (came,), seconds = self.asked(call, foreseen=foreseen)
        return _runs(call, came, seconds)

    def exchange(self, *messages: wire.Message, foreseen: bool = True) -> Heard:
        """Send messages, and wait for the one reply that is due to each."""
        sent = [replace(message, number=self._next()) for message in messages]
        started = time.monotonic()
        self.cell.send(*map(wire.write, sent))
        replies = tuple(map(self._reply, sent))
        # Seen from here, whatever clock a student's code looks at.
        return Heard(replies, time.monotonic() - started)

    def _reply(self, sent: wire.Message) -> Any:
        while True:
            reply = wire.read(self.cell.receive(self._left()))
            if reply.number != sent.number:
                raise wire.Forged("It answered a question that was not asked, or was answered.")
            if isinstance(reply, REPLIES[type(sent)]):
                return reply
            lent = sent.given if isinstance(sent, wire.Call) else ()
            if not isinstance(reply, wire.Borrow) or reply.exercise not in lent:
                raise wire.Forged("It answered another question than was asked.")
            self.lendings += 1
            if self.lendings > LENDINGS:
                raise wire.Forged("It called a function of the course without end.")
            outcome = lender.lend(reply.exercise, reply.arguments, self._left())
            self.cell.send(wire.write(wire.Lent(sent.number, outcome)))

    def _start(self) -> None:
        self.deadline = min(time.monotonic() + self.seconds, self.over)

    def _left(self) -> float:
        """Seconds left; what was sent beforehand does not count when they are over."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Ended("timeout", "It did not answer in time.")
        return left

    def _next(self) -> int:
        """The number of the next message."""
        self.number += 1
        return self.number


@dataclass
class Answer:
    """One answer, as far as the sandbox tells; `came` of its first calls, on the cases `soon`."""

    answers: Answers
    exercise: str
    seen: wire.Seen
    soon: Sequence[Case]
    came: list[Run]
    foreseen: dict[foresight.Call, list[Run]] = field(default_factory=dict)

    def runs(self, cases: Sequence[Case], given: Given) -> list[Run]:
        """Call it on each case."""
        if cases is self.soon and self.came and not given:
            runs, self.came = self.came, []
            return runs
        if len(cases) > 1:
            return self.answers.call(self.exercise, list(map(_packed, cases)), given)
        return [self._of_law(wire.pack_case(cases[0]), given)]  # made anew for each submission

    def _of_law(self, case: wire.Packed, given: Given) -> Run:
        """Call it on a case of a law, and in the same go on all others that the law will ask.

        A law that asks the same twice wants two calls; what another law has asked is known.
        """
        asked = foresight.call(case, given)
        if not self.foreseen.get(asked):
            cases = foresight.of_law(self.exercise, case)
            if cases is None:
                return self.answers.call(self.exercise, [case], given, foreseen=False)[0]
            for one, run in zip(cases, self.answers.call(self.exercise, cases, given), strict=True):
                self.foreseen.setdefault(foresight.call(one, given), []).append(run)
        runs = self.foreseen[asked]
        runs.append(runs.pop(0))
        return runs[-1]

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
        (log,), _ = self.answers.asked(wire.ReadLog(0, scratch.name), foreseen=False)
        return wire.unpacked(log.records, object)

    def uses(self, names: tuple[str, ...]) -> list[str]:
        """Which of these it calls."""
        return [name for name in names if name in self.seen.uses]


def _packed(case: Case) -> wire.Packed:
    """A case, packed; those of a question are asked of a whole class."""
    known: dict[int, tuple[Case, wire.Packed]] = vars(_here).setdefault("packed", {})
    if id(case) not in known:
        if len(known) == KEPT:
            known.clear()
        known[id(case)] = case, wire.pack_case(case)
    return known[id(case)][1]


def _runs(call: wire.Call, came: wire.Came, seconds: float) -> list[Run]:
    """What came of a call on each of its cases."""
    if len(came.runs) != len(call.cases):
        raise wire.Forged("It answered for other cases than were asked.")
    if sum(len(run.outcome.tree) for run in came.runs) > 4 * wire.TREES:
        raise wire.Forged("It sent values of too many parts.")
    return [wire.unpack_run(run, seconds / len(call.cases)) for run in came.runs]
