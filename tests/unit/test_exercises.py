"""Test all known mistakes and correct answers of the exercises, with both keys."""

import inspect
from dataclasses import replace
from textwrap import dedent

import numpy as np
import pytest

from tests.support.written_answer import verdict_on
from utils.checker.answer_key import LiveKey
from utils.checker.judge import judge
from utils.exercises import EXERCISES
from utils.reference import forward_propagation as reference

MISTAKES = [(name, mistake) for name, ex in EXERCISES.items() for mistake in ex.mistakes]
COMPOUNDS = [(name, two) for name, ex in EXERCISES.items() for two in ex.combined_mistakes]
DRAWS_ANEW = ("no_loop_over_examples",)  # properties whose inputs differ between seeds
SLIPS = [(name, slip) for name, ex in EXERCISES.items() for slip in ex.raising_mistakes]


@pytest.fixture
def questions(live, frozen, thorough):
    """Return a function from an exercise to its questions: by the frozen key and the live one."""
    seeds = [1, 2, 3, 4] if thorough else [1]
    return lambda name: [frozen.question(name), *(live.question(name, seed) for seed in seeds)]


# -- wrong work -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "mistake"), MISTAKES, ids=[f"{n}-{m.name}" for n, m in MISTAKES])
def test_known_mistake_is_rejected_and_named(name, mistake, questions):
    for question in questions(name):
        verdict = judge(question, mistake.function)
        assert verdict.status in ("wrong", "error")
        assert (verdict.mistake, verdict.mistake_sentence) == (mistake.name, mistake.sentence)
        assert verdict.points < EXERCISES[name].points or not EXERCISES[name].points
        assert mistake.sentence in verdict.text()


@pytest.mark.parametrize(
    ("name", "two"), COMPOUNDS, ids=[f"{n}-{c.function.__name__}" for n, c in COMPOUNDS]
)
def test_one_of_two_combined_mistakes_is_named(name, two, questions):
    for question in questions(name):
        verdict = judge(question, two.function)
        assert verdict.status in ("wrong", "error")
        assert verdict.mistake in two.names
        assert "else is not right either" in verdict.advice


@pytest.mark.parametrize(
    ("name", "slip"), SLIPS, ids=[f"{n}-{s.function.__name__}" for n, s in SLIPS]
)
def test_slip_that_raises_is_explained_with_the_students_line(name, slip, questions):
    for question in questions(name):
        verdict = judge(question, slip.function)
        assert verdict.status == "error"
        assert slip.phrase in verdict.message
        assert verdict.source in inspect.getsource(slip.function)
        assert "Traceback" not in verdict.text()


NATURAL = [
    ("linear_forward", "Z = np.dot(W.T, A_prev) + b\nreturn Z, (A_prev, W, b)", "W_transposed"),
    ("linear_forward", "return A_prev.dot(W) + b, (A_prev, W, b)", "order_swapped"),
    ("linear_forward", "return np.dot(W, A_prev) + b.ravel(), (A_prev, W, b)", "b_along_rows"),
    ("compute_cost", "return np.sum(Y*np.log(AL)+(1-Y)*np.log(1-AL))/Y.shape[1]", "sign_forgotten"),
    ("compute_cost", "return -np.sum(Y*np.log(AL)+(1-Y)*np.log(1-AL))", "not_averaged"),
    ("compute_cost", "return -np.sum(Y*np.log(AL))/Y.shape[1]", "zero_term_dropped"),
    ("compute_cost", "return -np.mean(Y*np.log10(AL)+(1-Y)*np.log10(1-AL))", "log_base_10"),
    ("compute_cost", "return -np.mean(Y*np.log(AL)+(1-Y)*np.log(1-AL))", "log_of_zero"),
    (
        "compute_cost",
        "P = np.clip(AL, 1e-15, 1-1e-15)\nreturn -np.mean(Y*np.log(P)+(1-Y)*np.log(1-P))",
        "clip_below_float32",
    ),
    (
        "compute_cost",
        "return -np.sum(Y*np.log(AL)+(1-Y)*np.log(1-AL), axis=1, keepdims=True)/Y.shape[1]",
        "one_by_one",
    ),
    (
        "L_model_forward",
        """
        L = len(parameters) // 2
        caches, A = [], X
        for l in range(1, L):
            A, c = layer(A, parameters["W" + str(l)], parameters["b" + str(l)], "relu")
            caches.append(c)
        A, c = layer(A, parameters["W" + str(l)], parameters["b" + str(l)], "sigmoid")
        caches.append(c)
        return A, caches
        """,
        "l_for_L",
    ),
]


