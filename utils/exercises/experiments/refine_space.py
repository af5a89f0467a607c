"""A space half as wide around the best trial; bests at borders, where ranges must pass or stop."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters import best_trial
from utils.exercises.hyperparameters.common import Rng, blown_up, random_records
from utils.reference import experiments as reference
from utils.reference.hyperparameters import best_trial as best_of


def _cases(rng: Rng) -> list[Case]:
    full = {
        "learning_rate": ("log", 1e-4, 1.0),
        "momentum": ("one_minus_log", 0.9, 0.999),
        "depth": ("int", 1, 4),
        "width": ("int", 16, 130),  # no quarter of a range is a whole number
        "activation": ("choice", ["relu", "tanh"]),
    }

    def case(note: str, earns: str, space: Any = None, **best: Any) -> Case:
        """Return a case of five trials; the best, neither first nor last, has the values `best`."""
        space = space or {name: full[name] for name in best}
        records = random_records(rng, 5, space)
        winner = best_of(records)
        winner["configuration"] |= best
        at = next(i for i, record in enumerate(records) if record is winner)
        records[at], records[1] = records[1], records[at]
        return Case({"space": space, "records": records}, note, earns=earns)

    low_momentum = {"momentum": ("one_minus_log", 0.5, 0.99)}
    tempting = case("a tempting trial that diverged", "whole spaces", full, depth=3)
    tempting.args["records"].insert(3, blown_up(tempting.args["records"][0], 0.999))
    return [
        case("", "log", {"learning_rate": ("log", 1e-3, 1.0)}, learning_rate=0.1),
        case("the best at the upper border", "log", learning_rate=1.0),
        case("the best at the lower border", "log", learning_rate=1e-4),
        case("a momentum", "one_minus_log", momentum=0.99),
        case("a momentum at the upper border", "one_minus_log", momentum=0.999),
        case("a momentum at the lower border, where 1 − β must not pass 1", "one_minus_log",
             low_momentum, momentum=0.5),
        case("whole numbers", "int", {"depth": ("int", 1, 5), "width": ("int", 16, 130)},
             depth=3, width=50),
        case("whole numbers at the upper border", "int", depth=4, width=130),
        case("whole numbers at the lower border", "int", depth=1, width=16),
        case("all four kinds", "whole spaces", full, depth=2),
        tempting,
    ]  # fmt: skip


exercise = Exercise(
    name="refine_space",
    assignment="06_experiments",
    rubric={
        "shape": 2,
        "log": 2,
        "one_minus_log": 2,
        "int": 2,
        "whole spaces": 1,
        "inputs left alone": 1,
    },
    reference=reference.refine_space,
    returns="space",
    cases=_cases,
    properties={
        "log_halved": "log",
        "gap_halved": "one_minus_log",
        "best_alone_counts": "whole spaces",
    },
    hints=(
        "Half as wide on a log scale: a range from low to high becomes one from best / f to "
        "best × f. The whole range has the ratio high / low, so half of it has its square root.",
        "f × f is the ratio of the new range, √(high/low), so f is the fourth root of high / low. "
        "For momentum the same holds of the gaps: 1 − low, 1 − best, 1 − high.",
        "A similar problem, solved. Tones from 100 to 1600 Hz span four octaves, each of ratio 2. "
        "Half as wide around 500 Hz: two octaves, one on each side, from 500 / 2 to 500 × 2.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


def _refined(space: Any, records: Any, choose: Any = best_of, **ways: Any) -> Any:
    """Return the reference's ranges, but `ways[kind](low, high, best)` for the kinds in `ways`."""
    right = reference.refine_space(space, [choose(records) | {"diverged": False}])
    best = choose(records)["configuration"]
    return {
        name: (kind, *ways[kind](*settings, best[name])) if kind in ways else right[name]
        for name, (kind, *settings) in space.items()
    }


def _log(power: float = 0.25) -> Any:
    """Return a function that narrows a "log" range by `power`; 0.25 is right."""

    def way(low: float, high: float, best: float) -> Any:
        factor = (high / low) ** power
        return best / factor, best * factor

    return way


def _gap(power: float = 0.25, least: float = 0) -> Any:
    def way(low: float, high: float, best: float) -> Any:
        factor = ((1 - low) / (1 - high)) ** power
        return max(least, 1 - (1 - best) * factor), 1 - (1 - best) / factor

    return way


def _whole(share: float = 0.25, down: Any = np.floor, up: Any = np.ceil, least: int = 1) -> Any:
    def way(low: int, high: int, best: int) -> Any:
        half = share * (high - low)
        return max(least, int(down(best - half))), int(up(best + half))

    return way


