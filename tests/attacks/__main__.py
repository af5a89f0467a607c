"""Write README.md, the table of all attacks: `python tests/attacks`."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

if __name__ == "__main__":
    from tests.attacks import outer, table

    (HERE / "README.md").write_text(table.page(outer.run("classroom")), encoding="utf-8")
