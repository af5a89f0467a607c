"""Test checks as a notebook calls them: all known mistakes and correct answers, both keys."""

import inspect
import linecache
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from scipy.special import expit

from utils.check import check, hint, ready
from utils.checker import answer_key
from utils.checker.answer_key import FrozenKey, KeyFault, LiveKey, freeze
from utils.checker.cases import Raised, Returned, leaves
from utils.checker.judge import judge
from utils.checker.same import same
from utils.checker.verdict import CheckFailed
from utils.exercises import EXERCISES
from utils.reference import forward_propagation as reference

MISTAKES = [(name, mistake) for name, ex in EXERCISES.items() for mistake in ex.mistakes]
COMPOUNDS = [(name, two) for name, ex in EXERCISES.items() for two in ex.combined_mistakes]
DRAWS_ANEW = ("no_loop_over_examples",)  # properties whose inputs differ between seeds
SLIPS = [(name, slip) for name, ex in EXERCISES.items() for slip in ex.raising_mistakes]


def written(source, name, **more):
    """Return a function whose source lines are known, as if written in a cell."""
    source = dedent(source).strip() + "\n"
    cell = f"<cell {abs(hash(source))}>"
    linecache.cache[cell] = (len(source), None, source.splitlines(True), cell)
    namespace = {"np": np, **more}
    exec(compile(source, cell, "exec"), namespace)
    return namespace[name]


def verdict_on(source, name, key=None, **more):
    return judge((key or LiveKey()).question(name, 5), written(source, name, **more))


@pytest.fixture
def questions(live, frozen, thorough):
    """Return a function from an exercise to its questions: by the frozen key and the live one."""
    seeds = [1, 2, 3, 4] if thorough else [1]
    return lambda name: [frozen.question(name), *(live.question(name, seed) for seed in seeds)]


# --- wrong work ----------------------------------------------------------------------------


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


def test_wrong_shape_is_drawn():
    verdict = verdict_on("def relu(Z):\n    return np.maximum(0, Z)[:-1]", "relu")
    assert verdict.message == "A has shape (1, 3), expected (2, 3)."
    drawing = verdict.text()
    assert "expected (2, 3)   got (1, 3)" in drawing
    assert drawing.count("│ · · · │") == 3
    assert 'aria-label="got (1, 3)"' in verdict.html()


def test_wrong_values_are_shown_beside_expected_values():
    verdict = verdict_on("def relu(Z):\n    return np.abs(Z)", "relu")
    text = verdict.text()
    assert "the right shape but not the right values" in text
    assert "expected" in text
    assert "*" in text
    assert "<u>" in verdict.html()


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("return 1", "A is the single number 1, expected a NumPy array."),
        ("pass", "A is None (is there a return?), expected a NumPy array."),
        ("return Z.tolist()", "A is a list, expected a NumPy array."),
        ("return np.maximum(0, Z), 1", "A is a tuple of 2 items, expected a NumPy array."),
        ("return np.maximum(0, Z).astype(int)", "A holds int64 values, expected float64."),
        ("return np.maximum(0, Z).astype(np.float32)", "A holds float32 values"),
        ("return np.maximum(0, Z).astype(object)", "A holds object values"),
        ("return np.maximum(0, Z).view(type('mine', (np.ndarray,), {}))", "A is of type mine"),
        ("return np.ma.array(np.maximum(0, Z))", "A is of type MaskedArray"),
        ("return Z / 0 * 0", "A has the right shape but holds nan."),
        ("return lambda: Z", "A is a function (is a pair of parentheses missing?)"),
    ],
)
def test_every_unsupported_result_gets_a_sentence(source, sentence, key):
    verdict = verdict_on(f"def relu(Z):\n    {source}", "relu", key)
    assert verdict.status == "wrong"
    assert sentence in verdict.message


def test_rank_one_arrays_are_named(key):
    verdict = verdict_on("def relu(Z):\n    return np.maximum(0, Z).ravel()", "relu", key)
    assert "a rank-1 array" in verdict.message


def test_changed_input_array_is_reported(key):
    source = """
    def linear_forward(A_prev, W, b):
        Z = W @ A_prev + b
        if b.flags.writeable:
            b *= 0
        return Z, (A_prev, W, b)
    """
    verdict = verdict_on(source, "linear_forward", key)
    assert "b changed during the call" in verdict.message


