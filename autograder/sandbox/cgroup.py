"""A cgroup around a sandbox, made by systemd: limits on all its processes together.

The other limits hold for one process, or are checked by sampling; the kernel enforces this one on
memory to the byte. Permission to make a cgroup differs between machines, so systemd makes it: the
system's instance for root, else the user's own.
"""

from __future__ import annotations

import os
import subprocess
from functools import cache

__all__ = ["scope"]

TRIAL = 10  # seconds that a trial of `systemd-run` may take
# Prints the memory limit that the kernel applies to this shell.
LIMIT = 'cat "/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/memory.max"'
# Keep the scope after the kernel kills one of its processes; systemd before 253 has no such option.
POLICIES: tuple[list[str], ...] = (["--property=OOMPolicy=continue"], [])


@cache
def scope(memory: int, tasks: int) -> tuple[str, ...]:
    """Return the command prefix that starts a program in a cgroup of its own.

    The prefix is empty if no cgroup can be made, or if its memory limit does not take effect.

    Parameters
    ----------
    memory : bytes that all its processes may use together, tmpfs files included; a multiple of
        the page size
    tasks : number of its processes and threads
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
