"""Remembers what the judge asked, what came of it, and what the judge said in the end.

What the judge asks next, and what it says, hangs on what came from the sandbox, and on nothing
else. So where the very same came before, it is asked and said again without being judged again:
in a class, many an answer is like another. What hangs on a clock or on fresh numbers is never
remembered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from msgspec.structs import replace

from autograder import wire
from autograder.sandboxed import Answers, Asks, Heard
from utils.verdict import Verdict

__all__ = ["Transcripts"]

MOST = 5_000  # points that are remembered


@dataclass
class _Point:
    """A point of a judging: what is asked next, and where each reply leads; or what is said."""

    asks: Asks = ()
    replies: dict[bytes, _Point] = field(default_factory=dict)
    verdict: Verdict | None = None


class Transcripts:
    """Judgings of one class, by what was asked about."""

    def __init__(self) -> None:
        self._begin: dict[Hashable, _Point] = {}
        self._count = 0

    def judged(self, about: Hashable, answers: Answers, judge: Callable[[], Verdict]) -> Verdict:
        """The verdict that `judge` gives, or gave when the same came.

        Parameters
        ----------
        about
            All that decides a verdict besides what comes from the sandbox.
        answers
            What `judge` asks.
        judge
        """
        if self._count > MOST:
            self._begin.clear()
            self._count = 0
        begin = point = self._begin.setdefault(about, _Point())
        heard: list[tuple[Asks, Heard]] = []
        while point.asks:
            heard.append((point.asks, answers.exchange(*point.asks)))
            point = self.after(point, heard[-1][1])
        if point.verdict is not None:
            return point.verdict
        listener = _Listener(self, begin, heard, answers)
        answers.asked = listener.asked
        try:
            verdict = judge()
        finally:
            answers.asked = answers.exchange
        if listener.point is not None:
            listener.point.verdict = verdict
        return verdict

    def after(self, point: _Point, heard: Heard) -> _Point:
        """Where these replies lead."""
        said = hashlib.sha256()
        for reply in heard.replies:
            said.update(wire.write(replace(reply, number=0)))
        self._count += said.digest() not in point.replies
        return point.replies.setdefault(said.digest(), _Point())


class _Listener:
    """Stands between the judge and the sandbox, and notes; what it has `heard` is not asked again.

    It stops to note where something is asked that was not foreseen; then `point` is None.
    """

    def __init__(
        self,
        transcripts: Transcripts,
        begin: _Point,
        heard: list[tuple[Asks, Heard]],
        answers: Answers,
    ) -> None:
        self.transcripts, self.heard, self.answers = transcripts, heard, answers
        self.point: _Point | None = begin

    def asked(self, *messages: wire.Message, foreseen: bool = True) -> Heard:
        if not foreseen or (self.point is not None and self.point.asks not in ((), messages)):
            self.point = None
        if self.heard and self.heard[0][0] == messages:
            _, heard = self.heard.pop(0)
        else:
            heard = self.answers.exchange(*messages)
        if self.point is not None:
            self.point.asks = messages
            self.point = self.transcripts.after(self.point, heard)
        return heard
