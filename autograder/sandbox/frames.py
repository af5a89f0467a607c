"""Sends frames to a process and receives them, so that neither side ever waits for the other."""

from __future__ import annotations

import math
import select
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import TypeVar

from autograder.limits import MIB
from autograder.sandbox import zygote

__all__ = ["Ended", "Frames"]

T = TypeVar("T")

TURN = 0.05  # seconds between two looks at what no line tells of
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


class Frames:
    """Frames to and from the process at the other end of a channel.

    Parameters
    ----------
    channel : socket
    most : int
        Bytes of a frame.
    """

    def __init__(self, channel: socket.socket, most: int) -> None:
        channel.setblocking(False)
        self._channel, self._most = channel, most
        self._lines = select.poll()
        self._wanted = 0  # what is waited for on the channel
        self._coming, self._going = bytearray(), bytearray()
        self._open = True  # whether somebody still has the other end
        self._end: Ended | None = None

    def send(self, *frames: bytes) -> None:
        """Send frames; what does not go now goes while the next one from there is waited for."""
        if len(self._going) > self._most and self._end is None:
            self._finish("frame", "It asked for more than it reads.")
        for frame in frames:
            self._going += zygote.HEADER.pack(len(frame)) + frame
        self._put()

    def receive(self, timeout: float) -> bytes:
        """Wait for a frame.

        Raises
        ------
        Ended
            When there is none in time, or a limit strikes, or the submission is no more.
        """
        deadline = time.monotonic() + timeout
        while (frame := self._frame()) is None:
            if self._end is not None:
                raise self._end
            left = deadline - time.monotonic()
            if left <= 0:
                self._finish("timeout", f"It did not answer in {timeout:g} seconds.")
            else:
                self._turn(min(left, TURN))
        return frame

    def _turn(self, wait: float) -> None:
        """Move what can be moved on every line, and hear what else is told."""
        wanted = select.POLLIN if self._room() > 0 else 0
        wanted |= select.POLLOUT if self._going else 0
        self._wait_for(wanted if self._open else 0)
        ready = dict(self._lines.poll(math.ceil(1000 * wait)))
        channel = ready.get(self._channel.fileno(), 0)
        if channel & ~select.POLLIN:  # an end that is closed counts as ready for both
            self._put()
        if channel & ~select.POLLOUT:
            self._get()
        self._hear(ready)

    def _hear(self, ready: Mapping[int, int]) -> None:
        """Hear what other lines tell, by their numbers: here there are none."""
        if not self._open:
            self._finish("exited", "It ended Python itself.")

    def _finish(self, reason: str, sentence: str) -> None:
        """Expect nothing more; what is there can still be received."""
        self._end = self._end or Ended(reason, sentence)

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
        except OSError:  # the other end is closed; why is told elsewhere
            self._going.clear()

    def _get(self) -> bool:
        part = b""
        with suppress(OSError):
            part = self._channel.recv(min(self._room(), PART))
            self._open = bool(part)
        self._coming += part
        return bool(part)

    def _room(self) -> int:
        return self._most + zygote.HEADER.size - len(self._coming)

    def _frame(self) -> bytes | None:
        """Take the first frame out of what came; None when it is not whole yet."""
        start = zygote.HEADER.size
        if len(self._coming) < start:
            return None
        (size,) = zygote.HEADER.unpack(self._coming[:start])
        if size > self._most:
            self._finish("frame", f"It sent a message of {size:,} bytes.")
            return None
        if len(self._coming) < start + size:
            return None
        with memoryview(self._coming) as view:
            frame = bytes(view[start : start + size])
        del self._coming[: start + size]
        return frame
