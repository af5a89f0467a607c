"""Tell whether a message is one sentence."""

import re


def one_sentence(text: str) -> bool:
    """Return whether a text is one line with one full stop at its end."""
    line = text.rstrip("\n")
    return "\n" not in line and line.endswith(".") and not re.search(r"\.\s", line)
