"""Test what `course site` is made of, without building one: Pyodide's files, wheels, refusals."""

import hashlib
import json
import zipfile
from io import BytesIO

import pytest
import yaml

from autograder.cli import main
from autograder.course.site import build, pyodide
from autograder.course.site.wheels import made_of, of_installed
from autograder.errors import UsageError
from tests.support import ROOT, static_site

FILES = {"pyodide.js": b"// Pyodide", "numpy-2.0.2.whl": b"NumPy"}


@pytest.fixture
def theirs(tmp_path, monkeypatch):
    """Make a folder as Pyodide's makers serve it, and the course's list of what is in it."""
    folder = tmp_path / "pyodide"
    folder.mkdir()
    digests = {}
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
        digests[name] = hashlib.sha256(content).hexdigest()
    listed = {
        "source": "http://127.0.0.1:9/",
        "core": {"pyodide.js": digests["pyodide.js"]},
        "info": {"version": "1.2.3"},
        "packages": {
            "numpy": {"file_name": "numpy-2.0.2.whl", "sha256": digests["numpy-2.0.2.whl"]}
        },
    }
    monkeypatch.setattr(pyodide, "LIST", tmp_path / "list.json")
    pyodide.LIST.write_text(json.dumps(listed))
    return folder


def lock(folder):
    return json.loads((folder / "pyodide-lock.json").read_text())["packages"]


def test_from_a_folder_the_site_ships_all_packages(theirs, tmp_path):
    own = made_of({"utils/__init__.py": b""}, "deep-networks", "1.0", depends=("numpy",))
    pyodide.Pyodide(theirs).save(tmp_path / "new", [own])
    assert {name: (tmp_path / "new" / name).read_bytes() for name in FILES} == FILES
    packages = lock(tmp_path / "new")
    assert packages["numpy"]["file_name"] == "numpy-2.0.2.whl"
    entry = packages["deep-networks"]
    content = (tmp_path / "new" / entry["file_name"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert (entry["imports"], entry["depends"]) == (["utils"], ["numpy"])


def test_from_the_network_the_site_ships_pyodide_and_names_its_packages(theirs, tmp_path):
    with static_site.serve(theirs) as server:
        text = pyodide.LIST.read_text().replace("http://127.0.0.1:9", server.url)
        pyodide.LIST.write_text(text)
        pyodide.Pyodide().save(tmp_path / "new", [])
        assert [path for _, path in server.answers] == ["/pyodide.js"]
    assert lock(tmp_path / "new")["numpy"]["file_name"] == f"{server.url}/numpy-2.0.2.whl"


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_another_one_is_refused(name, theirs, tmp_path):
    (theirs / name).write_bytes(b"something else")
    with pytest.raises(UsageError, match=rf"{name} is not the file of Pyodide 1.2.3"):
        pyodide.Pyodide(theirs).save(tmp_path / "new", [])


def test_a_missing_file_and_a_missing_network_are_said(theirs, tmp_path):
    with pytest.raises(UsageError, match=r"127\.0\.0\.1:9/pyodide.js cannot be read.*--local"):
        pyodide.Pyodide().save(tmp_path / "one", [])
    (theirs / "numpy-2.0.2.whl").unlink()
    with pytest.raises(UsageError, match=r"numpy.*cannot be read: No such file.*--local takes"):
        pyodide.Pyodide(theirs).save(tmp_path / "two", [])


def test_wheels_of_equal_files_are_equal_and_list_what_they_hold():
    files = {"b.py": b"2", "a/__init__.py": b"1"}
    one = made_of(files, "some-name", "1.0", depends=())
    assert one == made_of(dict(reversed(files.items())), "some-name", "1.0", depends=())
    assert one.file_name.startswith("some_name-1.0-0")
    with zipfile.ZipFile(BytesIO(one.content)) as wheel:
        record = wheel.read("some_name-1.0.dist-info/RECORD").decode().splitlines()
        assert sorted(line.partition(",")[0] for line in record) == sorted(wheel.namelist())


def test_wheel_of_an_installed_package_leaves_out_what_is_compiled():
    wheel = of_installed("markupsafe")
    names = zipfile.ZipFile(BytesIO(wheel.content)).namelist()
    assert "markupsafe/_native.py" in names
    assert not [name for name in names if name.endswith((".so", ".pyd", ".pyc"))]


def test_a_folder_with_other_files_is_refused(tmp_path, capsys):
    (tmp_path / "thesis.tex").write_text("two years of work")
    assert main(["site", "--to", str(tmp_path)]) == 2
    assert "holds other files. Name a new or an empty folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    assert main(["site", "--to", str(tmp_path / "thesis.tex")]) == 2
    assert "thesis.tex is no folder" in capsys.readouterr().err


def test_without_jupyterlite_it_says_how_to_get_it(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(build, "TOOL", ".venv/nothing")
    assert main(["site", "--to", str(tmp_path / "new")]) == 3
    said = capsys.readouterr().err
    assert not (tmp_path / "new").exists()
    monkeypatch.undo()
    # The workflow that publishes a site installs it by the same command.
    workflow = yaml.safe_load((ROOT / "docs" / "site.yml").read_text("utf-8"))
    steps = [step.get("run", "") for step in workflow["jobs"]["publish"]["steps"]]
    [install] = [step for step in steps if "--target" in step]
    assert install.replace(build.TOOL, ".venv/nothing") in said
    assert "course site --to public" in steps
