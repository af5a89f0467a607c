"""Test that code in a real sandbox reads nothing of the machine, and does not escape.

Every attack is bounded in count and time, and runs only inside the sandbox that it attacks.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import IPython
import psutil  # comes with ipykernel
import pytest

import autograder.sandbox.sandbox
from autograder.sandbox import isolation
from tests.support import ROOT
from tests.support.as_user import as_user
from tests.support.attack_sandbox import inside, run, sandbox_for

# -- reading --------------------------------------------------------------------------------------


def test_there_is_no_network(sandbox, cell):
    with socket.create_server(("127.0.0.1", 0)) as server:
        call = f"socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 5); said = 'in'"
        assert run(cell, call) == "PermissionError"
        assert run(cell, "said = socket.if_nameindex()") == "PermissionError"
        with sandbox_for(without={"seccomp", "landlock"}) as weaker, weaker.open() as other:
            assert run(other, "said = socket.if_nameindex()") == "[(1, 'lo')]"
            assert run(other, call) == "OSError"
        without = {"seccomp", "landlock", "network"}
        with sandbox_for(without=without) as weakest, weakest.open() as other:
            assert run(other, call) == "in"  # this shows that the attack itself works


@pytest.mark.parametrize(
    "path",
    [
        ROOT / "pyproject.toml",
        ROOT / "utils",
        Path.home() / ".ssh",
        "/etc/passwd",
        "/home",
        "/usr/local/share",  # nbgrader's exchange
        "/usr/share/doc",
        Path(sys.prefix, "share"),
        "/var",
        "/sys",
        "/proc/meminfo",
    ],
)
def test_files_of_the_machine_are_not_visible(cell, path):
    assert run(cell, f"said = os.path.exists({str(path)!r})") == "False"


def test_hidden_paths_inside_visible_folders_are_empty():
    file, folder = Path(psutil.__file__), Path(pytest.__file__).parent
    with sandbox_for(hide=[file, folder]) as other, other.open() as cell:
        look = f"said = os.listdir({str(folder)!r}), os.path.getsize({str(file)!r})"
        assert run(cell, look) == "([], 0)"


def test_installed_course_is_hidden(monkeypatch):
    place = Path(IPython.__file__).parent  # it has a folder utils, so it can stand in for a course
    look = f"said = os.listdir({str(place / 'utils')!r}), len(os.listdir({str(place)!r})) > 5"
    monkeypatch.setattr(autograder.sandbox.sandbox, "ROOT", place)
    with sandbox_for() as other, other.open() as cell:
        assert run(cell, look) == "([], True)"


def test_other_installed_courses_are_hidden(monkeypatch, tmp_path):
    """A course in site-packages, such as an older one, has the solutions too."""
    site = tmp_path / "lib/python3.11/site-packages"
    for name in ("utils/reference", "autograder", "numpy"):
        (site / name).mkdir(parents=True)
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    visible, hidden = sandbox_for()._visible_paths()
    assert visible[str(tmp_path / "lib")][0] == "--ro-bind"
    assert {str(site / "utils"), str(site / "autograder")} <= set(hidden)
    assert str(site / "numpy") not in visible


def test_nothing_but_the_scratch_folder_can_be_written(cell):
    search = """
import glob
said = []
for top in ('', '/dev', '/etc', '/run', '/run/course', '/usr', '/lib', sys.prefix, '/proc/self'):
    for path in [f'{top}/new', *glob.glob(f'{top}/*')]:
        if os.path.islink(path): continue
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT * path.endswith('new')))
            said.append(path)
        except OSError:
            pass
