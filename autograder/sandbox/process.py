"""One submission in the sandbox, as the process outside sees it: limits, frames, and its end.

Nothing that comes out is trusted: every frame is bounded, every wait has its deadline, and what is
printed is taken in all the while, so that no pipe is ever full.
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

START = 60  # seconds that the warm process may take to answer
NEEDS_REVIEW = 0.05  # seconds between two looks at a submission's memory


class Printed:
    """What came out of a pipe, up to a size."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept = bytearray()
        self.size = 0

    def add(self, part: bytes) -> None:
        """Take in what came."""
        self._kept += part[: self._most - len(self._kept)]
        self.size += len(part)

    def text(self) -> str:
        """The text, with a sentence where it was cut."""
        text = self._kept.decode(errors="replace")
        if self.size > self._most:
            text += f"\n[Only the first {self._most:,} bytes of this output are kept.]\n"
        return text


class SandboxProcess(Frames):
    """One submission's processes, and the line to them.

    Attributes
    ----------
    out, err : Printed
        What it printed so far.
    active : frozenset of str
        The layers that a machine may lack, and that hold here.
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
        self._inherited = 0  # bytes that a process has from the warm one
        self._looked = 0.0  # when its memory was last looked at

    def ask(self, control: socket.socket) -> None:
        """Ask the warm process for a fork."""
        with suppress(OSError):  # then nobody answers, either
            socket.send_fds(control, [b"open"], self._inside)
        for fd in self._inside:
            os.close(fd)

    def begin(self, files: Mapping[str, bytes]) -> bool:
        """Wait for the fork, and give it its files; False when there will be none.

        Raises
        ------
        OSError
            When a wall cannot be put up.
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
        # A fork that waited may have been killed meanwhile; then that is nobody's fault.
        return not readable(self._fate.fileno(), 0)

    def kill(self) -> None:
        """Tell every process of the submission to end; `close` waits until they are dead."""
        if self._end is None and self._first >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)

    def close(self) -> None:
        """End every process of the submission; when this returns, they are dead."""
        if self._end is None and self._first >= 0:
            self._finish("killed", "It was closed.")
        self._stack.close()
        self._coming.clear()  # whoever still holds it, as an exception's traceback does
        self._going.clear()

    def _turn(self, wait: float) -> None:
        """Look at memory, and meanwhile take in what is printed."""
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
        part = pipe.read(MIB)  # None when there is nothing now, b"" when there will not be any more
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
        """Look at its memory, unless that was a moment ago."""
        if not self._watched or time.monotonic() < self._looked + NEEDS_REVIEW:
            return False
        self._looked = time.monotonic()
        return self._memory() > self._limits.memory

    def _memory(self) -> int:
        """Bytes that all its processes use, beyond what each has from the warm process."""
        processes = [name for name in os.listdir(self._proc) if name.isdigit()]
        return sum(max(0, self._resident(name) - self._inherited) for name in processes)

    def _resident(self, pid: str) -> int:
        with suppress(OSError):  # it has ended meanwhile
            fd = os.open(f"{pid}/statm", os.O_RDONLY, dir_fd=self._proc)
            with open(fd) as statm:
                return int(statm.read().split()[1]) * resource.getpagesize()
        return 0

    def _finish(self, reason: str, sentence: str) -> None:
        """Kill PID 1 of its namespace, and with it all; then take what is still in the lines."""
        super()._finish(reason, sentence)
        kill(self._first)
        while self._open and self._room() > 0 and self._get():
            pass
        for pipe in list(self._pipes):
            while not self._flooded() and self._take(pipe):
                pass


def how(said: str) -> tuple[str, str]:
    """Reason and sentence for what the warm process said last; it says nothing once it is dead."""
    code = int(said.split()[1]) if said.startswith("ended ") else -signal.SIGKILL
    if code >= 0:
        return "exited", f"It ended Python itself (exit code {code})."
    if -code == signal.SIGXCPU:
        return "cpu", "It computed for longer than it may."
    return "killed", f"It was killed ({signal.strsignal(-code)})."


def readable(fd: int, timeout: float) -> bool:
    """Wait until there is something to read; of a pidfd, until the process is dead."""
    with selectors.PollSelector() as selector:
        selector.register(fd, selectors.EVENT_READ)
        return bool(selector.select(timeout))


def kill(pidfd: int) -> None:
    """Kill a namespace's PID 1, and wait until it and everything in its namespace is dead."""
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    if not readable(pidfd, START):
        raise BrokenCourse("A process in the sandbox does not die: is the machine in order?")
