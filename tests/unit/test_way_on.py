"""Test what a page offers beside a check: the solution, the record, starting afresh."""

import json
import linecache
import shutil

import pytest

from autograder import cli
from autograder.course.lab import copy_missing
from autograder.grading.helper_files import helper_files
from autograder.nbgrader_bridge.course_directory import STUDENTS_SETTINGS
from tests.support import ROOT
from utils import afresh, record
from utils import check as page_functions
from utils.checker import course
from utils.checker.verdict import CheckFailed
from utils.exercises import EXERCISES
from utils.progress import next_step

RIGHT = "import numpy as np\ndef relu(Z):\n    return np.where(Z > 0, Z, 0.0).astype(Z.dtype)\n"
WARNS = "import numpy as np\ndef sigmoid(Z):\n    return 1 / (1 + np.exp(-Z))\n"
WRONG = "import numpy as np\ndef relu(Z):\n    return np.abs(Z)\n"
NAME = "01_forward_propagation"


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Go into a learner's folder with two pages, and return a function that runs a cell there."""
    for name in ("00_start_here", NAME):
        (tmp_path / name).mkdir()
        shutil.copy(ROOT / "notebooks" / name / f"{name}.ipynb", tmp_path / name)
    monkeypatch.chdir(tmp_path / NAME)
    monkeypatch.setattr(page_functions, "_hints_given", {})
    monkeypatch.setattr(record, "_unsaved", {})
    exported = {name: getattr(page_functions, name) for name in page_functions.__all__}
    namespace = {"__name__": "page", **exported}

    def run(source):
        cell = f"<cell {abs(hash(source))}>"
        linecache.cache[cell] = (len(source), None, source.splitlines(True), cell)
        exec(compile(source, cell, "exec"), namespace)

    return run


def kept():
    return json.loads((record.Path.cwd() / "progress.json").read_text())["exercises"]


# -- solution -------------------------------------------------------------------------------------


def test_solution_stands_beside_an_answer_that_passes(page, capsys):
    page(RIGHT + "solution('relu')")
    said = capsys.readouterr().out
    assert "A = np.maximum(0, Z)" in said
    for start in ("Style: ", "Numerical safety: in every case", "Speed: the cases of the check"):
        assert f"\n{start}" in said
    page(WARNS + "solution(sigmoid)")
    assert "yours warns (RuntimeWarning: overflow encountered in exp" in capsys.readouterr().out


def test_solution_before_that_needs_three_hints_and_a_clear_yes(page, capsys):
    page(WRONG)
    for given in range(3):
        page("solution('relu', show_me=True)")
        said = capsys.readouterr().out
        assert f"you have seen {given} of its 3 hints" in said
        page("hint('relu')")
    page_functions._hints_given.clear()  # as after a restart: the record has them
    capsys.readouterr()
    page("solution('relu')")
    assert "Do you want to see the solution now?" in capsys.readouterr().out
    assert "solution" not in kept()["relu"]
    page("solution('relu', show_me=True)")
    assert "np.maximum" in capsys.readouterr().out
    assert kept()["relu"] == {"hints": 3, "solution": "seen before it passed"}


def test_a_folder_made_for_a_class_has_no_solution_and_says_so(page, capsys, monkeypatch):
    monkeypatch.setattr(course, "has_solutions", lambda: False)
    page(RIGHT + "solution('relu', show_me=True)")
    assert capsys.readouterr().out.startswith("There are no solutions in this folder: it was made")


def test_a_misspelled_solution_is_named(page, capsys):
    page("solution('rleu')")
    assert "Did you mean relu?" in capsys.readouterr().out


# -- the record and the map -----------------------------------------------------------------------


def test_verdicts_are_kept_and_what_is_next_is_told(page, capsys):
    with pytest.raises(CheckFailed):
        page(WRONG + "check('relu')")
    assert kept()["relu"]["status"] == "wrong"
    assert "Next" not in capsys.readouterr().out
    page(RIGHT + "check('relu')")
    one = kept()["relu"]
    assert (one["status"], one["points"], one["of"], one["tries"]) == ("correct", 5, 5, 2)
    assert capsys.readouterr().out.endswith(
        "\nNext on this page: initialize_parameters_deep (1 of 7 passed).\n"
    )
    with pytest.raises(CheckFailed):
        page(WRONG + "check('relu')")
    later = kept()["relu"]
    assert later["status"] == "wrong"
    assert (later["passed"], later["tries"]) == (one["passed"], 2)


def test_blank_answers_are_no_tries(page):
    with pytest.raises(CheckFailed):
        page("def relu(Z):\n    # YOUR CODE HERE\n    raise NotImplementedError()\ncheck('relu')")
    assert not record.read(record.Path.cwd())


def test_the_map_shows_what_is_done_next_and_left(page, capsys, monkeypatch):
    page(RIGHT + "check('relu')\nhint('sigmoid')\nprogress(save='map.html')")
    said = capsys.readouterr().out
    assert "→ 00 Start here           15 minutes   0 of 1 passed; next: double\n" in said
    assert "○ 01 Forward propagation  110 minutes  1 of 7 passed\n" in said
    assert "1 of 8 checks passed; about 2 hours to go.\n" in said
    saved = record.Path("map.html").read_text()
    assert 'aria-label="0 of 1 passed; next: double"' in saved
    assert 'title="relu: passed"' in saved
    assert "color-scheme:light dark" in saved
    page("progress(save='no/map.html')")
    assert "no/map.html cannot be written: No such file" in capsys.readouterr().out
    folder = record.Path.cwd().parent
    assert cli.main(["progress", str(folder), "--save", str(folder / "map.html")]) == 0
    assert "1 of 8 checks passed" in capsys.readouterr().out
    assert (folder / "map.html").is_file()
    assert cli.main(["progress", str(folder / "nothing")]) == 2
    assert "There are no pages of the course in" in capsys.readouterr().err


