"""Test notebooks: solving them, `tidy`, and what is said of a broken one."""

import copy
import shutil
from pathlib import Path

import nbformat
import pytest

from autograder import cli
from autograder.course import notebooks
from autograder.errors import BrokenCourse, ExitCode, UsageError
from tests.support import ROOT
from utils.exercises import EXERCISES

ASSIGNMENTS = notebooks.assignments(ROOT)

pytestmark = pytest.mark.xdist_group("notebooks")


def load(assignment="01_forward_propagation"):
    return notebooks.read(notebooks.notebook_of(ROOT, assignment))


def cell(notebook, grade_id):
    [found] = [
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    ]
    return found


# -- the course's own notebooks -------------------------------------------------------------------


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_solution_in_the_solved_notebook_is_correct(assignment):
    from utils.checker.answer_key import LiveKey
    from utils.checker.judge import judge

    solved = notebooks.solve(load(assignment), markers=False)
    space = {}
    exec("import numpy as np", space)
    for one in solved.cells:
        if one["id"] == "setup":  # it imports the modules that this notebook builds on
            exec(one.source, space)
    for exercise in EXERCISES.values():
        if exercise.assignment == assignment:
            exec(cell(solved, exercise.name + "-solution").source, space)
            question = LiveKey().question(exercise.name, seed=1)
            assert judge(question, space[exercise.name]).status == "correct"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_exercise_of_an_assignment_is_in_its_notebook(assignment):
    found = [
        c.metadata.nbgrader.grade_id
        for c in load(assignment).cells
        if c.metadata.get("nbgrader", {}).get("grade")
        and not c.metadata.nbgrader.solution  # a report graded by a person is not an exercise
    ]
    assert found == [one.name for one in EXERCISES.values() if one.assignment == assignment]


def test_notebooks_in_git_are_tidy():
    assert list(notebooks.untidy(ROOT)) == [], "run `make tidy`"


def test_minutes_and_points_follow_from_the_plan():
    page = load()
    cells = {cell.id: cell for cell in page.cells}
    cells["plan"].source = cells["plan"].source.replace("| 18 | 15 |", "| 28 | 99 |")
    cells["title"].source = cells["title"].source.replace("100 points", "7 points")
    tidy = {cell.id: cell.source for cell in notebooks.tidy(page).cells}
    assert "`sigmoid`, `relu` | 28 | 15 |" in tidy["plan"]
    assert "**About 2 hours · 100 points**" in tidy["title"]
    assert "## 2 · Activations\n\n*28 minutes*" in "\n".join(tidy.values())


def test_times_of_the_pages_stand_in_map_and_readme(tmp_path):
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    shutil.copy(ROOT / "README.md", tmp_path)
    path = notebooks.notebook_of(tmp_path, "05_the_brain")
    path.write_text(path.read_text("utf-8").replace("| 18 | 12 |", "| 38 | 12 |"), "utf-8")
    found = {path.name: text for path, text in notebooks.untidy(tmp_path).items()}
    assert sorted(found) == ["00_start_here.ipynb", "05_the_brain.ipynb", "README.md"]
    assert "what all this has to do with it | 62 min |" in found["README.md"]
    assert "what all this has to do with it | 62 min |" in found["00_start_here.ipynb"]


# -- tidy notebooks -------------------------------------------------------------------------------


def test_tidy_removes_outputs_and_adds_nbgrader_metadata():
    notebook = load()
    used = copy.deepcopy(notebook)
    used.metadata = nbformat.from_dict({"kernelspec": {"name": "mine", "display_name": "My own"}})
    for one in used.cells:
        if one.cell_type == "code":
            one.execution_count = 3
            one.outputs = [nbformat.v4.new_output("stream", text="hello")]
        if "nbgrader" in one.metadata:
            one["id"] = "a" + str(abs(hash(one["id"])))[:6]
            one.metadata.nbgrader.pop("checksum", None)
            one.metadata.pop("deletable", None)
            if one.metadata.nbgrader.grade:
                del one.metadata.nbgrader["points"]
    tidy = notebooks.tidy(used)
    assert tidy == notebooks.tidy(notebook)
    assert tidy == notebooks.tidy(tidy)
    test = cell(tidy, "linear_forward")
    assert test["id"] == "linear_forward"
    assert test.metadata.nbgrader.points == EXERCISES["linear_forward"].points
    assert (test.metadata.deletable, test.metadata.editable) == (False, False)
    assert all(not one.get("outputs") and not one.get("execution_count") for one in tidy.cells)


def broken_notebook(change):
    notebook = load()
    change(notebook)
    return notebook


