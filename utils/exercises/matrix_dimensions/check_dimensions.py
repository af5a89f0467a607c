"""A guard that raises for the first wrong shape; a case spoils one, a law reads what it says."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Anything, Case, Raised, Returned
from utils.exercises.exercise import Exercise
from utils.exercises.matrix_dimensions.common import Rng, distinct
from utils.reference import matrix_dimensions as reference


def _made(
    rng: Rng, layer_dims: list[int], wrong: dict[str, tuple[int, ...]], mixed: bool = False
) -> dict[str, Any]:
    """Parameters of these sizes, but for those that are wrong."""
    shapes: dict[str, tuple[int, ...]] = {**reference.parameter_shapes(layer_dims), **wrong}
    names = sorted(shapes, reverse=True) if mixed else list(shapes)
    return {name: rng.normal(0, 1, shapes[name]) for name in names}


def _cases(rng: Rng) -> list[Case]:
    def case(note: str, layer_dims: list[int], **wrong: tuple[int, ...]) -> Case:
        args = {"parameters": _made(rng, layer_dims, wrong), "layer_dims": layer_dims}
        return Case(args, note, expected=Raised("ValueError") if wrong else Returned(Anything()))

    three = distinct(rng, 4, (3, 5, 7, 11))
    a, b, c, d = three
    return [
        case("parameters that are all right", three),
        case("W2 on its side", three, W2=(b, c)),
        case("b1 a rank-1 array", three, b1=(b,)),
        case("b2 lying down as a row", three, b2=(1, c)),
        case("b2 grown to (n, n)", three, b2=(c, c)),
        case("W3 one column short", three, W3=(d, c - 1)),
        case("W1 one row too many", three, W1=(b + 1, a)),
        case("b3, the very last, wrong", three, b3=(d + 1, 1)),
        case("as many numbers in W1, but another shape", [6, 4, 1], W1=(3, 8)),
        case("b2 a single number for all units", three, b2=(1, 1)),
        case("a single layer, all right", [a, b]),
        case("a single layer, b1 wrong", [a, b], b1=(b, 2)),
    ]


def _sentences() -> list[list[Any]]:
    """What the law tries: sizes, shapes in the dictionary's order, the first wrong one."""

    def told(layer_dims: list[int], mixed: bool = False, **wrong: tuple[int, ...]) -> list[Any]:
        made = _made(np.random.default_rng(0), layer_dims, wrong, mixed)
        due = reference.parameter_shapes(layer_dims)
        name = next((name for name in due if name in wrong), "")
        shapes = [[key, array.shape] for key, array in made.items()]
        return [layer_dims, shapes, name, wrong.get(name, ()), due.get(name, ())]

    dims = [13, 7, 17, 5]
    return [
        told(dims),
        told(dims, W2=(7, 17)),
        told(dims, b1=(7,)),
        told(dims, b3=(1, 5)),
        told(dims, W1=(7, 12), b1=(7, 7)),
        told(dims, b1=(1, 7), W2=(7, 17)),
        told(dims, W2=(7, 17), b2=(17,), W3=(17, 5)),
        told(dims, mixed=True, W1=(13, 7), W3=(17, 5)),
        told(dims, mixed=True, b2=(17,), b3=(5,)),
        told(dims, mixed=True),
    ]


