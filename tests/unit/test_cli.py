"""Test the ``course`` command: help, exit codes, and ``course lab``."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer

from autograder import cli
from autograder.course import lab, start
from autograder.errors import BrokenCourse, CourseError, ExitCode, UsageError
from tests.support import ROOT

COMMANDS = {command.callback.__name__: command for command in cli.app.registered_commands}


# -- help and exit codes --------------------------------------------------------------------------


def test_help_lists_exit_codes_and_command_groups(capsys):
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert cli.LEARNERS in shown
    for code in (ExitCode.FINE, ExitCode.PROBLEMS, ExitCode.USAGE, ExitCode.BROKEN):
        assert f"• {code:d} " in shown


def test_version_is_that_of_the_project(capsys):
    assert cli.main(["--version"]) == ExitCode.FINE
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert capsys.readouterr().out == f"course {project['version']}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_group_and_an_example(name, capsys):
    command = COMMANDS[name]
    assert command.rich_help_panel in (cli.LEARNERS, cli.INSTRUCTORS)
    shown_name = command.name or name.replace("_", "-")
    assert cli.main([shown_name, "--help"]) == 0
    assert f"Example: course {shown_name}" in capsys.readouterr().out


def commands_in(page, *, whole):
    """Return the arguments of each `course` command in a page; if `whole`, of those in blocks."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += [] if whole else re.findall(r"`([^`\n]+)`", text)
    lines = [re.split(r" #|\\?\|", line)[0] for line in lines]
    return [shlex.split(line)[1:] for line in lines if re.match("course [a-z]", line)]


@pytest.mark.parametrize("page", ["docs/instructor.md", "docs/learner.md", "README.md"])
def test_commands_in_the_guides_exist_with_their_options(page):
    command = typer.main.get_command(cli.app)
    found = commands_in(page, whole=False)
    assert found
    for name, *arguments in found:
        known = {
            option
            for one in command.commands[name].params
            for option in (*one.opts, *one.secondary_opts)
        }
        assert known >= {one for one in arguments if re.match("--[a-z]", one)}, (name, arguments)
    for name, *arguments in commands_in(page, whole=True):
        command.commands[name].make_context(name, arguments)  # raises for a missing argument


@pytest.mark.parametrize(
    "command", [["doctor"], ["grade", "01_forward_propagation", "--submissions=a", "--output=b"]]
)
def test_grading_on_windows_is_refused_in_one_sentence(command):
    lacks = "import sys; sys.modules['resource'] = None; from autograder.cli import main; "
    script = f"{lacks}sys.exit(main({command}))"
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, text=True, capture_output=True, check=False
    )
    assert run.returncode == ExitCode.USAGE
    assert run.stderr == "This command needs Linux or WSL2, as its sandbox does.\n"


def test_help_imports_no_heavy_package():
    """Slow packages are imported only by the commands that need them."""
    heavy = {"numpy", "h5py", "scipy", "matplotlib", "jupyterlab", "nbgrader", "nbformat"}
    script = f"import sys, autograder.cli; print(*({heavy} & set(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, text=True, capture_output=True, check=True
    )
    assert run.stdout.split() == []


def test_python_m_autograder_runs_the_course_command():
    run = subprocess.run(
        [sys.executable, "-m", "autograder", "--help"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
    )
    assert "Usage: course" in run.stdout


@pytest.mark.parametrize(
    "arguments", [["no-such-command"], ["lab", "--port", "x"], ["lab", "--no"]]
)
def test_bad_usage_is_exit_code_2(arguments, capsys):
    assert cli.main(arguments) == ExitCode.USAGE
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("Say which."), 2),
        (BrokenCourse("It is gone."), 3),
        (CourseError("Look at these.", ExitCode.PROBLEMS), 1),
    ],
)
def test_error_prints_one_sentence_and_sets_its_exit_code(error, code, monkeypatch, capsys):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(lab, "open_lab", fail)
    assert cli.main(["lab"]) == code
    assert capsys.readouterr().err == error.message + "\n"


def test_ctrl_c_prints_nothing(monkeypatch, capsys):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(lab, "open_lab", interrupt)
    assert cli.main(["lab"]) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == ""


# -- the learner's own copy -----------------------------------------------------------------------


@pytest.fixture
def notebooks(tmp_path):
    """Make a small ``notebooks/`` with a picture and with checkpoints and caches."""
    folder = tmp_path / "notebooks"
    for name in ("00_start_here.ipynb", "images/net.svg", ".ipynb_checkpoints/old.ipynb"):
        file = folder / "00_start_here" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"the course's {name}")
    return folder


def files_below(folder):
    return {
        f.relative_to(folder).as_posix(): f.read_text() for f in folder.rglob("*") if f.is_file()
    }


def test_copy_leaves_out_checkpoints_and_caches(notebooks, tmp_path):
    lab.copy_missing(notebooks, tmp_path / "mine")
    assert sorted(files_below(tmp_path / "mine")) == [
        "00_start_here/00_start_here.ipynb",
        "00_start_here/images/net.svg",
    ]


def test_copy_never_overwrites(notebooks, tmp_path):
    mine = tmp_path / "mine" / "00_start_here" / "00_start_here.ipynb"
    mine.parent.mkdir(parents=True)
    mine.write_text("my work")
    assert lab.copy_missing(notebooks, tmp_path / "mine") == [Path("00_start_here/images/net.svg")]
    assert mine.read_text() == "my work"
    assert lab.copy_missing(notebooks, tmp_path / "mine") == []


@pytest.mark.parametrize("links", [True, False], ids=["hard-links", "no-hard-links"])
def test_rename_never_replaces_an_existing_file(tmp_path, monkeypatch, links):
    aside, mine = tmp_path / "aside", tmp_path / "mine"
    aside.write_text("the course's")
    mine.write_text("my work")
    if not links:
        monkeypatch.setattr(os, "link", refuse)
    assert not lab.rename_if_free(aside, mine)
    assert mine.read_text() == "my work"
    assert lab.rename_if_free(aside, tmp_path / "free")
    assert (tmp_path / "free").read_text() == "the course's"


def refuse(*_):
    raise OSError("not on this file system")


def test_interrupted_copy_leaves_no_partial_file(notebooks, tmp_path, monkeypatch):
    def half(_source, target):
        Path(target).write_text("the cou")
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "copyfile", half)
    with pytest.raises(KeyboardInterrupt):
        lab.copy_missing(notebooks, tmp_path / "mine")
    assert files_below(tmp_path / "mine") == {}


def test_copy_of_a_read_only_file_is_writable(notebooks, tmp_path):
    page = notebooks / "00_start_here" / "00_start_here.ipynb"
    page.chmod(0o444)
    lab.copy_missing(notebooks, tmp_path / "mine")
    assert (tmp_path / "mine/00_start_here/00_start_here.ipynb").stat().st_mode & 0o777 == 0o644


# -- why JupyterLab may not open ------------------------------------------------------------------


def test_lab_reports_a_missing_first_page(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    assert cli.main(["lab"]) == ExitCode.BROKEN
    assert "The first page is missing" in capsys.readouterr().err


def test_lab_reports_a_file_in_place_of_its_folder(notebooks, monkeypatch, capsys):
    monkeypatch.setattr(cli, "ROOT", notebooks.parent)
    (notebooks.parent / lab.OWN_COPY).write_text("not a folder")
    assert cli.main(["lab"]) == ExitCode.BROKEN
    assert "could not be made" in capsys.readouterr().err


def test_lab_reports_a_port_in_use(notebooks, monkeypatch, capsys):
    monkeypatch.setattr(cli, "ROOT", notebooks.parent)
    with socket.create_server((start.HOST, 0)) as server:
        port = server.getsockname()[1]
        assert cli.main(["lab", "--port", str(port)]) == ExitCode.USAGE
    assert f"Port {port} is already in use" in capsys.readouterr().err
    assert not (notebooks.parent / lab.OWN_COPY).exists()


def test_lab_passes_on_arguments_after_two_dashes(monkeypatch):
    asked = {}
    monkeypatch.setattr(lab, "open_lab", lambda root, **options: asked.update(options))
    assert cli.main(["lab", "--no-browser", "--", "--collaborative", "x"]) == 0
    assert asked == {"browser": False, "port": None, "extra": ["--collaborative", "x"]}


# -- other packages named utils, and a non-editable installation ----------------------------------


def beside_a_foreign_utils(folder, code, *arguments, stranger=""):
    """Run Python with another package named utils first on PYTHONPATH."""
    (folder / "utils").mkdir(exist_ok=True)
    (folder / "utils" / "__init__.py").write_text(stranger)
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])},
        text=True,
        capture_output=True,
        check=False,
    )


def test_other_package_named_utils_is_ignored(tmp_path):
    run = beside_a_foreign_utils(
        tmp_path,
        "from autograder.cli import main; main()",
        *("release", "00_start_here", "--to", str(tmp_path / "out")),
        stranger="raise SystemExit('a stranger was imported')",
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert (tmp_path / "out" / "00_start_here.zip").is_file()


def test_other_loaded_package_named_utils_is_reported(tmp_path):
    run = beside_a_foreign_utils(tmp_path, "import utils, autograder")
    last = run.stderr.splitlines()[-1]
    assert last.startswith(f"ImportError: Another package named utils ({tmp_path}")
    assert "Take the other one off PYTHONPATH" in last


def test_non_editable_install_is_refused(tmp_path):
    pip = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps"]
    pip += ["--no-build-isolation", "--target", str(tmp_path / "packages"), str(ROOT)]
    run = subprocess.run(pip, text=True, capture_output=True, check=False)
    assert run.returncode != 0
    assert "Install it there with: pip install -e ." in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    assert not (tmp_path / "packages").exists()


@pytest.mark.linux
@pytest.mark.parametrize("limit", ["fiel=1", "file=0", "file=much", "file"])
def test_wrong_limit_is_reported_in_one_sentence(tmp_path, capsys, limit):
    folders = ("--submissions", str(tmp_path), "--output", str(tmp_path / "out"))
    assert cli.main(["grade", "05_the_brain", *folders, "--limit", limit]) == 2
    error = capsys.readouterr().err
    assert error.startswith("--limit: ")
    assert len(error.splitlines()) == 1
