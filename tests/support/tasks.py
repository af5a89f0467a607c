"""Tasks for a worker process that go wrong in one way each."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

__all__ = ["Task"]


@dataclass(frozen=True)
class Task:
    """A task whose second step does what `kind` says."""

    kind: str
    deadlines: tuple[float, ...] = (60, 60)

    def portable(self) -> Self:
        """Return it as it is."""
        return self

    def steps(self) -> Iterator[Any]:
        """Run."""
        yield None
        if self.kind == "hangs":
            time.sleep(600)
        elif self.kind == "eats":
            yield len(bytearray(1 << 40))
        elif self.kind == "dies":
            os._exit(1)
        elif self.kind == "fails":
            raise ValueError("x" * 10_000)
        yield self.kind
