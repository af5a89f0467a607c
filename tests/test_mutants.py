"""A sample of `benchmarks/mutants.py`: small changes to the solutions, seen by their checks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.linux  # each mutant has a fork with limits
def test_checks_reject_what_is_not_equivalent(thorough):
    sample = ["--sample", "100" if thorough else "12", "--jobs", "2" if thorough else "1"]
    run = subprocess.run(
        [sys.executable, "benchmarks/mutants.py", *sample],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
