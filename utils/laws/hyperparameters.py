"""Laws of notebook 04."""

from utils.laws.law import Law

__all__ = ["LAWS"]

LAWS: dict[str, Law] = {}
