"""The course in a folder of its own, served by its own command, for tests that open it."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
SECONDS_TO_START = 60


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: what its terminal shows, and the one process it is."""

    address: str
    token: str
    process: subprocess.Popen

    def url(self, notebook=None):
        """Where the browser finds a notebook (without tabs from before), or what opens first."""
        page = f"lab/tree/{notebook}?reset&" if notebook else "?"
        return f"{self.address}/{page}token={self.token}"

    def ask(self, path, method="GET"):
        """Give what the server's own interface answers."""
        request = urllib.request.Request(
            f"{self.address}/{path}",
            headers={"Authorization": f"token {self.token}"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or "null")

    def stop_kernels(self):
        """End all kernels, so that a notebook opened next begins with a new one."""
        for session in self.ask("api/sessions"):
            self.ask(f"api/sessions/{session['id']}", "DELETE")


def copy_course(target):
    """Copy what git has, or would take, and nothing of a learner's own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)


def environment(course, home):
    """Return an environment for `course`: its own code first, no settings of this machine."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("JUPYTER")}
    return {**kept, "HOME": str(home), "PYTHONPATH": str(course)}


@contextmanager
def serve(course, home) -> Iterator[Server]:
    """Run ``course lab`` in the folder `course` until the block ends."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "autograder", "lab", "--no-browser", "--port", str(port)]
    if is_root():
        command += ["--", "--allow-root"]
    home.mkdir(exist_ok=True)
    log = home / "lab.log"
    with (
        log.open("w") as out,
        subprocess.Popen(
            command,
            cwd=course,
            env=environment(course, home),
            stdout=out,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            yield started(process, log)
        finally:
            process.terminate()
            process.wait(timeout=30)


def started(process, log):
    """Read the address where a person would, once it is there."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        if said := re.search(r"(http://\S+?)/lab/tree/\S+\?token=(\w+)", log.read_text()):
            return Server(said[1], said[2], process)
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()}")


def is_root():
    """Tell whether JupyterLab and Chromium will want to be told that this is meant."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
