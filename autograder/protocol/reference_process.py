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
from autograder.sandbox.frames import Ended
from autograder.sandbox.isolation import address_space, die_with_parent
from utils.checker.cases import Case, Raised, Returned, Stream
from utils.checker.student_code import call
from utils.exercises import EXERCISES

__all__ = ["call_reference", "close"]


ReferenceResult = tuple[Returned | Raised, list[Stream | None]]
"""The reference's result, and the state after the call of each generator in the arguments."""

_per_thread = threading.local()  # a process for each thread, with which it dies


def call_reference(
    exercise: str, arguments: messages.Packed, seconds: float, limits: Limits
) -> messages.Packed:
    """Return the reference's packed result for these arguments."""
    if vars(_per_thread).get("process") is None or _per_thread.process.limits != limits:
        close()
        _per_thread.process = ReferenceProcess(limits)
    result = _per_thread.process.call_reference(
        exercise, messages.unpacked(arguments, list), seconds
    )
    return messages.pack(result)


def close() -> None:
    """Kill this thread's reference process, if it has one."""
    if vars(_per_thread).get("process") is not None:
        _per_thread.process.close()
        _per_thread.process = None


class ReferenceProcess:
    """A process that calls the reference, and the connection to it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.pipe, theirs = multiprocessing.Pipe()
        self.pid = os.fork()  # a Dask worker is a daemon, where multiprocessing starts no process
        if not self.pid:
            _serve(theirs, limits.reference_memory)
        theirs.close()

    def call_reference(self, exercise: str, arguments: list[Any], seconds: float) -> Any:
        """Return the reference's result.

        Raises
        ------
        ProtocolError
            If the reference takes longer than its limit, or dies.
        Ended
            If the `seconds` that are left to the student are fewer than that, and are over.
        """
        failure = "take too long"
        try:
            self.pipe.send((exercise, arguments))
            if self.pipe.poll(min(self.limits.reference_seconds, seconds)):
                return self.pipe.recv()
        except (EOFError, OSError):
            failure = "end its process"
        else:
            if seconds < self.limits.reference_seconds:
                close()
                raise Ended("timeout", "It did not answer in time.")
        close()
        raise messages.ProtocolError(
            f"It called a function of the course with arguments that {failure}."
        )

    def close(self) -> None:
        """Kill the process."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.pipe.close()


def _outcome(exercise: str, arguments: list[Any], named: dict[str, Any]) -> ReferenceResult:
    """Call the reference; return its result, and in which state it left each generator."""
    generators: list[np.random.Generator] = []

    def with_generator(value: Any) -> Any:
        if not isinstance(value, Stream):
            return value
        generators.append(value.generator())
        return generators[-1]

    def reference(*values: Any) -> Any:
        # In this order: the server pairs the states with the generators so.
        positional = [with_generator(value) for value in values]
        by_name = {name: with_generator(value) for name, value in named.items()}
        return EXERCISES[exercise].reference(*positional, **by_name)

    case = Case({f"argument {i}": value for i, value in enumerate(arguments)})
    outcome = call(reference, case).outcome
    return outcome, [Stream.of(rng) for rng in generators]


def _serve(pipe: Connection, memory: int) -> NoReturn:
    try:
        die_with_parent()  # also while the reference runs, and reads nothing from the pipe
        os.closerange(3, pipe.fileno())  # inherited descriptors would keep other connections open
        os.closerange(pipe.fileno() + 1, 1 << 16)
        with suppress(FileNotFoundError):
            resource.setrlimit(resource.RLIMIT_AS, (address_space() + memory,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        while True:
            exercise, arguments = pipe.recv()
            try:
                pipe.send(_outcome(exercise, *arguments))
            except Exception as error:
                pipe.send((Raised(type(error).__name__), []))
    finally:
        os._exit(0)