def test_changed_input_dictionary_is_reported(key):
    source = """
    def sample_configuration(space, rng):
        for name in space:
            space[name] = 0.5
        return space
    """
    verdict = verdict_on(source, "sample_configuration", key)
    assert 'space["learning_rate"]' in verdict.message
    assert "changed during the call" in verdict.message


def test_returning_an_input_is_reported(key):
    source = "def relu(Z):\n    return Z if (Z > 0).all() else np.maximum(0, Z)"
    verdict = verdict_on(source, "relu", key)
    assert "A is the very array that came in" in verdict.message


def test_use_of_global_instead_of_argument_is_reported():
    source = """
    def linear_forward(A_prev, W, b):
        return W @ A_prev + bias, (A_prev, W, b)
    """
    verdict = verdict_on(source, "linear_forward", bias=0.5)
    assert verdict.status == "wrong"
    assert "It reads bias from outside the function" in verdict.text()


def test_state_kept_between_calls_is_reported(key):
    source = """
    seen = []
    def relu(Z):
        seen.append(1)
        return np.maximum(0, Z) + 1e-3 * (len(seen) > 9)
    """
    verdict = verdict_on(source, "relu", key)
    assert "gave another result the second time" in verdict.message


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("np.random.randn(n, p) * np.sqrt(2 / p)", "draw every number from rng"),
        ("np.random.default_rng(0).standard_normal((n, p)) * np.sqrt(2 / p)", "draw from rng"),
        ("rng.uniform(-1, 1, (n, p)) * np.sqrt(6 / p)", "not normal"),
        ("(rng.standard_normal((n, p)) + 0.3) * np.sqrt(2 / p)", "expected about 0"),
        ("rng.standard_normal((n, p)) * np.sqrt(1.7 / p)", "expected √(2/101) = 0.141"),
    ],
)
def test_random_weights_must_follow_their_distribution(change, sentence, key):
    source = f"""
    def initialize_parameters_deep(layer_dims, rng):
        parameters = {{}}
        for l in range(1, len(layer_dims)):
            n, p = layer_dims[l], layer_dims[l - 1]
            parameters["W" + str(l)] = {change}
            parameters["b" + str(l)] = np.zeros((n, 1))
        return parameters
    """
    verdict = verdict_on(source, "initialize_parameters_deep", key)
    assert verdict.status == "wrong"
    assert sentence in verdict.message


# --- exceptions ------------------------------------------------------------------------------


EXCEPTIONS = [
    ("linear_forward", "W @ A_perv + b", "Line 2: the name A_perv is not defined. Did you mean"),
    ("linear_forward", "W.T @ A_prev + b", "Line 2: W.T (3, 2) @ A_prev (3, 5) does not fit."),
    ("linear_forward", "np.dot(A_prev, W) + b", "Line 2: A_prev (3, 5) @ W (2, 3) does not fit."),
    ("linear_forward", "W @ A_prev + b.T", "W @ A_prev (2, 5) + b.T (1, 2) does not fit."),
    ("linear_forward", "(W, b) @ A_prev", "Line 2: "),
    ("linear_forward", "W.columns @ A_prev", "an array has no .columns."),
    ("linear_forward", "np.mathmul(W, A_prev) + b", "numpy has no .mathmul. Did you mean matmul?"),
    ("linear_forward", "W.shape(1)", "W.shape is a tuple, not a function"),
    ("linear_forward", "W.shape[2]", "W.shape has 2 items, and [2] is not among them."),
    ("linear_forward", '"W" + 1', "text and a number cannot be joined with +."),
    ("linear_forward", "np.zeros(2, 3)", "np.zeros takes the size as one tuple."),
    ("linear_forward", "W if W > 0 else b", "one yes-or-no question of a whole array."),
    ("linear_forward", "exp(W)", "Did you mean np.exp?"),
    ("linear_forward", "__import__('math').exp(W)", "takes a single number, and got an array."),
    ("linear_forward", '{}["W1"]', "has no key 'W1'."),
    ("linear_forward", "exit()", "exit() ends the program."),
    ("linear_forward", "'W' + np.int64(1)", "text and a number cannot be joined with +."),
    ("linear_forward", "'W' + W", "text and an array cannot be joined with +."),
    ("linear_forward", "W + None", "there is no + for an array and None."),
    ("linear_forward", "-np.exp", "np.exp is a function, and it was not called."),
    ("linear_forward", "np.random.randn((2, 3))", "takes whole numbers, and got a tuple."),
    ("linear_forward", "range(W)", "range takes whole numbers, and got an array."),
    ("linear_forward", "np.maximum(1, 2, 3)", "np.maximum takes 2 numbers or arrays, and got"),
    ("linear_forward", "W[0.5]", "[0.5] asks for a place that is no whole number."),
    ("linear_forward", "W['a']", "W is an array, and text is no place in it."),
    ("linear_forward", "W[0, 5]", "W has shape (2, 3), and index 5 is outside its axis 1."),
    ("linear_forward", "W[0, 0, 0]", "W has shape (2, 3), so it has 2 axes, and more are asked"),
    ("linear_forward", "W[W.T > 0]", "W has shape (2, 3), and the condition in its [ ] another"),
    ("linear_forward", "W.tolist().append(W).T", "None has no .T."),
    ("linear_forward", "1 / 0", "ZeroDivisionError"),
]