def _inside(way: Any) -> Any:
    """Return a function that narrows like `way`, but never beyond the old borders."""

    def cut(low: Any, high: Any, best: Any) -> Any:
        first, last = way(low, high, best)
        return max(low, first), min(high, last)

    return cut


@exercise.mistake("The ranges are as wide as before: half the width is a quarter on each side.")
def not_narrower(space: Any, records: Any) -> Any:
    return _refined(space, records, log=_log(0.5), one_minus_log=_gap(0.5), int=_whole(0.5))


@exercise.mistake("Log and momentum ranges are as wide as before: look at the power in the factor.")
def square_root_for_fourth(space: Any, records: Any) -> Any:
    return _refined(space, records, log=_log(0.5), one_minus_log=_gap(0.5))


@exercise.mistake("The int ranges are as wide as before: half the width is a quarter on each side.")
def int_not_narrower(space: Any, records: Any) -> Any:
    return _refined(space, records, int=_whole(0.5))


@exercise.mistake("The log ranges are halved on the plain scale; theirs is log(value).")
def log_on_plain_scale(space: Any, records: Any) -> Any:
    def plain(low: float, high: float, best: float) -> Any:
        return best - (high - low) / 4, best + (high - low) / 4

    return _refined(space, records, log=plain)


@exercise.mistake("A log range goes from half the best to its double, however wide it was before.")
def half_and_double(space: Any, records: Any) -> Any:
    return _refined(space, records, log=lambda low, high, best: (best / 2, best * 2))


@exercise.mistake("The log ranges are cut at the old border; they should pass it.")
def log_stays_inside(space: Any, records: Any) -> Any:
    return _refined(space, records, log=_inside(_log()))


@exercise.mistake("The momentum's range is cut at the old border; it should pass it.")
def momentum_stays_inside(space: Any, records: Any) -> Any:
    return _refined(space, records, one_minus_log=_inside(_gap()))


@exercise.mistake("The int ranges are cut at the old border; they should pass it.")
def int_stays_inside(space: Any, records: Any) -> Any:
    return _refined(space, records, int=_inside(_whole()))


@exercise.mistake("All ranges are cut at the old border; they should pass it.")
def all_stay_inside(space: Any, records: Any) -> Any:
    ways = {"log": _log(), "one_minus_log": _gap(), "int": _whole()}
    return _refined(space, records, **{kind: _inside(way) for kind, way in ways.items()})


@exercise.mistake("The ranges are half as wide, but around their old middle, not the best.")
def around_the_middle(space: Any, records: Any) -> Any:
    def middle(kind: str, *settings: Any) -> Any:
        if kind == "log":
            return (settings[0] * settings[1]) ** 0.5
        if kind == "one_minus_log":
            return 1 - ((1 - settings[0]) * (1 - settings[1])) ** 0.5
        return (settings[0] + settings[1]) / 2 if kind == "int" else settings[0][0]

    center = {name: middle(*range_) for name, range_ in space.items()}
    return reference.refine_space(space, [best_of(records) | {"configuration": center}])


@exercise.mistake("Momentum is halved on the scale of log(β); its scale is log(1 − β).")
def momentum_as_log(space: Any, records: Any) -> Any:
    return _refined(space, records, one_minus_log=_log())


@exercise.mistake("The ends of the momentum's range are the wrong way round: low comes first.")
def momentum_turned(space: Any, records: Any) -> Any:
    return _refined(space, records, one_minus_log=lambda *ends: _gap()(*ends)[::-1])


@exercise.mistake("Momentum can fall below 0 here: the lower end stops at 0.")
def negative_momentum(space: Any, records: Any) -> Any:
    return _refined(space, records, one_minus_log=_gap(least=-np.inf))


@exercise.mistake("What is there for momentum is the range of 1 − β; the space holds that of β.")
def gaps_for_momentum(space: Any, records: Any) -> Any:
    def gaps(low: float, high: float, best: float) -> Any:
        return _log()(1 - high, 1 - low, 1 - best)

    return _refined(space, records, one_minus_log=gaps)


@exercise.mistake("The int ranges have ends with decimals; round them outwards.")
def int_not_rounded(space: Any, records: Any) -> Any:
    def floats(low: int, high: int, best: int) -> Any:
        return max(1, best - (high - low) / 4), best + (high - low) / 4

    return _refined(space, records, int=floats)


@exercise.mistake("Both ends of an int range were cut off to whole numbers: one should go up.")
def int_cut_off(space: Any, records: Any) -> Any:
    return _refined(space, records, int=_whole(up=np.floor))


@exercise.mistake("Ends of int ranges were rounded to the nearest: one goes down, the other up.")
def int_rounded(space: Any, records: Any) -> Any:
    return _refined(space, records, int=_whole(down=round, up=round))


