"""Properties that hold whatever the numbers are: distributions, identities, protocols.

There is a module for each notebook. A bundle holds only that of its own notebook, since a property
of backward propagation may use forward propagation, which an earlier bundle must not give away.
"""

from typing import Any

__all__ = ["remark_on"]


def remark_on(argument: Any) -> str:
    """Return the words that describe an argument after its name, such as "of 3 layers", or ""."""
    if isinstance(argument, dict) and "W1" in argument:
        count = len(argument) // 2
        return f"of {count} layer{'s' * (count != 1)}"
    return ""
