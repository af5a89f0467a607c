"""The warm process inside the sandbox, and the fork of it that serves one submission.

    zygote ── fork ─→ begin: enters new namespaces, and ends
                        └─→ init: PID 1 there; mounts, gives up its rights, reaps, tells the end
                              └─→ work: sets its limits, and calls the entry point

Runs inside the sandbox and imports nothing but Python's own library and `autograder.walls`, before
what it is told to keep warm. A student's code only ever runs in the last.
"""

import gc
import importlib
import json
import os
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from autograder import walls

__all__ = ["HEADER", "Channel", "main", "rest"]

HEADER = struct.Struct("!I")
READY = b"ready"


class Channel:
    """Frames of bytes to and from the process outside."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)

    def send(self, frame: bytes) -> None:
        """Send a frame."""
        self._socket.sendall(HEADER.pack(len(frame)) + frame)

    def receive(self) -> bytes | None:
        """Wait for a frame; None when there will be no more."""
        header = self._read(HEADER.size)
        return self._read(*HEADER.unpack(header)) if header else None

    def _read(self, size: int) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            part = self._socket.recv(min(size - len(parts), 1 << 20))
            if not part:
                return b""
            parts += part
        return bytes(parts)


@dataclass(frozen=True)
class Plan:
    """What is the same for every submission, ready before the first one comes."""

    entry: Callable[[Channel], object]
    limits: dict[str, int]
    readable: list[str]
    seccomp: Callable[[], None] | None
    without: frozenset[str]


def main() -> None:
    """Get warm, then fork for each message on the control socket until it is closed."""
    control = socket.socket(fileno=int(sys.argv[1]))
    os.closerange(3, control.fileno())  # what bubblewrap left open
    os.closerange(control.fileno() + 1, 1024)
    settings = json.loads(sys.argv[2])
    become_nobody()
    for name in settings["warm"]:
        importlib.import_module(name)
    module, _, function = settings["entry"].partition(":")
    without = frozenset(settings["without"])
    plan = Plan(
        getattr(importlib.import_module(module), function),
        settings["limits"],
        settings["readable"],
        None if "seccomp" in without else walls.seccomp_filter(),
        without,
    )
    gc.collect()
    gc.freeze()  # a collection in a fork would copy every page that it looks at
    control.send(READY)
    while True:
        message, fds, _, _ = socket.recv_fds(control, 100, 4)
        if not message:
            return
        child = os.fork()
        if not child:
            control.close()
            guard(begin, plan, *fds)
        for fd in fds:
            os.close(fd)
        os.waitpid(child, 0)


def become_nobody() -> None:
    """Where root started the sandbox, be the least of users, whom limits and rights bind."""
    if os.getuid():
        return
    # bubblewrap covers parts of /proc for root; over those, nobody could mount a new one.
    for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
        place = line.split()[1]
        if place.startswith("/proc/"):
            walls.call("umount2", place.encode(), 0)
    os.setgroups([])
    os.setresgid(*[walls.NOBODY] * 3)
    os.setresuid(*[walls.NOBODY] * 3)
    walls.call("prctl", walls.PR_SET_DUMPABLE, 1, 0, 0, 0)  # else /proc/self is still root's


def guard(task: Callable[..., None], plan: Plan, *fds: int) -> NoReturn:
    """Run a fork's task and end; what goes wrong is told outside."""
    try:
        task(plan, *fds)
    except BaseException as error:
        os.write(fds[-1], f"failed {type(error).__name__}: {error}".encode()[:1000])
    finally:
        os._exit(0)


def begin(plan: Plan, *fds: int) -> None:
    """Enter new namespaces, and leave an init in them."""
    walls.new_namespaces(plan.without)
    if not os.fork():
        guard(init, plan, *fds)


def init(plan: Plan, channel: int, out: int, err: int, fate: int) -> None:
    """PID 1: put up the walls, start the worker, reap, and tell how the worker ended.

    When it ends, or is killed, the kernel kills every process of its namespace.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # from inside, no signal reaches PID 1 then
    os.dup2(out, 1)
    os.dup2(err, 2)
    walls.new_places(plan.limits["scratch"], plan.without)
    walls.write("/proc/self/oom_score_adj", "1000")
    active = []
    if "privileges" not in plan.without:
        walls.drop_privileges()
    if "landlock" not in plan.without and walls.landlock(plan.readable):
        active.append("landlock")
    if plan.seccomp is not None:
        plan.seccomp()
        active.append("seccomp")
    with socket.socket(fileno=fate) as line:
        # What the parent kills it by, and looks at its memory through.
        handles = [os.pidfd_open(os.getpid()), os.open("/proc", os.O_RDONLY)]
        socket.send_fds(line, [" ".join(["ready", *active]).encode()], handles)
        worker = os.fork()
        if not worker:
            for fd in (line.detach(), out, err, *handles):
                os.close(fd)
            work(plan, channel)
        os.close(channel)
        while True:
            pid, status = os.wait()
            if pid == worker:
                line.send(b"ended %d" % os.waitstatus_to_exitcode(status))
                return


def work(plan: Plan, fd: int) -> NoReturn:
    """Unpack the submission's files, then hand over to the entry point."""
    code = 1
    try:
        channel = Channel(fd)
        os.chdir(walls.SCRATCH)
        for name, text in json.loads(channel.receive() or b"{}").items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("latin-1"))
        if "limits" not in plan.without:
            most = plan.limits
            walls.limits(most["memory"], most["cpu"], most["processes"], most["scratch"])
        plan.entry(channel)
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code & 255)


def rest(channel: Channel) -> None:
    """An entry point that waits until it is ended."""
    channel.receive()
