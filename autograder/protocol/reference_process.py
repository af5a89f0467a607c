"""Call the reference in a process of its own, on arguments that student code chose."""

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


ReferenceResult = tuple[Returned | Raised, list[Stream | None]]
"""The reference's result, and the state after the call of each generator in the arguments."""

_here = threading.local()  # a process for each thread, with which it dies


def call_reference(
    exercise: str, arguments: messages.Packed, seconds: float, limits: Limits
) -> messages.Packed:
    """Return the reference's packed result for these arguments."""
    if vars(_here).get("lender") is None or _here.lender.limits != limits:
        close()
        _here.lender = ReferenceProcess(limits)
    return messages.pack(
        _here.lender.call_reference(exercise, messages.unpacked(arguments, list), seconds)
    )


def close() -> None:
    """Kill this thread's reference process, if it has one."""
    if vars(_here).get("lender") is not None:
        _here.lender.close()
        _here.lender = None


class ReferenceProcess:
    """A process that calls the reference, and the connection to it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.line, theirs = multiprocessing.Pipe()
        self.pid = os.fork()  # a Dask worker is a daemon, where multiprocessing starts no process
        if not self.pid:
            _serve(theirs, limits.reference_memory)
        theirs.close()

    def call_reference(self, exercise: str, arguments: list[Any], seconds: float) -> Any:
        """Return the reference's result; raise `ProtocolError` if it takes too long or dies."""
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
        """Kill the process."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.line.close()


def _outcome(exercise: str, arguments: list[Any], named: dict[str, Any]) -> ReferenceResult:
    """Return the reference's result, and the state after it of the generators in the arguments."""
    drawn: list[np.random.Generator] = []

    def own(value: Any) -> Any:
        if not isinstance(value, Stream):
            return value
        drawn.append(value.generator())
        return drawn[-1]

    def reference(*values: Any) -> Any:
        # In this order: the server pairs the states with the generators so.
        positional = [own(value) for value in values]
        return EXERCISES[exercise].reference(
            *positional, **{name: own(value) for name, value in named.items()}
        )

    names = {f"argument {i}": value for i, value in enumerate(arguments)}
    came = call(reference, Case(names)).outcome
    return came, [Stream.of(rng) for rng in drawn]


def _serve(line: Connection, memory: int) -> NoReturn:
    try:
        die_with_parent()  # also while the reference runs, and reads nothing from the line
        os.closerange(3, line.fileno())  # inherited descriptors would keep other connections open
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
