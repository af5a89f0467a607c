"""Test that points can be defended: none without right work, and none less for coming nearer."""

import random
from dataclasses import replace
from functools import cache
from inspect import signature
from itertools import chain, cycle
from textwrap import dedent

import numpy as np
import pytest

from autograder.protocol import messages
from utils.checker.answer_key import LiveKey
from utils.checker.cases import AnyOfShape, Anything, Approx, InRange, Returned, Run
from utils.checker.judge import judge
from utils.checker.same import is_shape, same
from utils.checker.student_code import Function
from utils.exercises import EXERCISES
from utils.exercises.hyperparameters.sample_configuration import _sample
from utils.reference import forward_propagation, matrix_dimensions, the_brain
from utils.reference import hyperparameters as search

PAGES = sorted({exercise.assignment for exercise in EXERCISES.values()})
PAIRS = [(name, two) for name, one in EXERCISES.items() for two in one.combined_mistakes]


@cache
def asked(name, seed=7):
    return LiveKey().question(name, seed)


def points(name, function):
    return judge(asked(name), function).points


def parts(name, function):
    return {part.part: part.got for part in judge(asked(name), function).earned}


# --- no points without right work ----------------------------------------------------------------


def shaped_like(expected, make):
    """Return a result of the expected form, with every number replaced by one from `make`."""
    match expected:
        case np.ndarray() | AnyOfShape():
            return make(expected.shape)
        case dict():
            return {key: shaped_like(value, make) for key, value in expected.items()}
        case Approx() | InRange() | float() | int() | np.number():
            return float(make(()))
        case tuple() if is_shape(expected):
            return tuple(int(abs(make(()))) for _ in expected)
        case tuple() | list():
            return type(expected)(shaped_like(value, make) for value in expected)
        case Anything():
            return {}
    return None


def without_work(name, make):
    """Return an answer that gives the right form on each case, in their order, and no work."""
    outcomes = [case.expected for case in asked(name).cases]
    results = cycle(
        shaped_like(one.value, make) if isinstance(one, Returned) else None for one in outcomes
    )
    return lambda *arguments: next(results)


FILLINGS = {
    "zeros": np.zeros,
    "ones": np.ones,
    "halves": lambda shape: np.full(shape, 0.5),
    "normal": np.random.default_rng(3).standard_normal,
    "uniform": np.random.default_rng(4).random,
}


@pytest.mark.parametrize("filling", FILLINGS)
def test_numbers_without_work_earn_at_most_a_tenth_of_any_page(filling):
    for page in PAGES:
        exercises = [one for one in EXERCISES.values() if one.assignment == page]
        got = sum(points(one.name, without_work(one.name, FILLINGS[filling])) for one in exercises)
        assert got <= 0.1 * sum(one.points for one in exercises), page


@pytest.mark.parametrize("name", ["sort_claims", "sort_settings", "read_curves", "be_the_grader"])
def test_counted_answers_are_those_of_the_case_and_not_of_a_later_call(name):
    calls = chain([{}, {}], cycle([EXERCISES[name].reference()]))
    assert points(name, lambda: next(calls)) == 0
    assert points(name, dict) == 0


def test_every_claim_is_needed_and_the_others_keep_their_points():
    claims = the_brain.sort_claims()
    missing = dict(list(claims.items())[1:])
    assert points("sort_claims", lambda: missing) == 10
    assert points("sort_claims", lambda: claims | {next(iter(claims)): "Loose"}) == 10


def test_table_of_values_settles_no_line_of_the_slide():
    table = {}

    def slide_hunt(**arrays):
        return table

    for seed in (1, 2):
        case = asked("slide_hunt", seed).cases[0]
        table = table or EXERCISES["slide_hunt"].reference(**case.args)
    assert points("slide_hunt", lambda *arrays: slide_hunt()) == 0


def test_sizes_of_the_slide_differ_from_seed_to_seed():
    sizes = {
        tuple(layer.shape for layer in asked("slide_hunt", seed).cases[1].args["A"])
        for seed in range(9)
    }
    assert len(sizes) == 9


def untrained(space, n_trials, data, rng, log):
    """Make up records that agree with one another in every call."""
    children = rng.spawn(n_trials)
    records = search.read_log(log)
    for child in children[len(records) :]:
        configuration = search.sample_configuration(space, child)
        falling = np.linspace(0.69, 0.3 + 0.05 * child.random(), configuration["iterations"])
        accuracies = {
            f"{part}_accuracy": float(0.8 + 0.001 * np.mean(data[part][1])) + 0.1 * child.random()
            for part in ("train", "dev")
        }
        record = {"configuration": configuration, "costs": falling.astype(np.float32)}
        records.append(record | accuracies | {"seconds": 0.01, "diverged": False})
        search.append_record(log, records[-1])
    return records


def test_records_without_training_are_no_fair_trials():
    verdict = judge(asked("random_search"), untrained)
    assert {part.part: part.got for part in verdict.earned}["fair trials"] == 0
    assert "The same training gives another last cost" in verdict.message


