"""The zygote, a warm process inside the sandbox, and its fork that serves one submission.

    zygote ── fork into new namespaces ─→ begin: PID 1 there; applies the isolation layers
       └─ reports how the fork ended        └─→ run: sets its limits, calls the entry point

Runs inside the sandbox. Before the modules that it keeps warm, it imports only the standard library
and `isolation`. Student code runs in the fork only.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from autograder.sandbox import isolation

__all__ = ["HEADER", "OWN_FILES", "Channel", "main", "wait_until_killed"]

# The files that this module needs inside the sandbox, by path in the course's folder there.
_FOLDER = Path(__file__).parent
OWN_FILES: dict[str, bytes | Path] = {
    "autograder/__init__.py": b"",
    "autograder/sandbox/__init__.py": b"",
    "autograder/sandbox/isolation.py": _FOLDER / "isolation.py",
    "autograder/sandbox/zygote.py": _FOLDER / "zygote.py",
}

HEADER = struct.Struct("!I")
LARGE = 1 << 16  # bytes; a larger frame is not copied
READY = b"ready"
REHEARSALS = 20  # enough for Python's interpreter to specialize the bytecode that every fork runs


class Channel:
    """The connection to the grader, which carries frames of bytes."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)

    def send(self, frame: bytes) -> None:
        """Send a frame."""
        header = HEADER.pack(len(frame))
        if len(frame) > LARGE:  # avoid the copy below
            self._socket.sendall(header)
            self._socket.sendall(frame)
        else:  # in one call, so that the reader does not wake up for a header alone
            self._socket.sendall(header + frame)

    def receive(self) -> bytes | None:
        """Wait for a frame and return it; None if the other end is closed."""
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
    """The settings that all submissions share, prepared before the first one."""

    entry: Callable[[Channel], object]
    limits: dict[str, Any]
    readable: list[str]
    seccomp: Callable[[], None] | None
    without: frozenset[str]


def main() -> None:
    """Import the warm modules, then fork for each message until the control socket closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    os.closerange(3, control.fileno())  # descriptors that bubblewrap left open
    os.closerange(control.fileno() + 1, 1024)
    settings = json.loads(sys.argv[2])
    become_nobody()
    if settings["core"] is not None:  # so that a submission's processes slow down no other one
        os.sched_setaffinity(0, {settings["core"]})
    for name in settings["warm"]:
        importlib.import_module(name)
    name, _, function = settings["entry"].partition(":")
    module = importlib.import_module(name)
    without = frozenset(settings["without"])
    plan = Plan(
        getattr(module, function),
        settings["limits"],
        settings["readable"],
        None if "seccomp" in without else isolation.seccomp_filter(),
        without,
    )
    for _ in range(REHEARSALS):
        getattr(module, "rehearse", lambda: None)()
    gc.collect()
    gc.freeze()  # a collection in a fork would copy every page that it touches
    control.send(READY)
    serve(control, plan)


def become_nobody() -> None:
    """Drop privileges from root to nobody, since limits and permissions do not bind root."""
    if os.getuid():
        return
    # bubblewrap covers parts of root's /proc; the kernel then refuses to mount a new /proc.
    for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
        mount = line.split()[1]
        if mount.startswith("/proc/"):
            isolation.call("umount2", mount.encode(), 0)
    os.setgroups([])
    os.setresgid(*[isolation.NOBODY] * 3)
    os.setresuid(*[isolation.NOBODY] * 3)
    isolation.call(
        "prctl", isolation.PR_SET_DUMPABLE, 1, 0, 0, 0
    )  # else /proc/self still belongs to root


def serve(control: socket.socket, plan: Plan) -> None:
    """Fork for each message and report how each fork ended, until the control socket closes."""
    forks: dict[int, tuple[int, int]] = {}  # by pidfd: the PID, and the socket for its status
    poller = select.poll()
    poller.register(control, select.POLLIN)
    while True:
        for ready, _ in poller.poll():
            if ready in forks:
                poller.unregister(ready)
                report_end(plan, ready, *forks.pop(ready))
                continue
            message, fds, _, _ = socket.recv_fds(control, 100, 4)
            if not message:
                return
            try:
                pid = isolation.fork(plan.without)
            except OSError as error:
                report_failure(fds[-1], error)
            else:
                if not pid:
                    statuses = [status for _, status in forks.values()]
                    for fd in (control.detach(), *forks, *statuses):
                        os.close(fd)
                    begin(plan, *fds)
                pidfd = os.pidfd_open(pid)
                forks[pidfd] = pid, os.dup(fds[-1])
                poller.register(pidfd, select.POLLIN)
            for fd in fds:
                os.close(fd)


def report_failure(status: int, error: BaseException) -> None:
    """Report that the fork failed, and why."""
    with suppress(OSError):  # whoever asked for it may be gone
        os.write(status, f"failed {type(error).__name__}: {error}".encode()[:1000])


def report_end(plan: Plan, pidfd: int, pid: int, status: int) -> None:
    """Wait for a dead fork, and report how it ended."""
    _, wait_status, used = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(wait_status)
    if code == -signal.SIGKILL and used.ru_utime + used.ru_stime >= plan.limits["cpu"]:
        code = -signal.SIGXCPU  # which PID 1 ignores: the kernel sends SIGKILL a second later
    with suppress(OSError):  # whoever asked for it may be gone
        os.write(status, b"ended %d" % code)
    os.close(status)
    os.close(pidfd)


def begin(plan: Plan, channel: int, out: int, err: int, status: int) -> NoReturn:
    """Apply the isolation layers as PID 1 of the new namespace, then serve the submission.

    When this process ends, or is killed, the kernel kills every process of the namespace.
    """
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # then PID 1 ignores it from inside
        os.dup2(out, 1)
        os.dup2(err, 2)
        active = apply_layers(plan)
        # Through these the grader kills this process and samples its memory use.
        handles = [os.pidfd_open(os.getpid()), os.open("/proc", os.O_RDONLY)]
        with socket.socket(fileno=status) as report:
            socket.send_fds(report, [" ".join(["ready", *active]).encode()], handles)
        for fd in (out, err, *handles):
            os.close(fd)
    except BaseException as error:
        report_failure(status, error)
        os._exit(1)
    run(plan, channel)


def apply_layers(plan: Plan) -> list[str]:
    """Apply the isolation layers; return the active ones of those that a machine may lack."""
    active = []
    isolation.become_own_user(plan.without)
    isolation.mount_folders(plan.limits, plan.without)
    isolation.write("/proc/self/oom_score_adj", "1000")
    if "privileges" not in plan.without:
        isolation.drop_privileges()
    if "landlock" not in plan.without and isolation.landlock(plan.readable):
        active.append("landlock")
    if plan.seccomp is not None:
        plan.seccomp()
        active.append("seccomp")
    return active


def run(plan: Plan, fd: int) -> NoReturn:
    """Set the limits, write the submission's files, then call the entry point."""
    code = 1
    try:
        if "limits" not in plan.without:
            isolation.set_limits(plan.limits)
        channel = Channel(fd)
        os.chdir(isolation.SCRATCH)
        for name, text in json.loads(channel.receive() or b"{}").items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("latin-1"))
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


def wait_until_killed(channel: Channel) -> None:
    """Wait until the process is killed: an entry point for trying the isolation layers."""
    channel.receive()
