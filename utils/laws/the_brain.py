"""Laws of notebook 05: how many of the claims are settled, never which."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from utils.cases import Case
from utils.comparing import Finding
from utils.laws.law import Ask, Law

__all__ = ["LAWS"]


def claims_settled(ask: Ask, secret: Any) -> Finding | None:
    """Every claim must have one of the words, and the right one.

    `secret` holds the words, and for each claim a digest of its right word, so that the
    answers do not meet the eye of someone who opens the key out of curiosity.
    """
    verdicts = ask(Case({}))
    words = secret["words"]
    listed = ", ".join(f'"{word}"' for word in words[:-1]) + f' or "{words[-1]}"'
    for claim, said in verdicts.items():
        if not isinstance(said, str) or said not in words:
            return Finding("law", f'The word for "{claim}" is {said!r}, expected {listed}.')
    settled = sum(
        sha256(f"sort_claims/{claim}/{said}".encode()).hexdigest() == secret["digests"].get(claim)
        for claim, said in verdicts.items()
    )
    if settled == len(verdicts):
        return None
    unused = [word for word in words if word not in verdicts.values()]
    advice = (
        f'You call none of them "{unused[0]}"; is there really none?'
        if unused
        else "Read the evidence of those you doubt once more, against every word of the claim."
    )
    return Finding("law", f"{settled} of {len(verdicts)} claims are settled. {advice}")


LAWS: dict[str, Law] = {"claims_settled": claims_settled}