@pytest.mark.parametrize(("name", "body", "mistake"), NATURAL, ids=[n[2] for n in NATURAL])
def test_mistake_is_named_in_other_spellings(name, body, mistake, key):
    lines = ["    " + line for line in dedent(body).strip().splitlines()]
    arguments = ", ".join(LiveKey().question(name, 0).cases[0].args)
    source = "\n".join([f"def {name}({arguments}):", *lines])
    layer = reference.linear_activation_forward
    assert verdict_on(source, name, key, layer=layer).mistake == mistake


# -- right work -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXERCISES)
def test_every_correct_implementation_passes(name, questions):
    exercise = EXERCISES[name]
    assert exercise.right
    for question in questions(name):
        if question.seed:  # most properties do not depend on the seed, so one check is enough
            anew = {one: part for one, part in question.properties.items() if one in DRAWS_ANEW}
            question = replace(question, properties=anew)
        for function in (exercise.reference, *exercise.right):
            verdict = judge(question, function)
            assert verdict.status == "correct", f"{function.__name__}: {verdict.text()}"
            assert verdict.points == exercise.points
            shown = verdict.text().split("Warnings")[0].strip().splitlines()
            assert len(shown) == 1 + bool(verdict.advice)
            assert not verdict.advice or verdict.advice in exercise.asks.values()


@pytest.mark.parametrize("eps", [1e-7, 1e-8, 1e-12])
def test_small_epsilon_in_logarithm_is_correct(eps, key):
    def cost(AL, Y):
        e = max(eps, 2e-7) if AL.dtype == np.float32 else eps
        return -np.mean(Y * np.log(AL + e) + (1 - Y) * np.log(1 - AL + e))

    for seed in range(20):
        assert judge(key.question("compute_cost", seed), cost).status == "correct"


@pytest.mark.parametrize(
    ("exercise", "way", "told"),
    [
        ("compute_cost", "example_by_example", "There is a loop in it."),
        ("compute_cost", "with_mean", ""),
        ("firing_rate", "neuron_by_neuron", "There is a loop in it."),
        ("L_layer_model", "in_place_on_its_own", "your `update_parameters` does the same"),
        ("L_layer_model", "while_there_are_more", ""),
    ],
)
def test_right_work_that_went_another_way_gets_a_remark(exercise, way, told, live):
    [function] = [one for one in EXERCISES[exercise].right if one.__name__ == way]
    verdict = judge(live.question(exercise, 0), function)
    assert verdict.status == "correct"
    assert told in verdict.advice
    assert bool(verdict.advice) is bool(told)


DRAWN = ("initialize_parameters_deep", "sample_log_uniform", "sample_configuration")


@pytest.mark.parametrize("name", ["sigmoid", *DRAWN])
def test_check_works_when_numpy_raises_on_floating_point_errors(name, key):
    with np.errstate(all="raise"):
        assert judge(key.question(name, 1), EXERCISES[name].reference).status == "correct"


def test_check_of_random_weights_works_where_a_page_has_replaced_exp(key, monkeypatch):
    name = "initialize_parameters_deep"
    question = key.question(name, 1)
    monkeypatch.setattr(np, "exp", None)
    assert judge(question, EXERCISES[name].reference).status == "correct"


# -- what an exercise lists -----------------------------------------------------------------------


def test_there_are_enough_mistakes_slips_and_correct_answers():
    assert len(MISTAKES) >= 150
    assert len(SLIPS) >= 60
    for name, exercise in EXERCISES.items():
        assert len(exercise.right) >= 8, name


@pytest.mark.parametrize("name", EXERCISES)
def test_rubric_covers_exactly_what_can_earn_points(name):
    exercise = EXERCISES[name]
    cases = exercise.cases(np.random.default_rng(0))
    earning = {case.earns for case in cases} | set(exercise.properties.values())
    assert len(exercise.rubric) > 1 or len(cases) == 1 or not exercise.points
    assert earning <= exercise.rubric.keys()
    returned = {t[0] if isinstance(t, list | tuple) else t for t in exercise.returns[1:]}
    assert exercise.rubric.keys() - earning <= {"shape", "inputs left alone", *returned}
    known = {mistake.name for mistake in exercise.mistakes}
    assert {one for two in exercise.combined_mistakes for one in two.names} <= known


@pytest.mark.parametrize("name", EXERCISES)
def test_mistakes_have_short_sentences_and_unique_names(name):
    mistakes = EXERCISES[name].mistakes
    assert len({m.name for m in mistakes}) == len(mistakes) > 0
    for mistake in mistakes:
        assert len(mistake.sentence.split()) < 30
    assert len(EXERCISES[name].hints) == 3
