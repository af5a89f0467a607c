"""Five steps of a derivation put in order; there is nothing to ask but the one answer."""

from __future__ import annotations

from typing import Any

from utils.cases import Anything, Case, Returned
from utils.exercises.exercise import Exercise
from utils.laws.backward_propagation import digest
from utils.reference import backward_propagation as reference

exercise = Exercise(
    name="derivation_order",
    assignment="02_backward_propagation",
    rubric={"values": 5},
    reference=reference.derivation_order,
    returns="order",
    cases=lambda rng: [Case({}, expected=Returned(Anything()))],
    laws={"ordered_steps": "values"},
    secret=[
        digest("derivation_order", i, step) for i, step in enumerate(reference.derivation_order())
    ],
    hints=(
        "Begin with what is known before any slope is taken: how the forward pass made Z.",
        "One weight first, then one example, then all examples, then all weights at once. "
        "The mean comes last.",
        "A similar problem, solved, for the bias: Z is a sum with b in it; its slope for b is 1; "
        "add over the examples; that is the row sum of dZ; divide by m.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("This is the order in which they stand on the page, which is shuffled.")
def as_printed() -> Any:
    return "ABCDE"


@exercise.mistake(
    "The derivation runs backwards: it should begin with what is known and end with dW."
)
def from_the_end() -> Any:
    return reference.derivation_order()[::-1]


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def in_small_letters() -> Any:
    return "d, b, e, a, c"
