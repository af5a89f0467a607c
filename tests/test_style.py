"""Lint, format and types, over every file that git does not ignore."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Ruff and mypy read what to look at, and what to leave out, from pyproject.toml and .gitignore.
TOOLS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
}


@pytest.mark.parametrize("command", TOOLS.values(), ids=TOOLS)
def test_tool_has_nothing_to_say(command):
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, text=True, capture_output=True, check=False
    )
    if run.returncode:
        pytest.fail(f"{' '.join(command)}\n\n{run.stdout}{run.stderr}", pytrace=False)
