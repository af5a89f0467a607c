"""Arrays and other sequences whose sizes do not fit together."""

from __future__ import annotations

import ast
import re

from utils.checker.cases import Explanation
from utils.checker.error_messages.trouble import Trouble, shape_of

__all__ = ["MISFIT", "do_not_fit", "no_room", "unpacked"]

MISFIT = r"mismatch in its core|not aligned|could not be broadcast|broadcastable"


def no_room(trouble: Trouble) -> Explanation | None:
    """Explain a result that does not fit into the array that @= or += would write it into."""
    if not isinstance(trouble.node, ast.AugAssign):
        return None
    target, operation = trouble.text(trouble.node.target), trouble.operation
    sign = operation.sign if operation else ""
    return Explanation(
        f"the result of {target} {sign} {trouble.text(trouble.node.value)} has another shape than "
        f"{target}, into which {sign}= would write it.",
        f"Give the result a name of its own; what came in as {target} must stay as it was.",
    )


def do_not_fit(trouble: Trouble) -> Explanation | None:
    """Explain two arrays whose shapes do not fit together, and name both if possible."""
    operation = trouble.operation
    nodes = operation.nodes if operation else ()
    shapes = [shape for node in nodes if (shape := shape_of(trouble.value(node))) is not None]
    if operation is not None and len(nodes) == 2 and operation.sign != "@" and len(shapes) < 2:
        shapes = _said(trouble.message)
    if operation is None or len(shapes) != 2:
        return _unnamed(trouble.message)
    if operation.sign == "/" and isinstance(nodes[1], ast.Name) and len(shapes[1]) == 1:
        return Explanation(
            f"{nodes[1].id} is an array of {shapes[1][0]} numbers here, and "
            f"{trouble.text(nodes[0])} {shapes[0]} cannot be divided by it.",
            f"Was {nodes[1].id} meant to be a single number? Look where it is made.",
        )
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


def _said(message: str) -> list[tuple[int, ...]]:
    """Return the two shapes that a message of NumPy names, in order."""
    found = re.findall(r"\((\d*(?:,\d+)*),?\)", message)[:2]
    return [tuple(map(int, filter(None, sizes.split(",")))) for sizes in found]


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