exercise = Exercise(
    name="check_dimensions",
    assignment="03_matrix_dimensions",
    rubric={"values": 20},
    reference=reference.check_dimensions,
    returns="",
    cases=_cases,
    builds_on=("parameter_shapes",),
    laws={"says_what_is_wrong": "values"},
    secret=_sentences(),
    hints=(
        "parameter_shapes(layer_dims) has every name with the shape it should have, in the order "
        "that is asked for. Go through it, not through parameters.",
        "`raise ValueError(...)` ends the function at once, so the first wrong one is the one "
        'named. In an f-string, f"{name}", the value of a name stands in braces.',
        "A similar problem, solved. Ages: `for who, least in rules.items():` "
        '`if ages[who] < least:` then `raise ValueError(f"{who} is {ages[who]}, expected at '
        'least {least}.")`.',
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _first_wrong(parameters: Any, layer_dims: Any, differs: Any, names: Any = None) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        if (names is None or name[0] in names) and differs(parameters[name].shape, due):
            raise ValueError(f"{name} has shape {parameters[name].shape}, expected {due}.")


@exercise.mistake("Only the weights are looked at: a wrong b gets through.")
def weights_only(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims, lambda s, due: s != due, "W")


@exercise.mistake("Only the biases are looked at: a wrong `W` gets through.")
def biases_only(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims, lambda s, due: s != due, "b")


@exercise.mistake("Only the number of entries is compared, so a matrix on its side gets through.")
def sizes_only(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims, lambda s, due: np.prod(s) != np.prod(due))


@exercise.mistake("Only the rows are compared; the columns can be wrong, or missing.")
def rows_only(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims, lambda s, due: s[0] != due[0])


@exercise.mistake("A shape is let through where the same sizes stand in another order.")
def any_order(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims, lambda s, due: sorted(s) != sorted(due))


@exercise.mistake(
    "What broadcasts to the right shape is let through; the shape itself must be right."
)
def broadcastable(parameters: Any, layer_dims: Any) -> Any:
    def differs(shape: Any, due: Any) -> bool:
        sizes = zip(shape[::-1], due[::-1], strict=False)
        return any(size not in (1, wanted) for size, wanted in sizes)

    return _first_wrong(parameters, layer_dims, differs)


@exercise.mistake("The last layer is not looked at: where does range stop?")
def last_layer_unchecked(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(
        parameters, layer_dims[:-1], lambda s, due: s != due
    )  # parameters of the last layer are never asked for


@exercise.mistake("Only layer 1 is looked at: does something return too early?")
def first_layer_only(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims[:2], lambda s, due: s != due)


@exercise.mistake("It never raises: what is wrong must stop the program, not only be said.")
def never_raises(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        if parameters[name].shape != due:
            print(name, "is wrong")


@exercise.mistake("It gives True or False. Asked is a ValueError that says what is wrong.")
def gives_a_truth_value(parameters: Any, layer_dims: Any) -> Any:
    due = reference.parameter_shapes(layer_dims)
    return all(parameters[name].shape == due[name] for name in due)


@exercise.mistake("The sentence is returned. It must be raised, as a ValueError.")
def returns_the_sentence(parameters: Any, layer_dims: Any) -> Any:
    try:
        reference.check_dimensions(parameters, layer_dims)
    except ValueError as error:
        return f"{error}"


@exercise.mistake(
    "An assert raises AssertionError. The text asks for a ValueError, with a sentence."
)
def asserts(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        assert parameters[name].shape == due


@exercise.mistake(
    "It raises where it should. Now the sentence: the first wrong one in the order W1, b1, W2, …, "
    "the shape it has, and the shape it should have."
)
def without_a_word(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        if parameters[name].shape != due:
            raise ValueError()


@exercise.mistake(
    "It raises even for parameters that are right. Which shape does it expect of each?"
)
def expects_transposed(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        wanted = due[::-1] if name[0] == "W" else due
        if parameters[name].shape != wanted:
            raise ValueError(f"{name} has shape {parameters[name].shape}, expected {wanted}.")


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def layer_by_layer(parameters: Any, layer_dims: Any) -> Any:
    for l in range(1, len(layer_dims)):
        n, p = layer_dims[l], layer_dims[l - 1]
        for name, due in ((f"W{l}", (n, p)), (f"b{l}", (n, 1))):
            if np.shape(parameters[name]) != due:
                got = " x ".join(map(str, parameters[name].shape))
                raise ValueError(f"layer {l}: should be {n} by {due[1]}, {name} is {got}!")


@exercise.right_way
def listing_all(parameters: Any, layer_dims: Any) -> Any:
    wrong = [
        f'parameters["{name}"]: {parameters[name].shape} instead of {due}'
        for name, due in reference.parameter_shapes(layer_dims).items()
        if parameters[name].shape != due
    ]
    if wrong:
        raise ValueError("; ".join(wrong))
