"""Judge one submission: its code runs in the sandbox, its verdicts are made outside.

The reference, the expected results and the known mistakes never enter the sandbox. Only arrays and
text leave it, validated by `autograder.protocol.messages`. An answer that crashes, hangs, exits or
floods the output fails alone: the others are judged in a fresh sandbox, and a cell that ended one
sandbox does not run in the next.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder.limits import LIMITS, Limits
from autograder.protocol import messages
from autograder.protocol.client import CodeCell, RemoteNotebook
from autograder.sandbox.no_sandbox import SubprocessRunner
from autograder.sandbox.sandbox import Ended, Sandbox
from utils.checker.answer_key import AnswerKey, KeyFault
from utils.checker.cases import Case, Raised, Returned, leaves
from utils.checker.judge import judge_exercise, rejections
from utils.checker.verdict import Status, Verdict
from utils.exercises import EXERCISES

__all__ = [
    "Evidence",
    "Judged",
    "SandboxLost",
    "Settings",
    "evidence",
    "judge_submission",
]

TOTAL = "the notebook as a whole takes too long: other cells left no time for it."


@dataclass(frozen=True)
class Settings:
    """All that decides a verdict besides the answer.

    Attributes
    ----------
    seed : determines the random cases; the same for a whole class
    follow_through : "full", "half" or "none", see `utils.checker.judge`
    limits : bounds on time, memory and output
    """

    seed: str
    follow_through: str = "full"
    limits: Limits = LIMITS


@dataclass
class Judged:
    """The verdicts on one submission, and the output of its cells.

    Attributes
    ----------
    verdicts : by exercise
    printed : what each cell printed, by the cell's name
    raised : the exception that ended a cell, by the cell's name
    suspicions : sentences about suspected tampering, by exercise
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    raised: dict[str, str] = field(default_factory=dict)
    suspicions: dict[str, str] = field(default_factory=dict)


def judge_submission(
    sandbox: Sandbox | SubprocessRunner,
    key: AnswerKey,
    pieces: Sequence[CodeCell],
    exercises: Sequence[str],
    settings: Settings,
    files: Mapping[str, bytes] | None = None,
) -> Judged:
    """Judge these exercises of a submission, in order.

    Parameters
    ----------
    sandbox : Sandbox
        Started with `autograder.protocol.server:serve`.
    key : AnswerKey
    pieces : sequence of CodeCell
        All code to run, in order.
    exercises : sequence of str
        An exercise comes after those that it builds on.
    settings : Settings
    files : mapping
        Contents of the folder that the code runs in, by file name.
    """
    return _Submission(sandbox, key, pieces, settings, files or {}).judged(exercises)


class SandboxLost(Exception):
    """The sandbox itself died, so the submission could not be judged."""


@dataclass(frozen=True)
class Evidence:
    """A verdict, with the smallest failing case and the answer's outcome on it."""

    verdict: Verdict
    case: Case | None = None
    outcome: Returned | Raised | None = None


def evidence(
    sandbox: Sandbox | SubprocessRunner,
    key: AnswerKey,
    pieces: Sequence[CodeCell],
    exercises: Sequence[str],
    exercise: str,
    settings: Settings,
) -> Evidence:
    """Judge a submission again; return one exercise's verdict with its smallest failing case."""
    found = judge_submission(sandbox, key, pieces, exercises, settings)
    verdict, question = found.verdicts[exercise], key.question(exercise)
    failed = verdict.status in (Status.WRONG, Status.ERROR)
    if not failed or verdict.substituted or not question.cases:
        return Evidence(verdict)
    with sandbox.open({}) as cell:
        answers = RemoteNotebook(cell, settings.limits)
        try:
            for piece in pieces:
                answers.run(piece)
            answers.begin()
            answer = answers.answer(exercise)
            wrong = rejections(question, answer).cases
            if not wrong:
                return Evidence(verdict)
            case = min((question.cases[i] for i in wrong), key=_size)
            [run] = answer.runs([case], {})
            return Evidence(verdict, case, run.outcome)
        except (
            Ended,
            messages.ProtocolError,
            Exception,
        ):  # the answer behaves differently this time: show no case
            return Evidence(verdict)


def _size(case: Case) -> int:
    """Return how many array elements a reader of the case would have to look at."""
    return sum(array.size for array in leaves(list(case.args.values())))


