"""The search for hyperparameters: the solutions of notebook 04.

What the notebook gives stands in `utils.network`, a fast network, and in `utils.experiment_log`, a
log and a progress bar. Examples stand in columns: X is (n[0], m), Y is (1, m).
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from utils.experiment_log import append_record, progress, read_log
from utils.network import train

Array = npt.NDArray[np.floating]
Rng = np.random.Generator
Data = dict[str, tuple[Array, Array]]
Space = dict[str, Any]
Record = dict[str, Any]


def sort_settings() -> dict[str, str]:
    """What is learned by training, and what is chosen before."""
    kinds = {}
    kinds["W2"] = "parameter"
    kinds["b1"] = "parameter"
    kinds["learning_rate"] = "hyperparameter"
    kinds["width"] = "hyperparameter"
    kinds["depth"] = "hyperparameter"
    kinds["activation"] = "hyperparameter"
    kinds["batch_size"] = "hyperparameter"
    kinds["iterations"] = "hyperparameter"
    return kinds


def split_data(X: Array, Y: Array, fractions: tuple[float, float, float], rng: Rng) -> Data:
    """Examples divided at random into parts for training, for choosing, and for the end.

    Parameters
    ----------
    X : array (n[0], m)
    Y : array (1, m)
    fractions : three numbers that add up to 1
        The share of train, of dev and of test.
    rng : numpy.random.Generator

    Returns
    -------
    data : dict
        "train", "dev" and "test", each a pair (X, Y). Every example is in one part and no
        other. Train and dev have their share of m, rounded; test has the rest.
    """
    m = X.shape[1]
    order = rng.permutation(m)
    n_train = round(fractions[0] * m)
    n_dev = round(fractions[1] * m)
    train_part = order[:n_train]
    dev_part = order[n_train : n_train + n_dev]
    test_part = order[n_train + n_dev :]
    return {
        "train": (X[:, train_part], Y[:, train_part]),
        "dev": (X[:, dev_part], Y[:, dev_part]),
        "test": (X[:, test_part], Y[:, test_part]),
    }


def sample_log_uniform(low: float, high: float, size: int, rng: Rng) -> Array:
    """Numbers from low to high whose logarithm is uniform: every decade is equally likely.

    Examples
    --------
    Uniform draws from 0.0001 to 1 hardly ever come below 0.01. Half of these do:

    >>> draws = sample_log_uniform(1e-4, 1, 10_000, np.random.default_rng(1))
    >>> round(float(np.mean(draws < 0.01)), 1)
    0.5
    """
    exponents = rng.uniform(np.log10(low), np.log10(high), size)
    return 10**exponents


def sample_one_minus_log_uniform(low: float, high: float, size: int, rng: Rng) -> Array:
    """Numbers beta from low to high for which 1 - beta is log-uniform; for momentum.

    Examples
    --------
    From 0.9 to 0.999, half of the draws are above 0.99:

    >>> draws = sample_one_minus_log_uniform(0.9, 0.999, 10_000, np.random.default_rng(1))
    >>> round(float(np.mean(draws > 0.99)), 1)
    0.5
    """
    return 1 - sample_log_uniform(1 - high, 1 - low, size, rng)


def sample_configuration(space: Space, rng: Rng) -> dict[str, Any]:
    """One value for every name in a space, each drawn on its own scale.

    Parameters
    ----------
    space : dict
        Maps a name to ("log", low, high), ("one_minus_log", low, high), ("int", low, high),
        both ends included, or ("choice", [value, ...]).
    rng : numpy.random.Generator

    Returns
    -------
    configuration : dict
        Maps each name to a single value.

    Raises
    ------
    ValueError
        For any other kind.
    """
    configuration: dict[str, Any] = {}
    for name, (kind, *settings) in space.items():
        if kind == "log":
            low, high = settings
            [draw] = sample_log_uniform(low, high, 1, rng)
            configuration[name] = float(draw)
        elif kind == "one_minus_log":
            low, high = settings
            [draw] = sample_one_minus_log_uniform(low, high, 1, rng)
            configuration[name] = float(draw)
        elif kind == "int":
            lowest, highest = settings
            configuration[name] = int(rng.integers(lowest, highest, endpoint=True))
        elif kind == "choice":
            values = settings[0]
            configuration[name] = values[rng.integers(len(values))]
        else:
            raise ValueError(f"{name} has the unknown kind {kind!r}")
    return configuration


def read_curves() -> dict[str, str]:
    """What is the matter with each curve of the gallery."""
    answers = {}
    answers["A"] = "too small"
    answers["B"] = "overfits"
    answers["C"] = "diverges"
    answers["D"] = "fine"
    answers["E"] = "too large"
    answers["F"] = "overfits"
    return answers


def train_and_evaluate(configuration: dict[str, Any], data: Data, rng: Rng) -> Record:
    """One experiment: train on the train part, look at the dev part, write it all down.

    Parameters
    ----------
    configuration : dict
        Settings of `train`.
    data : dict
        "train" and "dev", each a pair (X, Y). A test part may be there; it is not used.
    rng : numpy.random.Generator
        Goes to `train`.

    Returns
    -------
    record : dict
        "configuration" as it came, "costs" (iterations,), "train_accuracy" and "dev_accuracy"
        from 0 to 1, "seconds" of training, and "diverged": whether a cost was nan or infinite,
        or rose above ten times the first one.
    """
    X, Y = data["train"]
    network = train(X, Y, rng=rng, **configuration)
    costs = network.costs
    blown_up = np.max(costs) > 10 * costs[0]
    record = {
        "configuration": configuration,
        "costs": costs,
        "train_accuracy": network.accuracy(X, Y),
        "dev_accuracy": network.accuracy(*data["dev"]),
        "seconds": network.seconds,
        "diverged": bool(blown_up or not np.all(np.isfinite(costs))),
    }
    return record


def random_search(space: Space, n_trials: int, data: Data, rng: Rng, log: Any) -> list[Record]:
    """Experiments with configurations drawn at random from a space.

    Parameters
    ----------
    space : dict
        As for `sample_configuration`.
    n_trials : int
    data : dict
        As for `train_and_evaluate`.
    rng : numpy.random.Generator
        Each trial has a generator of its own, the next child of this one.
    log : path or None
        The HDF5 file that keeps each record as soon as it is there. Trials that are in it
        already are not run again.

    Returns
    -------
    records : list of dict
        One a trial, in order.
    """
    records = read_log(log)
    children = rng.spawn(n_trials)
    for trial in progress(range(len(records), n_trials)):
        child = children[trial]
        configuration = sample_configuration(space, child)
        record = train_and_evaluate(configuration, data, child)
        append_record(log, record)
        records.append(record)
    return records


def best_trial(records: list[Record]) -> Record:
    """The record with the highest dev accuracy among those that have not diverged.

    Raises
    ------
    ValueError
        Where none is left to choose from.
    """
    finished = [record for record in records if not record["diverged"]]
    return max(finished, key=lambda record: record["dev_accuracy"])
