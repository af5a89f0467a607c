"""Test what a released bundle has in it, and what it has not."""

import ast
import datetime
import functools
import inspect
import json
import re
import textwrap
import zipfile
from dataclasses import replace

import h5py
import nbformat
import pytest
import yaml

from autograder import cli
from autograder.course import bundle, notebooks
from autograder.course.course_file import release_date, version
from autograder.errors import BrokenCourse, ExitCode
from autograder.grading.course_notebook import test_cells as graded_cells
from tests.support import ROOT
from utils.checker.answer_key import FrozenKey
from utils.checker.judge import judge
from utils.exercises import EXERCISES

ASSIGNMENTS = notebooks.assignments(ROOT)
NAME = "01_forward_propagation"

# Assignments that load pictures, which are larger than all other files.
DATASHEET, GARMENTS = "datasets/README.md", "datasets/garments.h5"
DATA = {name: [DATASHEET, GARMENTS] for name in (*ASSIGNMENTS[1:5], "06_experiments")}
DATA["07_ten_garments"] = [DATASHEET, "datasets/ten_garments.h5"]

# All tests share one bundle, which takes seconds to make.
pytestmark = pytest.mark.xdist_group("bundle")


def files(folder):
    return {f.relative_to(folder).as_posix(): f for f in folder.rglob("*") if f.is_file()}


# -- files of a bundle ----------------------------------------------------------------------------


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_bundle_has_exactly_the_needed_files(bundles, assignment):
    found = set(files(bundles / assignment))
    own = {name.removeprefix("utils/") for name in found if name.endswith((".py", ".html"))}
    own.remove("start.py")
    assert {"__init__.py", "check.py", "properties/__init__.py"} < own
    assert {"checker/templates/verdict.html", "checker/templates/shapes.html"} < own
    assert not any(name.startswith(("reference", "exercises")) for name in own)
    pictures = {f"images/{f.name}" for f in (ROOT / "notebooks" / assignment).glob("images/*")}
    texts = {f.name for f in (ROOT / "notebooks" / assignment).glob("*.md")}
    texts |= {"self_test/self_test.ipynb"} if assignment == "00_start_here" else set()
    assert found == {
        *("README.md", "LICENSE", "environment.yml", "requirements.lock", f"{assignment}.ipynb"),
        *("start.py", "utils/answer_key.h5", "utils/jupyter/labconfig/page_config.json"),
        *("utils/blanks.json", "utils/released.ipynb"),
        *DATA.get(assignment, []),
        *(f"utils/{name}" for name in own),
        *pictures,
        *texts,
    }
    notebook = (bundles / assignment / f"{assignment}.ipynb").read_text()
    for picture in re.findall(r"\]\((images/[^)]+)\)|src=\\?\"(images/[^\"\\]+)", notebook):
        assert "".join(picture) in found


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_no_link_leads_out_of_a_bundle(bundles, assignment):
    folder = bundles / assignment
    pages = [*folder.glob("*.ipynb"), *folder.glob("self_test/*.ipynb"), *folder.glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
            if not re.match(r"[a-z]+:", target):
                leads_to = (page.parent / target).resolve()
                assert leads_to.is_relative_to(folder), (page.name, target)
                assert leads_to.is_file(), (page.name, target)


def test_page_in_another_bundle_is_still_named(bundles):
    named = set()
    for page in (ROOT / "notebooks").glob("*/*.ipynb"):
        released = (bundles / page.parent.name / page.name).read_text("utf-8")
        for name in re.findall(r"\[([^\[\]]+)\]\(\.\./", page.read_text("utf-8")):
            assert f"**{name}**" in released
            named.add(name)
    assert {"01 Forward propagation", "05 The brain"} <= named


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_given_solutions_ship_only_with_notebooks_that_import_them(bundles, assignment):
    notebook = (bundles / assignment / f"{assignment}.ipynb").read_text()
    for module in (ROOT / "utils").glob("given_*.py"):
        shipped = bundles / assignment / "utils" / module.name
        assert shipped.exists() == (f"utils.{module.stem} " in notebook)
        if shipped.exists():
            [source] = re.findall(r"from utils\.reference\.(\w+) import", module.read_text())
            reference = (ROOT / "utils" / "reference" / f"{source}.py").read_text()
            earlier = ("utils.reference.forward_propagation ", "utils.given_forward ")
            assert shipped.read_text() == reference.replace(*earlier)


def test_modules_are_the_transitive_imports_of_the_notebook(tmp_path):
    texts = {
        "__init__": "",
        "used": "def f():\n    import utils.deeper\n",
        "deeper": "from utils.reference.one import A\n",
        "unused": "",
        "reference/one": "A = 1\n",
        "exercises/one": "",
        "properties/one": "import utils.under_a_property",
        "properties/two": "",
        "under_a_property": "",
    }
    for name, text in texts.items():
        (tmp_path / "utils" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "utils" / f"{name}.py").write_text(text)
    cells = ["%matplotlib inline\nfrom utils import used", "not Python", "import numpy"]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    found = bundle.modules(tmp_path, notebook, "01_one")
    needed = {"__init__", "used", "deeper", "properties/one", "under_a_property"}
    assert set(found) == {f"utils/{name}.py" for name in needed}
    assert found["utils/deeper.py"] == b"A = 1\n"
    (tmp_path / "utils" / "deeper.py").write_text(
        "from utils.reference.one import A\nfrom utils.reference.two import B\n"
    )
    with pytest.raises(BrokenCourse, match="more than one module of utils/reference"):
        bundle.modules(tmp_path, notebook, "01_one")


def test_zip_has_the_same_content_as_the_folder(bundles, tmp_path):
    with zipfile.ZipFile(bundles / f"{NAME}.zip") as archive:
        assert archive.testzip() is None
        dates = {datetime.date(*entry.date_time[:3]) for entry in archive.infolist()}
        assert dates == {release_date(ROOT)}
        assert archive.namelist() == sorted(archive.namelist())
        archive.extractall(tmp_path)
    unpacked, folder = files(tmp_path / NAME), files(bundles / NAME)
    assert list(tmp_path.iterdir()) == [tmp_path / NAME]
    assert unpacked.keys() == folder.keys()
    assert all(unpacked[name].read_bytes() == folder[name].read_bytes() for name in folder)
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in folder.values())
    written = {datetime.date.fromtimestamp(path.stat().st_mtime) for path in folder.values()}
    assert written == dates


