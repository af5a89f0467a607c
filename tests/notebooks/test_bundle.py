"""Test the bundle: it works alone, gives the same verdicts, and contains no solution."""

import ast
import datetime
import functools
import inspect
import json
import re
import shutil
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
from tests.support.kernel import run_alone, with_short_trainings
from tests.support.lab_server import environment, serve
from tests.support.sample import sampled
from utils.checker.answer_key import FrozenKey
from utils.checker.judge import judge
from utils.checker.verdict import MIME
from utils.exercises import EXERCISES
from utils.experiment_log import read_log

ASSIGNMENTS = notebooks.assignments(ROOT)
NAME = "01_forward_propagation"

# Assignments that load pictures, which are larger than all other files.
DATASHEET, GARMENTS = "datasets/README.md", "datasets/garments.h5"
DATA = {name: [DATASHEET, GARMENTS] for name in (*ASSIGNMENTS[1:5], "06_experiments")}
DATA["07_ten_garments"] = [DATASHEET, "datasets/ten_garments.h5"]

# All tests share one bundle, which takes seconds to make.
pytestmark = pytest.mark.xdist_group("bundle")


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    out = tmp_path_factory.mktemp("bundles")
    for assignment in ASSIGNMENTS:
        bundle.release(ROOT, assignment, out)
    return out


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


# -- it works alone -------------------------------------------------------------------------------

WHERE = """
import sys
import utils
print(utils.__file__)
for name, module in sys.modules.items():
    if name.split(".")[0] in ("utils", "autograder"):
        print(module.__file__)
"""


def run_in(notebook, folder, aside, budget):
    """Run a notebook in its bundle; return its cells by id, and the files of ``utils`` it used."""
    notebook.cells.append(nbformat.v4.new_code_cell(WHERE, id="where"))
    [notebook] = run_alone([notebook], folder, aside, budget)
    cells = {cell["id"]: cell for cell in notebook.cells}
    printed = "".join(o.text for o in cells["where"].outputs)  # a slow kernel sends parts
    return cells, printed.splitlines()


# The log of the search with the small budget, of six trials.
LOGS = {"04_hyperparameters": "first_search.h5", "06_experiments": "search.h5"}

# Every page solved, and two of them blank; the others blank in `make test-all`.
RUNS = [
    *((assignment, "solved") for assignment in ASSIGNMENTS),
    *sampled([(assignment, "blank") for assignment in ASSIGNMENTS], 5),
]


@pytest.mark.kernel
@pytest.mark.parametrize(("assignment", "version"), RUNS)
def test_bundle_works_without_the_course(bundles, tmp_path, thorough, assignment, version):
    folder = tmp_path / "somewhere else" / assignment
    shutil.copytree(bundles / assignment, folder)
    notebook = notebooks.read(folder / f"{assignment}.ipynb")
    if version == "solved":
        notebook = notebooks.solve(notebook)
        if not thorough:
            notebook = with_short_trainings(notebook, assignment)
    cells, where = run_in(notebook, folder, tmp_path, "full" if thorough else "small")

    assert where[0] == str(folder / "utils" / "__init__.py")
    assert all(file.startswith(str(folder)) for file in where)
    for exercise in bundle.exercises_of(assignment):
        [verdict] = [o.data[MIME] for o in cells[exercise].outputs if MIME in o.get("data", {})]
        errors = [o.ename for o in cells[exercise].outputs if o.output_type == "error"]
        expected = ("blank", ["CheckFailed"]) if version == "blank" else ("correct", [])
        assert (verdict["status"], errors) == expected, exercise
    if version == "solved" and assignment in LOGS and not thorough:
        assert len(read_log(folder / LOGS[assignment])) == 6
    for name, cell in cells.items():
        may_fail = name in EXERCISES or "raises-exception" in cell.metadata.get("tags", [])
        errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        assert may_fail or not errors, (name, errors)


@pytest.mark.kernel
def test_bundle_opens_as_its_readme_says(tmp_path):
    folder, _ = bundle.release(ROOT, "05_the_brain", tmp_path / "Übung 5")
    assert "python3 start.py" in (folder / "README.md").read_text("utf-8")
    with serve(folder, tmp_path / "home", ["start.py"], environment(tmp_path / "home")) as server:
        printed = server.run("import utils.check; print(utils.check.__file__)")
        assert server.ask("api/contents/05_the_brain.ipynb")["type"] == "notebook"
        said = server.log.read_text()
    assert printed == f"{folder / 'utils' / 'check.py'}\n"
    assert re.search(r"\nhttp://127\.0\.0\.1:\d+/lab/tree/05_the_brain\.ipynb\?token=\w+\n", said)
    assert "Traceback" not in said
    assert "NbGrader" not in said


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


