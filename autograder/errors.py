"""The exceptions of the ``course`` command; each message is shown to the user.

CourseError
├── UsageError      the command cannot be carried out as given (exit code 2)
└── BrokenCourse    a part of the course is missing or broken (exit code 3)
"""

from enum import IntEnum

__all__ = ["BrokenCourse", "CourseError", "ExitCode", "UsageError"]


class ExitCode(IntEnum):
    """The exit codes of ``course``."""

    FINE = 0
    PROBLEMS = 1
    USAGE = 2
    BROKEN = 3
    INTERRUPTED = 130


class CourseError(Exception):
    """A failure that stops a command and that the user can do something about.

    Parameters
    ----------
    message
        What happened and how to fix it, in a sentence or two.
    exit_code
        The exit code of ``course``.
    """

    def __init__(self, message: str, exit_code: ExitCode = ExitCode.BROKEN) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


class UsageError(CourseError):
    """The command cannot be carried out as given."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.USAGE)


class BrokenCourse(CourseError):
    """A part of the course, or of its installation, is missing or broken."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.BROKEN)