def test_release_is_reproducible(bundles, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "another")
    monkeypatch.setattr("time.time", lambda: 2e9)
    _, archive = bundle.release(ROOT, NAME, tmp_path / "new")
    assert archive.read_bytes() == (bundles / f"{NAME}.zip").read_bytes()


# Packages that only an instructor needs.
GRADING = ("typer", "rich", "msgspec", "nbformat", "traitlets", "sqlalchemy")


def test_bundle_environment_leaves_out_the_course_and_grading_packages(bundles):
    course = yaml.safe_load((ROOT / "environment.yml").read_text())
    student = yaml.safe_load((bundles / NAME / "environment.yml").read_text())
    left_out = [one for one in course["dependencies"] if one not in student["dependencies"]]
    assert [one for one in left_out if not str(one).startswith(GRADING)] == [
        *("pip", {"pip": ["-e ."]})
    ]
    assert student["name"] == course["name"]
    assert student["channels"] == course["channels"]
    assert "-e" not in (bundles / NAME / "environment.yml").read_text()


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_answer_key_has_only_the_exercises_of_its_assignment(bundles, assignment):
    with h5py.File(bundles / assignment / "utils" / "answer_key.h5") as file:
        assert set(file) == set(bundle.exercises_of(assignment))


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_released_notebook_says_its_version_and_what_is_graded(bundles, assignment):
    page = notebooks.read(bundles / assignment / f"{assignment}.ipynb")
    graded = graded_cells(notebooks.read(notebooks.notebook_of(ROOT, assignment)))
    assert page.metadata[notebooks.RELEASE] == {
        "version": version(ROOT),
        "exercises": list(graded),
    }