class _Submission:
    def __init__(
        self,
        sandbox: Sandbox | SubprocessRunner,
        key: AnswerKey,
        pieces: Sequence[CodeCell],
        settings: Settings,
        files: Mapping[str, bytes],
    ) -> None:
        self.sandbox, self.key, self.files = sandbox, key, files
        self.pieces, self.settings = pieces, settings
        self.found = Judged()
        self.stops: dict[str, Ended] = {}  # how cells ended the sandbox, by name
        self.over = time.monotonic() + settings.limits.turns * settings.limits.seconds

    def judged(self, exercises: Sequence[str]) -> Judged:
        """Judge these exercises, in a fresh sandbox whenever one has ended."""
        verdicts = self.found.verdicts
        while due := [name for name in exercises if name not in verdicts]:
            if time.monotonic() >= self.over:
                verdicts |= {name: self._own(name, Status.TIMEOUT, TOTAL) for name in due}
            else:  # each round but the last excludes a cell or settles an exercise
                with self.sandbox.open(self.files) as cell:
                    self._round(RemoteNotebook(cell, self.settings.limits, self.over), due)
        self.found.verdicts = {name: verdicts[name] for name in exercises}
        return self.found

    def _round(self, answers: RemoteNotebook, due: Sequence[str]) -> None:
        """Run all cells and judge the exercises in `due`, until the sandbox ends."""
        for piece in self.pieces:
            if piece.name not in self.stops and not self._run(answers, piece):
                return
        for exercise in due:
            if not self._judge(answers, exercise):
                return

    def _run(self, answers: RemoteNotebook, piece: CodeCell) -> bool:
        """Run a cell; return False if it ended the sandbox, and exclude it from later rounds."""
        try:
            ran = answers.run(piece)
        except (Ended, messages.ProtocolError) as stop:
            self._unless_lost(stop)
            self.stops[piece.name] = stop if isinstance(stop, Ended) else _forged(stop)
            self.found.raised[piece.name] = f"Stopped: {self.stops[piece.name].sentence}"
            return False
        self.found.printed[piece.name] = _cut(ran.printed, self.settings.limits.printed)
        self.found.raised[piece.name] = ran.raised
        return True

    def _stop_of(self, exercise: str) -> Ended | None:
        """Return how a cell of this answer ended the sandbox, or None."""
        names = [piece.name for piece in self.pieces if piece.exercise == exercise]
        return next((self.stops[name] for name in names if name in self.stops), None)

    def _judge(self, answers: RemoteNotebook, exercise: str) -> bool:
        """Judge an exercise; return whether its sandbox can still be used."""
        verdict, ended = self._verdict(answers, exercise)
        self.found.verdicts[exercise] = verdict
        return not ended

    def _verdict(self, answers: RemoteNotebook, exercise: str) -> tuple[Verdict, bool]:
        """Return the verdict on an exercise, and whether the sandbox must be replaced."""
        its_cell = self._stop_of(exercise)
        if its_cell is not None:
            return self._stopped(exercise, its_cell, "the cell of your answer"), False
        answers.begin()
        before, policy = self.found.verdicts, self.settings.follow_through
        try:
            verdict = judge_exercise(
                self.key, exercise, answers, follow_through=policy, before=before
            )
            return self._with_its_cell(exercise, verdict), False
        except (Ended, messages.ProtocolError) as stop:
            return self._ended(exercise, stop), True
        except KeyFault as fault:
            told = f"could not be checked, and that is not your fault: {fault}."
            return self._own(exercise, Status.UNCHECKED, told), False
        except Exception as fault:  # our own bug or a provoked one: give no points, go on
            self.found.suspicions[exercise] = (
                f"What it gave made the judge stumble ({type(fault).__name__})."
            )
            told = "could not be checked: what it gives is nothing that can be judged."
            return self._own(exercise, Status.UNCHECKED, told), True

    def _ended(self, exercise: str, stop: Ended | messages.ProtocolError) -> Verdict:
        """Return the verdict on an exercise that ended the sandbox or broke the protocol."""
        self._unless_lost(stop)
        if isinstance(stop, Ended):
            return self._stopped(exercise, stop, f"calling your {exercise}")
        self.found.suspicions[exercise] = str(stop)
        return self._own(exercise, Status.TAMPERED, "its answer did not come as it should.")

    def _unless_lost(self, stop: Ended | messages.ProtocolError) -> None:
        """Raise SandboxLost if the whole sandbox died: the submission is not to blame."""
        if isinstance(stop, Ended) and stop.reason == "killed" and not self.sandbox.alive():
            raise SandboxLost("The sandbox died.")

    def _with_its_cell(self, exercise: str, verdict: Verdict) -> Verdict:
        """Put the exception of the answer's own cell first in the message."""
        if verdict.status is not Status.ERROR or verdict.points:
            return verdict
        for piece in self.pieces:
            raised = self.found.raised.get(piece.name, "") if piece.exercise == exercise else ""
            if raised:
                raised = re.sub(r" \([^()]*, line (\d+)\)$", r" (line \1)", raised)
                found = verdict.message[:1].upper() + verdict.message[1:]
                message = f"the cell of your answer stops with {raised[:500]}."
                return replace(verdict, message=message, advice=found)
        return verdict

    def _stopped(self, exercise: str, ended: Ended, what: str) -> Verdict:
        limits = self.settings.limits
        told = {
            "timeout": f"{what} did not come to an end in {limits.seconds:g} seconds.",
            "total": TOTAL,
            "cpu": f"{what} computed for more than {limits.cpu:,} seconds.",
            "memory": f"{what} asked for more memory than there is.",
            "output": f"{what} printed without end.",
            "frame": f"{what} gave a result that is too large to look at.",
            "exited": f"{what} ended Python itself, as exit() does.",
        }.get(ended.reason, f"{what} ended the program ({ended.sentence})")
        too_long = ended.reason in ("timeout", "total", "cpu")
        return self._own(exercise, Status.TIMEOUT if too_long else Status.ERROR, told)

    def _own(self, exercise: str, status: Status, message: str) -> Verdict:
        most = EXERCISES[exercise].points if exercise in EXERCISES else 0
        return Verdict(exercise, status, 0, most, message)


def _cut(text: str, most: int) -> str:
    more = len(text) - most
    return text if more <= 0 else f"{text[:most]}\n[… {more:,} letters more]\n"


def _forged(error: messages.ProtocolError) -> Ended:
    return Ended("forged", str(error))
