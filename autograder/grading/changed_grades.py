"""Say whose grades a run changed, and why."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.grading.grades_table import harmless

__all__ = ["Grades", "changed_grades"]

KEPT = ("points", "final_points", "answer", "code", "made_with")


@dataclass(frozen=True)
class Grades:
    """The output of one run: the rows of `grades.csv`, and the results by student and exercise."""

    rows: Mapping[str, Mapping[str, str]]
    results: Mapping[str, Mapping[str, Mapping[str, Any]]]

    @classmethod
    def read(cls, folder: Path) -> Grades | None:
        """Return the grades in a folder; None if there are none that can be read."""
        try:
            with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
                rows = {row["student"]: row for row in csv.DictReader(file)}
            text = (folder / "results.jsonl").read_text(encoding="utf-8")
            results: dict[str, dict[str, Any]] = {}
            settings: dict[str, Any] = {}  # each kept once
            for line in filter(None, text.split("\n")):
                one = json.loads(line)
                kept = {name: one[name] for name in KEPT if name in one}
                kept["settings"] = settings.setdefault(
                    str(one.get("settings")), one.get("settings")
                )
                results.setdefault(one["student"], {})[one["exercise"]] = kept
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return cls(rows, results)

    def answers(self, student: str) -> dict[str, str]:
        """Return the hashes of a student's answers, by exercise."""
        results = self.results.get(student, {})
        return {exercise: str(one.get("answer")) for exercise, one in results.items()}


def changed_grades(before: Grades, now: Grades) -> Iterator[str]:
    """Yield a line for each student whose grade changed, or who is gone, with the reasons."""
    for student, results in now.results.items():
        old, new = before.rows.get(harmless(student)), now.rows[harmless(student)]
        if old is None:
            continue
        earlier = before.results.get(student, {})
        reasons = [
            f"{exercise} {_points(was)} → {_points(one)}, {_reason(was, one)}"
            for exercise, one in results.items()
            if (was := earlier.get(exercise)) and _points(was) != _points(one)
        ]
        penalties = [row.get("penalty") or "0" for row in (old, new)]
        if penalties[0] != penalties[1]:
            reasons.append(f"late penalty {penalties[0]} → {penalties[1]}")
        if reasons or old.get("total") != new["total"]:
            why = f": {'; '.join(reasons)}" if reasons else ""
            yield f"- {student}: {old.get('total')} → {new['total']}{why}"
    for student in before.results.keys() - now.results.keys():
        row = before.rows.get(harmless(student), {})
        yield f"- {student}: {row.get('total')} → none: this student's folder is gone"


def _points(result: Mapping[str, Any]) -> str:
    points = result.get("final_points", result["points"])
    return "undecided" if points is None else f"{points:g}"


def _reason(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Return why an exercise's points changed."""
    if before["points"] == now["points"]:
        return "points given by hand"
    if any(before.get(name) != now[name] for name in ("answer", "code")):
        return "a new answer"
    settings, others = now["settings"], before.get("settings") or {}
    if changed := [name for name in settings if settings[name] != others.get(name)]:
        return f"another setting ({', '.join(changed)})"
    if before.get("made_with") != now["made_with"]:
        return f"made with {now['made_with']}"
    return "a changed check"
