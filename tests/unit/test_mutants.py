"""Run a sample of `benchmarks/mutants.py`: checks reject small changes to the solutions."""

import os
import subprocess
import sys

import pytest

from tests.support import ROOT


@pytest.mark.linux  # each mutant runs in a fork with limits
def test_checks_reject_all_mutants_that_are_not_equivalent(thorough):
    sample = "1000" if thorough else "20"
    run = subprocess.run(
        [sys.executable, "benchmarks/mutants.py", "--sample", sample, "--jobs", "2"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
