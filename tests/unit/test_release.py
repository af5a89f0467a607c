"""Test `course release` of several assignments, and of all."""

import zipfile

import pytest

from autograder import cli
from autograder.course import bundle, notebooks
from autograder.errors import ExitCode
from tests.support import ROOT

ASSIGNMENTS = notebooks.assignments(ROOT)
SMALL = ["00_start_here", "05_the_brain"]

# Bundles take seconds to make, so all of them are made in one process.
pytestmark = pytest.mark.xdist_group("bundle")


@pytest.fixture
def quick(monkeypatch):
    """Make the bundles small, so that releasing all of them is fast."""
    monkeypatch.setattr(bundle, "contents", lambda root, assignment: {f"{assignment}.ipynb": b"{}"})


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_release_without_names_releases_the_whole_course(quick, tmp_path, capsys):
    assert cli.main(["release", "--to", str(tmp_path)]) == ExitCode.FINE
    both = [name for one in ASSIGNMENTS for name in (one, f"{one}.zip")]
    assert names(tmp_path) == sorted(both)
    assert capsys.readouterr().out == "".join(f"Written: {tmp_path / name}\n" for name in both)


def test_release_accepts_several_names(tmp_path):
    assert cli.main(["release", *reversed(SMALL), "--to", str(tmp_path)]) == ExitCode.FINE
    assert names(tmp_path) == sorted([*SMALL, *(f"{one}.zip" for one in SMALL)])
    for one in SMALL:
        assert (tmp_path / one / "utils" / "answer_key.h5").is_file()
        with zipfile.ZipFile(tmp_path / f"{one}.zip") as archive:
            assert archive.testzip() is None
            assert f"{one}/{one}.ipynb" in archive.namelist()


def test_existing_bundle_stops_the_release_before_anything_is_written(quick, tmp_path, capsys):
    taken = tmp_path / f"{ASSIGNMENTS[-1]}.zip"
    taken.write_text("mine")
    assert cli.main(["release", "--to", str(tmp_path)]) == ExitCode.USAGE
    assert capsys.readouterr().err == f"{taken} is there already. Add --force to replace it.\n"
    assert names(tmp_path) == [taken.name]
    assert cli.main(["release", "--to", str(tmp_path), "--force"]) == ExitCode.FINE
    assert zipfile.is_zipfile(taken)


def test_unknown_assignment_stops_the_release_before_anything_is_written(tmp_path, capsys):
    arguments = ["release", "00_start_here", "no_such", "--to", str(tmp_path / "out")]
    assert cli.main(arguments) == ExitCode.USAGE
    assert capsys.readouterr().err.startswith("The course has no assignment 'no_such'. It has: 00")
    assert not (tmp_path / "out").exists()
