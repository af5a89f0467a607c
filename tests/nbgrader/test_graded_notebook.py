"""Test the graded notebook: what of a report and of a verdict is in it, and nothing active."""

import base64
import io
import re

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbconvert.filters.markdown import markdown2html
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import determine_grade
from PIL import Image

from autograder.course import notebooks
from autograder.grading import judging
from autograder.grading.cell_output import CellOutput
from autograder.grading.course_notebook import CourseNotebook
from autograder.grading.grade_submission import Settings
from autograder.grading.judging import Task, outputs_of
from autograder.grading.merge import code_cells, merge_answers
from autograder.grading.submission_file import cells_of
from autograder.nbgrader_bridge.graded_notebook import _inert, graded_notebook
from tests.support.course_notebooks import (
    EVIL,
    NAME,
    REPORT,
    blank,
    cell_of,
)
from utils.checker.verdict import Verdict
from utils.exercises import EXERCISES

pytestmark = pytest.mark.sandbox

POINTS = {e.name: e.points for e in EXERCISES.values() if e.assignment == NAME}


def verdicts(name, **more):
    return {
        exercise.name: outputs_of(Verdict(exercise.name, "wrong", 0, exercise.points, "no."))
        for exercise in EXERCISES.values()
        if exercise.assignment == name
    } | more


def test_report_keeps_its_text_but_no_active_html():
    page = blank(REPORT)
    cell_of(page, "experiment_report").source = f"1 < 2 > 0, `a<b`, [x](https://x.org) {EVIL}"
    taken = merge_answers(CourseNotebook(blank(REPORT)), list(cells_of(page)))
    graded = nbformat.from_dict(graded_notebook(taken, verdicts(REPORT), {}))
    source = cell_of(graded, "experiment_report").source
    assert "<script" not in source
    assert "<img" not in source
    assert source.replace("\N{ZERO WIDTH SPACE}", "").endswith(EVIL)
    assert source.startswith("1 < 2 > 0")


def test_pasted_pictures_and_figures_reach_the_grader():
    page = blank(REPORT)
    file = io.BytesIO()
    Image.new("RGB", (30, 20), (0, 128, 0)).save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode()
    report = cell_of(page, "experiment_report")
    report.source = "Here: ![p](attachment:p.png), and one that is lost: ![q](attachment:q.png)"
    report.attachments = {"p.png": {"image/png": data}}
    above = page.cells.index(report)
    page.cells.insert(above, new_code_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2])"))
    page.cells.insert(above, new_markdown_cell("My thoughts, one cell too early."))

    course = CourseNotebook(blank(REPORT))
    merged = merge_answers(course, cells_of(page))
    task = Task(REPORT, tuple(code_cells(merged)), ("early_stopping",), Settings("x"))
    try:
        result = judging.run_task(task)
    finally:
        judging.close()
    graded = graded_notebook(merged, verdicts(REPORT), result.outputs)
    notebook = nbformat.from_dict(graded)
    nbformat.validate(notebook)
    html, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    assert html.count("data:image/png;base64,") == 2
    assert "My thoughts, one cell too early." in html
    assert "left-out-q.png" in html


LINKS = {
    "[a](https://x.org/a:b)": True,
    "[a](http://x.org)": True,
    "[a](#top)": True,
    "[a](plot.png 'a title')": True,
    "[a](more/b:c)": True,
    "[a]: https://x.org\n\n[a]": True,
    "[a](javascript:x)": False,
    "[a]( JavaScript:x)": False,
    "[a](<javascript:x>)": False,
    "[a](<\tjavascript:x>)": False,
    "[a](java&#115;cript:x)": False,
    "[a](javascript&colon;x)": False,
    "[a](\\javascript:x)": False,
    "[a](data:text/html,x)": False,
    "![a](data:text/html,x)": False,
    "[a](vbscript:x)": False,
    "[a]: javascript:x\n\n[a]": False,
    "[a]:\n  javascript:x\n\n[a]": False,
    "> [a]: javascript:x\n\n[a]": False,
    "<javascript:x>": False,
    "<a href='javascript:x'>a</a>": False,
}


@pytest.mark.parametrize("markdown", LINKS)
def test_links_in_a_report_lead_to_the_web_or_nowhere(markdown):
    """Formgrader's page sets grades: a link that runs a script there gave 100 of 100."""
    page = blank(REPORT)
    cell_of(page, "experiment_report").source = markdown
    taken = merge_answers(CourseNotebook(blank(REPORT)), list(cells_of(page)))
    graded = nbformat.from_dict(graded_notebook(taken, verdicts(REPORT), {}))
    html = markdown2html(cell_of(graded, "experiment_report").source)
    assert bool(re.search(r"<\w[^>]*(href|src)=", html)) == LINKS[markdown]


def test_formulas_make_no_links():
    assert "\\href" not in _inert(r"$\href{javascript:x}{a}$")
    assert _inert(r"$\sigma(z) \le 1$") == r"$\sigma(z) \le 1$"


def test_points_scale_when_the_instructor_changes_the_maximum():
    taken = merge_answers(CourseNotebook(blank()), list(cells_of(blank())))
    half = outputs_of(Verdict("relu", "wrong", 2.5, 5, "half."))
    points = POINTS | {"relu": 20}
    graded = nbformat.from_dict(graded_notebook(taken, verdicts(NAME, relu=half), {}, points))
    assert determine_grade(cell_of(graded, "relu")) == (10, 20)


def test_lone_surrogate_can_be_written(tmp_path):
    taken = merge_answers(CourseNotebook(blank()), list(cells_of(blank())))
    graded = graded_notebook(taken, verdicts(NAME), {"relu-solution": CellOutput("\ud83d")})
    notebooks.write(nbformat.from_dict(graded), tmp_path / "page.ipynb")
