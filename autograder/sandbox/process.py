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
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress

from autograder.errors import BrokenCourse
from autograder.limits import MIB, Limits
from autograder.sandbox.frames import Frames

__all__ = ["START", "Printed", "SandboxProcess", "kill", "readable"]

START = 60  # seconds to wait for the zygote to answer, or for a killed process to die
SAMPLING_INTERVAL = 0.05  # seconds between two looks at what a submission uses
COMPUTED = "It computed for longer than it may."


class Printed:
    """The output read from a pipe, kept up to a limit in bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._content = bytearray()
        self.size = 0

    def add(self, part: bytes) -> None:
        """Append output; beyond the limit only its size is counted."""
        self._content += part[: self._limit - len(self._content)]
        self.size += len(part)

    def text(self) -> str:
        """Return the kept text, with a note if it was cut."""
        text = self._content.decode(errors="replace")
        if self.size > self._limit:
            text += f"\n[Only the first {self._limit:,} bytes of this output are kept.]\n"
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
        self._is_limited = "limits" not in without
        self._stack = ExitStack()
        ours, channel = socket.socketpair()
        super().__init__(ours, limits.message)
        # On it the zygote's side reports that the fork is ready, and later how it ended.
        self._status, status = socket.socketpair(type=socket.SOCK_SEQPACKET)
        out, theirs_out = os.pipe()
        err, theirs_err = os.pipe()
        self._pipes = {io.FileIO(out): self.out, io.FileIO(err): self.err}
        self._handed_over = [channel.detach(), theirs_out, theirs_err, status.detach()]
        self._stack.callback(self._channel.close)
        read_ends: list[socket.socket | io.FileIO] = [self._status, *self._pipes]
        for end in read_ends:
            self._stack.callback(end.close)
            os.set_blocking(end.fileno(), False)
            self._poller.register(end, select.POLLIN)
        self._pidfd = self._proc = -1  # of PID 1 in its namespace, and that namespace's /proc
        self._inherited = 0  # bytes of memory that each process has from the zygote
        self._sampled_at = 0.0  # when its use was last looked at

    def request_fork(self, control: socket.socket) -> None:
        """Ask the zygote for a fork, and hand over the submission's file descriptors."""
        with suppress(OSError):  # `begin` notices that the zygote is dead
            socket.send_fds(control, [b"open"], self._handed_over)
        for fd in self._handed_over:
            os.close(fd)

    def begin(self, files: Mapping[str, bytes]) -> bool:
        """Wait for the fork and send it its files; return False if there is no living fork.

        Raises
        ------
        OSError
            If the fork or an isolation layer fails.
        """
        if not readable(self._status.fileno(), START):
            return False
        data, handles, _, _ = socket.recv_fds(self._status, 2000, 2)
        report = data.decode(errors="replace")
        if report.startswith("failed "):
            raise OSError(report.removeprefix("failed "))
        if not report.startswith("ready"):
            return False
        self._pidfd, self._proc = handles
        for fd in handles:
            self._stack.callback(os.close, fd)
        self.active = frozenset(report.split()[1:])
        self._inherited = self._resident("1")
        text = {name: content.decode("latin-1") for name, content in files.items()}
        self.send(json.dumps(text).encode())
        # A fork made ahead may have been killed while idle, which is not the submission's fault.
        return not readable(self._status.fileno(), 0)

    def kill(self) -> None:
        """Kill every process of the submission; `close` waits until they are dead."""
        if self._end is None and self._pidfd >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def close(self) -> None:
        """Kill every process of the submission, and wait until they are dead."""
        if self._end is None and self._pidfd >= 0:
            self._finish("killed", "It was closed.")
        self._stack.close()
        self._received.clear()  # frees memory even while a traceback refers to this object
        self._unsent.clear()

    def _poll(self, wait: float) -> None:
        """End the submission if it uses too much memory or time of the processor; else poll."""
        if self._is_limited and time.monotonic() >= self._sampled_at + SAMPLING_INTERVAL:
            self._sampled_at = time.monotonic()
            processes = [name for name in os.listdir(self._proc) if name.isdigit()]
            if self._memory(processes) > self._limits.memory:
                limit = self._limits.memory // MIB
                return self._finish("memory", f"It used more than {limit:,} MiB of memory.")
            if sum(map(self._computed, processes)) > self._limits.cpu:
                return self._finish("cpu", COMPUTED)
        super()._poll(wait)

    def _handle_ready(self, ready: Mapping[int, int]) -> None:
        for pipe in [pipe for pipe in self._pipes if pipe.fileno() in ready]:
            self._read_output(pipe)
        if self._flooded():
            self._finish("output", "It printed without end.")
        elif self._status.fileno() in ready:
            self._finish(*reason_of(self._status.recv(100).decode()))

    def _read_output(self, pipe: io.FileIO) -> bool:
        """Read what a pipe holds; return whether it held anything."""
        part = pipe.read(MIB)  # None: nothing yet; b"": end of file
        if part:
            self._pipes[pipe].add(part)
        elif part is not None:
            del self._pipes[pipe]
            self._poller.unregister(pipe)
        return bool(part)

    def _flooded(self) -> bool:
        limit = self._limits.flood * self._limits.output
        return any(one.size > limit for one in (self.out, self.err))

    def _memory(self, processes: Sequence[str]) -> int:
        """Return the bytes that these processes use beyond those that each has from the zygote."""
        return sum(max(0, self._resident(name) - self._inherited) for name in processes)

    def _resident(self, pid: str) -> int:
        """Return the bytes that a process has in memory; 0 if it has ended."""
        fields = self._read_proc(f"{pid}/statm").split()
        return int(fields[1]) * resource.getpagesize() if fields else 0

    def _computed(self, pid: str) -> float:
        """Return the seconds that a process, and its ended children, spent computing."""
        _, _, after_name = self._read_proc(f"{pid}/stat").rpartition(")")
        return sum(map(int, after_name.split()[11:15])) / os.sysconf("SC_CLK_TCK")

    def _read_proc(self, name: str) -> str:
        """Return a file of the namespace's /proc; empty if its process has ended meanwhile."""
        try:
            fd = os.open(name, os.O_RDONLY, dir_fd=self._proc)
            with open(fd, errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def _finish(self, reason: str, sentence: str) -> None:
        """Record the end, kill all processes of the namespace, and read what they still sent."""
        super()._finish(reason, sentence)
        kill(self._pidfd)
        while self._open and self._room() > 0 and self._read():
            pass
        for pipe in list(self._pipes):
            while not self._flooded() and self._read_output(pipe):
                pass


def reason_of(report: str) -> tuple[str, str]:
    """Return reason and sentence of an `Ended` for the zygote's report of the end.

    The report is empty if the zygote is dead.
    """
    code = int(report.split()[1]) if report.startswith("ended ") else -signal.SIGKILL
    if code >= 0:
        return "exited", f"It ended Python itself (exit code {code})."
    if -code == signal.SIGXCPU:
        return "cpu", COMPUTED
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
        raise BrokenCourse(f"A process in the sandbox was killed and still runs after {START} s.")
