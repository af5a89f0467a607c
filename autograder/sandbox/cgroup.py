"""A cgroup around a sandbox, where systemd makes one: a limit on what all in it use together.

The other limits are of a process, or are looked at now and then; this one the kernel keeps, to the
byte. Who may make a cgroup differs from machine to machine, so systemd is asked to: that of the
system where root grades, else that of the user's own session.
"""

from __future__ import annotations

import os
import subprocess
from functools import cache

__all__ = ["scope"]

TRIAL = 10  # seconds that systemd may take
# Prints the limit that holds for it, as the kernel has it.
LIMIT = 'cat "/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/memory.max"'
# Where systemd can (since 253), it leaves a scope alone in which the kernel has killed one process.
POLICIES: tuple[list[str], ...] = (["--property=OOMPolicy=continue"], [])


@cache
def scope(memory: int, tasks: int) -> tuple[str, ...]:
    """What starts a command in a cgroup of its own; empty where nobody can make one that holds.

    Parameters
    ----------
    memory : bytes, in whole pages, that all processes in it may use together, with the files of a
        tmpfs
    tasks : processes and threads in it
    """
    start = ["systemd-run", "--quiet", "--collect", "--scope"]
    if os.getuid():
        start.append("--user")
    start += [f"--property=MemoryMax={memory}", "--property=MemorySwapMax=0"]
    start.append(f"--property=TasksMax={tasks}")
    for policy in POLICIES:
        command = [*start, *policy, "--"]
        try:
            trial = subprocess.run(
                [*command, "sh", "-c", LIMIT],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TRIAL,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ()
        if trial.stdout.strip() == b"%d" % memory:
            return tuple(command)
    return ()
