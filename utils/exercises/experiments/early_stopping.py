"""Where patience ends a training: short valleys, ties, and costs of nan."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.exercise import Exercise
from utils.reference import experiments as reference

Rng = np.random.Generator


def _cases(rng: Rng) -> list[Case]:
    def case(
        steps: list[int],
        patience: int,
        note: str = "",
        earns: str = "updates",
        layout: str = "plain",
    ) -> Case:
        """Return a case whose costs are ordered like `steps`; -1 stands for nan."""
        values = np.sort(np.round(rng.uniform(0.2, 0.9, 10), 3) + 0.001 * np.arange(10))
        watched = np.array([np.nan if step < 0 else values[step] for step in steps])
        return Case({"watched": watched, "patience": patience}, note, layout, earns=earns)

    return [
        case([9, 5, 3, 4, 6, 7], 2, "the fall ends, and it stops"),
        case([8, 6, 5, 3, 2, 1], 2, "it falls to the end"),
        case([9, 4, 6, 7, 3, 5, 2, 4], 3, "a rise that is shorter than the patience"),
        case([9, 4, 6, 7, 8, 1, 0], 3, "a deeper valley that comes too late"),
        case([7, 8, 3, 2], 1, "no patience: one update without a new low"),
        case([2, 5, 6, 7, 3, 8, 9, 4, 1], 4, "the lowest is the first"),
        case([9, 4, 6, 5], 5, "more patience than updates"),
        case([9, 4, 4, 4, 4, 3], 3, "equal costs, which are no new low", "edge cases"),
        case([9, 6, -1, 4, -1, -1, -1, 2], 3, "costs of nan on the way", "edge cases"),
        case([-1, 8, 5, 6, 7, 9], 3, "a first cost of nan", "edge cases"),
        case([6], 3, "a single update", "edge cases"),
        case([9, 5, 3, 4, 6, 7], 2, "costs that must not be written to", "inputs left alone",
             "readonly"),
    ]  # fmt: skip


exercise = Exercise(
    name="early_stopping",
    assignment="06_experiments",
    rubric={
        "shape": 2,
        "best": 5,
        "lowest": 3,
        "updates": 6,
        "edge cases": 3,
        "inputs left alone": 1,
    },
    reference=reference.early_stopping,
    returns=("", "best", "lowest", "updates"),
    cases=_cases,
    hints=(
        "Go through the costs with their numbers, and remember two things: the lowest cost so "
        "far, and at which update it was.",
        "At update i, the lowest is i − best updates ago. Ask in this order: is this a new low? "
        "Then, has patience run out? A first low of np.inf is above any cost.",
        "A similar problem, solved. The longest jump so far, and give up after three tries "
        "without a longer one: in the loop `if jump > longest: longest, when = jump, i`, then "
        "`if i - when == 3:`, note `i + 1` and `break`.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _stop(
    watched: Any,
    patience: int,
    *,
    new_low: Any = lambda cost, lowest: cost < lowest,
    more: int = 0,
    first: float = np.inf,
) -> Any:
    """Return the reference's result, with another new low, patience or first low."""
    best, lowest = 0, first
    for i in range(len(watched)):
        if new_low(watched[i], lowest):
            best, lowest = i, watched[i]
        if i - best >= patience + more:
            return best, lowest, i + 1
    return best, lowest, len(watched)


def _with(watched: Any, patience: int, **changed: Any) -> Any:
    """Return the reference's result, with other parts."""
    right = reference.early_stopping(watched, patience)
    parts = dict(zip(("best", "lowest", "updates"), right, strict=True))
    return tuple((parts | changed).values())


def _waited(watched: Any, patience: int, again: Any) -> Any:
    """Count the updates that were waited; `again(i, new, waited)` returns the next count."""
    best, lowest, waited = 0, np.inf, 0
    for i in range(len(watched)):
        new = watched[i] < lowest
        if new:
            best, lowest = i, watched[i]
        waited = again(i, new, waited)
        if waited >= patience:
            return best, lowest, i + 1
    return best, lowest, len(watched)


