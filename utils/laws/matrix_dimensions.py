"""Laws of notebook 03: no loop over the examples; a sentence that says what is wrong."""

from __future__ import annotations

import re
from time import perf_counter
from typing import Any

import numpy as np

from utils.cases import Case, Raised
from utils.comparing import Finding
from utils.laws.law import Ask, Law

__all__ = ["LAWS"]


def no_loop_over_examples(ask: Ask, secret: Any) -> Finding | None:
    """20,000 examples must take less time than a Python loop that only looks at each.

    Both are timed here and now, so a slow computer slows both. A vectorized layer takes
    about a tenth of the loop; a layer in a loop does all that the loop does and more. The
    layer gets eight tries, the loop one that counts, so a computer that is busy for a
    moment blames nobody. Each try has numbers of its own, which nobody can have ready, and the
    time counts only where some columns, asked for by themselves, are the same.
    """
    m = 20_000
    rng = np.random.default_rng()
    W, b = np.linspace(-1, 1, 6).reshape(2, 3), np.ones((2, 1))
    X = rng.uniform(-1, 1, (3, m))
    start = perf_counter()
    for i in range(m):
        np.tanh(X[:, i])
    limit = perf_counter() - start
    for _ in range(8):
        X, some = rng.uniform(-1, 1, (3, m)), rng.integers(m, size=7)
        start = perf_counter()
        A = ask(Case({"X": X, "W": W, "b": b}))
        seconds = perf_counter() - start
        few = ask(Case({"X": X[:, some], "W": W, "b": b}))
        if np.shape(A) != (2, m) or not np.allclose(A[:, some], few):
            return Finding("law", f"With {m:,} examples, the values are not those of each alone.")
        if seconds < limit:
            return None
    return Finding(
        "law",
        f"The values are right, but {m:,} examples take as long as with a loop over them: "
        "do all columns at once.",
    )


def says_what_is_wrong(ask: Ask, secret: Any) -> Finding | None:
    """A ValueError's sentence must name the first wrong parameter and both its shapes.

    The secret lists what to try: sizes, the shapes of all parameters in the order of the
    dictionary, and the name, the shape and the due shape of the first that is wrong. An
    empty name stands for parameters that are right.
    """
    for layer_dims, shapes, name, has, due in secret:
        parameters = {key: np.ones(shape) for key, shape in shapes}
        if not name:
            case = Case({"parameters": parameters, "layer_dims": layer_dims})
            if ask(case) is not None:
                return Finding("law", "For parameters that are right it should return None.")
            continue
        case = Case(
            {"parameters": parameters, "layer_dims": layer_dims}, expected=Raised("ValueError")
        )
        raised = ask(case)
        if not isinstance(raised, Raised):
            said = f"{name} is {has}, and should be {due}: a ValueError is due, and none came."
            return Finding("law", said)
        wrong = _unsaid(raised.message, name, tuple(has), tuple(due))
        if wrong:
            said = f"{name} is {has}, and should be {due}. The message “{raised.message}” {wrong}."
            return Finding("law", said)
    return None


def _unsaid(message: str, name: str, has: tuple[int, ...], due: tuple[int, ...]) -> str:
    """What is missing in a message; empty where nothing is. The wording is free."""
    named = re.findall(r"(?<![A-Za-z0-9_])[Wb]\d+", message)
    if name not in named:
        return f"does not name {name}"
    if named[0] != name:
        return f"names {named[0]} first"
    numbers = [int(n) for n in re.findall(r"\d+", re.sub(r"[A-Za-z_]+\d+", " ", message))]
    for i in _places(numbers, due):
        rest = [*numbers[:i], -1, *numbers[i + len(due) :]]
        if _places(rest, has):
            return ""
    missing = "the shape it should have" if not _places(numbers, due) else "the shape it has"
    return f"does not say {missing}"


def _places(numbers: list[int], shape: tuple[int, ...]) -> list[int]:
    """Where the sizes of a shape stand side by side."""
    span = len(shape)
    return [i for i in range(len(numbers)) if tuple(numbers[i : i + span]) == shape]


LAWS: dict[str, Law] = {
    "no_loop_over_examples": no_loop_over_examples,
    "says_what_is_wrong": says_what_is_wrong,
}
