"""Properties for notebook 02: gradients against nudges, repeated examples, counted answers.

A gradient predicts how the loss reacts to a nudge, a small change of an array, so it can be checked
by trying one. Here whole arrays are nudged along one direction each, through functions of notebook
01; no ReLU is near its kink.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from utils.accuracy_variants import SUSPECTS, accuracy
from utils.checker.cases import Case, Seed
from utils.checker.compare import Finding
from utils.given_forward import (
    L_model_forward,
    compute_cost,
    initialize_parameters_deep,
    linear_activation_forward,
    linear_forward,
    relu,
    sigmoid,
)
from utils.properties.law import Ask, Law

__all__ = ["LAWS", "SHOWN", "digest"]

MOST_INPUTS = 4
SHOWN = (np.array([[0.9, 0.1, 0.8]]), np.array([[1, 0, 1]]))  # the page's own example of an input

Array = np.ndarray[Any, Any]


# --- gradients against nudges --------------------------------------------------------------------


def _wave(start: float, *shape: int) -> Array:
    """Return numbers from -1 to 1 without a pattern that a mistake could share."""
    numbers: Array = np.sin(start + np.arange(np.prod(shape)) ** 1.5)
    return numbers.reshape(shape)


def _reaction(loss: Callable[[Array], Any], array: Array) -> float:
    """Return the rate at which the loss changes when the array moves along one direction."""
    step = 1e-5
    nudge = step * _wave(0.5, *array.shape)
    return float(np.gradient([loss(array - nudge), loss(array), loss(array + nudge)], step)[1])


def _misfit(
    gradient: str, got: Array, of: str, loss: Callable[[Array], Any], array: Array, what: str
) -> Finding | None:
    """Return a finding if the gradient does not predict how the loss reacts to the array."""
    wanted, said = _reaction(loss, array), float(np.sum(got * _wave(0.5, *array.shape)))
    if abs(wanted - said) < 1e-5 * (1 + abs(wanted)):
        return None
    return Finding(
        "law",
        f"Nudged a little in one direction, {of} moves {what} at a rate of {wanted:.4g}; "
        f"by {gradient} it would be {said:.4g}.",
    )


def reacts_as_nudged(ask: Ask, secret: Any) -> Finding | None:
    """Check that dZ predicts how the loss reacts to a nudge of Z; `secret` names the activation."""
    g = {"sigmoid": sigmoid, "relu": relu}[secret]
    Z = np.array([[-2.0, -0.4, 0.3], [1.5, 0.6, -1.1]])
    dA = np.array([[1.0, -2.0, 3.0], [-1.0, 2.0, -3.0]])
    dZ = ask(Case({"dA": dA, "Z": Z}))
    wanted = np.gradient([dA * g(Z + step) for step in (-1e-5, 0, 1e-5)], 1e-5, axis=0)[1]
    for place in np.ndindex(Z.shape):
        if abs(dZ[place] - wanted[place]) > 1e-5:
            return Finding(
                "law",
                f"Where Z is {Z[place]:g} and dA is {dA[place]:g}, a nudge of Z moves the loss "
                f"{wanted[place]:.3g} times as far; dZ says {dZ[place]:.3g}.",
            )
    return None


def proportional(ask: Ask, secret: Any) -> Finding | None:
    """Check that -3 dA in place of dA makes dZ -3 times what it was."""
    Z, dA = 2 * _wave(1, 3, 5), _wave(2, 3, 5)
    once, more = ask.all([Case({"dA": factor * dA, "Z": Z}) for factor in (1, -3)])
    if np.allclose(more, -3 * once, rtol=1e-6, atol=1e-9):
        return None
    return Finding(
        "law", "With −3 dA in place of dA, dZ should be −3 times what it was. Here it is not."
    )


def _linear_inputs() -> tuple[Array, tuple[Array, Array, Array]]:
    return _wave(1, 2, 4), (_wave(2, 3, 4), 2 * _wave(3, 2, 3), _wave(4, 2, 1))


_PARTS = (
    ("dA_prev", "A_prev", "the summed loss"),
    ("dW", "W", "the cost"),
    ("db", "b", "the cost"),
)


def _misfit_of_layer(part: int, forward: Any, got: Array) -> Finding | None:
    """Return a finding if one of a layer's gradients does not predict how the loss reacts."""
    upstream, arrays = _linear_inputs()
    gradient, of, what = _PARTS[part]
    examples = 1 if part == 0 else upstream.shape[1]

    def loss(array: Array) -> Any:
        moved = [array if i == part else kept for i, kept in enumerate(arrays)]
        return np.sum(upstream * forward(*moved)[0]) / examples

    return _misfit(gradient, got, of, loss, arrays[part], what)