def test_key_command_writes_only_the_answer_key(bundles, tmp_path, capsys):
    target = tmp_path / "key.h5"
    assert cli.main(["key", NAME, "--to", str(target)]) == ExitCode.FINE
    assert target.read_bytes() == (bundles / NAME / "utils" / "answer_key.h5").read_bytes()
    assert cli.main(["key", "--to", str(target)]) == ExitCode.USAGE
    capsys.readouterr()
    assert cli.main(["key", "--to", str(tmp_path / "no" / "key.h5")]) == ExitCode.USAGE
    error = capsys.readouterr().err
    assert error.startswith(f"{tmp_path / 'no' / 'key.h5'} cannot be written: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_frozen_key_of_bundle_gives_the_same_verdicts_as_live_key(
    bundles, live, judged, exercise, thorough
):
    """Compare each letter; test_exercises.py asks every mistake of a key like this one."""
    frozen = FrozenKey(bundles / exercise.assignment / "utils" / "answer_key.h5")
    question, fresh = frozen.question(exercise.name), live.question(exercise.name, 0)
    mistakes = [mistake.function for mistake in exercise.mistakes]
    for function in [exercise.reference, *(mistakes if thorough else mistakes[:1])]:
        told = replace(judge(question, function), footer="")
        due = replace(judged(fresh, function).verdict, footer="")
        assert told.text() == due.text().replace(" (seed 0)", "")
        assert told.html() == due.html().replace(" (seed 0)", "")
        assert told.record() | {"message": "", "seed": 0} == due.record() | {"message": ""}
    assert question.hints == exercise.hints


# -- no solution in a bundle ----------------------------------------------------------------------


def squeezed(text):
    return re.sub(r"\s+", "", text).replace('"', "'")


def readable(path):
    """Return all readable text of a file, without white space."""
    if path.suffix == ".h5":
        found = []
        with h5py.File(path) as file:
            file.visititems(
                lambda name, item: found.extend(
                    [name, *map(str, item.attrs.values())]
                    + ([item.asstr()[()]] if h5py.check_string_dtype(item.dtype) else [])
                    if isinstance(item, h5py.Dataset)
                    else [name]
                )
            )
        raw = path.read_bytes().decode("latin-1") if path.name == "answer_key.h5" else ""
        return squeezed("\n".join(map(str, found)).replace('\\"', '"') + raw)
    if path.suffix == ".ipynb":
        cells = json.loads(path.read_text())["cells"]
        return squeezed("\n".join("".join(cell["source"]) for cell in cells))
    return squeezed(path.read_text(errors="replace"))


def code_of(function):
    """Yield every simple statement of a function, and every expression that it computes."""
    [node] = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    for inner in ast.walk(node):
        value = getattr(inner, "value", None)
        if isinstance(inner, ast.Return) and isinstance(value, ast.Name):
            continue  # `return A` reveals nothing
        if isinstance(value, ast.Constant | ast.List | ast.Dict) and len(ast.unparse(value)) < 8:
            continue  # neither does `count = 0` or `return []`
        if isinstance(inner, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return | ast.Raise):
            yield ast.unparse(inner)
        if isinstance(value, ast.BinOp | ast.Call | ast.UnaryOp) and inner is not node:
            yield ast.unparse(value)
        elif isinstance(inner, ast.Expr) and not isinstance(value, ast.Constant):
            yield ast.unparse(inner)


@functools.cache
def code_of_all():
    """Return the code of all solutions and known mistakes, but what is so short that any has it."""
    functions = [
        function
        for exercise in EXERCISES.values()
        for function in (exercise.reference, *(mistake.function for mistake in exercise.mistakes))
    ]
    found = {line for function in functions for line in code_of(function)}
    assert len(found) > 1000
    return {line for line in found if len(squeezed(line)) >= 8}


# Modules that notebooks build on: solutions of earlier notebooks, and a fused network.
GIVEN = ("utils/given_", "utils/network.py")

# Code that hints or pages show, and the deliberate mistake of the first page.
SAID_ON_PURPOSE = {
    "append_record(log, record)",
    "read_log(log)",
    "round(fractions[0] * m)",
    "round(fractions[1] * m)",
    "m = Y.shape[1]",
    "AL - Y",
    "np.finfo(AL.dtype)",
    "np.finfo(A.dtype)",
    "np.exp(Z)",  # in the third hint for the sigmoid, which solves a similar problem
    "2 * X",
    "2 * X.T",
    "return 2 * X.T",
}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_bundle_contains_no_code_of_solutions_or_known_mistakes(bundles, assignment):
    texts = {name: readable(path) for name, path in files(bundles / assignment).items()}
    given = "".join(
        squeezed(cell.source)
        for cell in notebooks.read(bundles / assignment / f"{assignment}.ipynb").cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    )
    # Modules that the notebook builds on are part of the bundle, word for word.
    given += "".join(text for name, text in texts.items() if name.startswith(GIVEN))
    leaks = {
        (line, name)
        for line in code_of_all()
        if squeezed(line) not in given and line not in SAID_ON_PURPOSE
        for name, text in texts.items()
        if squeezed(line) in text
    }
    assert leaks == set(), sorted(leaks)
