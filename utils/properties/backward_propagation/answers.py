"""Properties of answers that are counted: how many are right, never which."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from utils.accuracy_variants import SUSPECTS, accuracy
from utils.checker.cases import Returned
from utils.checker.compare import Finding
from utils.checker.property import Call
from utils.properties.common import Array, above_chance, digest

__all__ = ["SHOWN", "ordered_steps", "settled_lines", "told_apart"]

MOST_INPUTS = 4
SHOWN = (np.array([[0.9, 0.1, 0.8]]), np.array([[1, 0, 1]]))  # the page's own example of an input


def ordered_steps(call: Call, params: Any) -> Finding | None:
    """Check that each step is in its place; the finding says how many are, not which."""
    [answer] = call.results()
    letters = "ABCDE"
    if not isinstance(answer, str):
        return Finding("property", 'The order should be text, such as "ABCDE".')
    order = "".join(letter for letter in answer.upper() if letter.isalpha())
    if sorted(order) != list(letters):
        return Finding("property", f"Each of the letters {letters} should stand in the order once.")
    right = sum(digest("derivation_order", i, step) == params[i] for i, step in enumerate(order))
    if right == len(letters):
        return None
    sentence = f"{right} of {len(letters)} steps stand in their place."
    share = above_chance(right, 1, len(letters))
    return Finding("property", sentence, share=share, count=(right, len(letters)))


def settled_lines(call: Call, params: Any) -> Finding | None:
    """Check that, on every case, each line of the slide is answered right.

    A line is right if its verdict, its corrected value and the name of the test that would catch
    its mistake are right. The finding says how many lines are right, not which. `known` of a case
    holds for each line the value on that case's arrays, and a hash of verdict and test.
    """
    findings = [
        _settled(answers, case.expected.value.known)
        for answers, case in zip(call.results(), call.cases(), strict=True)
        if isinstance(case.expected, Returned)
    ]
    return min(filter(None, findings), key=lambda finding: finding.share, default=None)


def _settled(answers: Any, known: Any) -> Finding | None:
    """Return a finding unless the answers to one case are right for every line."""
    wanted = known["lines"]
    if not isinstance(answers, dict):
        return Finding("property", "answers should be the dictionary that the first line makes.")
    strange = [line for line in answers if line not in range(1, len(wanted) + 1)]
    ill_formed = [_ill_formed(line, answers[line]) for line in answers if line not in strange]
    settled = sum(
        line not in strange
        and _ill_formed(line, answer) is None
        and digest("slide_hunt", line, f"{answer[0]}/{answer[2]}") == wanted[line - 1]["said"]
        and _equal(answer[1], wanted[line - 1]["value"])
        for line, answer in answers.items()
    )
    share = above_chance(settled, known["guessed"], len(wanted))
    count = settled, len(wanted)
    if strange:
        sentence = f"answers has a line {strange[0]!r}; the lines are 1 to {len(wanted)}."
        return Finding("property", sentence, share=share, count=count)
    for finding in filter(None, ill_formed):
        return replace(finding, share=share, count=count)
    if settled == len(wanted):
        return None
    open_lines = len(wanted) - len(answers)
    more = f" {open_lines} have no answer yet." if open_lines > 1 else ""
    more = " One has no answer yet." if open_lines == 1 else more
    verb = "is" if settled == 1 else "are"
    sentence = f"{settled} of {len(wanted)} lines {verb} settled.{more}"
    return Finding("property", sentence, share=share, count=count)


def _ill_formed(line: int, answer: Any) -> Finding | None:
    if not isinstance(answer, tuple | list) or len(answer) != 3:
        return Finding(
            "property", f"answers[{line}] should be three things: verdict, value, catcher."
        )
    verdict, value, catcher = answer
    if not isinstance(verdict, str) or verdict not in ("right", "wrong"):
        return Finding("property", f'The verdict of line {line} should be "right" or "wrong".')
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        return Finding("property", f"The value of line {line} should be an array of numbers.")
    if not isinstance(catcher, str) or catcher not in ("nothing", "shapes", "gradients", "both"):
        return Finding(
            "property",
            f'What catches line {line} should be "nothing", "shapes", "gradients" or "both".',
        )
    if (verdict == "right") != (catcher == "nothing"):
        return Finding(
            "property",
            f'Line {line} contradicts itself: "nothing" belongs to a line that is right.',
        )
    return None


def _equal(value: Any, right: Array) -> bool:
    return value.shape == right.shape and bool(np.allclose(value, right, rtol=1e-8, atol=1e-10))


def told_apart(call: Call, params: Any) -> Finding | None:
    """Check that the right version accepts the inputs, and that they expose every wrong version.

    The finding says how many wrong versions are exposed, not which.
    """
    [inputs] = call.results()
    if not isinstance(inputs, list | tuple) or len(inputs) == 0:
        return Finding("property", "There should be a list of pairs (AL, Y), one or more.")
    if isinstance(inputs, tuple) and all(isinstance(part, np.ndarray) for part in inputs):
        return Finding(
            "property", "This is one pair by itself. Put it into a list: [(AL, Y)], for a start."
        )
    if len(inputs) > MOST_INPUTS:
        return Finding("property", f"There are {len(inputs)} pairs; {MOST_INPUTS} are enough.")
    for number, pair in enumerate(inputs, 1):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            return Finding("property", f"Input {number} is not a pair (AL, Y).")
        try:
            accuracy(*pair)
        except (ValueError, TypeError) as error:
            return Finding("property", f"Input {number} is none that accuracy must take: {error}.")
    seen = _caught(inputs)
    if seen == len(SUSPECTS):
        return None
    return Finding(
        "property",
        f"{seen} of the {len(SUSPECTS)} wrong versions show themselves; the others give what "
        "the right one gives on all your inputs.",
        share=above_chance(seen, _caught([SHOWN]), len(SUSPECTS)),
        count=(seen, len(SUSPECTS)),
    )


def _caught(inputs: Any) -> int:
    """Return how many wrong versions give another accuracy than the right one on these inputs."""
    return sum(any(_differs(version, *pair) for pair in inputs) for version in SUSPECTS)


def _differs(version: Callable[[Any, Any], float], AL: Any, Y: Any) -> bool:
    with contextlib.suppress(Exception), np.errstate(all="ignore"):
        return not bool(abs(version(AL, Y) - accuracy(AL, Y)) < 1e-9)
    return True
