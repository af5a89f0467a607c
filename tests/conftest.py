"""Options of the tests, and the two answer keys."""

import os

import pytest

# The tests share all cores already; kernels and graders that they start are told so as well.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from utils.answer_key import FrozenKey, LiveKey, freeze
from utils.exercises import EXERCISES


def pytest_addoption(parser):
    parser.addoption(
        "--pictures",
        action="store_true",
        help="take the pictures of JupyterLab that the course shows",
    )


@pytest.fixture(scope="session")
def frozen(tmp_path_factory):
    path = tmp_path_factory.mktemp("key") / "answer_key.h5"
    freeze(path, EXERCISES)
    return FrozenKey(path)


@pytest.fixture(params=["live", "frozen"])
def key(request, frozen):
    return LiveKey() if request.param == "live" else frozen
