"""Options of the tests, and the two answer keys."""

import functools
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


def remembering(key):
    """The key, which answers each question once: hundreds of tests ask the same few."""
    key.question = functools.cache(key.question)
    return key


@pytest.fixture(scope="session")
def live():
    return remembering(LiveKey())


@pytest.fixture(scope="session")
def frozen(tmp_path_factory):
    path = tmp_path_factory.mktemp("key") / "answer_key.h5"
    freeze(path, EXERCISES)
    return remembering(FrozenKey(path))


@pytest.fixture(params=["live", "frozen"])
def key(request, live, frozen):
    return live if request.param == "live" else frozen
