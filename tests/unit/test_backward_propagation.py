"""Test notebook 02: its reference, its puzzles and its pictures."""

import re

import numpy as np
import pytest

from utils import live_training
from utils.accuracy_variants import SUSPECTS, accuracy
from utils.checker.answer_key import LiveKey
from utils.checker.judge import judge
from utils.data import flower
from utils.exercises import EXERCISES
from utils.exercises.backward_propagation.common import random_network
from utils.exercises.backward_propagation.slide_hunt import hunting_ground
from utils.gradient_tracer import trace_gradients
from utils.reference import backward_propagation as reference
from utils.reference import forward_propagation as forward

NAMES = [n for n, e in EXERCISES.items() if e.assignment == "02_backward_propagation"]


def verdict_on(name, function, seed=5):
    return judge(LiveKey().question(name, seed), function)


# -- the reference and central differences -----------------------------------------------------


def slope_of(cost, array):
    """Return the slope of `cost` at each entry, which is changed in place and restored."""
    slopes = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        costs = []
        for step in (1e-5, -1e-5):
            array[index] = kept + step
            costs.append(cost())
        array[index] = kept
        slopes[index] = (costs[0] - costs[1]) / 2e-5
    return slopes


@pytest.mark.parametrize("dims", [[3, 1], [3, 2, 1], [5, 4, 3, 1], [3, 5, 4, 2, 1]])
@pytest.mark.parametrize("m", [1, 7])
def test_reference_gradients_match_central_differences(dims, m):
    network = random_network(np.random.default_rng(m), dims, m)
    X, Y, parameters = network["X"], network["Y"], network["parameters"]
    grads = reference.L_model_backward(network["AL"], Y, network["caches"])

    def cost():
        return forward.compute_cost(forward.L_model_forward(X, parameters)[0], Y)

    for name, array in parameters.items():
        np.testing.assert_allclose(grads["d" + name], slope_of(cost, array), atol=1e-8)
    # dA belongs to the summed loss.
    np.testing.assert_allclose(grads["dA0"], m * slope_of(cost, X), atol=1e-7)
    assert reference.gradient_check(parameters, grads, X, Y) < 1e-8


@pytest.mark.parametrize("name", ["sigmoid", "relu"])
def test_activation_gradients_match_central_differences(name):
    rng = np.random.default_rng(1)
    Z, dA = rng.standard_normal((3, 5)) * 3, rng.standard_normal((3, 5))
    g, back = getattr(forward, name), getattr(reference, f"{name}_backward")
    slope = (g(Z + 1e-6) - g(Z - 1e-6)) / 2e-6
    np.testing.assert_allclose(back(dA, Z), dA * slope, atol=1e-8)


# -- the gradient tracer ---------------------------------------------------------------------------

BACK = {
    name: getattr(reference, name)
    for name in ("sigmoid_backward", "relu_backward", "linear_backward")
}


def test_tracer_shows_every_gradient_beside_the_nudged_one():
    shown = trace_gradients(**BACK)
    backward = [step for step in shown.steps if step.way == "backward"]
    names = ["dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1", "dA0"]
    assert [step.name for step in backward] == names
    assert {step.verdict for step in backward} == {"✓ they agree"}
    forward_names = [step.name for step in shown.steps if step.way == "forward"]
    assert forward_names == ["Z1", "A1", "Z2", "A2"]
    html = shown._repr_mimebundle_()["text/html"]
    assert html.count("<section") == len(shown.steps)  # for printing; the page itself is escaped
    for number in ("0.8756", "-1.3862"):  # two entries of dA0
        assert number in html
        assert number in repr(shown)
    assert ".verdict" not in html  # it would style the verdicts of all checks on the page


def test_gradient_that_is_zero_stops_at_a_closed_unit():
    steps = {step.name: step.nudged for step in trace_gradients(**BACK).steps}
    assert np.all(np.abs(steps["dA1"][0]) > 0.1)
    for name in ("dZ1", "dW1", "db1"):
        assert np.all(np.abs(steps[name][0]) < 1e-9)


@pytest.mark.parametrize(
    ("name", "wrong", "steps", "said"),
    [
        ("relu_backward", lambda dA, Z: dA * (dA > 0), ["dZ1"], "✗ they differ by up to 0.924"),
        (
            "linear_backward",
            lambda dZ, cache: (*BACK["linear_backward"](dZ, cache)[:2], dZ.mean(axis=1)),
            ["db2", "db1"],
            "✗ yours: shape (3,), expected shape (3, 1)",
        ),
        ("sigmoid_backward", lambda dA, Z: None, ["dZ2"], "✗ yours: NoneType, expected shape"),
        ("linear_backward", lambda dZ, cache: None, ["dW2", "db2", "dA1"], "✗ yours: NoneType"),
    ],
)
def test_slip_shows_at_its_own_step_only(name, wrong, steps, said):
    shown = trace_gradients(**BACK | {name: wrong})
    marked = [step.name for step in shown.steps if "✗" in step.verdict]
    assert marked[: len(steps)] == steps
    assert all(step[:2] in {one[:2] for one in steps} for step in marked)
    assert any(said in step.verdict for step in shown.steps)
    shown.html()


