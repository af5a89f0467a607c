"""Test ``make setup`` with missing programs, twice in a row, and after an interruption.

Each test uses a copy of the Makefile in its own folder. No test needs a network: an installation
that must succeed uses the packages of the environment that runs the tests.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import sysconfig
import time

import pytest

from tests.support import ROOT

pytestmark = [pytest.mark.make, pytest.mark.xdist_group("make")]

# The Makefile may use these programs and Python, and no others.
TOOLS = ["make", "sh", "cat", "grep", "mkdir", "rm", "tail", "touch"]

TOO_OLD = """#!/bin/sh
case "$2" in *print*) echo 3.9 ;; *) exit 1 ;; esac
"""
NO_VENV = f"""#!/bin/sh
case "$2" in *ensurepip*) exit 1 ;; *) exec "{sys.executable}" "$@" ;; esac
"""
REAL = f"""#!/bin/sh
exec "{sys.executable}" "$@"
"""
# An environment without pip is made faster. It then uses the pip of the tests.
WITHOUT_PIP = f"""#!/bin/sh
case "$1 $2" in "-m venv") set -- "$@" --without-pip ;; esac
exec "{sys.executable}" "$@"
"""


@pytest.fixture
def course(tmp_path):
    """Make a minimal course, with only the build backend in its lock."""
    folder = tmp_path / "my course"  # with a space, as on many desktops
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    (folder / "README.md").write_text("A course.\n")
    (folder / "autograder" / "course").mkdir(parents=True)
    shutil.copy(ROOT / "autograder/course/editable_only.py", folder / "autograder" / "course")
    version = importlib.metadata.version("hatchling")
    lock = f"hatchling=={version} --hash=sha256:{'0' * 64}\n"
    (folder / "requirements-sandbox.lock").write_text(lock)
    (folder / "requirements.lock").write_text(lock)
    (folder / "requirements-test.lock").write_text(lock)
    return folder


def machine(folder, stub):
    """Return the environment of a machine whose only Python is `stub`."""
    programs = folder.parent / "bin"
    programs.mkdir(exist_ok=True)
    for tool in TOOLS:
        if not (programs / tool).exists():
            (programs / tool).symlink_to(shutil.which(tool))
    if stub:
        (programs / "python3").write_text(stub)
        (programs / "python3").chmod(0o755)
    # Settings of pip and of a make that runs this test are left out.
    kept = {"HOME", "LANG", "TMPDIR"}
    environ = {key: value for key, value in os.environ.items() if key in kept}
    return environ | {"PATH": str(programs), "PIP_CONFIG_FILE": os.devnull}


def lent(environ):
    """Return the environment with the packages of the tests, so that nothing is downloaded."""
    return environ | {"PYTHONPATH": sysconfig.get_path("purelib"), "PIP_NO_INDEX": "1"}


def make(folder, environ, target="setup"):
    return subprocess.run(
        ["make", target], cwd=folder, env=environ, text=True, capture_output=True, check=False
    )


# -- missing programs -----------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["setup", "lab", "test"])
@pytest.mark.parametrize(
    ("stub", "sentence"),
    [
        (None, "Python is missing: the course needs Python 3.11 or newer."),
        (TOO_OLD, "Python 3.9 is too old: the course needs Python 3.11 or newer."),
        (NO_VENV, "python3 lacks its venv module: install it"),
    ],
    ids=["no-python", "too-old", "no-venv"],
)
def test_unsuitable_python_is_reported(course, stub, sentence, target):
    run = make(course, machine(course, stub), target)
    assert run.returncode != 0
    assert run.stderr.startswith(sentence)
    assert run.stdout == ""
    assert not (course / ".venv").exists()


def test_missing_network_is_reported(course):
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "1", "PIP_NO_CACHE_DIR": "1"}
    run = make(course, machine(course, REAL) | nowhere)
    assert run.returncode != 0
    assert run.stderr.startswith("The network is missing: the packages could not be downloaded.")
    assert not (course / ".venv" / "ready").exists()


def test_package_missing_from_the_index_is_reported(course):
    with (course / "requirements.lock").open("a") as lock:
        lock.write("no-such-package-for-this-course==1.0 --hash=sha256:" + "0" * 64 + "\n")
    run = make(course, lent(machine(course, WITHOUT_PIP)))
    assert run.returncode != 0
    assert "No matching distribution found for no-such-package-for-this-course" in run.stderr
    assert "The packages could not be installed: .venv/install.log says why." in run.stderr


# -- it works, and keeps working ------------------------------------------------------------------


@pytest.mark.thorough
def test_setup_reuses_the_environment_and_rebuilds_a_broken_one(course):
    environ = lent(machine(course, REAL))
    first = make(course, environ)
    assert first.returncode == 0, first.stderr
    assert "Making an environment in .venv with python3" in first.stdout
    assert "Type 'make lab'" in first.stdout
    assert (course / ".venv" / "bin" / "course").is_file()

    environ = lent(machine(course, WITHOUT_PIP))
    second = make(course, environ)
    assert second.stdout == "The course is already set up.\n"

    # A newer lock is installed into the same environment.
    later = time.time() + 5
    os.utime(course / "requirements.lock", (later, later))
    os.utime(course / "pyproject.toml", (later, later))
    newer = make(course, environ)
    assert newer.returncode == 0, newer.stderr
    assert "Installing" in newer.stdout
    assert "Making" not in newer.stdout

    # The environment of a moved folder has outdated paths.
    moved = course.rename(course.with_name("moved"))
    again = make(moved, environ)
    assert again.returncode == 0, again.stderr
    assert "Making an environment" in again.stdout
    assert str(course) not in (moved / ".venv" / "bin" / "course").read_text()

    # The Python of the environment was removed from the machine.
    for link in (moved / ".venv" / "bin").glob("python*"):
        link.unlink()
    assert "Making an environment" in make(moved, environ).stdout


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("moment", "stub"),
    [("bin/python3", REAL), ("install.log", WITHOUT_PIP)],
    ids=["while-venv-works", "while-pip-works"],
)
def test_setup_recovers_from_interruption(course, moment, stub):
    environ = lent(machine(course, stub))
    with subprocess.Popen(
        ["make", "setup"],
        cwd=course,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as first:
        deadline = time.monotonic() + 60
        while not os.path.lexists(course / ".venv" / moment) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(first.pid, 9)  # the session that this test has started
    assert (course / ".venv" / moment).exists()
    assert not (course / ".venv" / "ready").exists()

    second = make(course, lent(machine(course, WITHOUT_PIP)))
    assert second.returncode == 0, second.stderr
    assert "Making an environment" in second.stdout
    assert (course / ".venv" / "ready").exists()
    assert not (course / ".venv" / "unfinished").exists()


def test_make_help_lists_the_targets(course):
    run = make(course, machine(course, None), "help")
    assert run.returncode == 0
    assert [line.split()[1] for line in run.stdout.splitlines()] == [
        *("lab", "update", "setup", "test", "test-all", "tidy", "lock")
    ]
