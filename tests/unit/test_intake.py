"""Test how submissions are found, read and merged: whatever is handed in, and in linear time."""

import copy
import json
import os
import stat
import tempfile
import time
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograder.grading import grade_file, judging, merge, worker_pool
from autograder.grading.cell_output import CellOutput
from autograder.grading.class_folder import (
    find_submission,
    look_of,
    one_line,
    shown_names,
    students_in,
)
from autograder.grading.course_notebook import CourseNotebook, read_course_notebook
from autograder.grading.judging import TaskResult
from autograder.grading.reading import read_submission
from autograder.grading.submission_file import Unreadable, cells_of, read_notebook
from autograder.grading.verdict_cache import VerdictCache
from autograder.grading.worker_pool import TookTooLong, WorkerLost
from autograder.limits import LIMITS, Limits, changed
from tests.support import ROOT
from tests.support.small_course import (
    ANSWERS,
    TASK,
    after,
    at,
    cell_of,
    hand_in,
    new_code_cell,
    notebook,
    solved,
)
from tests.support.tasks import Task
from utils.checker.answer_key import LiveKey
from utils.checker.judge import judge
from utils.checker.verdict import MIME, Verdict

COURSE = CourseNotebook(notebook())


def read(page, limits=LIMITS):
    content = page if isinstance(page, bytes) else json.dumps(page, sort_keys=True).encode()
    return read_submission(COURSE, content, f"{TASK}.ipynb", limits)


def answers(merged):
    return {name: cell_of(merged.notebook, f"{name}-solution").source for name in ANSWERS}


@pytest.mark.parametrize("demonstration_kept", [True, False])
def test_answer_with_the_text_of_a_demonstration_is_an_answer(demonstration_kept):
    course = CourseNotebook(read_course_notebook(ROOT, "00_start_here"))
    page = copy.deepcopy(course.notebook)
    demonstration = cell_of(page, "fails-code")
    cell_of(page, "double-solution").source = demonstration.source
    if not demonstration_kept:
        page.cells.remove(demonstration)
    merged = merge.merge_answers(course, cells_of(page))
    assert cell_of(merged.notebook, "double-solution").source == demonstration.source
    assert not merged.missing
    assert not merged.repairs


# -- what is in the file ---------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [100, 920, 935, 950, 975])
@pytest.mark.parametrize("field", ["source", "outputs", "metadata"])
def test_deep_nesting_in_a_cell_costs_no_other_answer(field, depth):
    page = after(solved(), "relu", "x = 1")
    page.cells[at(page, "relu") + 1][field] = "DEEP"
    text = json.dumps(page, sort_keys=True).replace('"DEEP"', "[" * depth + '"x"' + "]" * depth)
    merged, reading = read(text.encode())
    assert not reading.problem
    assert answers(merged) == ANSWERS


