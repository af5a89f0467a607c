"""Laws of notebook 03."""

from utils.laws.law import Law

__all__ = ["LAWS"]

LAWS: dict[str, Law] = {}
