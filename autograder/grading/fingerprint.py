"""Hash everything that decides how an exercise is judged, so that no outdated verdict is reused.

No module is listed by hand. The modules are found by following the imports in their source text,
starting with the one that judges and those that are looked up by an exercise's name.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from autograder.course import bundle, notebooks
from autograder.course.imports import files_of, imported
from autograder.grading import judging, reading
from autograder.grading.verdict_cache import digest
from utils.checker.course import property_module
from utils.exercises import EXERCISES, module_of

__all__ = ["Fingerprints"]


class Fingerprints:
    """The fingerprints of a course's exercises, each computed once.

    Parameters
    ----------
    root : Path
        The course's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._hashes: dict[Path, str] = {}  # of each file's content
        self._imports: dict[Path, frozenset[str]] = {}
        self._modules: dict[str, list[Path]] = {}  # the files of each module
        # Of each notebook, the modules that it imports, and its data files.
        self._notebooks: dict[str, tuple[frozenset[str], frozenset[Path]]] = {}
        self._fingerprints: dict[str, str] = {}

    def fingerprint(self, exercise: str) -> str:
        """Return a hash of all that decides a verdict besides the answer and the settings.

        It covers the modules that judging imports, the data that the notebook loads, the
        fingerprints of the exercises that this one builds on, and the versions of Python and NumPy.
        """
        if exercise not in self._fingerprints:
            files = [
                (file.relative_to(self._root).as_posix(), self._hashes[file])
                for file in sorted(self.files(exercise))
            ]
            builds_on = [self.fingerprint(name) for name in EXERCISES[exercise].builds_on]
            versions = (platform.python_version(), version("numpy"))
            self._fingerprints[exercise] = digest(exercise, files, builds_on, versions)
        return self._fingerprints[exercise]

    def reading(self) -> str:
        """Return a hash of the modules that decide how a submission is read."""
        files = self._closure({reading.__name__})
        return digest([(file.name, self._hashes[file]) for file in sorted(files)])

    def files(self, exercise: str) -> set[Path]:
        """Return the files of all modules that judging an exercise imports, and its data.

        The modules are imported by the judging code, by the modules of the exercise and its
        properties, or by its notebook, whose imports and data a student's code may use.
        """
        found = EXERCISES[exercise]
        modules, data = self._used_by_notebook(found.assignment)
        by_name = {judging.__name__, module_of(found), property_module(found.assignment)}
        return self._closure(by_name | modules) | data

    def _used_by_notebook(self, assignment: str) -> tuple[frozenset[str], frozenset[Path]]:
        if assignment not in self._notebooks:
            notebook = notebooks.read(notebooks.notebook_of(self._root, assignment))
            cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
            data = frozenset(self._root / name for name in bundle.data_of(notebook))
            for file in data:
                self._hashes[file] = hashlib.sha256(file.read_bytes()).hexdigest()
            self._notebooks[assignment] = frozenset().union(*map(imported, cells)), data
        return self._notebooks[assignment]

    def _closure(self, modules: Iterable[str]) -> set[Path]:
        found, pending = set[Path](), set(modules)
        while pending:
            for file in self._files_of(pending.pop()):
                if file not in found:
                    found.add(file)
                    pending |= self._imported(file)
        return found

    def _files_of(self, module: str) -> list[Path]:
        if module not in self._modules:
            self._modules[module] = files_of(self._root, module)
        return self._modules[module]

    def _imported(self, file: Path) -> frozenset[str]:
        if file not in self._imports:
            text = file.read_text(encoding="utf-8")
            self._hashes[file] = digest(text)
            self._imports[file] = imported(text, by_name=True)
        return self._imports[file]
