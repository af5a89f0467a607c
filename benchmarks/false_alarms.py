"""Look for correct answers that are rejected: ``python benchmarks/false_alarms.py``.

Every correct implementation of every exercise, the reference first, is checked on new cases of the
live key: on 10,000 seeds, or on 100 if one check takes longer than 50 ms. A property asks the same
for every seed, so it is checked only on every hundredth. Each false alarm is printed in full.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from time import perf_counter

from utils.checker.answer_key import LiveKey
from utils.checker.judge import judge
from utils.exercises import EXERCISES

SLOW = 0.05  # seconds
CHUNK = 100
PROPERTIES = 100  # properties have no random cases, so one in so many seeds checks them


def milliseconds(name: str) -> float:
    """Return the duration of a check of the reference: the shortest of five, as noise only adds."""
    times = []
    for seed in range(5):
        start = perf_counter()
        judge(LiveKey().question(name, seed), EXERCISES[name].reference)
        times.append(perf_counter() - start)
    return 1000 * min(times)


def alarms(name: str, first: int, last: int, properties: int) -> list[str]:
    """Return the verdicts that reject a correct answer on these seeds.

    Properties are checked on the seeds that `properties` divides.
    """
    rejected = []
    exercise = EXERCISES[name]
    for seed in range(first, last):
        question = LiveKey().question(name, seed)
        if seed % properties:
            question = replace(question, properties={})
        for function in (exercise.reference, *exercise.right):
            verdict = judge(question, function)
            if verdict.status != "correct" or verdict.points != exercise.points:
                rejected.append(f"{name}, {function.__name__}, seed {seed}: {verdict.text()}")
    return rejected


def main() -> int:
    """Check all, print the table, and return 1 if there was an alarm."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=10_000)
    arguments.add_argument("--slow-seeds", type=int, default=100)
    arguments.add_argument("exercises", nargs="*", help="all of the course, if none is named")
    given = arguments.parse_args()
    names = given.exercises or list(EXERCISES)
    found: Counter[str] = Counter()
    print(
        "| exercise | ms a check | right ways | seeds | with properties | checks | false alarms |"
    )
    print("|:--|--:|--:|--:|--:|--:|--:|")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name in names:
            cost = milliseconds(name)
            slow = cost > 1000 * SLOW
            seeds, size, properties = (
                (given.slow_seeds, 5, 1) if slow else (given.seeds, CHUNK, PROPERTIES)
            )
            starts = range(0, seeds, size)
            ends = [min(start + size, seeds) for start in starts]
            for rejected in pool.map(partial(alarms, name, properties=properties), starts, ends):
                found[name] += len(rejected)
                print(*rejected, sep="\n", end="\n" if rejected else "", file=sys.stderr)
            ways = 1 + len(EXERCISES[name].right)
            row = [name, f"{cost:.1f}", ways, *(f"{n:,}" for n in (seeds, seeds // properties))]
            print(
                "|", *(f"{one} |" for one in [*row, f"{ways * seeds:,}", found[name]]), flush=True
            )
    return 1 if found.total() else 0


if __name__ == "__main__":
    sys.exit(main())
