"""Runs code that nobody has vouched for: each submission in a fork of a warm process, walled in.

    with Sandbox("autograder.protocol.server:serve", files) as sandbox:  # starts the warm process
        with sandbox.open({"data.h5": data}) as cell:                    # a fork for a submission
            cell.send(b"...")
            answer = cell.receive(timeout=10)                            # or Ended, and why

    parent ── bubblewrap ── PID 1 of the sandbox ── zygote ── for each submission: a fork

The parent's side of a submission is in `autograder/sandbox/process.py`, what runs inside in
`autograder/sandbox/zygote.py`, and what holds it there in `autograder/sandbox/isolation.py`.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

from autograder.errors import BrokenCourse, UsageError
from autograder.files import ROOT
from autograder.limits import LIMITS, MIB, Limits
from autograder.sandbox import bubblewrap, cgroup, isolation
from autograder.sandbox.frames import Ended
from autograder.sandbox.process import START, SandboxProcess, kill, readable
from autograder.sandbox.zygote import OWN_FILES

__all__ = [
    "Ended",
    "Layer",
    "Sandbox",
    "SandboxProcess",
    "layers",
    "minimum",
    "refuse_without_sandbox",
]

COURSE = "/run/course"  # where the files that all submissions share are, inside
BEGIN = (
    f"import sys; sys.path.insert(0, {COURSE!r}); "
    "from autograder.sandbox.zygote import main; main()"
)

DYING = 0.5  # seconds that the processes of a sandbox may take to die one after another

WARM = ("numpy", "h5py", "matplotlib.pyplot", "IPython.core.interactiveshell")
SYSTEM = "/usr /bin /sbin /lib /lib32 /lib64 /etc/alternatives /etc/ld.so.cache /etc/localtime"
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
    # With more threads than one, the warm process could not enter new namespaces.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}

# Of users and groups inside, when root starts the sandbox: the same number outside.
IDENTITIES = f"0 0 1\n{isolation.NOBODY} {isolation.NOBODY} 1\n"

log = logging.getLogger(__name__)


class Sandbox:
    """The warm process inside bubblewrap, which forks for each submission.

    Parameters
    ----------
    entry : str
        ``"module:function"``, called in each fork with its `zygote.Channel`. If the module has a
        function `rehearse`, the warm process calls it before it forks.
    files : mapping of str to bytes or Path
        What all submissions can import and read, by its path in the course's folder inside.
    limits : Limits
    warm : sequence of str
        The modules that the warm process imports beforehand.
    hide : sequence of Path
        What must not be seen even where it lies among the system's or Python's files. The
        course's own folder is always hidden.
    ahead : bool
        Whether a fork waits ready for the next submission, and nobody waits for the processes of
        the last one to die.
    without : collection of str
        Layers to leave out: "files", "ipc", "landlock", "limits", "network", "privileges",
        "processes", "scratch", "seccomp". Only for trying attacks, in a sandbox around this one.

    Notes
    -----
    It ends with the thread that started it, whichever way that ends, and takes all inside along.
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
        without: Collection[str] = (),
    ) -> None:
        self._entry = entry
        self._files = {**(files or {}), **OWN_FILES}
        self._limits = limits
        self._warm = warm
        self._hide = hide
        self._ahead = ahead
        self._without = frozenset(without)
        self._stack = ExitStack()
        self._next: SandboxProcess | None = None
        self._last: SandboxProcess | None = None

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def alive(self) -> bool:
        """Whether the warm process lives; with it ends every submission, through no fault of its.

        It is the only one at its end of the line, and never speaks first.
        """
        return not readable(self._control.fileno(), DYING)

    @contextmanager
    def open(self, files: Mapping[str, bytes] | None = None) -> Iterator[SandboxProcess]:
        """Fork for one submission, with these files in its scratch folder; at the end, end it all.

        Should the warm process have died meanwhile, a new one is started.
        """
        with ExitStack() as stack:
            for again in (False, True):
                cell, self._next = self._next or self._asked(), None
                stack.callback(self._end, cell)
                try:
                    if cell.begin(files or {}):
                        break
                except OSError as error:
                    raise BrokenCourse(
                        f"The sandbox cannot put up its walls here ({error}).{advice()}"
                    ) from None
                if again:
                    raise BrokenCourse("The sandbox's warm process dies again and again.")
                log.warning("The sandbox's warm process had died; a new one was started.")
                self._stack.close()
                self._start()
            if self._ahead:
                self._next = self._asked()
            yield cell

    def _asked(self) -> SandboxProcess:
        cell = SandboxProcess(self._limits, self._without)
        cell.ask(self._control)
        return cell

    def _end(self, cell: SandboxProcess) -> None:
        """End a submission; where the next need not wait, the one before it is dead by then."""
        if not self._ahead:
            return cell.close()
        cell.kill()
        last, self._last = self._last, cell
        if last is not None:
            last.close()

    def _end_all(self) -> None:
        """End what waits, and see the last one dead."""
        cells, self._next, self._last = (self._last, self._next), None, None
        for cell in cells:
            if cell is not None:
                cell.close()

    def _start(self) -> None:
        """Start bubblewrap and the warm process in it, and wait until it is ready."""
        found = bubblewrap.find()
        if found is None:
            raise BrokenCourse(f"The sandbox needs bubblewrap, which is not here.{advice()}")
        with ExitStack() as stack:
            self._control, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
            stack.enter_context(self._control)
            said = stack.enter_context(tempfile.TemporaryFile())
            try:
                self._launch(stack, found.path, theirs.detach(), said)
                warm = readable(self._control.fileno(), START) and self._control.recv(100)
                why = last_line(said)
            except OSError as error:
                warm, why = False, f"bwrap: {error}"
            if not warm:
                do = advice() if why.startswith("bwrap: ") else ""  # else it is Python that failed
                raise BrokenCourse(f"The sandbox cannot be started here ({why}).{do}")
            stack.callback(self._end_all)
            self._stack = stack.pop_all()

    def _launch(self, stack: ExitStack, bwrap: str, control: int, said: IO[bytes]) -> None:
        """Start bubblewrap; the stack ends all of it."""
        info, tell = os.pipe()
        wait, go = os.pipe()
        given = [control, tell, wait]
        with open(info) as told, open(go, "w") as gate:
            try:
                process = subprocess.Popen(
                    [*self.scope(), bwrap, *self._command(given)],
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    pass_fds=given,
                    start_new_session=True,  # Ctrl-C is for the parent to answer
                )
            finally:
                for fd in given:
                    os.close(fd)
            stack.callback(process.wait)
            pid = json.loads(told.read() or "{}").get("child-pid")
            if pid is None:
                return
            first = os.pidfd_open(pid)  # PID 1 inside; bubblewrap ends when it does
            stack.callback(os.close, first)
            stack.callback(kill, first)
            if is_root():
                for kind in ("uid", "gid"):
                    Path(f"/proc/{pid}/{kind}_map").write_text(IDENTITIES)
                gate.write("go")

    def scope(self) -> tuple[str, ...]:
        """What puts it into a cgroup, with room for the warm process and two submissions.

        One is judged while the one before it dies and the next one waits, which uses little yet.
        """
        if "limits" in self._without:
            return ()
        most = self._limits
        return cgroup.scope(2 * most.memory + most.warm_memory, 3 * (most.processes + 1) + 2)

    def _command(self, given: list[int]) -> list[str]:
        """Return bubblewrap's arguments; open the files that it copies, and add them to `given`."""
        control, tell, wait = given
        command = ["--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
        command += ["--hostname", "sandbox", "--info-fd", str(tell)]
        if is_root():
            # The warm process becomes nobody itself: outside too, not by name alone.
            command += ["--userns-block-fd", str(wait)]
            for capability in ("SETUID", "SETGID", "SYS_ADMIN"):
                command += ["--cap-add", f"CAP_{capability}"]
        else:
            command += ["--uid", str(isolation.NOBODY), "--gid", str(isolation.NOBODY)]
        if "network" in self._without:
            command.append("--share-net")
        shown, hidden = self._places()
        for path, words in shown.items():
            command += [*folders(path), *words]
        command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/run"]
        for name, content in self._files.items():
            if isinstance(content, Path):
                given.append(os.open(content, os.O_RDONLY))
            else:
                given.append(os.memfd_create("file"))
                with open(given[-1], "wb", closefd=False) as file:
                    file.write(content)
                    file.seek(0)
            command += [*folders(f"{COURSE}/{name}"), "--file", str(given[-1]), f"{COURSE}/{name}"]
        if "files" not in self._without:
            # The warm process's own; each submission gets another one over it.
            command += ["--perms", "1777", "--size", str(64 * MIB), "--tmpfs", isolation.SCRATCH]
            for place in (*hidden, "/dev", "/run", "/"):
                command += ["--remount-ro", place]
        else:
            command += ["--perms", "1777", "--dir", isolation.SCRATCH]
        command += ["--chdir", "/", "--clearenv"]
        for name, value in ENVIRONMENT.items():
            command += ["--setenv", name, value]
        settings = {
            "entry": self._entry,
            "warm": list(self._warm),
            "limits": asdict(self._limits),
            "readable": [*shown, "/proc", "/dev", "/run"],
            "without": sorted(self._without),
        }
        return [*command, sys.executable, "-c", BEGIN, str(control), json.dumps(settings)]

    def _places(self) -> tuple[dict[str, list[str]], list[str]]:
        """What of the machine is shown inside, as bubblewrap's options by path, and what is not."""
        if "files" in self._without:
            return {"/": ["--dev-bind", "/", "/"]}, []
        shown = {}
        for name in SYSTEM.split():
            if os.path.islink(name):
                shown[name] = ["--symlink", os.readlink(name), name]
            elif os.path.exists(name):
                shown[name] = ["--ro-bind", name, name]
        for name in (sys.prefix, sys.base_prefix):
            shown[name] = ["--ro-bind", name, name]
        # A checkout is hidden as a whole; of an installed course, its two packages.
        checkout = (ROOT / "pyproject.toml").exists()
        own = [ROOT] if checkout else [ROOT / "utils", ROOT / "autograder"]
        covers = {}
        for secret in (path.resolve() for path in (*own, *self._hide)):
            for name in shown:
                real = Path(name).resolve()
                if secret.is_relative_to(real) and secret.exists():
                    cover = str(Path(name, secret.relative_to(real)))
                    nothing = ["--tmpfs"] if secret.is_dir() else ["--ro-bind", "/dev/null"]
                    covers[cover] = [*nothing, cover]
        empty = [name for name, words in covers.items() if words[0] == "--tmpfs"]
        return dict(sorted((shown | covers).items())), empty  # a folder before what lies in it


def is_root() -> bool:
    """Whether this is root, of a machine or container that has nobody too."""
    ranges = Path("/proc/self/uid_map").read_text().splitlines()
    return os.getuid() == 0 and sum(int(line.split()[2]) for line in ranges) > isolation.NOBODY


def folders(path: str) -> Iterator[str]:
    """Make the folders that a path lies in, open to nobody as well."""
    for parent in reversed(Path(path).parents[:-1]):
        yield from ("--perms", "0755", "--dir", str(parent))


def last_line(said: IO[bytes]) -> str:
    """What was said last."""
    said.seek(0)
    return said.read().decode(errors="replace").strip().rpartition("\n")[2]


# --- what a machine has --------------------------------------------------------------------------


@dataclass(frozen=True)
class Layer:
    """One of the walls: whether it stands on this machine, whether it must, and how to get it."""

    name: str
    active: bool
    needed: bool
    how: str


def layers() -> list[Layer]:
    """Try each layer for real, which takes a fraction of a second."""
    try:
        with Sandbox("autograder.sandbox.zygote:rest", warm=()) as sandbox, sandbox.open() as cell:
            active, trouble = {"namespaces", "limits", "privileges", *cell.active}, ""
            active |= {"cgroup"} if sandbox.scope() else set()
    except BrokenCourse as error:
        active, trouble = set(), error.message
    landlock = "It is in Linux 5.13 and newer, where the boot option `lsm=` names it."
    seccomp = "Install libseccomp: `apt install libseccomp2` or `dnf install libseccomp`."
    scope = (
        "It takes systemd and cgroup v2, and an ordinary user's own login, not su or sudo. A "
        "container has none: give the container a limit of memory."
    )
    return [
        Layer("namespaces", "namespaces" in active, True, trouble),
        Layer("limits", "limits" in active, True, trouble),
        Layer("privileges", "privileges" in active, True, trouble),
        Layer("landlock", "landlock" in active, False, landlock),
        Layer("seccomp", "seccomp" in active, False, seccomp),
        Layer("cgroup", "cgroup" in active, False, scope),
    ]


def minimum(found: Sequence[Layer]) -> bool:
    """Whether every layer is there without which nothing is run."""
    return all(layer.active for layer in found if layer.needed)


def refuse_without_sandbox() -> None:
    """Refuse to go on where the minimum is not met.

    Raises
    ------
    UsageError
        With what is missing, and how to get it.
    """
    found = layers()
    if not minimum(found):
        missing = [layer for layer in found if layer.needed and not layer.active]
        lacking = ", ".join(layer.name for layer in missing)
        how = " ".join(dict.fromkeys(layer.how for layer in missing))
        raise UsageError(
            f"The sandbox lacks what it must have here: {lacking}. {how} `course doctor` says "
            "more. To run students' code with your own rights, type --no-sandbox."
        )


# Settings of the kernel that forbid user namespaces, and the value that allows them.
APPARMOR = "kernel.apparmor_restrict_unprivileged_userns"
SETTINGS = {
    (APPARMOR, "1"): "0",
    ("kernel.unprivileged_userns_clone", "0"): "1",
    ("user.max_user_namespaces", "0"): "10000",
}
PROFILE = "/etc/apparmor.d/course-bwrap"


def advice() -> str:
    """Return what most likely keeps bubblewrap from working on this machine, and the remedy.

    It is a sentence or two with a space before, the narrowest remedy first; empty where there is
    nothing to say.
    """
    if sys.platform != "linux":
        return " Please grade on Linux or WSL2."
    if bubblewrap.find() is None:
        return f" {bubblewrap.INSTALL}."
    for (name, forbids), allows in SETTINGS.items():
        with suppress(OSError):
            if Path("/proc/sys", *name.split(".")).read_text().strip() != forbids:
                continue
            everywhere = f"`sudo sysctl -w {name}={allows}`"
            if name == APPARMOR:
                return (
                    " It needs user namespaces, which this machine keeps for programs that have an "
                    f"AppArmor profile. Allow them for this one program with `course doctor "
                    f"--apparmor | sudo tee {PROFILE}` and `sudo apparmor_parser -r {PROFILE}`, or "
                    f"for every program with {everywhere}."
                )
            return f" It needs user namespaces: {everywhere} allows them."
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return (
            " In a container it needs user namespaces and a whole /proc: start the container with "
            "`--security-opt seccomp=unconfined --security-opt systempaths=unconfined`."
        )
    return ""
