"""`course grade --cluster` on a real Dask cluster of two workers, all on this machine."""

import psutil
import pytest

from benchmarks import faults
from benchmarks.cluster import Cluster

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.xdist_group("cluster"),
]


@pytest.fixture
def cluster(tmp_path):
    with Cluster(tmp_path / "dask") as made:
        yield made


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
    nanny = psutil.Process(cluster.workers[-1].pid)
    for worker in nanny.children():
        worker.kill()
    code, errors = end(process)
    assert code == 0, errors
    assert faults.grades(tmp_path / "out") == faults.grades(place / "local")


def test_without_its_scheduler_it_stops_with_a_sentence_and_goes_on_later(place, tmp_path, cluster):
    process = start(place, tmp_path / "out", cluster)
    cluster.scheduler.kill()
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
