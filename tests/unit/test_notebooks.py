"""Test notebooks: filling blanks from the reference, `tidy`, and the round trip by nbgrader."""

import ast
import copy
import shutil
from pathlib import Path

import nbformat
import pytest

from autograder import cli
from autograder.course import notebooks
from autograder.course.solutions import BEGIN, END, BlankError, fill, without_markers
from autograder.errors import BrokenCourse, ExitCode, UsageError
from tests.support import ROOT
from utils.exercises import EXERCISES

ASSIGNMENTS = notebooks.assignments(ROOT)
STUB = ["# YOUR CODE HERE", "raise NotImplementedError()"]

pytestmark = pytest.mark.xdist_group("notebooks")


def load(assignment="01_forward_propagation"):
    return notebooks.read(notebooks.notebook_of(ROOT, assignment))


def cell(notebook, grade_id):
    [found] = [
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    ]
    return found


# -- filling blanks -------------------------------------------------------------------------------

REFERENCE = '''
def walk(steps, start: int = 0) -> list[int]:
    """The reference's own words."""
    # Where we are.
    place: int = start
    path = []
    for step in steps:
        # One step.
        place = place + step
        if step > 0:
            path.append(place)
        elif step < 0:
            path.append(-place)
        else:
            raise ValueError(
                "no step"
            )
    path.append(place)
    return path
'''


def blank(text):
    """Return a cell made from a sketch in which ``?`` marks a blank."""
    lines = []
    for line in text.strip("\n").split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        lines += [indent + one for one in STUB] if line.strip() == "?" else [line]
    return "\n".join(lines)


def filled(text):
    return fill(blank(text), REFERENCE, "walk")


WHOLE = '''
def walk(steps, start=0):
    """Yours."""
    ?
'''
FADED = '''
import numpy as np

def walk(steps, start=0):
    """Yours."""
    ?
    for step in steps:
        ?
        if step > 0:
            path.append(place)   # given
        elif step < 0:
            ?
        else:
            ?
    ?
    return path

print(walk([1]))
'''
ELIF = """
def walk(steps, start=0):
    place = start
    path = []
    for step in steps:
        place = place + step
        if step > 0:
            path.append(place)
        else:
            ?
    path.append(place)
    return path
"""


@pytest.mark.parametrize("sketch", [WHOLE, FADED, ELIF], ids=["whole", "faded", "elif"])
def test_filled_cell_behaves_like_the_reference(sketch):
    source = filled(sketch)
    expected, got = {}, {}
    exec(REFERENCE, expected)
    exec(source, got)
    assert got["walk"]([1, -2, 3]) == expected["walk"]([1, -2, 3])
    with pytest.raises(ValueError, match="no step"):
        got["walk"]([0])
    assert source.count(BEGIN) == source.count(END) == sketch.count("?")
    ast.parse(without_markers(source))
    assert "SOLUTION" not in without_markers(source)


def test_fill_keeps_given_code_and_copies_comments():
    assert filled(FADED).startswith(
        '''import numpy as np

def walk(steps, start=0):
    """Yours."""
    ### BEGIN SOLUTION
    # Where we are.
    place = start
    path = []
    ### END SOLUTION
    for step in steps:
        ### BEGIN SOLUTION
        # One step.
        place = place + step
        ### END SOLUTION
        if step > 0:
            path.append(place)   # given
        elif step < 0:
            ### BEGIN SOLUTION
            path.append(-place)
            ### END SOLUTION
        else:
            ### BEGIN SOLUTION
            raise ValueError(
                "no step"
            )
            ### END SOLUTION
'''
    )


def test_blank_takes_the_fewest_statements_that_fit():
    """The first matching statement may be the wrong one: later statements decide."""
    reference = "def f(x):\n    x = 1\n    y = 2\n    x = 1\n    z = 3\n    return x"
    source = blank("def f(x):\n    ?\n    x = 1\n    ?\n    return x")
    assert fill(source, reference, "f").split("\n")[1:6] == [
        *("    ### BEGIN SOLUTION", "    x = 1", "    y = 2", "    ### END SOLUTION", "    x = 1")
    ]


@pytest.mark.parametrize(
    ("sketch", "said"),
    [
        ("def walk(steps, start=0):\n    return path", "it has no blank"),
        ("def walk(steps):\n    ?", "its arguments should be (steps, start=0)"),
        ("def run(steps):\n    ?", "it should define the function walk once"),
        ("def walk(steps, start=0)\n    ?", "line 1 is not Python"),
        (WHOLE + "    return other", "do not stand in the reference in this order"),
        (WHOLE + "    path.append(place)\n    return path\n    ?", "do not stand in the reference"),
        (WHOLE.replace("?", "?\n    ?" + "\n    ?" * 9), "something to fill in for each blank"),
        (FADED.replace("step in steps", "step in path"), "do not stand in the reference"),
        (FADED.replace("elif step < 0", "elif step < 1"), "do not stand in the reference"),
        (WHOLE + "\nfor i in []:\n    ?", "a blank stands outside the function"),
        (WHOLE.replace("?", "# YOUR CODE HERE"), "line 3 is half a blank"),
        (WHOLE.replace("?", "raise NotImplementedError()"), "line 3 is half a blank"),
        (WHOLE.replace("?", "?\n    raise NotImplementedError()"), "line 5 is half a blank"),
        (WHOLE.replace("?", "### BEGIN SOLUTION\n    ?"), "line 3 is a solution marker"),
        (WHOLE.replace("?", "?\n    ### END SOLUTION"), "line 5 is a solution marker"),
    ],
)
def test_cell_that_does_not_fit_the_reference_is_reported(sketch, said):
    with pytest.raises(BlankError) as caught:
        filled(sketch)
    assert said in str(caught.value)


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
    assert STUB[1] not in text
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
