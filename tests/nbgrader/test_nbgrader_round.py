"""Test a whole round with nbgrader's own commands, and formgrader in a real browser.

The exchange takes the name of a student from the operating system. So each student has a user id,
and bubblewrap replaces the passwd file of the machine with one that names these ids.
"""

import csv
import html
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from autograder import cli
from autograder.course import notebooks
from autograder.errors import ExitCode
from autograder.nbgrader_bridge.course_directory import CONFIG, STUDENTS_CONFIG
from autograder.nbgrader_bridge.preprocessors import Execute
from autograder.nbgrader_bridge.workspace import Workspace
from tests.support import ROOT, as_user, chromium
from tests.support.course_notebooks import EVIL, REPORT, blank, cell_of, malicious
from tests.support.nbgrader_commands import Commands
from utils.exercises import EXERCISES
from utils.files import RECORD

NAME = "01_forward_propagation"
USERS = {"alice": 20001, "bob": 20002}

# Bob's mistakes. His later functions do not call his earlier ones, so each counts by itself.
NO_BIAS = """
def linear_forward(A_prev, W, b):
    Z = W @ A_prev
    return Z, (A_prev, W, b)
"""
TRANSPOSED = """
def initialize_parameters_deep(layer_dims, rng):
    parameters = {}
    for l in range(1, len(layer_dims)):
        scale = np.sqrt(2 / layer_dims[l - 1])
        W = rng.standard_normal((layer_dims[l - 1], layer_dims[l])) * scale
        parameters["W" + str(l)] = W
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters
"""
ON_ITS_OWN = """
def linear_activation_forward(A_prev, W, b, activation):
    Z = W @ A_prev + b
    if activation not in ("sigmoid", "relu"):
        raise ValueError(activation)
    A = sigmoid(Z) if activation == "sigmoid" else relu(Z)
    return A, ((A_prev, W, b), Z)
"""
WRONG = {"linear_forward": 5.5, "initialize_parameters_deep": 9.5, "compute_cost": 0}
MISTAKES = {"linear_forward": "bias_forgotten", "initialize_parameters_deep": "W_transposed"}
SENTENCES = {
    mistake.sentence
    for name, known in MISTAKES.items()
    for mistake in EXERCISES[name].mistakes
    if mistake.name == known
} | {"still blank."}
POINTS = {e.name: e.points for e in EXERCISES.values() if e.assignment == NAME}
BOBS = POINTS | WRONG

# Files that a student submits beside the notebook, to be imported instead of the course.
GENEROUS = """
from types import SimpleNamespace
def check(*args, **more): return None
hint = ready = judge = check
"""


ADMIN = ["--cap-add", "ALL", "--"]


