"""Property of answers in words: how many are right, never which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from utils.checker.cases import Unsupported
from utils.checker.compare import Finding
from utils.checker.property import Call
from utils.properties.common import digest

__all__ = ["all_settled"]


def all_settled(call: Call, params: Any) -> Finding | None:
    """Check that every item has its right word; the finding says how many have, never which.

    `params` holds the exercise's name, the words to choose from, the items whose answers the page
    gives away, and for each item a hash of its answer.
    """
    [answers] = call.results()
    words, digests = params["words"], params["digests"]
    if not isinstance(answers, dict):
        return Finding("property", "The result should be the dictionary of your answers.")
    right = {
        item: next(w for w in words if digest(params["exercise"], item, w) == hashed)
        for item, hashed in digests.items()
    }
    agreed = [item for item in right if _is(answers.get(item), right[item])]
    asked = [(answers.get(item), right[item]) for item in right if item not in params["given"]]
    share = min(_beyond_chance(asked, words), len(agreed) / len(answers.keys() | right.keys()))
    count = len(agreed), len(right)
    missing = [item for item in digests if item not in answers]
    if missing:
        sentence = f'There is no answer for "{missing[0]}" yet.'
        return Finding("property", sentence, share=share, count=count)
    extra = [item for item in answers if item not in digests]
    if extra:
        return Finding(
            "property", f'"{extra[0]}" is none of the names that are asked for.', share=share
        )
    for item, answer in answers.items():
        if not (isinstance(answer, str) and answer in words):
            listed = ", ".join(f'"{word}"' for word in words)
            shown = answer.description if isinstance(answer, Unsupported) else f"{answer!r:.40}"
            sentence = f'"{item}" has the answer {shown}; choose among {listed}.'
            return Finding("property", sentence, share=share, count=count)
    if len(agreed) == len(right):
        return None
    sentence = f"{len(agreed)} of {len(right)} are settled."
    return Finding("property", sentence, share=share, count=count)


def _is(answer: Any, word: str) -> bool:
    return isinstance(answer, str) and answer == word


def _beyond_chance(pairs: Sequence[tuple[Any, str]], words: Sequence[str]) -> float:
    """Return Cohen's kappa, at least 0: 1 if all answers agree, 0 for one word throughout."""
    n = len(pairs)
    agreed = sum(_is(answer, right) for answer, right in pairs) / n
    by_chance = sum(
        sum(_is(answer, word) for answer, _ in pairs) * sum(right == word for _, right in pairs)
        for word in words
    ) / (n * n)
    return max(0.0, (agreed - by_chance) / (1 - by_chance)) if by_chance < 1 else 0.0
