"""A sample of `benchmarks/mutants.py`: small changes to the solutions, seen by their checks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.linux  # each mutant has a fork with limits
def test_checks_reject_what_is_not_equivalent(thorough):
    sample = "1000" if thorough else "30"
    run = subprocess.run(
        [sys.executable, "benchmarks/mutants.py", "--sample", sample, "--jobs", "2"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
