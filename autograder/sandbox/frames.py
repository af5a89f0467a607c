"""Exchange frames with a process over a non-blocking socket, so that the two cannot deadlock."""

from __future__ import annotations

import math
import select
import socket
import time
from collections.abc import Mapping
from contextlib import suppress

from autograder.limits import MIB
from autograder.sandbox import zygote

__all__ = ["Ended", "Frames"]


POLL = 0.05  # longest poll in seconds: memory use is sampled between polls
PART = MIB >> 2  # bytes of one read


class Ended(BaseException):
    """A submission's process ended, or was ended because it exceeded a limit.

    Not an `Exception`, which the judge could mistake for a fault of the answer.

    Parameters
    ----------
    reason
        The limit exceeded: ``"timeout"``, the wait for one frame; ``"total"``, the time of the
        notebook as a whole; ``"cpu"``, processor time; ``"memory"``; ``"output"``, printed text;
        ``"frame"``, the size of a message. Or another end: ``"exited"``, Python ended itself;
        ``"killed"``, by a signal or from outside.
    sentence
        The reason in words.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


class Frames:
    """A connection that exchanges frames with the process at the other end of a socket.

    Parameters
    ----------
    channel : socket
    max_size : int
        Largest frame, in bytes.
    """

    def __init__(self, channel: socket.socket, max_size: int) -> None:
        channel.setblocking(False)
        self._channel, self._max_size = channel, max_size
        self._poller = select.poll()
        self._wanted = 0  # the poll events registered for the channel
        self._received, self._unsent = bytearray(), bytearray()
        self._open = True  # False once the other end is closed
        self._end: Ended | None = None

    def send(self, *frames: bytes) -> None:
        """Queue frames and send as much as the socket takes; `receive` sends the rest."""
        if len(self._unsent) > self._max_size and self._end is None:
            self._finish("frame", "It asked for more than it reads.")
        for frame in frames:
            self._unsent += zygote.HEADER.pack(len(frame)) + frame
        self._write()

    def receive(self, timeout: float) -> bytes:
        """Wait for a frame and return it.

        Raises
        ------
        Ended
            If no frame arrives in time, a limit is exceeded, or the process has ended.
        """
        deadline = time.monotonic() + timeout
        while (frame := self._frame()) is None:
            if self._end is not None:
                raise self._end
            left = deadline - time.monotonic()
            if left <= 0:
                self._finish("timeout", f"It did not answer in {timeout:g} seconds.")
            else:
                self._poll(min(left, POLL))
        return frame

    def _poll(self, wait: float) -> None:
        """Poll once, for at most `wait` seconds, and handle every descriptor that is ready."""
        wanted = select.POLLIN if self._room() > 0 else 0
        wanted |= select.POLLOUT if self._unsent else 0
        self._register(wanted if self._open else 0)
        ready = dict(self._poller.poll(math.ceil(1000 * wait)))
        channel = ready.get(self._channel.fileno(), 0)
        if channel & ~select.POLLIN:  # a closed end (POLLHUP, POLLERR) counts as ready for both
            self._write()
        if channel & ~select.POLLOUT:
            self._read()
        self._handle_ready(ready)

    def _handle_ready(self, ready: Mapping[int, int]) -> None:
        """Record the end if the channel is closed; a subclass handles other descriptors."""
        if not self._open:
            self._finish("exited", "It ended Python itself.")

    def _finish(self, reason: str, sentence: str) -> None:
        """Record the first reason for the end; frames already here can still be received."""
        self._end = self._end or Ended(reason, sentence)

    def _register(self, wanted: int) -> None:
        """Update the poll events registered for the channel, if they differ from `wanted`."""
        if wanted and wanted != self._wanted:
            self._poller.register(self._channel, wanted)
        elif self._wanted and not wanted:
            self._poller.unregister(self._channel)
        self._wanted = wanted

    def _write(self) -> None:
        try:
            del self._unsent[: self._channel.send(self._unsent[:MIB])]
        except BlockingIOError:
            pass
        except OSError:  # the other end is closed; `_handle_ready` finds the reason
            self._unsent.clear()

    def _read(self) -> bool:
        part = b""
        with suppress(OSError):
            part = self._channel.recv(min(self._room(), PART))
            self._open = bool(part)
        self._received += part
        return bool(part)

    def _room(self) -> int:
        return self._max_size + zygote.HEADER.size - len(self._received)

    def _frame(self) -> bytes | None:
        """Remove and return the first received frame; None if it is incomplete or too large."""
        start = zygote.HEADER.size
        if len(self._received) < start:
            return None
        (size,) = zygote.HEADER.unpack(self._received[:start])
        if size > self._max_size:
            self._finish("frame", f"It sent a message of {size:,} bytes.")
            return None
        if len(self._received) < start + size:
            return None
        with memoryview(self._received) as view:
            frame = bytes(view[start : start + size])
        del self._received[: start + size]
        return frame
