"""Measure how far points depend on the seed: ``python benchmarks/seeds.py [PAGE...]``.

Each known mistake is judged on six seeds, and must be rejected on all of them. Its points may
differ, since wrong numbers may go along with the right ones in one set of cases and not in another;
the table says how often they do, and by how much at most.
"""

from __future__ import annotations

import sys

from utils.checker.answer_key import LiveKey
from utils.checker.judge import judge
from utils.exercises import EXERCISES

SEEDS = range(6)


def main(pages: list[str]) -> None:
    """Print a row for each exercise of these pages (all, if none) where points differ."""
    key = LiveKey()
    mistakes = differing = accepted = 0
    print("| exercise | points | mistakes | points differ | by at most |\n|:--|--:|--:|--:|--:|")
    for name, exercise in EXERCISES.items():
        if pages and exercise.assignment not in pages:
            continue
        questions = [key.question(name, seed) for seed in SEEDS]
        spreads = []
        for mistake in exercise.mistakes:
            verdicts = [judge(question, mistake.function) for question in questions]
            points = [verdict.points for verdict in verdicts]
            spreads.append(round(max(points) - min(points), 2))
            accepted += sum(verdict.status == "correct" for verdict in verdicts)
        unequal = [spread for spread in spreads if spread]
        mistakes, differing = mistakes + len(spreads), differing + len(unequal)
        if unequal:
            row = [name, f"{exercise.points:g}", len(spreads), len(unequal), f"{max(unequal):g}"]
            print("|", " | ".join(map(str, row)), "|", flush=True)
    print(f"\n{mistakes} mistakes, {differing} of them with differing points, {accepted} accepted.")


if __name__ == "__main__":
    main(sys.argv[1:])
