"""Make tasks for the verdicts that the cache lacks, and save their results."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
from nbformat import NotebookNode

from autograder.grading.cell_output import CellOutput
from autograder.grading.class_folder import Submission
from autograder.grading.course_notebook import judged_exercises
from autograder.grading.fingerprint import Fingerprints
from autograder.grading.grade_file import Draw, FileResult, FileTask
from autograder.grading.grade_submission import Settings
from autograder.grading.reading import Reading
from autograder.grading.verdict_cache import VerdictCache, digest
from utils.checker.verdict import MIME, Status
from utils.exercises import EXERCISES

__all__ = ["MissingVerdicts"]


class MissingVerdicts:
    """Makes tasks for the verdicts that the cache lacks, and saves their results."""

    def __init__(
        self,
        root: Path,
        assignment: str,
        notebook: NotebookNode,
        settings: Settings,
        cache: VerdictCache,
        sandboxed: bool,
        draw: Draw | None,
    ) -> None:
        self.root, self.assignment, self.settings = root, assignment, settings
        self.cache, self.sandboxed, self.draw = cache, sandboxed, draw
        self.fingerprints = Fingerprints(root)
        self.exercises = judged_exercises(notebook)
        limits = settings.limits
        self.reader = digest(self.fingerprints.reading(), notebook, asdict(limits))

    def task_for(self, submission: Submission) -> FileTask | None:
        """Add cached verdicts to the submission; return a task for the others, or None."""
        if not submission.notebooks:
            return None
        known = self.cache.get(self.reading_key(submission))
        if known is not None:
            self._add_reading(submission, msgspec.convert(known, Reading))
            self._look_up(submission)
            if not submission.gradable:
                return None
        missing = {name for name in self.exercises if name not in submission.verdicts}
        if not missing and self.draw is None:
            return None
        # A verdict depends on those of the exercises it builds on: these are judged again too.
        needed = missing.union(*(EXERCISES[name].builds_on for name in missing))
        return FileTask(
            self.root,
            self.assignment,
            submission,
            tuple((path.name, path) for path in submission.notebooks),
            tuple(name for name in self.exercises if name in needed),
            self.settings,
            self.sandboxed,
            self.draw,
        )

    def add(self, submission: Submission, result: FileResult | Exception) -> int:
        """Add a task's result to submission and cache; return how many verdicts are new."""
        if isinstance(result, Exception):
            submission.needs_review = True
            submission.failure = (
                f"It could not be graded, and that is not the student's fault: {result}"
            )
            submission.notes.append(submission.failure)
            return len(submission.keys) - len(submission.verdicts)
        judged = result.judged
        records: dict[str, dict[str, Any]] = {}
        if submission.reading is None:
            records[self.reading_key(submission)] = asdict(result.reading)
            self._add_reading(submission, result.reading)
        new = {
            name: verdict
            for name, verdict in judged.verdicts.items()
            if name not in submission.verdicts
        }
        submission.drawn = result.drawn
        submission.verdicts |= new
        submission.suspicions |= judged.suspicions
        submission.outputs, submission.tried = judged.outputs, judged.tried
        if new:
            outputs = msgspec.to_builtins(judged.outputs)
            records[submission.output_key] = {"outputs": outputs, "tried": judged.tried}
        for name, verdict in new.items():
            if verdict[MIME]["status"] != Status.UNCHECKED:
                suspicion = judged.suspicions.get(name, "")
                records[submission.keys[name]] = {"verdict": verdict, "suspicion": suspicion}
        self.cache.put(records)
        return len(new)

    def reading_key(self, submission: Submission) -> str:
        """Return the cache key of this submission's reading."""
        names = [path.name for path in submission.notebooks]
        return digest("reading", submission.digest, names, self.reader)

    def _add_reading(self, submission: Submission, reading: Reading) -> None:
        """Add a reading to the submission, and the cache keys that follow from it."""
        submission.add_reading(reading)
        if not submission.gradable:
            return
        settings = asdict(self.settings)
        files = {name: content.hex() for name, content in submission.files.items()}
        answers = digest(reading.answers, files)
        for exercise in self.exercises:
            fingerprint = self.fingerprints.fingerprint(exercise)
            key = digest(answers, fingerprint, settings, self.sandboxed)
            submission.keys[exercise] = key
        submission.output_key = digest("outputs", answers, settings, self.sandboxed)

    def _look_up(self, submission: Submission) -> None:
        """Add the cached verdicts to the submission."""
        for exercise, key in submission.keys.items():
            cached = self.cache.get(key)
            if cached is not None:
                submission.verdicts[exercise] = cached["verdict"]
                if cached["suspicion"]:
                    submission.suspicions[exercise] = cached["suspicion"]
        ran = self.cache.get(submission.output_key) or {"outputs": {}, "tried": ()}
        submission.outputs = msgspec.convert(ran["outputs"], dict[str, CellOutput])
        submission.tried = tuple(ran["tried"])
