"""Mark what `make test` leaves to `make test-all`, where a smaller, fixed sample is enough."""

from collections.abc import Iterable

import pytest

__all__ = ["sampled"]


def sampled(names: Iterable[object], every: int) -> list[object]:
    """Return parameters for a test: one name of `every` always, the others in `make test-all`."""
    left = pytest.mark.thorough
    return [
        pytest.param(*(one if isinstance(one, tuple) else [one]), marks=[left] if i % every else [])
        for i, one in enumerate(names)
    ]
