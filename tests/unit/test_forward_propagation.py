"""Test what notebook 01 shows: the joints of ReLU units, and the sliders of one unit."""

import re

import numpy as np
import pytest

from utils import plots
from utils.optimizer import X, Y, be_the_optimizer
from utils.reference.forward_propagation import compute_cost, relu, sigmoid


def test_joints_stand_where_units_open():
    shown = plots.joints(relu, [(1.0, 2.0, 1.0), (2.0, 0.0, -2.0), (1.0, -9.0, 1.0)])
    assert repr(shown) == (
        "The sum of 3 ReLU units over x from −3 to 3: straight pieces with joints at -2, 0."
    )


@pytest.mark.parametrize("setting", [(0, 0, 0), (1, 0, -2), (2, 2, -4), (-4, 4, 4)])
def test_cost_beside_sliders_is_that_of_the_page(setting):
    w1, w2, b = setting
    AL = sigmoid(np.array([[w1, w2]]) @ X + b)
    shown = be_the_optimizer(*setting)
    assert shown.cost == pytest.approx(float(compute_cost(AL, Y)))
    assert f"cost {shown.cost:.3f}, {np.sum((AL > 0.5) == Y)} of 16 right" in repr(shown)


def test_points_can_be_parted_but_not_through_the_origin():
    assert be_the_optimizer(2, 2, -4).right == 16
    angles = np.linspace(0, 2 * np.pi, 720)
    assert max(be_the_optimizer(np.cos(a), np.sin(a)).right for a in angles) < 16


def test_print_shows_settings_with_costs_in_place_of_sliders():
    shown = be_the_optimizer(1, 0, 0)._repr_mimebundle_()
    assert shown["text/plain"] == "w1 = 1, w2 = 0, b = 0: cost 0.351, 13 of 16 right"
    twin = shown["text/html"].split('<div class="all">')[1]
    assert len(re.findall(r"cost \d\.\d{3}", twin)) == 3
    assert "<script" not in shown["text/html"]  # it runs in the iframe alone


@pytest.mark.parametrize("value", [5, float("nan"), "1", True, None])
def test_weight_out_of_reach_is_reported(value):
    with pytest.raises(ValueError, match="w2 should be a number from −4 to 4; this is "):
        be_the_optimizer(0, value)