@pytest.mark.parametrize(("name", "line", "sentence"), EXCEPTIONS, ids=[e[1] for e in EXCEPTIONS])
def test_exception_is_explained_with_the_students_line(name, line, sentence):
    source = f"def {name}(A_prev, W, b):\n    Z = {line}\n    return Z, (A_prev, W, b)"
    verdict = verdict_on(source, name)
    assert verdict.status == "error"
    assert sentence in verdict.message
    assert line in verdict.source
    assert "Traceback" not in verdict.text()
    assert "utils" not in verdict.text()


def test_tuple_used_as_array_is_explained():
    source = """
    def linear_activation_forward(A_prev, W, b, activation):
        Z = linear_forward(A_prev, W, b)
        A = np.maximum(0, Z)
        return A, (Z[1], Z)
    """
    verdict = verdict_on(
        source, "linear_activation_forward", linear_forward=reference.linear_forward
    )
    assert "Line 3: Z is a tuple of 2, where an array is needed." in verdict.message


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        ("Z, c, d", "3 names to the left of =, but 2 values"),
        ("(Z,)", "there is 1 name to the left"),
    ],
)
def test_wrong_number_of_values_to_unpack_is_explained(left, sentence):
    source = f"""
    def linear_activation_forward(A_prev, W, b, activation):
        {left} = linear_forward(A_prev, W, b)
        return Z, c
    """
    verdict = verdict_on(
        source, "linear_activation_forward", linear_forward=reference.linear_forward
    )
    assert sentence in verdict.message


@pytest.mark.parametrize(
    ("raised", "sentence"),
    [
        ("ValueError('no')", "Line 2: here your own raise is reached: ValueError: no."),
        ("ValueError('no' + 1)", "Line 2: text and a number cannot be joined with +."),
        ("'no'", "Line 2: only an exception can be raised, and this is none."),
    ],
)
def test_students_own_raise_is_distinguished_from_an_error_in_it(raised, sentence):
    source = f"def linear_forward(A_prev, W, b):\n    raise {raised}"
    assert verdict_on(source, "linear_forward").message == sentence


def test_failed_assert_is_explained():
    source = """
    def linear_forward(A_prev, W, b):
        assert W.shape == (4, 3)
        return W @ A_prev + b, (A_prev, W, b)
    """
    message = verdict_on(source, "linear_forward").message
    assert message == "Line 2: your assert says no: here W.shape is (2, 3)."


def test_exception_after_many_expected_ones_is_explained(key):
    question = key.question("check_dimensions", 1)
    expected = [i for i, case in enumerate(question.cases) if isinstance(case.expected, Raised)]
    late = repr(question.cases[expected[5]].args["parameters"])
    source = """
    def check_dimensions(parameters, layer_dims):
        if repr(parameters) == late:
            return shapes
        guard(parameters, layer_dims)
    """
    guard = EXERCISES["check_dimensions"].reference
    verdict = judge(question, written(source, "check_dimensions", late=late, guard=guard))
    assert verdict.message.endswith("and it raised a NameError.")
    assert verdict.advice.startswith("Line 3: the name shapes is not defined.")


def test_blank_earlier_exercise_is_named():
    source = """
    def relu(Z):
        raise NotImplementedError()

    def linear_activation_forward(A_prev, W, b, activation):
        Z, cache = linear_forward(A_prev, W, b)
        return relu(Z), (cache, Z)
    """
    verdict = verdict_on(
        source, "linear_activation_forward", linear_forward=reference.linear_forward
    )
    assert verdict.status == "error"
    assert verdict.message == "it calls relu, which is itself still blank."