class School:
    """A workspace, an exchange, and users who run nbgrader's commands."""

    def __init__(self, root):
        self.root = root
        self.workspace = root / "teaching"
        self.exchange = root / "exchange"
        self.passwd = root / "passwd"
        self.people = {}  # who has run nbgrader's commands
        people = [("root", 0, root / "root"), *((n, u, root / n) for n, u in USERS.items())]
        self.passwd.write_text(
            "".join(f"{name}:x:{uid}:{uid}::{home}:/bin/sh\n" for name, uid, home in people)
        )
        for _, uid, home in people:
            home.mkdir(mode=0o755)
            os.chown(home, uid, uid)

    def tell_students(self):
        """Copy the students' settings from the workspace into their homes."""
        settings = (self.workspace / STUDENTS_CONFIG).read_text()
        for name in USERS:
            config = self.root / name / CONFIG
            config.write_text(f"{settings}\nc.Exchange.root = {str(self.exchange)!r}\n")
            config.chmod(0o644)

    def run(self, *command):
        """Run one of nbgrader's commands as the instructor."""
        return self.nbgrader("root", *command, cwd=self.workspace)

    def student(self, name, *command, may_fail=False):
        """Run one of nbgrader's commands as a student, whose home has no course."""
        return self.nbgrader(name, *command, cwd=self.root / name, may_fail=may_fail)

    def nbgrader(self, name, *command, cwd, may_fail=False):
        if name not in self.people:
            who = [*as_user.shown(), *as_user.become(USERS[name])] if name in USERS else ADMIN
            self.people[name] = Commands([*self.bubble(), *who], self.environ(name))
        code, output = self.people[name].run(*command, cwd=cwd)
        assert may_fail or code == 0, output
        return output

    def close(self):
        for commands in self.people.values():
            commands.close()

    def bubble(self):
        return [
            *(*as_user.bwrap(), "--dev-bind", "/", "/"),
            *("--ro-bind", str(self.passwd), "/etc/passwd"),
        ]

    def environ(self, name):
        path = [sysconfig.get_path("scripts"), "/usr/local/bin", "/usr/bin", "/bin"]
        home = str(self.root / name)
        own = {"PYTHONPATH": str(ROOT)} if name == "root" else {}
        return {"PATH": os.pathsep.join(path), "HOME": home, "LANG": "C.UTF-8"} | own

    def fill(self, name, answers):
        """Write answers, by grade id, into the notebook that a student fetched."""
        path = self.root / name / NAME / f"{NAME}.ipynb"
        notebook = notebooks.read(path)
        for cell in notebook.cells:
            cell.source = answers.get(cell["id"], cell.source)
        notebooks.write(notebook, path)
        os.chown(path, USERS[name], USERS[name])


@pytest.fixture(scope="module")
def school():
    """Run the round, from the workspace to the feedback; the tests examine its results."""
    root = Path(tempfile.mkdtemp(prefix="school-"))
    root.chmod(0o755)  # students have to reach the exchange
    try:
        school = School(root)
        teach(school)
        yield school
    finally:
        school.close()
        shutil.rmtree(root)


def teach(school):
    assert cli.main(["workspace", str(school.workspace)]) == ExitCode.FINE
    with (school.workspace / CONFIG).open("a") as config:
        config.write(f"c.Exchange.root = {str(school.exchange)!r}\n")
    school.tell_students()
    for assignment in (NAME, REPORT):
        school.run("generate_assignment", assignment)
    school.run("release_assignment", NAME)

    solved = notebooks.solve(notebooks.read(notebooks.notebook_of(ROOT, NAME)), markers=False)
    right = {cell["id"]: cell.source for cell in solved.cells if cell["id"].endswith("-solution")}
    bobs = right | {
        "linear_forward-solution": NO_BIAS,
        "initialize_parameters_deep-solution": TRANSPOSED,
        "linear_activation_forward-solution": ON_ITS_OWN,
    }
    del bobs["compute_cost-solution"]  # left blank
    school.said = {}
    for name, answers in (("alice", right), ("bob", bobs)):
        school.student(name, "fetch_assignment", NAME)
        school.fill(name, answers)
        school.said[name] = school.student(name, "validate", f"{NAME}/{NAME}.ipynb", may_fail=True)
        school.student(name, "submit", NAME)

    school.said["collect"] = school.run("collect", NAME)
    hostile_submission(school)
    scripts(school)
    school.said["autograde"] = school.run("autograde", NAME)
    workspace = ["--workspace", str(school.workspace)]
    assert cli.main(["grade", REPORT, *workspace]) == ExitCode.FINE
    for assignment in (NAME, REPORT):
        school.run("generate_feedback", assignment)
    school.run("export", "--to", "grades.csv")
    for student in ("mallory", "eve"):  # did not submit by the exchange: no feedback
        shutil.rmtree(school.workspace / "submitted" / student)
        os.renames(school.workspace / "feedback" / student, school.root / "feedback" / student)
    school.run("release_feedback", NAME)
    school.student("bob", "fetch_feedback", NAME)


