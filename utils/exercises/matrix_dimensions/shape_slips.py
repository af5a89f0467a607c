"""Which slips shapes catch; sizes that agree by chance in every way that changes an answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.matrix_dimensions.common import PRIMES, Rng, by_part, distinct
from utils.reference import matrix_dimensions as reference


def _networks(rng: Rng) -> list[Case]:
    def case(layer_dims: list[int], m: int, note: str) -> Case:
        return Case({"layer_dims": layer_dims, "m": m}, note)

    def small(L: int) -> list[int]:
        return [int(n) for n in rng.integers(1, 4, L + 1)]

    a, b, c, d, e, m = distinct(rng, 6, PRIMES[:8])
    return [
        case([a, b, c, d, e], m, "four layers, all sizes distinct"),
        case([a, b, c], m, "two layers, so that L = 2"),
        case([a, b, c, d], b, "as many examples as units in layer 1"),
        case([a, b, c, d], c, "as many examples as units in layer L − 1"),
        case([a, b, c, d], d, "as many examples as units in layer L"),
        case([a, b, c, d], a, "as many examples as inputs"),
        case([a, a, b, c], m, "layer 1 as large as the input"),
        case([a, b, c, c], m, "the last two layers equally large"),
        case([a, b, b, c], m, "layers 1 and 2 equally large"),
        case([a, b, c, b, c], m, "sizes that repeat"),
        case([a, b, c, d, c], m, "layer 4 as large as layer 2"),
        case([a, b, c, b, d], m, "layer 3 as large as layer 1"),
        case([a, b, 1, 1], m, "single units in the last two layers"),
        case([a, 1, b, c, b], m, "a single unit in layer 1"),
        case([a, b, b, b], m, "all layers equally large"),
        case([a, a, a, a], a, "all sizes equal, m too"),
        case([a, b, c], b, "L = 2, and as many examples as hidden units"),
        case([a, b, c, d], 1, "a single example (m = 1)"),
        case([a, b, c], 1, "L = 2, and a single example (m = 1)"),
        case([a, b, c, b, 1], m, "a single unit at the output"),
        case([a, b, 1, c], m, "a single unit in layer 2"),
        *(case(small(2 + i % 4), small(1)[0], "sizes that often agree") for i in range(12)),
    ]


exercise = Exercise(
    name="shape_slips",
    assignment="03_matrix_dimensions",
    # Line a is given on the page. It counts with b, d and g, so that no constant earns these.
    rubric={"lines b, d": 3, "lines c, f": 4, "line e": 4, "line g": 3, "inputs left alone": 1},
    reference=reference.shape_slips,
    returns="caught",
    cases=by_part(
        reference.shape_slips,
        _networks,
        {"line e": "e", "lines c, f": "c f", "line g": "a g", "lines b, d": "a b d"},
    ),
    builds_on=("backward_shapes", "forward_shapes", "parameter_shapes"),
    hints=(
        "For each line write the shapes under the right side. Which sizes must be equal so that "
        "it can be computed, and gives the shape of the left side? Else it is caught.",
        "In b, compare the shapes of dW and `W`. In d, what does g do to a shape? In e, two things "
        "must fit, the product and the ∗, and ∗ stretches a size of 1.",
        "A similar problem, solved. The slip A[2] = g(W[2] A[0]) + b[2]: the product needs "
        "n[1] = n[0], and gives n[2] rows as it should. So `caught = n[1] != n[0]`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _slips(layer_dims: Any, m: Any, **other: Any) -> Any:
    return reference.shape_slips(layer_dims, m) | other


@exercise.mistake("True and False are swapped: True says that shapes catch the slip.")
def swapped(layer_dims: Any, m: Any) -> Any:
    return {k: not v for k, v in reference.shape_slips(layer_dims, m).items()}


@exercise.mistake("Every slip is called caught. Two of the lines keep every shape as it was.")
def all_caught(layer_dims: Any, m: Any) -> Any:
    return dict.fromkeys("abcdefg", True)


@exercise.mistake("These are the answers for distinct sizes. For which sizes do they change?")
def distinct_sizes_only(layer_dims: Any, m: Any) -> Any:
    return dict.fromkeys("abcdefg", True) | {"b": False, "d": False}


@exercise.mistake(
    "In line b: dW[L] stands where another matrix should. Compare the shapes of the two."
)
def b_caught(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, b=True)


@exercise.mistake("In line d: does the choice of g change the shape of g′(Z)?")
def d_caught(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, d=True)


@exercise.mistake("Lines b and d: can a shape tell dW from `W`, or one g from another?")
def b_and_d_caught(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, b=True, d=True)


@exercise.mistake(
    "In line e one case is missing: `∗` stretches a size of 1, so NumPy does not complain there."
)
def stretching_forgotten(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, e=n[L] != n[2] or n[L - 1] != n[1])


@exercise.mistake(
    "In line e the size of L alone does not decide: in deeper networks, too, sizes may agree."
)
def e_by_L_alone(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, e=len(layer_dims) > 3)


@exercise.mistake("In line e the inner sizes of the product were not compared.")
def e_without_inner(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, e=n[L - 1] not in (n[1], 1))


@exercise.mistake("In line e only the product was looked at, not the `∗` after it.")
def e_without_star(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, e=n[L] != n[2])


@exercise.mistake(
    "In line e: where layer 1 has a single unit the line computes, but gives too many rows."
)
def e_stretched_too_far(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, e=n[L] != n[2] or not (n[L - 1] in (n[1], 1) or n[1] == 1))


@exercise.mistake("Lines c and f are called caught for every m. When is (n, m) a square?")
def m_ignored(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, c=True, f=True)


@exercise.mistake("Lines c and f are called unseen. A matrix product of (n, m) and (n, m)?")
def dot_for_star_unseen(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, c=False, f=False)


@exercise.mistake(
    "In line c, m is held against the size of layer L. Which layer's rows meet it in the product?"
)
def c_of_layer_L(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, c=m != layer_dims[-1])


@exercise.mistake("Lines c and f got each other's answers: which layer is each about?")
def c_and_f_swapped(layer_dims: Any, m: Any) -> Any:
    right = reference.shape_slips(layer_dims, m)
    return right | {"c": right["f"], "f": right["c"]}


@exercise.mistake("In line g, n[2] has no say. How many columns has dW[1]?")
def g_with_n2(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, g=layer_dims[1] != layer_dims[2])


@exercise.mistake(
    "Line g is called caught for every size. Line a has such a slip, too: when is it unseen?"
)
def g_always(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, g=True)


@exercise.mistake(
    "m is compared in lines a or g. There the columns of both factors are summed away."
)
def m_in_a_and_g(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, a=n[L] != n[L - 1] and m != n[L - 1], g=n[1] != n[0] and m != n[0])


@exercise.mistake("Every slip is called unseen. Look at line a, worked out above.")
def all_unseen(layer_dims: Any, m: Any) -> Any:
    return dict.fromkeys("abcdefg", False)


@exercise.mistake(
    "In lines c and f a size of 1 was let through. The `∗` stretches it; does a product?"
)
def product_taken_to_stretch(layer_dims: Any, m: Any) -> Any:
    n = layer_dims
    return _slips(n, m, c=m not in (n[-2], 1), f=m not in (n[1], 1))


@exercise.mistake("Line f has the answer of line c. In deeper networks they speak of two layers.")
def f_like_c(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, f=m != layer_dims[-2])


@exercise.mistake("Line c has the answer of line f. In deeper networks they speak of two layers.")
def c_like_f(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, c=m != layer_dims[1])


@exercise.mistake("In line f: how many rows has the product with W[2] transposed, n[1] or n[2]?")
def f_with_n2(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, f=m != layer_dims[2])


@exercise.mistake("Line g has the answer of line a. It is the same slip in another layer.")
def g_like_a(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, g=layer_dims[-1] != layer_dims[-2])


@exercise.mistake("Line g is called unseen. What shape comes out, and which should it be?")
def g_unseen(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, g=False)


@exercise.mistake("Line e is called caught for every size. When is W[L] as good as W[2]?")
def e_always(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, e=True)


@exercise.mistake("Line e is called unseen. Does W[L] fit to dZ[2] in a deep network?")
def e_unseen(layer_dims: Any, m: Any) -> Any:
    return _slips(layer_dims, m, e=False)


@exercise.mistake("In line e, is it enough that one of the two things fits? Or must both?")
def e_with_and(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    return _slips(layer_dims, m, e=n[L] != n[2] and n[L - 1] not in (n[1], 1))


@exercise.mistake("The answers are words here. Asked is True or False for each line.")
def in_words(layer_dims: Any, m: Any) -> Any:
    right = reference.shape_slips(layer_dims, m)
    return {line: "caught" if seen else "unseen" for line, seen in right.items()}


@exercise.mistake("The answers are the numbers 1 and 0. Asked is True or False for each line.")
def in_numbers(layer_dims: Any, m: Any) -> Any:
    return {line: int(seen) for line, seen in reference.shape_slips(layer_dims, m).items()}


_EQUAL = "== and != are swapped: shapes catch a slip where two sizes differ, not where they agree."


@exercise.mistake(_EQUAL)
def equal_for_unequal(layer_dims: Any, m: Any) -> Any:
    right = reference.shape_slips(layer_dims, m)
    return right | {line: not right[line] for line in "cefg"}


@exercise.mistake(_EQUAL)
def equal_for_unequal_but_e(layer_dims: Any, m: Any) -> Any:
    right = reference.shape_slips(layer_dims, m)
    return right | {line: not right[line] for line in "cfg"}


@exercise.mistake(_EQUAL)
def equal_for_unequal_in_a_too(layer_dims: Any, m: Any) -> Any:
    right = reference.shape_slips(layer_dims, m)
    return right | {line: not right[line] for line in "acefg"}


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("stretching_forgotten", "m_ignored")
def stretching_and_m_forgotten(layer_dims: Any, m: Any) -> Any:
    return stretching_forgotten(layer_dims, m) | {"c": True, "f": True}


@exercise.combined_mistake("stretching_forgotten", "b_and_d_caught")
def b_d_and_stretching(layer_dims: Any, m: Any) -> Any:
    return stretching_forgotten(layer_dims, m) | {"b": True, "d": True}


@exercise.combined_mistake("e_by_L_alone", "g_always")
def e_by_L_and_g_always(layer_dims: Any, m: Any) -> Any:
    return e_by_L_alone(layer_dims, m) | {"g": True}


@exercise.combined_mistake("g_with_n2", "b_caught")
def b_caught_and_g_with_n2(layer_dims: Any, m: Any) -> Any:
    return g_with_n2(layer_dims, m) | {"b": True}


@exercise.combined_mistake("stretching_forgotten", "c_of_layer_L")
def c_of_L_and_stretching(layer_dims: Any, m: Any) -> Any:
    return stretching_forgotten(layer_dims, m) | {"c": m != layer_dims[-1]}


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("n has 5 items, and [5] is not among them.")
def past_the_end(layer_dims: Any, m: Any) -> Any:
    n = layer_dims
    L = len(n)
    return _slips(n, m, c=m != n[L - 1], e=n[L] != n[2], f=m != n[1])


@exercise.raising_mistake("n is a list, not a function")
def round_brackets(layer_dims: Any, m: Any) -> Any:
    n = layer_dims
    L = len(n) - 1
    return _slips(n, m, c=m != n(L - 1), f=m != n(1))


@exercise.raising_mistake("the name n0 is not defined.")
def n0_unknown(layer_dims: Any, m: Any) -> Any:
    n = layer_dims
    return _slips(n, m, g=n[1] != n0)


@exercise.raising_mistake("does not fit.")
def tried_without_try(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    W, dZ, dA = np.zeros((n[L], n[L - 1])), np.zeros((n[L], m)), np.zeros((n[L - 1], m))
    product = W.T @ dZ @ dA
    return _slips(n, m, c=product.shape != dA.shape)


@exercise.raising_mistake("caught is a list, and text is no place in it.")
def a_list_for_a_dictionary(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    caught: Any = []
    caught["a"] = n[L] != n[L - 1]
    return caught


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def by_trying(layer_dims: Any, m: Any) -> Any:
    # Every line with arrays of zeros: what NumPy says is what shapes see.
    n, L = layer_dims, len(layer_dims) - 1
    W = {l: np.zeros((n[l], n[l - 1])) for l in range(1, L + 1)}
    A = {l: np.zeros((n[l], m)) for l in range(L + 1)}
    lines: dict[str, Any] = {
        "a": (lambda: A[L] @ A[L].T, W[L]),
        "b": (lambda: W[L].T @ A[L] * A[L - 1], A[L - 1]),
        "c": (lambda: W[L].T @ A[L] @ A[L - 1], A[L - 1]),
        "d": (lambda: W[L].T @ A[L] * A[L - 1], A[L - 1]),
        "e": (lambda: W[L].T @ A[2] * A[1], A[1]),
        "f": (lambda: W[2].T @ A[2] @ A[1], A[1]),
        "g": (lambda: A[1] @ A[1].T, W[1]),
    }
    caught = {}
    for name, (line, wanted) in lines.items():
        try:
            caught[name] = line().shape != wanted.shape
        except ValueError:
            caught[name] = True
    return caught


def _product(*shapes: Any) -> Any:
    """Return the shape of a product of matrices, from left to right; None if they do not fit."""
    rows, inner = shapes[0]
    for shape in shapes[1:]:
        if inner != shape[0]:
            return None
        inner = shape[1]
    return rows, inner


@exercise.correct_variant
def by_shapes_on_paper(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1

    def stretched(one: Any, other: Any) -> Any:
        try:
            return np.broadcast_shapes(one, other) if one else None
        except ValueError:
            return None

    last, first = (n[L - 1], m), (n[1], m)
    back = _product((n[L - 1], n[L]), (n[L], m))
    return {
        "a": _product((n[L], m), (m, n[L])) != (n[L], n[L - 1]),
        "b": stretched(back, last) != last,
        "c": _product((n[L - 1], n[L]), (n[L], m), last) != last,
        "d": stretched(back, last) != last,
        "e": stretched(_product((n[L - 1], n[L]), (n[2], m)), first) != first,
        "f": _product((n[1], n[2]), (n[2], m), first) != first,
        "g": _product((n[1], m), (m, n[1])) != (n[1], n[0]),
    }


@exercise.correct_variant
def with_own_shapes(layer_dims: Any, m: Any) -> Any:
    L = str(len(layer_dims) - 1)
    s = reference.parameter_shapes(layer_dims) | reference.forward_shapes(layer_dims, m)
    s |= reference.backward_shapes(layer_dims, m)
    before = s["A" + str(int(L) - 1)]
    fits = s["W" + L][0] == s["dZ2"][0] and s["W" + L][1] in (s["Z1"][0], 1)
    return {
        "a": s["dZ" + L][0] != s["W" + L][1],
        "b": s["dW" + L] != s["W" + L],
        "c": before[0] != before[1],
        "d": s["A" + L] != s["Z" + L],
        "e": not fits,
        "f": s["A1"][0] != s["A1"][1],
        "g": s["W1"][0] != s["W1"][1],
    }


@exercise.correct_variant
def from_the_end(layer_dims: Any, m: Any) -> Any:
    n = layer_dims
    e = not (n[-1] == n[2] and (n[-2] == n[1] or n[-2] == 1))
    return {"g": n[0] != n[1], "f": n[1] != m, "e": e, "d": False, "c": n[-2] != m} | {
        "b": False,
        "a": n[-2] != n[-1],
    }


@exercise.correct_variant
def with_if_and_else(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    caught = dict.fromkeys("abcdefg", True)
    caught["b"] = caught["d"] = False
    if n[L] == n[L - 1]:
        caught["a"] = False
    if m == n[L - 1]:
        caught["c"] = False
    if L == 2 or (n[L] == n[2] and n[L - 1] in [1, n[1]]):
        caught["e"] = False
    if m == n[1]:
        caught["f"] = False
    if n[1] == n[0]:
        caught["g"] = False
    return caught


@exercise.correct_variant
def with_numpy_truths(layer_dims: Any, m: Any) -> Any:
    n = np.array(layer_dims)
    e = (n[-1] != n[2]) | ((n[-2] != n[1]) & (n[-2] != 1))
    a, c, f, g = n[-1] != n[-2], m != n[-2], m != n[1], n[1] != n[0]
    return {"a": a, "b": np.False_, "c": c, "d": np.False_, "e": e, "f": f, "g": g}


@exercise.correct_variant
def by_unseen_ones(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    unseen = {"b", "d"}
    unseen |= {"a"} if n[L] == n[L - 1] else set()
    unseen |= {"c"} if n[L - 1] == m else set()
    unseen |= {"e"} if n[L] == n[2] and n[L - 1] in {1, n[1]} else set()
    unseen |= {"f"} if n[1] == m else set()
    unseen |= {"g"} if n[1] == n[0] else set()
    return {line: line not in unseen for line in "abcdefg"}


@exercise.correct_variant
def in_two_lists(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1
    e = any([n[L] != n[2], all([n[L - 1] != n[1], n[L - 1] != 1])])
    answers = [n[L] != n[L - 1], False, m != n[L - 1], False, e, m != n[1], n[1] != n[0]]
    return dict(zip(list("abcdefg"), answers, strict=True))


@exercise.correct_variant
def with_memory_free_arrays(layer_dims: Any, m: Any) -> Any:
    n, L = layer_dims, len(layer_dims) - 1

    def unlike(wanted: Any, line: Any) -> bool:
        try:
            return bool(line().shape != wanted)
        except ValueError:
            return True

    def matrix(*shape: int) -> Any:
        return np.broadcast_to(np.float32(0), shape)

    last, first = (n[L - 1], m), (n[1], m)
    W, dZ = matrix(n[L], n[L - 1]), matrix(n[L], m)
    back = matrix(*last)
    return {
        "a": unlike(W.shape, lambda: dZ @ dZ.T),
        "b": unlike(last, lambda: np.multiply(np.dot(W.T, dZ), back)),
        "c": unlike(last, lambda: np.dot(W.T, dZ).dot(back)),
        "d": unlike(last, lambda: W.T.dot(dZ) * back),
        "e": unlike(first, lambda: np.multiply(W.T.dot(matrix(n[2], m)), matrix(*first))),
        "f": unlike(first, lambda: matrix(*first) @ matrix(*first)),
        "g": unlike((n[1], n[0]), lambda: matrix(*first) @ matrix(*first).T),
    }
