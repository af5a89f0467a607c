"""Cache verdicts by a hash of all that they depend on, so that nothing is judged twice."""

from __future__ import annotations

import errno
import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Self

from autograder.errors import UsageError

__all__ = ["CACHE", "VerdictCache", "digest"]

CACHE = "verdicts.db"  # the file's name, in the folder of the results

LONGEST = 1 << 26  # letters of a record; SQLite takes 1,000,000,000 bytes at most
try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
WAIT = 120  # seconds to wait while another grader locks the file


class VerdictCache:
    """A file of verdicts by cache key, which SQLite keeps intact through a power cut.

    Raises
    ------
    UsageError
        When the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        self._require_file_locks()
        try:
            self._db = sqlite3.connect(self.path, timeout=WAIT)
            self._db.execute("PRAGMA journal_mode = WAL")
            # A power cut may lose the last verdicts, which are then judged again, but not the file.
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS verdicts"
                " (key TEXT PRIMARY KEY, verdict TEXT NOT NULL) WITHOUT ROWID"
            )
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        return self

    def __exit__(self, *exception: object) -> None:
        self._db.close()

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the verdict stored under this key, or None if there is none that can be read.

        Raises
        ------
        UsageError
            When the file is damaged.
        """
        try:
            row = self._db.execute("SELECT verdict FROM verdicts WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        try:
            return None if row is None else dict(json.loads(row[0]))
        except (ValueError, TypeError):  # one bad record is made again, and stops nothing
            return None

    def put(self, verdicts: Mapping[str, Mapping[str, Any]]) -> None:
        """Store these verdicts, except any too long, in one transaction: on failure, none of them.

        Raises
        ------
        UsageError
            When the file cannot be written, as on a full disk.
        """
        rows = [(key, json.dumps(verdict)) for key, verdict in verdicts.items()]
        # What is left out is judged again the next time. SQLite would refuse it, and all others.
        rows = [row for row in rows if len(row[1]) <= LONGEST]
        try:
            with self._db:
                self._db.executemany("INSERT OR REPLACE INTO verdicts VALUES (?, ?)", rows)
        except sqlite3.Error as error:
            raise UsageError(
                f"{self.path} cannot be written: {error}. What was graded before is kept; "
                "the same command again goes on from there."
            ) from error

    def keep(self, keys: Collection[str]) -> int:
        """Remove everything but what these keys name, from the disk too; return how much that was.

        Raises
        ------
        UsageError
            When the file cannot be written, or another program uses it.
        """
        try:
            with self._db:
                self._db.execute("CREATE TEMPORARY TABLE kept (key TEXT PRIMARY KEY)")
                self._db.executemany("INSERT INTO kept VALUES (?)", [(key,) for key in keys])
                gone = self._db.execute(
                    "DELETE FROM verdicts WHERE key NOT IN (SELECT key FROM kept)"
                ).rowcount
                self._db.execute("DROP TABLE kept")
            self._db.execute("VACUUM")
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        return gone

    def _require_file_locks(self) -> None:
        """Raise if the folder has no file locks: SQLite would wait, then report a broken file."""
        if fcntl is None:
            return
        try:
            with tempfile.TemporaryFile(dir=self.path.parent) as file:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in NO_LOCKS:
                raise UsageError(
                    f"The folder {self.path.parent} has no file locks, as some network folders: "
                    "choose one on a disk of this machine for the grades."
                ) from error

    def _unusable(self, error: Exception) -> UsageError:
        return UsageError(
            f"{self.path} cannot be used: {error}. It holds nothing that cannot be made again: "
            "move it away, and everything is judged anew."
        )


def digest(*parts: Any) -> str:
    """Return one hash of all parts, which must be JSON-serializable."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
