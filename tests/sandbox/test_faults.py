"""Test a grader that is killed or stopped, a full disk, a damaged cache, and locks."""

import os
import random
import re
import resource
import shutil
import signal
import subprocess
import time
from functools import partial

import pytest

from tests.support import faults

pytestmark = pytest.mark.xdist_group("faults")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Make a class of five students."""
    folder = tmp_path_factory.mktemp("faults")
    faults.hand_in(folder / "class", 5)
    return folder


@pytest.fixture(scope="module", autouse=True)
def seconds(place):
    """Grade the class without a fault, and return how many seconds that takes."""
    before = time.perf_counter()
    faults.run(place / "class", place / "undisturbed")
    return time.perf_counter() - before


ALONE = ("--jobs", "1")  # for tests that need one worker: each more takes seconds to start


def same_in_the_end(place, output):
    faults.run(place / "class", output, *ALONE)
    assert faults.grades(output) == faults.grades(place / "undisturbed")
    assert not [path for path in output.iterdir() if path.name.startswith(".")]


@pytest.mark.thorough
def test_grades_are_the_same_after_a_kill_at_a_random_moment(place, seconds, tmp_path):
    for number in range(6):
        rng = random.Random(number)
        kill = faults.kill_one_on_a_cluster if number % 3 == 2 else faults.kill_one
        output = tmp_path / str(number)
        kill(place / "class", output, rng.uniform(0, seconds), rng)
        assert faults.grades(output) == faults.grades(place / "undisturbed")


def test_stopped_run_keeps_its_results_and_rerun_finishes(place, tmp_path, thorough):
    for sign in (signal.SIGTERM, signal.SIGINT)[: 2 if thorough else 1]:
        process = faults.start(place / "class", tmp_path / "out", *ALONE)
        assert "points" in process.stderr.readline()
        process.send_signal(sign)
        try:
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()  # if it ignores the signal
        assert process.returncode == 130
        assert "Traceback" not in errors
        assert (tmp_path / "out" / faults.TASK / "grades.partial.csv").exists()
        assert not (tmp_path / "out" / faults.TASK / "grades.csv").exists()
    same_in_the_end(place, tmp_path / "out")


def test_full_disk_is_reported_and_rerun_finishes(place, tmp_path, thorough):
    for room in (6_000, 0, 20_000)[: 3 if thorough else 1]:
        run = subprocess.run(
            faults.command(place / "class", tmp_path / "out", *ALONE),
            cwd=faults.ROOT,
            capture_output=True,
            text=True,
            check=False,
            # For a program that ignores SIGXFSZ, a limit on file size looks like a full disk.
            preexec_fn=partial(without_room, room),
        )
        assert run.returncode == 2, run.stderr
        last = run.stderr.splitlines()[-1]
        assert re.search(r"out/.* cannot be (used|written): ", last), last
        assert "Traceback" not in run.stderr
        assert not (tmp_path / "out" / faults.TASK / "grades.csv").exists()
    same_in_the_end(place, tmp_path / "out")


def without_room(room):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))


def test_damaged_verdict_cache_is_reported_in_one_sentence(place, tmp_path):
    shutil.copytree(place / "undisturbed", tmp_path / "out")
    store = tmp_path / "out" / faults.TASK / "verdicts.db"
    content = bytearray(store.read_bytes())
    content[1000:] = os.urandom(len(content) - 1000)
    store.write_bytes(content)
    process = faults.start(place / "class", tmp_path / "out", *ALONE)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    [sentence] = errors.splitlines()
    assert f"{store} cannot be used" in sentence
    assert "move it away" in sentence
    store.unlink()
    same_in_the_end(place, tmp_path / "out")


@pytest.fixture(scope="module")
def spaces(place, tmp_path_factory):
    """Make three workspaces with the same class; the first is graded without a fault."""
    made = faults.spaces_for(tmp_path_factory.mktemp("spaces"), place / "class")
    faults.grade_in(made[0])
    return made


@pytest.mark.thorough
def test_grader_waits_for_a_locked_gradebook(spaces):
    calm, busy, _ = spaces
    assert faults.locked(busy, 8) == "it waited, and ended well"
    assert faults.book_of(busy) == faults.book_of(calm) != []


@pytest.mark.thorough
def test_two_graders_at_once_give_the_same_grades_and_gradebook(spaces):
    calm, _, two = spaces
    faults.two_at_once(two)
    assert faults.book_of(two) == faults.book_of(calm)
    assert faults.grades(two / "grades") == faults.grades(calm / "grades")
    folder = two / "grades" / faults.TASK
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
