"""Test that the live and the frozen key ask the same, and that a broken key is reported."""

import numpy as np
import pytest

from utils.check import check
from utils.checker import answer_key
from utils.checker.answer_key import FrozenKey, KeyFault, LiveKey, freeze
from utils.checker.cases import Returned, leaves
from utils.checker.judge import judge
from utils.checker.same import same
from utils.checker.verdict import CheckFailed
from utils.exercises import EXERCISES
from utils.reference import forward_propagation as reference

# -- the two keys ---------------------------------------------------------------------------------


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


# -- could not be checked -------------------------------------------------------------------------


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
