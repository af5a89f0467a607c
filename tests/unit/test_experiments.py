"""Test notebook 06: what it is given, early stopping against the network's own, the report."""

import re

import numpy as np
import pytest

from autograder.course import notebooks
from tests.support import ROOT
from utils import given_hyperparameters as given
from utils.checker.answer_key import LiveKey
from utils.checker.judge import judge
from utils.exercises import EXERCISES
from utils.network import train
from utils.record import pages
from utils.reference import experiments

ASSIGNMENT = "06_experiments"


def test_page_is_read_after_04_and_before_05():
    names = [page.folder.name for page in pages(ROOT / "notebooks")]
    at = names.index(ASSIGNMENT)
    assert names[at - 1 : at + 2] == ["04_hyperparameters", ASSIGNMENT, "05_the_brain"]


def test_page_is_given_functions_of_04_and_none_of_its_own():
    path = notebooks.notebook_of(ROOT, ASSIGNMENT)
    code = "\n".join(cell.source for cell in notebooks.read(path).cells)
    [setup] = re.findall(r"from utils.given_hyperparameters import \(([^)]+)\)", code)
    pages_of = {EXERCISES[name].assignment for name in re.findall(r"(\w+),", setup)}
    assert pages_of == {"04_hyperparameters"}


@pytest.mark.parametrize("patience", [1, 7, 30, 1000])
def test_early_stopping_foretells_where_train_stops(patience):
    rng = np.random.default_rng(1)
    X, Y = rng.standard_normal((2, 60)), (np.arange(60) % 2).reshape(1, 60)
    settings = {"learning_rate": 0.5, "depth": 1, "width": 9, "iterations": 200}
    settings |= {"watch": (rng.standard_normal((2, 40)), (np.arange(40) % 2).reshape(1, 40))}
    whole = train(X, Y, rng=np.random.default_rng(2), **settings)
    stopped = train(X, Y, rng=np.random.default_rng(2), patience=patience, **settings)
    best, lowest, updates = experiments.early_stopping(whole.watched, patience)
    assert updates == stopped.watched.size
    assert best == np.argmin(stopped.watched)
    assert lowest == np.min(stopped.watched)


def test_diverged_trials_in_the_better_half_are_told_from_half_of_the_rest():
    def answer(space, n, budget, data, rng):
        """Cut first, and leave the diverged trials out only then."""
        left, rounds = [given.sample_configuration(space, rng) for _ in range(n)], []
        while left:
            trials = [{**one, "examples": budget} for one in left]
            records = [given.train_and_evaluate(one, data, rng) for one in trials]
            rounds.append(records)
            if len(records) > 1 and all(record["diverged"] for record in records):
                raise ValueError("all diverged")
            best = sorted(records, key=lambda record: -record["dev_accuracy"])
            half = best[: len(records) // 2]
            left = [record["configuration"] for record in half if not record["diverged"]]
            budget *= 2
        return rounds

    question = LiveKey().question("successive_halving", 0)
    cut_first = judge(question, answer)
    assert "the diverged ones took up places in the better half" in cut_first.message
    assert cut_first.mistake_sentence.startswith("Leave the diverged trials out before the cut")


# -- the report -----------------------------------------------------------------------------------


def test_report_is_a_markdown_cell_worth_20_points():
    tidy = notebooks.tidy(notebooks.read(notebooks.notebook_of(ROOT, ASSIGNMENT)))
    for notebook in (tidy, notebooks.solve(tidy, markers=False)):
        [cell] = [c for c in notebook.cells if c["id"] == "experiment_report"]
        meta = cell.metadata.nbgrader
        assert cell.cell_type == "markdown"
        assert cell.source == "YOUR ANSWER HERE"
        assert (meta.grade, meta.solution, meta.points) == (True, True, 20)


def test_mistake_is_named_where_a_truth_value_is_numpys():
    def answer(records, n_best, n_seeds, data, rng):
        finals = experiments.run_again(records, n_best, n_seeds, data, rng)
        return [final | {"diverged": np.bool_(False)} for final in finals]

    assert judge(LiveKey().question("run_again", 7), answer).mistake == "divergence_unsaid"