# -- puzzles: the order, the slide, the wrong versions ---------------------------------------------


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("DBEAC"[::-1], "1 of 5 steps stand in their place."),
        ("DBECA", "3 of 5 steps stand in their place."),
        ("DBEA", "Each of the letters ABCDE should stand in the order once."),
        ("", "Each of the letters"),
        (["D", "B"], 'The order should be text, such as "ABCDE".'),
        (None, "The order should be text"),
    ],
)
def test_message_counts_correct_steps_without_naming_them(answer, said):
    assert said in verdict_on("derivation_order", lambda: answer).message


def hunt_with(change):
    def slide_hunt(Y, W, Z, A, dW, dZ):
        answers = reference.slide_hunt(Y, W, Z, A, dW, dZ)
        change(answers)
        return answers

    return slide_hunt


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda a: a.pop(4), "6 of 7 lines are settled. One has no answer yet."),
        (lambda a: [a.pop(i) for i in range(2, 8)], "1 of 7 lines is settled. 6 have no answer"),
        (lambda a: a.update({5: (*a[5][:2], "shapes")}), "6 of 7 lines are settled."),
        (lambda a: a.update({1: ("wrong", a[1][1], "shapes")}), "6 of 7 lines are settled."),
        (lambda a: a.update({6: ("wrong", a[6][1] * 2, "shapes")}), "6 of 7 lines are settled."),
        (lambda a: a.update({6: ("wrong", a[6][1].T, "shapes")}), "6 of 7 lines are settled."),
        (lambda a: a.update({6: ("wrong", a[6][1] > 0, "shapes")}), "6 of 7 lines are settled."),
        (lambda a: a.update({8: a[1]}), "answers has a line 8; the lines are 1 to 7."),
        (lambda a: a.update({2: a[2][:2]}), "answers[2] should be three things"),
        (lambda a: a.update({2: ("no", *a[2][1:])}), 'should be "right" or "wrong".'),
        (lambda a: a.update({2: ("wrong", 3, "shapes")}), "The value of line 2 should be an array"),
        (lambda a: a.update({2: (*a[2][:2], "magic")}), "What catches line 2 should be"),
        (lambda a: a.update({2: (*a[2][:2], "nothing")}), "Line 2 contradicts itself"),
        (lambda a: a.update({2: (*a[2][:2], ["shapes"])}), "What catches line 2 should be"),
    ],
)
def test_message_counts_settled_lines_without_naming_them(change, said):
    assert said in verdict_on("slide_hunt", hunt_with(change)).message


def test_reference_answers_say_which_slide_errors_shapes_reveal():
    """Run every line of the slide as printed, with all sizes different."""
    ground = hunting_ground(np.random.default_rng(1))
    Z, A, dW, dZ = (ground[name] for name in ("Z", "A", "dW", "dZ"))
    s = forward.sigmoid(Z[3])
    printed = {
        2: lambda: dZ[4] @ A[4].T / 11,
        4: lambda: dW[4].T @ dZ[4] * (s * (1 - s)),
        5: lambda: dW[4].T @ dZ[2] * (Z[1] > 0),
        6: lambda: dZ[1] @ A[1].T / 11,
    }
    for line, (_, value, catcher) in reference.slide_hunt(**ground).items():
        if line in printed:
            try:
                fits = printed[line]().shape == value.shape
            except ValueError:
                fits = False
            assert fits == (catcher == "gradients")
    # Line 5 with a corrected index has the right shape and the wrong value.
    mended = dW[2].T @ dZ[2] * (Z[1] > 0)
    assert mended.shape == dZ[1].shape
    assert not np.allclose(mended, dZ[1])
    np.testing.assert_allclose(reference.slide_hunt(**ground)[5][1], dZ[1])


def row(*values):
    return np.array([values], float)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ([(row(0.9, 0.1), row(1, 0))], "of the 7 wrong versions show themselves"),
        ([(row(0.9), row(1))] * 5, "There are 5 pairs; 4 are enough."),
        ([row(0.9)], "Input 1 is not a pair (AL, Y)."),
        ((row(0.9), row(1)), "This is one pair by itself."),
        ([(row(0.9), row(1)), (row(1.5), row(1))], "Input 2 is none that accuracy must take"),
        ([(row(0.9), row(0.5))], "labels must be 0 or 1."),
        ([(row(0.9, 0.1), row(1))], "must both be (1, m), not (1, 2) and (1, 1)."),
        ([(np.zeros((1, 0)), np.zeros((1, 0)))], "at least one example."),
        ([(row(np.nan), row(1))], "predictions must be numbers from 0 to 1."),
        ([([[0.9]], [[1]])], "AL and Y must be NumPy arrays."),
        (None, "There should be a list of pairs"),
    ],
)
def test_message_says_which_input_is_invalid_or_counts_exposed_versions(inputs, said):
    verdict = verdict_on("be_the_grader", lambda: inputs)
    assert verdict.status == "wrong"
    assert said in verdict.message


