"""Test that a real sandbox answers, ends with a reason, and leaves no process behind."""

import logging
import os
import subprocess
import sys
import time

import psutil  # comes with ipykernel
import pytest

from autograder.errors import BrokenCourse
from autograder.sandbox.sandbox import Ended, Sandbox
from tests.support import ROOT
from tests.support.attack_sandbox import ENTRY, ends, inside, run, sandbox_for

# -- frames and output ----------------------------------------------------------------------------


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


# -- reasons of an end ----------------------------------------------------------------------------


def test_missing_entry_point_is_reported():
    with pytest.raises(BrokenCourse, match="no_such_module"), Sandbox("no_such_module:f", warm=()):
        pass


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


# -- cleaning up ----------------------------------------------------------------------------------


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
