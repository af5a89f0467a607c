"""What ails each of six curves; the runs that the gallery shows can be trained again here."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.data import load_garments
from utils.exercises.exercise import Exercise
from utils.exercises.hyperparameters.common import digests, nothing_to_ask
from utils.network import train
from utils.reference import hyperparameters as reference

exercise = Exercise(
    name="read_curves",
    assignment="04_hyperparameters",
    rubric={"answers": 10},
    reference=reference.read_curves,
    returns="answers",
    cases=nothing_to_ask,
    properties={"all_settled": "answers"},
    params={
        "exercise": "read_curves",
        "words": ["too large", "too small", "diverges", "overfits", "fine"],
        "given": [],
        "digests": digests("read_curves", reference.read_curves()),
    },
    hints=(
        "Look at the numbers on the vertical axis first, then at the distance between the lines.",
        "Two of them show the same trouble, and in one panel all is well.",
        "A similar problem, solved. Train cost from 0.69 to 0.02, dev cost from 0.69 down to 0.4 "
        'and up to 0.8: the lines part, so `answers["G"] = "overfits"`.',
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("The dictionary is empty: it needs a line for each of A to F.")
def empty_answers() -> Any:
    return {}


def _all_the_same(word: str) -> Any:
    def function() -> Any:
        return dict.fromkeys("ABCDEF", word)

    function.__name__ = "all_" + word.replace(" ", "_")
    return function


for _word in ("too large", "too small", "diverges", "overfits", "fine"):
    exercise.mistake(f'All six are called "{_word}"; at most two of them can be.')(
        _all_the_same(_word)
    )


@exercise.mistake("Two curves were judged by train alone. What does dev do meanwhile?")
def dev_not_looked_at() -> Any:
    return reference.read_curves() | {"B": "fine", "F": "fine"}


@exercise.mistake(
    "Two words have changed places: one means jumping about, the other rising for good."
)
def jumping_called_diverging() -> Any:
    return reference.read_curves() | {"C": "too large", "E": "diverges"}


@exercise.mistake(
    "Two curves were judged by their slope. How far they fall, their axes say in numbers."
)
def axis_not_read() -> Any:
    return reference.read_curves() | {"A": "fine", "D": "too small"}


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("the name A is not defined.")
def letter_without_quotes() -> Any:
    answers = {}
    answers[A] = "fine"
    return answers


@exercise.raising_mistake("the name fine is not defined.")
def word_without_quotes() -> Any:
    answers = {}
    answers["A"] = fine
    return answers


@exercise.raising_mistake("a dictionary has no .append.")
def appended() -> Any:
    answers: Any = {}
    answers.append("fine")
    return answers


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def from_the_last_curve() -> Any:
    return dict(reversed(reference.read_curves().items()))


@exercise.correct_variant
def in_a_loop() -> Any:
    answers = {}
    for letter, word in zip("ABCDEF", reference.read_curves().values(), strict=True):
        answers[letter] = word
    return answers


@exercise.correct_variant
def by_keywords() -> Any:
    return dict(**reference.read_curves())


@exercise.correct_variant
def by_troubles() -> Any:
    curves = {"too small": "A", "overfits": "BF", "diverges": "C", "fine": "D", "too large": "E"}
    return {letter: word for word, letters in curves.items() for letter in letters}


@exercise.correct_variant
def changed_afterwards() -> Any:
    answers = dict.fromkeys("ABCDEF", "overfits")
    answers["A"] = "too " + "small"
    answers.update(C="diverges", D="fine")
    answers["E"] = "too large"
    return answers


@exercise.correct_variant
def with_setdefault() -> Any:
    answers: dict[str, str] = {}
    for letter, word in reference.read_curves().items():
        answers.setdefault(letter, word)
    return answers


@exercise.correct_variant
def from_two_halves() -> Any:
    items = list(reference.read_curves().items())
    return {**dict(items[3:]), **dict(items[:3])}


@exercise.correct_variant
def with_words_of_numpy() -> Any:
    return {letter: np.str_(word) for letter, word in reference.read_curves().items()}


# --- the gallery ---------------------------------------------------------------------------------

# Its runs: settings of `train`, and how many garments it learns from.
CURVES: dict[str, tuple[int, dict[str, Any]]] = {
    "A": (1000, {"momentum": 0.0, "learning_rate": 0.002, "width": 64}),
    "B": (80, {"momentum": 0.9, "learning_rate": 0.3, "width": 128}),
    "C": (1000, {"momentum": 0.0, "learning_rate": 5.0, "width": 64, "activation": "tanh"}),
    "D": (2000, {"momentum": 0.9, "learning_rate": 0.2, "width": 64, "depth": 1}),
    "E": (1000, {"momentum": 0.0, "learning_rate": 0.6, "width": 64}),
    "F": (150, {"momentum": 0.9, "learning_rate": 0.3, "width": 64}),
}


def gallery_runs() -> dict[str, tuple[Any, Any]]:
    """Train the runs of the gallery again; return the train and dev costs of each."""
    learn, dev = load_garments("train"), load_garments("dev")
    runs = {}
    for name, (m, settings) in CURVES.items():
        network = train(
            learn.X[:, :m],
            learn.Y[:, :m],
            rng=np.random.default_rng(1),
            batch_size=m,
            iterations=150,
            watch=(dev.X[:, :1000], dev.Y[:, :1000]),
            **settings,
        )
        runs[name] = (network.costs, network.watched)
    return runs
