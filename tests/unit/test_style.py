"""Check lint, format, types and layers of every file that git does not ignore."""

import subprocess
import sys

import pytest

from tests.support import ROOT

# The tools read which files to check from pyproject.toml and .gitignore.
TOOLS = {
    "lint": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "types": ["-m", "mypy"],
    "layers": [
        "-c",
        "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())",
    ],
}


@pytest.mark.parametrize("command", TOOLS.values(), ids=TOOLS)
def test_tool_reports_no_problem(command):
    run = subprocess.run(
        [sys.executable, *command], cwd=ROOT, text=True, capture_output=True, check=False
    )
    if run.returncode:
        pytest.fail(f"{' '.join(command)}\n\n{run.stdout}{run.stderr}", pytrace=False)
