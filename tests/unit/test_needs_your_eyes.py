"""Grade classes of odd folders without a sandbox: what is pending, who needs a look."""

import json
import re
from dataclasses import replace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.course.notebooks import RELEASE
from autograder.grading.class_folder import find_submission
from autograder.grading.course_notebook import CourseNotebook
from autograder.grading.merge import merge_answers
from autograder.grading.reading import read_notebooks, reading_of
from autograder.grading.submission_file import cells_of
from autograder.limits import LIMITS
from tests.support.course_notebooks import NAME, REPORT, blank, cell_of, older, solved
from tests.support.quick_class import Judge, grade, put, rows
from utils.checker.verdict import Status, Verdict
from utils.checker.wording import STILL_BLANK
from utils.exercises import EXERCISES

OTHER = "02_backward_propagation"
POINTS = {one.name: one.points for one in EXERCISES.values() if one.assignment == NAME}
FULL = f"{sum(POINTS.values()):g}"
COURSE = CourseNotebook(blank(REPORT))


# -- odd folders ----------------------------------------------------------------------------------


def wrong_everywhere():
    return solved(**dict.fromkeys(POINTS, "x = 0"))


CLASS = {  # what is handed in, the status of its answers, its total, and what is said of it
    "absent": ({}, "missing", "0", None),
    "empty": ({f"{NAME}/timestamp.txt": b"2026-01-01"}, "missing", "0", None),
    "other_only": ({f"{OTHER}/{OTHER}.ipynb": b"{}"}, "missing", "0", None),
    "blank": ({f"{NAME}/{NAME}.ipynb": blank()}, "blank", "0", None),
    "right": ({f"{NAME}/{NAME}.ipynb": solved()}, "correct", FULL, None),
    "far": (
        {f"{OTHER}/{OTHER}.ipynb": blank(OTHER), f"{OTHER}/{NAME}.ipynb": solved()},
        *("unreadable", "", f"handed in: {OTHER}/{NAME}.ipynb"),
    ),
    "beside": ({"../beside_work.ZIP": b"PK"}, "unreadable", "", "beside_work.ZIP (beside the"),
    "cased_right": ({f"{NAME}/{NAME}.ipynb": solved()}, "correct", FULL, None),
    "high": ({f"{NAME}.ipynb": solved()}, "unreadable", "", f"handed in: {NAME}.ipynb"),
    "deep": ({f"{NAME}/x/{NAME}.ipynb": solved()}, "unreadable", "", f"x/{NAME}.ipynb"),
    "cased": ({f"{NAME.upper()}/a.ipynb": solved()}, "unreadable", "", f"{NAME.upper()}/a.ipynb"),
    "zipped": ({f"{NAME}/work.zip": b"PK"}, "unreadable", "", "work.zip"),
    "txt": ({f"{NAME}/{NAME}.ipynb.txt": solved()}, "unreadable", "", ".ipynb.txt"),
    "upper": ({f"{NAME}/{NAME}.IPYNB": solved()}, "unreadable", "", ".IPYNB"),
    "renamed": ({f"{NAME}/mine.ipynb": solved()}, "correct", FULL, "is called mine.ipynb"),
    "large": ({f"{NAME}/{NAME}.ipynb": b""}, "unreadable", "", "larger than"),
    "other": ({f"{NAME}/{NAME}.ipynb": blank(OTHER)}, "missing", "", f"This is {OTHER}"),
    "copy": (
        {f"{NAME}/{NAME}.ipynb": blank(), f"{NAME}/{NAME}-Copy1.ipynb": solved()},
        *("correct", FULL, f"{NAME}-Copy1.ipynb is graded, the only one with answers"),
    ),
    "merge": (
        {f"{NAME}/{NAME}.ipynb": solved(relu="<<<<<<< HEAD\ndef relu(Z):\n    return Z")},
        *("correct", FULL, "conflict markers"),
    ),
    "nothing": ({f"{NAME}/{NAME}.ipynb": wrong_everywhere()}, "wrong", "", "Nothing in the whole"),
    "stub_left": (
        {
            f"{NAME}/{NAME}.ipynb": solved(
                relu="def relu(Z):\n    raise NotImplementedError()\n    Z"
            )
        },
        *("correct", f"{sum(POINTS.values()) - POINTS['relu']:g}", "NotImplementedError"),
    ),
}
PENDING = {  # names, and the points that a person must decide
    name: FULL for name, (_, _, total, _) in CLASS.items() if total == ""
} | {"stub_left": f"{POINTS['relu']:g}"}


