"""Make the notebook that a grader looks at, from a submission's answers and verdicts.

Formgrader serves a graded notebook from the origin on which grades can be set, so a student's part
of it must not be active: it has only code, Markdown text, printed output as plain text, and
pictures that were encoded anew.

It imports nothing of nbgrader, which takes seconds: workers use it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from autograder.files import ROOT
from autograder.grading.cell_output import NO_OUTPUT, CellOutput
from autograder.grading.class_folder import Submission
from autograder.grading.course_notebook import read_course_notebook
from autograder.grading.judging import outputs_of
from autograder.grading.merge import MergedNotebook
from autograder.grading.results import Result
from utils.checker.verdict import MIME, Status, Verdict

__all__ = ["draw", "draw_unread", "graded_notebook"]


def draw(
    points: Mapping[str, float],
    submission: Submission,
    merged: MergedNotebook,
    results: Sequence[Result],
) -> str:
    """Return the text of a graded notebook's file; with `points` bound, it is a `Draw`."""
    verdicts = submission.verdicts | {
        one.exercise: _outputs_without_verdict(one)
        for one in results
        if one.standing or one.exercise not in submission.verdicts
    }
    notebook = graded_notebook(merged, verdicts, submission.outputs, points)
    return json.dumps(notebook, ensure_ascii=False)  # without indents: many times as fast


def draw_unread(points: Mapping[str, float], assignment: str, results: Sequence[Result]) -> str:
    """Return the text of the course's notebook with these results, if no answer could be read."""
    course = read_course_notebook(ROOT, assignment)
    verdicts = {one.exercise: _outputs_without_verdict(one) for one in results}
    merged = MergedNotebook(course, frozenset(verdicts), ())
    return json.dumps(graded_notebook(merged, verdicts, {}, points), ensure_ascii=False)


def graded_notebook(
    merged: MergedNotebook,
    verdicts: Mapping[str, Mapping[str, Any]],
    outputs: Mapping[str, CellOutput],
    points: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Return the notebook that a grader looks at, as JSON data.

    Parameters
    ----------
    merged
        The course's notebook with the answers.
    verdicts
        The outputs of each exercise's verdict, by MIME type.
    outputs
        What each cell printed, raised and drew, by cell id.
    points
        The gradebook's points for each graded cell, which override the course's.
    """
    # Encoding as JSON copies everything, and replaces lone surrogates, which no file can hold.
    ran = {name: asdict(one) for name, one in outputs.items()}
    text = json.dumps([merged.notebook, verdicts, ran], ensure_ascii=False)
    notebook: dict[str, Any]
    notebook, verdicts, ran = json.loads(text.encode("utf-8", "replace"))
    outputs = {name: CellOutput(**one) for name, one in ran.items()}
    for cell in notebook["cells"]:
        metadata = cell["metadata"].get("nbgrader", {})
        name = metadata.get("grade_id", "")
        if metadata.get("grade"):
            metadata["points"] = (points or {}).get(name, metadata["points"])
        if cell["cell_type"] == "code":
            cell["execution_count"] = None
            output = outputs.get(cell["id"], NO_OUTPUT)
            cell["outputs"] = [
                *_text_outputs(output.printed, output.raised),
                *(
                    _output("display_data", metadata={}, data={"image/png": figure})
                    for figure in output.figures
                ),
            ]
        elif metadata.get("solution") or cell["id"] in merged.own:
            cell["source"] = _inert(cell["source"])
        if metadata.get("grade") and not metadata.get("solution"):
            repairs = [one.sentence + "\n" for one in merged.repairs if one.exercise == name]
            shown = _verdict_outputs(verdicts[name], metadata["points"])
            cell["outputs"] = [*shown, *_text_outputs("".join(repairs), "")]
    return notebook


def _text_outputs(printed: str, raised: str) -> list[dict[str, Any]]:
    """Return a cell's outputs as plain text; nbgrader scores 0 for any text on stderr."""
    outputs = [_output("stream", name="stdout", text=printed)] if printed else []
    if raised:
        kind, _, message = raised.partition(": ")
        outputs.append(_output("error", ename=kind, evalue=message, traceback=[raised]))
    return outputs


def _verdict_outputs(verdict: Mapping[str, Any], max_points: float) -> list[dict[str, Any]]:
    """Return outputs that nbgrader scores as full, partial (a number) or no credit (an error)."""
    record = verdict[MIME]
    share = (record["points"] or 0) / record["max_points"]
    if 0 < share < 1:
        number = {"text/plain": f"{share * max_points:g}"}
        data = {**verdict, **number}
        return [_output("execute_result", execution_count=None, metadata={}, data=data)]
    outputs = [_output("display_data", metadata={}, data=verdict)]
    if share == 0:
        text = verdict["text/plain"]
        headline = text.partition("\n")[0]
        outputs.append(_output("error", ename="CheckFailed", evalue=headline, traceback=[text]))
    return outputs


def _output(kind: str, **fields: Any) -> dict[str, Any]:
    return {"output_type": kind, **fields}


# Where a link's address begins: in `[text](address)`, or in a line `[name]: address`.
_LINK = re.compile(
    r"\](?=\(|:)(?![(:]\s*+<?+\s*+(?:https?:|attachment:|#|[\w./%+~-]*(?:[\s)/?#]|$)))", re.I
)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_MATH = re.compile(r"\\(?=(?:href|url|require|def|let|newcommand|class|style|cssId)\b)")
_INVISIBLE = "\N{ZERO WIDTH SPACE}"


def _inert(markdown: str) -> str:
    """Return Markdown that reads as before, in code too, but does nothing when it is clicked.

    HTML tags are disabled. So are links, except to the web, to a place in the page, or to a file
    beside it; and commands in formulas that make links.
    """
    inert = _TAG.sub(f"<{_INVISIBLE}", markdown)
    inert = _MATH.sub(lambda _: f"\\{_INVISIBLE}", inert)
    return _LINK.sub(f"]{_INVISIBLE}", inert)


def _outputs_without_verdict(result: Result) -> dict[str, Any]:
    """Return outputs, like a verdict's, for an exercise that was not judged."""
    status = result.status or Status.ERROR
    outputs = outputs_of(
        Verdict(result.exercise, status, result.points or 0, result.max_points, result.message)
    )
    outputs[MIME]["status"] = result.shown
    return outputs
