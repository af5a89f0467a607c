"""Make a notebook of correct answers, and record what happens to it until it is handed in."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from typing import Any

from autograder.course import notebooks
from tests.support import ROOT
from utils.exercises import EXERCISES

TASK = "05_the_brain"  # three short answers
POINTS = {name: one.points for name, one in EXERCISES.items() if one.assignment == TASK}
HELPER = "def dot(w, X):\n    return np.dot(w.T, X)"  # a cell of the student's own
NEEDED_BY = "logistic_unit"
DEEP = "nested deeply"  # replaced in the bytes, since `json` cannot write such a list


@dataclass
class HandedIn:
    """A notebook that is being damaged.

    Attributes
    ----------
    page : dict
        The notebook.
    owners : dict
        For each cell, by its `id()`, the exercises whose answers it is part of.
    touched : set of str
        The exercises that may lose points.
    damages : list of str
        The names of the damages.
    nested : int
        How deep the list is nested that `DEEP` stands for.
    """

    page: dict[str, Any]
    owners: dict[int, set[str]]
    touched: set[str] = field(default_factory=set)
    damages: list[str] = field(default_factory=list)
    nested: int = 0

    @property
    def cells(self) -> list[Any]:
        """Return the cells."""
        found: list[Any] = self.page["cells"]
        return found

    def owner(self, cell: Any) -> set[str]:
        """Return the exercises whose answers a cell is part of."""
        return self.owners.get(id(cell), set())

    def touch(self, cell: Any) -> None:
        """Count a cell as damaged."""
        self.touched |= self.owner(cell)

    def is_setup(self, cell: Any) -> bool:
        """Return whether a cell holds the imports, which all answers need."""
        return self.owner(cell) == POINTS.keys()

    def touch_what_comes_too_late(self) -> None:
        """Count an answer as damaged if its helper or the imports stand below it."""
        for at, cell in enumerate(self.cells):
            if is_helper(cell) or self.is_setup(cell):
                above = [self.owner(one) for one in self.cells[:at]]
                self.touched |= self.owner(cell) & set().union(*above)

    def twin(self, cell: Any) -> Any:
        """Return a copy that is part of the same answer, with a new id."""
        twin = copy.deepcopy(cell)
        self.owners[id(twin)] = self.owner(cell)
        twin["id"] = f"twin-{len(self.owners)}"
        return twin

    def answers(self) -> list[Any]:
        """Return the cells of the answers."""
        return [
            cell
            for cell in self.cells
            if self.owner(cell) and not is_helper(cell) and not self.is_setup(cell)
        ]


def is_helper(cell: Any) -> bool:
    """Return whether a cell is the student's own."""
    return bool(cell.get("source") == HELPER)


def right() -> HandedIn:
    """Return a notebook of correct answers, one of which needs the student's own cell."""
    path = notebooks.notebook_of(ROOT, TASK)
    page = json.loads(json.dumps(notebooks.solve(notebooks.read(path), markers=False)))
    owners = {}
    for cell in list(page["cells"]):
        name = cell["id"].removesuffix("-solution")
        if cell["id"] == "setup":  # all need its imports
            owners[id(cell)] = set(POINTS)
        if cell["id"] == f"{name}-solution":
            owners[id(cell)] = {name}
        if cell["id"] == f"{NEEDED_BY}-solution":
            assert "w.T @ X" in cell["source"]
            cell["source"] = cell["source"].replace("w.T @ X", "dot(w, X)")
            helper = {"cell_type": "code", "execution_count": None, "id": "mine", "metadata": {}}
            helper |= {"outputs": [], "source": HELPER}
            owners[id(helper)] = {name}
            page["cells"].insert(page["cells"].index(cell), helper)
    return HandedIn(page, owners)
