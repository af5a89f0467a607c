"""Run an answer among the cells of its notebook, and return the verdict on it."""

import inspect
import linecache
from itertools import count
from textwrap import dedent

import numpy as np
import pytest

from utils.check import check, hint, ready
from utils.checker.verdict import CheckFailed
from utils.reference import (
    backward_propagation,
    experiments,
    forward_propagation,
    hyperparameters,
    matrix_dimensions,
)

CELLS = count()
PAGES = (
    forward_propagation,
    backward_propagation,
    matrix_dimensions,
    hyperparameters,
    experiments,
)


def run_cell(source, names):
    """Run a cell of a notebook, with a file of its own, as IPython gives it."""
    source, cell = dedent(source).strip() + "\n", f"<cell {next(CELLS)} of a notebook>"
    linecache.cache[cell] = (len(source), None, source.splitlines(True), cell)
    exec(compile(source, cell, "exec"), names)


def notebook(exercise):
    """Return the names of a notebook in which all exercises but this one are solved."""
    names = {"np": np, "check": check, "hint": hint, "ready": ready, "__name__": "__main__"}
    names |= {"In": [""], "Out": {}, "exit": exit}  # what IPython puts there
    page = next(one for one in PAGES if exercise in vars(one))
    names |= {key: value for key, value in vars(page).items() if key[0] != "_"}
    for function in [one for one in vars(page).values() if inspect.isfunction(one)]:
        if function.__module__ == page.__name__ and function.__name__ != exercise:
            lines = inspect.getsource(function)
            run_cell(f"from __future__ import annotations\n{lines}", names)
    names.pop(exercise, None)
    return names


def read(exercise, source, *before):
    """Return the verdict on an answer in a notebook, after the cells `before` it."""
    names = notebook(exercise)
    for cell in (*before, source):
        run_cell(cell, names)
    with pytest.raises(CheckFailed) as failure:
        run_cell(f'check("{exercise}", seed=5)', names)
    return failure.value.verdict