@exercise.mistake("Ends of int ranges are rounded inwards here; outwards loses no value.")
def int_rounded_inwards(space: Any, records: Any) -> Any:
    return _refined(space, records, int=_whole(down=np.ceil, up=np.floor))


@exercise.mistake("An int range can begin below 1: no layer has 0 units.")
def int_below_one(space: Any, records: Any) -> Any:
    return _refined(space, records, int=_whole(least=-1000))


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


@exercise.mistake("The kind is missing: like the old ranges, each new one begins with it.")
def kind_left_out(space: Any, records: Any) -> Any:
    return {name: range_[1:] for name, range_ in reference.refine_space(space, records).items()}


@exercise.mistake("The choices are missing: they stay in the space as they are.")
def choices_left_out(space: Any, records: Any) -> Any:
    new = reference.refine_space(space, records)
    return {name: range_ for name, range_ in new.items() if range_[0] != "choice"}


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("log_stays_inside", "int_below_one")
def inside_and_below_one(space: Any, records: Any) -> Any:
    cut, free = log_stays_inside(space, records), int_below_one(space, records)
    return {name: (free if space[name][0] == "int" else cut)[name] for name in space}


@exercise.combined_mistake("momentum_as_log", "choice_narrowed")
def as_log_and_narrowed(space: Any, records: Any) -> Any:
    as_log, narrowed = momentum_as_log(space, records), choice_narrowed(space, records)
    return {name: (narrowed if space[name][0] == "choice" else as_log)[name] for name in space}


@exercise.combined_mistake("log_on_plain_scale", "momentum_turned")
def plain_and_turned(space: Any, records: Any) -> Any:
    plain, turned = log_on_plain_scale(space, records), momentum_turned(space, records)
    return {name: (plain if space[name][0] == "log" else turned)[name] for name in space}


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("best has no key 'learning_rate'.")
def record_for_configuration(space: Any, records: Any) -> Any:
    best, narrower = best_of(records), {}
    for name, (kind, *settings) in space.items():
        low, high = settings
        factor = (high / low) ** 0.25
        narrower[name] = (kind, best[name] / factor, best[name] * factor)
    return narrower


@exercise.raising_mistake("there are 3 names to the left of =, but 2 values to the right.")
def choice_without_ends(space: Any, records: Any) -> Any:
    right = reference.refine_space(space, records)
    for name in space:
        kind, low, high = space[name]
        right[name] = right[name] if low < high else (kind, low, high)
    return right


@exercise.raising_mistake("records is a list, and text is no place in it.")
def records_by_name(space: Any, records: Any) -> Any:
    best = records["dev_accuracy"]
    return dict.fromkeys(space, best)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
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


@exercise.correct_variant
def with_two_square_roots(space: Any, records: Any) -> Any:
    def around(low: float, high: float, best: float) -> Any:
        f = np.sqrt(np.sqrt(high / low))
        return best / f, best * f

    def gap(low: float, high: float, best: float) -> Any:
        smallest, largest = around(1 - high, 1 - low, 1 - best)
        return max(1 - largest, 0), 1 - smallest

    return _refined(space, records, log=around, one_minus_log=gap)


@exercise.correct_variant
def with_logarithms(space: Any, records: Any) -> Any:
    def log(low: float, high: float, best: float) -> Any:
        quarter = (np.log(high) - np.log(low)) / 4
        return np.exp(np.log(best) - quarter), np.exp(np.log(best) + quarter)

    return _refined(space, records, log=log)


@exercise.correct_variant
def with_whole_numbers_only(space: Any, records: Any) -> Any:
    def whole(low: int, high: int, best: int) -> Any:
        quarter = -((low - high) // 4)  # rounded up, and so both ends go outwards
        return max(1, best - quarter), best + quarter

    return _refined(space, records, int=whole)


@exercise.correct_variant
def with_floats_that_are_whole(space: Any, records: Any) -> Any:
    def whole(low: int, high: int, best: int) -> Any:
        quarter = (high - low) / 4
        return np.maximum(np.floor(best - quarter), 1), np.ceil(best + quarter)

    return _refined(space, records, int=whole)


@exercise.correct_variant
def on_a_copy(space: Any, records: Any) -> Any:
    new, right = dict(space), reference.refine_space(space, records)
    for name in new:
        if new[name][0] != "choice":
            new[name] = list(right[name])
    return new


@exercise.correct_variant
def from_the_last_name(space: Any, records: Any) -> Any:
    new = on_the_scale_of_each(space, sorted(records, key=lambda r: r["dev_accuracy"]))
    return {name: new[name] for name in reversed(space)}


@exercise.correct_variant
def with_the_best_alone(space: Any, records: Any) -> Any:
    finished = [record for record in records if not record["diverged"]]
    best = finished[int(np.argmax([record["dev_accuracy"] for record in finished]))]
    return reference.refine_space(space, [best])
