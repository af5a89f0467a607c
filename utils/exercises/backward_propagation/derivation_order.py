"""Five steps of a derivation put in order; there is nothing to ask but the one answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Anything, Case, Returned
from utils.exercises.exercise import Exercise
from utils.properties.common import digest
from utils.reference import backward_propagation as reference

exercise = Exercise(
    name="derivation_order",
    assignment="02_backward_propagation",
    rubric={"order": 5},
    reference=reference.derivation_order,
    returns="order",
    cases=lambda rng: [Case({}, expected=Returned(Anything()), earns="order")],
    properties={"ordered_steps": "order"},
    params=[
        digest("derivation_order", i, step) for i, step in enumerate(reference.derivation_order())
    ],
    hints=(
        "Begin with what is known before any slope is taken: how the forward pass made Z.",
        "Ask of each step what it needs: a slope needs what it is the slope of, a sum over paths "
        "needs the paths, all weights at once need one weight.",
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


def _exchanged(i: int, j: int) -> str:
    letters = list(reference.derivation_order())
    letters[i], letters[j] = letters[j], letters[i]
    return "".join(letters)


@exercise.mistake(
    "Two neighbors among the last three are exchanged: can one know all of W before a single entry "
    "of it?"
)
def end_exchanged() -> Any:
    return _exchanged(3, 4)


@exercise.mistake("It begins with how far Z moves. What must be known of Z before that?")
def beginning_exchanged() -> Any:
    return _exchanged(0, 1)


@exercise.mistake(
    "The chain rule comes too early. Which step says how far Z moves when the weight does?"
)
def chain_rule_too_early() -> Any:
    return _exchanged(1, 2)


@exercise.mistake("All of W comes too early: first one entry of it, then all.")
def product_too_early() -> Any:
    return _exchanged(2, 3)


@exercise.mistake("The last step cannot be first: begin with what the forward pass did.")
def last_step_first() -> Any:
    order = reference.derivation_order()
    return order[-1] + order[:-1]


@exercise.mistake(
    "The letters came as a list. Asked for is one text: all five in one pair of quotes."
)
def as_a_list() -> Any:
    return list(reference.derivation_order())


@exercise.mistake("The text is empty: put the five letters into it.")
def empty_text() -> Any:
    return ""


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("the name ABCDE is not defined.")
def quotes_forgotten() -> Any:
    order = ABCDE
    return order


@exercise.raising_mistake("order is used before it has a value.")
def begun_with_nothing() -> Any:
    order += "A"
    return order


@exercise.raising_mistake("a list has no .join.")
def join_the_wrong_way() -> Any:
    order = ["A", "B", "C", "D", "E"].join("")
    return order


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def in_small_letters() -> Any:
    return "d, b, e, a, c"


@exercise.correct_variant
def with_spaces() -> Any:
    return " D B E A C "


@exercise.correct_variant
def joined_from_a_list() -> Any:
    return "".join(["D", "B", "E", "A", "C"])


@exercise.correct_variant
def with_commas() -> Any:
    return ",".join("DBEAC")


@exercise.correct_variant
def as_numpy_text() -> Any:
    return np.str_("DBEAC")


@exercise.correct_variant
def letter_by_letter() -> Any:
    order = ""
    for letter in ("D", "B", "E", "A", "C"):
        order += letter
    return order


@exercise.correct_variant
def sorted_by_place() -> Any:
    place = {"A": 4, "B": 2, "C": 5, "D": 1, "E": 3}
    return "".join(sorted(place, key=place.__getitem__))


@exercise.correct_variant
def over_several_lines() -> Any:
    return """
        D
        B
        E
        A
        C
    """
