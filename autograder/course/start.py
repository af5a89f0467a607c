"""Open the notebooks of this folder in JupyterLab.

    python3 start.py        (on Windows: py start.py)

The first time, what the notebooks need is installed into the folder .venv beside this file, and
nowhere else; delete it, and it is gone. Inside an environment that has all of it, such as the one
that conda makes from environment.yml, that one is used.
"""

# `course release` puts this file into each bundle, so it needs only the standard library. It uses
# nothing newer than Python 3.7: an old Python must be able to say in a sentence that it is too old.

from __future__ import annotations

import argparse
import getpass
import hashlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

__all__ = ["HOST", "Problem", "main", "require_free", "serve"]

OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
NEEDED = ("numpy", "matplotlib", "jupyterlab", "nbgrader", "h5py", "scipy")
LOCK = "requirements.lock"
HOST = "127.0.0.1"

# Environment variables that name the folders to which Jupyter and its kernels write.
PLACES = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")


class Problem(Exception):
    """A reason why the notebooks cannot be opened; the message says what to do about it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Set up what is missing, then serve this folder; return the exit code."""
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(prog="start.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--no-browser", action="store_true", help="print the address only")
    parser.add_argument("--update", metavar="NEWER", help="take over a newer zip or folder of this")
    parser.add_argument("--port", type=int, help="serve on this port")
    options = parser.parse_args(arguments)
    try:
        notebooks = sorted(here.glob("*.ipynb"))
        if not notebooks:
            raise Problem(f"There is no notebook in {here}. Unpack the whole zip, then try again.")
        notebook = next((one for one in notebooks if one.stem == here.name), notebooks[0])
        require_free(options.port)
        if not has_all():
            return run_in(environment(here))
        if options.update:
            print(update(here, Path(options.update), notebook.name))
            return 0
        serve(here, notebook.name, browser=not options.no_browser, port=options.port)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def update(here: Path, newer: Path, notebook: str) -> str:
    """Bring this folder to a newer version, with the answers; return what changed."""
    from utils.update import CannotUpdate, update_bundle

    try:
        return update_bundle(here, newer, notebook)
    except CannotUpdate as error:
        raise Problem(str(error)) from error


# --- the environment -----------------------------------------------------------------------------


def has_all() -> bool:
    """Return whether this Python is new enough, in a virtual environment, and has every package."""
    own = sys.prefix != sys.base_prefix or os.environ.get("CONDA_PREFIX") == sys.prefix
    found = all(importlib.util.find_spec(name) for name in NEEDED)
    return own and sys.version_info >= OLDEST and found


def environment(here: Path) -> Path:
    """Return the Python of the environment in .venv; make the environment if necessary.

    The environment is complete once its stamp file is written. After an interrupted installation,
    a change of the lock file or a move of the folder, it is made anew.
    """
    folder = here / ".venv"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "ready"
    made = f"{here}\n{hashlib.sha256((here / LOCK).read_bytes()).hexdigest()}"
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == made:
        return python
    maker = suitable_python()
    print("Setting up; the first time takes a minute or more.", flush=True)
    install = [str(python), "-m", "pip", "install", "--progress-bar", "off"]
    install += ["--disable-pip-version-check", "--require-hashes", "--no-deps"]
    install += ["-r", str(here / LOCK)]
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(exist_ok=True)
        with (folder / "install.log").open("w", encoding="utf-8") as log:
            for command in ([maker, "-m", "venv", str(folder)], install):
                if subprocess.call(command, stdout=log, stderr=subprocess.STDOUT):
                    raise Problem(why_not_installed(Path(log.name)))
        stamp.write_text(made, encoding="utf-8")
    except OSError as error:
        raise Problem(
            f"This folder cannot be written ({error.strerror}: {error.filename}). Copy it to a "
            "folder of your own, unpacked, and start there."
        ) from error
    return python


def suitable_python() -> str:
    """Return a Python that is new enough and can make virtual environments."""
    names = [sys.executable] if sys.version_info >= OLDEST else []
    names += filter(None, map(shutil.which, NEWER))
    if not names:
        version = "{}.{}".format(*sys.version_info)
        raise Problem(
            f"Python {version} is too old: this needs Python 3.11 or newer. Install a newer one "
            "beside it, or use conda, as README.md says."
        )
    for name in names:
        if subprocess.call([name, "-c", "import ensurepip, venv"], stderr=subprocess.DEVNULL) == 0:
            return name
    raise Problem(
        f"{names[0]} lacks its venv module. On Debian and Ubuntu, `sudo apt install python3-venv` "
        "brings it; where you may not install anything, use conda, as README.md says."
    )


def why_not_installed(log: Path) -> str:
    """Return a sentence that says why the installation failed, from its log."""
    text = log.read_text(encoding="utf-8", errors="replace")
    if re.search("connection broken|connection error|timed out|resolve", text, re.IGNORECASE):
        return "The packages could not be downloaded. Connect to the internet, then try again."
    return f"The packages could not be installed: {log} says why."


