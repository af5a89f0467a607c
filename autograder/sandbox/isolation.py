"""The isolation layers of one submission, each applied by the process that it confines.

Runs inside the sandbox and imports nothing but the standard library. Every function's docstring
says which attacks it stops; `autograder/sandbox/zygote.py` calls them in order.
"""

import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

__all__ = [
    "NOBODY",
    "PR_SET_DUMPABLE",
    "SCRATCH",
    "address_space",
    "become_own_user",
    "call",
    "die_with_parent",
    "drop_privileges",
    "fork",
    "landlock",
    "mount_folders",
    "seccomp_filter",
    "set_limits",
    "write",
]

NOBODY = 65534
SCRATCH = "/run/scratch"

libc = ctypes.CDLL(None, use_errno=True)
python = ctypes.PyDLL(None, use_errno=True)  # the same, with the GIL held during a call


def call(name: str, *arguments: Any) -> int:
    """Return the result of a function of the C library; raise OSError if it is negative."""
    longs = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result: int = getattr(libc, name)(*longs)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def write(path: str, text: str) -> None:
    """Write a kernel setting to its file under ``/proc``."""
    with open(path, "w") as file:
        file.write(text)


# --- namespaces ----------------------------------------------------------------------------------

# Flags of linux/sched.h by layer; the other layers depend on those of users and mounts.
NAMESPACES = {
    "users": 0x10000000,
    "mounts": 0x00020000,
    "ipc": 0x08000000,
    "network": 0x40000000,
    "processes": 0x20000000,
}


CLONE3 = 435  # system call number, the same on every machine
CHILD_SETTID_AND_CLEARTID = 0x01000000 | 0x00200000
PR_GET_TID_ADDRESS = 40


def fork(without: frozenset[str]) -> int:
    """Fork into new namespaces, where the child is PID 1; return its PID, or 0 in the child.

    Stops: seeing or signaling the zygote and other submissions, using their shared memory and
    sockets, any network, and privileges over anything that is not the submission's own.

    Like `os.fork`, this runs Python's fork handlers and updates the C library's copy of the thread
    ID. Other fork handlers do not run, so the process must have a single thread.
    """
    flags = sum(flag for layer, flag in NAMESPACES.items() if layer not in without)
    address = address_of_thread_id()
    flags |= CHILD_SETTID_AND_CLEARTID if address else 0
    arguments = struct.pack("8Q", flags, 0, address, 0, signal.SIGCHLD, 0, 0, 0)
    python.PyOS_BeforeFork()
    pid: int = python.syscall(CLONE3, arguments, ctypes.c_size_t(len(arguments)))
    if pid == 0:
        python.PyOS_AfterFork_Child()
        return 0
    number = ctypes.get_errno()
    python.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(number, f"clone3: {os.strerror(number)}")
    return pid


def address_of_thread_id() -> int:
    """Return the address of the C library's copy of this thread's ID; 0 if it is unknown."""
    address = ctypes.c_ulong()
    with suppress(OSError):
        call("prctl", PR_GET_TID_ADDRESS, ctypes.byref(address), 0, 0, 0)
    return address.value


def become_own_user(without: frozenset[str]) -> None:
    """Become nobody in the new user namespace, and forbid what it can use up for the user outside.

    Stops: further user namespaces, and watching files so often that nobody else can.
    """
    write("/proc/self/setgroups", "deny")
    for kind in ("uid", "gid"):
        write(f"/proc/self/{kind}_map", f"{NOBODY} {NOBODY} 1")  # the zygote is nobody too
    counted = ("user_namespaces", "inotify_instances", "inotify_watches", "fanotify_groups")
    for name in () if "limits" in without else counted:
        with suppress(OSError):  # the seccomp filter forbids it too
            write(f"/proc/sys/user/max_{name}", "0")


def mount_folders(limits: Mapping[str, Any], without: frozenset[str]) -> None:
    """Mount an empty scratch folder, the only writable place, and this namespace's own ``/proc``.

    Stops: reading files that another submission left, filling disk or memory with files, and
    inspecting other processes or the machine through ``/proc``.
    """
    nosuid, nodev, noexec, private = 2, 4, 8, 0x4000 | 1 << 18
    call("mount", b"none", b"/", None, private, None)
    bounds = b"size=%d,nr_inodes=%d," % (limits["scratch"], limits["scratch_files"])
    size = b"" if "scratch" in without else bounds
    call("mount", b"tmpfs", SCRATCH.encode(), b"tmpfs", nosuid | nodev, size + b"mode=700")
    if "processes" not in without:
        call("mount", b"proc", b"/proc", b"proc", nosuid | nodev | noexec, b"subset=pid")


# --- rights --------------------------------------------------------------------------------------

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends, however that ends.

    Stops: processes left behind when the grader is killed. Linux only.
    """
    if sys.platform == "linux":
        call("prctl", PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def drop_privileges() -> None:
    """Drop every capability, and the means to regain one.

    Stops: mounting, setuid programs, and, since this process is no longer dumpable, reading its
    memory or its open files through ``/proc``.
    """
    call("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    with suppress(OSError):  # the first number after the last capability
        for capability in range(64):
            call("prctl", PR_CAPBSET_DROP, capability, 0, 0, 0)
    call("capset", struct.pack("Ii", 0x20080522, 0), struct.pack("6I", *[0] * 6))


def address_space() -> int:
    """Return the size of this process's address space in bytes. Linux only."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


RLIMIT_SIGPENDING = 11  # queued signals and timers, which are counted for the user as a whole


