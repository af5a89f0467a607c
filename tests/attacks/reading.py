"""Reading what must stay secret."""

from tests.attacks.attack import EXCHANGE, LOOT, ROOM, Attack

NOT_THERE = "the instructor's files are not inside: namespaces, and Landlock"
OTHER = "each submission runs in a fork of its own"
FILES = ("files", "landlock")


def file(name, tries, path):
    return Attack(
        name, tries, NOT_THERE, "walls", "secret", FILES,
        code=f"try:\n    loot = open({path!r}).read()[:300]\nexcept OSError as error:\n    loot = str(error)", answers=LOOT,
    )  # fmt: skip


def memory(name, tries, code, stops, without="notebook"):
    return Attack(
        name, tries, stops, without, "secret",
        code=f"loot = 'nothing'\ntry:\n    {code}\nexcept Exception as error:\n    loot = str(error)[:100]", answers=LOOT,
    )  # fmt: skip


ENVIRONMENT = "the sandbox has an environment of its own"
ATTACKS = [
    file("home", "reads a file in the instructor's home", f"{ROOM}/diary.txt"),
    file("gradebook", "reads the gradebook", f"{ROOM}/gradebook.db"),
    file("classmate", "reads another student's submission", f"{ROOM}/submitted/ada/notes.txt"),
    file("exchange", "reads another student's submission in nbgrader's exchange", EXCHANGE),
    file("solutions", "reads the solutions in the course's folder", f"{ROOM}/course/utils/reference/secret.py"),
    file("through_proc", "goes to the instructor's files by /proc/self/root", f"/proc/self/root{ROOM}/diary.txt"),
    memory("environment", "reads the environment", "import os; loot = os.environ['SECRET']", ENVIRONMENT),
    memory(
        "proc_environ", "reads the environment of its process in /proc",
        "loot = str([l for l in open('/proc/self/environ').read().split('\\0') if 'SECRET' in l])", ENVIRONMENT,
    ),
    memory(
        "parents_environ", "reads the environment of the process that started it",
        "import os; loot = str([l for l in open(f'/proc/{os.getppid()}/environ').read().split('\\0') if 'SECRET' in l])",
        "its processes are the only ones it sees, and cannot be looked into",
    ),
    memory(
        "own_memory", "searches the memory of its process for what belongs to the judge",
        "import gc; loot = str([s for d in gc.get_objects() if type(d) is dict "
        "for s in list(d.values()) if type(s) is str and s.startswith('CAN' + 'ARY')][:1])",
        "the judge's memory is another process's",
    ),
    memory("modules", "looks for the exercises among the loaded modules",
           "import sys; loot = 'CAN' + 'ARY' if 'utils.exercises' in sys.modules else 'not there'",
           "no solution is inside"),
    memory("history", "reads what the student before typed, in IPython's history",
           "loot = str([t for t in get_ipython().history_manager.input_hist_raw if 'CAN' + 'ARY' in t])[:300]", OTHER, "reused"),
    memory("left_over", "looks for variables that the student before left",
           "loot = str(get_ipython().user_ns.get('adas_note'))", OTHER, "reused"),
]  # fmt: skip
