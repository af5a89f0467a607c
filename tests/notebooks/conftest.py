"""Release the bundles that several test files open."""

import pytest

from autograder.course import bundle, notebooks
from tests.support import ROOT


@pytest.fixture(scope="session")
def bundles(tmp_path_factory):
    out = tmp_path_factory.mktemp("bundles")
    for assignment in notebooks.assignments(ROOT):
        bundle.release(ROOT, assignment, out)
    return out
