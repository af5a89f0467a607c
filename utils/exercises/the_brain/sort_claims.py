"""Nine claims about the brain judged by their evidence; a law counts what is settled."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np

from utils.cases import Anything, Case, Returned
from utils.exercises.exercise import Exercise
from utils.reference import the_brain as reference

WORDS = ("holds", "loose", "misleading")
CLAIMS = tuple(reference.sort_claims())


def _cases(rng: np.random.Generator) -> list[Case]:
    return [Case({}, expected=Returned({claim: Anything() for claim in CLAIMS}))]


exercise = Exercise(
    name="sort_claims",
    assignment="05_the_brain",
    rubric={"values": 12},
    reference=reference.sort_claims,
    returns="verdicts",
    cases=_cases,
    laws={"claims_settled": "values"},
    secret={
        "words": list(WORDS),
        "digests": {
            claim: sha256(f"sort_claims/{claim}/{word}".encode()).hexdigest()
            for claim, word in reference.sort_claims().items()
        },
    },
    hints=(
        "Take one claim, cover the others. Ask of its evidence: does it support every word, "
        "a weaker sentence than this one, or the opposite?",
        "Say the claim aloud, then its evidence. Would you join them with 'indeed', with 'yes, "
        "but', or with 'no'? A 'but' in the evidence itself may be about something else.",
        'A similar problem, solved. "A submarine swims like a fish." Both keep their depth by '
        "changing how well they float; but a fish beats its tail, a submarine turns a screw. "
        "Part fits, part does not: loose.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake(
    "All claims hold, you say. Then the evidence should support every word of each: "
    "look for one that says the opposite."
)
def all_hold() -> Any:
    return dict.fromkeys(CLAIMS, "holds")


@exercise.mistake(
    "All claims are loose, you say. That is always safe and never quite right: "
    "some evidence here takes nothing back, some takes back everything."
)
def all_loose() -> Any:
    return dict.fromkeys(CLAIMS, "loose")


@exercise.mistake(
    "All claims mislead, you say. Then each evidence should contradict its claim: "
    "look for one that supports it word for word."
)
def all_mislead() -> Any:
    return dict.fromkeys(CLAIMS, "misleading")


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def from_the_last_claim() -> Any:
    return dict(reversed(reference.sort_claims().items()))
