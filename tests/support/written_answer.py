"""Make answers from source, as if written in a cell, and judge them."""

import linecache
from textwrap import dedent

import numpy as np

from utils.checker.answer_key import LiveKey
from utils.checker.judge import judge


def written(source, name, **more):
    """Return a function whose source lines are known, as if written in a cell."""
    source = dedent(source).strip() + "\n"
    cell = f"<cell {abs(hash(source))}>"
    linecache.cache[cell] = (len(source), None, source.splitlines(True), cell)
    namespace = {"np": np, **more}
    exec(compile(source, cell, "exec"), namespace)
    return namespace[name]


def verdict_on(source, name, key=None, **more):
    """Return the verdict on an answer given as source, by default with the live key."""
    return judge((key or LiveKey()).question(name, 5), written(source, name, **more))
