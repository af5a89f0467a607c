"""Test the log of a search, its progress bar, and its budget."""

from contextlib import redirect_stdout
from io import StringIO

import h5py
import numpy as np
import pytest

from utils import experiment_log
from utils.experiment_log import LogError, append_record, budget, log_for, progress, read_log


def a_record(**more):
    return {
        "configuration": {"learning_rate": np.float64(0.1), "width": np.int64(3), "a": "relu"},
        "costs": np.array([0.7, np.nan], np.float32),
        "train_accuracy": 0.9,
        "dev_accuracy": 0.8,
        "seconds": 0.1 + 0.2,
        "diverged": True,
    } | more


# -- the log --------------------------------------------------------------------------------------


def test_log_returns_the_appended_records(tmp_path):
    log = tmp_path / "search.h5"
    assert read_log(log) == read_log(None) == []
    append_record(None, a_record())
    for number in range(12):
        append_record(log, a_record(dev_accuracy=number / 12))
    records = read_log(str(log))
    assert [record["dev_accuracy"] for record in records] == [n / 12 for n in range(12)]
    assert records[0]["configuration"] == {"learning_rate": 0.1, "width": 3, "a": "relu"}
    assert records[0]["seconds"] == 0.1 + 0.2
    assert records[0]["diverged"] is True
    assert np.array_equal(records[0]["costs"], a_record()["costs"], equal_nan=True)
    assert [path.name for path in tmp_path.iterdir()] == ["search.h5"]


def test_interrupted_write_keeps_the_log_intact(tmp_path, monkeypatch):
    log = tmp_path / "search.h5"
    append_record(log, a_record())
    before = log.read_bytes()

    def stop(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(experiment_log.os, "replace", stop)
        with pytest.raises(KeyboardInterrupt):
            append_record(log, a_record())
    assert log.read_bytes() == before
    append_record(log, a_record())
    assert len(read_log(log)) == 2


@pytest.mark.parametrize("kind", ["text", "other HDF5"])
def test_file_that_is_no_log_is_reported_and_unchanged(kind, tmp_path):
    path = tmp_path / "thing.h5"
    if kind == "text":
        path.write_text("dear diary")
    else:
        with h5py.File(path, "w") as file:
            file["x"] = 1
    before = path.read_bytes()
    for use in (lambda: read_log(path), lambda: append_record(path, a_record())):
        with pytest.raises(LogError, match="is not an experiment log: give the log another name"):
            use()
    assert path.read_bytes() == before


SPACE = {"learning_rate": ("log", 1e-3, 0.1), "width": ("choice", [3, np.int64(5)])}


def test_log_finds_its_own_search_again(tmp_path):
    log = tmp_path / "search.h5"
    assert log_for(log, SPACE, 4) == str(log)
    assert read_log(log) == []
    append_record(log, a_record())
    assert log_for(log, dict(SPACE), 4) == str(log)
    assert len(read_log(log)) == 1


@pytest.mark.parametrize(
    ("space", "seed", "said"),
    [
        (SPACE, 5, "with seed 4 and not 5"),
        (
            SPACE | {"learning_rate": ("log", 1e-3, 0.25)},
            4,
            "where learning_rate was (log, 0.001, 0.1) and not (log, 0.001, 0.25)",
        ),
        (SPACE | {"momentum": ("log", 0.1, 1)}, 4, "where momentum was missing and not (log, 0.1"),
        (dict(reversed(SPACE.items())), 4, "whose space has its names in another order"),
    ],
)
def test_log_of_another_search_is_refused_and_unchanged(space, seed, said, tmp_path):
    log = tmp_path / "search.h5"
    append_record(log_for(log, SPACE, 4), a_record())
    before = log.read_bytes()
    with pytest.raises(LogError, match="holds 1 trial of another search") as refused:
        log_for(log, space, seed)
    assert said in str(refused.value)
    assert "give the log another name" in str(refused.value)
    assert log.read_bytes() == before


def test_log_of_no_known_search_is_refused(tmp_path):
    append_record(tmp_path / "old.h5", a_record())
    with pytest.raises(LogError, match="whose space and seed it does not tell"):
        log_for(tmp_path / "old.h5", SPACE, 4)


def test_log_in_a_missing_folder_is_refused_in_a_sentence(tmp_path):
    for use in (lambda log: log_for(log, SPACE, 4), lambda log: append_record(log, a_record())):
        with pytest.raises(LogError, match=r"There is no folder .*none for the log search\.h5\."):
            use(tmp_path / "none" / "search.h5")


# -- the bar, the budget --------------------------------------------------------------------------


def test_resumed_search_is_counted_from_its_first_trial():
    bar = experiment_log._Bar(9, 30, 4, "trials", before=7)
    assert repr(bar) == "9 of 30 trials, about 0:42 left"
    assert (
        repr(experiment_log._Bar(30, 30, 65, "trials", 7)) == "30 trials in 1:05, 7 of them earlier"
    )
    assert list(progress(range(7, 10))) == [7, 8, 9]
    assert list(progress(range(3, 3))) == []


def test_progress_bar_shows_the_remaining_time():
    bar = experiment_log._Bar(5, 20, 30, "trials")
    assert repr(bar) == "5 of 20 trials, about 1:30 left"
    html = bar._repr_mimebundle_()["text/html"]
    assert '<progress max="20" value="5" aria-label="trials done"' in html
    assert "about 1:30 left" in html
    assert repr(experiment_log._Bar(20, 20, 65, "trials")) == "20 trials in 1:05"
    assert repr(experiment_log._Bar(0, 20, 0, "trials")) == "0 of 20 trials"


def test_progress_updates_one_bar(monkeypatch):
    shown, clock = [], iter(range(100))

    class Handle:
        def update(self, bar):
            shown.append(repr(bar))

    def display(bar, display_id):
        assert display_id
        shown.append("new " + repr(bar))
        return Handle()

    monkeypatch.setattr(experiment_log, "_in_notebook", lambda: True)
    monkeypatch.setattr(experiment_log, "perf_counter", lambda: next(clock))
    monkeypatch.setattr("IPython.display.display", display)
    assert list(progress("abc")) == ["a", "b", "c"]
    assert shown == [
        "new 0 of 3 trials",
        "1 of 3 trials, about 0:04 left",
        "2 of 3 trials, about 0:02 left",
        "3 trials in 0:04",
    ]
    shown.clear()
    with redirect_stdout(StringIO()):  # as a check does, on a machine where it takes long
        assert list(progress("abc")) == ["a", "b", "c"]
    assert shown == []


def test_course_budget_small_selects_the_small_budget(monkeypatch):
    monkeypatch.delenv("COURSE_BUDGET", raising=False)
    assert budget(30, small=6) == 30
    monkeypatch.setenv("COURSE_BUDGET", "small")
    assert budget(30, small=6) == 6
