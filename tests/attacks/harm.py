"""Harm: to the machine, the class, the grader, and whoever reads what comes out."""

import json
import os

from tests.attacks.attack import LOOT, PORT, ROOM, Attack
from tests.support import small_course

NETWORK = "no network: a namespace, seccomp, and Landlock"
NOWHERE = "nothing but its scratch folder can be written: namespaces, and Landlock"
LIMITS = "limits of the kernel"
SCRATCH = "the scratch folder has a size"
LINKS = "links and what is no file are refused"
FORGET = "seccomp"
BORN = "def won(done): return 'CAN' + 'ARY ' + str(done)\n"


def does(name, tries, code, stops, walls, gains="effect", **more):
    """One that does something, and says so when it worked."""
    lines = "\n".join("    " + line for line in code.splitlines())
    code = f"import ctypes, os, socket, time\nlibc = ctypes.CDLL(None, use_errno=True)\nloot = 'nothing'\n{BORN}try:\n{lines}\nexcept BaseException as error:\n    loot = repr(error)[:200]"
    return Attack(name, tries, stops, "walls", gains, walls, code=code, answers=LOOT, **more)


def connects(name, tries, family, kind, address, walls):
    code = f"line = socket.socket(socket.{family}, socket.{kind})\nline.settimeout(2)\nline.connect({address!r})\nline.send(b'hello')"
    return does(name, tries, code, NETWORK, walls)


def link_to_class(folder, submitted):
    folder.parent.mkdir(parents=True)
    folder.symlink_to(submitted / "ada" / folder.name)


def link_to_student(folder, submitted):
    folder.parent.symlink_to(submitted / "ada")


def deep_source(folder, submitted):
    """A right notebook but for one source, nested as deep as JSON's reader just takes."""
    page = small_course.after(small_course.notebook(), "setup", "DEEP")
    deep = "[" * 960 + '"x"' + "]" * 960
    text(json.dumps(page).replace('"DEEP"', deep))(folder, submitted)


def split_answer(folder, submitted):
    page = small_course.notebook(sigmoid="def sigmoid(Z):")
    at = small_course.at(page, "sigmoid-solution") + 1
    page.cells[at:at] = [small_course.new_code_cell("    x = 1") for _ in range(2000)]
    text(json.dumps(page))(folder, submitted)


def link_to_notebook(folder, submitted):
    folder.mkdir(parents=True)
    name = f"{folder.name}.ipynb"
    (folder / name).symlink_to(submitted / "ada" / folder.name / name)


def pipe(folder, submitted):
    folder.mkdir(parents=True)
    os.mkfifo(folder / f"{folder.name}.ipynb")


def text(content):
    def lay(folder, submitted):
        folder.mkdir(parents=True)
        (folder / f"{folder.name}.ipynb").write_text(content)

    return lay