class OfZeros(Judge):
    """A judge that finds the answers `x = 0` wrong."""

    def verdict(self, name, source):
        if source == "x = 0":
            return Verdict(name, Status.WRONG, 0, EXERCISES[name].points, "wrong.")
        return super().verdict(name, source)


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    where = tmp_path_factory.mktemp("odd")
    for student, (files, *_) in CLASS.items():
        (where / "in" / student).mkdir(parents=True)
        for path, content in files.items():
            put(where, f"{student}/{path}", content)
    put(where, "zoe.ipynb")
    put(where, f"high {OTHER}.ipynb")
    with (where / "in" / "large" / NAME / f"{NAME}.ipynb").open("wb") as file:
        file.truncate(LIMITS.file + 1)
    with pytest.MonkeyPatch.context() as change:
        said = []
        change.setattr("builtins.print", lambda *texts, sep=" ", **_: said.append(sep.join(texts)))
        code = grade(where, judge=OfZeros())
    assert code == 1
    return where, "\n".join(said)


@pytest.mark.parametrize("student", CLASS)
def test_what_is_written_and_not_credited_is_pending(odd, student):
    where, _ = odd
    _, status, total, _ = CLASS[student]
    row = next(row for row in rows(where) if row["student"] == student)
    assert row["total"] == (total or "0")
    assert row["pending"] == PENDING.get(student, "0")
    of_kind = {kind: row[kind] for kind in ("blank", "missing", "unreadable")}
    wanted = dict.fromkeys(of_kind, "0")
    if student == "stub_left":
        wanted["blank"] = "1"
    elif status in wanted:
        wanted[status] = str(len(POINTS))
    assert of_kind == wanted
    for exercise in POINTS:
        undecided = student in PENDING and (student != "stub_left" or exercise == "relu")
        assert (row[exercise] == "") == undecided


@pytest.mark.parametrize("student", CLASS)
def test_list_names_what_needs_a_person(odd, student):
    where, said = odd
    listed = [row for row in rows(where, "attention.csv") if row["student"] == student]
    sentence = CLASS[student][3]
    assert any(sentence in row["sentence"] for row in listed) if sentence else not listed
    _, _, lines = said.partition("Needs your eyes")
    assert f"out/{NAME}/attention.csv" in lines
    printed = [line for line in lines.splitlines() if re.match(rf"- {student}[:,]", line)]
    assert len(printed) == len(listed)


def test_file_beside_the_folders_that_is_nobodys_is_listed(odd):
    where, said = odd
    [row] = [row for row in rows(where, "attention.csv") if not row["student"]]
    assert "this was handed in: zoe.ipynb." in row["sentence"]
    assert f"\n- beside the students' folders: {NAME}/{NAME}.ipynb was expected" in said


@pytest.mark.parametrize("status", [Status.TAMPERED, Status.UNCHECKED])
def test_suspicion_is_listed_once_under_the_status_of_the_answer(status, tmp_path, capsys):
    class Suspecting(Judge):
        def judge(self, task):
            return replace(super().judge(task), suspicions={"relu": "It lied."})

        def verdict(self, name, source):
            found = super().verdict(name, source)
            return replace(found, status=status, points=0) if name == "relu" else found

    put(tmp_path, f"ada/{NAME}/{NAME}.ipynb", solved())
    grade(tmp_path, judge=Suspecting())
    [row] = rows(tmp_path, "attention.csv")
    assert (row["exercise"], row["what"], row["sentence"]) == ("relu", status, "It lied.")
    assert f"- ada, relu: {status}: It lied." in capsys.readouterr().out


def test_what_code_tried_without_need_is_listed_also_when_it_is_known(tmp_path, capsys):
    class Trying(Judge):
        def judge(self, task):
            return replace(super().judge(task), tried=("open /etc/passwd", "run \nid"))

    put(tmp_path, f"ada/{NAME}/{NAME}.ipynb", solved())
    for _ in range(2):
        assert grade(tmp_path, judge=Trying()) == 0
        [row] = rows(tmp_path, "attention.csv")
        assert (row["what"], row["sentence"]) == ("tried to", "open /etc/passwd; run id")
        assert "- ada: tried to: open /etc/passwd; run id\n" in capsys.readouterr().out


