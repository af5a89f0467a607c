"""Test that `start.py --update` brings a newer zip into a student's folder, whole or not at all."""

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from autograder.course import bundle, start
from tests.support import ROOT


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Release the first page to students."""
    return bundle.release(ROOT, "00_start_here", tmp_path_factory.mktemp("given"))


@pytest.fixture
def student(given, tmp_path):
    """Copy what was given out, with an answer; return the folder and a newer zip."""
    folder, archive = tmp_path / "00_start_here", tmp_path / "Downloads.zip"
    shutil.copytree(given[0], folder)
    page = folder / "00_start_here.ipynb"
    page.write_text(page.read_text().replace("    return 2 * XX", "    mine = 1"))
    with zipfile.ZipFile(given[1]) as old, zipfile.ZipFile(archive, "w") as new:
        for name in old.namelist():
            newer = old.read(name).replace(b"Welcome.", b"Welcome again.")
            new.writestr(name, b"newer" if name.endswith("utils/data.py") else newer)
        new.writestr("00_start_here/utils/extra.py", "extra = 1")
    return folder, archive


def test_start_takes_over_a_newer_zip(student, monkeypatch, capsys):
    folder, archive = student
    (folder / "utils" / "stale.py").write_text("stale")
    (folder / "my_own.txt").write_text("mine")
    before = (folder / "00_start_here.ipynb").read_text()
    monkeypatch.setattr(start, "__file__", str(folder / "start.py"))
    monkeypatch.setattr(start, "has_all", lambda: True)
    assert start.main(["--update", str(archive)]) == 0
    page = (folder / "00_start_here.ipynb").read_text()
    assert "Welcome again." in page
    assert "mine = 1" in page
    assert (folder / "utils" / "extra.py").is_file()
    assert not (folder / "utils" / "stale.py").exists()
    assert (folder / "my_own.txt").read_text() == "mine"
    [kept] = (folder / "kept").iterdir()
    assert (kept / "00_start_here.ipynb").read_text() == before
    assert (kept / "utils" / "stale.py").is_file()
    assert str(kept / "00_start_here.ipynb") in capsys.readouterr().out
    assert not list(folder.glob(".updating-*"))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda archive: archive.unlink(), "cannot be taken over: "),
        (lambda archive: archive.write_text("no zip"), "cannot be taken over: it is no folder"),
        (lambda archive: zipfile.ZipFile(archive, "w").close(), "it has no 00_start_here.ipynb"),
    ],
)
def test_start_changes_nothing_for_a_wrong_zip(student, monkeypatch, capsys, damage, said):
    folder, archive = student
    damage(archive)
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    monkeypatch.setattr(start, "__file__", str(folder / "start.py"))
    monkeypatch.setattr(start, "has_all", lambda: True)
    assert start.main(["--update", str(archive)]) == 1
    assert said in capsys.readouterr().err
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before


def test_an_interrupted_start_leaves_all_as_it_was(student, monkeypatch):
    folder, archive = student
    before = {path: path.stat().st_ino for path in folder.iterdir()}

    def interrupt(source, target, rename=os.rename):
        rename(source, target)
        if Path(target) == folder / "start.py":
            monkeypatch.undo()
            raise KeyboardInterrupt

    monkeypatch.setattr(start, "__file__", str(folder / "start.py"))
    monkeypatch.setattr(start, "has_all", lambda: True)
    monkeypatch.setattr(os, "rename", interrupt)
    assert start.main(["--update", str(archive)]) == 130
    (folder / "kept").rmdir()
    assert {path: path.stat().st_ino for path in folder.iterdir()} == before
