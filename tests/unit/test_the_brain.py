"""Test notebook 05: its exercises, the sorting of claims, and the firing neuron."""

import re

import numpy as np
import pytest

from autograder.course import notebooks
from tests.support import ROOT
from utils import spiking_neuron
from utils.checker.cases import leaves
from utils.checker.judge import judge
from utils.exercises import EXERCISES
from utils.exercises.the_brain.sort_claims import REASONS
from utils.reference import the_brain as reference
from utils.sealed import seal, unseal

NAME = "05_the_brain"
ANSWERS = reference.sort_claims()


# -- its cases ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["logistic_unit", "firing_rate"])
def test_cases_include_unusual_memory_layouts_and_a_single_example(name, key):
    seen = []

    def watch(*arguments):
        arrays = list(leaves(list(arguments)))
        seen.append((
            any(not a.flags.c_contiguous for a in arrays),
            any(not a.flags.writeable for a in arrays),
            any(1 in a.shape for a in arrays),
        ))  # fmt: skip
        return EXERCISES[name].reference(*arguments)

    assert judge(key.question(name, 1), watch).status == "correct"
    assert list(map(any, zip(*seen, strict=True))) == [True, True, True]


# -- the sorting ----------------------------------------------------------------------------------


def told(verdicts, key):
    return judge(key.question("sort_claims", 0), lambda: verdicts)


def others(word):
    return [one for one in ("holds", "loose", "misleading") if one != word]


@pytest.mark.parametrize("claim", ANSWERS)
def test_message_counts_settled_claims_without_naming_them(claim, key):
    for word in others(ANSWERS[claim]):
        verdict = told(ANSWERS | {claim: word}, key)
        assert verdict.status == "wrong"
        assert verdict.points == 10
        assert verdict.message.startswith("8 of 9 claims are settled. Read the evidence")
        assert not any(re.search(rf"\b{name}\b", verdict.text()) for name in ANSWERS)


@pytest.mark.parametrize("wrong", range(1, 10))
def test_points_reachable_by_guessing_are_not_given(wrong, key):
    verdicts = {c: others(w)[0] if i < wrong else w for i, (c, w) in enumerate(ANSWERS.items())}
    assert told(verdicts, key).points == max(0, 2 * (9 - wrong - 3))


@pytest.mark.parametrize("word", ["holds", "loose", "misleading"])
def test_unused_word_is_pointed_out(word, key):
    verdicts = {c: others(word)[0] if w == word else w for c, w in ANSWERS.items()}
    verdict = told(verdicts, key)
    assert verdict.message == (
        f'6 of 9 claims are settled. You call none of them "{word}"; is there really none?'
    )


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        ({**ANSWERS, "rate": "?"}, 'The word for "rate" is \'?\', expected "holds", "loose" or'),
        ({**ANSWERS, "rate": "Loose"}, "The word for \"rate\" is 'Loose'"),
        ({**ANSWERS, "rate": ["loose"]}, "The word for \"rate\" is ['loose']"),
        ({c: w for c, w in ANSWERS.items() if c != "size"}, "verdicts has no 'size'."),
        ({**ANSWERS, "weight": "loose"}, "verdicts has 'weight', which should not be there."),
        (list(ANSWERS.values()), "verdicts is a list, expected a dictionary."),
        (None, "verdicts is None (is there a return?), expected a dictionary."),
    ],
)
def test_invalid_sorting_gets_a_sentence(verdicts, sentence, key):
    verdict = told(verdicts, key)
    assert verdict.status == "wrong"
    assert sentence in verdict.message


def test_frozen_key_does_not_contain_the_answers(frozen):
    question = frozen.question("sort_claims")
    assert not any(word in question.params["digests"].values() for word in ANSWERS.values())
    for mistake in question.mistakes:
        assert len(set(mistake.outcome(0).value.values())) == 1


def test_each_word_is_correct_for_several_claims():
    assert all(list(ANSWERS.values()).count(word) > 1 for word in ("holds", "loose", "misleading"))


# -- the page -------------------------------------------------------------------------------------


def page():
    return {c["id"]: c.source for c in notebooks.read(notebooks.notebook_of(ROOT, NAME)).cells}


def test_page_shows_every_claim_with_evidence_and_source():
    text = page()
    claims = "".join(source for name, source in text.items() if name.startswith("claims-"))
    assert [c.name for c in spiking_neuron.CLAIMS] == list(ANSWERS)
    for claim in spiking_neuron.CLAIMS:
        assert f"**`{claim.name}`** · *{claim.claim}*" in claims
        assert f"> {claim.evidence}\n" in claims
        assert f"> {claim.source}" in claims
        assert f'        "{claim.name}": "?",' in text["claims-task"]
        for source in claim.source.split("; "):
            authors, year = source.rsplit(" ", 1)
            first = authors.split(",")[0].split(" &")[0].split(" et al.")[0]
            listed = [line for line in text["sources"].splitlines() if f"({year})" in line]
            assert any(line.startswith(f"- {first}") for line in listed), source