# -- several notebooks ----------------------------------------------------------------------------

RIGHT = f"{NAME}.ipynb"


@pytest.mark.parametrize(
    ("handed_in", "chosen", "doubtful", "said"),
    [
        ([(RIGHT, "blank"), ("b.ipynb", "blank")], RIGHT, False, f"{RIGHT} is graded."),
        ([(RIGHT, "written"), ("b.ipynb", "blank")], RIGHT, False, "the only one with answers"),
        ([(RIGHT, "written"), ("b.ipynb", "written")], RIGHT, True, "by its name"),
        ([("a.ipynb", "blank"), ("b.ipynb", "written")], "b.ipynb", True, "the only one"),
        ([(RIGHT, "damaged"), ("b.ipynb", "written")], "b.ipynb", True, "the only one"),
        ([("a.ipynb", "written"), ("b.ipynb", "written")], "", True, f"none is called {RIGHT}"),
        ([(RIGHT, "damaged"), ("b.ipynb", "damaged")], "", True, "none can be read"),
    ],
)
def test_of_several_notebooks_the_one_with_answers_counts(handed_in, chosen, doubtful, said):
    course = CourseNotebook(blank())
    content = {
        "blank": json.dumps(blank()).encode(),
        "written": json.dumps(solved()).encode(),
        "damaged": b"{",
    }
    notebooks = [(name, content[kind]) for name, kind in handed_in]
    merged, reading = read_notebooks(course, notebooks, RIGHT)
    assert (merged is not None) == bool(chosen)
    assert reading.doubtful == doubtful
    [sentence] = [*reading.notes, *filter(None, [reading.problem])]
    assert said in sentence
    assert f"; {chosen} is graded" in sentence or not chosen
    if chosen:
        assert bool(reading.written) == (dict(handed_in)[chosen] == "written")


def test_notebook_that_is_too_large_is_named_beside_one_that_is_not(tmp_path):
    put(tmp_path, f"ada/{NAME}/{RIGHT}", b"x" * 2000)
    put(tmp_path, f"ada/{NAME}/b.ipynb", b"{}")
    found = find_submission(NAME, tmp_path / "in", "ada", "ada", replace(LIMITS, file=1000))
    assert [path.name for path in found.notebooks] == ["b.ipynb"]
    assert found.needs_review
    assert f"{RIGHT} is larger than" in found.notes[0]


# -- reports --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["blank", "written", "elsewhere", "as_code"])
def test_report_is_never_a_final_zero_if_there_is_text_of_the_students(kind, tmp_path, capsys):
    page = blank(REPORT)
    if kind == "written":
        cell_of(page, "experiment_report").source = "Depth did not matter."
    elif kind == "elsewhere":
        page.cells.append(new_markdown_cell("Depth did not matter."))
    elif kind == "as_code":
        page.cells.append(new_code_cell("Depth did not matter."))
    put(tmp_path, f"ada/{REPORT}/{REPORT}.ipynb", page)
    code = grade(tmp_path, REPORT)
    [row] = rows(tmp_path, assignment=REPORT)
    report = row["experiment_report"]
    assert report == ("0" if kind == "blank" else "")
    said = capsys.readouterr().out
    assert ("- experiment_report: to be graded by hand: ada" in said) == (kind == "written")
    assert (code == 1) == (kind in ("elsewhere", "as_code"))
    if kind == "blank":
        assert "Needs your eyes" not in said
        results = tmp_path / "out" / REPORT / "results.jsonl"
        assert f'"message": "{STILL_BLANK}"' in results.read_text().splitlines()[-1]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Depth did not matter.", "Depth did not matter."),
        ('"""Depth"""', "Depth"),
        ("# Depth did\n# not matter.", "Depth did\nnot matter."),
        ("plt.plot(costs)", ""),
    ],
)
def test_report_in_a_code_cell_is_found_by_its_place_and_flagged(source, text, tmp_path):
    page = blank(REPORT)
    at = page.cells.index(cell_of(page, "experiment_report"))
    page.cells.insert(at + 1, new_code_cell(source))
    merged = merge_answers(COURSE, cells_of(page))
    assert cell_of(merged.notebook, "experiment_report").source == (text or "YOUR ANSWER HERE")
    assert not merged.own or not text
    put(tmp_path, f"ada/{REPORT}/{REPORT}.ipynb", page)
    grade(tmp_path, REPORT)
    [row] = rows(tmp_path, assignment=REPORT)
    assert row["experiment_report"] == ("" if text else "0")
    said = {row["what"]: row["sentence"] for row in rows(tmp_path, "attention.csv", REPORT)}
    found = "Its text was found in a code cell, and put where it belongs."
    assert (said.get("repaired") == found and "to be graded by hand" in said) == bool(text)


