"""Runs each attack once more, without the layers that stop it, and prints whether it succeeds.

Runs inside the outer sandbox. Each function named in an attack's `without` is a way of grading
that lacks something; each returns whether the attack then gains what it is after.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from unittest.mock import patch

from autograder.protocol.client import RemoteNotebook
from tests.attacks import ATTACKS, weaker_engine, weaker_judge, weaker_reading
from tests.attacks.attack import Attack
from tests.attacks.judging import SANDBOXES, Hung, judged, sandbox, within, won
from tests.attacks.outer import settle
from tests.attacks.room import Room
from tests.attacks.weaker_engine import asserted, notebook
from tests.attacks.weaker_judge import bare, naive_call
from tests.support import small_course

# By the names in the attacks' `without`.
WAYS = vars(weaker_engine) | vars(weaker_judge) | vars(weaker_reading)


def forked(task: Callable[[], bool], seconds: int = 60) -> str:
    """Whether the task succeeds, said by a fork of this process."""
    out, say = os.pipe()
    child = os.fork()
    if not child:
        os.close(out)
        try:
            with within(seconds):
                said = "success" if task() else "failure"
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(say, said.encode()[:1000])
        os._exit(1)
    os.close(say)
    with open(out) as answer:
        said = answer.read()
    _, status = os.waitpid(child, 0)
    # A test that ends well, and was not stopped, counts as passed: where an exit code decides.
    return said or ("success" if os.waitstatus_to_exitcode(status) == 0 else "it was killed")


def control() -> bool:
    """Whether the weaker graders grade: a right answer is right to each, a wrong one wrong."""
    right = Attack("right", "", "", "", answers={"sigmoid": small_course.ANSWERS["sigmoid"]})
    wrong = Attack("wrong", "", "", "")
    with patch.object(RemoteNotebook, "call", naive_call):
        naive = [bare(one).points for one in (right, wrong)]
    strict = [bare(one).points for one in (right, wrong)]
    with suppress(AssertionError):
        return not asserted(wrong)
    return (
        naive == strict
        and strict[0] == 10
        and strict[1] < 5  # what a wrong answer of the right form has
        and asserted(right)
        and notebook(right)
        and not notebook(wrong)
        and not won(wrong, judged(wrong))
    )


def main(names: list[str]) -> None:
    settle()
    room = Room()
    import utils.check  # noqa: F401 - for the forks to have

    sandbox()
    found = {"control": forked(control)}
    for attack in sorted(ATTACKS, key=lambda one: one.walls):
        if names and attack.name not in names:
            continue
        way = WAYS[attack.without]
        arguments: list[Any] = [attack]
        if "room" in way.__code__.co_varnames[: way.__code__.co_argcount]:
            arguments.append(room)
        if attack.without == "walls":
            try:
                with within(60):
                    found[attack.name] = "success" if way(*arguments) else "failure"
            except (Exception, Hung) as error:
                found[attack.name] = f"{type(error).__name__}: {error}"
        else:
            found[attack.name] = forked(lambda w=way, a=arguments: w(*a))
        room.effects()
    for box in SANDBOXES.values():
        with suppress(Exception):
            box.__exit__(None, None, None)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
