"""Read a CSV file so that one field can be changed and every other byte stays as it is."""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
from utils.files import written_aside

__all__ = ["Table"]

SEPARATORS = ",;\t"
LARGEST = 256 << 20  # bytes
BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


@dataclass
class Table:
    """The fields of a CSV file as they are written there, with what stands between them.

    Attributes
    ----------
    path : the file
    bom, encoding, separator : as found
    rows : the raw fields of each line
    ends : what ends each line
    """

    path: Path
    bom: bytes
    encoding: str
    separator: str
    rows: list[list[str]]
    ends: list[str]

    @classmethod
    def read(cls, path: Path) -> Table:
        """Read a file.

        Raises
        ------
        UsageError
            When it is no CSV file that can be written again as it was.
        """
        try:
            if path.stat().st_size > LARGEST:
                raise UsageError(f"{path} is larger than {LARGEST >> 20} MB: is it the right file?")
            content = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
        bom = next((one for one in BOMS if content.startswith(one)), b"")
        body = content[len(bom) :]
        text, encoding = _decoded(body, BOMS.get(bom, ""))
        if not text.strip() or "\0" in text:
            raise UsageError(f"{path} is no CSV file. Export it as CSV; a spreadsheet will not do.")
        first = re.match(r"[^\r\n]*", text)
        header = first[0] if first else ""
        separator = max(SEPARATORS, key=header.count)
        rows, ends = _fields(text, separator)
        table = cls(path, bom, encoding, separator, rows, ends)
        if table.content() != content:
            raise UsageError(f"{path} cannot be written again as it was, so it is left alone.")
        return table

    def content(self) -> bytes:
        """Return the bytes of the file."""
        lines = (
            self.separator.join(row) + end for row, end in zip(self.rows, self.ends, strict=True)
        )
        return self.bom + "".join(lines).encode(self.encoding)

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        try:
            with written_aside(path) as aside:
                aside.write_bytes(self.content())
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
        except UnicodeEncodeError as error:
            raise UsageError(f"{self.path} is in {self.encoding}, which lacks a letter.") from error

    def value(self, row: int, column: int) -> str:
        """Return a field's value; "" where the line is shorter."""
        fields = self.rows[row]
        return _plain(fields[column]) if column < len(fields) else ""

    def values(self, row: int) -> list[str]:
        """Return the values of a line."""
        return [_plain(one) for one in self.rows[row]]

    @property
    def header(self) -> list[str]:
        """Return the values of the first line."""
        return self.values(0)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number and the values of each line below the header that is not blank."""
        for at in range(1, len(self.rows)):
            values = self.values(at)
            if any(values):
                yield at, values

    def remove(self, rows: Collection[int]) -> None:
        """Take lines out."""
        kept = [at for at in range(len(self.rows)) if at not in rows]
        self.rows, self.ends = [self.rows[at] for at in kept], [self.ends[at] for at in kept]

    def put(self, row: int, column: int, value: str) -> None:
        """Change one field; it is quoted if it was, or if it must be."""
        fields = self.rows[row]
        if column >= len(fields):
            raise UsageError(f"{self.path}, line {row + 1}: it ends before column {column + 1}.")
        special = any(one in value for one in (self.separator, '"', "\r", "\n"))
        quoted = fields[column].startswith('"') or special
        fields[column] = '"' + value.replace('"', '""') + '"' if quoted else value


def _decoded(body: bytes, encoding: str) -> tuple[str, str]:
    """Return text and encoding; without a mark it is UTF-8, or what old spreadsheets write."""
    for one in [encoding] if encoding else ["utf-8", "cp1252", "latin-1"]:
        try:
            return body.decode(one), one
        except UnicodeDecodeError:
            continue
    return "", encoding


def _fields(text: str, separator: str) -> tuple[list[list[str]], list[str]]:
    token = re.compile(
        rf'("(?:[^"]|"")*+"?[^{separator}\r\n]*|[^{separator}\r\n]*)({separator}|\r\n|\r|\n|$)'
    )
    rows: list[list[str]] = [[]]
    ends: list[str] = []
    at = 0
    while at < len(text) or rows[-1]:
        match = token.match(text, at)
        if match is None:  # every text matches
            raise AssertionError(text[at : at + 20])
        rows[-1].append(match[1])
        at = match.end()
        if match[2] != separator:
            ends.append(match[2])
            rows.append([])
            if at == len(text):
                break
    return rows[: len(ends)], ends


def _plain(field: str) -> str:
    """Return the value of a raw field."""
    if len(field) > 1 and field.startswith('"') and field.endswith('"'):
        return field[1:-1].replace('""', '"')
    return field


def column_named(table: Table, names: Sequence[str]) -> int | None:
    """Return the index of the first column with one of these names, in any case."""
    header = [one.strip().casefold() for one in table.header]
    return next((header.index(one) for one in names if one in header), None)
