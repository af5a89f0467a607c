"""Run a notebook in its bundle, in a kernel that cannot import from the course's folder."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tests.support import ROOT

__all__ = ["run_alone", "with_short_trainings"]

# A page's own training takes up to half a minute; a few steps show that the cells run. An answer
# that goes number by number takes as long for all pictures.
SHORTER = {
    "01_forward_propagation": {
        "pictures.X": "pictures.X[:, :50]",
        "pictures.Y": "pictures.Y[:, :50]",
    },
    "02_backward_propagation": {
        "0.5, 2000, np": "0.5, 40, np",
        "0.08, 660, np": "0.08, 20, np",
        "0.2, 900, np": "0.2, 20, np",
    },
    "06_experiments": {
        '10 * ten_times["examples"]': 'ten_times["examples"]',
        "[2, 8, 32, 128]": "[2]",
        "budget(400, small=60)": "20",
    },
    "07_ten_garments": {"0.2, 200, np": "0.2, 20, np"},
}

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
from nbclient.exceptions import DeadKernelError

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
    try:
        client.execute()
    except DeadKernelError:  # a cell called exit(); what stands above has run
        pass
    nbformat.write(notebook, path)
"""


def with_short_trainings(notebook: NotebookNode, assignment: str) -> NotebookNode:
    """Return a copy of a page whose demonstrations train for a few steps only.

    Raises
    ------
    ValueError
        When the page has not exactly one cell with a number that is to be replaced.
    """
    notebook = copy.deepcopy(notebook)
    for old, new in SHORTER.get(assignment, {}).items():
        [cell] = [cell for cell in notebook.cells if old in cell.source]
        cell.source = cell.source.replace(old, new)
    return notebook


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
