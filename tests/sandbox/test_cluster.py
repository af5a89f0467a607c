"""Test `course grade --cluster` on a real Dask cluster with two workers on this machine."""

import psutil
import pytest

from tests.support import faults
from tests.support.cluster import Cluster

pytestmark = pytest.mark.xdist_group("cluster")


@pytest.fixture
def cluster(tmp_path):
    with Cluster(tmp_path / "dask") as made:
        yield made


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    faults.hand_in(folder / "class", 6)
    faults.run(folder / "class", folder / "local", "--jobs", "1")
    return folder


def start(place, output, cluster):
    """Start grading on the cluster, and wait for the first graded student."""
    process = faults.start(place / "class", output, "--cluster", cluster.address)
    assert "points" in process.stderr.readline()
    return process


def end(process):
    """Wait for the end, and return the exit code and the text on stderr."""
    _, errors = process.communicate(timeout=120)
    assert "Traceback" not in errors
    return process.returncode, errors


def test_cluster_gives_the_same_grades_when_a_worker_dies(place, tmp_path, cluster):
    process = start(place, tmp_path / "out", cluster)
    nanny = psutil.Process(cluster.workers[-1].pid)
    for worker in nanny.children():
        worker.kill()
    code, errors = end(process)
    assert code == 0, errors
    assert faults.grades(tmp_path / "out") == faults.grades(place / "local")


@pytest.mark.thorough
def test_lost_scheduler_stops_with_a_sentence_and_rerun_finishes(place, tmp_path, cluster):
    process = start(place, tmp_path / "out", cluster)
    cluster.scheduler.kill()
    code, errors = end(process)
    assert code == 2, errors
    last = errors.splitlines()[-1]
    assert "The Dask scheduler" in last
    assert "goes on" in last
    faults.run(place / "class", tmp_path / "out", "--jobs", "1")
    assert faults.grades(tmp_path / "out") == faults.grades(place / "local")


def test_missing_scheduler_is_reported_in_one_sentence(place, tmp_path):
    process = faults.start(place / "class", tmp_path / "out", "--cluster", "tcp://127.0.0.1:9")
    code, errors = end(process)
    assert code == 2
    assert errors.startswith("No Dask scheduler answers at tcp://127.0.0.1:9")
    assert len(errors.splitlines()) == 1