def test_endless_recursion_is_explained():
    verdict = verdict_on("def relu(Z):\n    return relu(Z)", "relu")
    assert "relu calls itself without end" in verdict.message


# --- right work --------------------------------------------------------------------------------


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


def test_prints_and_warnings_are_shown_and_cost_no_points():
    source = """
    import warnings
    def relu(Z):
        print("here I am")
        warnings.warn("careful")
        return np.maximum(0, Z)
    """
    verdict = verdict_on(source, "relu")
    assert verdict.status == "correct"
    assert "here I am" in verdict.text()
    assert "UserWarning: careful" in verdict.text()
    assert "here I am" in verdict.html()


# --- the two keys ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXERCISES)
def test_frozen_key_stores_the_same_question_as_live_key(name, frozen):
    live, stored = LiveKey().question(name, 0), frozen.question(name)
    for field in (
        "points",
        "returns",
        "hints",
        "builds_on",
        "fresh",
        "properties",
        "params",
        "assignment",
    ):
        assert getattr(stored, field) == getattr(live, field)
    assert len(stored.cases) == len(live.cases)
    for i, (old, new) in enumerate(zip(stored.cases, live.cases, strict=True)):
        assert (old.note, old.layout) == (new.note, new.layout)
        assert same(Returned(list(old.args.values())), Returned(list(new.args.values())))
        assert same(old.expected, new.expected)
        for known, again in zip(stored.mistakes, live.mistakes, strict=True):
            assert (known.name, known.sentence) == (again.name, again.sentence)
            assert same(known.outcome(i), again.outcome(i)), known.name


@pytest.mark.parametrize("name", EXERCISES)
def test_seed_determines_the_cases(name):
    def numbers(seed):
        return [repr(case.args) for case in LiveKey().question(name, seed).cases]

    assert numbers(1) == numbers(1)
    if EXERCISES[name].assignment == "01_forward_propagation":  # others have fixed cases
        assert numbers(1) != numbers(2)


def test_common_seed_gives_the_same_cases_to_a_class(monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "autumn")
    relu, again = (answer_key.open_key().question("relu").seed for _ in range(2))
    assert relu == again != answer_key.open_key().question("sigmoid").seed


def test_seed_of_a_class_is_in_no_verdict():
    def relu(Z):
        return np.abs(Z)

    for common, is_shown in (("autumn", False), (None, True)):
        question = LiveKey(common).question("relu")
        verdict = judge(question, relu)
        assert (verdict.seed is not None) == is_shown
        assert (str(question.seed) in verdict.text() + verdict.html()) == is_shown


def test_failed_freeze_keeps_the_old_key(tmp_path):
    path = tmp_path / "answer_key.h5"
    freeze(path, ["relu"])
    before = path.read_bytes()
    with pytest.raises(KeyFault):
        freeze(path, ["relu", "no such exercise"])
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "name",
    [
        exercise.name
        for exercise in EXERCISES.values()
        if exercise.assignment == "01_forward_propagation"
        and exercise.name != "initialize_parameters_deep"  # its inputs are not arrays
    ],
)
def test_cases_include_unusual_memory_layouts_and_a_single_example(name, key):
    seen = []

    def watch(*arguments):
        arrays = list(leaves(list(arguments)))
        seen.append((
            any(not a.flags.c_contiguous for a in arrays),
            any(not a.flags.writeable for a in arrays),
            arrays[0].shape[1] == 1,
        ))  # fmt: skip
        return EXERCISES[name].reference(*arguments)

    assert judge(key.question(name, 1), watch).status == "correct"
    contiguous, readonly, single = map(any, zip(*seen, strict=True))
    assert readonly
    assert single
    assert contiguous


# --- could not be checked ------------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["missing", "truncated", "foreign", "other exercise"])
def test_broken_key_is_reported_as_not_the_students_fault(harm, tmp_path, monkeypatch):
    path = tmp_path / "answer_key.h5"
    freeze(path, ["sigmoid"] if harm == "other exercise" else ["relu"])
    if harm == "missing":
        path.unlink()
    elif harm == "truncated":
        path.write_bytes(path.read_bytes()[:1500])
    elif harm == "foreign":
        path.write_text("this is no key")
    monkeypatch.setattr("utils.check.open_key", lambda: FrozenKey(path))
    with pytest.raises(CheckFailed) as failure:
        exec('check("relu")', {"check": check, "relu": reference.relu})
    text = "\n".join(failure.value._render_traceback_())
    assert failure.value.verdict.status == "unchecked"
    assert "could not be checked, and that is not your fault" in text
    assert str(path) in text
    assert "course key" in text or harm == "other exercise"


