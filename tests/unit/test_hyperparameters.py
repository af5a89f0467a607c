"""Test notebook 04: its network, what its checks say of a search, the gallery."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.special import kolmogorov

from utils import experiment_plots
from utils.checker.answer_key import LiveKey
from utils.checker.judge import judge
from utils.exercises import EXERCISES
from utils.exercises.hyperparameters.read_curves import CURVES, gallery_runs
from utils.experiment_log import append_record, read_log
from utils.network import ACTIVATIONS, cost_and_gradients, initialize, train
from utils.plots import Picture
from utils.properties.common import uniform_p_value
from utils.reference import experiments
from utils.reference import hyperparameters as reference


def points(m=80, seed=1):
    rng = np.random.default_rng(seed)
    Y = (np.arange(m) % 2).reshape(1, m).astype(float)
    return rng.normal(0, 1, (2, m)) + 3 * Y, Y


# -- the network ----------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("layer_dims", [[3, 1], [3, 5, 1], [3, 5, 4, 1], [2, 7, 5, 3, 1]])
@pytest.mark.parametrize("m", [1, 11])
def test_gradients_agree_with_central_differences(activation, layer_dims, m):
    rng = np.random.default_rng(7)
    parameters = {
        name: value.astype(float) + 0.3 * rng.standard_normal(value.shape)
        for name, value in initialize(layer_dims, activation, rng).items()
    }
    X = rng.normal(0, 1, (layer_dims[0], m))
    Y = rng.integers(0, 2, (1, m)).astype(float)
    _, gradients = cost_and_gradients(parameters, X, Y, activation)
    assert gradients.keys() == parameters.keys()
    for name, value in parameters.items():
        estimate = np.zeros_like(value)
        for index in np.ndindex(value.shape):
            costs = []
            for step in (1e-6, -1e-6):
                moved = {key: array.copy() for key, array in parameters.items()}
                moved[name][index] += step
                costs.append(cost_and_gradients(moved, X, Y, activation)[0])
            estimate[index] = (costs[0] - costs[1]) / 2e-6
        np.testing.assert_allclose(gradients[name], estimate, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_network_starts_undecided_and_learns(activation):
    X, Y = points()
    network = train(
        X, Y, rng=np.random.default_rng(2), learning_rate=0.5, width=8, activation=activation
    )
    assert abs(network.costs[0] - np.log(2)) < 0.1
    assert network.accuracy(X, Y) > 0.9
    assert network.costs.dtype == np.float32
    assert network.predict(X).shape == (1, 80)
    assert all(value.dtype == np.float32 for value in network.parameters.values())


def test_one_update_matches_the_formulas():
    X, Y = points(m=6)
    settings = {"learning_rate": 0.7, "momentum": 0.8, "depth": 1, "width": 3}
    network = train(X, Y, rng=np.random.default_rng(3), iterations=1, **settings)
    start = initialize([2, 3, 1], "relu", np.random.default_rng(3))
    _, gradients = cost_and_gradients(start, X, Y, "relu")
    for name, value in start.items():
        expected = value - 0.7 * 0.2 * gradients[name]
        np.testing.assert_allclose(network.parameters[name], expected, rtol=1e-4, atol=1e-6)


def test_training_is_reproducible_and_keeps_its_inputs():
    X, Y = points()
    X.flags.writeable = Y.flags.writeable = False
    one, two = (train(X, Y, rng=np.random.default_rng(4), iterations=9) for _ in range(2))
    assert np.array_equal(one.costs, two.costs)
    going_on = train(X, Y, rng=np.random.default_rng(5), iterations=1, start=one)
    assert not np.array_equal(going_on.parameters["W1"], one.parameters["W1"])
    assert np.array_equal(one.parameters["W1"], two.parameters["W1"])


def test_diverged_training_fills_the_costs_with_nan():
    X, Y = points()
    network = train(X, Y, rng=np.random.default_rng(6), learning_rate=1e30, iterations=20)
    assert network.costs.shape == (20,)
    assert np.isnan(network.costs[-1])
    assert np.isfinite(network.accuracy(X, Y))


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"activation": "swish"}, "activation must be one of 'relu', 'tanh', 'sigmoid'"),
        ({"momentum": 1}, "momentum must be from 0 to below 1, got 1."),
        ({"learning_rate": 0}, "learning_rate must be above 0, got 0."),
        ({"width": 2.5}, "width must be a whole number from 1 up, got 2.5."),
        ({"depth": -1}, "depth must be a whole number from 0 up, got -1."),
        ({"iterations": 10**12}, "iterations must be at most 100,000,000, got 1000000000000."),
        ({"examples": 0}, "examples must be a whole number from 1 up, got 0."),
        ({"l2": -1}, "l2 must be 0 or above, got -1."),
        ({"decay": 1.5}, "decay must be from 0 to 1, got 1.5."),
        ({"patience": 5}, "patience needs examples to watch: give them as watch=(X, Y)."),
        ({"learning_rate": np.ones(3)}, "learning_rate holds 3 numbers, and needs one for each"),
    ],
)
def test_invalid_settings_are_refused(setting, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        train(*points(), rng=np.random.default_rng(1), **setting)


@pytest.mark.parametrize(("batch_size", "updates"), [(10, 8), (32, 3), (1000, 1)])
def test_examples_decide_the_number_of_updates(batch_size, updates):
    X, Y = points()
    network = train(X, Y, rng=np.random.default_rng(1), examples=80, batch_size=batch_size)
    assert network.costs.shape == (updates,)


def test_l2_and_decay_enter_the_update_as_documented():
    X, Y = points(m=6)
    start = train(X, Y, rng=np.random.default_rng(1), depth=0, iterations=1, momentum=0)
    settings = {"learning_rate": 0.5, "momentum": 0, "iterations": 2, "start": start}
    l2, decay = 0.3, 0.6
    network = train(X, Y, rng=np.random.default_rng(2), l2=l2, decay=decay, **settings)
    W, b = (start.parameters[name].astype(float) for name in ("W1", "b1"))
    for rate in (0.5, 0.5 * (1 - decay / 2)):
        _, gradients = cost_and_gradients({"W1": W, "b1": b}, X, Y, "relu")
        W, b = W - rate * (gradients["W1"] + l2 * W), b - rate * gradients["b1"]
    np.testing.assert_allclose(network.parameters["W1"], W, rtol=1e-4)
    np.testing.assert_allclose(network.parameters["b1"], b, rtol=1e-4, atol=1e-6)


def test_each_update_can_have_its_own_learning_rate():
    X, Y = points()
    one, other = (
        train(X, Y, rng=np.random.default_rng(1), learning_rate=rate, iterations=5)
        for rate in (0.3, np.full(5, 0.3))
    )
    assert np.array_equal(one.costs, other.costs)


def test_early_stopping_keeps_the_parameters_of_the_lowest_watched_cost():
    X, Y = points(m=30)
    watch = (X, 1 - Y)  # what is learned makes the cost of these rise
    settings = {"learning_rate": 0.5, "depth": 0, "iterations": 50, "watch": watch}
    start = train(X, Y, rng=np.random.default_rng(1), **settings).watched
    stopped = train(X, Y, rng=np.random.default_rng(1), patience=7, **settings)
    best = int(np.argmin(start))
    assert stopped.costs.size == stopped.watched.size == best + 8 < 50
    assert np.all(np.isfinite(stopped.costs))
    kept = network_cost(stopped, watch)
    assert kept == pytest.approx(np.min(stopped.watched), rel=1e-5)


def network_cost(network, examples):
    AL, Y = network.predict(examples[0]).astype(float), examples[1]
    return float(-np.mean(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)))


# -- tests of randomness --------------------------------------------------------------------------


@pytest.mark.parametrize("n", [5, 100, 10_000])
@pytest.mark.parametrize("power", [1, 1.02, 1.5])
def test_p_value_of_uniform_numbers_is_that_of_scipy(n, power):
    even = (np.arange(n) + 0.5) / n
    for u in (even**power, np.random.default_rng(n).random(n) ** power):
        ranks, u_sorted = np.arange(n + 1) / n, np.sort(u)
        distance = max(np.max(ranks[1:] - u_sorted), np.max(u_sorted - ranks[:-1]))
        expected = kolmogorov(np.sqrt(n) * distance)
        assert uniform_p_value(u) == pytest.approx(expected, rel=1e-9, abs=1e-12)


# -- mistakes that only the log shows -------------------------------------------------------------


def keep_at_the_end(space, n_trials, data, rng, log):
    records = read_log(log)
    children = rng.spawn(n_trials)
    new = [
        reference.train_and_evaluate(reference.sample_configuration(space, c), data, c)
        for c in children[len(records) :]
    ]
    for record in new:
        append_record(log, record)
    return records + new


def no_log(space, n_trials, data, rng, log):
    return reference.random_search(space, n_trials, data, rng, None)


def run_again(space, n_trials, data, rng, log):
    if log:
        Path(log).unlink(missing_ok=True)
    return reference.random_search(space, n_trials, data, rng, log)


def child_in_each_turn(space, n_trials, data, rng, log):
    records = read_log(log)
    for _ in range(len(records), n_trials):
        [child] = rng.spawn(1)
        configuration = reference.sample_configuration(space, child)
        records.append(reference.train_and_evaluate(configuration, data, child))
        append_record(log, records[-1])
    return records


def own_file(space, n_trials, data, rng, log):
    records = reference.random_search(space, n_trials, data, rng, None)
    if log:
        Path(log).write_text(json.dumps(len(records)))
    return records


def log_taken_away(space, n_trials, data, rng, log):
    records = reference.random_search(space, n_trials, data, rng, log)
    if log and n_trials == 6:
        Path(log).unlink()
    return records


def spawned_for_the_rest(space, n_trials, data, rng, log):
    records = read_log(log)
    for child in rng.spawn(n_trials - len(records)):
        configuration = reference.sample_configuration(space, child)
        records.append(reference.train_and_evaluate(configuration, data, child))
        append_record(log, records[-1])
    return records


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (spawned_for_the_rest, "trial i is to use child i"),
        (keep_at_the_end, "keep each record as soon as it is there"),
        (no_log, "No log was written"),
        (run_again, "were run again"),
        (child_in_each_turn, "trial i is to use child i"),
        (own_file, "write it with append_record"),
        (log_taken_away, "here these are 0 and 6"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_errors_visible_only_in_the_log_are_reported(function, said):
    verdict = judge(LiveKey().question("random_search", 1), function)
    assert verdict.status == "wrong"
    assert said in verdict.message
    assert verdict.mistake == ""


def test_message_counts_settled_answers_without_naming_them():
    for name in ("sort_settings", "read_curves"):
        right = EXERCISES[name].reference()
        words = EXERCISES[name].params["words"]
        messages = set()
        for item, word in right.items():
            wrong = right | {item: next(w for w in words if w != word)}
            verdict = judge(LiveKey().question(name, 1), lambda wrong=wrong: wrong)
            messages.add(verdict.message)
        assert messages == {f"{len(right) - 1} of {len(right)} are settled."}
        typed = right | {next(iter(right)): "smal"}
        typo = judge(LiveKey().question(name, 1), lambda typed=typed: typed)
        assert "'smal'; choose among" in typo.message


# -- the gallery and the other pictures -----------------------------------------------------------


def test_gallery_curves_match_their_labels():
    answers = reference.read_curves()
    assert answers.keys() == CURVES.keys()
    for name, (learned, dev) in gallery_runs().items():
        first, last = float(learned[0]), float(np.mean(learned[-20:]))
        seen = {
            "too small": 0.97 * first < last < first and np.ptp(learned) < 0.05,
            "diverges": last > 10 * first,
            "overfits": last < 0.02 and dev[-1] > 1.3 * np.min(dev),
            "fine": last < 0.5 * first and abs(dev[-1] - last) < 0.1,
            "too large": 0.8 * first < last < 1.5 * first and np.ptp(learned) > 0.3,
        }
        assert [word for word, holds in seen.items() if holds] == [answers[name]], name


def test_pictures_have_alt_text():
    X, Y = points()
    data = {"train": (X, Y), "dev": points(seed=2), "test": points(seed=3)}
    space = {
        "learning_rate": ("log", 1e-3, 1.0),
        "momentum": ("one_minus_log", 0.5, 0.99),
        "width": ("int", 1, 9),
        "activation": ("choice", ["relu", "tanh"]),
        "iterations": ("choice", [30]),
    }
    records = reference.random_search(space, 8, data, np.random.default_rng(1), None)
    rng = np.random.default_rng(2)
    short = {name: range_ for name, range_ in space.items() if name != "iterations"}
    halved = experiments.successive_halving(short, 2, 40, data, rng)
    samples = {
        "uniform": rng.uniform(1e-4, 1, 50),
        "log": reference.sample_log_uniform(1e-4, 1, 50, rng),
    }
    runs = dict.fromkeys("ABCDEF", (records[0]["costs"], records[1]["costs"]))
    best = max(record["dev_accuracy"] for record in records)
    for picture, words in (
        (experiment_plots.draws(samples, 0.01), ["uniform: ", "% to the left of the middle"]),
        (experiment_plots.curve_gallery(runs), ["6 panels", "F: train"]),
        (experiment_plots.one_at_a_time({"width": records * 2}), ["width ", " ± "]),
        (
            experiment_plots.spread({"usual": records, "other": records[:1]}, {"other": 0.75}),
            ["usual: ", " ± 0.000, found at 0.750"],
        ),
        (experiment_plots.range_test(np.geomspace(1e-3, 1, 30), records[0]["costs"]), ["to 1."]),
        (
            experiment_plots.stopping(records[0]["costs"], records[0]["costs"]),
            ["during 30 updates", "lowest at update"],
        ),
        (
            experiment_plots.halving(halved),
            ["2 trials with 40 examples", "1 trial with 80 examples"],
        ),
        (
            experiment_plots.grid_and_random(records, records, "learning_rate", "width"),
            ["tried 8 different values", f"{best:.3f}"],
        ),
        (experiment_plots.parallel_coordinates(space, records), [f"{best:.3f}", "0 diverged"]),
    ):
        assert isinstance(picture, Picture)
        assert isinstance(picture.figure, Figure)
        assert all(word in picture.alt for word in words), picture.alt
        assert picture._repr_mimebundle_()["text/html"].startswith("<img")
    with pytest.raises(ValueError, match="shorter"):  # rather than leave one out
        experiment_plots.draws(samples | {"third": samples["log"]}, 0.01)
    lost = [record | {"diverged": True} for record in records]
    assert "8 diverged" in experiment_plots.parallel_coordinates(space, lost).alt
    with pytest.raises(ValueError, match="There are no trials to draw"):
        experiment_plots.parallel_coordinates(space, [])


@pytest.mark.parametrize("seconds", [1e-9, 1e6])
def test_seconds_that_were_not_measured_earn_nothing(seconds):
    def claims(configuration, data, rng):
        return reference.train_and_evaluate(configuration, data, rng) | {"seconds": seconds}

    verdict = judge(LiveKey("x").question("train_and_evaluate"), claims)
    earned = {one.part: (one.got, one.most) for one in verdict.earned}
    assert earned["seconds"][0] == 0
    assert verdict.points == verdict.max_points - earned["seconds"][1]
