"""Open the sandbox that attacks share, and close those that graded work shares."""

import pytest

from autograder.grading import judging
from tests.support.attack_sandbox import sandbox_for


@pytest.fixture(scope="session")
def sandbox():
    with sandbox_for() as sandbox:
        yield sandbox


@pytest.fixture
def cell(sandbox):
    with sandbox.open() as cell:
        yield cell


@pytest.fixture(scope="module")
def _close_sandboxes():
    """End the sandboxes that the tests share, as a worker's submissions do."""
    yield
    judging.close()
    vars(judging._per_thread).clear()