def hostile_submission(school):
    """Submit a blank notebook with files that are named like its imports."""
    folder = school.workspace / "submitted" / "mallory" / NAME
    shutil.copytree(school.root / "bob" / NAME, folder)
    shutil.copy(school.workspace / "release" / NAME / f"{NAME}.ipynb", folder)
    traces = f"open({str(school.root / 'ran')!r}, 'a').write(__file__)\n"
    for name in ("numpy", "utils/__init__", "utils/check", "ipykernel", "autograder", "json"):
        (folder / f"{name}.py").unlink(missing_ok=True)
        (folder / f"{name}.py").write_text(traces + GENEROUS)


def scripts(school):
    """Submit scripts in every place that a student can change; in the report, as the answer."""
    report = blank(REPORT)
    cell_of(report, "experiment_report").source = f"My report. {EVIL} <b>Bold</b>"
    for name, page in ((NAME, malicious()), (REPORT, report)):
        folder = school.workspace / "submitted" / "eve" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").write_text(json.dumps(page))


pytestmark = [
    pytest.mark.kernel,
    pytest.mark.sandbox,
    pytest.mark.root,
    pytest.mark.xdist_group("school"),
]


def scores(school, student):
    """Return the points of each exercise from the gradebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{school.workspace / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission_notebook(NAME, NAME, student)
        assert not submission.needs_manual_grade
        return {grade.name: (grade.score, grade.max_score) for grade in submission.grades}


def test_gradebook_has_the_expected_points_for_each_exercise(school):
    assert scores(school, "alice") == {n: (p, p) for n, p in POINTS.items()}
    assert scores(school, "bob") == {n: (BOBS[n], p) for n, p in POINTS.items()}
    assert scores(school, "eve")["relu"] == (0, POINTS["relu"])


def test_students_fetch_the_data_but_do_not_submit_it(school):
    fetched = school.root / "alice" / NAME
    assert (fetched / "datasets" / "garments.h5").stat().st_size > 1_000_000
    handed_in = school.workspace / "submitted" / "alice" / NAME
    assert (handed_in / f"{NAME}.ipynb").is_file()
    assert sum(file.stat().st_size for file in handed_in.rglob("*") if file.is_file()) < 500_000


def test_files_submitted_beside_the_notebook_are_not_run(school):
    assert scores(school, "mallory") == {n: (0, p) for n, p in POINTS.items()}
    assert not (school.root / "ran").exists()


def test_collect_finds_the_submitters(school):
    assert "Collecting submission: alice" in school.said["collect"]
    assert "Collecting submission: bob" in school.said["collect"]
    assert "cheating" not in school.said["collect"]


def test_validate_shows_the_student_the_later_verdicts(school):
    assert "Success! Your notebook passes all the tests." in school.said["alice"]
    assert re.search(r"VALIDATION FAILED ON 3\s+CELL\(S\)", school.said["bob"])
    assert "✗ linear_forward" in school.said["bob"]
    assert "○ compute_cost: still blank." in school.said["bob"]
    assert "Traceback" not in school.said["bob"]


def test_release_contains_no_solution(school):
    released = school.workspace / "release" / NAME
    assert not (released / "utils" / "reference").exists()
    assert not (released / "utils" / "exercises").exists()
    assert "W @ A_prev + b" not in (released / f"{NAME}.ipynb").read_text()
    assert "W @ A_prev + b" in (school.workspace / "source" / NAME / f"{NAME}.ipynb").read_text()


@pytest.mark.thorough
def test_the_instructor_can_validate_the_source(school):
    assert "Success! Your notebook passes" in school.run("validate", f"source/{NAME}/{NAME}.ipynb")


def text_of(page):
    """Return the visible text of a page."""
    without = re.sub(r"(?s)<(style|script)\b.*?</\1>", "", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", without)).split())


def test_fetched_feedback_explains_the_mistakes(school):
    [page] = (school.root / "bob" / NAME / "feedback").rglob("*.html")
    text = text_of(page.read_text())
    for sentence in SENTENCES:
        assert sentence.replace("`", "") in text.replace("`", "")
    assert f"Score: {float(sum(BOBS.values()))} / 100.0" in text
    for name, points in BOBS.items():
        assert f"Score: {float(points)} / {float(POINTS[name])}" in text
    assert "site-packages" not in text
    [alices] = (school.workspace / "feedback" / "alice").rglob("*.html")
    assert "Score: 100.0 / 100.0" in text_of(alices.read_text())


def test_export_has_a_row_for_each_student(school):
    with (school.workspace / "grades.csv").open() as file:
        rows = {r["student_id"]: r for r in csv.DictReader(file) if r["assignment"] == NAME}
    assert {name: float(row["score"]) for name, row in rows.items()} == {
        "alice": 100,
        "bob": sum(BOBS.values()),
        "eve": 95,
        "mallory": 0,
    }
    assert {float(row["max_score"]) for row in rows.values()} == {100}


# -- making workspaces ----------------------------------------------------------------------------


@pytest.mark.thorough
def test_remaking_the_workspace_changes_only_source(school, capsys):
    def seen():
        return {
            path.relative_to(school.workspace): (path.stat().st_mtime_ns, path.stat().st_size)
            for path in school.workspace.rglob("*")
            if path.is_file() and "source" not in path.relative_to(school.workspace).parts
        }

    before = seen()
    source = school.workspace / "source" / NAME
    (source / RECORD).unlink(missing_ok=True)  # the instructor's, who tried the page
    made = {file: (source / file).read_bytes() for file in source.rglob("*") if file.is_file()}
    (source / "utils" / "check.py").write_text("")
    (source / "stale.py").write_text("")
    (school.workspace / "source" / "my_own").mkdir()
    assert cli.main(["workspace", str(school.workspace)]) == ExitCode.FINE
    assert seen() == before
    assert {f: (source / f).read_bytes() for f in source.rglob("*") if f.is_file()} == made
    assert (school.workspace / "source" / "my_own").is_dir()
    assert (
        f"Left as it is: {school.workspace / CONFIG}. Delete it first to get a new one.\n"
        in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{tmp}/w", "--course-id", "a b"], "'a b' cannot be a course id: "),
        (["{root}/w"], "{root}/w is in the course's own folder."),
        (["{tmp}/file"], "{tmp}/file or its source is a file, not a folder."),
        (["{tmp}/w", "no_such"], "The course has no assignment 'no_such'. It has: "),
    ],
)
def test_workspace_that_cannot_be_made_is_reported(arguments, said, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    places = {"tmp": tmp_path, "root": ROOT}
    assert cli.main(["workspace", *(a.format(**places) for a in arguments)]) == ExitCode.USAGE
    error = capsys.readouterr().err
    assert error.startswith(said.format(**places))
    assert error.count("\n") == 1


def test_workspace_has_the_requested_course_id(tmp_path):
    arguments = ["workspace", str(tmp_path / "w"), "00_start_here", "--course-id", "nets-2"]
    assert cli.main(arguments) == ExitCode.FINE
    assert 'course_id = "nets-2"' in (tmp_path / "w" / CONFIG).read_text()
    made = [path.name for path in (tmp_path / "w" / "source").iterdir() if path.is_dir()]
    assert made == ["00_start_here"]
    assert cli.main(arguments) == ExitCode.FINE


def test_each_workspace_keeps_its_own_secret_seed(tmp_path):
    def secret(name, course_id="nets"):
        arguments = ["workspace", str(tmp_path / name), "00_start_here", "--course-id", course_id]
        assert cli.main(arguments) == ExitCode.FINE
        config = Workspace(tmp_path / name).config
        return Execute(config=config).settings("00_start_here").seed

    first = secret("a")
    assert len(first) == 32
    assert secret("a") == first
    assert secret("b") != first


# -- formgrader -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def formgrader(school):
    """Start JupyterLab in the workspace as an instructor, and yield the address of formgrader."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = school.root / "lab.log"
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *("--IdentityProvider.token=secret", "--LabApp.news_url="),
    ]
    environ = school.environ("root")
    address = f"http://127.0.0.1:{port}"
    with (
        log.open("w") as out,
        subprocess.Popen(
            command, cwd=school.workspace, env=environ, stdout=out, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            wait_for(f"{address}/api", process, log)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_for(url, process, log):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()}")


@pytest.fixture(scope="module")
def browser():
    with chromium.launch() as running:
        yield running


@pytest.fixture
def page(browser):
    with browser.new_context() as context:
        yield context.new_page()


@pytest.mark.thorough
@pytest.mark.browser
def test_formgrader_shows_assignments_grades_and_a_submission(formgrader, page):
    from playwright.sync_api import expect

    page.goto(f"{formgrader}/formgrader/manage_assignments?token=secret")
    row = page.get_by_role("row").filter(has_text=NAME)
    expect(row).to_be_visible(timeout=30_000)
    expect(row).to_contain_text("released")

    page.goto(f"{formgrader}/formgrader/gradebook")
    row = page.get_by_role("row").filter(has_text=NAME)
    expect(row).to_be_visible()
    bobs = sum(BOBS.values())
    expect(row).to_contain_text(f"{(100 + bobs + 95 + 0) / 4:g} / 100")

    page.goto(f"{formgrader}/formgrader/gradebook/{NAME}/{NAME}")
    submissions = page.get_by_role("link", name=re.compile("Submission #"))
    expect(submissions).to_have_count(4)
    page.get_by_role("row").filter(has_text=f"{bobs:g} / 100").get_by_role("link").click()
    for sentence in SENTENCES:
        said = page.get_by_text(sentence.replace("`", "")).first  # backquotes become code
        expect(said).to_be_visible()
    # The card has the message, so the error that nbgrader needs is hidden.
    expect(page.locator(".output_error pre").first).to_be_hidden()
    expect(page.locator(".score").first).to_be_visible()

    page.goto(f"{formgrader}/formgrader/manage_students/bob/{NAME}")
    expect(page.get_by_role("row").filter(has_text=NAME)).to_contain_text(f"{bobs:g} / 100")


PAGES = {NAME: "<script>window.ran = 1</script>", REPORT: "window.ran = 1"}


@pytest.mark.browser
def test_student_scripts_do_not_run_in_formgrader_or_feedback(formgrader, page, school):
    from nbgrader.api import Gradebook
    from playwright.sync_api import expect

    page.goto(f"{formgrader}/formgrader/manage_assignments?token=secret")
    with Gradebook(f"sqlite:///{school.workspace / 'gradebook.db'}") as gradebook:
        ids = {name: gradebook.find_submission_notebook(name, name, "eve").id for name in PAGES}
    for name, words in PAGES.items():
        [feedback] = (school.root / "feedback" / "eve" / name).glob("*.html")
        for address in (f"{formgrader}/formgrader/submissions/{ids[name]}/", feedback.as_uri()):
            page.goto(address)
            # The script is shown as text.
            expect(page.get_by_text(words).first).to_be_visible()
            page.wait_for_timeout(500)
            assert page.evaluate("window.ran") is None
            page.evaluate(f"document.body.insertAdjacentHTML('beforeend', {EVIL!r})")
            page.wait_for_function("window.ran === 1")  # so this test would notice a script


@pytest.mark.thorough
@pytest.mark.browser
def test_formgrader_autograde_button_grades(formgrader, page, school):
    from playwright.sync_api import expect

    graded = school.workspace / "autograded" / "bob" / NAME / f"{NAME}.ipynb"
    before = graded.stat().st_mtime_ns
    page.goto(f"{formgrader}/formgrader/manage_assignments?token=secret")  # signs in
    page.goto(f"{formgrader}/formgrader/manage_submissions/{NAME}")
    page.get_by_role("row").filter(has_text="bob").locator(".autograde a").click()
    said = page.get_by_text(f"Successfully autograded '{NAME}' for student 'bob'.")
    expect(said).to_be_visible(timeout=60_000)
    assert graded.stat().st_mtime_ns > before
    assert scores(school, "bob") == {n: (BOBS[n], p) for n, p in POINTS.items()}
