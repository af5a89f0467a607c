"""Nine claims about the brain judged by their evidence; a property counts what is settled."""

from __future__ import annotations

from collections import defaultdict
from hashlib import sha256
from typing import Any

import numpy as np

from utils.checker.cases import Anything, Case, Returned
from utils.exercises.exercise import Exercise
from utils.reference import the_brain as reference

WORDS = ("holds", "loose", "misleading")
CLAIMS = tuple(reference.sort_claims())

# What the last page says of each claim once all are settled. In `utils.spiking_neuron` each is
# sealed with its word, so that a bundle does not show it: `utils.sealed.seal(reason, word)`.
REASONS = {
    "bend": (
        "Both ends bend in both: nothing below the threshold and a limit above it "
        "here, two flat ends there."
    ),
    "rate": (
        "A stronger stimulus does give a higher rate, but the owl shows that the times "
        "of single spikes count as well."
    ),
    "alone": (
        "A single neuron can tell XOR, which no logistic unit can: the very point of "
        "the claim is wrong."
    ),
    "energy": (
        "Both halves are supported: spikes take most of the energy for signals, and a "
        "product with 0 is as much work as any other."
    ),
    "learning": (
        "Lasting changes of synapses are found, and learning suffers without them; in "
        "a network, training changes the weights."
    ),
    "signs": (
        "Both kinds exist in both, but one neuron has only one of them and keeps it, "
        "while a weight may change its sign."
    ),
    "backward": (
        "It is not known: no path for the errors has been found, and its authors said "
        "so themselves."
    ),
    "layers": (
        "One stage does build on the one before, but most joined areas are joined in "
        "both directions, and some paths skip stages."
    ),
    "size": (
        "Weights are counted against neurons: the counterpart of a weight is a "
        "connection, and each neuron has thousands."
    ),
}


def _cases(rng: np.random.Generator) -> list[Case]:
    return [Case({}, expected=Returned(Anything()), earns="claims")]


exercise = Exercise(
    name="sort_claims",
    assignment="05_the_brain",
    rubric={"claims": 12},
    reference=reference.sort_claims,
    returns="verdicts",
    cases=_cases,
    properties={"claims_settled": "claims"},
    params={
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


@exercise.mistake(
    "The question marks are still there. Take one claim, read what stands under it, and begin."
)
def question_marks() -> Any:
    return dict.fromkeys(CLAIMS, "?")


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("the name holds is not defined.")
def word_without_quotes() -> Any:
    verdicts = dict.fromkeys(CLAIMS, holds)
    return verdicts


@exercise.raising_mistake("verdicts has no key 'bend'.")
def compared_for_set() -> Any:
    verdicts: Any = {}
    verdicts["bend"] == "?"  # noqa: B015
    return verdicts


@exercise.raising_mistake("the name verdicts is not defined.")
def answers_misnamed() -> Any:
    verdict = dict.fromkeys(CLAIMS, "?")
    return verdicts


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def from_the_last_claim() -> Any:
    return dict(reversed(reference.sort_claims().items()))


@exercise.correct_variant
def word_by_word() -> Any:
    drawers = {word: [c for c, w in reference.sort_claims().items() if w == word] for word in WORDS}
    return {claim: word for word, claims in drawers.items() for claim in claims}


@exercise.correct_variant
def one_after_another() -> Any:
    verdicts = {}
    for claim in sorted(CLAIMS):
        verdicts[claim] = reference.sort_claims()[claim]
    return verdicts


@exercise.correct_variant
def filled_in() -> Any:
    verdicts = dict.fromkeys(CLAIMS, "?")
    verdicts.update(reference.sort_claims())
    return verdicts


@exercise.correct_variant
def from_two_lists() -> Any:
    words = [reference.sort_claims()[claim] for claim in CLAIMS]
    return dict(zip(CLAIMS, words, strict=True))


@exercise.correct_variant
def with_keywords() -> Any:
    return dict(**reference.sort_claims())


@exercise.correct_variant
def by_exception() -> Any:
    verdicts: Any = defaultdict(lambda: "loose")
    for claim, word in reference.sort_claims().items():
        if word != "loose":
            verdicts[claim] = word
    return {claim: verdicts[claim] for claim in CLAIMS}


@exercise.correct_variant
def in_a_dictionary_of_another_make() -> Any:
    verdicts: Any = defaultdict(str)
    verdicts |= reference.sort_claims()
    return verdicts


@exercise.correct_variant
def words_by_number() -> Any:
    numbers = {claim: WORDS.index(word) for claim, word in reference.sort_claims().items()}
    return {str(claim): np.array(WORDS)[number] for claim, number in numbers.items()}
