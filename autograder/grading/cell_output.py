"""What a cell of a submission left behind when it ran."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NO_OUTPUT", "CellOutput"]


@dataclass(frozen=True)
class CellOutput:
    """What a cell printed, the exception that ended it, and what it drew.

    Attributes
    ----------
    printed, raised : text, or ""
    figures : PNG files in base64; only of the student's own cells
    """

    printed: str = ""
    raised: str = ""
    figures: tuple[str, ...] = ()


NO_OUTPUT = CellOutput()
