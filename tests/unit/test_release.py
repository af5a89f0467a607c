"""Test `course release`, of one assignment, several and all, and `course key`."""

import shutil
import zipfile

import h5py
import pytest

from autograder import cli
from autograder.course import bundle, notebooks
from autograder.errors import BrokenCourse, ExitCode
from tests.support import ROOT
from utils.exercises import EXERCISES

ASSIGNMENTS = notebooks.assignments(ROOT)
NAME = "01_forward_propagation"
SMALL = ["00_start_here", "05_the_brain"]

# Bundles take seconds to make, so all of them are made in one process.
pytestmark = pytest.mark.xdist_group("bundle")


@pytest.fixture
def quick(monkeypatch):
    """Make the bundles small, so that releasing all of them is fast."""
    monkeypatch.setattr(bundle, "contents", lambda root, assignment: {f"{assignment}.ipynb": b"{}"})


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# -- several bundles ------------------------------------------------------------------------------


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


# -- one bundle -----------------------------------------------------------------------------------


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


def test_a_bundle_never_replaces_the_courses_own_notebooks(tmp_path, capsys):
    before = sorted((ROOT / "notebooks" / NAME).rglob("*"))
    status = cli.main(["release", NAME, "--to", str(ROOT / "notebooks"), "--force"])
    assert status == ExitCode.USAGE
    assert "holds the course's own notebooks" in capsys.readouterr().err
    assert sorted((ROOT / "notebooks" / NAME).rglob("*")) == before


# -- the key --------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_key_command_without_a_name_writes_the_key_of_all_exercises(tmp_path):
    assert cli.main(["key", "--to", str(tmp_path / "key.h5")]) == ExitCode.FINE
    with h5py.File(tmp_path / "key.h5") as file:
        assert set(file) == set(EXERCISES)


@pytest.mark.parametrize("command", [["solve", NAME], ["key"]])
def test_solve_and_key_refuse_a_folder_as_target(command, tmp_path, capsys):
    for place in (tmp_path, tmp_path / "nowhere" / "file"):
        assert cli.main([*command, "--to", str(place), "--force"]) == ExitCode.USAGE
        error = capsys.readouterr().err
        assert str(place) in error
        assert len(error.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
