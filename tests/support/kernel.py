"""Run a notebook in its bundle, in a kernel that cannot import from the course's folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tests.support import ROOT

__all__ = ["run_alone"]

KERNEL = f"""
import sys
from pathlib import Path
sys.path[:] = ["", *(p for p in sys.path if p and Path(p).resolve() != Path({str(ROOT)!r}))]
from ipykernel import kernelapp
kernelapp.launch_new_instance()
"""
RUN = f"""
import sys, nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient import NotebookClient

class Alone(KernelSpecManager):
    def get_kernel_spec(self, name):
        command = [sys.executable, "-P", "-c", {KERNEL!r}, "-f", "{{connection_file}}"]
        return KernelSpec(argv=command, display_name=name, language="python")

folder, *paths = sys.argv[1:]
for path in paths:
    notebook = nbformat.read(path, 4)
    resources = {{"metadata": {{"path": folder}}}}
    # A right answer that goes number by number makes a page's demonstration take minutes.
    client = NotebookClient(notebook, timeout=900, allow_errors=True, resources=resources)
    client.create_kernel_manager().kernel_spec_manager = Alone()
    client.execute()
    nbformat.write(notebook, path)
"""


def run_alone(
    notebooks: list[NotebookNode], folder: Path, aside: Path, budget: str = "small"
) -> list[NotebookNode]:
    """Run notebooks in a bundle's folder, each in a kernel of its own, and return them.

    Parameters
    ----------
    notebooks : list of NotebookNode
    folder : Path
        The bundle.
    aside : Path
        An empty folder for the files of the run.
    budget : "small" or "full"
    """
    paths = [aside / f"run-{number}.ipynb" for number in range(len(notebooks))]
    for notebook, path in zip(notebooks, paths, strict=True):
        nbformat.write(notebook, path)
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    subprocess.run(
        [sys.executable, "-c", RUN, folder, *paths],
        cwd=aside,
        env=environ | {"HOME": str(aside), "COURSE_BUDGET": budget},
        capture_output=True,
        check=True,
    )
    return [nbformat.read(path, 4) for path in paths]
