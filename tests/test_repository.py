"""What must agree across files: dependencies, locks, the floors of the house."""

import ast
import re
import tomllib
from fnmatch import fnmatch
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ["requirements.lock", "requirements-test.lock"]


def bounds(requirements):
    """Names and version bounds, written one way."""
    parsed = map(Requirement, requirements)
    return {canonicalize_name(r.name): r.specifier for r in parsed}


# -- dependencies ---------------------------------------------------------------------------------


def test_environment_yml_says_what_pyproject_says():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *conda, pip = environment["dependencies"]
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    assert pip == {"pip": ["-e ."]}

    expected = bounds(PROJECT["project"]["dependencies"])
    expected |= bounds(["python" + PROJECT["project"]["requires-python"], "pip"])
    assert bounds(conda) == expected


def read_lock(name):
    """The requirements of a lock by name, each with its marker, version and hashes."""
    lines = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    entries = {}
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        requirement, *hashes = line.split("--hash=")
        match = re.fullmatch(r"([\w.-]+)==([\w.+!]+)\s*(?:;\s*(.+?))?\s*", requirement)
        assert match, f"{name}: cannot read {line[:80]!r}"
        package, version, marker = match.groups()
        assert package not in entries, f"{name} has {package} twice: one version must do for all"
        entries[package] = (
            Version(version),
            marker and Marker(marker),
            set(map(str.strip, hashes)),
        )
    return entries


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name):
    entries = read_lock(name)
    assert entries
    for package, (_, _, hashes) in entries.items():
        assert hashes, package
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), package


@pytest.mark.parametrize("name", LOCKS)
def test_lock_satisfies_pyproject(name):
    wanted = bounds(PROJECT["project"]["dependencies"]) | bounds(
        PROJECT["build-system"]["requires"]
    )
    if name == "requirements-test.lock":
        wanted |= bounds(PROJECT["project"]["optional-dependencies"]["test"])
    locked = read_lock(name)
    for package, specifier in wanted.items():
        assert package in locked, f"{package} is not in {name}: run `make lock`"
        version, marker, _ = locked[package]
        assert version in specifier, f"{package} {version} in {name}: run `make lock`"
        assert marker is None, f"{package} must be installed everywhere"


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_place(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"(?m)^\s*-", text.replace("    --hash=sha256:", "")), "an option"
    assert not re.search(r"(?:^|\s)/\w", text), "a path of somebody's machine"


def test_locks_agree():
    course, tests = map(read_lock, LOCKS)
    for package, (version, _, hashes) in course.items():
        assert (version, hashes) == (tests[package][0], tests[package][2]), package


def test_git_ignores_a_learners_own_copy():
    assert "/my_notebooks/" in (ROOT / ".gitignore").read_text().splitlines()


# -- the floors of the house ----------------------------------------------------------------------
# A file imports from its own floor and those below. The first pattern that fits tells the floor; a
# file that none fits may stand on any.

FLOORS = [
    (1, "utils/reference/*"),
    (2, "utils/exercises/*"),
    (1, "utils/checker/compare.py"),
    (2, "utils/laws/*"),
    (1, "utils/checker/shapes.py"),
    (1, "utils/plots.py"),
    (1, "utils/data.py"),
    (1, "utils/progress.py"),
    (0, "utils/network.py"),
    (0, "utils/experiments.py"),
    (1, "utils/neuron.py"),
    (1, "utils/tracer.py"),
    (2, "utils/checker/verdict.py"),
    (1, "utils/checker/cases.py"),
    (1, "utils/checker/sanitize.py"),
    (1, "utils/checker/explain.py"),
    (1, "utils/checker/error_messages/*"),
    (1, "utils/checker/student_code.py"),
    (3, "utils/checker/answer_key.py"),
    (3, "utils/checker/inspect_call.py"),
    (3, "utils/checker/diagnose.py"),
    (3, "utils/checker/rubric.py"),
    (3, "utils/checker/judge.py"),
    (4, "utils/check.py"),
    (4, "utils/__init__.py"),
    (4, "autograder/*"),
]

# What says types, not mathematics, is welcome in a reference.
REFERENCE_MAY_IMPORT = {"numpy", "__future__", "collections.abc", "typing"}
# What notebook 04 gives, its solutions call: a network and a log of experiments.
REFERENCE_MAY_IMPORT |= {"utils.network", "utils.experiments"}


def modules(root):
    """Every module of the project's packages: its dotted name and its file."""
    found = {}
    for package in ("utils", "autograder"):
        for file in (root / package).rglob("*.py"):
            parts = file.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imported(name, file, ours):
    """The names that a module imports: of our modules the module, of others what is written."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield whole if whole in ours else base


def floor(file, root):
    path = file.relative_to(root).as_posix()
    return next((number for number, pattern in FLOORS if fnmatch(path, pattern)), None)


def trespasses(root):
    """Every import that goes the wrong way, as a sentence."""
    ours = modules(root)
    graph = {name: set(imported(name, file, ours)) for name, file in ours.items()}
    for name, targets in sorted(graph.items()):
        for target in sorted(targets):
            if name.startswith("utils") and re.match(r"autograder\b", target):
                yield f"{name} imports {target}: utils must work without the autograder"
            if name.startswith("utils.reference") and not (
                target in REFERENCE_MAY_IMPORT or re.match(r"(numpy|utils\.reference)\b", target)
            ):
                yield f"{name} imports {target}: a reference is NumPy and its siblings alone"
            if target in ours:
                here, there = floor(ours[name], root), floor(ours[target], root)
                if here and there and there > here:
                    yield f"{name} (floor {here}) imports {target} (floor {there}), which is above"
    try:
        TopologicalSorter({name: targets - {name} for name, targets in graph.items()}).prepare()
    except CycleError as error:
        yield f"these import each other: {' -> '.join(error.args[1])}"


def test_imports_point_one_way():
    assert list(trespasses(ROOT)) == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"utils/check.py": "import autograder.cli"}, "without the autograder"),
        ({"utils/check.py": "def f():\n    from autograder import cli"}, "without the autograder"),
        ({"utils/reference/a.py": "import scipy"}, "NumPy and its siblings"),
        ({"utils/reference/a.py": "from utils.checker.compare import x"}, "NumPy and its siblings"),
        ({"utils/checker/compare.py": "from utils import check"}, "which is above"),
        ({"utils/checker/verdict.py": "from .answer_key import x"}, "which is above"),
        ({"autograder/a.py": "from autograder import b"}, "import each other"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_a_wrong_import_is_seen(tmp_path, files, said):
    house = dict.fromkeys(
        ["utils/check.py", "utils/checker/answer_key.py", "utils/checker/compare.py"], ""
    )
    house |= {"autograder/cli.py": "", "autograder/b.py": "from autograder.a import x"} | files
    for name, text in house.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert any(said in sentence for sentence in trespasses(tmp_path))
