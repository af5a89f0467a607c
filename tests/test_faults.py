"""What may happen to a grader: killed, stopped, no room, a damaged store, a lock, another."""

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

from benchmarks import faults

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.xdist_group("faults"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A class."""
    folder = tmp_path_factory.mktemp("faults")
    faults.hand_in(folder / "class", 5)
    return folder


@pytest.fixture(scope="module", autouse=True)
def seconds(place):
    """Its grades when nothing happens, and how long that takes."""
    before = time.perf_counter()
    faults.run(place / "class", place / "undisturbed")
    return time.perf_counter() - before


ALONE = ("--jobs", "1")  # where it is of no matter how many judge, each more takes seconds to start


def same_in_the_end(place, output):
    faults.run(place / "class", output, *ALONE)
    assert faults.grades(output) == faults.grades(place / "undisturbed")
    assert not [path for path in output.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("number", range(3))
def test_killed_at_a_random_moment(place, seconds, tmp_path, number):
    rng = random.Random(number)
    kill = faults.kill_one_on_a_cluster if number % 3 == 2 else faults.kill_one
    kill(place / "class", tmp_path / "out", rng.uniform(0, seconds), rng)
    assert faults.grades(tmp_path / "out") == faults.grades(place / "undisturbed")


def test_stopped_it_keeps_what_it_has_and_goes_on_later(place, tmp_path):
    for sign in (signal.SIGINT, signal.SIGTERM):
        process = faults.start(place / "class", tmp_path / "out")
        assert "points" in process.stderr.readline()
        process.send_signal(sign)
        try:
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()  # where it does not heed the signal
        assert process.returncode == 130
        assert "Traceback" not in errors
        assert (tmp_path / "out" / "grades.partial.csv").exists()
        assert not (tmp_path / "out" / "grades.csv").exists()
    same_in_the_end(place, tmp_path / "out")


def test_two_at_once_do_not_disturb_each_other(place, tmp_path):
    both = [faults.start(place / "class", tmp_path / "out") for _ in range(2)]
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert faults.grades(tmp_path / "out") == faults.grades(place / "undisturbed")
    same_in_the_end(place, tmp_path / "out")


def test_without_room_on_the_disk_it_says_so_and_goes_on_later(place, tmp_path):
    for room in (0, 6_000, 20_000):
        run = subprocess.run(
            faults.command(place / "class", tmp_path / "out", *ALONE),
            cwd=faults.ROOT,
            capture_output=True,
            text=True,
            check=False,
            # To a program that ignores the signal, a file that may not grow is a full disk.
            preexec_fn=partial(without_room, room),
        )
        assert run.returncode == 2, run.stderr
        last = run.stderr.splitlines()[-1]
        assert re.search(r"out/.* cannot be (used|written): ", last), last
        assert "Traceback" not in run.stderr
        assert not (tmp_path / "out" / "grades.csv").exists()
    same_in_the_end(place, tmp_path / "out")


def without_room(room):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))


def test_a_damaged_store_is_one_sentence_that_says_what_to_do(place, tmp_path):
    shutil.copytree(place / "undisturbed", tmp_path / "out")
    store = tmp_path / "out" / "verdicts.db"
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
    """The same class in three workspaces; the first is graded, and nothing happens there."""
    made = faults.spaces_for(tmp_path_factory.mktemp("spaces"), place / "class")
    faults.grade_in(made[0])
    return made


def test_a_gradebook_that_is_locked_for_a_while_is_waited_for(spaces):
    calm, busy, _ = spaces
    assert faults.locked(busy, 8) == "it waited, and ended well"
    assert faults.book_of(busy) == faults.book_of(calm) != []


def test_two_graders_at_once_on_a_new_class_make_one_gradebook(spaces):
    calm, _, two = spaces
    faults.two_at_once(two)
    assert faults.book_of(two) == faults.book_of(calm)
