"""A submission's answers, as the sandbox tells of them: what the judge asks, put into messages.

Everything that the sandbox says may be a lie of the student's code; here it is checked that it is
at least an answer to what was asked.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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

__all__ = ["Answer", "Answers", "Asks", "Heard", "Overtaken", "Stop", "all_asks"]

LENDINGS = 2000  # times that one exercise may call the reference
KEPT = 1000  # packed cases that are remembered
EARLY = 64 << 20  # bytes of replies that may wait for their turn
REPLIES: dict[type, type] = {
    wire.RunCell: wire.CellRan,
    wire.Look: wire.Seen,
    wire.Call: wire.Came,
    wire.ReadLog: wire.Log,
}

_here = threading.local()


Asks = tuple[wire.Message, ...]
"""Messages that are sent together."""


class Heard(NamedTuple):
    """The replies to messages that were sent together, and the seconds until all were there."""

    replies: tuple[Any, ...]
    seconds: float


class Stop(NamedTuple):
    """What an exercise was asked when it ended the sandbox, or lied."""

    asks: Asks
    why: Ended | wire.Forged


class Overtaken(BaseException):
    """Something ended the sandbox that was asked beforehand, and is not what is waited for."""

    def __init__(self, exercise: str, stop: Stop) -> None:
        super().__init__(exercise)
        self.exercise, self.stop = exercise, stop


class _Sent(NamedTuple):
    """A message that went in, with what it was part of; `whose` time it takes.

    That is an exercise's, or a cell's.
    """

    message: Any
    whose: str
    asks: Asks


class _Early(NamedTuple):
    """A reply that nobody has taken yet, and its bytes."""

    reply: Any
    size: int


class Answers:
    """A submission's answers.

    What will be asked in any case is sent at once, behind the cells, so that the sandbox never
    waits for the judge. It answers in the order in which it was asked, and each reply is waited
    for at the cost of whose it is.

    Parameters
    ----------
    cell : Cell
        Its sandbox.
    seconds : float
        That a cell may run, and that all calls of one exercise may take.
    over : float
        When the submission as a whole must be done.
    stops : mapping
        What has ended earlier sandboxes, by exercise: that is not asked again.
    known : foresight.Known
        The cases that the sandbox has already.

    Attributes
    ----------
    asked
        How messages are exchanged: `exchange`, unless somebody listens in between.
    """

    def __init__(
        self,
        cell: Cell | UnwalledCell,
        seconds: float,
        over: float = math.inf,
        stops: Mapping[str, Stop] | None = None,
        known: foresight.Known | None = None,
    ) -> None:
        self.cell, self.seconds, self.over, self.stops = cell, seconds, over, stops or {}
        self.known = known or foresight.Known()
        self.asked: Callable[..., Heard] = self.exchange
        self.number = 0
        self.lendings = 0
        self._now = ""  # the exercise whose turn it is
        self._spent: dict[str, float] = {}  # seconds, by whose they were
        self._line: deque[_Sent] = deque()  # what is not answered yet
        self._early: dict[int, _Early] = {}  # by number
        self._soon: dict[str, list[tuple[Asks, Asks]]] = {}  # by exercise: to be asked, and as sent

    def run(
        self, pieces: Sequence[Piece], soon: Mapping[str, Iterable[Asks]] | None = None
    ) -> Iterator[wire.CellRan]:
        """Run cells, one after another; `soon` is what is going to be asked then, by exercise."""
        runs = tuple(wire.RunCell(0, piece.source, piece.name) for piece in pieces)
        cells = self._numbered(runs, "a cell")
        going = list(cells)
        for exercise, questions in (soon or {}).items():
            stop = self.stops.get(exercise)
            for asks in questions:
                if stop is not None and stop.asks == asks:
                    break
                sent = self._numbered(asks, exercise)
                self._soon.setdefault(exercise, []).append((asks, sent))
                going += sent
        self.cell.send(*map(wire.write, going))
        self._now = "a cell"
        for cell in cells:
            self._spent.clear()
            yield self._replies((cell,))[0]

    def begin(self, exercise: str) -> None:
        """Begin with an exercise: its time starts."""
        self._now = exercise
        self.lendings = 0

    def answer(self, exercise: str, soon: Sequence[Case] = ()) -> Answer:
        """The answer of this name, or `Absent`; it is looked at and called in one go."""
        (seen, *came), seconds = self.asked(*first_asks(exercise, soon))
        if seen.absent:
            raise Absent(seen.absent[0], seen.absent[-1])
        runs = _runs(len(soon), came[0], seconds) if came else []
        return Answer(self, exercise, seen, soon, runs)

    def call(
        self, exercise: str, cases: Sequence[wire.Packed], given: Given, *, foreseen: bool = True
    ) -> list[Run]:
        """Call an answer on cases, and the reference for it where that is lent."""
        asked = [foresight.call(case, given) for case in cases] if given else []
        lent = [one for call in asked for one in foresight.lendings(exercise, call)]
        call = wire.Call(0, exercise, list(cases), list(given), lent)
        (came,), seconds = self.asked(call, foreseen=foreseen)
        return _runs(len(cases), came, seconds)

    def exchange(self, *messages: wire.Message, foreseen: bool = True) -> Heard:
        """Send messages, unless they were sent beforehand, and wait for the reply to each.

        Raises
        ------
        Ended, Forged
            Where this brings the sandbox to its end, or what comes is no reply; or did so before.
        Overtaken
            Where something else does, which was asked beforehand.
        """
        known = self.stops.get(self._now)
        if known is not None and known.asks == messages:
            raise known.why
        started = time.monotonic()
        soon = self._soon.get(self._now, [])
        at = next((i for i, (asks, _) in enumerate(soon) if asks == messages), None)
        if at is None:
            while self._line:  # who answers next is who is asked next
                self._hear(())
            started = time.monotonic()
            sent = self._numbered(messages, self._now)
            self.cell.send(*map(wire.write, sent))
        else:
            _, sent = soon.pop(at)
        replies = self._replies(sent)
        # Seen from here, whatever clock a student's code looks at.
        return Heard(replies, time.monotonic() - started)

    def _numbered(self, asks: Asks, whose: str) -> Asks:
        """The messages as they are sent; their replies are due from now on."""
        sent = []
        for message in asks:
            if isinstance(message, wire.Call):
                message = replace(message, cases=list(map(self.known.told, message.cases)))
            sent.append(replace(message, number=self._next()))
            self._line.append(_Sent(sent[-1], whose, asks))
        return tuple(sent)

    def _replies(self, wanted: Asks) -> tuple[Any, ...]:
        for sent in wanted:
            while sent.number not in self._early:
                self._hear(wanted)
        return tuple(self._early.pop(sent.number).reply for sent in wanted)

    def _hear(self, wanted: Asks) -> None:
        """Wait for the next reply; there is not much room for those that are not wanted yet."""
        sent, whose, asks = self._line[0]
        is_wanted = any(sent is one for one in wanted)
        spent = self._spent.get(whose, 0) if is_wanted else 0
        started = time.monotonic()
        try:
            early = self._due(sent, min(started + self.seconds - spent, self.over))
            early_by_now = sum(one.size for one in self._early.values()) + early.size
            if not is_wanted and early_by_now > EARLY:
                raise Ended("frame", f"It sent more than {EARLY:,} bytes.")
        except (Ended, wire.Forged) as stop:
            if is_wanted:
                raise
            raise Overtaken(whose, Stop(asks, stop)) from None
        if is_wanted:
            self._spent[whose] = spent + time.monotonic() - started
        self._early[sent.number] = early
        self._line.popleft()

    def _due(self, sent: Any, over: float) -> _Early:
        """The reply to a message, when all has been lent that it takes."""
        while True:
            frame = self.cell.receive(_left(over))
            reply = wire.read(frame)
            if reply.number != sent.number:
                raise wire.Forged("It answered a question that was not asked, or was answered.")
            if isinstance(reply, REPLIES[type(sent)]):
                return _Early(reply, len(frame))
            lent = sent.given if isinstance(sent, wire.Call) else ()
            if not isinstance(reply, wire.Borrow) or reply.exercise not in lent:
                raise wire.Forged("It answered another question than was asked.")
            self.lendings += 1
            if self.lendings > LENDINGS:
                raise wire.Forged("It called a function of the course without end.")
            outcome = lender.lend(reply.exercise, reply.arguments, _left(over))
            self.cell.send(wire.write(wire.Lent(sent.number, outcome)))

    def _next(self) -> int:
        """The number of the next message."""
        self.number += 1
        return self.number


def _left(over: float) -> float:
    """Seconds left; what was sent beforehand does not count when they are over."""
    left = over - time.monotonic()
    if left <= 0:
        raise Ended("timeout", "It did not answer in time.")
    return left


def first_asks(exercise: str, soon: Sequence[Case]) -> Asks:
    """What is asked of an answer first: to look at it, and to call it on these cases."""
    builds_on = list(EXERCISES[exercise].builds_on) if exercise in EXERCISES else []
    look = wire.Look(0, exercise, builds_on)
    if not soon:
        return (look,)
    return look, wire.Call(0, exercise, [_packed(case) for case in soon], [])


def all_asks(exercise: str, soon: Sequence[Case]) -> list[Asks]:
    """All that can be foreseen to be asked of an answer which is right on these cases."""
    laws = foresight.of_laws(exercise) if soon else []
    return [first_asks(exercise, soon), *((wire.Call(0, exercise, cases, []),) for cases in laws)]


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


def _runs(cases: int, came: wire.Came, seconds: float) -> list[Run]:
    """What came of a call on so many cases."""
    if len(came.runs) != cases:
        raise wire.Forged("It answered for other cases than were asked.")
    if sum(len(run.outcome.tree) for run in came.runs) > 4 * wire.TREES:
        raise wire.Forged("It sent values of too many parts.")
    return [wire.unpack_run(run, seconds / cases) for run in came.runs]
