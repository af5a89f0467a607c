"""Test that code in a real sandbox cannot exhaust what the machine has.

Every attack is bounded in count and time, and runs only inside the sandbox that it attacks.
"""

import os

import pytest

from autograder.limits import MIB, Limits
from tests.support.attack_sandbox import ends, run, sandbox_for

# -- computing time -------------------------------------------------------------------------------


def test_cpu_time_is_limited():
    with sandbox_for(Limits(cpu=1)) as sandbox, sandbox.open() as cell:
        assert ends(cell, "while True: pass") == "cpu"


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


# -- memory, processes and files ------------------------------------------------------------------


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