# -- the firing neuron ----------------------------------------------------------------------------


def test_neuron_fires_at_the_theoretical_rate():
    z = np.array([[0.2], [0.5], [1.0], [3.0], [8.0]])
    spikes, voltage = spiking_neuron.fire(z, seconds=2.0)
    interval = spiking_neuron.PAUSE + spiking_neuron.LEAK * np.log((z + 1) / z)
    assert np.allclose(reference.firing_rate(spikes, spiking_neuron.DT), 1 / interval, rtol=0.06)
    assert set(np.unique(spikes)) == {0.0, 1.0}
    assert voltage.max() <= 0


def test_neuron_is_silent_below_threshold_and_saturates_above():
    spikes, voltage = spiking_neuron.fire(np.array([[-3.0], [-0.01], [1e6]]), seconds=1.0)
    assert spikes[:2].sum() == 0
    assert voltage[1, -1] == pytest.approx(-0.01)
    assert spikes[2].sum() <= 200


def test_noise_is_reproducible_and_smooths_the_rate():
    z = np.linspace(-3, 3, 7).reshape(-1, 1)
    one, again, other = (
        spiking_neuron.fire(z, 1.0, 1.0, np.random.default_rng(seed))[0] for seed in (1, 1, 2)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    counts = one.sum(axis=1)
    assert 0 < counts[2] < counts[3] < counts[4] < counts[6]


def test_three_spike_trains_have_the_same_rate():
    spikes, names = spiking_neuron.same_rate(np.random.default_rng(0))
    assert reference.firing_rate(spikes, spiking_neuron.DT).ravel() == pytest.approx([40, 40, 40])
    assert len(names) == 3


def test_pictures_have_their_numbers_in_alt_text():
    z = np.array([[-0.5, 0.5, 4.0]])
    A = reference.logistic_unit(z, np.array([[1.0]]), 0.0)
    picture = spiking_neuron.voltages(z.ravel(), A)
    assert "for z = −0.5, a = 0.38 and 0 spikes" in picture.alt
    assert "for z = 4, a = 0.98 and 2" in picture.alt

    z = np.linspace(-6, 6, 13).reshape(1, -1)
    A = reference.logistic_unit(z, np.array([[1.0]]), 0.0)
    rates = reference.firing_rate(spiking_neuron.fire(z.T, 0.5)[0], spiking_neuron.DT)
    whole = spiking_neuron.rates(z, A, rates, rates)
    assert "0.12 at z = −2, 0.50 at 0 and 0.98 at 4" in whole.alt

    spikes, names = spiking_neuron.same_rate(np.random.default_rng(0))
    trains = spiking_neuron.trains(spikes, names, reference.firing_rate(spikes, spiking_neuron.DT))
    assert "even: 40 spikes/s; at random: 40 spikes/s; in bursts: 40 spikes/s" in trains.alt
    for one in (picture, whole, trains):
        shown = one._repr_mimebundle_()
        assert 'alt="' in shown["text/html"]
        assert "data:image/png" in shown["text/html"]


def test_sorting_has_html_and_text_forms():
    sorting = spiking_neuron.Sorting({**ANSWERS, "size": "no such word"})
    assert sorting._repr_html_().count("<li>") == 8
    assert "<h4>misleading (2)</h4>" in sorting._repr_html_()
    assert "Bliss &amp; Lømo 1973" in sorting._repr_html_()
    assert str(sorting).startswith("holds\n  A neuron and a logistic unit both bend")


def test_reasons_appear_once_all_claims_are_settled():
    whole = spiking_neuron.Sorting(ANSWERS)
    for reason in REASONS.values():
        assert reason in str(whole)
    assert whole._repr_html_().count("→ ") == 9
    for claim in ANSWERS:
        almost = spiking_neuron.Sorting(ANSWERS | {claim: others(ANSWERS[claim])[0]})
        assert "Why:" not in str(almost)
        assert "→ " not in almost._repr_html_()


@pytest.mark.parametrize("claim", spiking_neuron.CLAIMS, ids=lambda claim: claim.name)
def test_sealed_reason_is_that_of_the_exercise(claim):
    word = ANSWERS[claim.name]
    assert unseal(claim.sealed, word) == REASONS[claim.name], seal(REASONS[claim.name], word)
    assert [unseal(claim.sealed, other) for other in others(word)] == [None, None]
