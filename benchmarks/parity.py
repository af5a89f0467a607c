"""Compare what pages say with what grades say: ``python benchmarks/parity.py``.

The same notebooks are run in a real kernel in their bundles, and judged by the grader: notebook 01
with what students do around an exercise (`tests.support.parity.oddities`), and every notebook with
the right ways and known mistakes of its exercises. Status and points must be the same for each
exercise. Differences that are meant are left out: the grader follows through where an earlier
answer is wrong, and repairs a notebook's structure. In the kernel, demonstrations train for a few
steps only.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from autograder.course import notebooks
from tests.support import ROOT, parity
from utils.exercises import EXERCISES


def main() -> int:
    """Print a row for each notebook, and each difference; return 1 if there is one."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one notebook of N")
    parser.add_argument("pages", nargs="*", help="such as 01_forward_propagation; all, if none")
    options = parser.parse_args()
    print("| notebook | with | notebooks | exercises | differences |\n|:--|:--|--:|--:|--:|")
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        for assignment in notebooks.assignments(ROOT, options.pages):
            place = parity.released(assignment, Path(folder, "out"))
            count = sum(one.assignment == assignment for one in EXERCISES.values())
            kinds = {"ways and mistakes": parity.alternatives(assignment)}
            if assignment == parity.TASK:
                kinds["oddities"] = parity.oddities()
            for kind, chosen in kinds.items():
                groups = parity.shared(chosen)[:: options.every]
                differences = []
                for number, group in enumerate(groups):
                    aside = Path(folder, f"{assignment} {kind} {number}")
                    aside.mkdir()
                    differences += parity.compare([group], place, aside)
                total += len(differences)
                row = [assignment, kind, len(groups), count * len(groups), len(differences)]
                print("|", " | ".join(map(str, row)), "|", flush=True)
                print(*differences, sep="\n", file=sys.stderr, flush=True)
    return bool(total)


if __name__ == "__main__":
    sys.exit(main())
