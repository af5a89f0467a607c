"""Find the packages that `grading.toml` lets students import."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import packages_distributions, version

__all__ = ["found", "names_of"]


def found(names: Iterable[str] | None) -> tuple[str, ...] | None:
    """Return each package with its version: verdicts are made anew when it changes.

    None, for no rule, stays None.

    Parameters
    ----------
    names : as ``import`` takes them: ``sklearn``, and not ``scikit-learn``

    Raises
    ------
    ValueError
        When one is not installed in the environment that grades, which the sandbox shows.
    """
    if not names:
        return None if names is None else ()
    wanted = sorted(set(names))
    distributions = packages_distributions()
    for name in wanted:
        spec = importlib.util.find_spec(name) if name.isidentifier() else None
        origin = str(spec.origin or "") if spec else ""
        if name not in distributions or not origin.startswith((sys.prefix, sys.base_prefix)):
            raise ValueError(
                f"packages: {name!r} is not installed in {sys.prefix}. Install it there, and write "
                "its name as students import it"
            )
    return tuple(f"{name} {version(distributions[name][0])}" for name in wanted)


def names_of(packages: Sequence[str]) -> list[str]:
    """Return the names of packages that `found` returned, without their versions."""
    return [one.partition(" ")[0] for one in packages]
