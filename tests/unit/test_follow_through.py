"""Test follow-through: an answer that calls a wrong earlier answer is not charged for it."""

import numpy as np
import pytest

from utils.checker.answer_key import LiveKey
from utils.checker.cases import Case, Returned
from utils.checker.judge import judge_exercise
from utils.checker.student_code import Notebook
from utils.exercises import EXERCISES
from utils.reference import forward_propagation as reference

NAMES = ["sigmoid", "relu", "linear_forward", "linear_activation_forward", "L_model_forward"]

LAYER = """
def linear_activation_forward(A_prev, W, b, activation):
    Z, cache = linear_forward(A_prev, W, b)
    if activation == "sigmoid":
        A = sigmoid(Z)
    elif activation == "relu":
        A = relu(Z)
    else:
        raise ValueError("no such activation")
    return A, (cache, Z)

def L_model_forward(X, parameters):
    A, caches, L = X, [], len(parameters) // 2
    for l in range(1, L):
        A, cache = linear_activation_forward(A, parameters[f"W{l}"], parameters[f"b{l}"], "relu")
        caches.append(cache)
    A, cache = linear_activation_forward(A, parameters[f"W{L}"], parameters[f"b{L}"], "sigmoid")
    return A, [*caches, cache]
"""


def notebook(source="", **wrong):
    """Make a notebook of correct answers, with some functions replaced."""
    space = {"np": np, "sigmoid": reference.sigmoid, "relu": reference.relu}
    space["linear_forward"] = reference.linear_forward
    exec(LAYER + source, space)
    space.update(wrong)
    return Notebook(space)


def verdicts(notebook, key, follow_through="full", names=NAMES):
    return {n: judge_exercise(key, n, notebook, 3, follow_through) for n in names}


def no_bias(A_prev, W, b):
    return W @ A_prev, (A_prev, W, b)


@pytest.mark.parametrize("name", EXERCISES)
def test_builds_on_is_transitively_complete(name):
    builds_on = EXERCISES[name].builds_on
    assert {more for one in builds_on for more in EXERCISES[one].builds_on} <= {*builds_on}


@pytest.mark.parametrize("blamed", ["linear_forward", "relu", "missing"])
def test_early_bug_is_charged_once(blamed):
    name = "sigmoid" if blamed == "missing" else blamed
    book = notebook("\ndef relu(Z):\n    raise NotImplementedError()" if name == "relu" else "")
    if name == "linear_forward":
        book.namespace[name] = no_bias
    if name == "sigmoid":
        del book.namespace[name]
    other = book.namespace.get(name)
    told = verdicts(book, LiveKey())
    assert told[name].status in ("wrong", "blank", "error")
    for later in ("linear_activation_forward", "L_model_forward"):
        assert told[later].status == "correct"
        assert told[later].points == EXERCISES[later].points
        assert told[later].substituted == (name,)
        assert told[later].message == f"right, given your {name}."
        assert f"The course's own {name} stood in for yours" in told[later].text()
    assert book.namespace.get(name) is other, "the student's own is back in its place"


@pytest.mark.parametrize(("policy", "share"), [("full", 1), ("half", 0.5)])
def test_follow_through_policy_decides_the_points(policy, share):
    told = verdicts(notebook(linear_forward=no_bias), LiveKey(), policy)
    verdict = told["L_model_forward"]
    assert verdict.points == share * EXERCISES["L_model_forward"].points
    assert verdict.record()["status"] == ("correct" if share == 1 else "partial")


def test_follow_through_none_gives_no_full_credit():
    told = verdicts(notebook(linear_forward=no_bias), LiveKey(), "none")["L_model_forward"]
    assert told.status == "wrong"
    assert told.points < EXERCISES["L_model_forward"].points
    assert "It gets its points when that is mended" in told.text()


def test_only_earlier_answers_wrong_by_themselves_are_blamed():
    broken = (
        "\ndef linear_activation_forward(A_prev, W, b, activation):\n    return sigmoid(W), 1\n"
    )
    told = verdicts(notebook(broken, sigmoid=lambda Z: Z), LiveKey())
    assert told["L_model_forward"].substituted == ("sigmoid", "linear_activation_forward")
    assert told["linear_activation_forward"].status != "correct"


def test_own_mistake_is_named_behind_an_earlier_one():
    source = LAYER.replace('"relu")', '"sigmoid")')
    told = verdicts(notebook(source, linear_forward=no_bias), LiveKey())["L_model_forward"]
    assert told.status == "wrong"
    assert told.mistake == "sigmoid_hidden"


def test_earlier_answer_that_is_not_called_is_not_blamed():
    source = """
def L_model_forward(X, parameters):
    return X, []
"""
    told = verdicts(notebook(source, linear_forward=no_bias), LiveKey())["L_model_forward"]
    assert told.substituted == ()
    assert "linear_forward" not in told.text().replace("L_model_forward", "")


def test_frozen_key_says_to_fix_the_earlier_answer_first(frozen):
    told = verdicts(notebook(linear_forward=no_bias), frozen)
    for later in ("linear_activation_forward", "L_model_forward"):
        assert told[later].status == "wrong"
        expected = "it builds on your linear_forward, not right yet: mend that first."
        assert told[later].message == expected
    assert all(v.status == "correct" for v in verdicts(notebook(), frozen).values())