ATTACKS = [
    connects("tcp", "connects to a service of the machine", "AF_INET", "SOCK_STREAM", ("127.0.0.1", PORT), ("network", "seccomp", "landlock")),
    connects("udp", "sends a datagram, as a lookup of a name does", "AF_INET", "SOCK_DGRAM", ("127.0.0.1", PORT), ("network", "seccomp", "landlock")),
    connects("abstract_socket", "connects to an abstract socket", "AF_UNIX", "SOCK_STREAM", "\0teacher", ("network", "seccomp", "landlock")),
    connects("unix_socket", "connects to a socket among the files", "AF_UNIX", "SOCK_STREAM", f"{ROOM}/socket", ("files", "landlock", "seccomp")),
    does("writes_gradebook", "writes into the gradebook", f"open('{ROOM}/gradebook.db', 'a').write('100')", NOWHERE, ("files", "landlock")),
    does("writes_classmate", "overwrites another student's submission", f"open('{ROOM}/submitted/ada/notes.txt', 'w').write('blank')", NOWHERE, ("files", "landlock")),
    does("writes_startup", "leaves a file that the instructor's Python will run", f"open('{ROOM}/startup.py', 'w').write('print(1)')", NOWHERE, ("files", "landlock")),
    does("daemon", "leaves a daemon behind",
         "if not os.fork():\n    os.setsid()\n    if not os.fork():\n        libc.prctl(15, b'survivor', 0, 0, 0)\n        time.sleep(20)\n    os._exit(0)\nos.wait(); time.sleep(0.2)",
         "all its processes end with their namespace", ("processes",), "effect"),
    does("signals", "kills every process that it may", "os.kill(-1, 9)", "no signal leaves its namespace; nor, a second time, Landlock's domain", ("processes", "landlock", "seccomp"), "harm"),
    does("fork_bomb", "forks without end", "born = 0\nfor _ in range(60):\n    if not os.fork(): time.sleep(4); os._exit(0)\n    born += 1\nloot = won(born)", LIMITS, ("limits",), "harm"),
    does("memory_bomb", "asks for more memory than there is for it", "import mmap\nloot = won(len(mmap.mmap(-1, 3 << 30, flags=mmap.MAP_PRIVATE | 0x4000)))", LIMITS, ("limits",), "harm"),
    does("disk_bomb", "fills the disk", "for n in range(3): open(f'f{n}', 'wb').write(bytes(30 << 20))\nloot = won(90)", SCRATCH, ("scratch",), "harm"),
    does("inode_bomb", "makes files without end", "for n in range(12_000): open(f'f{n}', 'w').close()\nloot = won(12_000)", SCRATCH, ("scratch",), "harm"),
    does("open_file_bomb", "opens files without end", "kept = [open('/dev/null') for _ in range(300)]\nloot = won(300)", LIMITS, ("limits",), "harm"),
    does("hidden_memory", "keeps memory in a file that no limit counts", "fd = libc.memfd_create(b'', 0)\nassert fd >= 0\nloot = won(fd)", FORGET, ("seccomp",), "harm"),
    does("shared_memory", "keeps shared memory that outlives a process", "place = libc.shmget(0, 4096, 0o1600)\nassert place >= 0\nloot = won(place)", FORGET, ("seccomp",), "harm"),
    does("ptrace", "traces another process", "child = os.fork()\nif not child: time.sleep(4); os._exit(0)\ntime.sleep(0.1)\nassert libc.ptrace(16, child, 0, 0) == 0\nloot = won(child)", FORGET, ("seccomp",), "harm"),
    does("kernel_keys", "asks for a corner of the kernel where holes have been, its keys", "key = libc.syscall(248, b'user', b'x', b'y', 1, -3)\nassert key > 0\nloot = won(key)", FORGET, ("seccomp",), "harm"),
    Attack("flood", "prints without end", "a submission that floods is ended", "no_flood_limit", "harm",
           code="import os\nloot = 'nothing'\nfor _ in range(1100): os.write(1, bytes(100_000))\nloot = 'CAN' + 'ARY'", answers=LOOT),
    Attack("endless", "loops without end, and swallows every exception", "the judge waits so long, and no longer", "no_deadline", "harm",
           answers={"sigmoid": "def sigmoid(Z):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass"}),
    Attack("linked_folder", "hands in a link to another's folder", LINKS, "links_allowed", lay=link_to_class),
    Attack("linked_student", "has a folder that is a link to another student's", LINKS, "links_allowed", lay=link_to_student),
    Attack("linked_notebook", "hands in a link to another's notebook", LINKS, "links_allowed", lay=link_to_notebook),
    Attack("pipe", "hands in a named pipe, which nobody will ever finish reading", LINKS, "pipes_allowed", "harm", lay=pipe),
    Attack("deep_json", "hands in JSON nested a hundred thousand deep", "the reader of notebooks reads anything", "trusting_reader", "harm", lay=text("[" * 100_000)),
    Attack("deep_source", "hands in a cell whose source is a list nested almost a thousand deep", "only the texts in such a list count, and a worker reads it", "trusting_text", "harm", lay=deep_source),
    Attack("nested_cells", "hands in a damaged file of cells that begin in one another without end", "a damaged file is scanned once", "each_from_its_start", "harm", lay=text('{"cell_type":' * 100_000)),
    Attack("split_answer", "splits an answer into two thousand cells", "a stretch of cells is joined once as a whole", "joined_one_by_one", "harm", lay=split_answer),
    does("watches", "makes all watches of files that its user may have", "made = [libc.inotify_init() for _ in range(200)]\nassert made[0] >= 0\nloot = won(made)", "seccomp; and its namespace may have none", ("limits", "seccomp"), "harm"),
    does("urgent_data", "sends urgent data, where the kernel has had holes", "a, b = socket.socketpair()\nassert a.send(b'x', 1)\nloot = won(1)", FORGET, ("seccomp",), "harm"),
    Attack("endless_line", "writes a line of three hundred thousand names, whose syntax tree fills the memory", "no endless cell is parsed outside the sandbox", "any_length", "harm",
           code="names = lambda: [" + "x," * 300_000 + "]"),
    Attack("line_in_name", "has a name that writes a line of its own on the terminal", "a name is written in one line", "plain_name", "harm", student="zed\nada: 0 points"),
    Attack("million_cells", "hands in a million cells", "a notebook has at most ten thousand cells", "any_number", "harm",
           lay=text('{"nbformat": 4, "cells": [' + ",".join(["{}"] * 1_000_000) + "]}")),
    Attack("huge_array", "returns an array of thirty million numbers, which took no memory at all", "results are bounded in bytes", "any_size", "harm",
           answers={"sigmoid": "def sigmoid(Z):\n    return np.broadcast_to(0.0, (30_000_000,))"}),
    Attack("huge_number", "returns a number of a hundred thousand digits", "numbers are bounded in bits", "any_number_of_bits", "harm",
           answers={"compute_cost": "def compute_cost(AL, Y):\n    return 10**100_000"}),
    Attack("many_parts", "returns a list of a million parts", "results are bounded in parts", "any_number_of_parts", "harm",
           answers={"sigmoid": "def sigmoid(Z):\n    return [0] * 1_000_000"}),
    Attack("script", "prints a script, to run in the browser of whoever reads the feedback", "what is shown is escaped", "unescaped", "harm",
           answers={"sigmoid": "def sigmoid(Z):\n    print('<script>alert(1)</script>')\n    return Z"}),
    Attack("escape_codes", "puts commands for the terminal into what the instructor reads", "what is shown is spelled out", "unspelled", "harm",
           answers={"sigmoid": "def sigmoid(Z):\n    raise ValueError('\\x1b[2J' + '\\x9b31m')"}),
    Attack("line_end", "puts another alphabet's end of line into results.jsonl", "results.jsonl is read line by line as JSON means it", "split_anyhow", "harm",
           answers={"sigmoid": "def sigmoid(Z):\n    raise ValueError('one\\u2028two\\x85three')"}),
    Attack("formula", "has a name that a spreadsheet works out", "such a name is written as text", "plain_csv", "harm", student="=1+1"),
]  # fmt: skip
