"""1 / (1 + exp(−Z)), entry by entry; also where |Z| is so large that exp overflows."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from utils.exercises.exercise import Exercise
from utils.exercises.forward_propagation.common import activation_cases
from utils.reference import forward_propagation as reference
from utils.reference.forward_propagation import relu as max0
from utils.reference.forward_propagation import sigmoid as logistic

exercise = Exercise(
    name="sigmoid",
    assignment="01_forward_propagation",
    rubric={"values": 10},
    reference=reference.sigmoid,
    returns="A",
    cases=activation_cases,
    fresh=("A",),
    hints=(
        "Read the formula from the inside out: first the sign, then the exponential, then "
        "1 + that, then one divided by it. NumPy does each step to all entries at once.",
        "`np.exp` takes a whole array. `math.exp` does not. Try your line on "
        "np.array([[0.0]]): the value there must be 0.5.",
        "A similar problem, solved. The softplus function is log(1 + exp(Z)): "
        "`S = np.log(1 + np.exp(Z))`, and `return S`. Yours has the same build, another formula.",
    ),
)


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("This is 1/(1 + exp(Z)), the sigmoid of −Z: look at the sign in the exponent.")
def sign_of_Z(Z: Any) -> Any:
    return logistic(-Z)


@exercise.mistake(
    "The numerator is exp(−Z), which makes it the sigmoid of −Z, and nan far to the left. "
    "The formula has another one."
)
def exponential_over(Z: Any) -> Any:
    return np.exp(-Z) / (1 + np.exp(-Z))


@exercise.mistake("This is 1/1 + exp(−Z): a pair of parentheses around the denominator is missing.")
def parentheses_missing(Z: Any) -> Any:
    return 1 / 1 + np.exp(-Z)


@exercise.mistake("The denominator is 1 − exp(−Z): look at its sign in the formula.")
def minus_below(Z: Any) -> Any:
    return 1 / (1 - np.exp(-Z))


@exercise.mistake("Negative entries come out as if they were positive: is there an abs?")
def of_absolute(Z: Any) -> Any:
    return logistic(np.abs(Z))


@exercise.mistake("This is exp(−Z) alone: the formula goes on from there.")
def exponential_only(Z: Any) -> Any:
    return np.exp(-Z)


@exercise.mistake(
    "Where Z is large, exp overflowed and inf/inf gave nan. Does your formula divide by inf?"
)
def inf_over_inf(Z: Any) -> Any:
    return np.exp(Z) / (1 + np.exp(Z))


@exercise.mistake("This is tanh, the sigmoid's relative that runs from −1 to 1.")
def tanh(Z: Any) -> Any:
    return np.tanh(Z)


@exercise.mistake("This is ReLU, not the sigmoid.")
def relu_instead(Z: Any) -> Any:
    return max0(Z)


@exercise.mistake("This is the derivative of the sigmoid, which comes in the next notebook.")
def derivative(Z: Any) -> Any:
    return logistic(Z) * (1 - logistic(Z))


@exercise.mistake(
    "The entries are rounded to 0 or 1; the sigmoid itself is a smooth number between."
)
def rounded(Z: Any) -> Any:
    return np.round(logistic(Z))


@exercise.mistake("This is 1 − exp(−Z): what does 'one over' mean for the formula?")
def subtracted(Z: Any) -> Any:
    return 1 - np.exp(-Z)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def with_expit(Z: Any) -> Any:
    return expit(Z)


@exercise.right_way
def with_overflow_silenced(Z: Any) -> Any:
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-Z))


@exercise.right_way
def with_tanh(Z: Any) -> Any:
    return 0.5 * (1 + np.tanh(Z / 2))
