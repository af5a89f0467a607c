"""Whether right work is ever rejected: ``python benchmarks/false_alarms.py``.

Every right implementation of every exercise, the reference first, on fresh cases of the live key:
10,000 seeds, or 100 where one check takes longer than 50 ms. Prints each false alarm in full.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

import numpy as np

from utils.answer_key import LiveKey
from utils.exercises import EXERCISES
from utils.judging import judge

SLOW = 0.05  # seconds
CHUNK = 100


def milliseconds(name: str) -> float:
    """What one check of the reference takes, the median of five after a first."""
    times = []
    for seed in range(6):
        start = perf_counter()
        judge(LiveKey().question(name, seed), EXERCISES[name].reference)
        times.append(perf_counter() - start)
    return 1000 * float(np.median(times[1:]))


def alarms(name: str, first: int, last: int) -> list[str]:
    """What was said of right work on these seeds, where it was not accepted."""
    told = []
    exercise = EXERCISES[name]
    for seed in range(first, last):
        question = LiveKey().question(name, seed)
        for function in (exercise.reference, *exercise.right):
            verdict = judge(question, function)
            if verdict.status != "correct" or verdict.points != exercise.points:
                told.append(f"{name}, {function.__name__}, seed {seed}: {verdict.text()}")
    return told


def main() -> int:
    """Run all, print the table, and return 1 if there was an alarm."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=10_000)
    arguments.add_argument("--slow-seeds", type=int, default=100)
    arguments.add_argument("exercises", nargs="*", help="all of the course, if none is named")
    given = arguments.parse_args()
    names = given.exercises or list(EXERCISES)
    found: Counter[str] = Counter()
    print("| exercise | ms a check | right ways | seeds | checks | false alarms |")
    print("|:--|--:|--:|--:|--:|--:|")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name in names:
            cost = milliseconds(name)
            seeds = given.slow_seeds if cost > 1000 * SLOW else given.seeds
            size = CHUNK if seeds == given.seeds else 5
            starts = range(0, seeds, size)
            ends = [min(start + size, seeds) for start in starts]
            for told in pool.map(alarms, [name] * len(ends), starts, ends):
                found[name] += len(told)
                print(*told, sep="\n", end="\n" if told else "", file=sys.stderr)
            ways = 1 + len(EXERCISES[name].right)
            print(
                f"| {name} | {cost:.1f} | {ways} | {seeds:,} | {ways * seeds:,} | {found[name]} |",
                flush=True,
            )
    return 1 if found.total() else 0


if __name__ == "__main__":
    sys.exit(main())
