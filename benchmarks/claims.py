"""Measure the numbers that pages claim: ``python benchmarks/claims.py``.

It writes claims.md: each claim, what twenty seeds gave, and between which numbers the words hold.
It takes about half an hour, on a machine that does nothing else. With names of cells
(``python benchmarks/claims.py grid-after``) only their claims are measured; other rows stay.
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


def main(cells: list[str]) -> int:
    """Measure every claim, or those of the named cells; return 1 if one does not hold."""
    if unknown := set(cells) - {claim.cell for claim in CLAIMS}:
        sys.exit(f"No claim is about the cell {min(unknown)}.")
    kept = {tuple(line.split(" | ")[:2]): line for line in PAGE.read_text("utf-8").splitlines()}
    lines, broken = [], []
    for claim in CLAIMS:
        place = (f"| {claim.page} `{claim.cell}`", claim.words)
        if cells and claim.cell not in cells and place in kept:
            lines.append(kept[place])
            continue
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
    sys.exit(main(sys.argv[1:]))
