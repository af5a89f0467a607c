"""Judge one submission: its code runs in the sandbox, its verdicts are made outside.

The reference, the expected results and the known mistakes never enter the sandbox. Only arrays and
text leave it, validated by `autograder.protocol.messages`. An answer that crashes, hangs, exits or
floods the output fails alone: the others are judged in a fresh sandbox, and a cell that ended one
sandbox does not run in the next.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from autograder.grading.cell_output import NO_OUTPUT, CellOutput
from autograder.grading.packages import names_of
from autograder.grading.pictures import safe_picture
from autograder.grading.required_cells import global_names
from autograder.limits import LIMITS, Limits
from autograder.protocol import messages
from autograder.protocol.client import CodeCell, RemoteNotebook
from autograder.sandbox.no_sandbox import SubprocessRunner
from autograder.sandbox.sandbox import Ended, Sandbox
from utils.checker.answer_key import AnswerKey, KeyFault
from utils.checker.cases import Case, Raised, Returned, leaves
from utils.checker.judge import judge_exercise, rejections
from utils.checker.packages import can_import
from utils.checker.verdict import Status, Verdict
from utils.exercises import EXERCISES

__all__ = [
    "Evidence",
    "JudgedSubmission",
    "SandboxLost",
    "Settings",
    "evidence",
    "judge_submission",
]

MISSING_NAME = re.compile(r"(?:the name|there is no) (\w+) (?:is not defined|yet)")
ATTEMPTS = 20  # of a submission that are kept
TOTAL = "the notebook as a whole takes too long: other cells left no time for it."


@dataclass(frozen=True)
class Settings:
    """All that decides a verdict besides the answer.

    Attributes
    ----------
    seed : determines the random cases; the same for a whole class
    follow_through : "full", "half" or "none", see `utils.checker.judge`
    limits : bounds on time, memory and output
    packages : further ones that students may import, with their versions; None where no rule is
        set, so that all that is installed can be imported
    """

    seed: str
    follow_through: str = "full"
    limits: Limits = LIMITS
    packages: tuple[str, ...] | None = None

    @property
    def allowed(self) -> list[str] | None:
        """Return the names of these packages, or None where no rule is set."""
        return None if self.packages is None else names_of(self.packages)


@dataclass
class JudgedSubmission:
    """The verdicts on one submission, and the output of its cells.

    Attributes
    ----------
    verdicts : by exercise
    outputs : what each cell printed, raised and drew, by the cell's name
    suspicions : sentences about suspected tampering, by exercise
    tried : what its code tried without need, such as "open /etc/passwd"
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    outputs: dict[str, CellOutput] = field(default_factory=dict)
    suspicions: dict[str, str] = field(default_factory=dict)
    tried: tuple[str, ...] = ()


def judge_submission(
    sandbox: Sandbox | SubprocessRunner,
    key: AnswerKey,
    cells: Sequence[CodeCell],
    exercises: Sequence[str],
    settings: Settings,
    files: Mapping[str, bytes] | None = None,
) -> JudgedSubmission:
    """Judge these exercises of a submission, in order.

    Parameters
    ----------
    sandbox : Sandbox
        Started with `autograder.protocol.server:serve`.
    key : AnswerKey
    cells : sequence of CodeCell
        The steps of the replay, in order: code to run, and checks.
    exercises : sequence of str
        An exercise comes after those that it builds on.
    settings : Settings
    files : mapping
        Contents of the folder that the code runs in, by file name.
    """
    return _SubmissionJudge(sandbox, key, cells, settings, files or {}).judge(exercises)


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
    cells: Sequence[CodeCell],
    exercises: Sequence[str],
    exercise: str,
    settings: Settings,
    files: Mapping[str, bytes] | None = None,
) -> Evidence:
    """Judge a submission again; return one exercise's verdict with its smallest failing case."""
    judged = judge_submission(sandbox, key, cells, exercises, settings, files)
    verdict, question = judged.verdicts[exercise], key.question(exercise)
    failed = verdict.status in (Status.WRONG, Status.ERROR)
    if not failed or verdict.substituted or not question.cases:
        return Evidence(verdict)
    with sandbox.open(files or {}) as process:
        answers = RemoteNotebook(process, settings.limits, allowed=settings.allowed)
        try:
            for cell in takewhile(lambda cell: cell.check != exercise, cells):
                if cell.source:
                    answers.run(cell)
            answers.reset_limits()
            answer = answers.answer(exercise)
            failing = rejections(question, answer).cases
            if not failing:
                return Evidence(verdict)
            case = min((question.cases[i] for i in failing), key=_size)
            [run] = answer.runs([case], {})
            return Evidence(verdict, case, run.outcome)
        except (
            Ended,
            messages.ProtocolError,
            Exception,
        ):  # the answer behaves differently this time: show no case
            return Evidence(verdict)


