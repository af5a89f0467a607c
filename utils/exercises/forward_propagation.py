"""Notebook 01: for each exercise its cases, the mistakes students make, and the hints.

Sizes are distinct primes, so that no two axes can be mistaken for one another, with one
example (m = 1) and unusual memory layouts among them. What a mistake's function does is
wrong on purpose.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import About, Between, Case, Raised, Returned, Seed, Shaped
from utils.exercises.exercise import Exercise
from utils.reference import forward_propagation as reference
from utils.reference.forward_propagation import linear_activation_forward as layer
from utils.reference.forward_propagation import relu as max0
from utils.reference.forward_propagation import sigmoid as logistic

Rng = np.random.Generator
ASSIGNMENT = "01_forward_propagation"


def _rounded(rng: Rng, *shape: int) -> Any:
    """Numbers of both signs that are easy to read, none of them zero."""
    return rng.choice([-1.0, 1.0], shape) * rng.integers(1, 30, shape) / 10


def _normal(rng: Rng, *shape: int) -> Any:
    return rng.normal(0, 1, shape)


# --- sigmoid -------------------------------------------------------------------------------


def _activation_cases(rng: Rng) -> list[Case]:
    wide = _normal(rng, 3, 7) * 5
    return [
        Case({"Z": _rounded(rng, 2, 3)}),
        Case({"Z": np.array([[-1000.0, -40.0, -0.5, 0.5, 40.0, 1000.0]])}, "very large |Z|"),
        Case({"Z": np.abs(_rounded(rng, 3, 2))}, "positive entries only"),
        Case({"Z": -np.abs(_rounded(rng, 2, 2))}, "negative entries only"),
        Case({"Z": _rounded(rng, 5, 1)}, "a single example (m = 1)"),
        Case({"Z": wide.astype(np.float32)}, "float32 entries"),
        Case({"Z": wide}, "an array that is not contiguous in memory", layout="strided"),
        Case({"Z": wide}, "an array that must not be written to", layout="readonly"),
    ]


sigmoid = Exercise(
    name="sigmoid",
    assignment=ASSIGNMENT,
    rubric={"right": 10},
    reference=reference.sigmoid,
    returns="A",
    cases=_activation_cases,
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


@sigmoid.mistake("This is 1/(1 + exp(Z)), the sigmoid of −Z: look at the sign in the exponent.")
def sign_of_Z(Z: Any) -> Any:
    return logistic(-Z)


@sigmoid.mistake(
    "The numerator is exp(−Z), which makes it the sigmoid of −Z, and nan far to the left. "
    "The formula has another one."
)
def exponential_over(Z: Any) -> Any:
    return np.exp(-Z) / (1 + np.exp(-Z))


@sigmoid.mistake("This is 1/1 + exp(−Z): a pair of parentheses around the denominator is missing.")
def parentheses_missing(Z: Any) -> Any:
    return 1 / 1 + np.exp(-Z)


@sigmoid.mistake("The denominator is 1 − exp(−Z): look at its sign in the formula.")
def minus_below(Z: Any) -> Any:
    return 1 / (1 - np.exp(-Z))


@sigmoid.mistake("Negative entries come out as if they were positive: is there an abs?")
def of_absolute(Z: Any) -> Any:
    return logistic(np.abs(Z))


@sigmoid.mistake("This is exp(−Z) alone: the formula goes on from there.")
def exponential_only(Z: Any) -> Any:
    return np.exp(-Z)


@sigmoid.mistake(
    "Where Z is large, exp overflowed and inf/inf gave nan. Does your formula divide by inf?"
)
def inf_over_inf(Z: Any) -> Any:
    return np.exp(Z) / (1 + np.exp(Z))


@sigmoid.mistake("This is tanh, the sigmoid's relative that runs from −1 to 1.")
def tanh(Z: Any) -> Any:
    return np.tanh(Z)


@sigmoid.mistake("This is ReLU, not the sigmoid.")
def relu_instead(Z: Any) -> Any:
    return max0(Z)


@sigmoid.mistake("This is the derivative of the sigmoid, which comes in the next notebook.")
def derivative(Z: Any) -> Any:
    return logistic(Z) * (1 - logistic(Z))


@sigmoid.mistake(
    "The entries are rounded to 0 or 1; the sigmoid itself is a smooth number between."
)
def rounded(Z: Any) -> Any:
    return np.round(logistic(Z))


@sigmoid.mistake("This is 1 − exp(−Z): what does 'one over' mean for the formula?")
def subtracted(Z: Any) -> Any:
    return 1 - np.exp(-Z)


# --- relu ----------------------------------------------------------------------------------


relu = Exercise(
    name="relu",
    assignment=ASSIGNMENT,
    rubric={"right": 5},
    reference=reference.relu,
    returns="A",
    cases=_activation_cases,
    fresh=("A",),
    hints=(
        "For one number it is max(0, z). You need the version that compares entry by entry.",
        "np.max finds the largest entry of one array; another NumPy function takes two things "
        "and gives the larger of each pair. `np.max?` and its 'See also' help.",
        "A similar problem, solved. To cap every entry at 6: `C = np.minimum(Z, 6)`. "
        "The number 6 is compared with every entry in turn.",
    ),
)


@relu.mistake("Negative entries came through with their sign turned: this is |Z|.")
def absolute(Z: Any) -> Any:
    return np.abs(Z)


@relu.mistake("The negative entries were kept and the positive ones dropped.")
def minimum(Z: Any) -> Any:
    return np.minimum(0, Z)


@relu.mistake("This is 1 where Z is positive: which entries are kept, rather than their values.")
def mask(Z: Any) -> Any:
    return (Z > 0).astype(Z.dtype)


@relu.mistake("Nothing happened to the negative entries.")
def identity(Z: Any) -> Any:
    return Z.copy()


@relu.mistake("Negative entries are small rather than zero: this is the leaky ReLU.")
def leaky(Z: Any) -> Any:
    return np.where(Z > 0, Z, 0.01 * Z)


@relu.mistake(
    "np.max looks for one largest entry; its second argument is an axis. "
    "You need the function that compares entry by entry."
)
def np_max(Z: Any) -> Any:
    return np.max(0, Z)


@relu.mistake("This is the largest entry of each column. ReLU keeps the shape of Z.")
def largest_of_columns(Z: Any) -> Any:
    return np.max(Z, 0)


@relu.mistake("One number came back, the largest entry. ReLU keeps the shape of Z.")
def largest_entry(Z: Any) -> Any:
    return max(0, np.max(Z))


@relu.mistake("This is the sigmoid, not ReLU.")
def sigmoid_instead(Z: Any) -> Any:
    return logistic(Z)


@relu.mistake("Z itself was changed. Leave the argument alone and make a new array.")
def in_place(Z: Any) -> Any:
    Z[Z < 0] = 0
    return Z


# --- initialize_parameters_deep -------------------------------------------------------------


def _initialization_cases(rng: Rng) -> list[Case]:
    def case(layer_dims: list[int], note: str = "") -> Case:
        seed = Seed(int(rng.integers(2**31)))
        expected: dict[str, Any] = {}
        for l in range(1, len(layer_dims)):
            expected[f"W{l}"] = Shaped((layer_dims[l], layer_dims[l - 1]))
            expected[f"b{l}"] = np.zeros((layer_dims[l], 1))
        return Case({"layer_dims": layer_dims, "rng": seed}, note, expected=Returned(expected))

    return [
        case([3, 5, 2]),
        case([7, 4, 6, 3, 1], "four layers"),
        case([11, 1], "a single layer"),
    ]


initialize_parameters_deep = Exercise(
    name="initialize_parameters_deep",
    assignment=ASSIGNMENT,
    rubric={"right": 15},
    reference=reference.initialize_parameters_deep,
    returns="parameters",
    cases=_initialization_cases,
    laws={"he_initialization": "right"},
    hints=(
        "`W[l]` has a row for every unit of layer `l` and a column for every unit of the layer "
        "before. Both numbers stand in layer_dims: which two entries?",
        "rng.standard_normal takes the shape as one tuple and spreads with standard deviation 1. "
        "Multiplying by a number multiplies the spread. b has one column.",
        "A similar problem, solved. A 6 by 4 matrix with standard deviation 0.1, under the key "
        '"V3": `P["V" + str(3)] = rng.standard_normal((6, 4)) * 0.1`.',
    ),
)


def _initialize(
    layer_dims: list[int],
    weights: Any,
    biases: Any = lambda n: np.zeros((n, 1)),
    layers: Any = None,
) -> dict[str, Any]:
    """Parameters with every W from `weights(n, n_prev)` and every b from `biases(n)`."""
    parameters = {}
    for l in layers if layers is not None else range(1, len(layer_dims)):
        parameters[f"W{l}"] = weights(layer_dims[l], layer_dims[l - 1])
        parameters[f"b{l}"] = biases(layer_dims[l])
    return parameters


def _he(rng: Rng) -> Any:
    return lambda n, p: rng.standard_normal((n, p)) * np.sqrt(2 / p)


@initialize_parameters_deep.mistake(
    "Rows and columns of W are swapped: count the units of layer `l` down, the layer before across."
)
def W_transposed(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((p, n)) * np.sqrt(2 / p))


@initialize_parameters_deep.mistake(
    "The loop starts at 0 and makes a W0 from layer_dims[-1]: "
    "the input is no layer, so the first l is 1."
)
def starts_at_zero(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, _he(rng), layers=range(len(layer_dims)))


@initialize_parameters_deep.mistake(
    "The output layer is missing: where does range stop, and where should the last l be?"
)
def no_output_layer(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, _he(rng), layers=range(1, len(layer_dims) - 1))


@initialize_parameters_deep.mistake(
    "All weights are 0, so all units of a layer would stay identical forever. Draw them from rng."
)
def zeros(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: np.zeros((n, p)))


@initialize_parameters_deep.mistake(
    "These weights come from rng.random: uniform on 0 to 1, never negative. "
    "The text asks for normal ones."
)
def uniform(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.random((n, p)) * np.sqrt(2 / p))


@initialize_parameters_deep.mistake(
    "The weights have standard deviation 1: He's scale has not been multiplied in."
)
def no_scale(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)))


@initialize_parameters_deep.mistake(
    "The weights are scaled by 0.01 in every layer. A deep network's signal dies out that way: "
    "use He's scale."
)
def scale_001(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * 0.01)


@initialize_parameters_deep.mistake(
    "The scale is √(1/n), which suits tanh. He's scale has another number over n."
)
def xavier_scale(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * np.sqrt(1 / p))


@initialize_parameters_deep.mistake(
    "The scale uses the size of layer `l` itself. It should be that of the layer before: "
    "the number of terms in each unit's sum."
)
def scale_of_own_layer(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * np.sqrt(2 / n))


@initialize_parameters_deep.mistake(
    "Multiplied where the formula divides: these weights grow with the size of the layer before."
)
def multiplied(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * np.sqrt(p / 2))


@initialize_parameters_deep.mistake("The square root is missing from the scale.")
def no_square_root(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal((n, p)) * 2 / p)


@initialize_parameters_deep.mistake(
    "b has one number in its shape, so it is neither a row nor a column. Give it its one column."
)
def b_rank_one(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, _he(rng), np.zeros)


@initialize_parameters_deep.mistake("b lies down as a row; it should stand as a column.")
def b_as_row(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, _he(rng), lambda n: np.zeros((1, n)))


@initialize_parameters_deep.mistake(
    "b is random. Only the weights need to differ from unit to unit; b starts at zero."
)
def b_random(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, _he(rng), lambda n: rng.standard_normal((n, 1)))


@initialize_parameters_deep.mistake("b starts at one here; it should start at zero.")
def b_ones(layer_dims: list[int], rng: Rng) -> Any:
    return _initialize(layer_dims, _he(rng), lambda n: np.ones((n, 1)))


@initialize_parameters_deep.mistake(
    "standard_normal takes the shape as one tuple: two numbers in parentheses of their own."
)
def sizes_apart(layer_dims: list[int], rng: Any) -> Any:
    return _initialize(layer_dims, lambda n, p: rng.standard_normal(n, p) * np.sqrt(2 / p))


# --- linear_forward ------------------------------------------------------------------------


def _layer_arrays(rng: Rng, n: int, n_prev: int, m: int, readable: bool = False) -> dict[str, Any]:
    draw = _rounded if readable else _normal
    return {"A_prev": draw(rng, n_prev, m), "W": draw(rng, n, n_prev), "b": draw(rng, n, 1)}


def _linear_cases(rng: Rng) -> list[Case]:
    plain = _layer_arrays(rng, 5, 3, 7)
    small = {name: array.astype(np.float32) for name, array in plain.items()}
    return [
        Case(_layer_arrays(rng, 2, 3, 5, readable=True)),
        Case(_layer_arrays(rng, 4, 3, 1), "a single example (m = 1)"),
        Case(_layer_arrays(rng, 1, 3, 2), "a single unit"),
        Case(_layer_arrays(rng, 3, 1, 2), "a single input"),
        Case(_layer_arrays(rng, 3, 3, 3), "all sizes equal"),
        Case(_layer_arrays(rng, 3, 5, 3), "as many examples as units"),
        Case(small, "float32 arrays"),
        Case(plain, "arrays that are not contiguous in memory", layout="strided"),
        Case(plain, "arrays that must not be written to", layout="readonly"),
    ]


linear_forward = Exercise(
    name="linear_forward",
    assignment=ASSIGNMENT,
    rubric={"right": 15},
    reference=reference.linear_forward,
    returns=("", "Z", ("cache", "A_prev", "W", "b")),
    cases=_linear_cases,
    fresh=("Z",),
    hints=(
        "Write the shapes under the formula: W is (n[l], n[l−1]), A_prev is (n[l−1], m). "
        "Which product gives (n[l], m)?",
        "`@` is the matrix product, `*` multiplies entry by entry. b is (n[l], 1), and NumPy "
        "adds its one column to every column of the product.",
        "A similar problem, solved. Prices P (1, 3) of three fruits, baskets Q (3, 5), and a "
        "delivery fee f (1, 1): `total = P @ Q + f` is (1, 5), a price a basket.",
    ),
)


def _linear(Z: Any, A_prev: Any, W: Any, b: Any) -> Any:
    return Z, (A_prev, W, b)


@linear_forward.mistake("This is what W @ A_prev gives without the bias.")
def bias_forgotten(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ A_prev, A_prev, W, b)


@linear_forward.mistake("The bias is subtracted; it should be added.")
def bias_subtracted(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ A_prev - b, A_prev, W, b)


@linear_forward.mistake("`*` multiplies entry by entry. The formula asks for a matrix product.")
def elementwise(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W * A_prev + b, A_prev, W, b)


@linear_forward.mistake(
    "W is transposed here. In this course `W[l]` already has a row for every unit of layer `l`."
)
def W_transposed_(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W.T @ A_prev + b, A_prev, W, b)


@linear_forward.mistake("The factors stand in the wrong order: a matrix product is not symmetric.")
def order_swapped(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(A_prev @ W + b, A_prev, W, b)


@linear_forward.mistake(
    "b was laid on its side or flattened. It is a column already: as it is, it is added to "
    "every column."
)
def b_along_rows(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ A_prev + b.T, A_prev, W, b)


@linear_forward.mistake("b was added before the product. It belongs outside: first W A, then + b.")
def bias_inside(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ (A_prev + b), A_prev, W, b)


@linear_forward.mistake("Only the sum of b was added; each unit has a bias of its own.")
def bias_summed(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(W @ A_prev + np.sum(b), A_prev, W, b)


@linear_forward.mistake("Z is right. The cache holds the right things in another order.")
def cache_order(A_prev: Any, W: Any, b: Any) -> Any:
    return W @ A_prev + b, (W, A_prev, b)


@linear_forward.mistake("Z is right. The cache ends with Z, where b should be.")
def cache_with_Z_for_b(A_prev: Any, W: Any, b: Any) -> Any:
    Z = W @ A_prev + b
    return Z, (A_prev, W, Z)


@linear_forward.mistake("Z is right. The cache of this step is only what came in: Z is not in it.")
def cache_with_Z(A_prev: Any, W: Any, b: Any) -> Any:
    Z = W @ A_prev + b
    return Z, (A_prev, W, b, Z)


@linear_forward.mistake("Z came back alone: the cache has to be returned with it.")
def no_cache(A_prev: Any, W: Any, b: Any) -> Any:
    return W @ A_prev + b


@linear_forward.mistake("Cache and Z are returned the wrong way round.")
def cache_first(A_prev: Any, W: Any, b: Any) -> Any:
    return (A_prev, W, b), W @ A_prev + b


@linear_forward.mistake("An activation was applied. This step is linear: Z, not A.")
def activated(A_prev: Any, W: Any, b: Any) -> Any:
    return _linear(max0(W @ A_prev + b), A_prev, W, b)


# --- linear_activation_forward ---------------------------------------------------------------


def _layer_cases(rng: Rng) -> list[Case]:
    def case(n: int, n_prev: int, m: int, activation: str, note: str = "", **more: Any) -> Case:
        arrays = _layer_arrays(rng, n, n_prev, m, readable=n * m < 12)
        return Case(arrays | {"activation": activation}, note, **more)

    unknown = case(2, 3, 2, "tanh", expected=Raised("ValueError"))
    return [
        case(2, 3, 5, "relu"),
        case(2, 3, 5, "sigmoid"),
        case(5, 4, 1, "relu", "a single example (m = 1)"),
        case(1, 7, 3, "sigmoid", "a single unit"),
        case(3, 5, 3, "relu", "as many examples as units"),
        case(5, 2, 7, "relu", "arrays that must not be written to", layout="readonly"),
        case(5, 2, 7, "sigmoid", "arrays that are not contiguous in memory", layout="strided"),
        unknown,
    ]


linear_activation_forward = Exercise(
    name="linear_activation_forward",
    assignment=ASSIGNMENT,
    rubric={"right": 15},
    reference=reference.linear_activation_forward,
    returns=("", "A", ("cache", ("linear cache", "A_prev", "W", "b"), "Z")),
    cases=_layer_cases,
    builds_on=("linear_forward", "sigmoid", "relu"),
    fresh=("A",),
    hints=(
        "Two steps: linear_forward gives Z and a cache; then one of your two activations turns "
        "Z into A.",
        "The cache to return is a pair: the cache that linear_forward gave, and Z. "
        "Which of your names hold these two?",
        "A similar problem, solved. A function of two modes ends in an `else:` that says "
        '`raise ValueError("mode must be fast or slow")`, so that nothing gets through unseen.',
    ),
)


@linear_activation_forward.mistake("The activations are swapped: look at which branch calls which.")
def branches_swapped(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, {"relu": "sigmoid", "sigmoid": "relu"}.get(activation, activation))


@linear_activation_forward.mistake("No activation was applied: what came back as A is Z.")
def no_activation(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    _, cache = layer(A_prev, W, b, activation)
    return cache[1], cache


@linear_activation_forward.mistake("ReLU is used whatever `activation` says.")
def always_relu(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, "relu")


@linear_activation_forward.mistake("The sigmoid is used whatever `activation` says.")
def always_sigmoid(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, "sigmoid")


@linear_activation_forward.mistake(
    "An unknown activation gets through in silence; it should raise a ValueError."
)
def else_is_sigmoid(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, "relu" if activation == "relu" else "sigmoid")


@linear_activation_forward.mistake(
    "An unknown activation gets through in silence; it should raise a ValueError."
)
def else_is_relu(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, "sigmoid" if activation == "sigmoid" else "relu")


@linear_activation_forward.mistake(
    "A is right. The cache keeps A where Z should be; backward propagation needs Z."
)
def cache_keeps_A(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (linear, _) = layer(A_prev, W, b, activation)
    return A, (linear, A)


@linear_activation_forward.mistake(
    "A is right. The cache holds only what linear_forward kept; Z is missing from it."
)
def cache_without_Z(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (linear, _) = layer(A_prev, W, b, activation)
    return A, linear


@linear_activation_forward.mistake("A is right. The two parts of the cache are in the wrong order.")
def cache_swapped(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (linear, Z) = layer(A_prev, W, b, activation)
    return A, (Z, linear)


@linear_activation_forward.mistake(
    "A is right. The cache is one flat tuple of four; it should be a pair: (linear cache, Z)."
)
def cache_flat(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    A, (linear, Z) = layer(A_prev, W, b, activation)
    return A, (*linear, Z)


@linear_activation_forward.mistake("A came back alone: the cache has to be returned with it.")
def no_cache_(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    return layer(A_prev, W, b, activation)[0]


@linear_activation_forward.mistake(
    "The pair (Z, cache) of linear_forward went into the activation whole: "
    "a call that returns two things needs two names on its left."
)
def pair_kept(A_prev: Any, W: Any, b: Any, activation: str) -> Any:
    Z: Any = reference.linear_forward(A_prev, W, b)
    return np.maximum(0, Z), (Z[1], Z)


# --- L_model_forward ---------------------------------------------------------------------------


def _model_inputs(rng: Rng, dims: list[int], m: int) -> dict[str, Any]:
    parameters = {}
    for l in range(1, len(dims)):
        parameters[f"W{l}"] = rng.normal(0, 1.5 / np.sqrt(dims[l - 1]), (dims[l], dims[l - 1]))
        parameters[f"b{l}"] = rng.normal(0, 0.5, (dims[l], 1))
    return {"X": _normal(rng, dims[0], m), "parameters": parameters}


def _model_cases(rng: Rng) -> list[Case]:
    return [
        Case(
            _model_inputs(rng, [3, 2, 1], 5),
        ),
        Case(
            _model_inputs(rng, [5, 7, 3, 2], 4),
        ),
        Case(
            _model_inputs(rng, [3, 7, 5, 2, 1], 11),
        ),
        Case(_model_inputs(rng, [3, 1], 4), "a single layer"),
        Case(_model_inputs(rng, [2, 5, 1], 1), "a single example (m = 1)"),
        Case(_model_inputs(rng, [3, 3, 3, 3], 3), "all sizes equal"),
        Case(_model_inputs(rng, [2, 3, 1], 5), "arrays not to be written to", layout="readonly"),
        Case(_model_inputs(rng, [2, 3, 2], 5), "arrays not contiguous in memory", layout="strided"),
    ]


L_model_forward = Exercise(
    name="L_model_forward",
    assignment=ASSIGNMENT,
    rubric={"right": 25},
    reference=reference.L_model_forward,
    returns=("", "AL", ["caches", ("", ("linear cache", "A_prev", "W", "b"), "Z")]),
    cases=_model_cases,
    builds_on=("linear_activation_forward", "linear_forward", "sigmoid", "relu"),
    fresh=("AL",),
    hints=(
        "Follow one example through: layer 1 takes X, every later layer takes what the layer "
        "before gave. One name, given a new value at every turn of the loop, is enough.",
        "parameters holds a W and a b for each layer, so L is half its length. Layers 1 to L − 1 "
        "use ReLU; the last one uses the sigmoid and stands after the loop.",
        "A similar problem, solved. Text goes through K steps: `t = text`; in a loop over "
        'range(1, K) `t, note = step(t, table["S" + str(k)])` and `notes.append(note)`; after '
        "the loop the last, special step, with an append of its own.",
    ),
)


def _forward(X: Any, parameters: Any, hidden: str = "relu", output: str = "sigmoid") -> Any:
    L = len(parameters) // 2
    A, caches = X, []
    for l in range(1, L + 1):
        g = output if l == L else hidden
        A, cache = layer(A, parameters[f"W{l}"], parameters[f"b{l}"], g)
        caches.append(cache)
    return A, caches


@L_model_forward.mistake(
    "Every layer is fed X. Layer 2 should get what layer 1 gave, and so on up."
)
def always_X(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    caches = []
    A = X
    for l in range(1, L + 1):
        g = "sigmoid" if l == L else "relu"
        A, cache = layer(X, parameters[f"W{l}"], parameters[f"b{l}"], g)
        caches.append(cache)
    return A, caches


@L_model_forward.mistake(
    "L is the number of entries in parameters here. Each layer has two: a W and a b."
)
def L_not_halved(X: Any, parameters: Any) -> Any:
    L = len(parameters)
    caches = []
    A = X
    for l in range(1, L):
        A, cache = layer(A, parameters["W" + str(l)], parameters["b" + str(l)], "relu")
        caches.append(cache)
    AL, cache = layer(A, parameters["W" + str(L)], parameters["b" + str(L)], "sigmoid")
    return AL, [*caches, cache]


@L_model_forward.mistake(
    "After the loop `l` still means its last turn, L − 1; the output layer needs `L`."
)
def l_for_L(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    caches = []
    A = X
    for l in range(1, L):
        A, cache = layer(A, parameters["W" + str(l)], parameters["b" + str(l)], "relu")
        caches.append(cache)
    A, cache = layer(A, parameters["W" + str(l)], parameters["b" + str(l)], "sigmoid")
    return A, [*caches, cache]


@L_model_forward.mistake(
    "The loop already runs the output layer, and then it runs once more: where should range stop?"
)
def output_twice(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    A, caches = _forward(X, parameters, output="relu")
    A, cache = layer(A, parameters[f"W{L}"], parameters[f"b{L}"], "sigmoid")
    return A, [*caches, cache]


@L_model_forward.mistake("The output layer uses ReLU; a probability needs the sigmoid.")
def relu_output(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters, output="relu")


@L_model_forward.mistake("The hidden layers use the sigmoid; they should use ReLU.")
def sigmoid_hidden(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters, hidden="sigmoid")


@L_model_forward.mistake("ReLU and sigmoid are swapped between the hidden layers and the output.")
def activations_swapped(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters, hidden="sigmoid", output="relu")


@L_model_forward.mistake("The loop stops one layer early: the last hidden layer is skipped.")
def hidden_skipped(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    A, caches = X, []
    for l in range(1, L - 1):
        A, cache = layer(A, parameters[f"W{l}"], parameters[f"b{l}"], "relu")
        caches.append(cache)
    A, cache = layer(A, parameters[f"W{L}"], parameters[f"b{L}"], "sigmoid")
    return A, [*caches, cache]


@L_model_forward.mistake("AL is right. The output layer's cache was not appended to caches.")
def last_cache_lost(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters)
    return A, caches[:-1]


@L_model_forward.mistake("AL is right. Only the output layer's cache was kept.")
def only_last_cache(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters)
    return A, caches[-1:]


@L_model_forward.mistake("AL is right. The caches are in reverse order; layer 1 comes first.")
def caches_reversed(X: Any, parameters: Any) -> Any:
    A, caches = _forward(X, parameters)
    return A, caches[::-1]


@L_model_forward.mistake("The output layer was left out: this is the last hidden layer's A.")
def no_output_layer_(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    A, caches = X, []
    for l in range(1, L):
        A, cache = layer(A, parameters[f"W{l}"], parameters[f"b{l}"], "relu")
        caches.append(cache)
    return A, caches


@L_model_forward.mistake("AL came back alone: the caches have to be returned with it.")
def no_caches(X: Any, parameters: Any) -> Any:
    return _forward(X, parameters)[0]


@L_model_forward.mistake("The layers run from the last to the first; X enters at layer 1.")
def backwards(X: Any, parameters: Any) -> Any:
    L = len(parameters) // 2
    A, caches = X, []
    for l in range(L, 0, -1):
        g = "sigmoid" if l == 1 else "relu"
        A, cache = layer(A, parameters[f"W{l}"], parameters[f"b{l}"], g)
        caches.append(cache)
    return A, caches


# --- compute_cost --------------------------------------------------------------------------------


def _cost_cases(rng: Rng) -> list[Case]:
    def labels(m: int) -> Any:
        Y = np.zeros((1, m))
        Y[:, : m // 2 + 1] = 1
        return rng.permuted(Y, axis=1)

    def predictions(m: int) -> Any:
        return rng.integers(5, 96, (1, m)) / 100

    Y7 = labels(7)
    AL = predictions(7)
    right_by_far = Returned(Between(-1e-3, 1e-3))
    wrong_by_far = Returned(Between(1, np.inf))
    ends = [(np.float64, ""), (np.float32, " in float32")]

    def case(AL: Any, Y: Any, note: str = "", layout: str = "plain") -> Case:
        # Six digits, as the notebook says: room for a small epsilon inside the logarithm.
        precision = 1e-6 if AL.dtype == np.float64 else 1e-4
        cost = About(float(reference.compute_cost(AL, Y)), precision)
        return Case({"AL": AL, "Y": Y}, note, layout, Returned(cost))

    return [
        case(predictions(4), labels(4)),
        case(predictions(1), np.ones((1, 1)), "a single example (m = 1), Y = 1"),
        case(predictions(1), np.zeros((1, 1)), "a single example (m = 1), Y = 0"),
        case(predictions(101), labels(101), "101 examples"),
        case(AL.astype(np.float32), Y7.astype(np.float32), "float32 arrays"),
        case(AL, Y7, "arrays that are not contiguous in memory", "strided"),
        case(AL, Y7, "arrays that must not be written to", "readonly"),
        *(
            Case(
                {"AL": (Y7 if right else 1 - Y7).astype(dtype), "Y": Y7.astype(dtype)},
                f"AL exactly 0 or 1 and always {'right' if right else 'wrong'}{said}",
                expected=right_by_far if right else wrong_by_far,
            )
            for dtype, said in ends
            for right in (True, False)
        ),
    ]


compute_cost = Exercise(
    name="compute_cost",
    assignment=ASSIGNMENT,
    rubric={"right": 15},
    reference=reference.compute_cost,
    returns="cost",
    cases=_cost_cases,
    hints=(
        "Take one example first. With Y = 1 only one of the two terms is left; with Y = 0 only "
        "the other. Then take the mean over the m columns, with the sign that makes it positive.",
        "log(0) is −inf, and 0 × inf is nan. Move the predictions a hair away from 0 and 1 before "
        "the logarithm: np.clip does it, and np.finfo(AL.dtype).eps is a hair that also exists "
        "in float32.",
        "A similar problem, solved. The mean squared error: `m = Y.shape[1]`, then "
        "`cost = np.sum((AL - Y) ** 2) / m`. Multiplied entry by entry, summed, divided once.",
    ),
)


def _terms(AL: Any, Y: Any) -> Any:
    eps = np.finfo(AL.dtype).eps
    P = np.clip(AL, eps, 1 - eps)
    return Y * np.log(P), (1 - Y) * np.log(1 - P)


@compute_cost.mistake(
    "The cost is negative: log of a probability is below zero, so a minus is due."
)
def sign_forgotten(AL: Any, Y: Any) -> Any:
    one, zero = _terms(AL, Y)
    return np.sum(one + zero) / Y.shape[1]


@compute_cost.mistake(
    "This is the sum over the examples, not their mean. Is it divided by m, "
    "and is m the number of columns?"
)
def not_averaged(AL: Any, Y: Any) -> Any:
    one, zero = _terms(AL, Y)
    return -np.sum(one + zero)


@compute_cost.mistake("Only the examples with Y = 1 are counted: the (1 − Y) term is missing.")
def zero_term_dropped(AL: Any, Y: Any) -> Any:
    return -np.sum(_terms(AL, Y)[0]) / Y.shape[1]


@compute_cost.mistake("Only the examples with Y = 0 are counted: the Y log AL term is missing.")
def one_term_dropped(AL: Any, Y: Any) -> Any:
    return -np.sum(_terms(AL, Y)[1]) / Y.shape[1]


@compute_cost.mistake(
    "Multiplied with a transpose entry by entry, this sums over all m × m pairs of examples."
)
def outer_sum(AL: Any, Y: Any) -> Any:
    eps = np.finfo(AL.dtype).eps
    P = np.clip(AL, eps, 1 - eps)
    return -np.sum(Y * np.log(P).T + (1 - Y) * np.log(1 - P).T) / Y.shape[1]


@compute_cost.mistake("This is the cost in logarithms to base 10; the formula has natural ones.")
def log_base_10(AL: Any, Y: Any) -> Any:
    one, zero = _terms(AL, Y)
    return -np.sum(one + zero) / Y.shape[1] / np.log(10)


@compute_cost.mistake("This is the cost in logarithms to base 2; the formula has natural ones.")
def log_base_2(AL: Any, Y: Any) -> Any:
    one, zero = _terms(AL, Y)
    return -np.sum(one + zero) / Y.shape[1] / np.log(2)


@compute_cost.mistake(
    "The two log terms changed places: log AL belongs to the examples with Y = 1."
)
def terms_swapped(AL: Any, Y: Any) -> Any:
    one, zero = _terms(AL, 1 - Y)
    return -np.sum(one + zero) / Y.shape[1]


@compute_cost.mistake("AL and Y changed places: the logarithm is of the prediction.")
def labels_in_log(AL: Any, Y: Any) -> Any:
    one, zero = _terms(np.asarray(Y, AL.dtype), AL)
    return -np.sum(one + zero) / Y.shape[1]


@compute_cost.mistake(
    "The number is right, in an array with two axes. Make it a single number: "
    "np.sum does, or np.squeeze."
)
def one_by_one(AL: Any, Y: Any) -> Any:
    one, zero = _terms(AL, Y)
    return -np.sum(one + zero, axis=1, keepdims=True) / Y.shape[1]


@compute_cost.mistake("The number is right, in an array with one axis. Make it a single number.")
def one_axis(AL: Any, Y: Any) -> Any:
    one, zero = _terms(AL, Y)
    return -np.sum(one + zero, axis=1) / Y.shape[1]


@compute_cost.mistake(
    "Right inside; but where AL is exactly 0 or 1, log(0) got in. "
    "Move the predictions a hair from the ends first."
)
def log_of_zero(AL: Any, Y: Any) -> Any:
    return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / Y.shape[1]


@compute_cost.mistake(
    "In float32, 1 − 1e-8 is exactly 1, so log(0) is back. np.finfo(AL.dtype).eps knows how small "
    "a step this dtype can make."
)
def clip_below_float32(AL: Any, Y: Any) -> Any:
    P = np.clip(AL, 1e-8, 1 - 1e-8)
    return -np.sum(Y * np.log(P) + (1 - Y) * np.log(1 - P)) / Y.shape[1]


@compute_cost.mistake(
    "The number you add inside the logarithm is so large that it shows in the cost."
)
def epsilon_too_large(AL: Any, Y: Any) -> Any:
    return -np.sum(Y * np.log(AL + 1e-5) + (1 - Y) * np.log(1 - AL + 1e-5)) / Y.shape[1]


@compute_cost.mistake("This is the mean squared error; the formula here is the cross-entropy.")
def squared_error(AL: Any, Y: Any) -> Any:
    return np.mean((AL - Y) ** 2)


@compute_cost.mistake(
    "Examples with a nan were left out of the sum: find where the nan comes from."
)
def nan_skipped(AL: Any, Y: Any) -> Any:
    return -np.nansum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / Y.shape[1]


EXERCISES = (
    sigmoid,
    relu,
    initialize_parameters_deep,
    linear_forward,
    linear_activation_forward,
    L_model_forward,
    compute_cost,
)
