"""Laws of notebook 02."""

from utils.laws.law import Law

__all__ = ["LAWS"]

LAWS: dict[str, Law] = {}