def test_all_done_leads_to_the_next_page_and_to_the_end(page, capsys, monkeypatch):
    here = record.Path.cwd()
    for name in record.page_in(here).exercises:
        record.note(name, {"passed": "today"})
    assert next_step("relu", here) == "Every check on this page has passed."
    monkeypatch.chdir(here.parent / "00_start_here")
    record.note("double", {"passed": "today"})
    assert next_step("double", record.Path.cwd()) == (
        "Next page: 01 Forward propagation, about 110 minutes."
    )
    page("progress()")
    assert "All 8 checks passed. That was the course: well done." in capsys.readouterr().out


def test_pages_have_exactly_the_exercises_with_a_check():
    pages = sorted(record.pages(ROOT / "notebooks"), key=lambda page: page.path)
    found = [name for page in pages for name in page.exercises]
    assert found == list(EXERCISES)
    blanks = [name for page in record.pages(ROOT / "notebooks") for name in page.blanks]
    assert sorted(blanks) == sorted(EXERCISES)


@pytest.mark.parametrize("damage", ["", "[]", '{"exercises": [1]}', "\x00"])
def test_a_damaged_record_begins_anew(page, damage):
    record.Path("progress.json").write_text(damage)
    page(RIGHT + "check('relu')")
    assert kept()["relu"]["tries"] == 1


def test_nothing_breaks_where_the_folder_cannot_be_written(page, capsys, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(record, "written_aside", refuse)
    page(RIGHT + "check('relu')\nprogress()")
    # For as long as Python runs, the map has it.
    assert "01 Forward propagation  110 minutes  1 of 7 passed" in capsys.readouterr().out
    assert not record.Path("progress.json").exists()


def test_no_record_is_written_where_no_page_is(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page(RIGHT + "check('relu')")
    assert not list(tmp_path.glob("*.json"))


def test_a_record_is_neither_handed_in_nor_copied_nor_released(page, tmp_path):
    page(RIGHT + "check('relu')")
    here = record.Path.cwd()
    assert helper_files(here) == ({}, [])
    assert record.Path("progress.json") not in copy_missing(here, tmp_path / "copy")
    page("reset('relu')")
    assert helper_files(here) == ({}, [])
    assert '("progress.json", "kept")' in STUDENTS_SETTINGS


# -- afresh ---------------------------------------------------------------------------------------


def test_reset_keeps_the_old_answer_and_shows_the_blank(page, capsys):
    page(RIGHT + "hint('relu')\ncheck('relu')\nreset('relu')")
    said = capsys.readouterr().out
    [old] = record.Path("kept").iterdir()
    assert f"Your old relu is in {old.resolve()}." in said
    assert old.read_text() == RIGHT.partition("\n")[2]
    blank = said[said.index("\n\ndef relu(Z):") :]
    assert "# YOUR CODE HERE" in blank
    assert kept() == {"relu": {}}
    with pytest.raises(CheckFailed, match="there is no relu yet"):
        page("check('relu')")
    page(blank)
    with pytest.raises(CheckFailed, match="○ relu"):
        page("check('relu')")
    page("reset('relu')\nhint('relu')\nreset('no_such')")
    said = capsys.readouterr().out
    assert len(list(record.Path("kept").iterdir())) == 2
    assert "Hint 1 of 3 for relu" in said
    assert "There is no exercise no_such" in said


def test_reset_changes_nothing_where_the_old_answer_cannot_be_kept(page, capsys):
    record.Path("kept").write_text("a file where the folder should be")
    page(RIGHT + "reset('relu')\ncheck('relu')")
    assert "Nothing was changed: your old relu cannot be kept" in capsys.readouterr().out


def test_reset_in_a_bundle_takes_the_blanks_that_came_with_it(page, capsys, monkeypatch, tmp_path):
    blanks = tmp_path / "blanks.json"
    blanks.write_text('{"relu": "def relu(Z): ..."}')
    monkeypatch.setattr(afresh, "BLANKS", blanks)
    page("reset('relu')")
    said = capsys.readouterr().out
    assert said.startswith("Your relu had not run yet")
    assert said.endswith("\n\ndef relu(Z): ...\n")


def test_course_reset_puts_a_new_page_in_place_of_the_old(page, capsys, monkeypatch, tmp_path):
    course_folder = tmp_path / "course"
    own, new = (course_folder / part / NAME for part in ("my_notebooks", "notebooks"))
    for folder in (own, new):
        shutil.copytree(record.Path.cwd(), folder)
    (own / f"{NAME}.ipynb").write_text("mine")
    (own / "progress.json").write_text("{}")
    monkeypatch.setattr(cli, "ROOT", course_folder)
    assert cli.main(["reset", NAME]) == 0
    [old] = (own / "kept").glob("*.ipynb")
    assert capsys.readouterr().out.startswith(f"Your old page is {old}.")
    assert old.read_text() == "mine"
    assert old.with_suffix(".json").read_text() == "{}"
    assert (own / f"{NAME}.ipynb").read_text() == (new / f"{NAME}.ipynb").read_text()
    assert not (own / "progress.json").exists()
    assert cli.main(["reset", "00_start_here"]) == 2
    assert "to begin afresh. `course lab` makes your pages." in capsys.readouterr().err