def set_limits(limits: Mapping[str, Any]) -> None:
    """Set the kernel's resource limits on this process and its children.

    Stops: a memory bomb (by an ordinary MemoryError), an endless loop that the grader no longer
    watches, a fork bomb, timers without end, a file without end, a core dump of the zygote's
    memory.
    """
    for kind, value in {
        resource.RLIMIT_AS: address_space() + limits["memory"],
        resource.RLIMIT_NPROC: limits["processes"],
        resource.RLIMIT_FSIZE: limits["scratch"],
        resource.RLIMIT_NOFILE: limits["open_files"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        RLIMIT_SIGPENDING: 8 * limits["processes"],
    }.items():
        resource.setrlimit(kind, (value, value))
    # SIGXCPU first, to tell this end from others; SIGKILL follows a second later.
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu"], limits["cpu"] + 1))


# --- Landlock ------------------------------------------------------------------------------------

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # system call numbers, the same everywhere
READ = 0b1101  # execute, read a file, read a folder
WRITE = 0b10
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # number of rights by Landlock version; else 16


def landlock(readable: Sequence[str]) -> bool:
    """Allow reading only these paths and writing only the scratch folder; forbid TCP and signals.

    Stops, as a second layer behind mounts and namespaces: writing anywhere else, connecting, and
    signaling or tracing a process outside. Returns whether the kernel supports Landlock.
    """
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    everything = (1 << FILE_RIGHTS.get(version, 16)) - 1
    tcp, outside = (3 if version >= 4 else 0), (3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    handled = struct.pack("QQQ", everything, tcp, outside)[:size]
    ruleset = call("syscall", CREATE_RULESET, handled, size, 0)
    rights = dict.fromkeys(readable, READ) | {SCRATCH: everything, "/dev/null": READ & 4 | WRITE}
    for path, allowed in rights.items():
        with suppress(FileNotFoundError):
            fd = os.open(path, os.O_PATH)
            if not os.path.isdir(path):
                allowed &= 0b111  # the rights that apply to a file
            call("syscall", ADD_RULE, ruleset, 1, struct.pack("=Qi", allowed, fd), 0)
            os.close(fd)
    call("syscall", RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    return True


# --- seccomp -------------------------------------------------------------------------------------

ALLOW, DENY, NO_SUCH_CALL = 0x7FFF0000, 0x00050001, 0x00050026  # EPERM, ENOSYS
FORBIDDEN = {
    "other processes": "ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp",
    "namespaces and mounts": "unshare setns mount umount umount2 pivot_root chroot open_tree "
    "move_mount fsopen fsconfig fsmount fspick mount_setattr open_by_handle_at open_tree_attr "
    "statmount listmount listns",
    "the network; socketpair stays": "socket",
    "memory that no limit counts": "memfd_create memfd_secret shmget msgget semget mq_open",
    "what all processes of the grader's user, or of the machine, share": "inotify_init "
    "inotify_init1 fanotify_init io_setup",
    "cores that belong to others": "sched_setaffinity sched_setattr sched_setscheduler "
    "mbind migrate_pages move_pages set_mempolicy set_mempolicy_home_node",
    "the large and risky corners of the kernel": "bpf perf_event_open userfaultfd io_uring_setup "
    "io_uring_enter io_uring_register keyctl add_key request_key personality modify_ldt ioperm "
    "iopl lookup_dcookie uselib lsm_get_self_attr lsm_set_self_attr lsm_list_modules",
    "the machine's own affairs": "kexec_load kexec_file_load init_module finit_module acct reboot "
    "delete_module quotactl quotactl_fd swapon swapoff syslog vhangup settimeofday clock_settime "
    "adjtimex clock_adjtime",
}
# Numbers, the same on every machine, of calls that an older libseccomp does not know by name.
NUMBERS = {
    "process_madvise": 440,
    "mount_setattr": 442,
    "quotactl_fd": 443,
    "memfd_secret": 447,
    "set_mempolicy_home_node": 450,
    "statmount": 457,
    "listmount": 458,
    "lsm_get_self_attr": 459,
    "lsm_set_self_attr": 460,
    "lsm_list_modules": 461,
    "open_tree_attr": 467,
    "listns": 470,
}
# Calls that can send or take urgent data, with the number of their argument for flags.
URGENT = {"sendto": 3, "sendmsg": 2, "sendmmsg": 3, "recvfrom": 3, "recvmsg": 2, "recvmmsg": 3}
MSG_OOB = 1


def seccomp_filter() -> Callable[[], None] | None:
    """Return a function that loads the system call filter, or None if libseccomp is missing.

    Stops: system calls that student code never needs and that kernel exploits have used, and, as
    a second layer, those that namespaces stop.
    """
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        return None
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ALLOW)))

    def rule(action: int, name: str, *condition: bytes) -> None:
        number = library.seccomp_syscall_resolve_name(name.encode())
        # The number is negative if this machine, or an older libseccomp, does not know the name.
        number = NUMBERS.get(name, number) if number < 0 else number
        if number >= 0 and library.seccomp_rule_add_array(
            context, ctypes.c_uint32(action), number, len(condition), *(condition or (None,))
        ):
            raise OSError(f"libseccomp takes no rule for {name}")

    def load() -> None:
        if library.seccomp_load(context):
            raise OSError("libseccomp cannot load its filter")

    for name in " ".join(FORBIDDEN.values()).split():
        rule(DENY, name)
    # A filter cannot read clone3's flags, which lie in memory; on ENOSYS the C library uses clone.
    rule(NO_SUCH_CALL, "clone3")
    for flag in (*NAMESPACES.values(), 0x02000000, 0x04000000):  # and of cgroups, host names
        rule(DENY, "clone", struct.pack("IIQQ", 0, 7, flag, flag))  # argument 0, masked, equal
    for name, argument in URGENT.items():  # the kernel has had holes there
        rule(DENY, name, struct.pack("IIQQ", argument, 7, MSG_OOB, MSG_OOB))
    return load
