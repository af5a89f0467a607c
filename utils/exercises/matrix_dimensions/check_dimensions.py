"""A guard that raises for the first wrong shape; a case spoils one, a property reads what it says.

Whoever always raises, or never does, earns nothing: right parameters stand beside the wrong
ones in each part.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from utils.checker.cases import Anything, Case, Raised, Returned
from utils.exercises.exercise import Exercise
from utils.exercises.matrix_dimensions.common import Rng, distinct
from utils.reference import matrix_dimensions as reference


def _made(
    rng: Rng, layer_dims: list[int], wrong: dict[str, tuple[int, ...]], mixed: bool = False
) -> dict[str, Any]:
    """Return random parameters for `layer_dims`; names in `wrong` get the shape given there.

    If `mixed`, the names come in reverse order.
    """
    shapes: dict[str, tuple[int, ...]] = {**reference.parameter_shapes(layer_dims), **wrong}
    names = sorted(shapes, reverse=True) if mixed else list(shapes)
    return {name: rng.normal(0, 1, shapes[name]) for name in names}


def _cases(rng: Rng) -> list[Case]:
    def case(note: str, layer_dims: list[int], **wrong: tuple[int, ...]) -> Case:
        args = {"parameters": _made(rng, layer_dims, wrong), "layer_dims": layer_dims}
        due = Raised("ValueError") if wrong else Returned(Anything())
        return Case(args, note, expected=due, earns="biases" if "b" in str([*wrong]) else "weights")

    def mixed(note: str, layer_dims: list[int], **wrong: tuple[int, ...]) -> Case:
        args = {"parameters": _made(rng, layer_dims, wrong, True), "layer_dims": layer_dims}
        return Case(args, note, expected=Raised("ValueError"), earns="message")

    three = distinct(rng, 4, (3, 5, 7, 11))
    a, b, c, d = three
    wrong_from_W1 = {"W1": (b, a + 1), "b2": (c, c), "W3": (c, d)}
    wrong_from_b1 = {"b1": (b, b), "W2": (b, c), "b3": (d, d)}
    right = case("parameters that are all right", three)
    return [
        right,
        case("W2 on its side", three, W2=(b, c)),
        case("b1 a rank-1 array", three, b1=(b,)),
        case("b2 lying down as a row", three, b2=(1, c)),
        case("b2 grown to (n, n)", three, b2=(c, c)),
        case("W3 one column short", three, W3=(d, c - 1)),
        case("W1 one row too many", three, W1=(b + 1, a)),
        case("b3, the very last, wrong", three, b3=(d + 1, 1)),
        case("as many numbers in W1, but another shape", [6, 4, 1], W1=(3, 8)),
        case("b2 a single number for all units", three, b2=(1, 1)),
        case("a third axis in b1", three, b1=(b, 1, 1)),
        case("a third axis in W2", three, W2=(c, b, 1)),
        case("a single layer, all right", [a, b]),
        case("a single layer, b1 wrong", [a, b], b1=(b, 2)),
        case("a single layer, W1 wrong", [a, b], W1=(b, a + 1)),
        mixed("three wrong, in a dictionary of another order", three, **wrong_from_W1),
        mixed("three wrong, in a dictionary of another order", three, **wrong_from_b1),
        replace(right, earns="biases", note="parameters that are all right, once more"),
        replace(right, layout="readonly", earns="inputs left alone", note="read-only parameters"),
    ]


def _sentences() -> list[list[Any]]:
    """Return the property's attempts: sizes, all shapes in the dictionary's order, and a parameter.

    The parameter is the first with a wrong shape: its name, shape and expected shape.
    """

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
    rubric={"message": 8, "weights": 5, "biases": 5, "inputs left alone": 2},
    reference=reference.check_dimensions,
    returns="",
    cases=_cases,
    builds_on=("parameter_shapes",),
    properties={"says_what_is_wrong": "message"},
    params=_sentences(),
    hints=(
        "parameter_shapes(layer_dims) has every name with the shape it should have, in the order "
        "that is asked for. Go through it, not through parameters.",
        "`raise ValueError(...)` ends the function at once, so the first wrong one is the one "
        'named. In an f-string, f"{name}", the value of a name stands in braces.',
        "A similar problem, solved. Every line of a poem should end in a full stop: "
        '`for i, line in enumerate(poem):` `if line[-1:] != ".":` then '
        '`raise ValueError(f"Line {i} ends in {line[-1:]!r}.")`.',
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


@exercise.mistake(
    "It never raises, or catches what it raises: what is wrong must stop the program, not only "
    "be said."
)
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


@exercise.mistake("It goes through the dictionary in its own order. Asked is W1, b1, W2, b2, …")
def order_of_the_dictionary(parameters: Any, layer_dims: Any) -> Any:
    due = reference.parameter_shapes(layer_dims)
    for name, array in parameters.items():
        if array.shape != due[name]:
            raise ValueError(f"{name} has shape {array.shape}, expected {due[name]}.")


@exercise.mistake("All weights come before all biases here. Asked is W1, b1, W2, b2, …")
def weights_before_biases(parameters: Any, layer_dims: Any) -> Any:
    weights_only(parameters, layer_dims)
    biases_only(parameters, layer_dims)


@exercise.mistake(
    "The last wrong one is named, not the first: where does the loop begin, and where does it stop?"
)
def last_wrong_named(parameters: Any, layer_dims: Any) -> Any:
    said = ""
    for name, due in reference.parameter_shapes(layer_dims).items():
        if parameters[name].shape != due:
            said = f"{name} has shape {parameters[name].shape}, expected {due}."
    if said:
        raise ValueError(said)


@exercise.mistake("Only sizes that both shapes have are compared: what of one with fewer axes?")
def common_axes_only(parameters: Any, layer_dims: Any) -> Any:
    def differs(shape: Any, due: Any) -> bool:
        return any(size != wanted for size, wanted in zip(shape, due, strict=False))

    return _first_wrong(parameters, layer_dims, differs)


@exercise.mistake("Two axes are looked at, and what comes after them is not: a third gets through.")
def third_axis_unseen(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims, lambda s, due: s[:2] != due)


@exercise.mistake("Only the number of axes is compared. Which sizes do they have?")
def axes_only(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims, lambda s, due: len(s) != len(due))


@exercise.mistake("Only the columns are compared; the rows can be wrong.")
def columns_only(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims, lambda s, due: s[-1] != due[-1])


@exercise.mistake("It raises for every network, right or wrong. What stands before the raise?")
def always_raises(parameters: Any, layer_dims: Any) -> Any:
    shape = parameters["W1"].shape
    raise ValueError(f"W1 has shape {shape}, expected {(layer_dims[1], layer_dims[0])}.")


@exercise.mistake("It raises when a shape is right, and is silent when it is wrong: == or !=?")
def the_wrong_way_round(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong(parameters, layer_dims, lambda s, due: s == due)


@exercise.mistake(
    "It raises for right parameters. A bias stands as a column: which shape has that?"
)
def expects_flat_biases(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        wanted = due if name[0] == "W" else due[:1]
        if parameters[name].shape != wanted:
            raise ValueError(f"{name} has shape {parameters[name].shape}, expected {wanted}.")


@exercise.mistake(
    "The ValueError is made and handed back, and the program goes on. Which statement stops it?"
)
def returns_the_error(parameters: Any, layer_dims: Any) -> Any:
    try:
        reference.check_dimensions(parameters, layer_dims)
    except ValueError as error:
        return error


@exercise.mistake("It raises an Exception of no special kind. The text asks for a ValueError.")
def raises_any_exception(parameters: Any, layer_dims: Any) -> Any:
    try:
        reference.check_dimensions(parameters, layer_dims)
    except ValueError as error:
        raise Exception(str(error)) from None


@exercise.mistake("A TypeError speaks of wrong kinds of things. Asked is a ValueError.")
def raises_a_type_error(parameters: Any, layer_dims: Any) -> Any:
    try:
        reference.check_dimensions(parameters, layer_dims)
    except ValueError as error:
        raise TypeError(str(error)) from None


@exercise.mistake("The shapes are mended here. A guard only looks, and says what it saw.")
def mends_the_shapes(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        parameters[name] = parameters[name].reshape(due)


@exercise.mistake("Only W1 is looked at: a return inside the loop ends it in its first round.")
def ends_in_the_first_round(parameters: Any, layer_dims: Any) -> Any:
    return _first_wrong({"W1": parameters["W1"]}, layer_dims[:2], lambda s, due: s != due, "W")


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("weights_only", "without_a_word")
def weights_without_a_word(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        if name[0] == "W" and parameters[name].shape != due:
            raise ValueError("wrong shape")


@exercise.combined_mistake("sizes_only", "order_of_the_dictionary")
def sizes_in_the_order_of_the_dictionary(parameters: Any, layer_dims: Any) -> Any:
    due = reference.parameter_shapes(layer_dims)
    for name, array in parameters.items():
        if array.size != math.prod(due[name]):
            raise ValueError(f"{name} has shape {array.shape}, expected {due[name]}.")


@exercise.combined_mistake("biases_only", "last_wrong_named")
def last_wrong_bias(parameters: Any, layer_dims: Any) -> Any:
    biases = {name: array for name, array in parameters.items() if name[0] == "b"}
    due = reference.parameter_shapes(layer_dims)
    last_wrong_named({name: np.zeros(s) for name, s in due.items()} | biases, layer_dims)


@exercise.combined_mistake("last_layer_unchecked", "without_a_word")
def hidden_layers_without_a_word(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims[:-1]).items():
        if parameters[name].shape != due:
            raise ValueError("wrong shape")


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("parameters has no key 'W0'.")
def begun_at_zero(parameters: Any, layer_dims: Any) -> Any:
    for l in range(len(layer_dims)):
        if parameters["W" + str(l)].shape != (layer_dims[l], layer_dims[l - 1]):
            raise ValueError(f"W{l} has the wrong shape.")


@exercise.raising_mistake("parameters[name].shape is a tuple, not a function")
def shape_called(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        if parameters[name].shape() != due:
            raise ValueError(f"{name} should be {due}")


@exercise.raising_mistake("should raise a ValueError, and it raised an IndexError.")
def second_axis_asked_for(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        shape = parameters[name].shape
        if shape[0] != due[0] or shape[1] != due[1]:
            raise ValueError(f"{name} is {shape}, expected {due}")


@exercise.raising_mistake("should raise a ValueError, and it raised a TypeError.")
def a_sentence_raised(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        if parameters[name].shape != due:
            raise f"{name} should be {due}"


@exercise.raising_mistake("should raise a ValueError, and it raised a TypeError.")
def shape_added_to_text(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        if parameters[name].shape != due:
            raise ValueError(name + " should be " + due)


@exercise.raising_mistake("text and a number cannot be joined with +.")
def number_not_made_text(parameters: Any, layer_dims: Any) -> Any:
    for l in range(1, len(layer_dims)):
        if parameters["W" + l].shape != (layer_dims[l], layer_dims[l - 1]):
            raise ValueError("W is wrong")


@exercise.raising_mistake("parameters has no key 'W'.")
def items_forgotten(parameters: Any, layer_dims: Any) -> Any:
    for name, due in list[Any](reference.parameter_shapes(layer_dims)):
        if parameters[name].shape != due:
            raise ValueError(f"{name} should be {due}")


@exercise.raising_mistake("parameters[name] is an array, and expected[name] a tuple")
def shape_forgotten(parameters: Any, layer_dims: Any) -> Any:
    expected = reference.parameter_shapes(layer_dims)
    for name in expected:
        if parameters[name] != expected[name]:
            raise ValueError(f"{name} has shape {parameters[name].shape}, not {expected[name]}.")


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def layer_by_layer(parameters: Any, layer_dims: Any) -> Any:
    for l in range(1, len(layer_dims)):
        n, p = layer_dims[l], layer_dims[l - 1]
        for name, due in ((f"W{l}", (n, p)), (f"b{l}", (n, 1))):
            if np.shape(parameters[name]) != due:
                got = " x ".join(map(str, parameters[name].shape))
                raise ValueError(f"layer {l}: should be {n} by {due[1]}, {name} is {got}!")


@exercise.correct_variant
def listing_all(parameters: Any, layer_dims: Any) -> Any:
    wrong = [
        f'parameters["{name}"]: {parameters[name].shape} instead of {due}'
        for name, due in reference.parameter_shapes(layer_dims).items()
        if parameters[name].shape != due
    ]
    if wrong:
        raise ValueError("; ".join(wrong))


@exercise.correct_variant
def first_of_a_list(parameters: Any, layer_dims: Any) -> Any:
    due = reference.parameter_shapes(layer_dims)
    wrong = [name for name in due if parameters[name].shape != due[name]]
    if len(wrong) > 0:
        name = wrong[0]
        raise ValueError("{}: {} != {}".format(name, parameters[name].shape, due[name]))  # noqa: UP032


@exercise.correct_variant
def with_a_helper(parameters: Any, layer_dims: Any) -> Any:
    def demand(name: str, *due: int) -> None:
        if parameters[name].shape != due:
            raise ValueError(f"I want {due} for {name}, and it came with {parameters[name].shape}")

    for l in range(1, len(layer_dims)):
        demand("W" + str(l), layer_dims[l], layer_dims[l - 1])
        demand("b" + str(l), layer_dims[l], 1)


@exercise.correct_variant
def a_kind_of_value_error(parameters: Any, layer_dims: Any) -> Any:
    class WrongShape(ValueError):
        pass

    for name, due in reference.parameter_shapes(layer_dims).items():
        if tuple(parameters[name].shape) != tuple(due):
            raise WrongShape(f"`{name}`: shape={parameters[name].shape}; should be shape={due}")


@exercise.correct_variant
def an_assert_turned_into_one(parameters: Any, layer_dims: Any) -> Any:
    for name, due in reference.parameter_shapes(layer_dims).items():
        try:
            assert parameters[name].shape == due
        except AssertionError as error:
            got = "x".join(str(size) for size in parameters[name].shape)
            raise ValueError(f"{name} is {got} and not {due[0]}x{due[1]}") from error


@exercise.correct_variant
def with_numpy_integers(parameters: Any, layer_dims: Any) -> Any:
    n = np.array(layer_dims)
    for l in range(1, len(n)):
        for name, due in {"W": (n[l], n[l - 1]), "b": (n[l], 1)}.items():
            got = parameters[f"{name}{l}"].shape
            if got != due:
                raise ValueError(f"{name}{l} has shape {got}, expected {due} (layer {l} of {n})")


@exercise.correct_variant
def axis_by_axis(parameters: Any, layer_dims: Any) -> Any:
    for name, (rows, columns) in reference.parameter_shapes(layer_dims).items():
        array = parameters[name]
        if array.ndim != 2 or array.shape[0] != rows or array.shape[1] != columns:
            raise ValueError(
                f"{name} should have {rows} rows and {columns} columns. Its shape: {array.shape}"
            )


@exercise.correct_variant
def rows_and_columns_apart(parameters: Any, layer_dims: Any) -> Any:
    for name, (rows, columns) in reference.parameter_shapes(layer_dims).items():
        shape = parameters[name].shape
        if len(shape) != 2:
            raise ValueError(f"{name} has {shape} for ({rows}, {columns})")
        if shape != (rows, columns):
            raise ValueError(
                f"{name}: rows {shape[0]} for {rows}, columns {shape[1]} for {columns}"
            )


@exercise.correct_variant
def with_next(parameters: Any, layer_dims: Any) -> Any:
    due = reference.parameter_shapes(layer_dims).items()
    wrong = next((pair for pair in due if np.shape(parameters[pair[0]]) != pair[1]), None)
    if wrong is not None:
        raise ValueError("Shape of", wrong[0], parameters[wrong[0]].shape, "expected", wrong[1])


@exercise.correct_variant
def by_comparing_dictionaries(parameters: Any, layer_dims: Any) -> Any:
    due = reference.parameter_shapes(layer_dims)
    has = {name: parameters[name].shape for name in due}
    if has != due:
        name = min((name for name in due if has[name] != due[name]), key=list(due).index)
        raise ValueError(f"\n  {name}\n  is:        {has[name]}\n  should be: {due[name]}\n")
