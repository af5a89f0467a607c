"""One submission in the sandbox, as the process outside sees it: limits, frames, and its end.

Nothing that comes out is trusted: every frame is bounded, every wait has its deadline, and what is
printed is taken in all the while, so that no pipe is ever full.
"""

from __future__ import annotations

import io
import json
import math
import os
import resource
import select
import selectors
import signal
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from typing import TypeVar

from autograder import zygote
from autograder.errors import BrokenCourse
from autograder.limits import MIB, Limits

__all__ = ["START", "Cell", "Ended", "Printed", "kill", "readable"]

T = TypeVar("T")

START = 60  # seconds that the warm process may take to answer
LOOK = 0.05  # seconds between two looks at a submission's memory
PART = MIB >> 2  # bytes that are read at once


class Ended(BaseException):
    """A submission came to its end, or was brought to it.

    No `Exception`: who judges may take one for a fault of the answer, and go on.

    Parameters
    ----------
    reason
        The limit that struck: ``"timeout"``, it was waited for so long; ``"total"``, its notebook
        as a whole took so long; ``"cpu"``, it computed for so long; ``"memory"``; ``"output"``;
        ``"frame"``, the size of a message. ``"exited"``: Python ended itself. ``"killed"``: a
        signal ended it, or something outside.
    sentence
        The same for a person.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


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


class Cell:
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
        self._channel, channel = socket.socketpair()
        self._fate, fate = socket.socketpair(type=socket.SOCK_SEQPACKET)
        out, theirs_out = os.pipe()
        err, theirs_err = os.pipe()
        self._pipes = {io.FileIO(out): self.out, io.FileIO(err): self.err}
        self._lines = select.poll()
        self._wanted = 0  # what is waited for on the channel
        self._inside = [channel.detach(), theirs_out, theirs_err, fate.detach()]
        ours: list[socket.socket | io.FileIO] = [self._channel, self._fate, *self._pipes]
        for end in ours:
            self._stack.callback(end.close)
            os.set_blocking(end.fileno(), False)
            if end is not self._channel:
                self._lines.register(end, select.POLLIN)
        self._first = self._proc = -1
        self._inherited = 0  # bytes that a process has from the warm one
        self._looked = 0.0  # when its memory was last looked at
        self._coming, self._going = bytearray(), bytearray()
        self._open = True  # whether the worker still has its end of the channel
        self._end: Ended | None = None

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
        self._going += framed(json.dumps(text).encode())
        # A fork that waited may have been killed meanwhile; then that is nobody's fault.
        return not readable(self._fate.fileno(), 0)

    def send(self, *frames: bytes) -> None:
        """Send frames; what does not go now goes while the next one from there is waited for."""
        if len(self._going) > self._limits.message and self._end is None:
            self._finish("frame", "It asked for more than it reads.")
        self._going += b"".join(map(framed, frames))
        self._put()

    def receive(self, timeout: float) -> bytes:
        """Wait for a frame, and meanwhile take in what is printed, and look at memory.

        Raises
        ------
        Ended
            When there is none in time, or a limit strikes, or the submission is no more.
        """
        return self._until(self._frame, timeout)

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

    def _until(self, done: Callable[[], T | None], timeout: float) -> T:
        deadline = time.monotonic() + timeout
        while (result := done()) is None:
            if self._end is not None:
                raise self._end
            left = deadline - time.monotonic()
            if left <= 0:
                self._finish("timeout", f"It did not answer in {timeout:g} seconds.")
            elif self._uses_too_much():
                most = self._limits.memory // MIB
                self._finish("memory", f"It used more than {most:,} MiB of memory.")
            else:
                self._turn(min(left, LOOK))
        return result

    def _turn(self, wait: float) -> None:
        """Move what can be moved on every line, so that neither side waits for the other."""
        wanted = select.POLLIN if self._room() > 0 else 0
        wanted |= select.POLLOUT if self._going else 0
        self._wait_for(wanted if self._open else 0)
        ready = dict(self._lines.poll(math.ceil(1000 * wait)))
        channel = ready.get(self._channel.fileno(), 0)
        if channel & ~select.POLLIN:  # an end that is closed counts as ready for both
            self._put()
        if channel & ~select.POLLOUT:
            self._get()
        for pipe in [pipe for pipe in self._pipes if pipe.fileno() in ready]:
            self._take(pipe)
        if self._flooded():
            self._finish("output", "It printed without end.")
        elif self._fate.fileno() in ready:
            self._finish(*how(self._fate.recv(100).decode()))

    def _wait_for(self, wanted: int) -> None:
        """Tell what is waited for on the channel, where that is not what it was."""
        if wanted and wanted != self._wanted:
            self._lines.register(self._channel, wanted)
        elif self._wanted and not wanted:
            self._lines.unregister(self._channel)
        self._wanted = wanted

    def _put(self) -> None:
        try:
            del self._going[: self._channel.send(self._going[:MIB])]
        except BlockingIOError:
            pass
        except OSError:  # the other end is closed; what the warm process says next will tell why
            self._going.clear()

    def _get(self) -> bool:
        part = b""
        with suppress(OSError):
            part = self._channel.recv(min(self._room(), PART))
            self._open = bool(part)
        self._coming += part
        return bool(part)

    def _take(self, pipe: io.FileIO) -> bool:
        part = pipe.read(MIB)  # None when there is nothing now, b"" when there will not be any more
        if part:
            self._pipes[pipe].add(part)
        elif part is not None:
            del self._pipes[pipe]
            self._lines.unregister(pipe)
        return bool(part)

    def _room(self) -> int:
        return self._limits.message + zygote.HEADER.size - len(self._coming)

    def _flooded(self) -> bool:
        most = self._limits.flood * self._limits.output
        return any(one.size > most for one in (self.out, self.err))

    def _frame(self) -> bytes | None:
        size = announced(self._coming)
        if size is not None and size > self._limits.message:
            self._finish("frame", f"It sent a message of {size:,} bytes.")
            return None
        return taken(self._coming)

    def _uses_too_much(self) -> bool:
        """Look at its memory, unless that was a moment ago."""
        if not self._watched or time.monotonic() < self._looked + LOOK:
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
        self._end = self._end or Ended(reason, sentence)
        kill(self._first)
        while self._open and self._room() > 0 and self._get():
            pass
        for pipe in list(self._pipes):
            while not self._flooded() and self._take(pipe):
                pass


def framed(frame: bytes) -> bytes:
    """A frame with its length before it."""
    return zygote.HEADER.pack(len(frame)) + frame


def announced(coming: bytearray) -> int | None:
    """The bytes of the first frame in what came; None when not even that is there."""
    start = zygote.HEADER.size
    return int(zygote.HEADER.unpack(coming[:start])[0]) if len(coming) >= start else None


def taken(coming: bytearray) -> bytes | None:
    """The first frame, taken out of what came; None when it is not whole yet."""
    start, size = zygote.HEADER.size, announced(coming)
    if size is None or len(coming) < start + size:
        return None
    with memoryview(coming) as view:
        frame = bytes(view[start : start + size])
    del coming[: start + size]
    return frame


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
