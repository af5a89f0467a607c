"""Properties for notebook 03: counts add up, no loop over the examples, a guard's message."""

from __future__ import annotations

import re
from time import perf_counter, sleep
from typing import Any

import numpy as np

from utils.checker.cases import Case, Raised, Returned, Run
from utils.checker.compare import Finding
from utils.checker.property import Call, Property

__all__ = ["PROPERTIES"]

MANY = 20_000  # examples
TRIES = 8
PAUSE = 0.02  # seconds after the first slow try; after each more, as much longer
CALM = 6  # of these tries, where a loop over the entries alone is to be told


def layers_add_up(call: Call, params: Any) -> Finding | None:
    """Check that a network's count of parameters is the sum of its layers' counts."""
    sizes = [7, 3, 11, 2]
    dims = [sizes, *(sizes[l : l + 2] for l in range(3))]
    whole, *layers = call.all([Case({"layer_dims": one}) for one in dims])
    if whole == sum(layers) and min(layers) > 0:
        return None
    counts = " + ".join(f"{one:.8g}" for one in layers)
    return Finding(
        "property",
        f"Layer by layer, as networks of their own, [7, 3], [3, 11] and [11, 2] have {counts} "
        f"parameters by your count, and [7, 3, 11, 2] as a whole has {whole:.8g}.",
    )


def no_loop_over_examples(call: Call, params: Any) -> Finding | None:
    """Check that 20,000 examples take less time than a Python loop with one np.tanh a column.

    A layer of two units shows a loop over the columns. One of twelve units shows a loop over the
    entries, be it a comprehension, map or np.vectorize; it counts only while the machine is calm.
    Neither has so many products that NumPy uses several threads, whose time varies.

    All are timed here and now, so a slow computer slows all. A vectorized layer takes about a tenth
    of the loop's time; a layer in a loop does all that the loop does and more. The layer gets
    eight tries, with growing pauses after slow ones, and the loop is timed by its fastest piece of
    500 examples, so a busy moment of the computer fails nobody. Each try has new numbers, so no
    result can be prepared.

    Speed alone earns nothing: the result must depend on the products of weights and inputs. The
    right values are those of the loop on the page.
    """
    rng = np.random.default_rng()
    small = _layer(2, 3)
    X = rng.uniform(-1, 1, (3, MANY))
    A = call(Case({"X": X, **small}))
    halved = call(Case({"X": 2 * X, "W": small["W"] / 2, "b": small["b"]}))
    if not (np.ptp(A, axis=1).all() and np.allclose(A, halved)):
        return Finding(
            "property",
            "Inputs twice as large with weights half as large should give the same A, as every "
            "W[j, k] · X[k, i] stays what it was. Here something else counts.",
        )
    pieces = [X[:, at : at + 500] for at in range(0, MANY, 500)]
    limit = len(pieces) * min(map(_looking_at_each, pieces))
    return _in_a_loop(call, small, limit, rng) or _in_a_loop(call, _layer(12, 1), limit, rng, CALM)


def _layer(n: int, n_prev: int) -> dict[str, Any]:
    W = np.linspace(-1, 1, n * n_prev).reshape(n, n_prev)
    return {"W": W, "b": np.linspace(0.5, -0.25, n).reshape(n, 1)}


def _in_a_loop(
    call: Call, layer: dict[str, Any], limit: float, rng: np.random.Generator, calm: int = 0
) -> Finding | None:
    """Return a finding if a layer takes longer than `limit`, or is in time with wrong numbers.

    Of its tries, at least `calm` must come while np.tanh alone takes a small part of `limit`.
    """
    W, b = layer["W"], layer["b"]
    found_calm = 0
    for number in range(TRIES):
        X = rng.uniform(-1, 1, (W.shape[1], MANY))
        alone = _seconds_of_tanh(len(W)) if calm else 0
        run = call.run(Case({"X": X, **layer}))
        if run.seconds >= limit:
            found_calm += max(alone, _seconds_of_tanh(len(W)) if calm else 0) < limit / 3
            sleep((number + 1) * PAUSE)  # ask again later: the machine may be busy now
            continue
        for i in rng.integers(MANY, size=7):
            for j in range(len(W)):
                z = b[j, 0]
                for k in range(W.shape[1]):
                    z = z + W[j, k] * X[k, i]
                if not np.isclose(_returned(run)[j, i], np.tanh(z), rtol=1e-9):
                    fault = "There is no loop in it, but other numbers come than with one"
                    sentence = f"{fault}: give both one tiny X, and compare."
                    return Finding("property", sentence, share=0.5)
        return None
    if found_calm < calm:
        return None
    sentence = f"{MANY:,} examples take as long as with a loop over them: do all columns at once."
    return Finding("property", sentence)


