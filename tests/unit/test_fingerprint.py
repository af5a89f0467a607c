"""Test that a cached verdict is used only if everything that decided it is unchanged."""

import platform
import shutil
import subprocess
import sys

import pytest

from autograder.course.imports import files_of
from autograder.grading import fingerprint, judging
from autograder.grading.fingerprint import Fingerprints
from tests.support import ROOT
from utils.exercises import EXERCISES

UTILS = (
    "accuracy_variants network experiment_log exercises/exercise checker/property checker/judge "
    "checker/compare checker/rubric"
)
AUTOGRADER = (
    "limits sandbox/process sandbox/isolation sandbox/sandbox sandbox/zygote protocol/client "
    "protocol/messages protocol/reference_process protocol/server grading/grade_submission "
    "grading/judging"
)
JUDGED_WITH = [f"utils/{name}.py" for name in UTILS.split()]
JUDGED_WITH += [f"autograder/{name}.py" for name in AUTOGRADER.split()]
LEFT_OUT = (
    "autograder/cli.py",
    "autograder/course/lab.py",
    "autograder/grading/worker_pool.py",
    "autograder/nbgrader_bridge/gradebook.py",
    "autograder/nbgrader_bridge/workspace.py",
)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Copy the code and the notebooks of the course, so that modules can be changed."""
    root = tmp_path_factory.mktemp("course")
    for name in ("autograder", "datasets", "utils", "notebooks"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def fingerprints(course):
    found = Fingerprints(course)
    return {name: found.fingerprint(name) for name in EXERCISES}


def changed(course, *files):
    """Return the exercises whose fingerprint changes when these files change."""
    before, texts = fingerprints(course), {}
    for file in files:
        texts[file] = (course / file).read_text(encoding="utf-8")
        (course / file).write_text(texts[file] + "\n# changed\n", encoding="utf-8")
    after = fingerprints(course)
    for file, text in texts.items():
        (course / file).write_text(text, encoding="utf-8")
    return {name for name in EXERCISES if before[name] != after[name]}


def test_fingerprint_covers_each_module_that_judging_imports(course, thorough):
    found = Fingerprints(course)
    modules = {name: found.files(name) for name in EXERCISES}
    every = set().union(*modules.values())
    assert {course / name for name in JUDGED_WITH} <= every
    before = fingerprints(course)
    for file in sorted(every)[:: 1 if thorough else 8]:
        content = file.read_bytes()
        file.write_bytes(content + b"\n# changed\n")
        after = Fingerprints(course)
        name = next(name for name in EXERCISES if file in modules[name])
        assert after.fingerprint(name) != before[name], file
        file.write_bytes(content)
    assert fingerprints(course) == before


def test_fingerprint_covers_all_modules_that_python_loads():
    """Compare with the modules that Python loads, and with the files inside the sandbox."""
    found = Fingerprints(ROOT)
    every = set().union(*map(found.files, EXERCISES))
    script = "import autograder.grading.judging, utils.exercises, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, text=True, capture_output=True, check=True
    )
    own = [name for name in done.stdout.split() if name.split(".")[0] in ("autograder", "utils")]
    assert len(own) > 100
    assert {files_of(ROOT, name)[-1] for name in own} <= every
    for name, exercise in EXERCISES.items():
        inside = {ROOT / file for file in judging._files(exercise.assignment)}
        made = {ROOT / f"utils/{old}.py" for old in judging.OLD_NAMES}
        assert inside - made <= found.files(name)


def test_changed_exercise_changes_only_dependent_fingerprints(course):
    assert changed(course, "utils/exercises/forward_propagation/compute_cost.py") == {
        "compute_cost"
    }
    relu = changed(course, "utils/exercises/forward_propagation/relu.py")
    assert {"relu", "L_model_forward"} <= relu
    assert not relu & {"sigmoid", "linear_forward", "compute_cost", "double", "random_search"}
    assert changed(course, *LEFT_OUT) == set()


def test_python_and_numpy_versions_are_in_the_fingerprint(course, monkeypatch):
    before = fingerprints(course)
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.0")
    assert not before.items() & fingerprints(course).items()
    monkeypatch.undo()
    monkeypatch.setattr(fingerprint, "version", lambda name: "99.0")
    assert not before.items() & fingerprints(course).items()
