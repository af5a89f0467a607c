"""Run untrusted code: each submission in an isolated fork of a warm process, the zygote.

    with Sandbox("autograder.protocol.server:serve", files) as sandbox:  # starts the zygote
        with sandbox.open({"data.h5": data}) as process:                 # forks for a submission
            process.send(b"...")
            reply = process.receive(timeout=10)                          # or raises Ended

    grader ── bubblewrap ── PID 1 of the sandbox ── zygote ── a fork for each submission

The grader's side of a submission is in `autograder/sandbox/process.py`, the zygote in
`autograder/sandbox/zygote.py`, and the isolation layers in `autograder/sandbox/isolation.py`.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Self

from autograder.errors import BrokenCourse
from autograder.files import ROOT
from autograder.limits import LIMITS, MIB, Limits
from autograder.sandbox import bubblewrap, cgroup, isolation
from autograder.sandbox.frames import Ended
from autograder.sandbox.process import START, SandboxProcess, kill, readable
from autograder.sandbox.remedies import remedy
from autograder.sandbox.zygote import OWN_FILES

__all__ = ["Ended", "Sandbox", "SandboxProcess", "parent_options"]

COURSE = "/run/course"  # the folder inside with the files that all submissions share
BEGIN = (
    f"import sys; sys.path.insert(0, {COURSE!r}); "
    "from autograder.sandbox.zygote import main; main()"
)

DYING = 0.5  # seconds to wait for a dying zygote, since processes end one after another

WARM = ("numpy", "h5py", "matplotlib.pyplot", "IPython.core.interactiveshell")
# What running Python takes of the machine. Not all of /usr, which has nbgrader's exchange in it.
SYSTEM = (
    "/bin /lib /lib32 /lib64 /usr/bin /usr/lib /usr/lib32 /usr/lib64 /usr/local/lib "
    "/usr/share/fonts /usr/share/zoneinfo /etc/alternatives /etc/ld.so.cache /etc/localtime"
)
PYTHON = "bin lib lib64 pyvenv.cfg share/zoneinfo"  # of an environment, or of Python itself
ENVIRONMENT = {
    "HOME": isolation.SCRATCH,
    "TMPDIR": isolation.SCRATCH,
    "MPLCONFIGDIR": isolation.SCRATCH,
    "MPLBACKEND": "agg",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONSAFEPATH": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTHONHASHSEED": "0",  # a set has the same order in every sandbox
    # The zygote must have a single thread, see `isolation.fork`.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}

# Map of user and group IDs when root starts the sandbox: root and nobody keep their numbers.
IDENTITIES = f"0 0 1\n{isolation.NOBODY} {isolation.NOBODY} 1\n"

log = logging.getLogger(__name__)


class Sandbox:
    """A zygote inside bubblewrap, which forks for each submission.

    Parameters
    ----------
    entry : str
        ``"module:function"``, called in each fork with its `zygote.Channel`. If the module has a
        function `rehearse`, the zygote calls it before it forks.
    files : mapping of str to bytes or Path
        Files that all submissions can import and read, by path in the course's folder inside.
    limits : Limits
    warm : sequence of str
        Modules that the zygote imports beforehand.
    hide : sequence of Path
        Paths to hide even where they lie among the system's or Python's files. The course's own
        folder is always hidden.
    ahead : bool
        Whether to fork for the next submission in advance, and not to wait until the processes of
        the last one are dead.
    core : int or None
        The only core that its processes may use; any, if None.
    without : collection of str
        Layers to leave out: "files", "ipc", "landlock", "limits", "network", "privileges",
        "processes", "scratch", "seccomp". Only for tests of attacks, in a sandbox around this one.

    Notes
    -----
    All processes of the sandbox are killed when the thread that started it ends, however it ends.
    """

    def __init__(
        self,
        entry: str,
        files: Mapping[str, bytes | Path] | None = None,
        *,
        limits: Limits = LIMITS,
        warm: Sequence[str] = WARM,
        hide: Sequence[Path] = (),
        ahead: bool = False,
        core: int | None = None,
        without: Collection[str] = (),
    ) -> None:
        self._entry = entry
        self._files = {**(files or {}), **OWN_FILES}
        self._limits = limits
        self._warm = warm
        self._hide = hide
        self._ahead = ahead
        self._core = core
        self._without = frozenset(without)
        self._stack = ExitStack()
        self._next: SandboxProcess | None = None  # with `ahead`, for the next submission
        self._last: SandboxProcess | None = None  # with `ahead`, killed but perhaps not dead yet

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def alive(self) -> bool:
        """Return whether the zygote is alive; a submission that dies with it is not at fault.

        Only the zygote holds the other end of the control socket, and it never writes unasked: the
        socket becomes readable when the zygote dies.
        """
        return not readable(self._control.fileno(), DYING)

    @contextmanager
    def open(self, files: Mapping[str, bytes] | None = None) -> Iterator[SandboxProcess]:
        """Fork for one submission, with these files in its scratch folder; kill it at the end.

        If the zygote has died, a new one is started.
        """
        with ExitStack() as stack:
            for restarted in (False, True):
                process, self._next = self._next or self._fork(), None
                stack.callback(self._end, process)
                try:
                    if process.begin(files or {}):
                        break
                except OSError as error:
                    raise BrokenCourse(
                        f"The sandbox cannot isolate a submission here ({error}).{remedy()}"
                    ) from None
                if restarted:
                    raise BrokenCourse("The sandbox's warm process died twice in a row.")
                log.warning("The sandbox's warm process had died; a new one was started.")
                self._stack.close()
                self._start()
            if self._ahead:
                self._next = self._fork()
            yield process

    def _fork(self) -> SandboxProcess:
        """Have the zygote fork, and return the process without waiting for it."""
        process = SandboxProcess(self._limits, self._without)
        process.request_fork(self._control)
        return process

    def _end(self, process: SandboxProcess) -> None:
        """End a submission; with `ahead`, wait only until the submission before it is dead."""
        if not self._ahead:
            return process.close()
        process.kill()
        last, self._last = self._last, process
        if last is not None:
            last.close()

    def _end_all(self) -> None:
        """End the last submission and the fork made ahead; wait until both are dead."""
        processes, self._next, self._last = (self._last, self._next), None, None
        for process in processes:
            if process is not None:
                process.close()

    def _start(self) -> None:
        """Start bubblewrap and the zygote in it, and wait until the zygote is ready."""
        program = bubblewrap.find()
        if program is None:
            raise BrokenCourse(f"The sandbox needs bubblewrap, which is not here.{remedy()}")
        with ExitStack() as stack:
            self._control, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
            stack.enter_context(self._control)
            output = stack.enter_context(tempfile.TemporaryFile())
            try:
                self._launch(stack, program.path, theirs.detach(), output)
                ready = readable(self._control.fileno(), START) and self._control.recv(100)
                reason = last_line(output)
            except OSError as error:
                ready, reason = False, f"bwrap: {error}"
            if not ready:
                hint = remedy() if reason.startswith("bwrap: ") else ""  # else Python failed
                raise BrokenCourse(f"The sandbox cannot be started here ({reason}).{hint}")
            stack.callback(self._end_all)
            self._stack = stack.pop_all()

    def _launch(self, stack: ExitStack, bwrap: str, control: int, output: IO[bytes]) -> None:
        """Start bubblewrap, and add the killing of all its processes to the stack."""
        info_read, info_write = os.pipe()
        gate_read, gate_write = os.pipe()  # as root, bubblewrap waits here for its user IDs
        inherited = [control, info_write, gate_read]
        with open(info_read) as info, open(gate_write, "w") as gate:
            try:
                process = subprocess.Popen(
                    [*self.scope(), bwrap, *self._command(inherited)],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    pass_fds=inherited,
                    start_new_session=True,  # Ctrl-C reaches the grader alone
                )
            finally:
                for fd in inherited:
                    os.close(fd)
            stack.callback(process.wait)
            pid = json.loads(info.read() or "{}").get("child-pid")
            if pid is None:
                return
            pidfd = os.pidfd_open(pid)  # of PID 1 inside; bubblewrap ends when it does
            stack.callback(os.close, pidfd)
            stack.callback(kill, pidfd)
            if is_root():
                for kind in ("uid", "gid"):
                    Path(f"/proc/{pid}/{kind}_map").write_text(IDENTITIES)
                gate.write("go")

    def scope(self) -> tuple[str, ...]:
        """Return the command prefix for a cgroup with memory for the zygote and two submissions.

        While one is judged, the one before it dies; the fork made ahead uses little memory yet.
        """
        if "limits" in self._without:
            return ()
        limits = self._limits
        memory = 2 * limits.memory + limits.warm_memory
        return cgroup.scope(memory, 3 * (limits.processes + 1) + 2)

    def _command(self, inherited: list[int]) -> list[str]:
        """Return bubblewrap's arguments; append the descriptors of files to copy to `inherited`."""
        control, info, gate = inherited
        command = ["--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
        command += ["--hostname", "sandbox", "--info-fd", str(info)]
        if is_root():
            # The zygote drops to nobody by itself, so that it is nobody outside the sandbox too.
            command += ["--userns-block-fd", str(gate)]
            for capability in ("SETUID", "SETGID", "SYS_ADMIN"):
                command += ["--cap-add", f"CAP_{capability}"]
        else:
            command += ["--uid", str(isolation.NOBODY), "--gid", str(isolation.NOBODY)]
        if "network" in self._without:
            command.append("--share-net")
        visible, hidden = self._visible_paths()
        for path, options in visible.items():
            command += [*parent_options(path), *options]
        command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/run"]
        for name, content in self._files.items():
            if isinstance(content, Path):
                fd = os.open(content, os.O_RDONLY)
                inherited.append(fd)
            else:
                fd = os.memfd_create("file")
                inherited.append(fd)
                with open(fd, "wb", closefd=False) as file:
                    file.write(content)
                    file.seek(0)
            path = f"{COURSE}/{name}"
            command += [*parent_options(path), "--file", str(fd), path]
        if "files" not in self._without:
            # The zygote's own scratch folder; each submission mounts another one over it.
            command += ["--perms", "1777", "--size", str(64 * MIB), "--tmpfs", isolation.SCRATCH]
            for folder in (*hidden, "/dev", "/run", "/"):
                command += ["--remount-ro", folder]
        else:
            command += ["--perms", "1777", "--dir", isolation.SCRATCH]
        for fonts in font_lists():
            inherited.append(os.open(fonts, os.O_RDONLY))
            command += ["--file", str(inherited[-1]), f"{isolation.SCRATCH}/{fonts.name}"]
        command += ["--chdir", "/", "--clearenv"]
        for name, value in ENVIRONMENT.items():
            command += ["--setenv", name, value]
        settings = {
            "entry": self._entry,
            "warm": list(self._warm),
            "limits": asdict(self._limits),
            "core": self._core,
            "readable": [*visible, "/proc", "/dev", "/run"],
            "without": sorted(self._without),
        }
        return [*command, sys.executable, "-c", BEGIN, str(control), json.dumps(settings)]

    def _visible_paths(self) -> tuple[dict[str, list[str]], list[str]]:
        """Return bubblewrap's options by path inside, and the folders that an empty tmpfs hides."""
        if "files" in self._without:
            return {"/": ["--dev-bind", "/", "/"]}, []
        visible = {}
        prefixes = dict.fromkeys((sys.prefix, sys.base_prefix))
        python = [f"{prefix}/{part}" for prefix in prefixes for part in PYTHON.split()]
        for name in (*SYSTEM.split(), *python):
            if os.path.islink(name):
                visible[name] = ["--symlink", os.readlink(name), name]
            elif os.path.exists(name):
                visible[name] = ["--ro-bind", name, name]
        # Hide a checkout as a whole; of an installed course, its two packages.
        checkout = (ROOT / "pyproject.toml").exists()
        own = [ROOT] if checkout else [ROOT / "utils", ROOT / "autograder"]
        own += other_courses(visible)
        covers = {}
        for secret in (path.resolve() for path in (*own, *self._hide)):
            for name in visible:
                real = Path(name).resolve()
                if secret.is_relative_to(real) and secret.exists():
                    cover = str(Path(name, secret.relative_to(real)))
                    nothing = ["--tmpfs"] if secret.is_dir() else ["--ro-bind", "/dev/null"]
                    covers[cover] = [*nothing, cover]
        empty = [name for name, options in covers.items() if options[0] == "--tmpfs"]
        return dict(sorted((visible | covers).items())), empty  # a folder before its contents


def other_courses(visible: Iterable[str]) -> Iterator[Path]:
    """Yield the packages of every other installation of the course below these paths."""
    for name in visible:
        for reference in Path(name).glob("python*/*-packages/utils/reference"):
            yield reference.parent
            yield reference.parents[1] / "autograder"


def font_lists() -> list[Path]:
    """Return Matplotlib's lists of this machine's fonts; without one, each start takes longer."""
    folders = [os.environ.get("MPLCONFIGDIR"), Path.home() / ".cache/matplotlib"]
    return [path for folder in folders if folder for path in Path(folder).glob("fontlist-*.json")]


def is_root() -> bool:
    """Return whether this is root of a machine or container whose user IDs include nobody."""
    ranges = Path("/proc/self/uid_map").read_text().splitlines()
    return os.getuid() == 0 and sum(int(line.split()[2]) for line in ranges) > isolation.NOBODY


def parent_options(path: str) -> Iterator[str]:
    """Yield bubblewrap's options that make a path's parent folders, readable for nobody too."""
    for parent in reversed(Path(path).parents[:-1]):
        yield from ("--perms", "0755", "--dir", str(parent))


def last_line(output: IO[bytes]) -> str:
    """Return the last line of a program's output."""
    output.seek(0)
    return output.read().decode(errors="replace").strip().rpartition("\n")[2]
