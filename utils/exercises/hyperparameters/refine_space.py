"""A space half as wide around the best trial; bests at borders, where ranges must pass or stop."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters import best_trial
from utils.exercises.hyperparameters.common import Rng, blown_up, random_records
from utils.reference import hyperparameters as reference
from utils.reference.hyperparameters import best_trial as best_of


def _cases(rng: Rng) -> list[Case]:
    logs = {"learning_rate": ("log", 1e-3, 1.0)}
    full = {
        "learning_rate": ("log", 1e-4, 1.0),
        "momentum": ("one_minus_log", 0.9, 0.999),
        "depth": ("int", 1, 5),
        "width": ("int", 16, 128),
        "activation": ("choice", ["relu", "tanh"]),
    }

    def records(space: Any, n_trials: int = 5, **best: Any) -> Any:
        found = random_records(rng, n_trials, space)
        winner = best_of(found)
        winner["configuration"] |= best
        at = next(i for i, record in enumerate(found) if record is winner)
        found[at], found[1] = found[1], found[at]  # neither first nor last
        return found

    tempting = records(full, depth=3)
    tempting.insert(3, blown_up(tempting[0], 0.999))
    low_momentum = {"momentum": ("one_minus_log", 0.5, 0.99)}
    return [
        Case({"space": logs, "records": records(logs, learning_rate=0.1)}),
        Case({"space": full, "records": records(full, depth=3)}, "all four kinds"),
        Case(
            {"space": full, "records": records(full, learning_rate=1.0, depth=5, momentum=0.999)},
            "the best at upper borders",
        ),
        Case(
            {"space": full, "records": records(full, learning_rate=1e-4, depth=1, width=16)},
            "the best at lower borders",
        ),
        Case(
            {"space": low_momentum, "records": records(low_momentum, momentum=0.5)},
            "a momentum at the lower border, where 1 − β must not pass 1",
        ),
        Case({"space": full, "records": tempting}, "a tempting trial that diverged"),
    ]


exercise = Exercise(
    name="refine_space",
    assignment="04_hyperparameters",
    rubric={"values": 10},
    reference=reference.refine_space,
    returns="space",
    cases=_cases,
    builds_on=("best_trial",),
    hints=(
        "Half as wide on a log scale: a range from low to high becomes one from best / f to "
        "best × f. The whole range has the ratio high / low, so half of it has its square root.",
        "f × f is the ratio of the new range, √(high/low), so f is the fourth root of high / low. "
        "For momentum the same holds of the gaps: 1 − low, 1 − best, 1 − high.",
        "A similar problem, solved. Opening hours from 8 to 16, half as long around noon: the day "
        "is 8 hours long, the new one 4, so 2 on each side of 12: from 10 to 14.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _refined(space: Any, records: Any, choose: Any = best_of, **ways: Any) -> Any:
    """The reference's ranges, some kinds replaced by ways(low, high, best)."""
    right = reference.refine_space(space, [choose(records) | {"diverged": False}])
    best = choose(records)["configuration"]
    return {
        name: (kind, *ways[kind](*settings, best[name])) if kind in ways else right[name]
        for name, (kind, *settings) in space.items()
    }


@exercise.mistake("The ranges are as wide as before: half the width is a quarter on each side.")
def not_narrower(space: Any, records: Any) -> Any:
    def log(low: float, high: float, best: float) -> Any:
        return best / (high / low) ** 0.5, best * (high / low) ** 0.5

    def gap(low: float, high: float, best: float) -> Any:
        factor = ((1 - low) / (1 - high)) ** 0.5
        return max(0, 1 - (1 - best) * factor), 1 - (1 - best) / factor

    def whole(low: int, high: int, best: int) -> Any:
        half = (high - low) / 2
        return max(1, int(np.floor(best - half))), int(np.ceil(best + half))

    return _refined(space, records, log=log, one_minus_log=gap, int=whole)


@exercise.mistake("The log ranges are halved on the plain scale; theirs is log(value).")
def log_on_plain_scale(space: Any, records: Any) -> Any:
    def plain(low: float, high: float, best: float) -> Any:
        return best - (high - low) / 4, best + (high - low) / 4

    return _refined(space, records, log=plain)


@exercise.mistake("The log ranges are cut at the old border; they should pass it.")
def log_stays_inside(space: Any, records: Any) -> Any:
    def inside(low: float, high: float, best: float) -> Any:
        factor = (high / low) ** 0.25
        return max(low, best / factor), min(high, best * factor)

    return _refined(space, records, log=inside)