def _seconds_of_tanh(n: int) -> float:
    """Return how long np.tanh of n units takes, which is long on a busy machine."""
    sums = np.full((n, MANY), 0.5)
    start = perf_counter()
    np.tanh(sums)
    return perf_counter() - start


def _looking_at_each(X: Any) -> float:
    """Return the seconds of a loop over the columns of X, too few for an interruption."""
    start = perf_counter()
    for i in range(X.shape[1]):
        np.tanh(X[:, i])
    return perf_counter() - start


def _returned(run: Run) -> Any:
    assert isinstance(run.outcome, Returned)
    return run.outcome.value


def says_what_is_wrong(call: Call, params: Any) -> Finding | None:
    """Check that the message of a ValueError names the first wrong parameter and both its shapes.

    `params` lists the attempts: sizes, the shapes of all parameters in the order of the dictionary,
    and the name, the shape and the expected shape of the first that is wrong. An empty name stands
    for parameters that are right; for those, raising nothing earns nothing.
    """
    cases = [_guarded(*tried) for tried in params]
    sentences = [
        _wrong_with_guard(raised, *tried[2:])
        for raised, tried in zip(call.all(cases), params, strict=True)
    ]
    wrong = [sentence for sentence in sentences if sentence]
    if not wrong:
        return None
    loud = sum(bool(name) for _, _, name, _, _ in params)
    right = max(0, loud - len(wrong))
    return Finding("property", wrong[0], share=right / loud, count=(right, loud))


def _guarded(layer_dims: Any, shapes: Any, name: str, has: Any, expected: Any) -> Case:
    """Return a case of check_dimensions: it must raise about `name`, or not raise if that is ""."""
    args = {"parameters": {key: np.ones(shape) for key, shape in shapes}, "layer_dims": layer_dims}
    return Case(args, expected=Raised("ValueError") if name else None)


def _wrong_with_guard(raised: Any, name: str, has: Any, expected: Any) -> str:
    """Return what is wrong with a guard's behavior, or "" if nothing is."""
    if not name:
        return "" if raised is None else "For parameters that are right it should return None."
    shapes = f"{name} is {has}, and should be {expected}"
    if not isinstance(raised, Raised):
        return f"{shapes}: a ValueError is due, and none came."
    unsaid = _unsaid(raised.message, name, tuple(has), tuple(expected))
    return f"{shapes}. The message “{raised.message}” {unsaid}." if unsaid else ""


def _unsaid(message: str, name: str, has: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """Return what a message lacks, or "" if nothing; the wording is free."""
    named = re.findall(r"(?<![A-Za-z0-9_])[Wb]\d+", message)
    if name not in named:
        return f"does not name {name}"
    if named[0] != name:
        return f"names {named[0]} first"
    # W1 and float64 are words; the x of 4x3 stands between two numbers.
    sizes = re.sub(r"(?<!\d)[A-Za-z_]+\d+", " ", message)
    numbers = [int(n) for n in re.findall(r"\d+", sizes)]
    for pair in ((has, expected), (expected, has)):  # "7 rows for 17, 12 columns for 7"
        if len(has) == len(expected) and _places(numbers, sum(zip(*pair, strict=True), ())):
            return ""
    for i in _places(numbers, expected):
        rest = [*numbers[:i], -1, *numbers[i + len(expected) :]]
        if _places(rest, has):
            return ""
    missing = "the shape it should have" if not _places(numbers, expected) else "the shape it has"
    return f"does not say {missing}"


def _places(numbers: list[int], shape: tuple[int, ...]) -> list[int]:
    """Return the positions where the sizes of a shape stand side by side."""
    span = len(shape)
    return [i for i in range(len(numbers)) if tuple(numbers[i : i + span]) == shape]


PROPERTIES: dict[str, Property] = {
    "layers_add_up": layers_add_up,
    "no_loop_over_examples": no_loop_over_examples,
    "says_what_is_wrong": says_what_is_wrong,
}
