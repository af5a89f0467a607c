"""Make classes of students with correct answers and known mistakes of an assignment."""

from __future__ import annotations

import ast
import inspect
import random
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import nbformat
import numpy as np
from nbformat import NotebookNode

from autograder.course import notebooks
from autograder.grading.merge import MergedNotebook, code_cells
from autograder.grading.required_cells import required_cells
from tests.support import ROOT
from utils.checker.answer_key import LiveKey
from utils.checker.judge import judge
from utils.exercises import EXERCISES
from utils.exercises.exercise import Exercise

__all__ = ["TASK", "answers", "hand_in"]

TASK = "01_forward_propagation"
OWN_ANSWERS = 0.6  # share of the answers; the others are the course's solution


def hand_in(
    folder: Path, count: int, task: str = TASK, *, seed: int = 0, demonstrations: bool = True
) -> None:
    """Write the notebooks of `count` students; the seed determines the class."""
    rng = random.Random(seed)
    solved = notebooks.solve(notebooks.read(notebooks.notebook_of(ROOT, task)), markers=False)
    if not demonstrations:
        solved.cells = list(_without_demonstrations(solved))
    choices = {f"{name}-solution": answers(name) for name in EXERCISES if of(name) == task}
    for student in range(count):
        notebook = nbformat.from_dict(solved)
        for cell in notebook.cells:
            known = choices.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if known and rng.random() < OWN_ANSWERS:
                cell.source = rng.choice(known)
        place = folder / f"student{student:05}" / task
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{task}.ipynb")


def _without_demonstrations(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Yield all cells except code that is no answer, no test and not needed by an answer."""
    found = code_cells(MergedNotebook(notebook, frozenset(), ()))
    needed = {piece.name for piece in required_cells(found)}
    for cell in notebook.cells:
        if cell.cell_type != "code" or cell.metadata.get("nbgrader") or cell.id in needed:
            yield cell


def of(exercise: str) -> str:
    """Return the assignment of an exercise."""
    return EXERCISES[exercise].assignment


@cache
def answers(name: str) -> list[str]:
    """Return correct answers and known mistakes of an exercise, each as the text of a cell.

    Those that do not work in a cell are left out: they use the course's reference, or get another
    verdict there.
    """
    exercise = EXERCISES[name]
    right = [(function, True) for function in exercise.right]
    wrong = [(mistake.function, False) for mistake in exercise.mistakes]
    texts = []
    for function, accepted in [*right, *wrong]:
        text = as_cell(function, name)
        if text is not None and is_accepted(exercise, text) == accepted:
            texts.append(text)
    return texts


def is_accepted(exercise: Exercise, text: str) -> bool:
    """Return whether a cell is correct when all other answers are the reference's."""
    names: dict[str, Any] = {one.name: one.reference for one in EXERCISES.values()}
    names["np"] = np
    exec(text, names)  # the course's own code, from its own folder
    question = LiveKey().question(exercise.name, 0)
    return judge(question, names[exercise.name]).status == "correct"


def as_cell(function: Callable[..., Any], name: str) -> str | None:
    """Return the source of a function, renamed, with all that it uses from its module."""
    parts: dict[str, str] = {}
    pending = [(name, function)]
    while pending:
        called, one = pending.pop()
        if not isinstance(one, FunctionType):
            return None
        tree = ast.parse(textwrap.dedent(inspect.getsource(one))).body[0]
        if not isinstance(tree, ast.FunctionDef):
            return None
        tree.name, tree.decorator_list = called, []
        parts[called] = ast.unparse(_Unannotated().visit(tree))
        for used in {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}:
            value = one.__globals__.get(used)
            if used in parts or used in (*EXERCISES, "np") or used not in one.__globals__:
                continue
            if isinstance(value, FunctionType) and value.__module__.startswith("utils."):
                pending.append((used, value))
            elif (statement := _statement(inspect.getmodule(one), used)) is None:
                return None
            else:
                parts[used] = statement
    return "\n\n".join(reversed(parts.values()))


def _statement(module: ModuleType | None, name: str) -> str | None:
    """Return the import or assignment that defines a name in a module, or None."""
    assert module is not None
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                ours = isinstance(node, ast.ImportFrom) and str(node.module).startswith("utils")
                if (alias.asname or alias.name) == name and not ours:
                    node.names = [alias]
                    return ast.unparse(node)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.unparse(node)
    return None


class _Unannotated(ast.NodeTransformer):
    """Remove the type annotations, which students do not write."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        value = node.value
        return node if value is None else ast.Assign([node.target], value, lineno=node.lineno)
