"""Experiments in the presence of luck: the solutions of notebook 06.

What notebook 04 built is given there. Examples stand in columns: X is (n[0], m), Y is (1, m).
"""

import numpy as np

from utils.reference.hyperparameters import (
    Array,
    Data,
    Record,
    Rng,
    Space,
    best_trial,
    sample_configuration,
    train_and_evaluate,
)


def run_again(
    records: list[Record], n_best: int, n_seeds: int, data: Data, rng: Rng
) -> list[Record]:
    """The best of a search, trained again with fresh seeds.

    Parameters
    ----------
    records : list of dict
        As `random_search` gives them.
    n_best : int
        How many of those that have not diverged to train again, the best on dev first. If fewer
        are there, all of them are.
    n_seeds : int
        Trainings of each.
    data : dict
        As for `train_and_evaluate`.
    rng : numpy.random.Generator

    Returns
    -------
    finals : list of dict
        One for each of the best: its "configuration", the dev accuracy "found" in the search,
        the records of its new trainings as "runs", their mean as "dev_accuracy", and whether any
        of them "diverged".
    """
    standing = [record for record in records if not record["diverged"]]
    standing.sort(key=lambda record: record["dev_accuracy"], reverse=True)
    finals = []
    for record in standing[:n_best]:
        children = rng.spawn(n_seeds)
        runs = [train_and_evaluate(record["configuration"], data, child) for child in children]
        final = {
            "configuration": record["configuration"],
            "found": record["dev_accuracy"],
            "runs": runs,
            "dev_accuracy": float(np.mean([run["dev_accuracy"] for run in runs])),
            "diverged": any(run["diverged"] for run in runs),
        }
        finals.append(final)
    return finals


def successive_halving(
    space: Space, n: int, budget: int, data: Data, rng: Rng
) -> list[list[Record]]:
    """A search that gives each round half the configurations and twice the budget.

    Parameters
    ----------
    space : dict
        As for `sample_configuration`.
    n : int
        Configurations in the first round.
    budget : int
        Examples that each training of the first round sees, the setting "examples" of `train`.
    data : dict
        As for `train_and_evaluate`.
    rng : numpy.random.Generator

    Returns
    -------
    rounds : list of lists of records
        A list for each round, the last of one record. Of k records, the k // 2 best on dev that
        have not diverged go on, with fresh parameters and twice the budget; at least one does.

    Raises
    ------
    ValueError
        Where all trials of a round have diverged.
    """
    configurations = [sample_configuration(space, rng) for _ in range(n)]
    rounds = []
    while configurations:
        records = []
        for configuration in configurations:
            longer = {**configuration, "examples": budget}
            records.append(train_and_evaluate(longer, data, rng))
        rounds.append(records)
        finished = [record for record in records if not record["diverged"]]
        if len(records) > 1 and not finished:
            raise ValueError("all trials of a round have diverged")
        finished.sort(key=lambda record: record["dev_accuracy"], reverse=True)
        configurations = [record["configuration"] for record in finished[: len(records) // 2]]
        budget = 2 * budget
    return rounds


def early_stopping(watched: Array, patience: int) -> tuple[int, float, int]:
    """Where early stopping ends a training, and whose parameters it keeps.

    Parameters
    ----------
    watched : array (updates,)
        The cost on dev at each update of a whole training; nan where it cannot be told.
    patience : int
        Training ends after this many updates in a row without a new lowest cost.

    Returns
    -------
    best : int
        The update of the lowest cost that was seen, counted from 0; the first of equal ones.
    lowest : float
        That cost.
    updates : int
        How many updates were seen.

    Examples
    --------
    The fall at the end comes too late:

    >>> best, lowest, updates = early_stopping(np.array([0.7, 0.5, 0.6, 0.6, 0.2]), 2)
    >>> best, float(lowest), updates
    (1, 0.5, 4)
    """
    best, lowest, updates = 0, np.inf, len(watched)
    for i in range(len(watched)):
        if watched[i] < lowest:
            best, lowest = i, watched[i]
        if i - best == patience:
            updates = i + 1
            break
    return best, lowest, updates


def refine_space(space: Space, records: list[Record]) -> Space:
    """A space around the best trial, each range half as wide on its own scale.

    Parameters
    ----------
    space : dict
        As for `sample_configuration`.
    records : list of dict
        As `random_search` gives them.

    Returns
    -------
    narrower : dict
        The same names. "log" ranges are halved on the scale of log(value), "one_minus_log"
        ranges on that of log(1 - value), never below 0; "int" ranges are halved, rounded
        outwards, never below 1. Each is centered on the best value, so that it widens past a
        border on which the best value lies. A "choice" stays as it is.
    """
    best = best_trial(records)["configuration"]
    narrower: Space = {}
    for name, (kind, *settings) in space.items():
        if kind == "log":
            low, high = settings
            factor = (high / low) ** 0.25
            narrower[name] = (kind, best[name] / factor, best[name] * factor)
        elif kind == "one_minus_log":
            low, high = settings
            factor = ((1 - low) / (1 - high)) ** 0.25
            gap = 1 - best[name]
            narrower[name] = (kind, max(0, 1 - gap * factor), 1 - gap / factor)
        elif kind == "int":
            low, high = settings
            quarter = (high - low) / 4
            lowest = int(np.floor(best[name] - quarter))
            narrower[name] = (kind, max(1, lowest), int(np.ceil(best[name] + quarter)))
        else:
            narrower[name] = space[name]
    return narrower
