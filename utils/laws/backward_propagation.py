"""Laws of notebook 02: answers that are counted rather than compared."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np

from utils.cases import Case
from utils.comparing import Finding
from utils.laws.law import Ask, Law
from utils.suspects import SUSPECTS, accuracy

__all__ = ["LAWS", "digest"]

MOST_INPUTS = 4


def digest(exercise: str, item: object, answer: object) -> str:
    """What an answer key holds in place of an answer."""
    return hashlib.sha256(f"{exercise}/{item}/{answer}".encode()).hexdigest()


def ordered_steps(ask: Ask, secret: Any) -> Finding | None:
    """Each step must stand in its place; told is how many do."""
    answer = ask(Case({}))
    letters = "ABCDE"
    if not isinstance(answer, str):
        return Finding("law", 'The order should be text, such as "ABCDE".')
    order = answer.upper().replace(" ", "").replace(",", "")
    if sorted(order) != list(letters):
        return Finding("law", f"Each of the letters {letters} should stand in the order once.")
    right = sum(digest("derivation_order", i, step) == secret[i] for i, step in enumerate(order))
    if right == len(letters):
        return None
    return Finding("law", f"{right} of {len(letters)} steps stand in their place.")


def settled_lines(ask: Ask, secret: Any) -> Finding | None:
    """Every line of the slide must be judged, mended and its catcher named; told is how many are.

    `secret` holds the arrays of one backward pass, the value of each line, and a digest
    of what must be said of it.
    """
    inputs = {name: _arrays(value) for name, value in secret["inputs"].items()}
    answers = ask(Case(inputs))
    wanted = secret["lines"]
    if not isinstance(answers, dict):
        return Finding("law", "answers should be the dictionary that the first line makes.")
    strange = [line for line in answers if line not in range(1, len(wanted) + 1)]
    if strange:
        return Finding(
            "law", f"answers has a line {strange[0]!r}; the lines are 1 to {len(wanted)}."
        )
    for line, answer in answers.items():
        finding = _ill_formed(line, answer)
        if finding is not None:
            return finding
    settled = sum(
        digest("slide_hunt", line, f"{answer[0]}/{answer[2]}") == wanted[line - 1]["said"]
        and _equal(answer[1], wanted[line - 1]["value"])
        for line, answer in answers.items()
    )
    if settled == len(wanted):
        return None
    open_lines = len(wanted) - len(answers)
    more = f" {open_lines} have no answer yet." if open_lines > 1 else ""
    more = " One has no answer yet." if open_lines == 1 else more
    verb = "is" if settled == 1 else "are"
    return Finding("law", f"{settled} of {len(wanted)} lines {verb} settled.{more}")


def _arrays(value: Any) -> Any:
    """The arrays of an answer key's plain lists: one array, or a tuple of them by layer."""
    if isinstance(value, dict):
        return tuple(None if part is None else np.array(part) for part in value["layers"])
    return np.array(value)


def _ill_formed(line: int, answer: Any) -> Finding | None:
    if not isinstance(answer, tuple | list) or len(answer) != 3:
        return Finding("law", f"answers[{line}] should be three things: verdict, value, catcher.")
    verdict, value, catcher = answer
    if not isinstance(verdict, str) or verdict not in ("right", "wrong"):
        return Finding("law", f'The verdict of line {line} should be "right" or "wrong".')
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        return Finding("law", f"The value of line {line} should be an array of numbers.")
    if not isinstance(catcher, str) or catcher not in ("nothing", "shapes", "gradients", "both"):
        return Finding(
            "law", f'What catches line {line} should be "nothing", "shapes", "gradients" or "both".'
        )
    if (verdict == "right") != (catcher == "nothing"):
        return Finding(
            "law", f'Line {line} contradicts itself: "nothing" belongs to a line that is right.'
        )
    return None


def _equal(value: Any, wanted: list[list[float]]) -> bool:
    right = np.array(wanted)
    return value.shape == right.shape and bool(np.allclose(value, right, rtol=1e-8, atol=1e-10))


def told_apart(ask: Ask, secret: Any) -> Finding | None:
    """The inputs must suit the right version, and show every wrong one; told is how many."""
    inputs = ask(Case({}))
    if not isinstance(inputs, list | tuple) or len(inputs) == 0:
        return Finding("law", "There should be a list of pairs (AL, Y), one or more.")
    if len(inputs) > MOST_INPUTS:
        return Finding("law", f"There are {len(inputs)} pairs; {MOST_INPUTS} are enough.")
    for number, pair in enumerate(inputs, 1):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            return Finding("law", f"Input {number} is not a pair (AL, Y).")
        try:
            accuracy(*pair)
        except (ValueError, TypeError) as error:
            return Finding("law", f"Input {number} is none that accuracy must take: {error}.")
    seen = sum(any(_differs(version, *pair) for pair in inputs) for version in SUSPECTS)
    if seen == len(SUSPECTS):
        return None
    return Finding(
        "law",
        f"{seen} of the {len(SUSPECTS)} wrong versions show themselves; the others give what "
        "the right one gives on all your inputs.",
    )


def _differs(version: Callable[[Any, Any], float], AL: Any, Y: Any) -> bool:
    with contextlib.suppress(Exception), np.errstate(all="ignore"):
        return not bool(abs(version(AL, Y) - accuracy(AL, Y)) < 1e-9)
    return True


LAWS: dict[str, Law] = {
    "ordered_steps": ordered_steps,
    "settled_lines": settled_lines,
    "told_apart": told_apart,
}
