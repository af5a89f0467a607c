"""Run a sample of `benchmarks/fuzz.py`: damage costs points only in the answers it touches."""

import os
import subprocess
import sys

import pytest

from tests.support import ROOT

pytestmark = pytest.mark.xdist_group("grade")


def test_damage_costs_points_only_where_it_is(thorough):
    count = "600" if thorough else "30"
    run = subprocess.run(
        [sys.executable, "benchmarks/fuzz.py", "--count", count, "--seed", "60"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