def _linear_part(part: int) -> Law:
    def law(ask: Ask, secret: Any) -> Finding | None:
        """Check that one of dA_prev, dW and db predicts how the loss reacts."""
        dZ, cache = _linear_inputs()
        return _misfit_of_layer(part, linear_forward, ask(Case({"dZ": dZ, "cache": cache}))[part])

    return law


def _layer_of(activation: str) -> Law:
    def law(ask: Ask, secret: Any) -> Finding | None:
        """Check that the gradients of a layer with this activation predict how the loss reacts."""
        forward = partial(linear_activation_forward, activation=activation)
        dA, arrays = _linear_inputs()
        _, cache = forward(*arrays)
        found = ask(Case({"dA": dA, "cache": cache, "activation": activation}))
        for part in (2, 1, 0):
            finding = _misfit_of_layer(part, forward, found[part])
            if finding is not None:
                return replace(finding, sentence=f'With "{activation}": {finding.sentence}')
        return None

    return law


def linear_examples_twice(ask: Ask, secret: Any) -> Finding | None:
    """Check that repeating every example keeps dW and db, and repeats the columns of dA_prev."""
    dZ, (A_prev, W, b) = _linear_inputs()
    order = [2, 0, 3, 1]
    cache = (np.hstack([A_prev, A_prev[:, order]]), W, b)
    once, twice = ask.all(
        [
            Case({"dZ": dZ, "cache": (A_prev, W, b)}),
            Case({"dZ": np.hstack([dZ, dZ[:, order]]), "cache": cache}),
        ]
    )
    return _changed_by_twice(
        {"dW": (once[1], twice[1]), "db": (once[2], twice[2])},
        ("dA_prev", once[0], twice[0], order),
    )


def _changed_by_twice(
    means: dict[str, tuple[Array, Array]], columns: tuple[str, Array, Array, list[int]]
) -> Finding | None:
    for name, (once, twice) in means.items():
        if not np.allclose(once, twice, rtol=1e-6, atol=1e-9):
            return Finding(
                "law",
                f"With every example twice, {name} should stay as it is: it belongs to the mean. "
                "Here it changes.",
            )
    name, once, twice, order = columns
    if np.allclose(twice, np.hstack([once, once[:, order]]), rtol=1e-6, atol=1e-9):
        return None
    return Finding(
        "law",
        f"With every example twice, {name} should hold every column twice, as it was: it belongs "
        "to the sum. Here other numbers come.",
    )


# --- whole networks ------------------------------------------------------------------------------


def _network(*dims: int) -> tuple[Array, Array, dict[str, Array]]:
    """Return five examples, their labels, and a network of these sizes, by default four layers."""
    dims = dims or (3, 5, 4, 2, 1)
    parameters = {}
    for l in range(1, len(dims)):
        parameters[f"W{l}"] = 1.2 * _wave(3 * l, dims[l], dims[l - 1])
        parameters[f"b{l}"] = 0.5 * _wave(2 * l, dims[l], 1)
    return 2 * _wave(1, dims[0], 5), np.array([[0.0, 1.0, 1.0, 0.0, 1.0]]), parameters


