"""Show which case rejects which mistake: ``python benchmarks/kill_matrix.py``.

It writes kill_matrix.md: for every known mistake of every exercise, the cases of seed 0 that reject
it, the property that does if no case does, and the sentence that the student reads.
"""

from __future__ import annotations

from autograder.files import write_text
from tests.support.kill_matrix import PAGE, section
from utils.checker.answer_key import LiveKey
from utils.exercises import EXERCISES

TOP = """# What rejects each known mistake

Made by `python benchmarks/kill_matrix.py`; please do not edit it by hand. A column is a case, one
set of inputs, and ✗ says that it rejects the mistake. Properties are checked where all cases
pass. The last column is what the student reads; a quotation before it explains the line that
raised.
"""


def page() -> str:
    """Return the whole page."""
    lines = [TOP.rstrip()]
    for exercise in EXERCISES.values():
        lines += section(exercise, LiveKey().question(exercise.name, 0))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    write_text(PAGE, [page()])
    print(f"Written: {PAGE.name}")
