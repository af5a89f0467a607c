"""Run a round with nbgrader's own commands: students of their own names, and an exchange.

The exchange takes the name of a student from the operating system. So each student has a user id,
and bubblewrap replaces the passwd file of the machine with one that names these ids.
"""

import json
import os
import shutil
import sysconfig

from autograder import cli
from autograder.course import notebooks
from autograder.errors import ExitCode
from autograder.nbgrader_bridge.course_directory import CONFIG, STUDENTS_CONFIG
from tests.support import ROOT, as_user
from tests.support.course_notebooks import EVIL, REPORT, blank, cell_of, malicious
from tests.support.nbgrader_commands import Commands
from utils.exercises import EXERCISES

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


def scores(school, student):
    """Return the points of each exercise from the gradebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{school.workspace / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission_notebook(NAME, NAME, student)
        assert not submission.needs_manual_grade
        return {grade.name: (grade.score, grade.max_score) for grade in submission.grades}
