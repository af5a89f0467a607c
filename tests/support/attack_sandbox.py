"""Start a sandbox that runs the code of each message, and look at its processes from outside."""

import psutil  # comes with ipykernel
import pytest

from autograder.limits import MIB, Limits
from autograder.sandbox.sandbox import Ended, Sandbox

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
