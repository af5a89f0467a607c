"""The instructor's room, inside the outer sandbox: secrets, a gradebook, and what listens."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.attacks.attack import EXCHANGE, PORT, ROOM, WON, Attack
from tests.support import small_course
from tests.support.forging import FORGING

__all__ = ["Room", "hand_in", "page_of", "processes", "survivors"]


class Room:
    """What an attack may be after, open to all users, so that only the walls protect it."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        os.umask(0)
        for name in ("diary.txt", "gradebook.db", "course/utils/reference/secret.py", EXCHANGE):
            path = Path(ROOM, name)  # an absolute name stays as it is
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"# {WON} in {name}\n")
        self.submitted = Path(ROOM, "submitted")
        (self.submitted / "ada").mkdir(parents=True)
        (self.submitted / "ada/notes.txt").write_text(f"{WON} of ada\n")
        self._listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", PORT))
        self._listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", PORT))
        self._listen(socket.AF_UNIX, socket.SOCK_STREAM, "\0teacher")
        self._listen(socket.AF_UNIX, socket.SOCK_STREAM, f"{ROOM}/socket")
        self.before = self.files()

    def files(self) -> dict[str, str]:
        """All that could be overwritten, or left behind."""
        found = [p for p in Path(ROOM).iterdir() if p.is_file()]
        return {str(p): p.read_text() for p in [*found, self.submitted / "ada/notes.txt"]}

    def effects(self) -> list[str]:
        """What was done outside since the last look; it is put back."""
        now = self.files()
        found = [f"{path} changed" for path in now if now[path] != self.before.get(path)]
        found += [f"{path} is gone" for path in self.before if path not in now]
        for path in now.keys() - self.before.keys():
            Path(path).unlink()
        for path, text in self.before.items():
            Path(path).write_text(text)
        found += self.hits
        self.hits.clear()
        return found

    def _listen(self, family: int, kind: int, address: Any) -> None:
        line = socket.socket(family, kind)
        line.bind(address)
        if kind == socket.SOCK_STREAM:
            line.listen(20)

        def wait() -> None:
            while True:
                if kind == socket.SOCK_STREAM:
                    line.accept()[0].close()
                else:
                    line.recv(100)
                self.hits.append(f"{address!r} was reached")

        threading.Thread(target=wait, daemon=True).start()


def page_of(attack: Attack) -> Any:
    """The notebook that the attacker hands in."""
    page = small_course.notebook(**attack.answers)
    if attack.code:
        small_course.after(
            page, "setup", attack.code.replace("LIES", FORGING).replace("FROZEN", _table())
        )
    return attack.edit(page) if attack.edit else page


def hand_in(attack: Attack, submitted: Path) -> None:
    """Hand it in."""
    if attack.lay:
        attack.lay(submitted / attack.folder / small_course.TASK, submitted)
    else:
        small_course.hand_in(submitted, attack.folder, page_of(attack))


def _table() -> str:
    """The answers of a frozen key to sigmoid, as a student could copy them out of it."""
    from utils.checker.answer_key import LiveKey

    cases = LiveKey().question("sigmoid", 0).cases  # as `freeze` asks
    table = {
        case.args["Z"].tobytes(): (value.tobytes(), value.dtype.str, value.shape)
        for case in cases
        for value in [case.expected.value]
    }
    return (
        f"table = {table!r}\ndef known(Z):\n    found = table.get(Z.tobytes())\n"
        "    return Z if found is None else "
        "np.frombuffer(found[0], found[1]).reshape(found[2]).copy()"
    )


def survivors(seconds: float = 5) -> list[str]:
    """The commands of all processes here but this one, when they have had time to end."""
    deadline = time.monotonic() + seconds
    while (found := processes()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return list(found.values())


def processes() -> dict[int, str]:
    """The commands of all processes here but this one."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (
                int(path.name) not in (1, os.getpid())
                and "Z" not in path.joinpath("stat").read_text().split()[2]
            ):
                found[int(path.name)] = (
                    path.joinpath("cmdline").read_text().replace("\0", " ")[:300]
                )
    return found