def test_report_whose_own_cell_became_code_or_went_is_found():
    notes = [new_markdown_cell("One."), new_code_cell("costs = 1"), new_markdown_cell("Two.")]
    for given, text in ([], "Depth did not matter."), (notes, "One.\n\nTwo."):
        page = blank(REPORT)
        cell = cell_of(page, "experiment_report")
        at = page.cells.index(cell)
        cell.cell_type, cell.source = "code", text
        page.cells[at : at + 1] = given or [cell]
        merged = merge_answers(COURSE, cells_of(page))
        assert cell_of(merged.notebook, "experiment_report").source == text
        assert "experiment_report" not in merged.missing
        assert any(one.exercise == "experiment_report" for one in merged.repairs)
        assert len(merged.own) == len(given) // 2


@pytest.mark.parametrize("what", ["nothing", "the report", "another note", "a picture"])
def test_report_that_moved_or_got_a_picture_is_another_answer(what):
    def hash_of(text="A report.", note="A note.", attachments=None):
        page = blank(REPORT)
        cell_of(page, "experiment_report").source = text
        page.cells.append(new_markdown_cell(note))
        merged = merge_answers(COURSE, cells_of(page))
        if attachments:
            cell_of(merged.notebook, "experiment_report").attachments = attachments
        return reading_of(COURSE, merged).hashes["experiment_report"]

    change = {
        "nothing": {},
        "the report": {"text": "Another report."},
        "another note": {"note": "Another note."},
        "a picture": {"attachments": {"p.png": {"image/png": "aa"}}},
    }
    assert (hash_of(**change[what]) == hash_of()) == (what == "nothing")


# -- older versions -------------------------------------------------------------------------------


def test_older_notebook_is_graded_on_what_it_contained(tmp_path, capsys):
    for student in ("ada", "bob"):
        put(tmp_path, f"{student}/{NAME}/{NAME}.ipynb", older())
    deleted = older()
    deleted.metadata[RELEASE]["exercises"].append("relu")  # it was there: its cells were deleted
    put(tmp_path, f"cat/{NAME}/{NAME}.ipynb", deleted)
    grade(tmp_path)
    ada, _, cat = rows(tmp_path)
    assert (ada["version"], ada["relu"], ada["pending"]) == ("0.1.0", "", f"{POINTS['relu']:g}")
    assert ada["total"] == f"{sum(POINTS.values()) - POINTS['relu']:g}"
    assert (cat["relu"], cat["pending"], cat["missing"]) == ("0", "0", "1")
    [one] = [row for row in rows(tmp_path, "attention.csv") if row["student"] == "ada"]
    assert one["exercise"] == "relu"
    assert one["sentence"] == (
        "This notebook is of version 0.1.0 of the course, which did not have relu."
    )
    said = capsys.readouterr().out
    assert "- relu: not in the version of the course that they have" in said
    assert "ada, bob" in said


def test_exercise_in_the_notebook_counts_whatever_its_list_says(tmp_path):
    page = solved()
    page.metadata[RELEASE] = {"version": "0.1.0", "exercises": []}
    put(tmp_path, f"ada/{NAME}/{NAME}.ipynb", page)
    grade(tmp_path)
    assert rows(tmp_path)[0]["total"] == FULL


@pytest.mark.parametrize("strange", [7, [], {"version": 7, "exercises": 7}, {"version": "x" * 999}])
def test_strange_release_in_the_metadata_is_harmless(tmp_path, strange):
    page = solved()
    page.metadata[RELEASE] = strange
    put(tmp_path, f"ada/{NAME}/{NAME}.ipynb", page)
    grade(tmp_path)
    assert (rows(tmp_path)[0]["total"], len(rows(tmp_path)[0]["version"]) <= 20) == (FULL, True)
