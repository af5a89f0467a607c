"""Report which isolation layers this machine has, and how to get those that are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.errors import BrokenCourse, UsageError
from autograder.sandbox.sandbox import Sandbox

__all__ = ["Layer", "layers", "meets_minimum", "refuse_without_sandbox"]


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
        entry = "autograder.sandbox.zygote:wait_until_killed"
        with Sandbox(entry, warm=()) as sandbox, sandbox.open() as process:
            active, failure = {"namespaces", "limits", "privileges", *process.active}, ""
            active |= {"cgroup"} if sandbox.scope() else set()
    except BrokenCourse as error:
        active, failure = set(), error.message
    landlock = "It is in Linux 5.13 and newer, where the boot option `lsm=` names it."
    seccomp = "Install libseccomp: `apt install libseccomp2` or `dnf install libseccomp`."
    cgroup = (
        "It takes systemd and cgroup v2, and an ordinary user's own login, not su or sudo. A "
        "container has none: give the container a limit of memory."
    )
    return [
        Layer("namespaces", "namespaces" in active, True, failure),
        Layer("limits", "limits" in active, True, failure),
        Layer("privileges", "privileges" in active, True, failure),
        Layer("landlock", "landlock" in active, False, landlock),
        Layer("seccomp", "seccomp" in active, False, seccomp),
        Layer("cgroup", "cgroup" in active, False, cgroup),
    ]


def meets_minimum(found: Sequence[Layer]) -> bool:
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
    if not meets_minimum(found):
        missing = [layer for layer in found if layer.needed and not layer.active]
        names = ", ".join(layer.name for layer in missing)
        how = " ".join(dict.fromkeys(layer.how for layer in missing))
        raise UsageError(
            f"The sandbox lacks what it must have here: {names}. {how} `course doctor` says "
            "more. To run students' code with your own rights, type --no-sandbox."
        )
