"""Serve a copy of the course with its own command, for tests that open it."""

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

import websocket  # comes with JupyterLab's server

from tests.support import ROOT

HOST = "127.0.0.1"
SECONDS_TO_START = 60


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: its process, its address, and the log of its terminal."""

    address: str
    token: str
    process: subprocess.Popen
    log: Path

    def url(self, notebook=None):
        """Return the address of a notebook without earlier tabs, or of the first page."""
        page = f"lab/tree/{notebook}?reset&" if notebook else "?"
        return f"{self.address}/{page}token={self.token}"

    def ask(self, path, method="GET", body=None):
        """Return the reply of the server's REST interface."""
        request = urllib.request.Request(
            f"{self.address}/{path}",
            data=body,
            headers={"Authorization": f"token {self.token}"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or "null")

    def run(self, code, folder=""):
        """Start a kernel for a notebook in `folder`, run code in it, and return its output."""
        asked = json.dumps({"name": "python3", "path": f"{folder}/new.ipynb"}).encode()
        kernel = self.ask("api/kernels", "POST", asked)["id"]
        url = f"{self.address}/api/kernels/{kernel}/channels?token={self.token}"
        line = websocket.create_connection(url.replace("http", "ws", 1), timeout=60)
        head = {"msg_id": "1", "msg_type": "execute_request", "username": "", "session": "1"}
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}}
        content |= {"allow_stdin": False, "stop_on_error": True}
        message = {"header": head, "parent_header": {}, "metadata": {}, "content": content}
        line.send(json.dumps(message | {"channel": "shell", "buffers": []}))
        said = []
        while True:
            reply = json.loads(line.recv())
            if reply["msg_type"] == "stream":
                said.append(reply["content"]["text"])
            elif reply["msg_type"] == "error":
                said.append("\n".join(reply["content"]["traceback"]))
            elif reply["content"].get("execution_state") == "idle" and (
                reply["parent_header"].get("msg_id") == "1"
            ):
                line.close()
                return "".join(said)

    def stop_kernels(self):
        """End all kernels, so that a notebook opened next begins with a new one."""
        for session in self.ask("api/sessions"):
            self.ask(f"api/sessions/{session['id']}", "DELETE")


PARTS = ("autograder", "datasets", "notebooks", "utils", "pyproject.toml", ".gitignore")
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


def copy_course(target):
    """Copy the files that the course needs to run, without a learner's own files."""
    target.mkdir(parents=True)
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, ignore=LEFT_BEHIND)
        else:
            shutil.copy(ROOT / name, target)


def environment(home):
    """Return an environment with this home folder and without settings of this machine."""
    own = ("JUPYTER", "PYTHON")
    return {k: v for k, v in os.environ.items() if not k.startswith(own)} | {"HOME": str(home)}


@contextmanager
def serve(course, home, command=("-m", "autograder", "lab"), environ=None) -> Iterator[Server]:
    """Run ``course lab``, or another of Python's commands, in a folder until the block ends."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, *command, "--no-browser", "--port", str(port)]
    home.mkdir(exist_ok=True)
    log = home / "lab.log"
    with (
        log.open("w") as out,
        subprocess.Popen(
            command,
            cwd=course,
            env=environ or environment(home),
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
    """Wait for the address in the log, and return it."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        if said := re.search(r"(http://\S+?)/lab/tree/\S+\?token=(\w+)", log.read_text()):
            return Server(said[1], said[2], process, log)
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()}")
