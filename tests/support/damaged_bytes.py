"""Write a notebook as bytes, and damage them at random."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from tests.support.handed_in import POINTS, HandedIn


@dataclass
class Written:
    """A notebook as bytes, and the position of each answer in them."""

    content: bytes
    spans: list[tuple[int, int, set[str]]]

    def touches(self, start: int, end: int) -> set[str]:
        """Return the exercises whose answers overlap the bytes from `start` to `end`."""
        return {n for a, b, names in self.spans if a <= end and start <= b for n in names}


def written(one: HandedIn) -> Written:
    """Write a notebook as nbformat does, with sorted keys."""
    if "cells" not in one.page or not isinstance(one.page["cells"], list):
        return Written(json.dumps(one.page, sort_keys=True, indent=1).encode(), [])
    content, spans = '{\n "cells": [\n', []
    for i, cell in enumerate(one.cells):
        content += ",\n  " * bool(i)
        start = len(content)
        content += json.dumps(cell, sort_keys=True, indent=1)
        if one.owner(cell):
            spans.append((start, len(content) + 1, one.owner(cell)))
    rest = {name: value for name, value in one.page.items() if name != "cells"}
    return Written(f"{content}],\n{json.dumps(rest)[1:]}".encode(), spans)


def whole(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Return the bytes unchanged."""
    return file.content, set()


def truncate(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Cut the file short."""
    at = rng.randrange(len(file.content))
    return file.content[:at], file.touches(at, len(file.content))


def flip(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Change some bytes."""
    content, touched = bytearray(file.content), set()
    for _ in range(rng.choice([1, 1, 3, 20])):
        at = rng.randrange(len(content))
        content[at] = rng.randrange(256)
        touched |= file.touches(at, at)
    return bytes(content), touched


def cut_out(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Remove a piece of the file."""
    start = rng.randrange(len(file.content))
    end = start + rng.randint(1, 500)
    return file.content[:start] + file.content[end:], file.touches(start, end)


def put_between(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Insert foreign bytes, such as a conflict that git has marked."""
    at = rng.randrange(len(file.content))
    foreign = rng.choice([rng.randbytes(50), b"\n<<<<<<< HEAD\n", b"\0" * 512, b"\xff"])
    return file.content[:at] + foreign + file.content[at:], file.touches(at, at)


def other_encoding(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Save in another encoding."""
    return file.content.decode().encode(rng.choice(["utf-8-sig", "utf-16", "utf-32"])), set()


def windows(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Use the line ends of Windows between the fields."""
    return file.content.replace(b"\n", b"\r\n"), set()


def appended(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Append bytes to the end."""
    more = [b"}", b"\0" * 4096, b"\n\n", b"{}", file.content[-90:]]
    return file.content + rng.choice(more), set()


def not_a_notebook(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Hand in a file that is no notebook."""
    nested = b"[" * 100_000
    kinds = [b"", b" \n", b"{}", b"[]", b"null", b"{", b"\x89PNG\r\n", nested, b'{"cells": []}']
    kinds += [rng.randbytes(5000), b'{"a":' * 5000, b'{"cell_type"' * 50_000, b" " * (33 << 20)]
    return rng.choice(kinds), set(POINTS)


BYTES = [truncate, flip, cut_out, put_between, other_encoding, windows, appended]
