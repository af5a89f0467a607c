"""Test that all works alike where h5py is missing, from the twins of the files."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from autograder.course import bundle
from tests.support import ROOT
from utils import data
from utils.checker.answer_key import FrozenKey, KeyFault, freeze
from utils.checker.judge import judge
from utils.experiment_log import LogError, append_record, read_log
from utils.hdf5 import write_twin
from utils.reference import forward_propagation

# Cases with arrays, dictionaries, generators, temporary files, choices.
SOME = ("double", "relu", "L_model_backward", "sample_configuration", "sort_claims")
RECORD = {
    "configuration": {"learning_rate": np.float64(0.1), "layers": [3, 1]},
    "costs": np.array([0.7, 0.5]),
    "train_accuracy": 0.9,
    "dev_accuracy": 0.8,
    "seconds": 0.25,
    "diverged": False,
}


@pytest.fixture
def no_h5py(monkeypatch):
    """Return a function after which h5py cannot be imported."""
    return lambda: monkeypatch.setitem(sys.modules, "h5py", None)


def written(value):
    """Return everything in a question or record as text: equal texts for equal contents."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape} {value.tolist()}"
    if isinstance(value, dict):
        return {str(key): written(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [written(one) for one in value]
    return written(vars(value)) if hasattr(value, "__dict__") else repr(value)


def contents(question):
    outcomes = [
        [mistake.outcome(i) for i in range(len(question.cases))] for mistake in question.mistakes
    ]
    plain = {name: value for name, value in vars(question).items() if name != "mistakes"}
    return json.dumps(written([plain, [m.sentence for m in question.mistakes], outcomes]))


def test_importing_a_pages_modules_does_not_import_h5py():
    code = "import sys, utils.check, utils.data, utils.experiment_log; print('h5py' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


def test_a_key_and_its_twin_give_the_same_questions(tmp_path, no_h5py):
    key = tmp_path / "answer_key.h5"
    freeze(key, SOME)
    with_h5py = {name: contents(FrozenKey(key).question(name)) for name in SOME}
    write_twin(key)
    no_h5py()
    for name in SOME:
        assert contents(FrozenKey(key).question(name)) == with_h5py[name], name
    verdict = judge(FrozenKey(key).question("relu"), forward_propagation.relu)
    assert verdict.status == "correct"
    key.unlink()  # a web bundle may leave it out
    assert FrozenKey(key).question("relu").exercise == "relu"
    with pytest.raises(KeyFault, match="has no exercise 'no_such'; it has"):
        FrozenKey(key).question("no_such")


def test_without_h5py_and_twin_the_key_says_how_to_get_h5py(tmp_path, no_h5py):
    key = tmp_path / "answer_key.h5"
    freeze(key, ["double"])
    no_h5py()
    with pytest.raises(KeyFault, match="finds no h5py to read it: install it with"):
        FrozenKey(key).question("double")
    for damaged in (b"", b"PK\x03\x04 no archive", b"text"):
        key.with_suffix(".npz").write_bytes(damaged)
        with pytest.raises(KeyFault, match="cannot be read; get a fresh copy"):
            FrozenKey(key).question("double")


def test_the_pictures_and_their_twin_are_the_same(tmp_path, no_h5py):
    path = tmp_path / "garments.h5"
    shutil.copy(data.GARMENTS_PATH, path)
    expected = {part: data.load_garments(part, path) for part in ("train", "dev", "test")}
    write_twin(path)
    no_h5py()
    for part, garments in expected.items():
        found = data.load_garments(part, path)
        assert (found.class_names, found.image_shape) == (garments.class_names, (28, 28))
        for array, other in ((found.X, garments.X), (found.Y, garments.Y)):
            assert array.dtype == other.dtype
            assert np.array_equal(array, other)
    path.with_suffix(".npz").write_bytes(b"")
    with pytest.raises(data.DataError):
        data.load_garments("test", path)


def test_a_log_without_h5py_holds_the_same_records_and_goes_on_with_it(tmp_path, monkeypatch):
    log, other = tmp_path / "search.h5", tmp_path / "other.h5"
    append_record(other, RECORD)
    append_record(other, RECORD | {"diverged": True, "costs": np.array([])})
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "h5py", None)
        assert read_log(log) == []
        append_record(log, RECORD)
        append_record(log, RECORD | {"diverged": True, "costs": np.array([])})
        with pytest.raises(ModuleNotFoundError, match="finds no h5py"):
            read_log(other)
    assert written(read_log(log)) == written(read_log(other))
    append_record(log, RECORD)
    assert len(read_log(log)) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.h5", "search.h5"]
    log.write_text("mine")
    with pytest.raises(LogError, match="is not an experiment log"):
        read_log(log)


def test_a_web_bundle_has_a_twin_of_each_hdf5_file(tmp_path):
    key = tmp_path / "answer_key.h5"
    freeze(key, ["double"])
    files = {"start.py": b"", "utils/answer_key.h5": key.read_bytes()}
    web = bundle.with_twins(files)
    assert web == files | {"utils/answer_key.npz": write_twin(key).read_bytes()}