def _gradients(parameters: dict[str, Array], make: Callable[[Array], Array]) -> dict[str, Array]:
    """Return a dictionary of the form that L_model_backward returns, made from the parameters."""
    grads = {f"d{name}": make(value) for name, value in parameters.items()}
    layers = range(1, len(parameters) // 2 + 1)
    return grads | {f"dA{l - 1}": np.ones((parameters[f"W{l}"].shape[1], 5)) for l in layers}


def _layers_react(l_first: int, l_last: int, opening: str) -> Law:
    def law(ask: Ask, secret: Any) -> Finding | None:
        """Check, from the last of these layers back, that their gradients predict the cost."""
        X, Y, network = _network()
        AL, caches = L_model_forward(X, network)
        grads = ask(Case({"AL": AL, "Y": Y, "caches": caches}))
        for l in range(l_first, l_last - 1, -1):
            finding = _misfit_of_model(l, grads, caches[l - 1][0][0], Y, network)
            if finding is not None:
                return replace(finding, sentence=f"{opening.format(l)} {finding.sentence}")
        return None

    return law


def _misfit_of_model(
    l: int, grads: dict[str, Array], A: Array, Y: Array, parameters: dict[str, Array]
) -> Finding | None:
    """Return a finding if the gradients of layer `l` are wrong; A is the layer's input."""
    rest = range(l, len(parameters) // 2 + 1)

    def cost(A: Array, **moved: Array) -> Any:
        now = parameters | moved
        network = {f"{kind}{k - l + 1}": now[f"{kind}{k}"] for k in rest for kind in "Wb"}
        return compute_cost(L_model_forward(A, network)[0], Y)

    for name in (f"b{l}", f"W{l}"):
        loss = partial(lambda name, array: cost(A, **{name: array}), name)
        finding = _misfit(f"d{name}", grads[f"d{name}"], name, loss, parameters[name], "the cost")
        if finding is not None:
            return finding
    back, of = f"dA{l - 1}", f"A{l - 1}"
    return _misfit(back, grads[back], of, lambda A: Y.size * cost(A), A, "the summed loss")


def model_examples_twice(ask: Ask, secret: Any) -> Finding | None:
    """Check that repeating every example keeps all dW and db, and repeats the columns of dA0."""
    X, Y, parameters = _network()
    order = [2, 0, 4, 3, 1]
    cases = []
    for columns in (range(5), [*range(5), *order]):
        AL, caches = L_model_forward(X[:, columns], parameters)
        cases.append(Case({"AL": AL, "Y": Y[:, columns], "caches": caches}))
    once, twice = ask.all(cases)
    means = {name: (once[name], twice[name]) for name in once if name[:2] != "dA"}
    return _changed_by_twice(means, ("dA0", once["dA0"], twice["dA0"], order))


def zero_gradients(ask: Ask, secret: Any) -> Finding | None:
    """Check that gradients of zeros differ by 1, which is a length divided by itself."""
    X, Y, parameters = _network(2, 1)
    grads = _gradients(parameters, lambda value: 0 * value)
    difference = ask(Case({"parameters": parameters, "grads": grads, "X": X, "Y": Y}))
    if abs(difference - 1) < 1e-6:
        return None
    return Finding(
        "law",
        "Where g holds nothing but zeros, the difference is ĝ's length over itself: 1. "
        f"Here it is {difference:.6g}.",
    )


def epsilon_counts(ask: Ask, secret: Any) -> Finding | None:
    """Check that another epsilon gives another difference, since costs are no straight lines."""
    X, Y, parameters = _network(2, 1)
    args = {"parameters": parameters, "grads": _gradients(parameters, np.copy), "X": X, "Y": Y}
    small, large = ask.all([Case(args | {"epsilon": epsilon}) for epsilon in (1e-5, 0.3)])
    if abs(small - large) > 1e-5:
        return None
    return Finding("law", "With epsilon 0.3 and with 1e-5 the same difference came: is it used?")


def proportional_step(ask: Ask, secret: Any) -> Finding | None:
    """Check that three times the learning rate makes the step three times as long."""
    _, _, parameters = _network()
    grads = _gradients(parameters, lambda value: 1 + value**2)
    args = {"parameters": parameters, "grads": grads}
    one, three = ask.all([Case(args | {"learning_rate": rate}) for rate in (0.1, 0.3)])
    for name, value in parameters.items():
        if not np.allclose(three[name] - value, 3 * (one[name] - value), rtol=1e-6, atol=1e-9):
            return Finding(
                "law",
                f"With three times the learning rate, {name} should move three times as far. "
                "Here it does not.",
            )
    return None


def new_arrays(ask: Ask, secret: Any) -> Finding | None:
    """Check that no returned array is an input array, even if no parameter changes."""
    _, _, parameters = _network()
    grads = _gradients(parameters, np.copy)
    args = {"parameters": parameters, "grads": grads, "learning_rate": 0.0}
    shared = ask.run(Case(args)).shared
    if not shared:
        return None
    return Finding(
        "law",
        f"With a learning rate of 0, {shared[0][-1]} is the very array that came in. "
        "Give a new one: whoever changes it later changes the old one too.",
    )


def _training(iterations: int, rate: float = 0.2) -> Case:
    X, Y, _ = _network()
    args = {"X": X, "Y": Y, "layer_dims": [3, 4, 1], "learning_rate": rate}
    return Case(args | {"num_iterations": iterations, "rng": Seed(86)})


def _first_weights() -> dict[str, Array]:
    return initialize_parameters_deep([3, 4, 1], np.random.default_rng(86))


def costs_before_updates(ask: Ask, secret: Any) -> Finding | None:
    """Check that costs[k] is the cost of the network after k iterations.

    This does not check whether the network learns anything.
    """
    X, Y, _ = _network()
    (_, costs), *trained = ask.all([_training(k) for k in (4, 1, 2, 3)])
    networks = [_first_weights(), *(network for network, _ in trained)]
    for k, network in enumerate(networks):
        wanted = float(compute_cost(L_model_forward(X, network)[0], Y))
        if abs(costs[k] - wanted) > 1e-6:
            when = "that initialize_parameters_deep makes with rng"
            if k:
                when = f"after {k} iteration{'s' * (k > 1)}"
            return Finding(
                "law",
                f"The network {when} costs {wanted:.4g}, and costs[{k}] says {costs[k]:.4g}.",
            )
    return None


def learning_rate_counts(ask: Ask, secret: Any) -> Finding | None:
    """Check that twice the learning rate makes the first iteration move twice as far."""
    first = _first_weights()
    (one, _), (two, _) = ask.all([_training(1, rate) for rate in (0.1, 0.2)])
    for name, value in first.items():
        if not np.allclose(two[name] - value, 2 * (one[name] - value), rtol=1e-6, atol=1e-9):
            return Finding(
                "law",
                f"With twice the learning rate, {name} should move twice as far in the first "
                "iteration. Here it does not.",
            )
    return None


# --- counted answers -----------------------------------------------------------------------------


def digest(exercise: str, item: object, answer: object) -> str:
    """Return the hash that an answer key holds in place of an answer."""
    return hashlib.sha256(f"{exercise}/{item}/{answer}".encode()).hexdigest()


def _above_chance(right: int, guessed: int, count: int) -> float:
    """Return the share earned by `right` answers of `count`, where guessing gives `guessed`."""
    return max(0.0, (right - guessed) / (count - guessed))


def ordered_steps(ask: Ask, secret: Any) -> Finding | None:
    """Check that each step is in its place; the finding says only how many are."""
    answer = ask(Case({}))
    letters = "ABCDE"
    if not isinstance(answer, str):
        return Finding("law", 'The order should be text, such as "ABCDE".')
    order = "".join(letter for letter in answer.upper() if letter.isalpha())
    if sorted(order) != list(letters):
        return Finding("law", f"Each of the letters {letters} should stand in the order once.")
    right = sum(digest("derivation_order", i, step) == secret[i] for i, step in enumerate(order))
    if right == len(letters):
        return None
    said = f"{right} of {len(letters)} steps stand in their place."
    return Finding("law", said, share=_above_chance(right, 1, len(letters)))


def settled_lines(ask: Ask, secret: Any) -> Finding | None:
    """Check that every line of the slide is judged, mended and its catcher named.

    The finding says only how many lines are. `secret` holds the arrays of one backward pass, the
    value of each line, and a digest of its right verdict and catcher.
    """
    inputs = {name: _arrays(value) for name, value in secret["inputs"].items()}
    answers = ask(Case(inputs))
    wanted = secret["lines"]
    if not isinstance(answers, dict):
        return Finding("law", "answers should be the dictionary that the first line makes.")
    strange = [line for line in answers if line not in range(1, len(wanted) + 1)]
    if strange:
        return Finding(
            "law", f"answers has a line {strange[0]!r}; the lines are 1 to {len(wanted)}."
        )
    for line, answer in answers.items():
        finding = _ill_formed(line, answer)
        if finding is not None:
            return finding
    settled = sum(
        digest("slide_hunt", line, f"{answer[0]}/{answer[2]}") == wanted[line - 1]["said"]
        and _equal(answer[1], wanted[line - 1]["value"])
        for line, answer in answers.items()
    )
    if settled == len(wanted):
        return None
    open_lines = len(wanted) - len(answers)
    more = f" {open_lines} have no answer yet." if open_lines > 1 else ""
    more = " One has no answer yet." if open_lines == 1 else more
    verb = "is" if settled == 1 else "are"
    return Finding(
        "law",
        f"{settled} of {len(wanted)} lines {verb} settled.{more}",
        share=_above_chance(settled, secret["guessed"], len(wanted)),
    )


def _arrays(value: Any) -> Any:
    """Return an answer key's plain lists as arrays: one array, or a tuple of arrays by layer."""
    if isinstance(value, dict):
        return tuple(None if part is None else np.array(part) for part in value["layers"])
    return np.array(value)


def _ill_formed(line: int, answer: Any) -> Finding | None:
    if not isinstance(answer, tuple | list) or len(answer) != 3:
        return Finding("law", f"answers[{line}] should be three things: verdict, value, catcher.")
    verdict, value, catcher = answer
    if not isinstance(verdict, str) or verdict not in ("right", "wrong"):
        return Finding("law", f'The verdict of line {line} should be "right" or "wrong".')
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        return Finding("law", f"The value of line {line} should be an array of numbers.")
    if not isinstance(catcher, str) or catcher not in ("nothing", "shapes", "gradients", "both"):
        return Finding(
            "law", f'What catches line {line} should be "nothing", "shapes", "gradients" or "both".'
        )
    if (verdict == "right") != (catcher == "nothing"):
        return Finding(
            "law", f'Line {line} contradicts itself: "nothing" belongs to a line that is right.'
        )
    return None


def _equal(value: Any, wanted: list[list[float]]) -> bool:
    right = np.array(wanted)
    return value.shape == right.shape and bool(np.allclose(value, right, rtol=1e-8, atol=1e-10))


def told_apart(ask: Ask, secret: Any) -> Finding | None:
    """Check that the inputs suit the right version and expose every wrong one; say how many."""
    inputs = ask(Case({}))
    if not isinstance(inputs, list | tuple) or len(inputs) == 0:
        return Finding("law", "There should be a list of pairs (AL, Y), one or more.")
    if len(inputs) > MOST_INPUTS:
        return Finding("law", f"There are {len(inputs)} pairs; {MOST_INPUTS} are enough.")
    for number, pair in enumerate(inputs, 1):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            return Finding("law", f"Input {number} is not a pair (AL, Y).")
        try:
            accuracy(*pair)
        except (ValueError, TypeError) as error:
            return Finding("law", f"Input {number} is none that accuracy must take: {error}.")
    seen = _caught(inputs)
    if seen == len(SUSPECTS):
        return None
    return Finding(
        "law",
        f"{seen} of the {len(SUSPECTS)} wrong versions show themselves; the others give what "
        "the right one gives on all your inputs.",
        share=_above_chance(seen, _caught([SHOWN]), len(SUSPECTS)),
    )


def _caught(inputs: Any) -> int:
    """Return how many wrong versions give another accuracy than the right one on these inputs."""
    return sum(any(_differs(version, *pair) for pair in inputs) for version in SUSPECTS)


def _differs(version: Callable[[Any, Any], float], AL: Any, Y: Any) -> bool:
    with contextlib.suppress(Exception), np.errstate(all="ignore"):
        return not bool(abs(version(AL, Y) - accuracy(AL, Y)) < 1e-9)
    return True


def _guarded(law: Law) -> Law:
    """Wrap a property, so that a result of another form than on the cases is a finding."""

    def guarded(ask: Ask, secret: Any) -> Finding | None:
        try:
            return law(ask, secret)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            said = "On other inputs something else came back: look at its parts and their shapes."
            return Finding("law", said)

    return guarded


_LAWS: dict[str, Law] = {
    "reacts_as_nudged": reacts_as_nudged,
    "proportional": proportional,
    "dA_prev_reacts": _linear_part(0),
    "dW_reacts": _linear_part(1),
    "db_reacts": _linear_part(2),
    "linear_examples_twice": linear_examples_twice,
    "sigmoid_layer": _layer_of("sigmoid"),
    "relu_layer": _layer_of("relu"),
    "output_layer": _layers_react(4, 4, "It begins at layer {}, the output."),
    "hidden_layers": _layers_react(3, 1, "Going backwards, layer {} is the first that is wrong."),
    "model_examples_twice": model_examples_twice,
    "zero_gradients": zero_gradients,
    "epsilon_counts": epsilon_counts,
    "proportional_step": proportional_step,
    "new_arrays": new_arrays,
    "costs_before_updates": costs_before_updates,
    "learning_rate_counts": learning_rate_counts,
    "ordered_steps": ordered_steps,
    "settled_lines": settled_lines,
    "told_apart": told_apart,
}
LAWS = {name: _guarded(law) for name, law in _LAWS.items()}