def test_two_rates_that_differ_little_are_told_apart():
    def nearly(dZ, cache):
        return tuple(part * (1 + 3e-5) for part in reference.linear_backward(dZ, cache))

    advice = verdict_on("linear_backward", nearly).advice
    rate, told = re.search(r"at a rate of (\S+); by dA_prev it would be (\S+)\.$", advice).groups()
    assert rate != told


def test_every_wrong_accuracy_agrees_with_the_right_one_on_some_inputs():
    AL, Y = row(0.9, 0.9, 0.1, 0.1), row(1, 1, 0, 0)
    alike = [suspect(AL, Y) == accuracy(AL, Y) for suspect in SUSPECTS]
    assert sum(alike) >= 4
    for suspect in SUSPECTS:
        assert suspect(row(1), row(1)) == accuracy(row(1), row(1))


# -- live training pictures --------------------------------------------------------------------


class Shown:
    """Replaces IPython's display and keeps everything that was shown."""

    def __init__(self):
        self.pages = []

    def __call__(self, thing, display_id):
        self.update(thing)
        return self

    def update(self, thing):
        self.pages.append(thing._repr_mimebundle_())


@pytest.fixture
def shown(monkeypatch):
    shown = Shown()
    monkeypatch.setattr(live_training, "display", shown)
    monkeypatch.setattr(live_training, "PAUSE", 0)
    return shown


def test_live_curve_updates_and_ends_as_picture(shown):
    X, Y = flower(50, rng=1)
    run = live_training.live(
        reference.L_layer_model, X, Y, [2, 4, 1], 0.5, 30, np.random.default_rng(1),
        dev=(X, Y), title="Petals",
    )  # fmt: skip
    assert len(run.costs) == 30
    assert shown.pages[0]["text/plain"] == "Petals: starting"
    assert "iteration 10 of 30, cost" in shown.pages[10]["text/plain"]
    assert "<progress" in shown.pages[10]["text/html"]
    last = shown.pages[-1]
    assert "<progress" not in last["text/html"]
    assert f"to {run.costs[-1]:.3f}" in last["text/plain"]
    assert f'aria-label="{last["text/plain"]}"' in last["text/html"]
    assert run.dev_costs[0] == pytest.approx(run.costs[0])
    alone, costs = reference.L_layer_model(X, Y, [2, 4, 1], 0.5, 30, np.random.default_rng(1))
    assert run.costs == costs
    assert all(np.array_equal(alone[name], run.parameters[name]) for name in alone)


def test_patched_cost_function_is_restored_when_training_fails(shown):
    kept = reference.compute_cost
    with pytest.raises(ValueError, match="matmul"):
        live_training.live(
            reference.L_layer_model, np.ones((3, 2)), np.ones((1, 2)), [2, 1], 0.1, 5,
            np.random.default_rng(1),
        )  # fmt: skip
    assert reference.compute_cost is kept


def test_curve_is_drawn_at_the_end_when_training_never_calls_compute_cost(shown):
    def train(X, Y, layer_dims, learning_rate, num_iterations, rng):
        parameters = forward.initialize_parameters_deep(layer_dims, rng)
        return parameters, [np.array([[0.5]]), float("nan"), 0.25]

    run = live_training.live(train, np.ones((2, 3)), np.ones((1, 3)), [2, 1], 0.1, 3,
                        np.random.default_rng(1))  # fmt: skip
    assert run.costs[0] == 0.5
    assert "3 iterations" in shown.pages[-1]["text/plain"]


def test_decision_boundary_updates_and_keeps_four_snapshots(shown):
    X, Y = flower(60, rng=1)
    run = live_training.boundary(
        reference.L_layer_model, X, Y, [2, 4, 1], 0.5, 40, np.random.default_rng(1)
    )
    assert len(run.costs) == 40
    assert len(shown.pages) > 6
    told = shown.pages[-1]["text/plain"]
    assert told.count("right") == 4
    assert "after 0 iterations" in told
    assert "after 40 iterations" in told


def test_comparison_and_worst_errors_have_their_numbers_in_alt_text(shown):
    X, Y = flower(60, rng=1)
    runs = {
        name: live_training.live(reference.L_layer_model, X, Y, dims, 0.5, 20,
                            np.random.default_rng(1), dev=(X, Y))
        for name, dims in (("deep", [2, 4, 1]), ("flat", [2, 1]))
    }  # fmt: skip
    picture = live_training.compare(runs, X, Y)
    right = accuracy(forward.L_model_forward(X, runs["flat"].parameters)[0], Y)
    assert f"{right:.1%} right" in picture.alt
    assert "Cost on 60 dev pictures. deep, 20 iterations" in picture.alt
    pixels = np.zeros((4, 7))
    worst = live_training.errors(pixels, np.ones((1, 7)), np.full((1, 7), 0.25), ("coat", "shirt"))
    assert worst.alt.count("a shirt that was given 25.0%") == 6
