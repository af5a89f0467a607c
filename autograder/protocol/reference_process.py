"""Calls the reference on arguments that a student's code chose, in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, NoReturn

import numpy as np

from autograder.limits import Limits
from autograder.protocol import messages
from autograder.sandbox.isolation import address_space, die_with_parent
from utils.checker.cases import Case, Raised, Returned, Stream
from utils.checker.student_code import call
from utils.exercises import EXERCISES

__all__ = ["call_reference", "close"]


ReferenceReply = tuple[Returned | Raised, list[Stream | None]]
"""What came of a call, and where the generators stand by then that were among the arguments."""

_here = threading.local()  # a lender ends with the thread that started it


def call_reference(
    exercise: str, arguments: messages.Packed, seconds: float, limits: Limits
) -> messages.Packed:
    """Call the reference on these arguments, and pack what comes of it."""
    if vars(_here).get("lender") is None or _here.lender.limits != limits:
        close()
        _here.lender = ReferenceProcess(limits)
    return messages.pack(
        _here.lender.call_reference(exercise, messages.unpacked(arguments, list), seconds)
    )


def close() -> None:
    """End what this thread keeps ready."""
    if vars(_here).get("lender") is not None:
        _here.lender.close()
        _here.lender = None


class ReferenceProcess:
    """The line to that process."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.line, theirs = multiprocessing.Pipe()
        self.pid = os.fork()  # multiprocessing would refuse to in a Dask worker, a daemon itself
        if not self.pid:
            _serve(theirs, limits.reference_memory)
        theirs.close()

    def call_reference(self, exercise: str, arguments: list[Any], seconds: float) -> Any:
        """What the reference returned or raised."""
        why = "takes too long"
        try:
            self.line.send((exercise, arguments))
            if self.line.poll(min(self.limits.reference_seconds, seconds)):
                return self.line.recv()
        except (EOFError, OSError):
            why = "ends it"
        close()
        raise messages.ProtocolError(f"It called a function of the course on what {why}.")

    def close(self) -> None:
        """End the process."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.line.close()


def _outcome(exercise: str, arguments: list[Any], named: dict[str, Any]) -> ReferenceReply:
    """What the reference of an exercise returns or raises, and how far generators moved on."""
    drawn: list[np.random.Generator] = []

    def own(value: Any) -> Any:
        if not isinstance(value, Stream):
            return value
        drawn.append(value.generator())
        return drawn[-1]

    def reference(*values: Any) -> Any:
        names = {name: own(value) for name, value in named.items()}
        return EXERCISES[exercise].reference(*map(own, values), **names)

    names = {f"argument {i}": value for i, value in enumerate(arguments)}
    came = call(reference, Case(names)).outcome
    return came, [Stream.of(rng) for rng in drawn]


def _serve(line: Connection, memory: int) -> NoReturn:
    try:
        die_with_parent()  # it holds both ends of the line, so that never ends
        os.closerange(3, line.fileno())  # nobody waits in vain for the end of another line
        os.closerange(line.fileno() + 1, 1 << 16)
        with suppress(FileNotFoundError):
            resource.setrlimit(resource.RLIMIT_AS, (address_space() + memory,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        while True:
            exercise, given = line.recv()
            try:
                line.send(_outcome(exercise, *given))
            except Exception as error:
                line.send((Raised(type(error).__name__), []))
    finally:
        os._exit(0)