DAMAGES = {
    "cut short": lambda text: text[: text.rindex('"compute_cost"')],
    "a quotation mark lost": lambda text: text.replace('"# Forward"', '"# Forward', 1),
    "a quotation mark too many": lambda text: text.replace("# Forward", '# "Forward', 1),
    "a bracket lost": lambda text: text.replace('"outputs": []', '"outputs": ', 1),
    "a brace lost": lambda text: text.replace('"metadata": {}', '"metadata": ', 1),
    "conflict markers around counts": lambda text: text.replace(
        '"execution_count": null',
        '\n<<<<<<< HEAD\n"execution_count": 3\n=======\n"execution_count": 4\n>>>>>>> theirs\n',
    ),
    "a brace too many": lambda text: text.replace('"metadata": {}', '"metadata": {}}', 1),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_intact_cells_of_a_damaged_file_are_found(name):
    text = json.dumps(solved(), sort_keys=True)
    merged, reading = read(DAMAGES[name](text).encode())
    assert reading.doubtful
    assert answers(merged) == ANSWERS


def test_answer_made_by_an_import_is_found_without_its_metadata():
    page = solved(sigmoid="from scipy.special import expit as sigmoid")
    for cell in page.cells:
        cell.metadata = {}
        cell.pop("id")
    merged, reading = read(json.dumps(page).encode())
    assert answers(merged)["sigmoid"] == "from scipy.special import expit as sigmoid"
    assert "sigmoid" not in reading.missing


@pytest.mark.parametrize(
    "text",
    [
        '{"cell_type":' * 150_000,
        '{"cell_type":[' * 150_000,
        '{"cell_type":{"source":"' * 100_000,
        '{"cell_type":1,"source":{"a":' * 50_000 + "1" + "}}" * 50_000 + ",",
        ('{"cell_type":1,"source":' + "[" * 2000 + "]" * 2000 + "}") * 500,
        "[" * 2_000_000,
    ],
    ids=["objects", "lists", "strings", "closed", "deep cells", "brackets"],
)
def test_damaged_json_is_repaired_in_linear_time(text):
    start = time.perf_counter()
    with suppress(Unreadable):  # some of it looks like cells
        read_notebook(text.encode(), "x.ipynb")
    assert time.perf_counter() - start < 20  # it was minutes; alone it takes half a second


# -- answers in several cells ----------------------------------------------------------------------


def split(page, exercise, pieces):
    """Put these pieces of an answer into cells of their own."""
    index = at(page, f"{exercise}-solution")
    page.cells[index].source = pieces[0]
    page.cells[index + 1 : index + 1] = [new_code_cell(piece) for piece in pieces[1:]]
    return page


@pytest.mark.parametrize("exercise", ["compute_cost", "L_model_forward"])
def test_answer_split_into_one_cell_a_line_is_rejoined(exercise):
    page = split(solved(), exercise, ANSWERS[exercise].split("\n"))
    assert answers(read(page)[0]) == ANSWERS


def test_answer_split_in_two_is_rejoined_before_a_broken_draft():
    name = "compute_cost"
    head, _, body = ANSWERS[name].partition("\n")
    page = split(solved(), name, [head, body, "def draft(:"])
    assert answers(read(page)[0]) == ANSWERS


@pytest.mark.parametrize("last", ["    x = 1", "    x = (", "x = 1"])
def test_split_answers_are_rejoined_in_linear_time(last, monkeypatch):
    """Count the letters that are parsed, which were quadratic in the number of cells."""
    parsed = []
    is_python = merge.is_python
    monkeypatch.setattr(
        merge, "is_python", lambda text: parsed.append(len(text)) or is_python(text)
    )
    pieces = ["def relu(Z):", *["    x = 1"] * 2000, last]
    read(split(solved(), "relu", pieces))
    assert sum(parsed) < 40 * sum(map(len, pieces))


# -- limits ----------------------------------------------------------------------------------------


def test_pictures_and_outputs_do_not_count_towards_a_notebooks_size():
    page = solved()
    picture = {"image/png": "A" * 200_000}
    output = {"output_type": "display_data", "metadata": {}, "data": picture}
    page.cells[at(page, "relu")].outputs = [output]
    limits = replace(LIMITS, notebook=100_000)
    assert answers(read(page, limits)[0]) == ANSWERS
    after(page, "relu", "#" * 100_000)
    assert "have more than 100,000 letters, without outputs" in read(page, limits)[1].problem


def test_a_file_larger_than_its_limit_is_not_opened(tmp_path):
    hand_in(tmp_path, "ada", b" " * 2000)
    found = find_submission(TASK, tmp_path, "ada", "ada", replace(LIMITS, file=1000))
    assert found.file is None
    assert "is larger than" in found.notes[0]
    assert LIMITS.file >= 100 << 20  # a right notebook of 58 MB was refused


def test_limits_can_be_set():
    assert changed(LIMITS, {"file": 256, "reading": 5}) == Limits(file=256 << 20, reading=5)
    for wrong in ({"fiel": 1}, {"file": 0}, {"file": float("nan")}):
        with pytest.raises(ValueError, match="limit"):
            changed(LIMITS, wrong)


def test_what_is_kept_is_bounded_in_sum():
    """9,900 cells that each printed 10,000 letters made a record that no database takes."""
    outputs = {f"own-{i}": CellOutput("\N{SNAKE}" * 10_000) for i in range(9_900)}
    outputs["own-1"] = CellOutput(raised="E")
    long = judging.outputs_of(Verdict("relu", "wrong", 0, 5, "x" * 3_000_000))
    kept = grade_file.bounded(TaskResult({"relu": long}, {}, outputs), 2_000_000)
    assert sum(len(one.printed) for one in kept.outputs.values()) < 2_000_200
    assert list(kept.outputs.values())[-1].printed.endswith("2,000,000 letters are kept.]\n")
    assert kept.outputs["own-1"].raised == "E"
    assert kept.verdicts["relu"][MIME]["status"] == "unchecked"
    assert "too long to be kept" in kept.verdicts["relu"][MIME]["message"]


def test_one_bad_record_stops_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.grading.verdict_cache.LONGEST", 100)
    with VerdictCache(tmp_path / "verdicts.db") as cache:
        cache.put({"long": {"text": "x" * 100}, "short": {"text": "x"}})
        assert cache.get("short") == {"text": "x"}
        assert cache.get("long") is None
        cache._db.execute("INSERT INTO verdicts VALUES ('bad', '{')")
        assert cache.get("bad") is None


# -- folders and names -----------------------------------------------------------------------------


@pytest.fixture
def ordinary():
    """Act as an ordinary user, whom permissions bind."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        try:
            yield Path(folder), (lambda: os.seteuid(65534)) if root else (lambda: None)
        finally:
            if root:
                os.seteuid(0)
            for path in Path(folder).rglob("*"):
                path.chmod(path.stat().st_mode | stat.S_IRWXU)


@pytest.mark.parametrize("closed", ["ada", f"ada/{TASK}", f"ada/{TASK}/{TASK}.ipynb"])
def test_what_may_not_be_read_is_that_students_own_problem(ordinary, closed):
    folder, become = ordinary
    hand_in(folder, "ada", solved())
    (folder / closed).chmod(0)
    become()
    assert students_in(folder) == ["ada"]
    found = find_submission(TASK, folder, "ada", "ada")
    assert found.file is None
    assert found.needs_review
    assert "cannot be opened: Permission denied." in found.notes[0]


@pytest.mark.parametrize("link", ["eve", f"eve/{TASK}", f"eve/{TASK}/{TASK}.ipynb"])
def test_a_link_to_anothers_work_is_refused(tmp_path, link):
    hand_in(tmp_path, "ada", solved())
    (tmp_path / link).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / link).symlink_to(tmp_path / link.replace("eve", "ada"))
    found = find_submission(TASK, tmp_path, "eve", "eve")
    assert found.file is None
    assert "is a link" in found.notes[0]


def test_names_that_look_alike_are_told_apart():
    names = [
        "ada",
        "ada\u200b",
        "zed\nada",
        "zed\\nada",
        "jos\u00e9",
        "jose\u0301",
        "a\u3164b",
        "ab",
    ]
    names += ["\u0440eter", "x\udcff", "x\\xff"]
    shown = shown_names(names)
    assert len(set(shown.values())) == len(names)
    assert len({look_of(name) for name in shown.values()}) == len(names)
    assert all(len(name.splitlines()) == 1 for name in shown.values())
    assert shown["jose\u0301"] == "jose\\u0301"
    assert shown_names(["jose\u0301"]) == {"jose\u0301": "jose\u0301"}


def test_nothing_starts_a_line_of_its_own(tmp_path, capsys):
    from autograder.grading.progress import progress
    from autograder.grading.student_results import StudentResults

    hand_in(tmp_path, "eve", b"{}", "x\nada: 100 points.ipynb")
    found = find_submission(TASK, tmp_path, "eve", "eve")
    with progress(1) as report:
        report(StudentResults.of(found, [], 0))
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(line.startswith("eve: ") for line in lines)
    assert one_line("a\nb\tc\x1b") == "a\\nb\\tc\\x1b"


# -- drawing ---------------------------------------------------------------------------------------


def test_a_wrong_result_with_three_axes_is_drawn():
    def sigmoid(Z):
        return np.where(np.ndim(Z) == 3, 0.25, 1) / (1 + np.exp(-Z))

    verdict = judge(LiveKey("x").question("sigmoid"), sigmoid)
    three = np.zeros((2, 2, 2))
    for one in (verdict, replace(verdict, expected=three, got=three + 1)):
        assert one.text()
        assert "<table" in one.html()


def test_a_verdict_that_cannot_be_drawn_keeps_its_points():
    verdict = Verdict("sigmoid", "wrong", 3, 10, "no.", expected=[object()], got=[object()])
    outputs = judging._drawn(verdict)
    assert outputs[MIME]["points"] == 3
    assert "no." in outputs["text/html"]


# -- the worker process ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pool():
    with worker_pool.processes(1) as pool:
        yield pool


@pytest.mark.linux
@pytest.mark.parametrize(
    ("task", "error", "said"),
    [
        (Task("hangs", (60, 0.2)), TookTooLong, "longer than"),
        (Task("eats"), RuntimeError, "more memory than there is"),
        (Task("dies"), WorkerLost, "died"),
        (Task("fails"), RuntimeError, "ValueError: xxx"),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_a_failing_step_ends_its_own_task_alone(pool, task, error, said):
    tasks = [("before", Task("fine")), ("it", task), ("after", Task("fine"))]
    found = dict(worker_pool.map_tasks(iter(tasks), lambda: nullcontext(pool)))
    assert (found["before"], found["after"]) == ("fine", "fine")
    assert isinstance(found["it"], error)
    assert said in str(found["it"])
    assert len(str(found["it"])) < 400


@pytest.mark.linux
def test_sandboxes_get_cores_of_their_own_where_there_are_enough():
    cores = len(os.sched_getaffinity(0))
    given = list(worker_pool.cores_for(cores))
    assert len(set(given)) == cores
    assert list(worker_pool.cores_for(cores + 1)) == []
