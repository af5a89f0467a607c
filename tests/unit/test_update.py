"""Test that a newer version of a page comes in, and that everything of the learner's stays."""

import copy
import json
import shutil
import subprocess

import nbformat
import pytest

from autograder import cli
from autograder.course import lab, notebooks
from autograder.course.update import newer_pages
from autograder.errors import ExitCode
from tests.support import ROOT
from tests.support.lab_server import LEFT_BEHIND
from utils.merge import merge

PAGE = "01_small"
OTHER = "02_next"
ANSWER = "def relu(Z):\n    return Z * (Z > 0)"


def text(name, source):
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def code(name, source, **marks):
    made = {"cell_type": "code", "id": name, "metadata": {}, "source": source}
    made |= {"outputs": [], "execution_count": None}
    if marks:
        made["metadata"]["nbgrader"] = {"grade_id": name, "schema_version": 3, **marks}
    return made


def blank(exercise, said="The ReLU."):
    lines = (
        f"def {exercise}(Z):",
        f'"""{said}"""',
        "# YOUR CODE HERE",
        "raise NotImplementedError()",
    )
    return code(f"{exercise}-solution", "\n    ".join(lines), solution=True)


def check(exercise):
    return code(exercise, f'check("{exercise}")', grade=True, points=5)


GIVEN = [
    *(text("title", "# Small\n\n**About 9 minutes · 5 points**"), text("intro", "Hello.")),
    *(code("setup", "import numpy as np"), code("demo", "print(1)"), text("more", "More.")),
    *(blank("relu"), check("relu"), text("end", "The end.")),
]