@pytest.mark.parametrize("seconds", [1e-9, 0.0, -1.0, 60.0, np.inf])
def test_seconds_must_be_possible_for_the_training(seconds):
    def train_and_evaluate(configuration, data, rng):
        return search.train_and_evaluate(configuration, data, rng) | {"seconds": seconds}

    assert parts("train_and_evaluate", train_and_evaluate)["seconds"] == 0


# --- random numbers ------------------------------------------------------------------------------

RANDOM = [name for name, one in EXERCISES.items() if "rng" in signature(one.reference).parameters]


def with_generator(name, make):
    """Return the reference, called with another generator than the one that came in."""
    case = asked(name).cases[0]
    place = list(case.args).index("rng")

    def answer(*arguments):
        arguments = list(arguments)
        arguments[place] = make(arguments[place])
        return EXERCISES[name].reference(*arguments)

    return answer


def moving_np_random(rng):
    np.random.random()  # noqa: NPY002
    return rng


def moving_random(rng):
    random.random()
    return rng


SOURCES = {
    "unseeded": lambda rng: np.random.default_rng(),
    "made inside": lambda rng: np.random.default_rng(42),
    "of np.random": lambda rng: np.random.default_rng(np.random.randint(2**31)),  # noqa: NPY002
    "of random": lambda rng: np.random.default_rng(random.getrandbits(32)),
    "moving np.random": moving_np_random,
    "moving random": moving_random,
}


@pytest.mark.parametrize("name", EXERCISES)
def test_random_exercises_are_those_that_take_rng(name):
    draws = any(asked(name).draws_in(i) for i in range(len(asked(name).cases)))
    assert draws == (name in RANDOM)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", RANDOM)
def test_numbers_from_anything_but_rng_lose_points(name, source):
    verdict = judge(asked(name), with_generator(name, SOURCES[source]))
    assert verdict.status == "wrong"
    assert verdict.points <= 0.85 * verdict.max_points
    if source == "moving np.random":
        assert verdict.message == (
            "It draws from np.random, which all code shares: draw every number from rng."
        )


@pytest.mark.parametrize(
    "choice",
    [np.random.choice, random.choice, lambda values: np.random.default_rng().choice(values)],
    ids=["np.random", "random", "a generator of its own"],
)
def test_a_single_kind_of_draw_is_seen_and_loses_its_part(choice):
    def sample_configuration(space, rng):
        return _sample(space, rng, choice=choice)

    cases_alone = replace(asked("sample_configuration"), properties={})
    assert judge(cases_alone, sample_configuration).status == "wrong"
    got = parts("sample_configuration", sample_configuration)
    assert (got["choice"], got["own draws"]) == (0, 0)
    assert (got["int"], got["log scales"]) == (3, 3)


def test_weights_from_elsewhere_lose_their_part_and_no_other():
    def initialize_parameters_deep(layer_dims, rng):
        parameters = forward_propagation.initialize_parameters_deep(layer_dims, rng)
        for l in range(1, len(layer_dims)):
            n, n_prev = layer_dims[l], layer_dims[l - 1]
            parameters[f"W{l}"] = np.random.randn(n, n_prev) * np.sqrt(2 / n_prev)  # noqa: NPY002
        return parameters

    got = parts("initialize_parameters_deep", initialize_parameters_deep)
    assert got.pop("normal numbers from rng") == 0
    assert sum(got.values()) == 12


# --- who comes nearer never gets less ------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "two"), PAIRS, ids=[f"{name}-{two.function.__name__}" for name, two in PAIRS]
)
def test_two_mistakes_earn_no_more_than_either_and_lose_no_more_than_both(name, two):
    functions = {mistake.name: mistake.function for mistake in EXERCISES[name].mistakes}
    both = judge(asked(name), two.function)
    alone = [judge(asked(name), functions[one]) for one in two.names]
    assert both.points <= min(verdict.points for verdict in alone) + 0.01
    content = [of_content(verdict) for verdict in (both, *alone)]
    most = sum(p for part, p in EXERCISES[name].rubric.items() if part not in FORM)
    assert content[0] >= max(0, content[1] + content[2] - most) - 0.01


FORM = ("shape", "inputs left alone")


def of_content(verdict):
    return sum(part.got for part in verdict.earned if part.part not in FORM)


def written(source):
    """Return the last function in a source, which may call the references by their names."""
    namespace = {"np": np} | vars(forward_propagation)
    before = set(namespace)
    exec(dedent(source), namespace)
    return namespace[list(namespace.keys() - before - {"__builtins__"})[-1]]


def network(loop="range(1, L)", end="return AL, caches"):
    return written(f"""
    def forward(X, parameters):
        A, caches, L = X, [], len(parameters) // 2
        for l in {loop}:
            W, b = parameters[f"W{{l}}"], parameters[f"b{{l}}"]
            A, cache = linear_activation_forward(A, W, b, "relu")
            caches.append(cache)
        W, b = parameters[f"W{{L}}"], parameters[f"b{{L}}"]
        AL, cache = linear_activation_forward(A, W, b, "sigmoid")
        caches.append(cache)
        {end}
    """)


