"""Build the site: JupyterLite, Pyodide, and the course's pages as students get them.

The pages are the site's files. All that they import is one wheel, which Python loads while it
starts: the modules of ``utils``, the frozen key and the data, without a solution.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.course import bundle
from autograder.course.course_file import course_file, version
from autograder.course.notebooks import assignments
from autograder.course.site.pyodide import Pyodide
from autograder.course.site.wheels import Wheel, made_of, of_installed, read_wheel
from autograder.errors import BrokenCourse, CourseError, UsageError

__all__ = ["build"]

MARK = "course-site.json"
"""The file by which a site is known to be one of ours, so that it may be replaced."""

TOOL = ".venv/jupyterlite"
"""Where JupyterLite is: a folder of its own, since JupyterLab would load its extension, too."""

EXTENSION = "@jupyterlite/pyodide-kernel-extension"
KERNEL = f"share/jupyter/labextensions/{EXTENSION}"
# What Python loads while it starts. The kernel asks for the first ones by just these names.
LOADED = ("ssl", "sqlite3", "ipykernel", "comm", "pyodide_kernel", "jedi", "ipython", "micropip")
OURS = "deep-networks"
SETTINGS = {
    # All cells stay in the page: in this version of JupyterLab, pages jump while they are drawn.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "defer"},
    # The list of files, from where a page is downloaded, shows the page that a link has opened.
    "@jupyterlab/filebrowser-extension:browser": {"navigateToCurrentDirectory": True},
}
FIRST = "FIRST_PAGE"  # in index.html
HERE = Path(__file__).parent


def build(root: Path, to: Path, names: Sequence[str] = (), *, local: Path | None = None) -> None:
    """Write the site into a folder.

    Parameters
    ----------
    root : Path
        The course's folder.
    names : sequence of str
        The assignments whose pages it has, or all; it opens at the first of them.
    to : Path
        A new or empty folder, or a site that was made before, which is replaced.
    local : Path, optional
        A folder with Pyodide and its packages, which the site then ships.

    Raises
    ------
    UsageError
        If the folder holds something else, or Pyodide cannot be had.
    BrokenCourse
        If JupyterLite is not installed, or cannot build the site.
    """
    chosen = assignments(root, names)
    _refuse_foreign(to)
    tool = root / TOOL
    if not (tool / KERNEL).is_dir():
        raise BrokenCourse(
            "`course site` needs JupyterLite, which is not here yet. In the course's own folder, "
            f"run `python -m pip install --target {TOOL} --require-hashes --no-deps "
            "-r requirements-site.lock`, then try again."
        )
    pyodide = Pyodide(local)
    try:
        to.absolute().parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".site-", dir=to.absolute().parent) as aside:
            lite, new = Path(aside, "lite"), Path(aside, "new")
            wheel = _write_files(root, chosen, lite / "files")
            _run_jupyterlite(tool, lite, new)
            pyodide.save(new / "static" / "pyodide", [wheel, *_kernels_wheels(tool)])
            _add_own(root, chosen[0], new, pyodide)
            bundle.place(new, to)
    except OSError as error:
        raise UsageError(f"{to} cannot be written: {error.strerror or error}.") from error


def _refuse_foreign(to: Path) -> None:
    """Raise unless a folder may be replaced: it is new, empty, or a site of ours."""
    if to.is_dir():
        if any(to.iterdir()) and not (to / MARK).is_file():
            raise UsageError(f"{to} holds other files. Name a new or an empty folder: --to DIR.")
    elif to.exists() or to.is_symlink():
        raise UsageError(f"{to} is no folder. Name a new or an empty folder: --to DIR.")


def _write_files(root: Path, chosen: Sequence[str], files: Path) -> Wheel:
    """Write all pages into a folder, and return the wheel of what they import."""
    inside: dict[str, bytes] = {}
    blanks: dict[str, str] = {}
    exercises: list[str] = []
    for name in chosen:
        own, notebook = bundle.page(root, name)
        bundle.save(own, files / name)
        inside |= bundle.modules(root, notebook, name)
        blanks |= bundle.blanks(root, name)
        exercises += bundle.exercises_of(name)
        inside |= {path: course_file(root, path) for path in bundle.data_of(notebook)}
    inside["utils/blanks.json"] = json.dumps(blanks, indent=1).encode()
    with tempfile.TemporaryDirectory() as aside:
        bundle.key(exercises, Path(aside, "key.h5"))
        inside["utils/answer_key.h5"] = Path(aside, "key.h5").read_bytes()
    # Pyodide's h5py is large, and nothing here needs it: the twins hold the same.
    inside = {
        path: content
        for path, content in bundle.with_twins(inside).items()
        if not path.endswith(".h5")
    }
    needs = ("numpy", "matplotlib", "jinja2", "markupsafe")  # SciPy comes where a cell imports it
    return made_of(inside, OURS, version(root), depends=needs)


def _kernels_wheels(tool: Path) -> list[Wheel]:
    """Return the wheels that the kernel needs, and those that Pyodide's own list lacks."""
    own = sorted((tool / KERNEL / "static" / "pypi").glob("*.whl"))
    return [
        *(read_wheel(path) for path in own if not path.name.startswith("widgetsnbextension")),
        of_installed("comm", depends=("traitlets",)),
        of_installed("jinja2", depends=("markupsafe",)),
        of_installed("markupsafe"),
    ]


def _run_jupyterlite(tool: Path, lite: Path, new: Path) -> None:
    """Let JupyterLite build its part of the site."""
    settings = {
        "apps": ["lab"],
        "contents": ["files"],
        "output_dir": str(new),
        "cache_dir": str(lite / "cache"),
        "federated_extensions": [str(tool / KERNEL)],
        "ignore_sys_prefix": ["federated_extensions"],  # extensions for other uses of Jupyter
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
    }
    _write_json(lite / "jupyter_lite_config.json", {"LiteBuildConfig": settings})
    kernel = {
        "pyodideUrl": "./static/pyodide/pyodide.js",
        "loadPyodideOptions": {"packages": [*LOADED, "piplite", OURS]},
    }
    page = {
        "appName": "Deep networks",
        "litePluginSettings": {f"{EXTENSION}:kernel": kernel},
    }
    config = {"jupyter-lite-schema-version": 0, "jupyter-config-data": page}
    _write_json(lite / "jupyter-lite.json", config)
    _write_json(lite / "overrides.json", SETTINGS)
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(lite)]
    environ = os.environ | {"PYTHONPATH": str(tool.absolute())}
    done = subprocess.run(
        command, cwd=lite, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-10:])
        raise CourseError(f"JupyterLite could not build the site. It said:\n{said}")


def _add_own(root: Path, first: str, new: Path, pyodide: Pyodide) -> None:
    """Add what is ours: the way to the first page, the line on Python's start, the mark."""
    welcome = (HERE / "index.html").read_text(encoding="utf-8")
    (new / "index.html").write_text(welcome.replace(FIRST, f"{first}/{first}.ipynb"), "utf-8")
    shutil.copyfile(HERE / "starting.js", new / "starting.js")
    page = new / "lab" / "index.html"
    text = page.read_text(encoding="utf-8")
    own = '<script src="../starting.js" defer></script>\n  </body>'
    page.write_text(text.replace("</body>", own), encoding="utf-8")
    made = {"course": version(root), "pyodide": pyodide.version}
    _write_json(new / MARK, made)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
