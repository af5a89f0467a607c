"""Test what is blank, what is a stub left under code, and what Python cannot read."""

from types import SimpleNamespace

import pytest

from autograder.course import notebooks
from tests.support import ROOT
from tests.support.answer_in_notebook import notebook, read, run_cell
from utils.checker.error_messages import stub


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("    # YOUR CODE HERE\n    raise NotImplementedError()\n    return A", "blank"),
        ("    raise NotImplementedError()\n    return A", "blank"),
        ("    A = np.maximum(0, Z)\n    raise NotImplementedError()\n    return A", "error"),
        (
            "    A = np.maximum(0, Z)\n    # YOUR CODE HERE\n"
            "    raise NotImplementedError()\n    return A",
            "error",
        ),
        ("    # YOUR CODE HERE\n    raise NotImplementedError()\n    A = 3\n    return A", "error"),
    ],
)
def test_stub_left_under_code_is_not_called_blank(body, status):
    verdict = read("relu", f"def relu(Z):\n{body}")
    assert verdict.status == status
    assert ("still blank" in verdict.message) is (status == "blank")
    assert ("your code is there" in verdict.message) is (status == "error")


@pytest.mark.parametrize(
    ("exercise", "given"),
    [
        ("L_model_forward", "(X, parameters):\n    caches = []\n    A = X\n"),
        ("linear_backward", "(dZ, cache):\n    A_prev, W, _ = cache\n    m = dZ.shape[1]\n"),
        ("count_parameters", "(layer_dims):\n    count = 0\n"),
        ("parameter_shapes", "(layer_dims):\n    shapes = {}\n"),
    ],
)
def test_lines_that_the_page_gives_are_no_code_of_a_students(exercise, given):
    returned = {"L_model_forward": "AL, caches", "linear_backward": "dA_prev, dW, db"}
    returned |= {"count_parameters": "count", "parameter_shapes": "shapes"}
    stub = "    # YOUR CODE HERE\n    raise NotImplementedError()\n"
    source = f"def {exercise}{given}{stub}    return {returned[exercise]}"
    assert read(exercise, source).status == "blank"


STUBS = [
    pytest.param(cell.source, id=cell.id)
    for assignment in notebooks.assignments(ROOT)
    for cell in notebooks.read(notebooks.notebook_of(ROOT, assignment)).cells
    if cell.cell_type == "code" and cell.id.endswith(notebooks.SOLUTION)
]


@pytest.mark.parametrize("source", STUBS)
def test_a_stub_of_the_course_is_blank_whatever_lines_it_gives(source, tmp_path):
    file = tmp_path / "cell.py"
    file.write_text(source)
    frame = SimpleNamespace(f_code=SimpleNamespace(co_filename=str(file)))
    stubs = [i for i, line in enumerate(source.split("\n"), 1) if "raise NotImpl" in line]
    for line in stubs:
        assert not stub.is_under_code(SimpleNamespace(frame=frame, line=line))


def test_cell_with_a_syntax_error_is_not_passed_for_its_older_version(monkeypatch, capsys):
    cells = ["", "def relu(Z):\n    return np.maximum(0, Z)", "def relu(Z):\n    return np.max("]
    shell = SimpleNamespace(history_manager=SimpleNamespace(input_hist_parsed=cells))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    verdict = read("relu", cells[1])
    assert "Line 2: Python cannot read the cell with relu" in verdict.message
    assert verdict.source == "return np.max("
    cells.append(cells[1])
    names = notebook("relu")
    run_cell(cells[1], names)
    run_cell('check("relu")', names)
    assert "✓ relu" in capsys.readouterr().out