"""
    assert run(cell, search, 60) == "['/dev/null']"
    assert run(cell, "Path('new').touch(); said = os.listdir('.')") == "['new']"


def test_environment_and_descriptors_of_the_parent_are_not_inside(monkeypatch):
    monkeypatch.setenv("COURSE_SECRET", "hunter2")
    with sandbox_for() as fresh, fresh.open() as cell:
        assert run(cell, "said = 'COURSE_SECRET' in os.environ") == "False"
        assert "hunter2" not in run(cell, "said = Path('/proc/self/environ').read_bytes()")
        assert (
            run(cell, "said = sorted(os.listdir('/proc/self/fd'))") == "['0', '1', '2', '3', '4']"
        )


def test_only_own_processes_are_visible(cell):
    assert run(cell, "said = [p for p in os.listdir('/proc') if p.isdigit()]") == "['1']"
    assert (
        run(cell, "said = os.getpid(), os.getppid(), os.getuid(), os.getgid()")
        == "(1, 0, 65534, 65534)"
    )


def test_other_submissions_are_not_visible(sandbox, cell):
    run(cell, "Path('mine').write_text('secret')")
    with sandbox.open() as other:
        assert run(other, "said = os.listdir('.')") == "[]"
        assert run(other, "said = os.listdir('/dev/shm')") == "[]"
        assert run(other, "said = sorted(os.listdir('/run'))") == "['course', 'scratch']"
    assert run(cell, "said = Path('mine').read_text()") == "secret"


# -- escaping -------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGSTOP, signal.SIGTERM])
def test_signals_reach_no_other_process(cell, number):
    assert run(cell, f"os.kill(1, {number:d}); said = 'sent'") == "sent"
    assert run(cell, f"signal.signal(signal.SIGCHLD, signal.SIG_DFL); os.kill(-1, {number:d})") in {
        "None",
        "ProcessLookupError",
    }
    assert run(cell, "said = 'alive'") == "alive"


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/proc/1/mem', 'rb')",
        "open('/proc/self/mem', 'r+b')",
        "os.listdir('/proc/1/root/')",
        "socket.sethostname('x')",
        "os.mknod('disk', 0o60600, os.makedev(8, 0))",
        "os.chroot('/tmp')",
    ],
)
def test_forbidden_operation_raises_permission_error(cell, attempt):
    assert run(cell, attempt) == "PermissionError"


@pytest.mark.parametrize(
    "call",
    [
        "ptrace(16, 1, 0, 0)",
        "unshare(0x10000000)",
        "setns(0, 0)",
        "mount(b'tmpfs', b'/usr', b'tmpfs', 0, None)",
        "umount2(b'/tmp', 2)",
        "inotify_init1(0)",
        "sched_setaffinity(0, 8, b'\\xff' * 8)",
        "send(0, b'x', 1, 1)",
        "recv(0, b'x', 1, 1)",
        "syscall(154, 0, None, 0)",
        "syscall(250, 0, -3, 0)",
        "syscall(467, -1, None, 0, None, 0)",
        "syscall(56, 0x10000000 | 17, 0, 0, 0, 0)",
    ],
)
def test_a_dangerous_call_is_refused(cell, call):
    if os.uname().machine != "x86_64" and "syscall" in call:
        pytest.skip("its number is another one here")
    assert run(cell, f"said = libc.{call}, ctypes.get_errno()") == "(-1, 1)"


def test_every_forbidden_call_has_a_number():
    """A misspelled call would be allowed, since libseccomp knows no rule for it."""
    library = ctypes.CDLL("libseccomp.so.2")
    names = [*" ".join(isolation.FORBIDDEN.values()).split(), *isolation.URGENT]
    unknown = [n for n in names if library.seccomp_syscall_resolve_name(n.encode()) == -1]
    assert [name for name in unknown if name not in isolation.NUMBERS] == []


def test_user_namespaces_are_refused_without_seccomp():
    with sandbox_for(without={"seccomp"}) as weaker, weaker.open() as cell:
        assert run(cell, "said = libc.unshare(0x10000000), ctypes.get_errno()") == "(-1, 28)"


def test_capabilities_are_dropped(cell):
    status = dict(
        line.split(":\t")
        for line in run(cell, "said = Path('/proc/self/status').read_text()").splitlines()
    )
    assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {
        "0" * 16
    }
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"


def test_submission_runs_as_another_user_when_root_grades(cell):
    run(cell, "said = 1")
    workers = [p for p in inside() if p.uids().real != os.getuid()]
    assert bool(workers) == (os.getuid() == 0)


# -- without a layer, and as an ordinary user -----------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "works"),
    [
        ("files", "os.path.exists('/etc/passwd')"),
        ("ipc", "os.readlink('/proc/self/ns/ipc')"),
        ("landlock", "bool(os.listdir('/'))"),
        ("limits", "bool(bytearray(10**9))"),
        ("network", "os.readlink('/proc/self/ns/net')"),
        ("privileges", "bool(Path('/proc/1/environ').read_bytes())"),
        ("processes", "os.getpid() > 2"),
        ("scratch", "os.statvfs('.').f_blocks * os.statvfs('.').f_bsize > 10**7"),
        ("seccomp", "libc.memfd_create(b'', 0) > 0"),
    ],
)
def test_omitted_layer_no_longer_stops_its_attack(sandbox, layer, works):
    if layer == "files" and os.getuid() == 0:
        pytest.skip("nobody may not read Python where it lies; tried as an ordinary user, below")
    code = f"said = {works}"
    with sandbox_for(without={layer}) as weaker, weaker.open() as one, weaker.open() as other:
        assert run(one, code) == run(other, code)
        with sandbox.open() as whole:
            assert run(whole, code) not in {run(one, code), "True"}


# The files whose tests run code in such a sandbox.
ATTACK_TESTS = ("sandbox", "exhaustion", "isolation", "layers")


@pytest.mark.thorough
@pytest.mark.root  # for an ordinary user, these tests have shown it
def test_all_sandbox_tests_pass_as_an_ordinary_user(tmp_path):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-m",
        "not root",
        *(str(Path(__file__).with_name(f"test_{name}.py")) for name in ATTACK_TESTS),
    ]
    done = subprocess.run(
        as_user(20003, command), cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
