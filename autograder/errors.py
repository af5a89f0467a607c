"""What can go wrong in a command, each with the sentence that a person reads.

CourseError
├── UsageError      what was asked for cannot be done as it was asked (exit code 2)
└── BrokenCourse    something of the course is missing or broken (exit code 3)
"""

from enum import IntEnum

__all__ = ["BrokenCourse", "CourseError", "ExitCode", "UsageError"]


class ExitCode(IntEnum):
    """What ``course`` tells the shell when it ends."""

    FINE = 0
    PROBLEMS = 1
    USAGE = 2
    BROKEN = 3
    INTERRUPTED = 130


class CourseError(Exception):
    """A command had to stop, for a reason that a person can do something about.

    Parameters
    ----------
    message
        What happened and what to do about it, in a sentence or two.
    exit_code
        What ``course`` tells the shell.
    """

    def __init__(self, message: str, exit_code: ExitCode = ExitCode.BROKEN) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


class UsageError(CourseError):
    """What was asked for cannot be done as it was asked."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.USAGE)


class BrokenCourse(CourseError):
    """Something of the course, or of what it is installed with, is missing or broken."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.BROKEN)