class Course:
    """A small course and a learner's pages in it; cells are found by id."""

    def __init__(self, root):
        self.root = root

    def release(self, cells, page=PAGE):
        """Write the course's version of a page."""
        self._write(self.root / "notebooks" / page / f"{page}.ipynb", cells)

    def mine(self, page=PAGE):
        path = self.root / lab.OWN_COPY / page / f"{page}.ipynb"
        found = nbformat.read(path, 4)
        nbformat.validate(found)
        return found.cells

    def save(self, cells, page=PAGE):
        self._write(self.root / lab.OWN_COPY / page / f"{page}.ipynb", cells)

    def start(self):
        """Copy what the learner lacks, as ``course lab`` does."""
        made = lab.copy_missing(self.root / "notebooks", self.root / lab.OWN_COPY)
        lab.remember(self.root, lab.copied_pages(made))

    def kept(self, page=PAGE):
        return sorted((self.root / lab.OWN_COPY / page / "kept").glob("*"))

    def _write(self, path, cells):
        path.parent.mkdir(parents=True, exist_ok=True)
        page = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        path.write_text(json.dumps(page))


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Make a course of one page that a learner has copied."""
    made = Course(tmp_path / "course")
    made.release(GIVEN)
    made.start()
    monkeypatch.setattr(cli, "ROOT", made.root)
    return made


def changed(cells, changes):
    """Return cells with other text; None takes a cell out."""
    made = [{**cell, "source": changes.get(cell["id"], cell["source"])} for cell in cells]
    return copy.deepcopy([cell for cell in made if cell["source"] is not None])


def sources(cells):
    return {cell["id"]: cell["source"] for cell in cells}


# -- one page, cell by cell -----------------------------------------------------------------------


def test_place_among_the_pages_is_the_courses_and_other_metadata_the_learners():
    mine = {"cells": [], "metadata": {"read_before": "03", "zoom": 2}}
    new = {"cells": [], "metadata": {"read_before": "05", "kernelspec": {}}}
    made, _ = merge(mine, new, mine)
    assert made["metadata"] == {"read_before": "05", "zoom": 2}


def test_what_only_one_side_changed_is_taken_and_nothing_is_asked(course, capsys):
    own = text("my-note", "Mine, below the demonstration.")
    theirs = changed(GIVEN, {"relu-solution": ANSWER, "intro": "Hello, I."})
    theirs[-4]["outputs"] = []
    theirs.insert(4, own)
    course.save(theirs)
    new = changed(GIVEN, {"demo": "print(2)", "end": None, "more": "More, and better."})
    new.insert(2, text("new", "New."))
    course.release(new)
    assert newer_pages(course.root) == [PAGE]

    assert cli.main(["update"]) == ExitCode.FINE
    found = course.mine()
    assert [cell.id for cell in found] == [
        *("title", "intro", "new", "setup", "demo", "my-note", "more", "relu-solution", "relu"),
    ]
    assert sources(found) | {"relu-solution": ANSWER, "intro": "Hello, I."} == sources(found)
    assert sources(found)["demo"] == "print(2)"
    said = capsys.readouterr().out
    assert said.startswith(f"page      new text  new cells  gone\n{PAGE}  2         1          1\n")
    assert "To look at" not in said
    [old] = course.kept()
    assert f"- {old}\n" in said
    assert json.loads(old.read_text())["cells"] == theirs
    assert newer_pages(course.root) == []

    assert cli.main(["update"]) == ExitCode.FINE
    assert capsys.readouterr().out == "Your pages have all that is new on the course's.\n"
    assert course.kept() == [old]


def test_what_both_changed_stays_with_the_courses_text_below(course, capsys):
    course.save(changed(GIVEN, {"relu-solution": ANSWER, "demo": None, "end": "The end, for me."}))
    newer = blank("relu", "The ReLU of every entry.")["source"]
    course.release(changed(GIVEN, {"relu-solution": newer, "demo": "print(2)", "end": None}))
    assert cli.main(["update"]) == ExitCode.FINE
    found = course.mine()
    assert sources(found)["relu-solution"] == ANSWER
    assert sources(found)["end"] == "The end, for me."
    assert sources(found)["demo"] == "print(2)"
    [place] = [i for i, cell in enumerate(found) if cell.id == "relu-solution"]
    assert found[place + 1].cell_type == "markdown"
    assert "yours is kept" in found[place + 1].source
    assert newer in found[place + 1].source
    said = capsys.readouterr().out
    assert "- relu: you changed it, and so did the course; its text stands below yours\n" in said
    assert "- “The end, for me.”: the course dropped it; you had changed it, so it stays\n" in said
    assert "- “print(2)”: you had deleted it, and the course changed it; it is there" in said

    # The next version takes the place of what was shown before, and says nothing twice.
    course.release(changed(GIVEN, {"relu-solution": newer + "\n    return 0", "end": None}))
    assert cli.main(["update"]) == ExitCode.FINE
    shown = [cell.source for cell in course.mine() if "yours is kept" in cell.source]
    assert len(shown) == 1
    assert "return 0" in shown[0]
    assert sources(course.mine())["relu-solution"] == ANSWER


def test_cells_without_their_ids_and_copies_of_cells_are_known(course):
    lost = changed(GIVEN, {})
    lost[3]["id"] = "pasted"  # as cutting and pasting does
    copied = changed(GIVEN, {"relu-solution": ANSWER})[5]
    lost.insert(6, {**copied, "id": "copied"})
    course.save(lost)
    course.release(changed(GIVEN, {"demo": "print(2)"}))
    assert cli.main(["update"]) == ExitCode.FINE
    found = course.mine()
    assert [cell.source for cell in found].count("print(2)") == 1
    assert "print(1)" not in [cell.source for cell in found]
    assert [cell.source for cell in found].count(ANSWER) == 1
    assert sources(found)["relu-solution"] == ANSWER


def test_an_own_cell_stays_above_the_answer_that_needs_it(course):
    theirs = changed(GIVEN, {"relu-solution": ANSWER})
    theirs.insert(5, code("helper", "half = 0.5"))
    course.save(theirs)
    moved = changed(GIVEN, {})
    moved.insert(1, moved.pop(5))  # the course puts the answer first
    course.release(moved)
    assert cli.main(["update"]) == ExitCode.FINE
    order = [cell.id for cell in course.mine()]
    assert order.index("helper") == order.index("relu-solution") - 1


def test_outputs_stay_where_the_text_stays(course):
    theirs = changed(GIVEN, {})
    theirs[3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1\n"}]
    course.save(theirs)
    course.release(changed(GIVEN, {"end": "Fin."}))
    assert cli.main(["update"]) == ExitCode.FINE
    assert course.mine()[3].outputs[0].text == "1\n"


def test_an_answer_follows_its_exercise_to_another_page(course, capsys):
    course.save(changed(GIVEN, {"relu-solution": ANSWER}))
    record = course.root / lab.OWN_COPY / PAGE / "progress.json"
    record.write_text('{"exercises": {"relu": {"passed": "today"}}}')
    course.release([*GIVEN[:5], blank("tanh"), check("tanh"), GIVEN[-1]])
    course.release([text("title", "# Next"), blank("relu", "Other."), check("relu")], OTHER)
    course.start()  # as `make lab` before `make update`
    assert cli.main(["update"]) == ExitCode.FINE
    assert sources(course.mine(OTHER))["relu-solution"] == ANSWER
    assert "relu-solution" not in sources(course.mine())
    said = capsys.readouterr().out
    assert "answers brought here" in said
    moved = record.parent.parent / OTHER / "progress.json"
    assert json.loads(moved.read_text())["exercises"] == {"relu": {"passed": "today"}}
    assert json.loads(record.read_text())["exercises"] == {}


@pytest.mark.parametrize("recorded", [True, False])
def test_a_blank_does_not_follow_its_exercise(course, capsys, recorded):
    course.release(GIVEN[:5])
    course.release([text("title", "# Next"), blank("relu"), check("relu")], OTHER)
    course.start()
    if not recorded:
        shutil.rmtree(course.root / lab.OWN_COPY / ".course")
    course.save([*course.mine(OTHER), text("mine", "A note.")], OTHER)
    assert cli.main(["update"]) == ExitCode.FINE
    assert "answers brought here" not in capsys.readouterr().out
    assert [cell.id for cell in course.mine(OTHER)] == ["title", "relu-solution", "relu", "mine"]


def test_other_files_of_a_page_are_renewed_and_changed_ones_kept(course):
    folder, own = (course.root / part / OTHER for part in ("notebooks", lab.OWN_COPY))
    course.release(GIVEN, OTHER)
    for name in ("one.svg", "two.svg", "three.svg"):
        (folder / name).write_text("old")
    course.start()
    (own / "two.svg").write_text("mine")
    (own / "three.svg").write_text("mine")
    (folder / "one.svg").write_text("new")
    (folder / "two.svg").write_text("new")
    assert newer_pages(course.root) == [OTHER]
    assert cli.main(["update"]) == ExitCode.FINE
    found = [(own / f"{name}.svg").read_text() for name in ("one", "two", "three")]
    assert found == ["new", "new", "mine"]  # the course did not touch the third
    assert [one.read_text() for one in (own / "kept").iterdir()] == ["mine"]
    assert newer_pages(course.root) == []


def test_a_page_that_cannot_be_read_stays_and_is_named(course, capsys):
    own = course.root / lab.OWN_COPY / PAGE / f"{PAGE}.ipynb"
    own.write_text('{"cells": [1')
    course.release(changed(GIVEN, {"end": "Fin."}))
    assert cli.main(["update"]) == ExitCode.PROBLEMS
    assert f"{own} cannot be read as a notebook, so it stays as it is." in capsys.readouterr().out
    assert own.read_text() == '{"cells": [1'


def test_an_update_that_cannot_be_written_leaves_the_page(course, capsys, monkeypatch):
    course.save(theirs := changed(GIVEN, {"relu-solution": ANSWER}))
    (course.root / lab.OWN_COPY / PAGE / "kept").write_text("a file where the folder should be")
    course.release(changed(GIVEN, {"end": "Fin."}))
    assert cli.main(["update"]) == ExitCode.USAGE
    assert "kept cannot be written: File exists." in capsys.readouterr().err
    assert sources(course.mine()) == sources(theirs)


def test_a_learner_without_pages_is_told_how_to_get_them(course, capsys):
    shutil.rmtree(course.root / lab.OWN_COPY)
    assert cli.main(["update"]) == ExitCode.USAGE
    assert "`course lab` makes them." in capsys.readouterr().err


def test_lab_says_which_pages_are_newer(course, capsys, monkeypatch):
    monkeypatch.setattr(lab, "open_lab", lambda *_, **__: None)
    assert cli.main(["lab"]) == ExitCode.FINE
    assert capsys.readouterr().out == ""
    course.release(changed(GIVEN, {"end": "Fin."}))
    assert cli.main(["lab"]) == ExitCode.FINE
    assert capsys.readouterr().out.startswith(f"The course has a newer version of {PAGE}: to take")


# -- pages copied before there was a record -------------------------------------------------------


@pytest.mark.git
def test_without_a_record_git_tells_what_the_learner_got(course, capsys):
    def git(*command):
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *identity, *command], cwd=course.root, check=True)

    git("init", "--quiet")
    git("add", "notebooks")
    git("commit", "--quiet", "-m", "The first version")
    course.save(changed(GIVEN, {"relu-solution": ANSWER, "intro": "Hello, I."}))
    shutil.rmtree(course.root / lab.OWN_COPY / ".course")
    course.release(changed(GIVEN, {"demo": "print(2)", "intro": "Hello!"}))
    git("commit", "--quiet", "-a", "-m", "The second")
    assert newer_pages(course.root) == [PAGE]
    assert cli.main(["update"]) == ExitCode.FINE
    found = sources(course.mine())
    assert found["demo"] == "print(2)"
    assert (found["relu-solution"], found["intro"]) == (ANSWER, "Hello, I.")
    assert "“Hello!”: you changed it, and so did the course" in capsys.readouterr().out


def test_without_record_and_git_all_that_differs_is_shown(course, capsys):
    course.save(theirs := changed(GIVEN, {"relu-solution": ANSWER, "intro": "Hello, I."}))
    shutil.rmtree(course.root / lab.OWN_COPY / ".course")
    course.release(changed(GIVEN, {"demo": "print(2)"}))
    assert cli.main(["update"]) == ExitCode.FINE
    found = sources(course.mine())
    assert found | sources(theirs) == found
    assert "print(2)" in found["demo-from-the-course"]
    assert "changed by both" in capsys.readouterr().out


# -- the real pages -------------------------------------------------------------------------------


@pytest.mark.parametrize("assignment", notebooks.assignments(ROOT))
def test_every_answer_of_a_solved_page_stays(tmp_path, monkeypatch, assignment):
    course = Course(tmp_path)
    page = notebooks.read(notebooks.notebook_of(ROOT, assignment))
    course.release(page.cells, assignment)
    course.start()
    solved = notebooks.solve(page, markers=False)
    solved.cells[0].source += "\n\nA remark of mine."
    course.save(solved.cells, assignment)
    new = copy.deepcopy(page.cells)
    for cell in new:  # the course changes every text, and one exercise in two
        if cell.cell_type == "markdown" and cell is not new[0]:
            cell.source += "\n\nBetter said."
        elif cell.id.endswith("-solution") and len(cell.id) % 2:
            cell.source = cell.source.replace('"""', '"""Newly: ', 1)
    course.release(new, assignment)
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    assert cli.main(["update"]) == ExitCode.FINE
    found = {cell.id: cell for cell in course.mine(assignment)}
    for cell in solved.cells:
        if cell.cell_type == "code" or cell is solved.cells[0]:
            assert found[cell.id].source == cell.source
            assert found[cell.id].metadata == cell.metadata
        else:
            assert found[cell.id].source.endswith("Better said.")
    if assignment == "01_forward_propagation":
        page = {"__name__": "page"}
        for cell in found.values():
            if "nbgrader" in cell.metadata or cell.id == "setup":
                exec(compile(cell.source, f"<{cell.id}>", "exec"), page)  # a wrong one raises


# -- a course without git -------------------------------------------------------------------------


def test_a_course_without_git_takes_over_a_newer_one(course, tmp_path, capfd):
    for part in ("autograder", "utils"):
        shutil.copytree(ROOT / part, course.root / part, ignore=LEFT_BEHIND)
    (course.root / "notebooks" / "00_start_here").mkdir()
    course.release(GIVEN, "00_start_here")
    course.start()
    course.save(changed(GIVEN, {"relu-solution": ANSWER}), "00_start_here")
    newer = Course(tmp_path / "unpacked")
    shutil.copytree(course.root, newer.root)
    newer.release(changed(GIVEN, {"demo": "print(2)"}), "00_start_here")
    assert cli.main(["update", str(newer.root)]) == ExitCode.FINE
    found = sources(course.mine("00_start_here"))
    assert (found["demo"], found["relu-solution"]) == ("print(2)", ANSWER)
    [kept] = (course.root / "kept").iterdir()
    said = capfd.readouterr().out
    assert f"Your old course is {kept}." in said
    assert "00_start_here  1" in said


def test_a_clone_is_updated_by_git(course, tmp_path, capsys):
    (course.root / ".git").mkdir()
    assert cli.main(["update", str(tmp_path)]) == ExitCode.USAGE
    assert "type `git pull`, and then" in capsys.readouterr().err