def run_in(python: Path) -> int:
    """Run this file with another Python, replacing this process where possible."""
    command = [str(python), *sys.argv]
    if os.name != "nt":
        os.execv(command[0], command)
    return subprocess.call(command)


# --- JupyterLab ----------------------------------------------------------------------------------


def serve(
    folder: Path,
    notebook: str,
    *,
    browser: bool = True,
    port: int | None = None,
    extra: Sequence[str] = (),
    course: Path | None = None,
) -> None:
    """Serve a folder in JupyterLab, to this machine only, until it is stopped.

    Parameters
    ----------
    folder
        What JupyterLab shows.
    notebook
        What it opens first, relative to `folder`.
    browser
        Whether to open a browser, if there is one.
    port
        The port to serve on; if None, a free one.
    extra
        More arguments for JupyterLab.
    course
        The folder with ``utils``, if it is not `folder` itself: the notebooks import from it
        first, and JupyterLab finds its settings there.

    """
    root = os.name != "nt" and os.geteuid() == 0
    if root:
        print(
            "JupyterLab runs as root here; it listens on this machine alone, and asks for a token."
        )
    browser = browser and has_browser()
    prepare(folder, course or folder)
    os.chdir(folder)  # nbgrader treats the current folder as its course directory
    from jupyterlab.labapp import LabApp

    token = os.urandom(24).hex()
    arguments = [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.allow_root={root}",
        f"--ServerApp.open_browser={browser}",
        f"--ServerApp.use_redirect_file={not reads_no_hidden_files()}",
        f"--IdentityProvider.token={token}",
        f"--LabApp.default_url=/lab/tree/{notebook}",
        "--Application.log_level=ERROR",
    ]
    if port is not None:
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    server = LabApp.initialize_server([*arguments, *extra])
    address = (
        f"http://{HOST}:{server.port}{server.base_url}lab/tree/{quote(notebook)}?token={token}"
    )
    server.io_loop.add_callback(announce, address, server.port, browser)
    server.start()


def announce(address: str, port: int, browser: bool) -> None:
    """Print the address of JupyterLab."""
    print("JupyterLab is running. " + ("It" if browser else "Open it in a browser; it") + " is at")
    print(f"\n{address}\n")
    if not browser:
        print(f"From another machine, first type there: ssh -N -L {port}:{HOST}:{port} {who()}")
        print("and leave that running; then open the same address there.")
    print("Save whenever you like. Press Ctrl-C here when you are done.", flush=True)


def who() -> str:
    """Return this user and machine as ``user@host``, for ssh."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        user = "YOU"
    return f"{user}@{socket.gethostname()}"


def prepare(folder: Path, course: Path) -> None:
    """Set the environment variables that JupyterLab and its kernels read.

    This Python's own programs and kernels come first. PYTHONPATH is replaced, since a module on it
    could shadow a package of this environment. The settings in ``utils/jupyter`` turn off an
    instructor's tools and news of Jupyter. A variable that names an unwritable folder is dropped;
    if the home folder is unwritable, a folder in `folder` replaces it.
    """
    path = [sysconfig.get_path("scripts"), *filter(None, [os.environ.get("PATH")])]
    os.environ["PATH"] = os.pathsep.join(path)
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    removed = os.environ.pop("PYTHONPATH", "").split(os.pathsep)
    sys.path[:] = [folder for folder in sys.path if folder not in removed]
    os.environ["PYTHONPATH"] = str(course)
    settings = [str(course / "utils" / "jupyter"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, settings))
    for name in PLACES:
        if name in os.environ and not can_be_written(Path(os.environ[name])):
            print(f"{name} is {os.environ[name]}, which cannot be written; it is left out.")
            del os.environ[name]
    if not can_be_written(Path.home() / ".jupyter"):
        home = folder / ".home"
        home.mkdir(exist_ok=True)
        print(f"Your home folder cannot be written, so JupyterLab keeps its settings in {home}.")
        os.environ["HOME"] = str(home)


def can_be_written(path: Path) -> bool:
    """Return whether this folder can be written, or could be made if it does not exist."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path.is_dir() and os.access(path, os.W_OK | os.X_OK)


def has_browser() -> bool:
    """Return whether a graphical browser can be opened here."""
    if sys.platform == "linux" and not wsl():
        if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def reads_no_hidden_files() -> bool:
    """Return whether the browser cannot open Jupyter's redirect file, which hides the token.

    This holds for a browser outside WSL, and for one that was installed as a snap.
    """
    return wsl() or any(map(os.path.exists, ("/snap/bin/firefox", "/snap/bin/chromium")))


def wsl() -> bool:
    """Return whether this is the Windows Subsystem for Linux."""
    return "WSL_DISTRO_NAME" in os.environ


def require_free(port: int | None) -> None:
    """Raise a Problem if a program on this machine already listens on this port."""
    if port is None:
        return
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((HOST, port)) == 0:
            raise Problem(
                f"Port {port} is already in use. Leave --port out, and a free one is found for you."
            )


if __name__ == "__main__":
    sys.exit(main())