HOLDS = {
    "a global": "def layer(Z):\n    return relu(Z)",
    "another global name": "mine = relu\ndef layer(Z):\n    return mine(Z)",
    "globals()": "def layer(Z):\n    return globals()['relu'](Z)",
    "globals() by a made-up name": "def layer(Z):\n    return globals()['re' + 'lu'](Z)",
    "a dictionary": "ways = {'relu': relu}\ndef layer(Z):\n    return ways['relu'](Z)",
    "a list in a tuple": "ways = (1, [relu])\ndef layer(Z):\n    return ways[1][0](Z)",
    "a tuple in a dictionary": "ways = {1: (relu, 2)}\ndef layer(Z):\n    return ways[1][0](Z)",
    "a default": "def layer(Z, g=relu):\n    return g(Z)",
    "a keyword's default": "def layer(Z, *, g=relu):\n    return g(Z)",
    "one that stands twice": (
        "relu = lambda Z: np.abs(Z)\nways = [relu]\n"
        "def layer(Z):\n    return min(relu(Z), ways[0](Z))"
    ),
    "a container beside much data": (
        "data = list(range(10**5))\nways = [{'relu': relu}]\n"
        "def layer(Z):\n    data[0]\n    return ways[0]['relu'](Z)"
    ),
    "a closure": "def make(g):\n    return lambda Z: g(Z)\nlayer = make(relu)",
    "a decorator": "@shown\ndef layer(Z):\n    return relu(Z)",
    "a decorator without wraps": "@hidden\ndef layer(Z):\n    return relu(Z)",
    "a decorated earlier one": "relu = shown(relu)\ndef layer(Z):\n    return relu(Z)",
    "a cache": "@functools.lru_cache\ndef layer(Z):\n    return relu(Z)",
    "a static method": (
        "class G:\n    act = staticmethod(relu)\ndef layer(Z):\n    return G.act(Z)"
    ),
    "an attribute": (
        "class G:\n    def __init__(self, g):\n        self.g = g\n"
        "it = G(relu)\ndef layer(Z):\n    return it.g(Z)"
    ),
    "a method": "class G:\n    def a(self, Z):\n        return relu(Z)\nlayer = G().a",
    "a callable class": (
        "class G:\n    def __init__(self, g):\n        self.g = g\n"
        "    def __call__(self, Z):\n        return self.g(Z)\nlayer = G(relu)"
    ),
    "an earlier one that is an object": (
        "class G:\n    def __call__(self, Z):\n        return np.abs(Z)\n"
        "relu = G()\nways = [relu]\ndef layer(Z):\n    return ways[0](Z)"
    ),
    "a partial": ("def general(g, Z):\n    return g(Z)\nlayer = functools.partial(general, relu)"),
    "a partial of it": "act = functools.partial(relu)\ndef layer(Z):\n    return act(Z)",
    "an older version": (
        "ways = {'relu': relu}\ndef relu(Z):\n    return -Z\n"
        "def layer(Z):\n    return ways['relu'](Z)"
    ),
    "a helper's helper": (
        "def inner(Z):\n    return relu(Z)\ndef outer(Z):\n    return inner(Z)\n"
        "def layer(Z):\n    return outer(Z)"
    ),
}

DECORATORS = """
import functools
def shown(f):
    @functools.wraps(f)
    def inside(*args, **more):
        return f(*args, **more)
    return inside
def hidden(f):
    def inside(*args):
        return f(*args)
    return inside
def relu(Z):
    return np.abs(Z)
"""


@pytest.mark.parametrize("way", HOLDS)
def test_earlier_function_is_found_and_replaced_however_an_answer_holds_it(way):
    space = {"np": np}
    exec(DECORATORS + HOLDS[way], space)
    answer = Notebook(space).answer("layer")
    before = dict(space)
    Z = -2.0
    wrong = answer.runs([Case({"Z": Z})], {})[0].outcome
    assert answer.uses(("relu", "sigmoid"))[:1] == ["relu"]
    if way.startswith("a cache"):
        answer.function.cache_clear()
    with_reference = answer.runs([Case({"Z": Z})], {"relu": lambda Z: 7.0})[0].outcome
    if way.startswith("a cache"):
        answer.function.cache_clear()
    assert with_reference == Returned(7.0)
    assert answer.runs([Case({"Z": Z})], {})[0].outcome == wrong != with_reference
    assert space == before, "everything is back in its place"


def test_function_that_only_mentions_an_earlier_one_does_not_use_it():
    space = {"np": np, "relu": reference.relu}
    exec("def layer(Z):\n    return 0 if 'relu' == 'sigmoid' else Z", space)
    assert Notebook(space).answer("layer").uses(("relu",)) == []


@pytest.mark.parametrize("way", ["a dictionary", "a decorator", "a partial"])
def test_early_bug_is_charged_once_however_it_is_held(way):
    layer = {
        "a dictionary": "ways = {'relu': relu, 'sigmoid': sigmoid}\n"
        + LAYER.replace("relu(Z)", "ways['relu'](Z)"),
        "a decorator": DECORATORS.split("def relu")[0] + "@shown" + LAYER,
        "a partial": "import functools\nact = functools.partial(relu)\n"
        + LAYER.replace("relu(Z)", "act(Z)"),
    }[way]
    book = notebook()
    book.namespace["relu"] = lambda Z: np.abs(Z)
    exec(layer, book.namespace)
    later = verdicts(book, LiveKey())["linear_activation_forward"]
    assert (later.status, later.substituted) == ("correct", ("relu",))