@exercise.mistake("The whole curve was searched: what comes after the stop is never trained.")
def lowest_of_all(watched: Any, patience: int) -> Any:
    filled = np.where(np.isnan(watched), np.inf, watched)
    return _with(watched, patience, best=int(np.argmin(filled)), lowest=float(np.min(filled)))


@exercise.mistake(
    "Each cost is compared with the one before it: after a rise, a small fall is no new low. "
    "Compare with the lowest so far."
)
def against_the_one_before(watched: Any, patience: int) -> Any:
    def again(i: int, new: bool, waited: int) -> int:
        return 0 if i == 0 or watched[i] < watched[i - 1] else waited + 1

    return _waited(watched, patience, again)


@exercise.mistake(
    "The updates without a new low are added up over the whole training: a new low should set "
    "the count back to 0."
)
def never_set_back(watched: Any, patience: int) -> Any:
    return _waited(watched, patience, lambda i, new, waited: waited if new else waited + 1)


@exercise.mistake("It stops one update too late: the lowest should be `patience` updates ago.")
def one_too_late(watched: Any, patience: int) -> Any:
    return _stop(watched, patience, more=1)


@exercise.mistake("It stops one update too early: the lowest should be `patience` updates ago.")
def one_too_early(watched: Any, patience: int) -> Any:
    return _stop(watched, patience, more=-1)


@exercise.mistake(
    "`updates` is the place of the last update that was seen, counted from 0; how many were seen "
    "is one more."
)
def place_for_count(watched: Any, patience: int) -> Any:
    _, _, updates = reference.early_stopping(watched, patience)
    return _with(watched, patience, updates=updates - 1)


@exercise.mistake("`best` is counted from 1 here; count from 0, as Python does.")
def best_from_one(watched: Any, patience: int) -> Any:
    best, _, _ = reference.early_stopping(watched, patience)
    return _with(watched, patience, best=best + 1)


@exercise.mistake("`best` is one too small: watched[best] should be the lowest cost.")
def best_one_before(watched: Any, patience: int) -> Any:
    best, _, _ = reference.early_stopping(watched, patience)
    return _with(watched, patience, best=best - 1)


@exercise.mistake("`best` holds the lowest cost itself; its place in the array belongs there.")
def cost_for_place(watched: Any, patience: int) -> Any:
    _, lowest, _ = reference.early_stopping(watched, patience)
    return _with(watched, patience, best=float(lowest))


@exercise.mistake("best and updates are exchanged: the place first, the count last.")
def exchanged(watched: Any, patience: int) -> Any:
    return reference.early_stopping(watched, patience)[::-1]


@exercise.mistake("best and lowest are exchanged: the place comes first, then the cost.")
def cost_before_place(watched: Any, patience: int) -> Any:
    best, lowest, updates = reference.early_stopping(watched, patience)
    return lowest, best, updates


@exercise.mistake("It looks for the highest cost; the lowest is the best.")
def highest(watched: Any, patience: int) -> Any:
    return _stop(watched, patience, new_low=lambda cost, high: cost > high, first=-np.inf)


@exercise.mistake(
    "A cost that only equals the lowest counts as a new low here: it should be below it."
)
def ties_count(watched: Any, patience: int) -> Any:
    return _stop(watched, patience, new_low=lambda cost, lowest: cost <= lowest)


@exercise.mistake("It never stops early: when the lowest is `patience` updates ago, it should.")
def never_stops(watched: Any, patience: int) -> Any:
    return _stop(watched, patience, more=10**6)


@exercise.mistake("The last update that was seen is kept; that of the lowest cost should be.")
def last_kept(watched: Any, patience: int) -> Any:
    _, _, updates = reference.early_stopping(watched, patience)
    return _with(watched, patience, best=updates - 1, lowest=watched[updates - 1])


