"""Measure how exact results must be: ``python benchmarks/tolerances.py``.

The table has three numbers for each exercise that returns numbers. The condition says by how many
eps the result changes when every input changes by one eps, at worst over cases and seeds; there is
one for each float type of the cases. Beside it stand the tolerances, and the smallest relative
error in float64 that the check rejects, found by bisection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from utils.checker.answer_key import LiveKey
from utils.checker.cases import AnyOfShape, Approx, Case, InRange, Returned
from utils.checker.compare import tolerance
from utils.checker.judge import judge
from utils.checker.same import parts
from utils.checker.student_code import call
from utils.exercises import EXERCISES, Exercise

STEPS = {np.dtype(np.float64): 2**12, np.dtype(np.float32): 2**6}
"""The change of an input, in eps: large, so that rounding does not count."""
SLOW = {"random_search", "train_and_evaluate"}


def nudged(value: Any, rng: np.random.Generator) -> Any:
    """Return the inputs with every floating-point number changed by `STEPS` eps, up or down."""
    if isinstance(value, np.ndarray) and value.dtype in STEPS:
        step = STEPS[value.dtype] * np.finfo(value.dtype).eps
        return (value * (1 + step * rng.choice([-1, 1], value.shape))).astype(value.dtype)
    if isinstance(value, dict):
        return {key: nudged(item, rng) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(nudged(item, rng) for item in value)
    return value


def conditions(exercise: Exercise, seeds: int = 20) -> dict[np.dtype[Any], float]:
    """Return, by dtype, the largest amplification of a relative change of all inputs."""
    found: dict[np.dtype[Any], float] = {}
    for seed in range(2 if exercise.name in SLOW else seeds):
        rng = np.random.default_rng(seed)
        for case in exercise.cases(rng):
            one = call(exercise.reference, case).outcome
            moved = Case({name: nudged(value, rng) for name, value in case.args.items()})
            other = call(exercise.reference, moved).outcome
            if not (isinstance(one, Returned) and isinstance(other, Returned)):
                continue
            if isinstance(case.expected, Returned) and isinstance(case.expected.value, InRange):
                continue  # any value there is right
            pairs = zip(parts(one.value), parts(other.value), strict=False)
            for (_, before), (_, after) in pairs:
                a, b = np.asarray(before), np.asarray(after)
                if a.dtype in STEPS and a.shape == b.shape and np.isfinite(a).all() and a.any():
                    moved_by = float(np.abs(a - b).max() / np.abs(a).max())
                    times = moved_by / (STEPS[a.dtype] * float(np.finfo(a.dtype).eps))
                    found[a.dtype] = max(found.get(a.dtype, 0.0), times)
    return found


def off_by(function: Callable[..., Any], error: float) -> Callable[..., Any]:
    """Return the function with a relative error in every float64 number of its result."""

    def wrong(value: Any) -> Any:
        if isinstance(value, np.ndarray | np.floating) and value.dtype == np.float64:
            return value * (1 + error)
        if isinstance(value, float):
            return value * (1 + error)
        if isinstance(value, dict):
            return {key: wrong(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(map(wrong, value))
        return value

    return lambda *arguments: wrong(function(*arguments))


def smallest_rejected(exercise: Exercise) -> float:
    """Return the smallest systematic relative error that is rejected, to two digits."""
    question = LiveKey().question(exercise.name, 0)
    low, high = -16.0, -1.0
    while high - low > 0.02:
        middle = (low + high) / 2
        function = off_by(exercise.reference, 10**middle)
        low, high = (
            (middle, high) if judge(question, function).status == "correct" else (low, middle)
        )
    return float(10**high)


def kind(exercise: Exercise) -> str:
    """Return what an exercise returns: "array", "number", or "" for neither."""
    found = ""
    for case in LiveKey().question(exercise.name, 0).cases:
        if not isinstance(case.expected, Returned) or exercise.name in SLOW:
            continue
        for _, part in parts(case.expected.value):
            if isinstance(part, AnyOfShape):
                return ""  # random, and held to a property
            if isinstance(part, np.ndarray) and part.ndim and part.dtype.kind == "f":
                found = "array"
            elif isinstance(part, Approx | float | np.floating):
                found = found or "number"
    return found


if __name__ == "__main__":
    print(
        "| exercise | gives | condition, float32 | float64 | tolerance, float32 | float64 |", end=""
    )
    print(" smallest error rejected |\n|:--|:--|--:|--:|--:|--:|--:|")
    for exercise in EXERCISES.values():
        if given := kind(exercise):
            found, row = conditions(exercise), [exercise.name, given]
            row += [f"{found[one]:.3g}" if one in found else "" for one in reversed(STEPS)]
            row += [
                f"{tolerance(one, exercise.precision):.1e}" if one in found else ""
                for one in reversed(STEPS)
            ]
            print("|", " | ".join(row), f"| {smallest_rejected(exercise):.1e} |", flush=True)
