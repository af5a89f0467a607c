"""Measure the numbers that pages claim: ``python benchmarks/claims.py``.

It writes claims.md: each claim, what twenty seeds gave, and between which numbers the words hold.
It takes about half an hour, on a machine that does nothing else.
"""

from __future__ import annotations

import os
import sys

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy: as the pages set it

from autograder.files import write_text
from tests.support.claims import CLAIMS, PAGE, SEEDS, row

TOP = f"""# What the pages claim, measured

Made by `python benchmarks/claims.py` over {SEEDS} seeds, with the one thread that the pages set;
please do not edit it by hand. A test holds each page to its words here, and the measured numbers to
the bounds within which the words hold. Words are about each seed, or about the mean, the standard
deviation or the sum over all of them.

| cell | words | about | measured, lowest to highest | the words hold for |
|:--|:--|:--|:--|:--|
"""


def main() -> int:
    """Measure every claim; return 1 if one does not hold."""
    lines, broken = [], []
    for claim in CLAIMS:
        values = claim.numbers([claim.measure(seed) for seed in range(SEEDS)])
        lines.append(row(claim, values))
        print(lines[-1], flush=True)
        if not claim.low <= min(values) <= max(values) <= claim.high:
            broken.append(claim)
    write_text(PAGE, [TOP + "\n".join(lines) + "\n"])
    for claim in broken:
        print(f"Does not hold: page {claim.page}, cell {claim.cell}: {claim.words}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
