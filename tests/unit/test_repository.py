"""Test that the files which name dependencies agree."""

import re
import tomllib

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ["requirements.lock", "requirements-test.lock"]


def bounds(requirements):
    """Return version bounds by canonical package name."""
    parsed = map(Requirement, requirements)
    return {canonicalize_name(r.name): r.specifier for r in parsed}


# -- dependencies ---------------------------------------------------------------------------------


def test_environment_yml_matches_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *conda, pip = environment["dependencies"]
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    assert pip == {"pip": ["-e ."]}

    expected = bounds(PROJECT["project"]["dependencies"])
    expected |= bounds(["python" + PROJECT["project"]["requires-python"], "pip"])
    assert bounds(conda) == expected


def read_lock(name):
    """Return the marker, version and hashes of each package in a lock."""
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
def test_lock_contains_no_url_option_or_path(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"(?m)^\s*-", text.replace("    --hash=sha256:", "")), "an option"
    assert not re.search(r"(?:^|\s)/\w", text), "a path of somebody's machine"


def test_both_locks_have_the_same_versions():
    course, tests = map(read_lock, LOCKS)
    for package, (version, _, hashes) in course.items():
        assert (version, hashes) == (tests[package][0], tests[package][2]), package


def test_git_ignores_my_notebooks():
    assert "/my_notebooks/" in (ROOT / ".gitignore").read_text().splitlines()