@exercise.mistake("All ranges are cut at the old border; they should pass it.")
def all_stay_inside(space: Any, records: Any) -> Any:
    right = reference.refine_space(space, records)
    return {
        name: new
        if new[0] == "choice"
        else (new[0], max(new[1], space[name][1]), min(new[2], space[name][2]))
        for name, new in right.items()
    }


@exercise.mistake("The ranges are half as wide, but around their old middle, not the best.")
def around_the_middle(space: Any, records: Any) -> Any:
    def middle(kind: str, *settings: Any) -> Any:
        if kind == "log":
            return (settings[0] * settings[1]) ** 0.5
        if kind == "one_minus_log":
            return 1 - ((1 - settings[0]) * (1 - settings[1])) ** 0.5
        return (settings[0] + settings[1]) / 2 if kind == "int" else settings[0][0]

    center = {name: middle(*range_) for name, range_ in space.items()}
    record = best_of(records) | {"configuration": center}
    return reference.refine_space(space, [record])


@exercise.mistake("Momentum is halved on the scale of log(β); its scale is log(1 − β).")
def momentum_as_log(space: Any, records: Any) -> Any:
    def log(low: float, high: float, best: float) -> Any:
        return best / (high / low) ** 0.25, best * (high / low) ** 0.25

    return _refined(space, records, one_minus_log=log)


@exercise.mistake("The ends of the momentum's range are the wrong way round: low comes first.")
def momentum_turned(space: Any, records: Any) -> Any:
    def turned(low: float, high: float, best: float) -> Any:
        factor = ((1 - low) / (1 - high)) ** 0.25
        return 1 - (1 - best) / factor, max(0, 1 - (1 - best) * factor)

    return _refined(space, records, one_minus_log=turned)


@exercise.mistake("Momentum can fall below 0 here: the lower end stops at 0.")
def negative_momentum(space: Any, records: Any) -> Any:
    def unbounded(low: float, high: float, best: float) -> Any:
        factor = ((1 - low) / (1 - high)) ** 0.25
        return 1 - (1 - best) * factor, 1 - (1 - best) / factor

    return _refined(space, records, one_minus_log=unbounded)


@exercise.mistake("The int ranges have ends with decimals; round them outwards.")
def int_not_rounded(space: Any, records: Any) -> Any:
    def floats(low: int, high: int, best: int) -> Any:
        return max(1, best - (high - low) / 4 - 1e-6), best + (high - low) / 4 + 1e-6

    return _refined(space, records, int=floats)


@exercise.mistake("An int range can begin below 1: no layer has 0 units.")
def int_below_one(space: Any, records: Any) -> Any:
    def free(low: int, high: int, best: int) -> Any:
        quarter = (high - low) / 4
        return int(np.floor(best - quarter)), int(np.ceil(best + quarter))

    return _refined(space, records, int=free)


@exercise.mistake("The choice was narrowed to the best value; it stays as it is.")
def choice_narrowed(space: Any, records: Any) -> Any:
    return _refined(space, records, choice=lambda values, best: ([best],))


@exercise.mistake("The ranges are centered on the last trial, not on the best.")
def around_the_last(space: Any, records: Any) -> Any:
    return _refined(space, records, choose=lambda found: found[-1])


@exercise.mistake("The ranges are centered on the first trial, not on the best.")
def around_the_first(space: Any, records: Any) -> Any:
    return _refined(space, records, choose=lambda found: found[0])


@exercise.mistake("The center is the best by train accuracy; dev accuracy decides.")
def around_best_by_train(space: Any, records: Any) -> Any:
    return _refined(space, records, choose=best_trial.by_train)


@exercise.mistake("A trial that diverged became the center: best_trial leaves these out.")
def around_a_diverged_one(space: Any, records: Any) -> Any:
    return _refined(space, records, choose=best_trial.diverged_counted)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def on_the_scale_of_each(space: Any, records: Any) -> Any:
    best, out = best_trial.by_sorting(records)["configuration"], {}
    for name, (kind, *ends) in space.items():
        if kind == "choice":
            out[name] = space[name]
            continue
        low, high, middle = ends[0], ends[1], best[name]
        if kind == "one_minus_log":
            low, high, middle = 1 - high, 1 - low, 1 - middle
        if kind != "int":
            low, high, middle = np.log10([low, high, middle])
        low, high = middle - (high - low) / 4, middle + (high - low) / 4
        if kind == "int":
            low, high = max(1, int(np.floor(low))), int(np.ceil(high))
        else:
            low, high = 10**low, 10**high
        if kind == "one_minus_log":
            low, high = max(0.0, 1 - high), 1 - low
        out[name] = (kind, low, high)
    return out