def test_broken_case_is_reported_as_not_the_students_fault(monkeypatch):
    monkeypatch.setattr(EXERCISES["relu"], "cases", lambda rng: 1 / 0)
    with pytest.raises(CheckFailed, match="not your fault"):
        exec('check("relu")', {"check": check, "relu": reference.relu})


def test_misspelled_exercise_name_gets_suggestions():
    for slip in ("reul", "ReLU"):
        with pytest.raises(CheckFailed, match=f"there is no exercise {slip}. Did you mean relu?"):
            check(slip)
    with pytest.raises(CheckFailed, match=r"no exercise 'zzz'; it has .*relu"):
        check("zzz")


# --- the calls a notebook makes -----------------------------------------------------------------


def in_a_notebook(source):
    """Run statements with the names that the setup cell of a notebook imports."""
    exec(dedent(source), {"np": np, "check": check, "hint": hint, "ready": ready})


def test_blank_answer_is_distinguished_from_an_error():
    with pytest.raises(CheckFailed) as failure:
        in_a_notebook("""
        def relu(Z):
            # YOUR CODE HERE
            raise NotImplementedError()
            return A
        check("relu")
        """)
    assert failure.value.verdict.status == "blank"
    assert "still blank" in str(failure.value)


@pytest.mark.parametrize(
    ("before", "sentence"), [("", "there is no relu yet"), ("relu = 3", "not a function any more")]
)
def test_missing_function_is_explained(before, sentence):
    with pytest.raises(CheckFailed, match=sentence):
        in_a_notebook(f'{before}\ncheck("relu")')


def test_correct_answer_prints_one_line(capsys):
    in_a_notebook('def relu(Z):\n    return np.maximum(0, Z)\ncheck("relu", seed=3)')
    assert capsys.readouterr().out == "✓ relu: right on 9 cases (seed 3).\n"


def test_hints_are_shown_one_at_a_time(capsys):
    for number in (1, 2, 3, 3):
        in_a_notebook('hint("linear_forward")')
        assert f"Hint {number} of 3 for linear_forward: " in capsys.readouterr().out
    in_a_notebook('hint("nothing")')
    assert "There is no hint: the course has no exercise 'nothing'" in capsys.readouterr().out


def test_demonstration_needs_its_exercises(capsys):
    in_a_notebook("""
    def relu(Z):
        raise NotImplementedError()
    def sigmoid(Z):
        return Z
    assert not ready("relu", "sigmoid")
    assert ready("sigmoid")
    """)
    assert "needs your relu.\nWrite that first" in capsys.readouterr().out


def test_demonstration_needs_what_its_exercises_build_on(capsys):
    in_a_notebook("""
    def relu(Z):
        raise NotImplementedError()
    sigmoid = linear_forward = linear_activation_forward = lambda: None
    assert not ready("linear_activation_forward")
    """)
    assert "needs your relu." in capsys.readouterr().out


def test_demonstration_names_the_data_that_an_earlier_cell_makes(capsys):
    in_a_notebook("""
    def relu(Z):
        raise NotImplementedError()
    assert not ready("relu", "records")
    """)
    assert "records" not in capsys.readouterr().out  # the exercise comes first
    in_a_notebook('relu = abs\nassert not ready("relu", "records")')
    assert "Run the cell that makes records again" in capsys.readouterr().out


def test_ipython_shows_no_traceback_of_the_course(tmp_path):
    """Run a real shell: a failed check shows the verdict and nothing else."""
    script = dedent("""
    from IPython.core.interactiveshell import InteractiveShell
    shell = InteractiveShell.instance(colors="nocolor")
    shell.run_cell("from utils.check import check\\nimport numpy as np")
    shell.run_cell("def relu(Z):\\n    return np.abs(Y)")
    shell.run_cell('check("relu")')
    """)
    root = Path(answer_key.__file__).parents[1]
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(root), "IPYTHONDIR": str(tmp_path)},
    )
    shown = run.stdout + run.stderr
    assert "✗ relu: Line 2: the name Y is not defined." in shown
    assert "return np.abs(Y)" in shown
    assert "Traceback" not in shown
    assert "utils" not in shown
    assert shown.count("✗ relu") == 1