def two_of_one(notebook):
    notebook.cells.append(copy.deepcopy(cell(notebook, "relu")))


def two_ids(notebook):
    extra = nbformat.v4.new_markdown_cell("text")
    extra["id"] = notebook.cells[0]["id"]
    notebook.cells.append(extra)


def other_test(notebook):
    cell(notebook, "relu").source = 'check("relu", seed=3)'


def no_solution(notebook):
    notebook.cells.remove(cell(notebook, "relu-solution"))


def no_test(notebook):
    notebook.cells.remove(cell(notebook, "relu"))


def no_reference(notebook):
    cell(notebook, "relu-solution").metadata.nbgrader.grade_id = "elu-solution"


def marker(notebook):
    cell(notebook, "relu-solution").source += "\n    ### END SOLUTION"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (two_of_one, "has its grade id 'relu' too."),
        (two_ids, "cell 1 has its id 'title' too."),
        (other_test, '(relu): a test cell is exactly check("relu").'),
        (no_solution, "(relu): its other half is missing: no cell 'relu-solution'."),
        (no_test, "(relu-solution): its other half is missing: no cell 'relu'."),
        (no_reference, "(elu-solution): there is no exercise 'elu' in utils/exercises."),
        (marker, "does not fit the reference of relu: line 6 is a solution marker"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_broken_notebook_is_reported_with_its_cell(change, said):
    with pytest.raises(BrokenCourse) as caught:
        notebooks.tidy(broken_notebook(change), "page.ipynb")
    assert caught.value.message.startswith("page.ipynb, cell ")
    assert said in caught.value.message


def test_file_that_is_no_notebook_is_reported(tmp_path):
    (tmp_path / "page.ipynb").write_text("{")
    with pytest.raises(BrokenCourse, match=r"page.ipynb cannot be read as a notebook: "):
        notebooks.read(tmp_path / "page.ipynb")


def test_unknown_assignment_is_reported():
    with pytest.raises(
        UsageError, match=r"The course has no assignment '99'. It has: 00_start_here"
    ):
        notebooks.assignments(ROOT, ["99"])


def test_course_without_notebooks_is_reported(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    assert cli.main(["workspace", str(tmp_path / ".." / "teaching")]) == ExitCode.BROKEN
    assert capsys.readouterr().err == f"There are no notebooks in {tmp_path / 'notebooks'}.\n"


# -- the commands ---------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Copy the notebooks of the course, and let ``course`` work on the copy."""
    root = tmp_path / "course"
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    monkeypatch.setattr(cli, "ROOT", root)
    assert cli.main(["tidy"]) == ExitCode.FINE
    return root


def test_tidy_check_reports_and_tidy_repairs(course, capsys):
    path = course / "notebooks" / "01_forward_propagation" / "01_forward_propagation.ipynb"
    before = path.read_bytes()
    capsys.readouterr()
    assert cli.main(["tidy", "--check"]) == ExitCode.FINE
    assert capsys.readouterr().out == "All notebooks are tidy.\n"

    untidy = before.replace(b'"execution_count": null', b'"execution_count": 7')
    path.write_bytes(untidy)
    assert cli.main(["tidy", "--check"]) == ExitCode.PROBLEMS
    shown = capsys.readouterr()
    assert "Not tidy: " in shown.out
    assert shown.err == "Run `course tidy` to mend this.\n"
    assert path.read_bytes() == untidy
    assert cli.main(["tidy", "--check", "00_start_here"]) == ExitCode.FINE

    assert cli.main(["tidy"]) == ExitCode.FINE
    assert path.read_bytes() == before


def test_solve_writes_a_readable_notebook_and_never_overwrites(
    course, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["solve", "01_forward_propagation"]) == ExitCode.FINE
    text = Path("01_forward_propagation.solved.ipynb").read_text()
    assert "Z = W @ A_prev + b" in text
    assert "SOLUTION" not in text
    assert "raise NotImplementedError()" not in text
    capsys.readouterr()
    assert cli.main(["solve", "01_forward_propagation"]) == ExitCode.USAGE
    assert capsys.readouterr().err == (
        "01_forward_propagation.solved.ipynb is there already. Add --force to replace it.\n"
    )
    assert cli.main(["solve", "01_forward_propagation", "--force", "--to", "s.ipynb"]) == 0
    assert Path("s.ipynb").read_text() == text


def test_solve_reports_an_unwritable_target(course, tmp_path, capsys):
    target = tmp_path / "nowhere" / "solved.ipynb"
    assert cli.main(["solve", "01_forward_propagation", "--to", str(target)]) == ExitCode.USAGE
    assert capsys.readouterr().err == f"{target} cannot be written: No such file or directory.\n"
