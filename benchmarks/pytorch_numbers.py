"""Store what PyTorch gives for page 07: ``PYTHONPATH=. python benchmarks/pytorch_numbers.py``.

It runs the page's own PyTorch cell, and writes what that gives into ``utils/pytorch_numbers.py``.
PyTorch is no dependency of the course: run this in an environment that has it, and NumPy and h5py.
"""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "notebooks" / "07_ten_garments" / "07_ten_garments.ipynb"
TARGET = ROOT / "utils" / "pytorch_numbers.py"
HEAD = '''"""Numbers that PyTorch gave for page 07, written by `benchmarks/pytorch_numbers.py`."""

'''


def main() -> None:
    """Write the numbers."""
    # Where they are stored already, the old ones must not be needed to make the new ones.
    blank = types.ModuleType("utils.pytorch_numbers")
    blank.__dict__.update(GRADIENTS={}, UPDATED={}, VERSION="")
    sys.modules["utils.pytorch_numbers"] = blank
    from utils import against_pytorch

    cells = json.loads(PAGE.read_text("utf-8"))["cells"]
    [source] = ["".join(cell["source"]) for cell in cells if cell["id"] == "pytorch-run"]
    space: dict[str, Any] = {"against_pytorch": against_pytorch}
    exec(source, space)
    if space["torch"] is None:
        sys.exit("PyTorch is not installed here.")
    gradients, updated = space["torch_grads"], space["torch_updated"]
    values = {
        "VERSION": space["torch"].__version__.partition("+")[0],
        "GRADIENTS": {name: value.tolist() for name, value in gradients.items()},
        "UPDATED": {name: value.tolist() for name, value in updated.items()},
    }
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in values.items()]
    TARGET.write_text(HEAD + "".join(lines), "utf-8")
    print(f"{TARGET}: PyTorch {values['VERSION']}. Now `ruff format utils`.")


if __name__ == "__main__":
    main()
