"""Kill processes of a grader at random moments: ``python benchmarks/faults.py``.

A small class is graded once without a fault. Then it is graded many times, each time into a new
folder, and one process is killed at a random moment: the driver, a judge, or a sandbox. Every third
run uses a Dask cluster; there it is the driver, the scheduler, a worker or its nanny. The same
command must then finish with the same grades and results, byte for byte, and a killed driver must
leave no process. The same seed kills at the same moments, if the machine is equally fast.

Then nbgrader's gradebook is locked by another program for more than a minute, and written by two
graders at once. Afterwards it must have the same content as after a run without a fault.
"""

from __future__ import annotations

import argparse
import difflib
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.support.faults import (
    book_of,
    grade_in,
    grades,
    hand_in,
    kill_one,
    kill_one_on_a_cluster,
    locked,
    run,
    spaces_for,
    two_at_once,
)


def difference(output: Path, wanted: tuple[bytes, bytes]) -> str:
    """Return the lines of results.jsonl that differ."""
    before, after = wanted[1].decode().splitlines(), grades(output)[1].decode().splitlines()
    return "\n".join(difflib.unified_diff(before, after, "undisturbed", "afterwards", "", "", 0))


def main() -> None:
    """Kill, grade again and compare; then lock the gradebook and let two graders write it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--students", type=int, default=10)
    arguments.add_argument("--locked", type=float, default=70, help="seconds")
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    rng = random.Random(given.seed)
    killed: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        hand_in(where / "class", given.students)
        before = time.perf_counter()
        run(where / "class", where / "undisturbed")
        taken = time.perf_counter() - before
        wanted = grades(where / "undisturbed")
        for number in range(given.kills):
            output = where / f"grades{number}"
            kill = kill_one_on_a_cluster if number % 3 == 2 else kill_one
            killed[kill(where / "class", output, rng.uniform(0, taken), rng)] += 1
            if grades(output) != wanted:
                sys.exit(f"Other grades after kill {number}:\n{difference(output, wanted)}")
        print("| killed | times | other grades | left behind |\n|:--|--:|--:|--:|")
        for kind, count in sorted(killed.items()):
            print(f"| {kind} | {count} | 0 | 0 |")
        calm, busy, two = spaces_for(where, where / "class")
        grade_in(calm)
        outcome = locked(busy, given.locked)
        grade_in(busy)
        two_at_once(two)
        assert book_of(busy) == book_of(two) == book_of(calm) != []
    print(f"\nLocked for {given.locked:g} s, the grader said: {outcome}")
    print("After the same command again, and after two graders at once: the same gradebook.")


if __name__ == "__main__":
    main()
