"""Run a command as another user of the machine, who can read Python and the course."""

import sys
from pathlib import Path

from autograder.sandbox import bubblewrap
from tests.support import ROOT


def shown():
    """Return bubblewrap options that show Python and the course even inside a private folder."""
    closed = {}
    prefixes = {Path(sys.prefix), Path(sys.base_prefix), ROOT}
    for prefix in sorted(prefixes):
        for parent in reversed(prefix.parents):
            if not parent.stat().st_mode & 0o001:
                closed.setdefault(parent, []).append(prefix)
                break
    for parent, inside in closed.items():
        yield from ("--tmpfs", str(parent))
        for prefix in inside:
            for between in reversed(prefix.parents[: -len(parent.parts)]):
                yield from ("--perms", "0755", "--dir", str(between))
            yield from ("--ro-bind", str(prefix), str(prefix))


def become(uid):
    """Return bubblewrap options and a command that make root run the rest as this user."""
    yield from ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--")
    yield from ("setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups", "--")


def as_user(uid, command):
    """Return a command with which root runs `command` as this user."""
    return [*bwrap(), "--dev-bind", "/", "/", *shown(), *become(uid), *command]


def bwrap():
    """Return the start of a command that runs in its own bubblewrap."""
    found = bubblewrap.find()
    assert found, "the test has no marker `sandbox`"
    return [found.path, "--die-with-parent"]
