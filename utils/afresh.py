"""Begin an exercise afresh: its old answer kept aside, and its blank to paste."""

from __future__ import annotations

import inspect
import json
import textwrap
from contextlib import suppress
from pathlib import Path
from typing import Any

from utils import record
from utils.files import KEPT, free_path, written_aside

__all__ = ["begin_afresh"]

COURSE = Path(__file__).resolve().parents[1]
BLANKS = Path(__file__).with_name("blanks.json")  # in a bundle, which has no other copy of its page


def begin_afresh(exercise: str, namespace: dict[str, Any]) -> str:
    """Take an exercise's answer out of the namespace, and keep its text in a file.

    Returns
    -------
    str
        Where the old answer is, and the blank to put in place of it.
    """
    blank = _blanks().get(exercise)
    if blank is None:
        return f"There is no exercise {exercise} on the pages here."
    said = f"Your {exercise} had not run yet, so there was nothing to keep."
    if exercise in namespace:
        try:
            said = f"Your old {exercise} is in {_kept(exercise, namespace[exercise])}."
        except OSError as error:
            return (
                f"Nothing was changed: your old {exercise} cannot be kept "
                f"({error.strerror or 'its text cannot be found'}). Copy its cell somewhere first."
            )
        del namespace[exercise]
    earlier = dict.fromkeys(record.entry(exercise))
    earlier.pop("solution", None)  # what was seen, was seen
    record.note(exercise, earlier)
    return (
        f"{said} To begin afresh, put this in place of all that its cell holds, and run the cell:"
        f"\n\n{blank}"
    )


def _kept(exercise: str, answer: Any) -> Path:
    """Write an answer's text into a file beside its page; return the file."""
    try:
        text = textwrap.dedent(inspect.getsource(answer))
    except TypeError:  # no function any more
        text = f"{exercise} = {answer!r}\n"
    path = free_path(Path.cwd() / KEPT, exercise, ".py")
    with written_aside(path) as aside:
        aside.write_text(text, encoding="utf-8")
    return path


def _blanks() -> dict[str, str]:
    """Return the text of each exercise's cell as the course gives it."""
    with suppress(OSError, ValueError):
        found: dict[str, str] = json.loads(BLANKS.read_text(encoding="utf-8"))
        return found
    pages = record.pages(COURSE / "notebooks")
    return {name: text for page in pages for name, text in page.blanks.items()}