@exercise.mistake(
    "The update before the stop is kept. Training went on for `patience` updates after the lowest, "
    "not for one."
)
def one_before_the_last_kept(watched: Any, patience: int) -> Any:
    _, _, updates = reference.early_stopping(watched, patience)
    return _with(watched, patience, best=updates - 2, lowest=watched[updates - 2])


@exercise.mistake("`best` is the last update that was seen; the place of the lowest belongs there.")
def last_place(watched: Any, patience: int) -> Any:
    _, _, updates = reference.early_stopping(watched, patience)
    return _with(watched, patience, best=updates - 1)


@exercise.mistake("`best` is the update before the stop; the place of the lowest belongs there.")
def place_before_the_last(watched: Any, patience: int) -> Any:
    _, _, updates = reference.early_stopping(watched, patience)
    return _with(watched, patience, best=updates - 2)


@exercise.mistake(
    "`best` is `patience` updates before the end, also where training was never stopped: the "
    "lowest can lie anywhere then."
)
def patience_before_the_end(watched: Any, patience: int) -> Any:
    _, _, updates = reference.early_stopping(watched, patience)
    return _with(watched, patience, best=updates - 1 - patience)


@exercise.mistake("`lowest` is the last cost that was seen; the lowest of all seen belongs there.")
def last_cost(watched: Any, patience: int) -> Any:
    _, _, updates = reference.early_stopping(watched, patience)
    return _with(watched, patience, lowest=watched[updates - 1])


@exercise.mistake(
    "`updates` is the length of the whole curve; count those that were seen before it stopped."
)
def length_for_updates(watched: Any, patience: int) -> Any:
    return _with(watched, patience, updates=len(watched))


@exercise.mistake(
    "`updates` ends at the lowest cost; those after it, until patience ran out, were seen as well."
)
def seen_up_to_the_lowest(watched: Any, patience: int) -> Any:
    best, _, _ = reference.early_stopping(watched, patience)
    return _with(watched, patience, updates=best + 1)


@exercise.mistake(
    "The place is counted in a piece that was cut from the end of what was seen: add where the "
    "piece begins."
)
def place_in_a_piece(watched: Any, patience: int) -> Any:
    _, _, updates = reference.early_stopping(watched, patience)
    piece = watched[:updates][-patience:]
    return _with(watched, patience, best=int(np.argmin(np.nan_to_num(piece, nan=np.inf))))


@exercise.mistake(
    "Only the last `patience` costs are compared; the lowest of all that were seen is further back."
)
def lowest_of_the_last(watched: Any, patience: int) -> Any:
    _, _, updates = reference.early_stopping(watched, patience)
    start = max(updates - patience, 0)
    best = start + int(np.argmin(np.nan_to_num(watched[start:updates], nan=np.inf)))
    return _with(watched, patience, best=best, lowest=watched[best])


@exercise.mistake("np.argmin and np.min take nan for the lowest: leave nan out of the comparison.")
def argmin_of_nan(watched: Any, patience: int) -> Any:
    for updates in range(1, len(watched) + 1):
        best = int(np.argmin(watched[:updates]))
        if updates - 1 - best >= patience:
            break
    return best, watched[best], updates


@exercise.mistake("Where the first cost is nan, nothing is ever below it: begin with np.inf.")
def first_cost_as_low(watched: Any, patience: int) -> Any:
    return _stop(watched, patience, first=watched[0])


@exercise.mistake("nan counts as a new low here: `not cost >= lowest` is true of it.")
def nan_is_low(watched: Any, patience: int) -> Any:
    return _stop(watched, patience, new_low=lambda cost, lowest: not cost >= lowest)


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("one_too_late", "best_from_one")
def late_and_from_one(watched: Any, patience: int) -> Any:
    best, lowest, updates = one_too_late(watched, patience)
    return best + 1, lowest, updates


@exercise.combined_mistake("place_for_count", "best_from_one")
def place_and_from_one(watched: Any, patience: int) -> Any:
    best, lowest, updates = reference.early_stopping(watched, patience)
    return best + 1, lowest, updates - 1


