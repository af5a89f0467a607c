"""Read `grading.toml`, in which an instructor sets what holds for a term.

The file lies beside the folder of submissions, which is the workspace, if there is one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from autograder.errors import UsageError
from autograder.grading import packages
from autograder.grading.grade_submission import Settings
from autograder.grading.lateness import Lateness, LateRule, read_extensions
from autograder.limits import changed

__all__ = ["FILE", "GradingSettings", "as_record"]

FILE = "grading.toml"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `grading.toml` may say."""

    follow_through: Literal["full", "half", "none"] | None = None
    packages: list[str] | None = None
    exchange: str = ""
    limits: dict[str, float] = {}
    due: dict[str, datetime] = {}
    late: LateRule | None = None


@dataclass(frozen=True)
class GradingSettings:
    """What `grading.toml` says; nothing, where there is none.

    Attributes
    ----------
    path : the file
    follow_through, limits : as for ``course grade``; None and {} where they are not set
    packages : that students may import, beyond the usual ones; None where no rule is set
    exchange : nbgrader's folder through which work goes out and comes back; "" for its usual one
    lateness : due dates, the rule for late work, and extensions
    """

    path: Path
    follow_through: str | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    packages: Sequence[str] | None = None
    exchange: str = ""
    lateness: Lateness = field(default_factory=Lateness)

    @classmethod
    def beside(cls, submissions: Path) -> GradingSettings:
        """Return the settings beside the folder of submissions.

        Raises
        ------
        UsageError
            When the file, or its CSV of extensions, cannot be understood.
        """
        path = submissions.absolute().parent / FILE
        try:
            with path.open("rb") as file:
                said = msgspec.convert(tomllib.load(file), _File)
        except FileNotFoundError:
            return cls(path)
        except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeError) as error:
            raise UsageError(f"{path}: {error}.") from error
        for name, due in said.due.items():
            if due.tzinfo is None:
                raise UsageError(
                    f"{path}: the due date of {name} needs a time zone: {due.isoformat()}+01:00."
                )
        table = said.late.extensions if said.late else ""
        extensions = read_extensions(path.parent / table) if table else {}
        lateness = Lateness(said.due, said.late, extensions)
        rules = (said.follow_through, said.limits, said.packages)
        return cls(path, *rules, said.exchange, lateness)

    def over(self, settings: Settings) -> Settings:
        """Return these settings, with what the file says in the place of theirs.

        Raises
        ------
        UsageError
            When the file names a limit that there is not, or a package that is not installed.
        """
        try:
            return replace(
                settings,
                follow_through=self.follow_through or settings.follow_through,
                limits=changed(settings.limits, self.limits),
                packages=packages.found(self.packages),
            )
        except ValueError as error:
            raise UsageError(f"{self.path}: {str(error).rstrip('.')}.") from None


def as_record(settings: GradingSettings) -> dict[str, Any]:
    """Return what is set, for people to read."""
    lateness = settings.lateness
    late = msgspec.to_builtins(lateness.rule) if lateness.rule else {}
    return {
        **{f"limits.{name}": value for name, value in settings.limits.items()},
        **{f"due.{name}": due.isoformat() for name, due in lateness.due.items()},
        **{f"late.{name}": value for name, value in late.items() if value not in (None, "")},
    }
