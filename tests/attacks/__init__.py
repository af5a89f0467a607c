"""Attacks on the grader: what each tries, what stops it, and what the instructor is told.

attack.py        what an attack is
scores.py        points without a right answer
reading.py       reading what must stay secret
harm.py          harm to the machine, the class, and whoever reads what comes out
lies.py          lies to the judge
outer.py         the disposable sandbox around all of it
classroom.py     runs there: all of them in one class, graded by `course grade`
weaker.py        runs there: each once more, without the layers that stop it
judging.py       judges an attack as the engine does, for the ways below
weaker_engine.py, weaker_judge.py, weaker_reading.py
                 ways of grading that lack a layer: the whole engine or a wall, one of the judge,
                 care for the file and for who reads what comes out
__main__.py      writes README.md, the table of all of them
"""

from tests.attacks import harm, lies, reading, scores
from tests.attacks.attack import Attack

__all__ = ["ATTACKS", "Attack"]

ATTACKS: list[Attack] = [*scores.ATTACKS, *reading.ATTACKS, *harm.ATTACKS, *lies.ATTACKS]