@exercise.combined_mistake("one_too_late", "first_cost_as_low")
def late_from_the_first_cost(watched: Any, patience: int) -> Any:
    return _stop(watched, patience, first=watched[0], more=1)


@exercise.combined_mistake("place_for_count", "first_cost_as_low")
def place_from_the_first_cost(watched: Any, patience: int) -> Any:
    best, lowest, updates = first_cost_as_low(watched, patience)
    return best, lowest, updates - 1


@exercise.combined_mistake("last_cost", "first_cost_as_low")
def last_from_the_first_cost(watched: Any, patience: int) -> Any:
    best, _, updates = first_cost_as_low(watched, patience)
    return best, watched[updates - 1], updates


@exercise.combined_mistake("cost_before_place", "first_cost_as_low")
def exchanged_from_the_first_cost(watched: Any, patience: int) -> Any:
    best, lowest, updates = first_cost_as_low(watched, patience)
    return lowest, best, updates


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("is outside its axis 0")
def compared_with_the_next(watched: Any, patience: int) -> Any:
    best = 0
    for i in range(len(watched)):
        if watched[i + 1] < watched[best]:
            best = i + 1
        if i + 1 - best == patience:
            break
    return best, watched[best], i + 2


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_a_count(watched: Any, patience: int) -> Any:
    def again(i: int, new: bool, waited: int) -> int:
        return 0 if new or i == 0 else waited + 1

    return _waited(watched, patience, again)


@exercise.correct_variant
def with_argmin(watched: Any, patience: int) -> Any:
    filled = np.where(np.isnan(watched), np.inf, watched)
    for updates in range(1, len(watched) + 1):
        best = int(np.argmin(filled[:updates]))
        if updates - 1 - best >= patience:
            break
    return best, filled[best], updates


@exercise.correct_variant
def in_a_while_loop(watched: Any, patience: int) -> Any:
    best, i, lowest = 0, 0, float("inf")
    while i < watched.size:
        if watched[i] < lowest:
            lowest = watched[i]
            best = i
        i += 1
        if i - 1 - best == patience:
            break
    return best, lowest, i


@exercise.correct_variant
def by_the_place_alone(watched: Any, patience: int) -> Any:
    best, updates = 0, 0
    for cost in watched:
        if cost < watched[best] or (np.isnan(watched[best]) and not np.isnan(cost)):
            best = updates
        updates += 1
        if updates - best > patience:
            break
    return best, watched[best], updates


@exercise.correct_variant
def from_running_minima(watched: Any, patience: int) -> Any:
    lows = np.minimum.accumulate(np.where(np.isnan(watched), np.inf, watched))
    new = np.append(True, lows[1:] < lows[:-1])
    when = np.maximum.accumulate(np.where(new, np.arange(len(lows)), 0))
    out = np.flatnonzero(np.arange(len(lows)) - when >= patience)
    last = out[0] if out.size else len(lows) - 1
    return when[last], lows[last], last + 1


@exercise.correct_variant
def as_a_list(watched: Any, patience: int) -> Any:
    return list(_stop(watched.tolist(), patience))


@exercise.correct_variant
def with_the_lows_kept(watched: Any, patience: int) -> Any:
    lows: list[int] = []
    for i, cost in enumerate(watched):
        if not np.isnan(cost) and all(cost < watched[low] for low in lows):
            lows.append(i)
        if i - (lows[-1] if lows else 0) >= patience:
            return lows[-1], watched[lows[-1]], i + 1
    return lows[-1], watched[lows[-1]], len(watched)


@exercise.correct_variant
def a_step_at_a_time(watched: Any, patience: int) -> Any:
    def step(i: int, best: int, lowest: float) -> Any:
        if i == len(watched):
            return best, lowest, i
        if watched[i] < lowest:
            return step(i + 1, i, watched[i])
        return (best, lowest, i + 1) if i - best >= patience else step(i + 1, best, lowest)

    return step(0, 0, np.inf)
