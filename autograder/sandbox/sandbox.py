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

COURSE = "/run/course"  # the folder inside with the files that all submissions share
BEGIN = (
    f"import sys; sys.path.insert(0, {COURSE!r}); "
    "from autograder.sandbox.zygote import main; main()"
)

DYING = 0.5  # seconds to wait for a dying zygote, since processes end one after another

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
        """End a submission; with `ahead`, wait only for the death of the one before it."""
        if not self._ahead:
            return cell.close()
        cell.kill()
        last, self._last = self._last, cell
        if last is not None:
            last.close()

    def _end_all(self) -> None:
        """End the last submission and the fork made ahead; wait until both are dead."""
        cells, self._next, self._last = (self._last, self._next), None, None
        for cell in cells:
            if cell is not None:
                cell.close()

    def _start(self) -> None:
        """Start bubblewrap and the zygote in it, and wait until the zygote is ready."""
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
                do = advice() if why.startswith("bwrap: ") else ""  # else Python failed
                raise BrokenCourse(f"The sandbox cannot be started here ({why}).{do}")
            stack.callback(self._end_all)
            self._stack = stack.pop_all()

    def _launch(self, stack: ExitStack, bwrap: str, control: int, said: IO[bytes]) -> None:
        """Start bubblewrap, and add the killing of all its processes to the stack."""
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
                    start_new_session=True,  # Ctrl-C reaches the grader alone
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
        """Return the command prefix for a cgroup with memory for the zygote and two submissions.

        While one is judged, the one before it dies; the fork made ahead uses little memory yet.
        """
        if "limits" in self._without:
            return ()
        most = self._limits
        return cgroup.scope(2 * most.memory + most.warm_memory, 3 * (most.processes + 1) + 2)

    def _command(self, given: list[int]) -> list[str]:
        """Return bubblewrap's arguments; append the descriptors of files to copy to `given`."""
        control, tell, wait = given
        command = ["--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
        command += ["--hostname", "sandbox", "--info-fd", str(tell)]
        if is_root():
            # The zygote drops to nobody by itself, so that it is nobody outside the sandbox too.
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
            # The zygote's own scratch folder; each submission mounts another one over it.
            command += ["--perms", "1777", "--size", str(64 * MIB), "--tmpfs", isolation.SCRATCH]
            for place in (*hidden, "/dev", "/run", "/"):
                command += ["--remount-ro", place]
        else:
            command += ["--perms", "1777", "--dir", isolation.SCRATCH]
        for fonts in font_lists():
            given.append(os.open(fonts, os.O_RDONLY))
            command += ["--file", str(given[-1]), f"{isolation.SCRATCH}/{fonts.name}"]
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
        """Return bubblewrap's options by path inside, and the folders that an empty tmpfs hides."""
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
        # Hide a checkout as a whole; of an installed course, its two packages.
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
        return dict(sorted((shown | covers).items())), empty  # a folder before its contents


def font_lists() -> list[Path]:
    """Return Matplotlib's lists of this machine's fonts; without one, each start takes longer."""
    folders = [os.environ.get("MPLCONFIGDIR"), Path.home() / ".cache/matplotlib"]
    return [path for folder in folders if folder for path in Path(folder).glob("fontlist-*.json")]


def is_root() -> bool:
    """Return whether this is root of a machine or container whose user IDs include nobody."""
    ranges = Path("/proc/self/uid_map").read_text().splitlines()
    return os.getuid() == 0 and sum(int(line.split()[2]) for line in ranges) > isolation.NOBODY


def folders(path: str) -> Iterator[str]:
    """Yield bubblewrap's options that make a path's parent folders, readable for nobody too."""
    for parent in reversed(Path(path).parents[:-1]):
        yield from ("--perms", "0755", "--dir", str(parent))


def last_line(said: IO[bytes]) -> str:
    """Return the last line of a program's output."""
    said.seek(0)
    return said.read().decode(errors="replace").strip().rpartition("\n")[2]


# --- layers of this machine ----------------------------------------------------------------------


@dataclass(frozen=True)
class Layer:
    """An isolation layer: whether it is active here, whether it must be, and how to get it."""

    name: str
    active: bool
    needed: bool
    how: str


def layers() -> list[Layer]:
    """Return the state of each layer, tried in a real sandbox in a fraction of a second."""
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
    """Return whether every required layer is active."""
    return all(layer.active for layer in found if layer.needed)


def refuse_without_sandbox() -> None:
    """Raise an error unless every required layer is active.

    Raises
    ------
    UsageError
        With the missing layers and how to get them.
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


# Kernel settings, each with the value that forbids user namespaces and the one that allows them.
APPARMOR = "kernel.apparmor_restrict_unprivileged_userns"
SETTINGS = {
    (APPARMOR, "1"): "0",
    ("kernel.unprivileged_userns_clone", "0"): "1",
    ("user.max_user_namespaces", "0"): "10000",
}
PROFILE = "/etc/apparmor.d/course-bwrap"


def advice() -> str:
    """Return the likeliest reason why bubblewrap fails on this machine, and the remedy.

    The text is a sentence or two after a space, the narrowest remedy first; empty if no reason is
    known.
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
