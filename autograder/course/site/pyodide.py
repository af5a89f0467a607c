"""Find the files of Pyodide, Python for browsers: the version that the tests run, and no other.

``pyodide.json`` beside this module lists them with their hashes: Pyodide itself, which the site
ships, and the packages that the pages need. It is a part of the list that Pyodide 0.27.7 has.
"""

import hashlib
import json
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.course.site.wheels import Wheel
from autograder.errors import UsageError

__all__ = ["Pyodide"]

LIST = Path(__file__).with_name("pyodide.json")
SECONDS = 60  # to wait for one file


class Pyodide:
    """Pyodide and its packages, from a folder, or from the address that its makers serve.

    Parameters
    ----------
    folder : Path, optional
        Where its files are: ``pyodide.js``, the packages and so on, as in its own archive.
    """

    def __init__(self, folder: Path | None = None) -> None:
        listed: dict[str, Any] = json.loads(LIST.read_text(encoding="utf-8"))
        self.folder = folder
        self.source: str = listed["source"]
        self.version: str = listed["info"]["version"]
        self.core: dict[str, str] = listed["core"]
        self.packages: dict[str, dict[str, Any]] = listed["packages"]
        self._info: dict[str, str] = listed["info"]

    def save(self, to: Path, wheels: Iterable[Wheel]) -> None:
        """Write Pyodide, the wheels, and the list of all packages into a folder.

        The packages themselves are written too if they come from a folder; else the list has their
        addresses. Pyodide refuses a package whose hash is not the one in the list.

        Raises
        ------
        UsageError
            If a file cannot be had, or is another one than the tests ran.
        """
        to.mkdir(parents=True)
        for name, digest in self.core.items():
            (to / name).write_bytes(self._read(name, digest))
        packages = {}
        for name, package in self.packages.items():
            file = package["file_name"]
            if self.folder is None:
                package = {**package, "file_name": self.source + file}
            else:
                (to / file).write_bytes(self._read(file, package["sha256"]))
            packages[name] = package
        for wheel in wheels:
            (to / wheel.file_name).write_bytes(wheel.content)
            packages[wheel.name] = wheel.entry()
        text = json.dumps({"info": self._info, "packages": packages}, indent=1)
        (to / "pyodide-lock.json").write_text(text, encoding="utf-8")

    def _read(self, name: str, digest: str) -> bytes:
        """Return the bytes of a file, if they are those that the tests ran."""
        where = self.source + name if self.folder is None else str(self.folder / name)
        try:
            if self.folder is None:
                with urllib.request.urlopen(where, timeout=SECONDS) as answer:
                    content: bytes = answer.read()
            else:
                content = Path(where).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
            advice = (
                "Connect, then try again; or name a folder that has it: --local FOLDER."
                if self.folder is None
                else f"--local takes a folder with all files of Pyodide {self.version}."
            )
            raise UsageError(f"{where} cannot be read: {reason}. {advice}") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise UsageError(
                f"{where} is not the file of Pyodide {self.version} that the course was tested "
                "with: its hash is another one."
            )
        return content
