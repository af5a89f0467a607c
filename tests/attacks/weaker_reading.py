"""Ways of grading without care for the file, or for who reads what comes out."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import resource
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import jinja2.runtime
import nbformat
from markupsafe import Markup

import utils.checker.sanitize
from autograder.grading import required_cells
from autograder.grading.class_folder import find_submission
from autograder.grading.course_notebook import CourseNotebook
from autograder.grading.grade_submission import Settings, judge_submission
from autograder.grading.merge import code_cells
from autograder.grading.reading import read_submission
from autograder.grading.submission_file import read_notebook
from autograder.limits import LIMITS
from autograder.sandbox import process
from tests.attacks.attack import Attack
from tests.attacks.judging import (
    COURSE,
    SEED,
    Hung,
    in_process,
    judged,
    namespace,
    pieces,
    sandbox,
    target,
    within,
    won,
)
from tests.attacks.room import Room, hand_in
from tests.support import small_course
from utils.checker.answer_key import LiveKey
from utils.render import template


def read_in(attack: Attack, room: Room) -> Any:
    """What the engine reads of an attack, merged."""
    hand_in(attack, room.submitted)
    small_course.hand_in(room.submitted, "ada", small_course.solved())
    found = find_submission(small_course.TASK, room.submitted, attack.folder, attack.folder)
    if found.file is None:
        return None
    content = found.file.read_bytes()
    return read_submission(CourseNotebook(COURSE), content, found.file.name)[0]


def links_allowed(attack: Attack, room: Room) -> bool:
    with patch.object(Path, "is_symlink", lambda self: False):
        merged = read_in(attack, room)
    run = required_cells.required_cells(code_cells(merged)) if merged else []
    settings = Settings(SEED)
    found = judge_submission(sandbox(), LiveKey(SEED), run, ["sigmoid"], settings)
    return found.verdicts["sigmoid"].status == "correct"


def pipes_allowed(attack: Attack, room: Room) -> bool:
    """Open whatever is there, as most programs do."""
    hand_in(attack, room.submitted)
    try:
        with within(2):
            next((room.submitted / attack.folder).rglob("*.ipynb")).read_bytes()
    except Hung:
        return True
    return False


def trusting_reader(attack: Attack, room: Room) -> bool:
    hand_in(attack, room.submitted)
    try:
        json.loads(next((room.submitted / attack.folder).rglob("*.ipynb")).read_text())
    except RecursionError:
        return True
    return False


def trusting_text(attack: Attack, room: Room) -> bool:
    """Take every field as it comes, as nbformat does."""
    hand_in(attack, room.submitted)
    page = json.loads(next((room.submitted / attack.folder).rglob("*.ipynb")).read_text())
    try:
        nbformat.from_dict(page)
    except RecursionError:
        return True
    return False


def each_from_its_start(attack: Attack, room: Room) -> bool:
    """Try to read a cell wherever one begins, as this engine did."""
    hand_in(attack, room.submitted)
    text = next((room.submitted / attack.folder).rglob("*.ipynb")).read_text()
    try:
        with within(3):
            for match in re.finditer(r'\{"cell_type"', text):
                with suppress(ValueError, RecursionError):
                    json.JSONDecoder().raw_decode(text, match.start())
    except Hung:
        return True
    return False


def joined_one_by_one(attack: Attack, room: Room) -> bool:
    """Join each cell that is not Python by itself to those before it, as this engine did."""
    hand_in(attack, room.submitted)
    page = json.loads(next((room.submitted / attack.folder).rglob("*.ipynb")).read_text())
    joined = ""
    try:
        with within(3):
            for cell in page["cells"]:
                joined += cell["source"] + "\n"
                with suppress(SyntaxError):
                    ast.parse(joined)
    except Hung:
        return True
    return False


def any_number(attack: Attack, room: Room) -> bool:
    hand_in(attack, room.submitted)
    path = next((room.submitted / attack.folder).rglob("*.ipynb"))
    cells = read_notebook(path.read_bytes(), path.name, replace(LIMITS, cells=1 << 40)).cells
    return len(cells) == 1_000_000


def returned(attack: Attack) -> Any:
    function = namespace(attack)[target(attack)]
    return function(*LiveKey(SEED).question(target(attack)).cases[0].inputs())


def any_size(attack: Attack) -> bool:
    with patch.object(utils.checker.sanitize, "MOST_BYTES", 1 << 40):
        return utils.checker.sanitize.plain(returned(attack)).nbytes > 200_000_000


def any_number_of_parts(attack: Attack) -> bool:
    with patch.object(utils.checker.sanitize, "MOST_PARTS", 1 << 40):
        return len(utils.checker.sanitize.plain(returned(attack))) == 1_000_000


def any_number_of_bits(attack: Attack) -> bool:
    with patch.object(utils.checker.sanitize, "MOST_BITS", 1 << 40):
        try:
            in_process(attack)
        except OverflowError:
            return True
    return False


def unescaped(attack: Attack) -> bool:
    template.cache_clear()
    try:
        with patch.object(jinja2.runtime, "escape", Markup):  # text counts as safe
            return "<script>" in judged(attack).verdicts["sigmoid"].html()
    finally:
        template.cache_clear()


def unspelled(attack: Attack) -> bool:
    return "\x1b" in judged(attack).verdicts["sigmoid"].text()


def split_anyhow(attack: Attack) -> bool:
    line = json.dumps(judged(attack).verdicts["sigmoid"].record(), ensure_ascii=False)
    return len(line.splitlines()) > 1


def any_length(attack: Attack) -> bool:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with patch.object(required_cells, "LIMITS", replace(LIMITS, cell=1 << 40)):
        pieces(attack)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before > 100 << 10


def plain_name(attack: Attack) -> bool:
    return f"{attack.folder}: 10 points".splitlines()[1].startswith("ada: 0 points")


def plain_csv(attack: Attack) -> bool:
    table = io.StringIO()
    csv.writer(table).writerow([attack.folder, 10])
    return table.getvalue().startswith("=")


def no_flood_limit(attack: Attack) -> bool:
    with patch.object(process.SandboxProcess, "_flooded", lambda self: False):
        return won(attack, judged(attack))
