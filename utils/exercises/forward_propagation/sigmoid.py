"""1 / (1 + exp(−Z)), entry by entry; also where |Z| is so large that exp overflows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from utils.exercises.exercise import Exercise
from utils.exercises.forward_propagation.common import activation_cases
from utils.reference import forward_propagation as reference
from utils.reference.forward_propagation import relu as max0
from utils.reference.forward_propagation import sigmoid as logistic

exercise = Exercise(
    name="sigmoid",
    assignment="01_forward_propagation",
    rubric={"shape": 2, "values": 5, "edge cases": 2, "inputs left alone": 1},
    reference=reference.sigmoid,
    returns="A",
    cases=activation_cases,
    fresh=("A",),
    properties={"sigmoid_mirrored": "edge cases"},
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


@exercise.mistake(
    "This is 1 + exp(−Z), the denominator. One over it needs parentheses around all of it."
)
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


@exercise.mistake(
    "Where Z is large, the value should be 1, and it is 0: a nan was made there, then covered up."
)
def nan_covered_up(Z: Any) -> Any:
    return np.nan_to_num(np.exp(Z) / (1 + np.exp(Z)))


@exercise.mistake("This is tanh, the sigmoid's relative that runs from −1 to 1.")
def tanh(Z: Any) -> Any:
    return np.tanh(Z)


@exercise.mistake("This is the sigmoid of 2Z, as (1 + tanh(Z)) / 2 is: it rises twice as steeply.")
def twice_as_steep(Z: Any) -> Any:
    return logistic(2 * Z)


@exercise.mistake("The base of the power is 10 here; the formula's is e, and NumPy has np.exp.")
def base_ten(Z: Any) -> Any:
    return 1 / (1 + 10.0 ** (-Z))


@exercise.mistake("The base of the power is 2 here; the formula's is e, and NumPy has np.exp.")
def base_two(Z: Any) -> Any:
    return 1 / (1 + np.exp2(-Z))


@exercise.mistake(
    "This is softmax: each entry was divided by a sum over all. "
    "A sigmoid looks at one entry at a time."
)
def softmax(Z: Any) -> Any:
    return np.exp(Z) / np.sum(np.exp(Z))


@exercise.mistake(
    "This is softplus, the hint's own problem. Yours has the same build, another formula."
)
def softplus(Z: Any) -> Any:
    return np.log1p(np.exp(Z))


@exercise.mistake("This is the logarithm of the sigmoid: one step too many.")
def log_sigmoid(Z: Any) -> Any:
    return np.log(1 / (1 + np.exp(-Z)))


@exercise.mistake("This is ReLU, not the sigmoid.")
def relu_instead(Z: Any) -> Any:
    return max0(Z)


@exercise.mistake("This is the derivative of the sigmoid, which comes in the next notebook.")
def derivative(Z: Any) -> Any:
    return logistic(Z) * (1 - logistic(Z))


@exercise.mistake("The entries are rounded to 0 or 1; a sigmoid gives what lies between, too.")
def rounded(Z: Any) -> Any:
    return np.round(logistic(Z))


@exercise.mistake(
    "This is 1 − exp(−Z). Look at the formula once more: "
    "what stands over the bar, and what under it?"
)
def subtracted(Z: Any) -> Any:
    return 1 - np.exp(-Z)


@exercise.mistake("An entry of exactly 0 gets no value of its own: which of your cases is it in?")
def zero_forgotten(Z: Any) -> Any:
    return np.where(Z == 0, 0, logistic(Z))


@exercise.mistake("The values are right, but they were written into Z. Make a new array for them.")
def in_place(Z: Any) -> Any:
    Z[...] = logistic(Z)
    return Z


@exercise.mistake("The base of the power is e cut short; np.exp knows all its digits.")
def e_cut_short(Z: Any) -> Any:
    return 1 / (1 + 2.718 ** (-Z))


@exercise.mistake("The base of the power is e cut short; np.exp knows all its digits.")
def e_cut_later(Z: Any) -> Any:
    return 1 / (1 + 2.71828 ** (-Z))


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("sign_of_Z", "parentheses_missing")
def sign_and_parentheses(Z: Any) -> Any:
    return 1 / 1 + np.exp(Z)


@exercise.combined_mistake("minus_below", "sign_of_Z")
def sign_and_minus(Z: Any) -> Any:
    return 1 / (1 - np.exp(Z))


@exercise.combined_mistake("rounded", "sign_of_Z")
def sign_and_rounded(Z: Any) -> Any:
    return np.round(logistic(-Z))


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("math.exp takes a single number, and got an array.")
def exp_of_math(Z: Any) -> Any:
    A = 1 / (1 + math.exp(-Z))
    return A


@exercise.raising_mistake("one yes-or-no question of a whole array.")
def branch_for_all(Z: Any) -> Any:
    if Z > 0:
        return 1 / (1 + np.exp(-Z))
    return np.exp(Z) / (1 + np.exp(Z))


@exercise.raising_mistake("Did you mean np.exp?")
def bare_exp(Z: Any) -> Any:
    A = 1 / (1 + exp(-Z))
    return A


@exercise.raising_mistake("`^` is no power in Python.")
def caret(Z: Any) -> Any:
    A = 1 / (1 + np.e ^ (-Z))
    return A


@exercise.raising_mistake("np.exp is a function")
def power_of_a_function(Z: Any) -> Any:
    A = 1 / (1 + np.exp**-Z)
    return A


@exercise.raising_mistake("too large")
def entry_by_entry(Z: Any) -> Any:
    A = np.zeros(Z.shape)
    for i, z in np.ndenumerate(Z):
        A[i] = 1 / (1 + math.exp(-z))
    return A


@exercise.raising_mistake("the name z is not defined.")
def small_letter(Z: Any) -> Any:
    A = 1 / (1 + np.exp(-z))
    return A


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_expit(Z: Any) -> Any:
    from scipy.special import expit

    return expit(Z)


@exercise.correct_variant
def with_overflow_silenced(Z: Any) -> Any:
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-Z))


@exercise.correct_variant
def as_printed(Z: Any) -> Any:
    A = 1 / (1 + np.exp(-Z))
    return A


@exercise.correct_variant
def with_tanh(Z: Any) -> Any:
    return 0.5 * (1 + np.tanh(Z / 2))


@exercise.correct_variant
def with_logaddexp(Z: Any) -> Any:
    return np.exp(-np.logaddexp(0, -Z))


@exercise.correct_variant
def clipped(Z: Any) -> Any:
    return np.power(1 + np.exp(np.clip(-Z, -80, 80)), -1)


@exercise.correct_variant
def one_minus_its_mirror(Z: Any) -> Any:
    return 1 - 1 / (1 + np.exp(Z))


@exercise.correct_variant
def by_sign(Z: Any) -> Any:
    A = np.empty_like(Z)
    positive = Z >= 0
    A[positive] = 1 / (1 + np.exp(-Z[positive]))
    e = np.exp(Z[~positive])
    A[~positive] = e / (1 + e)
    return A


@exercise.correct_variant
def one_number_at_a_time(Z: Any) -> Any:
    def one(z: float) -> float:
        return 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))

    return np.vectorize(one, otypes=[float])(Z)


@exercise.correct_variant
def in_place_on_a_copy(Z: Any) -> Any:
    A = -Z
    np.exp(A, out=A)
    A += 1
    return np.reciprocal(A, out=A)


@exercise.correct_variant
def in_a_loop(Z: Any) -> Any:
    A = np.array(Z)
    for index in np.ndindex(Z.shape):
        A[index] = 1.0 / (1.0 + np.exp(-Z[index]))
    return A
