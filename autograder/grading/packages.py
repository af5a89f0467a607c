"""Say which packages students' code can import, and find those that `grading.toml` adds."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from importlib.metadata import packages_distributions, version

__all__ = ["found", "sentence"]

GIVEN = ("NumPy", "SciPy", "Matplotlib", "h5py")


def sentence(packages: Iterable[str] = ()) -> str:
    """Return the sentence that names what can be imported; `packages` is as `found` returns it.

    >>> sentence(["pandas 2.3.1"])
    'What your code can import: NumPy, SciPy, Matplotlib, h5py, pandas, and all that comes with Python.'
    """  # noqa: E501 - the sentence is one line
    names = [*GIVEN, *(one.partition(" ")[0] for one in packages)]
    return f"What your code can import: {', '.join(names)}, and all that comes with Python."


def found(names: Iterable[str]) -> tuple[str, ...]:
    """Return each package with its version: verdicts are made anew when it changes.

    Parameters
    ----------
    names : as ``import`` takes them: ``sklearn``, and not ``scikit-learn``

    Raises
    ------
    ValueError
        When one is not installed in the environment that grades, which the sandbox shows.
    """
    if not (wanted := sorted(set(names))):
        return ()
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
