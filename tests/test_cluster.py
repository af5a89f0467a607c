"""`course grade --cluster` on a real Dask cluster of two workers, all on this machine."""

import subprocess
import sys
import time

import psutil
import pytest

from benchmarks import faults

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.xdist_group("cluster"),
    pytest.mark.skipif(sys.platform != "linux", reason="grading needs Linux"),
]


class Cluster:
    """A scheduler, and two workers of one thread each."""

    def __init__(self, folder):
        self.folder, self.started = folder, []
        self.address = self.start("scheduler", "Scheduler at:", "--port", "0", "--no-show")
        for number in range(2):
            place = ("--local-directory", str(folder / str(number)))
            self.start("worker", "Registered to:", self.address, "--nthreads", "1", *place)

    def start(self, kind, words, *arguments):
        """Start one, and wait for a line with these words; what it ends with is an address."""
        log = self.folder / f"{len(self.started)}.log"
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--host", "127.0.0.1"]
        with log.open("w") as file:
            self.started.append(
                subprocess.Popen(
                    [*command, "--no-dashboard", *arguments],
                    cwd=faults.ROOT,
                    stdout=file,
                    stderr=file,
                )
            )
        end = time.monotonic() + 60
        while words not in log.read_text():
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        return next(line for line in log.read_text().splitlines() if words in line).split()[-1]

    def close(self):
        for process in self.started:
            process.terminate()
        for process in self.started:
            process.wait(30)


@pytest.fixture
def cluster(tmp_path):
    (tmp_path / "dask").mkdir()
    made = Cluster(tmp_path / "dask")
    yield made
    made.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    faults.hand_in(folder / "class", 10)
    faults.run(folder / "class", folder / "local")
    return folder


def start(place, output, cluster):
    """Start to grade on the cluster, and wait until somebody is graded."""
    process = faults.start(place / "class", output, "--cluster", cluster.address)
    assert "points" in process.stderr.readline()
    return process


def end(process):
    """The exit code, and what was said."""
    _, errors = process.communicate(timeout=120)
    assert "Traceback" not in errors
    return process.returncode, errors


def test_a_cluster_gives_the_same_grades_also_when_a_worker_dies(place, tmp_path, cluster):
    process = start(place, tmp_path / "out", cluster)
    nanny = psutil.Process(cluster.started[-1].pid)
    for worker in nanny.children():
        worker.kill()
    code, errors = end(process)
    assert code == 0, errors
    assert faults.grades(tmp_path / "out") == faults.grades(place / "local")


def test_without_its_scheduler_it_stops_with_a_sentence_and_goes_on_later(place, tmp_path, cluster):
    process = start(place, tmp_path / "out", cluster)
    cluster.started[0].kill()
    code, errors = end(process)
    assert code == 2, errors
    last = errors.splitlines()[-1]
    assert "The Dask scheduler" in last
    assert "goes on" in last
    faults.run(place / "class", tmp_path / "out")
    assert faults.grades(tmp_path / "out") == faults.grades(place / "local")


def test_nobody_at_the_address_is_one_sentence(place, tmp_path):
    process = faults.start(place / "class", tmp_path / "out", "--cluster", "tcp://127.0.0.1:9")
    code, errors = end(process)
    assert code == 2
    assert errors.startswith("No Dask scheduler answers at tcp://127.0.0.1:9")
    assert len(errors.splitlines()) == 1
