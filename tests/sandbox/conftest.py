"""Open the sandbox that attacks share."""

import pytest

from tests.support.attack_sandbox import sandbox_for


@pytest.fixture(scope="session")
def sandbox():
    with sandbox_for() as sandbox:
        yield sandbox


@pytest.fixture
def cell(sandbox):
    with sandbox.open() as cell:
        yield cell
