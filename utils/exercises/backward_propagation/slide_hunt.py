"""Seven lines of a slide, each right or wrong; arrays of one backward pass, all sizes distinct.

Numbers are fresh in every case, and sizes in all but the first, so no table of values can be right.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Anything, Case, Returned
from utils.exercises.backward_propagation.common import Rng, random_network
from utils.exercises.exercise import Exercise
from utils.properties.common import digest
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import L_model_backward as back
from utils.reference.backward_propagation import linear_backward
from utils.reference.forward_propagation import sigmoid as logistic


def hunting_ground(rng: Rng, *sizes: int) -> dict[str, Any]:
    """Return the arrays of one backward pass through four layers of different sizes, by layer."""
    *layer_dims, m = sizes or (7, 5, 3, 2, 11)
    network = random_network(rng, [*layer_dims, 1], m)
    AL, Y, caches = network["AL"], network["Y"], network["caches"]
    grads = back(AL, Y, caches)
    W = tuple(cache[0][1] for cache in caches)
    Z = tuple(cache[1] for cache in caches)
    slopes = [grads[f"dA{l}"] * (Z[l - 1] > 0) for l in (1, 2, 3)]
    return {
        "Y": Y,
        "W": (None, *W),
        "Z": (None, *Z),
        "A": (*(cache[0][0] for cache in caches), AL),
        "dW": (None, *(grads[f"dW{l}"] for l in (1, 2, 3, 4))),
        "dZ": (None, *slopes, AL - Y),
    }


def _known(ground: dict[str, Any]) -> dict[str, Any]:
    """Return what the property needs: each line's value, and a hash of its verdict and test.

    The hashes keep the answers out of the answer key's plain text.
    """
    right = reference.slide_hunt(**ground)
    return {
        "lines": [
            {"said": digest("slide_hunt", line, f"{verdict}/{catcher}"), "value": value}
            for line, (verdict, value, catcher) in right.items()
        ],
        # Who calls every line right, and copies it, knows nothing yet.
        "guessed": sum(verdict == "right" for verdict, _, _ in right.values()),
    }


def _cases(rng: Rng) -> list[Case]:
    def case(ground: dict[str, Any], *more: str, earns: str = "settled lines") -> Case:
        return Case(ground, *more, expected=Returned(Anything(_known(ground))), earns=earns)

    sizes = (int(size) for size in rng.choice([2, 3, 4, 5, 6, 7, 8, 9, 11, 13], 5, replace=False))
    untouched = "arrays that must not be written to", "readonly"
    return [
        case(hunting_ground(rng)),
        case(hunting_ground(rng, *sizes), "other sizes"),
        case(hunting_ground(rng), *untouched, earns="inputs left alone"),
    ]


exercise = Exercise(
    name="slide_hunt",
    assignment="02_backward_propagation",
    rubric={"settled lines": 9, "inputs left alone": 1},
    reference=reference.slide_hunt,
    returns="answers",
    cases=_cases,
    builds_on=("relu_backward",),
    properties={"settled_lines": "settled lines"},
    hints=(
        "Take each line by itself and hold it against the four formulas of parts 2 and 4. "
        "Ask of every letter and every number in brackets: why this one?",
        "For the catcher, run the printed line in a cell with arrays of five different sizes, or "
        "write the shapes down. If all fit and the line is still wrong, only gradients tell.",
        "A similar problem, solved. Printed: Z[2] = W[2] A[2] + b[2]. "
        'answers[0] = ("wrong", W[2] @ A[1] + b[2], "shapes"), '
        "because W[2] is (3, 5) and A[2] is (3, 11).",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _hunted(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> dict[int, Any]:
    return reference.slide_hunt(Y, W, Z, A, dW, dZ)


@exercise.mistake("Every line is called right. There are slips on this slide.")
def all_right(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = _hunted(Y, W, Z, A, dW, dZ)
    return {line: ("right", value, "nothing") for line, (_, value, _) in answers.items()}


@exercise.mistake("Every slip is put down to shapes. Are there none that fit, and are wrong?")
def all_by_shapes(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = _hunted(Y, W, Z, A, dW, dZ)
    return {
        line: (verdict, value, "shapes" if verdict == "wrong" else "nothing")
        for line, (verdict, value, _) in answers.items()
    }


@exercise.mistake("Every slip is left to a gradient check. Shapes would have shown some of them.")
def all_by_gradients(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = _hunted(Y, W, Z, A, dW, dZ)
    return {
        line: (verdict, value, "gradients" if verdict == "wrong" else "nothing")
        for line, (verdict, value, _) in answers.items()
    }


@exercise.mistake("Nothing was answered yet: fill the dictionary line by line.")
def no_answers(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    return {}


def _changed(answers: dict[int, Any], line: int, **parts: Any) -> dict[int, Any]:
    verdict, value, catcher = answers[line]
    whole = {"verdict": verdict, "value": value, "catcher": catcher} | parts
    return answers | {line: tuple(whole.values())}


@exercise.mistake(
    "A matrix product took the place of the dot. Read the dot as `*`, entry by entry."
)
def dot_as_product(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = _hunted(Y, W, Z, A, dW, dZ)
    return _changed(answers, 4, value=W[4].T @ dZ[4] @ (Z[3] > 0).T)


@exercise.mistake(
    "All is settled but for one catcher: where a line has more than one slip, ask of each what "
    "shows it."
)
def one_slip_of_two(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    return _changed(_hunted(Y, W, Z, A, dW, dZ), 5, catcher="shapes")


@exercise.mistake(
    "All is settled but for one catcher: imagine that line run as printed, letter by letter. "
    "Would every product fit?"
)
def shapes_not_seen(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    return _changed(_hunted(Y, W, Z, A, dW, dZ), 5, catcher="gradients")


@exercise.mistake(
    "All is settled but for one catcher: run that line as printed. Do shapes really say anything?"
)
def shapes_seen_where_all_fits(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    return _changed(_hunted(Y, W, Z, A, dW, dZ), 4, catcher="both")


@exercise.mistake(
    "What shapes can show was found. A slip may also fit perfectly: compare the other lines with "
    "part 4, letter by letter."
)
def only_shapes_found(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    s = logistic(Z[3])
    printed = dW[4].T @ dZ[4] * s * (1 - s)
    answers = _hunted(Y, W, Z, A, dW, dZ)
    return _changed(answers, 4, verdict="right", value=printed, catcher="nothing")


@exercise.mistake(
    "In one value the slope is another layer's: which activation does the layer of that dZ have?"
)
def slope_of_the_output(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    s = logistic(Z[3])
    return _changed(_hunted(Y, W, Z, A, dW, dZ), 4, value=W[4].T @ dZ[4] * s * (1 - s))


@exercise.mistake(
    "In one value something of the right shape stands in the wrong place. Compare it with part 4, "
    "letter by letter."
)
def dW_left_in(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    return _changed(_hunted(Y, W, Z, A, dW, dZ), 4, value=dW[4].T @ dZ[4] * (Z[3] > 0))


@exercise.mistake(
    "One value was only half mended: its shape is right now, and a second slip is left. Compare it "
    "with part 4."
)
def index_mended_only(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    return _changed(_hunted(Y, W, Z, A, dW, dZ), 5, value=dW[2].T @ dZ[2] * (Z[1] > 0))


@exercise.mistake("1/m got lost where a line was mended. It is printed there, and belongs there.")
def m_lost(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = _hunted(Y, W, Z, A, dW, dZ)
    for line in (2, 6):
        answers = _changed(answers, line, value=answers[line][1] * Y.shape[1])
    return answers


@exercise.mistake("The lines are counted from 0 here. On the slide they are 1 to 7.")
def counted_from_zero(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    return {line - 1: answer for line, answer in _hunted(Y, W, Z, A, dW, dZ).items()}


@exercise.mistake("Verdict, catcher, value is another order: the value stands in the middle.")
def catcher_before_value(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    return {line: (v, c, x) for line, (v, x, c) in _hunted(Y, W, Z, A, dW, dZ).items()}


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("slope_of_the_output", "one_slip_of_two")
def slope_and_catcher(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    return _changed(slope_of_the_output(Y, W, Z, A, dW, dZ), 5, catcher="shapes")


@exercise.combined_mistake("dW_left_in", "m_lost")
def letter_and_m(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    wrong = dW[4].T @ dZ[4] * (Z[3] > 0)
    return _changed(m_lost(Y, W, Z, A, dW, dZ), 4, value=wrong)


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("the name AL is not defined.")
def prediction_by_its_other_name(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = {1: ("right", AL - Y, "nothing")}
    return answers


@exercise.raising_mistake("dW[4].T (2, 1) @ dZ[2] (3, 11) does not fit.")
def run_as_printed(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = {5: ("right", dW[4].T @ dZ[2] * (Z[1] > 0), "nothing")}
    return answers


@exercise.raising_mistake("dZ has 5 items, and [5] is not among them.")
def one_layer_too_many(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = {3: ("right", np.mean(dZ[5], axis=1, keepdims=True), "nothing")}
    return answers


@exercise.raising_mistake("the name dZ4 is not defined.")
def index_in_the_name(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = {1: ("right", A[4] - Y, "nothing"), 2: ("wrong", dZ4 @ A[3].T, "shapes")}
    return answers


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def from_the_last_line(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    m = Y.shape[1]
    return {
        7: ["right", dZ[1].mean(axis=1, keepdims=True), "nothing"],
        6: ["wrong", 1 / m * np.dot(dZ[1], A[0].T), "shapes"],
        5: ["wrong", reference.relu_backward(W[2].T @ dZ[2], Z[1]), "both"],
        4: ["wrong", np.where(Z[3] > 0, W[4].T @ dZ[4], 0), "gradients"],
        3: ["right", dZ[4].sum(1, keepdims=True) / m, "nothing"],
        2: ["wrong", dZ[4] @ A[3].T / m, "shapes"],
        1: ["right", A[4] - Y, "nothing"],
    }


@exercise.correct_variant
def with_the_right_arrays(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    values = (dZ[4], dW[4], np.mean(dZ[4], 1, keepdims=True), dZ[3], dZ[1], dW[1])
    return _said([*values, np.mean(dZ[1], 1, keepdims=True)])


@exercise.correct_variant
def by_linear_backward(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    dA3, dW4, db4 = linear_backward(A[4] - Y, (A[3], W[4], None))
    dA1, _, _ = linear_backward(dZ[2], (A[1], W[2], None))
    _, dW1, db1 = linear_backward(dZ[1], (A[0], W[1], None))
    return _said([A[4] - Y, dW4, db4, dA3 * (A[3] > 0), dA1 * (A[1] > 0), dW1, db1])


@exercise.correct_variant
def with_einsum(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    m, answers = len(Y[0]), {}
    answers[1] = ("right", np.subtract(A[-1], Y), "nothing")
    answers[2] = ("wrong", np.einsum("ji,ki->jk", dZ[-1], A[-2]) / m, "shapes")
    answers[3] = ("right", np.einsum("ji->j", dZ[-1])[:, None] / m, "nothing")
    answers[4] = ("wrong", np.einsum("jk,ji,ki->ki", W[4], dZ[4], 1.0 * (Z[3] > 0)), "gradients")
    answers[5] = ("wrong", np.einsum("jk,ji,ki->ki", W[2], dZ[2], 1.0 * (Z[1] > 0)), "both")
    answers[6] = ("wrong", np.einsum("ji,ki->jk", dZ[1], A[0]) / m, "shapes")
    answers[7] = ("right", np.einsum("ji->j", dZ[1])[:, None] / m, "nothing")
    return answers


@exercise.correct_variant
def built_in_a_loop(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    m, answers = Y.shape[1], {1: ("right", A[4] - Y, "nothing")}
    for line, l in ((2, 4), (6, 1)):
        answers[line] = ("wrong", dZ[l] @ A[l - 1].T / m, "shapes")
    for line, l in ((3, 4), (7, 1)):
        answers[line] = ("right", (1 / m) * np.sum(dZ[l], axis=1, keepdims=True), "nothing")
    for line, l, catcher in ((4, 3, "gradients"), (5, 1, "both")):
        answers[line] = ("wrong", W[l + 1].T @ dZ[l + 1] * (Z[l] > 0), catcher)
    return answers


@exercise.correct_variant
def zipped(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = _hunted(Y, W, Z, A, dW, dZ)
    verdicts, values, catchers = zip(*answers.values(), strict=True)
    return dict(zip(range(1, 8), zip(verdicts, values, catchers, strict=True), strict=True))


@exercise.correct_variant
def with_numbers_of_numpy(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = _hunted(Y, W, Z, A, dW, dZ)
    return {np.int64(line): (np.str_(v), x.copy(), c) for line, (v, x, c) in answers.items()}


@exercise.correct_variant
def masked_copies(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    three, one = np.dot(W[4].T, dZ[4]), np.dot(W[2].T, dZ[2])
    three[Z[3] <= 0] = 0
    one[Z[1] <= 0] = 0
    answers = dict(_hunted(Y, W, Z, A, dW, dZ))
    answers.update({5: ("wrong", one, "both"), 4: ("wrong", three, "gradients")})
    return answers


def _said(values: list[Any]) -> dict[int, Any]:
    """Return the right answer for each of the seven lines: (verdict, value, test that catches)."""
    words = {1: ("right", "nothing"), 4: ("wrong", "gradients"), 5: ("wrong", "both")}
    words |= {2: ("wrong", "shapes"), 6: ("wrong", "shapes")}
    words |= {3: ("right", "nothing"), 7: ("right", "nothing")}
    return {line: (words[line][0], x, words[line][1]) for line, x in enumerate(values, 1)}
