"""Say why bubblewrap fails on this machine, and what an administrator can do about it."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from autograder.sandbox import bubblewrap

__all__ = ["apparmor_profile", "remedy"]

# Kernel settings, each with the value that forbids user namespaces and the one that allows them.
APPARMOR = "kernel.apparmor_restrict_unprivileged_userns"
SETTINGS = {
    (APPARMOR, "1"): "0",
    ("kernel.unprivileged_userns_clone", "0"): "1",
    ("user.max_user_namespaces", "0"): "10000",
}
PROFILE = "/etc/apparmor.d/course-bwrap"


def remedy() -> str:
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


def apparmor_profile(path: str) -> str:
    """Return an AppArmor profile that allows user namespaces to the program at this path only.

    Its form is that of Ubuntu's own profiles for programs that make user namespaces.
    """
    return (
        "abi <abi/4.0>,\n"
        "include <tunables/global>\n\n"
        f'profile course-bwrap "{path}" flags=(unconfined) {{\n'
        "  userns,\n"
        "}\n"
    )