# --- what reviewers found ------------------------------------------------------------------------


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


@pytest.mark.parametrize("start", ["W * 0.01", "W * 0", "W / np.sqrt(2)"])
def test_output_layer_must_follow_the_distribution(start, key):
    def initialize(layer_dims, rng):
        parameters = reference.initialize_parameters_deep(layer_dims, rng)
        last = f"W{len(layer_dims) - 1}"
        parameters[last] = eval(start, {"W": parameters[last], "np": np})
        return parameters

    assert judge(key.question("initialize_parameters_deep", 1), initialize).status == "wrong"


@pytest.mark.parametrize("eps", [1e-7, 1e-8, 1e-12])
def test_small_epsilon_in_logarithm_is_correct(eps, key):
    def cost(AL, Y):
        e = max(eps, 2e-7) if AL.dtype == np.float32 else eps
        return -np.mean(Y * np.log(AL + e) + (1 - Y) * np.log(1 - AL + e))

    for seed in range(20):
        assert judge(key.question("compute_cost", seed), cost).status == "correct"


@pytest.mark.parametrize(
    "line", ['raise NameError("boo")', 'raise AttributeError("boo")', "raise Sly()", "return Sly()"]
)
def test_hostile_exceptions_and_results_get_a_verdict(line, key):
    source = f"""
    class Sly(Exception):
        def __str__(self):
            raise RuntimeError
        def __eq__(self, other):
            raise RuntimeError
        def __array__(self, *more, **options):
            raise RuntimeError
        __hash__ = None
    def relu(Z):
        {line}
    """
    assert verdict_on(source, "relu", key).status in ("error", "wrong")


DRAWN = ("initialize_parameters_deep", "sample_log_uniform", "sample_configuration")


@pytest.mark.parametrize("name", ["sigmoid", *DRAWN])
def test_check_works_when_numpy_raises_on_floating_point_errors(name, key):
    with np.errstate(all="raise"):
        assert judge(key.question(name, 1), EXERCISES[name].reference).status == "correct"


def layer_with(otherwise):
    return f"""
    class MyError(ValueError):
        pass
    def linear_activation_forward(A_prev, W, b, activation):
        Z, cache = linear_forward(A_prev, W, b)
        if activation == "relu":
            A = np.maximum(0, Z)
        elif activation == "sigmoid":
            A = expit(Z)
        {otherwise}
        return A, (cache, Z)
    """


@pytest.mark.parametrize(
    ("otherwise", "said"),
    [
        ("else: raise MyError('no')", "right"),
        ("else: raise TypeError('no')", "should raise a ValueError, and it raised a TypeError"),
        ("", "should raise a ValueError, and it raised an UnboundLocalError"),
        ("else: raise NotImplementedError()", "it comes to `else: raise NotImplementedError()`"),
    ],
)
def test_unknown_activation_is_explained(otherwise, said, key):
    verdict = verdict_on(
        layer_with(otherwise),
        "linear_activation_forward",
        key,
        linear_forward=reference.linear_forward,
        expit=expit,
    )
    assert said in verdict.text()
    assert verdict.status == ("correct" if said == "right" else "error")


def test_check_accepts_the_function_instead_of_its_name(capsys):
    in_a_notebook("def relu(Z):\n    return np.maximum(0, Z)\ncheck(relu)\nhint(relu)\nready(relu)")
    assert "✓ relu" in capsys.readouterr().out


@pytest.mark.parametrize("seed", ["a", -1, 1.5])
def test_invalid_seed_is_refused(seed):
    with pytest.raises(CheckFailed, match="a seed is a whole number from 0 up"):
        check("relu", seed=seed)


def test_plain_python_prints_the_whole_verdict(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(
        "import numpy as np\nfrom utils.check import check\n"
        'def relu(Z):\n    return np.abs(Z)\ncheck("relu", seed=1)\n'
    )
    root = str(Path(answer_key.__file__).parents[1])
    for encoding in ("utf-8", "cp1252"):
        env = {**os.environ, "PYTHONPATH": root, "PYTHONIOENCODING": encoding}
        run = subprocess.run([sys.executable, script], capture_output=True, check=False, env=env)
        assert b"Negative entries came through with their sign turned" in run.stdout
        assert b"UnicodeEncodeError" not in run.stderr
