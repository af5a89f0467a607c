"""Measure how soon a verdict appears after its cell: ``python benchmarks/check_latency.py``.

In a real kernel, for each exercise, with the live key and with a frozen one: the time from
sending the cell to receiving the verdict, for a correct answer and for the slowest known mistake.
The same run measures a cell that displays an empty card, which is the cost of any cell.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

from utils.checker.answer_key import freeze
from utils.exercises import EXERCISES

REPEATS = 15

SETUP = """
import numpy as np
from IPython.display import HTML, display
from pathlib import Path
import utils.check
from utils.checker.answer_key import FrozenKey, LiveKey
from utils.check import check
from utils.exercises import EXERCISES
keys = {"live": LiveKey(), "frozen": FrozenKey(Path(KEY))}
"""


def seconds_to_display(client: BlockingKernelClient, code: str) -> float:
    """Run a cell and return the seconds until what it displays has arrived."""
    started = time.perf_counter()
    sent = client.execute(code)
    shown = 0.0
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != sent:
            continue
        if message["msg_type"] == "display_data":
            shown = time.perf_counter() - started
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return shown


def measure() -> list[tuple[str, str, str, float, float]]:
    """Return rows of (exercise, key, work, median milliseconds, largest milliseconds)."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "answer_key.h5"
        freeze(key, EXERCISES)
        manager, client = start_new_kernel()
        try:
            client.execute(SETUP.replace("KEY", repr(str(key))), reply=True, timeout=60)
            for exercise in EXERCISES:
                works = [("right", "EXERCISES[name].reference")]
                works += [
                    (mistake.name, f"EXERCISES[name].mistakes[{i}].function")
                    for i, mistake in enumerate(EXERCISES[exercise].mistakes)
                ]
                for kind in ("live", "frozen"):
                    slowest = ("", 0.0, 0.0)
                    for work, function in works:
                        prepare = (
                            f"name = {exercise!r}; globals()[name] = {function}; "
                            f"utils.check.open_key = lambda: keys[{kind!r}]"
                        )
                        client.execute(prepare, reply=True, timeout=60)
                        times = [
                            1000 * seconds_to_display(client, f"check({exercise!r})")
                            for _ in range(REPEATS)
                        ]
                        row = (work, statistics.median(times), max(times))
                        if work == "right":
                            rows.append((exercise, kind, *row))
                        elif row[1] > slowest[1]:
                            slowest = row
                    rows.append((exercise, kind, *slowest))
            empty = [
                1000 * seconds_to_display(client, 'display(HTML("<div></div>"))')
                for _ in range(REPEATS)
            ]
            rows.append(("(an empty card)", "", "", statistics.median(empty), max(empty)))
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    return rows


if __name__ == "__main__":
    print("| exercise | key | work | median ms | largest ms |\n|:--|:--|:--|--:|--:|")
    for exercise, kind, work, median, largest in measure():
        print(f"| {exercise} | {kind} | {work} | {median:.0f} | {largest:.0f} |")