LEFT_OVER = "assert AL.shape == (1, X.shape[1])\n        return AL, caches"


def test_network_with_one_fault_earns_what_it_shows():
    nothing = points("L_model_forward", lambda X, parameters: (None, None))
    too_many = points("L_model_forward", network("range(1, L + 1)"))
    forgotten = parts("L_model_forward", network(end="pass"))
    left_over = parts("L_model_forward", network(end=LEFT_OVER))
    alone = parts("L_model_forward", network(end="return AL"))
    assert nothing == 0 < too_many < sum(forgotten.values()) < sum(left_over.values()) < 25
    assert (forgotten["values"], forgotten["caches"], forgotten["shape"]) == (13, 2.5, 0)
    assert (left_over["values"], left_over["caches"], left_over["edge cases"]) == (13, 2.5, 0)
    assert (alone["values"], alone["caches"], alone["shape"]) == (13, 0, 0)


@pytest.mark.parametrize(
    "wrap", ["np.array([[{}]])", "[{}]", "({},)", "np.matrix([[{}]])", "np.array({})"]
)
def test_right_cost_in_another_form_loses_its_form_alone(wrap):
    cost = written(f"def cost(AL, Y):\n    return {wrap.format('compute_cost(AL, Y)')}")
    got = parts("compute_cost", cost) or dict(EXERCISES["compute_cost"].rubric)
    assert (got["values"], got["exactly 0 or 1"], got["inputs left alone"]) == (7.5, 3, 1)
    assert points("compute_cost", lambda AL, Y: 7.0) == 0
    assert points("compute_cost", written("def cost(AL, Y):\n    c = compute_cost(AL, Y)")) >= 11


def test_split_of_other_sizes_keeps_the_points_of_every_example():
    def sums_rounded(X, Y, fractions, rng):
        m = X.shape[1]
        order = rng.permutation(m)
        cuts = [round(fractions[0] * m), round((fractions[0] + fractions[1]) * m)]
        chosen = zip(("train", "dev", "test"), np.split(order, cuts), strict=True)
        return {part: (X[:, numbers], Y[:, numbers]) for part, numbers in chosen}

    rubric = dict(EXERCISES["split_data"].rubric)
    assert parts("split_data", sums_rounded) == rubric | {"shape": 0}


def test_names_too_many_lose_the_names_alone():
    def forward_shapes(layer_dims, m):
        shapes = matrix_dimensions.forward_shapes(layer_dims, m)
        return shapes | matrix_dimensions.parameter_shapes(layer_dims)

    rubric = dict(EXERCISES["forward_shapes"].rubric)
    assert parts("forward_shapes", forward_shapes) == rubric | {"names": 0}


def test_sign_forgotten_earns_its_form():
    assert points("compute_cost", lambda AL, Y: -forward_propagation.compute_cost(AL, Y)) == 3


def test_right_biases_beside_wrong_weights_are_earned():
    def initialize_parameters_deep(layer_dims, rng):
        parameters = forward_propagation.initialize_parameters_deep(layer_dims, rng)
        return {name: array.T if "W" in name else array for name, array in parameters.items()}

    got = parts("initialize_parameters_deep", initialize_parameters_deep)
    assert (got["biases"], got["shape"], got["normal numbers from rng"]) == (1, 0, 0)


def test_matrix_with_right_values_loses_its_form_alone():
    def linear_forward(A_prev, W, b):
        return np.matrix(W @ A_prev + b), (A_prev, W, b)

    got = parts("linear_forward", linear_forward)
    assert (got["values"], got["cache"], got["shape"]) == (7.5, 1.5, 0)


def test_only_small_variables_are_kept_of_unfinished_work():
    def relu(Z):
        A, data, text = np.maximum(0, Z), np.zeros((500, 500)), "x" * 10
        raise ValueError(text, A.shape, data.shape)

    [run] = Function(relu).runs(asked("relu").cases[:1], {})
    kinds = [type(value).__name__ for value in run.unfinished]
    assert sorted(kinds) == ["ndarray", "ndarray", "str"]


def test_unfinished_work_and_moved_generators_reach_the_judge():
    run = Run(Returned(None), moved=("random",), unfinished=(np.eye(2), {"a": 1}))
    reply = messages.CallReply(1, [messages.pack_run(run)])
    [packed] = messages.read(messages.write(reply)).runs
    got = messages.unpack_run(packed, 0.0)
    assert got.moved == ("random",)
    assert same(Returned(got.unfinished), Returned(run.unfinished))


def test_unfinished_work_that_is_too_large_for_a_message_is_left_out():
    run = Run(Returned(None), unfinished=tuple([[0] * 1000] * 1000))
    assert messages.unpack_run(messages.pack_run(run), 0.0).unfinished == ()
