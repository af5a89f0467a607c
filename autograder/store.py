"""Keeps verdicts by what they were made from, so that nothing is judged twice."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Self

from autograder.errors import UsageError
from utils.exercises import EXERCISES

__all__ = ["Store", "definition", "digest"]

ROOT = Path(__file__).resolve().parents[1]
WAIT = 120  # seconds for another grader to let go of the file

# What every verdict depends on: how it is judged, and what runs the answer.
ENGINE = (
    *(f"utils/{name}.py" for name in ("answer_key", "answers", "cases", "comparing", "explain")),
    *(f"utils/explainers/{name}.py" for name in ("__init__", "calls", "indices", "kinds")),
    *(f"utils/explainers/{name}.py" for name in ("names", "shapes", "trouble")),
    *(f"utils/{name}.py" for name in ("findings", "judging", "naming", "packing", "plain")),
    *(f"utils/{name}.py" for name in ("rubric", "shapes", "verdict")),
    *(f"autograder/{name}.py" for name in ("foresight", "inside", "intake", "judge", "lender")),
    *(f"autograder/{name}.py" for name in ("sandboxed", "wire")),
)


class Store:
    """A file of verdicts; SQLite sees to it that it is whole, whenever the power goes.

    Raises
    ------
    UsageError
        When the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        try:
            self._db = sqlite3.connect(self.path, timeout=WAIT)
            self._db.execute("PRAGMA journal_mode = WAL")
            # A power cut may lose the last verdicts, never the file: they are made again.
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS verdicts"
                " (key TEXT PRIMARY KEY, verdict TEXT NOT NULL) WITHOUT ROWID"
            )
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        return self

    def __exit__(self, *exception: object) -> None:
        self._db.close()

    def get(self, key: str) -> dict[str, Any] | None:
        """The verdict of this key, if it is there.

        Raises
        ------
        UsageError
            When the file is damaged.
        """
        try:
            row = self._db.execute("SELECT verdict FROM verdicts WHERE key = ?", (key,)).fetchone()
            return None if row is None else dict(json.loads(row[0]))
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise self._unusable(error) from error

    def put(self, verdicts: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep these verdicts: all of them, or where that fails, none.

        Raises
        ------
        UsageError
            When the disk is full, or the file is gone.
        """
        rows = [(key, json.dumps(verdict)) for key, verdict in verdicts.items()]
        try:
            with self._db:
                self._db.executemany("INSERT OR REPLACE INTO verdicts VALUES (?, ?)", rows)
        except sqlite3.Error as error:
            raise UsageError(
                f"{self.path} cannot be written: {error}. What was graded before is kept; "
                "the same command again goes on from there."
            ) from error

    def _unusable(self, error: Exception) -> UsageError:
        return UsageError(
            f"{self.path} cannot be used: {error}. It holds nothing that cannot be made again: "
            "move it away, and everything is judged anew."
        )


def digest(*parts: Any) -> str:
    """One hash of all of these, which JSON can hold."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@cache
def definition(exercise: str) -> str:
    """A hash of all that decides how an exercise is judged.

    Its own module, the solutions and laws of its notebook, what it builds on, and the engine.
    """
    found = EXERCISES[exercise]
    notebook = found.assignment.partition("_")[2]
    files = [*ENGINE, *(f"utils/exercises/{notebook}/{name}.py" for name in (exercise, "common"))]
    files += [f"utils/reference/{notebook}.py", f"utils/laws/{notebook}.py"]
    texts = [_text(ROOT / file) for file in files]
    return digest(exercise, texts, [definition(name) for name in found.builds_on])


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
