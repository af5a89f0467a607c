"""Arrays and other sequences whose sizes do not fit together."""

from __future__ import annotations

import ast
import re

from utils.checker.cases import Explanation
from utils.checker.error_messages.trouble import Trouble, shape_of

__all__ = ["MISFIT", "do_not_fit", "unpacked"]

MISFIT = r"mismatch in its core|not aligned|could not be broadcast|broadcastable"


def do_not_fit(trouble: Trouble) -> Explanation | None:
    """Explain two arrays whose shapes do not fit together, and name both if possible."""
    operation = trouble.operation
    nodes = operation.nodes if operation else ()
    shapes = [shape for node in nodes if (shape := shape_of(trouble.value(node))) is not None]
    if operation is None or len(shapes) != 2:
        return _unnamed(trouble.message)
    boxes = tuple(zip(map(trouble.text, nodes), shapes, strict=True))
    (left, a), (right, b) = boxes
    advice = "Entry by entry, sizes must be equal along each axis, or one of them 1."
    if operation.sign == "@":
        inner = (a[-1] if a else 1), (b[-2] if len(b) > 1 else b[0] if b else 1)
        if inner[0] == inner[1]:
            return None
        advice = (
            f"A matrix product needs equal inner sizes; here they are {inner[0]} and {inner[1]}."
        )
    return Explanation(
        f"{left} {a} {operation.sign} {right} {b} does not fit.", advice, boxes=boxes
    )


def _unnamed(said: str) -> Explanation | None:
    sizes = re.search(r"size (\d+) is different from (\d+)", said)
    if sizes:
        return Explanation(
            "a matrix product does not fit.",
            f"It needs equal inner sizes; here they are {sizes[2]} and {sizes[1]}.",
        )
    shapes = " and ".join(re.findall(r"\([\d, ]*\)", said)[:2])
    return Explanation(f"shapes {shapes} do not fit together.") if shapes else None


def unpacked(trouble: Trouble) -> Explanation | None:
    """Explain an assignment with more names than values, or fewer."""
    wanted = re.search(r"expected (?:at least )?(\d+)", trouble.message)
    got = re.search(r"got (\d+)", trouble.message)
    if "NoneType" in trouble.message:
        return Explanation(
            "None cannot be taken apart.",
            "The call on this line gave None: has its function lost its return?",
        )
    count = wanted[1] if wanted else "several"
    names = "is 1 name" if count == "1" else f"are {count} names"
    many = "more" if "too many" in trouble.message else got[1] if got else "1"
    values = "1 value" if many == "1" else f"{many} values"
    if re.match(r"\s*for\b", trouble.source):
        return Explanation(
            f"there {names} between for and in, but {values} for them each time.",
            "What comes out of it in one round?",
        )
    taken = re.search(r"=\s*(\w+)\.shape\s*$", trouble.source.rstrip())
    shape = shape_of(trouble.value(ast.Name(taken[1]))) if taken else None
    if taken and shape is not None:
        return Explanation(
            f"there {names} to the left of =, and {taken[1]}.shape is {shape} here.",
            "Which shapes must it work for? The text above the exercise says it.",
        )
    return Explanation(
        f"there {names} to the left of =, but {values} to the right.",
        "What does the call return, and in which order?",
    )