def _size(case: Case) -> int:
    """Return the number of array elements in the arguments of a case."""
    return sum(array.size for array in leaves(list(case.args.values())))


class _SubmissionJudge:
    """Judges one submission; when a cell or an answer ends the sandbox, goes on in a fresh one."""

    def __init__(
        self,
        sandbox: Sandbox | SubprocessRunner,
        key: AnswerKey,
        cells: Sequence[CodeCell],
        settings: Settings,
        files: Mapping[str, bytes],
    ) -> None:
        self.sandbox, self.key, self.files = sandbox, key, files
        self.cells, self.settings = cells, settings
        self.judged = JudgedSubmission()
        # How cells ended the sandbox or broke the protocol, by name.
        self.ends: dict[str, Ended | messages.ProtocolError] = {}
        self.unusable: set[str] = set()  # exercises that ended the sandbox when they were called
        self.deadline = time.monotonic() + settings.limits.turns * settings.limits.seconds

    def judge(self, exercises: Sequence[str]) -> JudgedSubmission:
        """Judge these exercises; start a fresh sandbox whenever one has ended."""
        verdicts = self.judged.verdicts
        while remaining := [name for name in exercises if name not in verdicts]:
            if time.monotonic() >= self.deadline:
                verdicts |= {name: _no_points(name, Status.TIMEOUT, TOTAL) for name in remaining}
            else:  # each round but the last excludes a cell or settles an exercise
                with self.sandbox.open(self.files) as process:
                    settings = self.settings
                    answers = RemoteNotebook(
                        process, settings.limits, self.deadline, settings.allowed
                    )
                    self._judge_until_end(answers, remaining)
                    tried = dict.fromkeys([*self.judged.tried, *answers.tried])
                    self.judged.tried = tuple(tried)[:ATTEMPTS]
        self.judged.verdicts = {name: verdicts[name] for name in exercises}
        return self.judged

    def _judge_until_end(self, answers: RemoteNotebook, exercises: Sequence[str]) -> None:
        """Replay the notebook and judge these exercises, until the sandbox ends.

        An exercise is judged where its check stands, so that later cells change nothing; without a
        check, it is judged at the end.
        """
        for cell in self.cells:
            if cell.check in exercises and not self._judge(answers, cell.check):
                return
            if cell.source and cell.name not in self.ends and not self._run(answers, cell):
                return
        for exercise in exercises:
            if exercise not in self.judged.verdicts and not self._judge(answers, exercise):
                return

    def _run(self, answers: RemoteNotebook, cell: CodeCell) -> bool:
        """Run a cell; return False if it ended the sandbox, and exclude it from later rounds."""
        try:
            output = answers.run(cell)
        except (Ended, messages.ProtocolError) as end:
            self._raise_if_lost(end)
            self.ends[cell.name] = end
            self.judged.outputs[cell.name] = CellOutput(raised=f"Stopped: {end}")
            return False
        printed = _cut(output.printed, self.settings.limits.printed)
        safe = filter(None, map(safe_picture, output.figures))
        figures = tuple(base64.b64encode(file).decode() for file in safe)
        self.judged.outputs[cell.name] = CellOutput(printed, output.raised, figures)
        return True

    def _end_by_cell(self, exercise: str) -> Ended | messages.ProtocolError | None:
        """Return how a cell of this answer ended the sandbox or broke the protocol, or None."""
        names = [cell.name for cell in self.cells if cell.exercise == exercise]
        return next((self.ends[name] for name in names if name in self.ends), None)

    def _judge(self, answers: RemoteNotebook, exercise: str) -> bool:
        """Judge an exercise; return whether its sandbox can still be used."""
        verdict, ended = self._verdict(answers, exercise)
        self.judged.verdicts[exercise] = verdict
        return not ended

    def _verdict(self, answers: RemoteNotebook, exercise: str) -> tuple[Verdict, bool]:
        """Return the verdict on an exercise, and whether the sandbox must be replaced."""
        end_by_cell = self._end_by_cell(exercise)
        if end_by_cell is not None:
            self.unusable.add(exercise)
            return self._verdict_of_end(exercise, end_by_cell, "the cell of your answer"), False
        answers.reset_limits()
        before, policy = self.judged.verdicts, self.settings.follow_through
        try:
            verdict = judge_exercise(
                self.key,
                exercise,
                answers,
                follow_through=policy,
                before=before,
                unusable=self.unusable,
            )
            return self._with_cell_error(exercise, verdict), False
        except (Ended, messages.ProtocolError) as end:
            self._raise_if_lost(end)
            self.unusable.add(exercise)
            return self._verdict_of_end(exercise, end, f"calling your {exercise}"), True
        except KeyFault as fault:
            message = f"could not be checked, and that is not your fault: {fault}."
            return _no_points(exercise, Status.UNCHECKED, message), False
        except Exception as fault:  # our own bug or a provoked one: give no points, go on
            self.judged.suspicions[exercise] = (
                f"Its result made the judge fail ({type(fault).__name__})."
            )
            message = "could not be checked: what it gives is nothing that can be judged."
            return _no_points(exercise, Status.UNCHECKED, message), True

    def _raise_if_lost(self, end: Ended | messages.ProtocolError) -> None:
        """Raise SandboxLost if the whole sandbox died: the submission is not to blame."""
        if isinstance(end, Ended) and end.reason == "killed" and not self.sandbox.alive():
            raise SandboxLost("The sandbox died.")

    def _with_cell_error(self, exercise: str, verdict: Verdict) -> Verdict:
        """Return `verdict`, with an explanation if the cause is an exception that ended a cell.

        The cell is the answer's own, or the one that should have defined a name the answer uses.
        """
        if verdict.status is not Status.ERROR:
            return verdict
        own = [cell for cell in self.cells if cell.exercise == exercise]
        for cell in own if not verdict.points else ():
            if raised := self._raised(cell):
                advice = verdict.message[:1].upper() + verdict.message[1:]
                message = f"the cell of your answer {self._exception_said(raised)}"
                return replace(verdict, message=message, advice=advice)
        missing = MISSING_NAME.search(verdict.message)
        for cell in self.cells if missing else ():
            raised = self._raised(cell)
            if raised and missing and missing[1] in global_names(cell.source)[0]:
                advice = f"{missing[1]} is made in your cell that {self._exception_said(raised)}"
                return replace(verdict, advice=advice)
        return verdict

    def _raised(self, cell: CodeCell) -> str:
        """Return the exception that ended a cell, or ""."""
        return self.judged.outputs.get(cell.name, NO_OUTPUT).raised

    def _exception_said(self, raised: str) -> str:
        """Return the end of a sentence on the exception that ended a cell.

        For a module that cannot be imported, it names those that can.
        """
        kind, _, message = raised.partition(": ")
        if kind == "Stopped":
            return f"was stopped: {message[:1].lower()}{message[1:500].rstrip('.')}."
        said = re.sub(r" \([^()]*, line (\d+)\)$", r" (line \1)", raised)[:500]
        absent = kind == "ModuleNotFoundError" and "No module named" in message
        there = f" {can_import(self.settings.allowed or ())}" if absent else ""
        return f"stops with {said}.{there}"

    def _verdict_of_end(
        self, exercise: str, end: Ended | messages.ProtocolError, what: str
    ) -> Verdict:
        """Return the verdict on an exercise that ended the sandbox or broke the protocol.

        `what` begins the sentence: "the cell of your answer", or "calling your relu".
        """
        if isinstance(end, messages.ProtocolError):
            self.judged.suspicions[exercise] = str(end)
            return _no_points(exercise, Status.TAMPERED, "its answer did not come as it should.")
        limits = self.settings.limits
        message = {
            "timeout": f"{what} did not come to an end in {limits.seconds:g} seconds.",
            "total": TOTAL,
            "cpu": f"{what} computed for more than {limits.cpu:,} seconds.",
            "memory": f"{what} asked for more memory than there is.",
            "output": f"{what} printed without end.",
            "frame": f"{what} gave a result that is too large to look at.",
            "exited": f"{what} ended Python itself, as exit() does.",
        }.get(end.reason, f"{what} ended the program ({end.sentence})")
        too_long = end.reason in ("timeout", "total", "cpu")
        return _no_points(exercise, Status.TIMEOUT if too_long else Status.ERROR, message)


def _no_points(exercise: str, status: Status, message: str) -> Verdict:
    """Return a verdict without points, for an exercise that was not judged to the end."""
    max_points = EXERCISES[exercise].points if exercise in EXERCISES else 0
    return Verdict(exercise, status, 0, max_points, message)


def _cut(text: str, size: int) -> str:
    more = len(text) - size
    return text if more <= 0 else f"{text[:size]}\n[… {more:,} letters more]\n"
