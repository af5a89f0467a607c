"""The grader's side of one submission in the sandbox: its limits, its frames, and its end.

Nothing from the sandbox is trusted: every frame is bounded, every wait has a deadline, and printed
output is read during every wait, so that no pipe stays full.
"""

from __future__ import annotations

import io
import json
import os
import resource
import select
import selectors
import signal
import socket
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress

from autograder.errors import BrokenCourse
from autograder.limits import MIB, Limits
from autograder.sandbox.frames import Frames

__all__ = ["START", "Printed", "SandboxProcess", "kill", "readable"]

START = 60  # seconds to wait for the zygote to answer, or for a killed process to die
MEMORY_INTERVAL = 0.05  # seconds between two samples of a submission's memory use


class Printed:
    """The output read from a pipe, kept up to a limit in bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept = bytearray()
        self.size = 0

    def add(self, part: bytes) -> None:
        """Append output; beyond the limit only its size is counted."""
        self._kept += part[: self._most - len(self._kept)]
        self.size += len(part)

    def text(self) -> str:
        """Return the kept text, with a note if it was cut."""
        text = self._kept.decode(errors="replace")
        if self.size > self._most:
            text += f"\n[Only the first {self._most:,} bytes of this output are kept.]\n"
        return text


class SandboxProcess(Frames):
    """A submission's processes in the sandbox, and the connection to them.

    Attributes
    ----------
    out, err : Printed
        The output so far.
    active : frozenset of str
        The active layers, of those that a machine may lack.
    """

    def __init__(self, limits: Limits, without: frozenset[str]) -> None:
        self.out, self.err = Printed(limits.output), Printed(limits.output)
        self.active: frozenset[str] = frozenset()
        self._limits = limits
        self._watched = "limits" not in without
        self._stack = ExitStack()
        ours, channel = socket.socketpair()
        super().__init__(ours, limits.message)
        self._fate, fate = socket.socketpair(type=socket.SOCK_SEQPACKET)
        out, theirs_out = os.pipe()
        err, theirs_err = os.pipe()
        self._pipes = {io.FileIO(out): self.out, io.FileIO(err): self.err}
        self._inside = [channel.detach(), theirs_out, theirs_err, fate.detach()]
        self._stack.callback(self._channel.close)
        told: list[socket.socket | io.FileIO] = [self._fate, *self._pipes]
        for end in told:
            self._stack.callback(end.close)
            os.set_blocking(end.fileno(), False)
            self._lines.register(end, select.POLLIN)
        self._first = self._proc = -1
        self._inherited = 0  # bytes of memory that each process has from the zygote
        self._looked = 0.0  # when its memory was last sampled

    def ask(self, control: socket.socket) -> None:
        """Ask the zygote for a fork, and hand over the submission's file descriptors."""
        with suppress(OSError):  # `begin` notices that the zygote is dead
            socket.send_fds(control, [b"open"], self._inside)
        for fd in self._inside:
            os.close(fd)

    def begin(self, files: Mapping[str, bytes]) -> bool:
        """Wait for the fork and send it its files; return False if there is no living fork.

        Raises
        ------
        OSError
            If the fork or an isolation layer fails.
        """
        if not readable(self._fate.fileno(), START):
            return False
        data, handles, _, _ = socket.recv_fds(self._fate, 2000, 2)
        said = data.decode(errors="replace")
        if said.startswith("failed "):
            raise OSError(said.removeprefix("failed "))
        if not said.startswith("ready"):
            return False
        self._first, self._proc = handles
        for fd in handles:
            self._stack.callback(os.close, fd)
        self.active = frozenset(said.split()[1:])
        self._inherited = self._resident("1")
        text = {name: content.decode("latin-1") for name, content in files.items()}
        self.send(json.dumps(text).encode())
        # A fork made ahead may have been killed while idle, which is not the submission's fault.
        return not readable(self._fate.fileno(), 0)

    def kill(self) -> None:
        """Kill every process of the submission; `close` waits until they are dead."""
        if self._end is None and self._first >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)

    def close(self) -> None:
        """Kill every process of the submission, and wait until they are dead."""
        if self._end is None and self._first >= 0:
            self._finish("killed", "It was closed.")
        self._stack.close()
        self._coming.clear()  # frees memory even while a traceback refers to this object
        self._going.clear()

    def _turn(self, wait: float) -> None:
        """End the submission if it uses too much memory; else poll once."""
        if self._uses_too_much():
            most = self._limits.memory // MIB
            self._finish("memory", f"It used more than {most:,} MiB of memory.")
        else:
            super()._turn(wait)

    def _hear(self, ready: Mapping[int, int]) -> None:
        for pipe in [pipe for pipe in self._pipes if pipe.fileno() in ready]:
            self._take(pipe)
        if self._flooded():
            self._finish("output", "It printed without end.")
        elif self._fate.fileno() in ready:
            self._finish(*how(self._fate.recv(100).decode()))

    def _take(self, pipe: io.FileIO) -> bool:
        part = pipe.read(MIB)  # None: nothing yet; b"": end of file
        if part:
            self._pipes[pipe].add(part)
        elif part is not None:
            del self._pipes[pipe]
            self._lines.unregister(pipe)
        return bool(part)

    def _flooded(self) -> bool:
        most = self._limits.flood * self._limits.output
        return any(one.size > most for one in (self.out, self.err))

    def _uses_too_much(self) -> bool:
        """Return whether memory use exceeds the limit; sampled every 50 ms, else False."""
        if not self._watched or time.monotonic() < self._looked + MEMORY_INTERVAL:
            return False
        self._looked = time.monotonic()
        return self._memory() > self._limits.memory

    def _memory(self) -> int:
        """Return the bytes that all processes use beyond those that each has from the zygote."""
        processes = [name for name in os.listdir(self._proc) if name.isdigit()]
        return sum(max(0, self._resident(name) - self._inherited) for name in processes)

    def _resident(self, pid: str) -> int:
        with suppress(OSError):  # the process has ended meanwhile
            fd = os.open(f"{pid}/statm", os.O_RDONLY, dir_fd=self._proc)
            with open(fd) as statm:
                return int(statm.read().split()[1]) * resource.getpagesize()
        return 0

    def _finish(self, reason: str, sentence: str) -> None:
        """Record the end, kill all processes of the namespace, and read what they still sent."""
        super()._finish(reason, sentence)
        kill(self._first)
        while self._open and self._room() > 0 and self._get():
            pass
        for pipe in list(self._pipes):
            while not self._flooded() and self._take(pipe):
                pass


def how(said: str) -> tuple[str, str]:
    """Return reason and sentence of an `Ended` for the zygote's last message.

    The message is empty if the zygote is dead.
    """
    code = int(said.split()[1]) if said.startswith("ended ") else -signal.SIGKILL
    if code >= 0:
        return "exited", f"It ended Python itself (exit code {code})."
    if -code == signal.SIGXCPU:
        return "cpu", "It computed for longer than it may."
    return "killed", f"It was killed ({signal.strsignal(-code)})."


def readable(fd: int, timeout: float) -> bool:
    """Return whether a descriptor becomes readable in time; a pidfd does when its process ends."""
    with selectors.PollSelector() as selector:
        selector.register(fd, selectors.EVENT_READ)
        return bool(selector.select(timeout))


def kill(pidfd: int) -> None:
    """Kill a PID namespace through its PID 1, and wait until all its processes are dead."""
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    if not readable(pidfd, START):
        raise BrokenCourse("A process in the sandbox does not die: is the machine in order?")
