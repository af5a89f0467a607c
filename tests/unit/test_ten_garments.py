"""Test page 07's comparison with PyTorch, and its pictures."""

import numpy as np
import pytest

from autograder.course import notebooks
from tests.support import ROOT
from utils import against_pytorch, pytorch_numbers, ten_plots
from utils.data import Garments
from utils.reference.backward_propagation import update_parameters
from utils.reference.ten_garments import (
    L_model_backward_multiclass,
    L_model_forward_multiclass,
    confusion_matrix,
    cross_entropy,
)

PAGE = {
    cell["id"]: cell.source
    for cell in notebooks.read(notebooks.notebook_of(ROOT, "07_ten_garments")).cells
}


@pytest.fixture(scope="module")
def run():
    """Return cost and gradients before the first update, and parameters after three."""
    X, Y, parameters = against_pytorch.problem()
    first = None
    for _ in range(against_pytorch.UPDATES):
        AL, caches = L_model_forward_multiclass(X, parameters)
        grads = L_model_backward_multiclass(AL, Y, caches)
        first = first or (cross_entropy(AL, Y), grads)
        parameters = update_parameters(parameters, grads, against_pytorch.LEARNING_RATE)
    return *first, parameters


def test_gradients_and_three_updates_agree_with_pytorch(run):
    _, grads, updated = run
    for stored, own in ((pytorch_numbers.GRADIENTS, grads), (pytorch_numbers.UPDATED, updated)):
        for name, value in stored.items():
            np.testing.assert_allclose(own[name], value, rtol=0, atol=1e-12)
    assert against_pytorch.differences(grads, updated).endswith("They agree to 1e-6.")


def test_page_quotes_what_pytorch_gave(run):
    cost, _, _ = run
    said = PAGE["part-6"].replace("−", "-")
    assert f"version {pytorch_numbers.VERSION}" in said
    assert f"{cost:.6f}" in said
    for [value] in pytorch_numbers.GRADIENTS["db2"]:
        assert f" {value:.4f} " in said


def test_slips_do_not_agree_with_pytorch(run):
    _, grads, updated = run
    for wrong in (grads | {"db2": grads["db2"] + 2e-6}, grads | {"dW1": grads["dW1"] * np.nan}):
        assert against_pytorch.differences(wrong, updated).endswith("do not agree to 1e-6.")
    with pytest.raises(ValueError, match="There is no dW2 to compare"):
        against_pytorch.differences({n: v for n, v in grads.items() if n != "dW2"}, updated)
    with pytest.raises(ValueError, match=r"b1 has shape \(3,\), where PyTorch has \(3, 1\)"):
        against_pytorch.differences(grads, updated | {"b1": updated["b1"].ravel()})


NAMES = ("hat", "scarf", "glove")


def test_pictures_say_in_words_what_they_show():
    Y = np.eye(3)[:, [0, 1, 1, 2, 1]]
    AL = np.eye(3)[:, [0, 1, 2, 2, 2]] * 0.7 + 0.1
    garments = Garments(np.zeros((784, 5)), Y, NAMES, (28, 28))
    assert repr(ten_plots.one_of_each(garments)).endswith("each class: hat, scarf, glove.")
    said = repr(ten_plots.confusion(confusion_matrix(AL, Y), NAMES))
    assert "3 of 5 named right" in said
    assert "Right in each class: hat 1, scarf 1, glove 1." in said
    assert "scarf named glove 2 times" in said
    taken = ten_plots.taken_for(garments, AL, true="scarf", named="glove")
    assert repr(taken).startswith("2 pictures of class scarf are named glove. The surest: 80%")
    assert repr(ten_plots.taken_for(garments, AL, true="hat", named="glove")).startswith("0 pict")
    with pytest.raises(ValueError, match="'sock' is no class"):
        ten_plots.taken_for(garments, AL, true="sock", named="glove")