# -- release and key ------------------------------------------------------------------------------


def test_release_replaces_only_with_force_and_completely(tmp_path, capsys):
    arguments = ["release", "00_start_here", "--to", str(tmp_path / "new" / "out")]
    folder = tmp_path / "new" / "out" / "00_start_here"
    assert cli.main(arguments) == ExitCode.FINE
    assert capsys.readouterr().out == f"Written: {folder}\nWritten: {folder}.zip\n"
    (folder / "notes.txt").write_text("mine")
    assert cli.main(arguments) == ExitCode.USAGE
    assert capsys.readouterr().err == (f"{folder} is there already. Add --force to replace it.\n")
    assert (folder / "notes.txt").exists()
    assert cli.main([*arguments, "--force"]) == ExitCode.FINE
    assert not (folder / "notes.txt").exists()
    assert sorted(p.name for p in folder.parent.iterdir()) == ["00_start_here", "00_start_here.zip"]


def test_interrupted_release_keeps_the_old_bundle(tmp_path, monkeypatch):
    folder, archive = bundle.release(ROOT, "00_start_here", tmp_path)
    (folder / "notes.txt").write_text("mine")

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(bundle, "pack", stop)
    with pytest.raises(KeyboardInterrupt):
        bundle.release(ROOT, "00_start_here", tmp_path, force=True)
    assert (folder / "notes.txt").exists()
    assert sorted(tmp_path.iterdir()) == [folder, archive]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_released_notebook_says_its_version_and_what_is_graded(bundles, assignment):
    page = notebooks.read(bundles / assignment / f"{assignment}.ipynb")
    graded = graded_cells(notebooks.read(notebooks.notebook_of(ROOT, assignment)))
    assert page.metadata[notebooks.RELEASE] == {
        "version": version(ROOT),
        "exercises": list(graded),
    }


def test_place_restores_the_old_target_on_failure(tmp_path):
    (tmp_path / "target").write_text("old")
    with pytest.raises(FileNotFoundError):
        bundle.place(tmp_path / "missing", tmp_path / "target")
    assert (tmp_path / "target").read_text() == "old"


def test_release_reports_missing_files_and_unwritable_targets(tmp_path, capsys):
    root = tmp_path / "course"
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    with pytest.raises(BrokenCourse, match=r"pyproject.toml cannot be read: No such file or "):
        bundle.release(root, "00_start_here", tmp_path / "out")
    (root / "pyproject.toml").write_text("[tool.course]\ndate = 'today'\n")
    with pytest.raises(BrokenCourse, match=r"pyproject.toml names no date: "):
        bundle.release(root, "00_start_here", tmp_path / "out")
    shutil.copy(ROOT / "pyproject.toml", root)
    with pytest.raises(BrokenCourse, match=r"LICENSE cannot be read: No such file or directory\."):
        bundle.release(root, "00_start_here", tmp_path / "out")
    (tmp_path / "file").write_text("")
    assert cli.main(["release", "00_start_here", "--to", str(tmp_path / "file")]) == ExitCode.USAGE
    assert capsys.readouterr().err == f"{tmp_path / 'file'} cannot be written to: File exists.\n"
    assert cli.main(["release", "no_such", "--to", str(tmp_path)]) == ExitCode.USAGE
    assert capsys.readouterr().err.startswith("The course has no assignment 'no_such'. It has: 00")


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


@pytest.mark.thorough
def test_key_command_without_a_name_writes_the_key_of_all_exercises(tmp_path):
    assert cli.main(["key", "--to", str(tmp_path / "key.h5")]) == ExitCode.FINE
    with h5py.File(tmp_path / "key.h5") as file:
        assert set(file) == set(EXERCISES)


def test_a_bundle_never_replaces_the_courses_own_notebooks(tmp_path, capsys):
    before = files(ROOT / "notebooks" / NAME)
    status = cli.main(["release", NAME, "--to", str(ROOT / "notebooks"), "--force"])
    assert status == ExitCode.USAGE
    assert "holds the course's own notebooks" in capsys.readouterr().err
    assert files(ROOT / "notebooks" / NAME) == before


@pytest.mark.parametrize("command", [["solve", NAME], ["key"]])
def test_solve_and_key_refuse_a_folder_as_target(command, tmp_path, capsys):
    for place in (tmp_path, tmp_path / "nowhere" / "file"):
        assert cli.main([*command, "--to", str(place), "--force"]) == ExitCode.USAGE
        error = capsys.readouterr().err
        assert str(place) in error
        assert len(error.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
