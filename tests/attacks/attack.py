"""What an attack is: a student's code, what it would gain, and what stops it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["EXCHANGE", "LOOT", "PORT", "ROOM", "WON", "ZERO", "Attack"]

WON = "CANARY"  # what nobody inside can say who has not read a secret, or done what is forbidden
ROOM = "/home/teacher"  # where the instructor's things are: only inside the outer sandbox
EXCHANGE = "/usr/local/share/nbgrader/exchange/inbound/ada.ipynb"  # nbgrader's own, there too
PORT = 45678  # where something of the instructor's listens, there

ZERO = {"sigmoid": "def sigmoid(Z):\n    return np.zeros_like(Z)"}
LOOT = {"sigmoid": "def sigmoid(Z):\n    raise ValueError(loot)"}


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes
    ----------
    name : the student's folder, unless `student` is another
    tries : what it tries, in a sentence without its subject
    stops : the layer or layers that stop it
    without : how to grade without those, for `weaker`: "notebook" has none of the engine's layers;
        "walls" lacks the walls named in `walls`; anything else is a function in `weaker_*.py`
    gains : "points", "secret", "effect", or "harm"
    code : a cell of the student's own, before the answers
    answers : source by exercise; all others are blank
    edit : changes the notebook
    lay : lays something else than a notebook into the student's folder
    """

    name: str
    tries: str
    stops: str
    without: str
    gains: str = "points"
    walls: tuple[str, ...] = ()
    code: str = ""
    answers: Mapping[str, str] = field(default_factory=lambda: ZERO)
    edit: Callable[[Any], Any] | None = None
    lay: Callable[[Path, Path], None] | None = None
    student: str = ""

    @property
    def folder(self) -> str:
        """The student's folder."""
        return self.student or self.name

    @property
    def shown(self) -> str:
        """The student's name as it is written."""
        return self.folder.replace("\n", "\\n")
