"""Notebook 02: for each exercise its cases, the mistakes students make, and the hints.

Caches come from a real forward pass, through networks of two, three and four layers, so
that both ways to begin at the output are right and a wrong index always shows. No Z is
near 0, where ReLU has no slope. What a mistake's function does is wrong on purpose.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import About, Anything, Between, Case, Raised, Returned, Seed
from utils.exercises.exercise import Exercise
from utils.laws.backward_propagation import digest
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import L_model_backward as back
from utils.reference.backward_propagation import gradient_check as difference_of
from utils.reference.backward_propagation import linear_activation_backward as layer_back
from utils.reference.backward_propagation import linear_backward as linear_back
from utils.reference.forward_propagation import L_model_forward as forward
from utils.reference.forward_propagation import compute_cost as cost_of
from utils.reference.forward_propagation import initialize_parameters_deep as initialize
from utils.reference.forward_propagation import linear_activation_forward as layer
from utils.reference.forward_propagation import sigmoid as logistic

Rng = np.random.Generator
ASSIGNMENT = "02_backward_propagation"


def _rounded(rng: Rng, *shape: int) -> Any:
    """Numbers of both signs that are easy to read, none of them zero."""
    return rng.choice([-1.0, 1.0], shape) * rng.integers(1, 30, shape) / 10


def _normal(rng: Rng, *shape: int) -> Any:
    return rng.normal(0, 1, shape)


def _network(rng: Rng, dims: list[int], m: int) -> dict[str, Any]:
    """A network with what one pass forwards through it gives; labels of both classes."""
    while True:
        parameters: dict[str, Any] = {}
        for l in range(1, len(dims)):
            parameters[f"W{l}"] = rng.normal(0, 1.2 / np.sqrt(dims[l - 1]), (dims[l], dims[l - 1]))
            parameters[f"b{l}"] = rng.normal(0, 0.5, (dims[l], 1))
        X = _normal(rng, dims[0], m)
        AL, caches = forward(X, parameters)
        kink = min(np.min(np.abs(Z)) for _, Z in caches)
        alive = all(np.any(Z > 0) for _, Z in caches[:-1])
        if kink > 1e-3 and alive and np.all((AL > 0.03) & (AL < 0.97)):
            break
    Y = rng.permutation(np.arange(m) % 2).reshape(1, m).astype(float)
    return {"X": X, "Y": Y, "parameters": parameters, "AL": AL, "caches": caches}


# --- sigmoid_backward, relu_backward -----------------------------------------------------


def _slope_cases(rng: Rng) -> list[Case]:
    def case(dA: Any, Z: Any, note: str = "", layout: str = "plain") -> Case:
        return Case({"dA": dA, "Z": Z}, note, layout)

    far = np.array([[-1000.0, -40.0, -0.5, 0.5, 40.0, 1000.0]])
    dA, Z = _normal(rng, 3, 7), _rounded(rng, 3, 7)
    return [
        case(_rounded(rng, 2, 3), _rounded(rng, 2, 3)),
        case(_rounded(rng, 1, 6), far, "very large |Z|"),
        case(_rounded(rng, 3, 2), np.abs(_rounded(rng, 3, 2)), "positive entries of Z only"),
        case(_rounded(rng, 2, 2), -np.abs(_rounded(rng, 2, 2)), "negative entries of Z only"),
        case(_rounded(rng, 5, 1), _rounded(rng, 5, 1), "a single example (m = 1)"),
        case(dA.astype(np.float32), Z.astype(np.float32), "float32 entries"),
        case(dA, Z, "arrays that are not contiguous in memory", "strided"),
        case(dA, Z, "arrays that must not be written to", "readonly"),
    ]


sigmoid_backward = Exercise(
    name="sigmoid_backward",
    assignment=ASSIGNMENT,
    rubric={"right": 5},
    reference=reference.sigmoid_backward,
    returns="dZ",
    cases=_slope_cases,
    fresh=("dZ",),
    hints=(
        "Two factors: what comes in from above, and the slope of the sigmoid at Z.",
        "The slope is the product of s and what s lacks to 1. First find s, which is no "
        "argument: what turns Z into it?",
        "A similar problem, solved. Back through the cube, A = Z³, whose slope is 3 Z²: "
        "`slope = 3 * Z**2`, then `dZ = dA * slope`.",
    ),
)


@sigmoid_backward.mistake("The slope was taken of Z itself. s in s(1 − s) is the sigmoid of Z.")
def Z_for_s(dA: Any, Z: Any) -> Any:
    return dA * Z * (1 - Z)


@sigmoid_backward.mistake("This is the slope alone: what comes in from above, dA, is missing.")
def dA_missing(dA: Any, Z: Any) -> Any:
    return logistic(Z) * (1 - logistic(Z))


@sigmoid_backward.mistake("This is dA times s. The slope has a second factor.")
def half_a_slope(dA: Any, Z: Any) -> Any:
    return dA * logistic(Z)


@sigmoid_backward.mistake("This is dA times 1 − s. The slope has a second factor.")
def other_half(dA: Any, Z: Any) -> Any:
    return dA * (1 - logistic(Z))


@sigmoid_backward.mistake("The sigmoid was applied to dA. It is Z that went through it.")
def sigmoid_of_dA(dA: Any, Z: Any) -> Any:
    return logistic(dA) * (1 - logistic(dA))


@sigmoid_backward.mistake("dA and Z changed places: the slope is taken where Z is.")
def arguments_swapped(dA: Any, Z: Any) -> Any:
    return Z * logistic(dA) * (1 - logistic(dA))


@sigmoid_backward.mistake("This is ReLU's way back: dA where Z > 0. The sigmoid has a slope s.")
def relu_slope(dA: Any, Z: Any) -> Any:
    return dA * (Z > 0)


@sigmoid_backward.mistake("1 − s² is the slope of tanh. The sigmoid's is another product.")
def tanh_slope(dA: Any, Z: Any) -> Any:
    return dA * (1 - logistic(Z) ** 2)


@sigmoid_backward.mistake("The sign is turned: the sigmoid rises everywhere, so its slope is > 0.")
def slope_negative(dA: Any, Z: Any) -> Any:
    return dA * logistic(Z) * (logistic(Z) - 1)


@sigmoid_backward.mistake(
    "Far out, exp overflowed and gave nan. Use the sigmoid that is given, and its value twice."
)
def overflowing_slope(dA: Any, Z: Any) -> Any:
    return dA * np.exp(-Z) / (1 + np.exp(-Z)) ** 2


@sigmoid_backward.mistake(
    "A matrix product, or a sum, got in: every entry of Z has a slope of its own."
)
def matrix_product(dA: Any, Z: Any) -> Any:
    return dA @ (logistic(Z) * (1 - logistic(Z))).T


relu_backward = Exercise(
    name="relu_backward",
    assignment=ASSIGNMENT,
    rubric={"right": 5},
    reference=reference.relu_backward,
    returns="dZ",
    cases=_slope_cases,
    fresh=("dZ",),
    hints=(
        "ReLU's slope is 1 on one side and 0 on the other. What does a slope of 0 do to dA?",
        "A comparison of an array with a number gives True and False, and in a product these "
        "count as 1 and 0. Or look up np.where.",
        "A similar problem, solved. Back through a cap at 6, A = min(Z, 6): below 6 everything "
        "comes back, above nothing: `dZ = dA * (Z < 6)`.",
    ),
)


@relu_backward.mistake("dA was kept where dA is positive. What matters is where Z was.")
def mask_of_dA(dA: Any, Z: Any) -> Any:
    return dA * (dA > 0)


@relu_backward.mistake("This is the slope alone, ones and zeros: dA is missing.")
def mask_alone(dA: Any, Z: Any) -> Any:
    return (Z > 0).astype(dA.dtype)


@relu_backward.mistake("The wrong side was stopped: ReLU let positive Z through.")
def mask_turned(dA: Any, Z: Any) -> Any:
    return dA * (Z < 0)


@relu_backward.mistake("dA went through untouched: where Z < 0 nothing may come back.")
def untouched(dA: Any, Z: Any) -> Any:
    return dA.copy()


@relu_backward.mistake("dA was multiplied by ReLU itself. It is ReLU's slope that belongs here.")
def times_relu(dA: Any, Z: Any) -> Any:
    return dA * np.maximum(0, Z)


@relu_backward.mistake("This is Z where dA is positive, or the like: dA and Z changed places.")
def swapped_(dA: Any, Z: Any) -> Any:
    return Z * (dA > 0)


@relu_backward.mistake("Where Z < 0 a little still comes back: that is the leaky ReLU's slope.")
def leaky_slope(dA: Any, Z: Any) -> Any:
    return np.where(Z > 0, dA, 0.01 * dA)


@relu_backward.mistake("This is the sigmoid's way back, not ReLU's.")
def sigmoid_slope(dA: Any, Z: Any) -> Any:
    return dA * logistic(Z) * (1 - logistic(Z))


@relu_backward.mistake("dA itself was changed. Leave the argument alone and make a new array.")
def dA_overwritten(dA: Any, Z: Any) -> Any:
    dA[Z <= 0] = 0
    return dA


# --- derivation_order --------------------------------------------------------------------


derivation_order = Exercise(
    name="derivation_order",
    assignment=ASSIGNMENT,
    rubric={"right": 5},
    reference=reference.derivation_order,
    returns="order",
    cases=lambda rng: [Case({}, expected=Returned(Anything()))],
    laws={"ordered_steps": "right"},
    secret=[
        digest("derivation_order", i, step) for i, step in enumerate(reference.derivation_order())
    ],
    hints=(
        "Begin with what is known before any slope is taken: how the forward pass made Z.",
        "One weight first, then one example, then all examples, then all weights at once. "
        "The mean comes last.",
        "A similar problem, solved, for the bias: Z is a sum with b in it; its slope for b is 1; "
        "add over the examples; that is the row sum of dZ; divide by m.",
    ),
)


@derivation_order.mistake("This is the order in which they stand on the page, which is shuffled.")
def as_printed() -> Any:
    return "ABCDE"


@derivation_order.mistake(
    "The derivation runs backwards: it should begin with what is known and end with dW."
)
def from_the_end() -> Any:
    return reference.derivation_order()[::-1]


# --- linear_backward ---------------------------------------------------------------------


def _linear_case(
    rng: Rng, n: int, n_prev: int, m: int, note: str = "", layout: str = "plain", **more: Any
) -> Case:
    draw = _rounded if more.get("readable") else _normal
    dtype = more.get("dtype", np.float64)
    cache = tuple(draw(rng, *shape).astype(dtype) for shape in ((n_prev, m), (n, n_prev), (n, 1)))
    return Case({"dZ": draw(rng, n, m).astype(dtype), "cache": cache}, note, layout)


def _linear_cases(rng: Rng) -> list[Case]:
    return [
        _linear_case(rng, 2, 3, 5, readable=True),
        _linear_case(rng, 5, 3, 1, "a single example (m = 1)"),
        _linear_case(rng, 1, 3, 2, "a single unit"),
        _linear_case(rng, 3, 1, 2, "a single input"),
        _linear_case(rng, 3, 3, 3, "all sizes equal"),
        _linear_case(rng, 5, 5, 2, "as many units as before"),
        _linear_case(rng, 5, 3, 7, "float32 arrays", dtype=np.float32),
        _linear_case(rng, 5, 3, 7, "arrays that are not contiguous in memory", "strided"),
        _linear_case(rng, 5, 3, 7, "arrays that must not be written to", "readonly"),
    ]


linear_backward = Exercise(
    name="linear_backward",
    assignment=ASSIGNMENT,
    rubric={"right": 15},
    reference=reference.linear_backward,
    returns=("", "dA_prev", "dW", "db"),
    cases=_linear_cases,
    fresh=("dA_prev", "dW", "db"),
    hints=(
        "Write the shapes down first: dW has W's, db has b's, dA_prev has A_prev's. Each of the "
        "three formulas is the only simple one whose shapes fit.",
        "Two of the three carry 1/m. np.sum takes axis=1 to add along each row, and "
        "keepdims=True to leave a column rather than a rank-1 array.",
        "A similar problem, solved. Bills T = p Q with prices p (1, n), baskets Q (n, m), and dT "
        "(1, m): `dp = dT @ Q.T / m` is (1, n) and `dQ = p.T @ dT` is (n, m).",
    ),
)


@linear_backward.mistake("dW is the sum over the examples. It should be their mean; db is.")
def dW_not_averaged(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev, dW * dZ.shape[1], db


@linear_backward.mistake("db is the sum over the examples. It should be their mean; dW is.")
def db_not_averaged(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev, dW, db * dZ.shape[1]


@linear_backward.mistake("1/m is missing: dW and db are means over the m examples, not sums.")
def never_averaged(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev, dW * dZ.shape[1], db * dZ.shape[1]


@linear_backward.mistake("1/m came in twice, in dW and db. One of the two has to go.")
def averaged_twice(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev, dW / dZ.shape[1], db / dZ.shape[1]


@linear_backward.mistake(
    "dA_prev was divided by m too. It is the gradient of the summed loss: 1/m is for dW and db."
)
def dA_averaged(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev / dZ.shape[1], dW, db


@linear_backward.mistake("m was taken from the rows of dZ, which are units. Examples are columns.")
def m_from_rows(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    scale = dZ.shape[1] / dZ.shape[0]
    return dA_prev, dW * scale, db * scale


@linear_backward.mistake("m was taken from the rows of A_prev. Its columns are the examples.")
def m_from_inputs(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    scale = dZ.shape[1] / cache[0].shape[0]
    return dA_prev, dW * scale, db * scale


@linear_backward.mistake("`*` multiplies entry by entry. dW is a matrix product.")
def elementwise(dZ: Any, cache: Any) -> Any:
    dA_prev, _, db = linear_back(dZ, cache)
    return dA_prev, dZ * cache[0] / dZ.shape[1], db


@linear_backward.mistake("dW lies on its side: it should have a row for every unit, as W has.")
def dW_transposed(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev, dW.T, db


@linear_backward.mistake(
    "dZ and A_prev were multiplied as they are. One must be transposed so that the m's meet."
)
def transpose_missing(dZ: Any, cache: Any) -> Any:
    return cache[1].T @ dZ, dZ @ cache[0] / dZ.shape[1], linear_back(dZ, cache)[2]


@linear_backward.mistake(
    "db was summed down the columns, over the units. Sum along the rows, over the examples."
)
def db_over_units(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, _ = linear_back(dZ, cache)
    return dA_prev, dW, np.sum(dZ, axis=0, keepdims=True) / dZ.shape[1]


@linear_backward.mistake(
    "db is a rank-1 array: the sum lost its axis. The next update would make b (n, n) in silence."
)
def keepdims_forgotten(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev, dW, db.ravel()


@linear_backward.mistake("db is one number for the whole layer; each unit has a bias of its own.")
def db_one_number(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, _ = linear_back(dZ, cache)
    return dA_prev, dW, np.sum(dZ) / dZ.shape[1]


@linear_backward.mistake("W was used as it is; on the way back it has to be transposed.")
def W_not_transposed(dZ: Any, cache: Any) -> Any:
    _, dW, db = linear_back(dZ, cache)
    return cache[1] @ dZ, dW, db


@linear_backward.mistake(
    "dA_prev has the right shape, but dW was multiplied in where the layer's weights belong."
)
def dW_for_W(dZ: Any, cache: Any) -> Any:
    _, dW, db = linear_back(dZ, cache)
    return dW.T @ dZ, dW, db


@linear_backward.mistake("The three results are right, in another order: dA_prev comes first.")
def another_order(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dW, db, dA_prev


@linear_backward.mistake("The cache was unpacked in another order; it is (A_prev, W, b).")
def cache_misread(dZ: Any, cache: Any) -> Any:
    W, A_prev, b = cache
    return linear_back(dZ, (A_prev, W, b))


@linear_backward.mistake("The bias got into dA_prev: how A_prev acts on Z does not depend on b.")
def bias_added(dZ: Any, cache: Any) -> Any:
    _, dW, db = linear_back(dZ, cache)
    return cache[1].T @ (dZ + cache[2]), dW, db


# --- linear_activation_backward ----------------------------------------------------------


def _layer_cases(rng: Rng) -> list[Case]:
    def case(
        n: int, n_prev: int, m: int, g: str, note: str = "", layout: str = "plain", **more: Any
    ) -> Case:
        draw = _rounded if more.get("readable") else _normal
        while True:
            parts = [draw(rng, *shape) for shape in ((n_prev, m), (n, n_prev), (n, 1))]
            A, cache = layer(parts[0], parts[1], parts[2], g)
            Z = cache[1]
            if np.abs(Z).min() > 0.01 and np.any(Z > 0) and (np.any(Z < 0) or Z.size < 3):
                return Case(
                    {"dA": draw(rng, *A.shape), "cache": cache, "activation": g}, note, layout
                )

    parts = tuple(_rounded(rng, *shape) for shape in ((3, 2), (2, 3), (2, 1)))
    unknown = {"dA": _rounded(rng, 2, 2), "cache": (parts, _rounded(rng, 2, 2))}
    return [
        case(2, 3, 5, "relu", readable=True),
        case(2, 3, 5, "sigmoid", readable=True),
        case(5, 3, 1, "relu", "a single example (m = 1)"),
        case(1, 3, 7, "sigmoid", "a single unit"),
        case(3, 3, 3, "relu", "all sizes equal"),
        case(5, 3, 7, "relu", "arrays that are not contiguous in memory", "strided"),
        case(5, 3, 7, "sigmoid", "arrays that must not be written to", "readonly"),
        Case(
            unknown | {"activation": "rleu"}, "an unknown activation", expected=Raised("ValueError")
        ),
    ]


linear_activation_backward = Exercise(
    name="linear_activation_backward",
    assignment=ASSIGNMENT,
    rubric={"right": 10},
    reference=reference.linear_activation_backward,
    returns=("", "dA_prev", "dW", "db"),
    cases=_layer_cases,
    builds_on=("sigmoid_backward", "relu_backward", "linear_backward"),
    fresh=("dA_prev", "dW", "db"),
    hints=(
        "Forwards it was first the linear step, then the activation. Backwards the last comes "
        "first: which of your functions undoes the activation?",
        "The cache is a pair. One half holds what linear_backward needs, the other what the "
        "activation's way back needs. Give each its own name first.",
        "A similar problem, solved. Shoes over socks: to undo it, `foot = unlace(shoe, laces)` "
        "and then `skin = pull_off(foot, sock)`, where `sock, laces = cache`.",
    ),
)


@linear_activation_backward.mistake(
    "The activations are swapped: look at which branch calls which way back."
)
def branches_swapped(dA: Any, cache: Any, activation: str) -> Any:
    other = {"relu": "sigmoid", "sigmoid": "relu"}.get(activation, activation)
    return layer_back(dA, cache, other)


@linear_activation_backward.mistake("ReLU's way back is used whatever `activation` says.")
def always_relu(dA: Any, cache: Any, activation: str) -> Any:
    return layer_back(dA, cache, "relu")


@linear_activation_backward.mistake("The sigmoid's way back is used whatever `activation` says.")
def always_sigmoid(dA: Any, cache: Any, activation: str) -> Any:
    return layer_back(dA, cache, "sigmoid")


@linear_activation_backward.mistake(
    "An unknown activation got the sigmoid's way back in silence. Raise a ValueError for it."
)
def falls_to_sigmoid(dA: Any, cache: Any, activation: str) -> Any:
    return layer_back(dA, cache, "relu" if activation == "relu" else "sigmoid")


@linear_activation_backward.mistake(
    "An unknown activation got ReLU's way back in silence. Raise a ValueError for it."
)
def falls_to_relu(dA: Any, cache: Any, activation: str) -> Any:
    return layer_back(dA, cache, "sigmoid" if activation == "sigmoid" else "relu")


@linear_activation_backward.mistake(
    "The activation was left out: dA went into the linear step as it came."
)
def straight_through(dA: Any, cache: Any, activation: str) -> Any:
    if activation not in ("relu", "sigmoid"):
        raise ValueError(activation)
    return linear_back(dA, cache[0])


@linear_activation_backward.mistake(
    "Z was taken for A, or A for Z: the slope is taken at Z as the cache holds it."
)
def slope_at_A(dA: Any, cache: Any, activation: str) -> Any:
    Z = logistic(cache[1]) if activation == "sigmoid" else cache[1]
    return layer_back(dA, (cache[0], Z), activation)


@linear_activation_backward.mistake(
    "The two halves of the cache are swapped: the linear step's triple comes first, then Z."
)
def cache_swapped(dA: Any, cache: Any, activation: str) -> Any:
    Z, linear_cache = cache
    if activation not in ("relu", "sigmoid"):
        raise ValueError(activation)
    dZ = dA * (Z > 0)
    return linear_back(dZ, linear_cache)


@linear_activation_backward.mistake("Only dZ came back: the linear step is still to be undone.")
def only_dZ(dA: Any, cache: Any, activation: str) -> Any:
    if activation == "sigmoid":
        return reference.sigmoid_backward(dA, cache[1])
    if activation == "relu":
        return reference.relu_backward(dA, cache[1])
    raise ValueError(activation)


# --- L_model_backward --------------------------------------------------------------------


def _backward_cases(rng: Rng) -> list[Case]:
    def case(dims: list[int], m: int, note: str = "", layout: str = "plain") -> Case:
        network = _network(rng, dims, m)
        return Case({name: network[name] for name in ("AL", "Y", "caches")}, note, layout)

    return [
        case([3, 2, 1], 5, "L = 2"),
        case([5, 7, 3, 1], 4, "L = 3"),
        case([3, 7, 5, 2, 1], 11, "L = 4"),
        case([2, 1], 3, "L = 1"),
        case([2, 5, 3, 1], 1, "a single example (m = 1)"),
        case([3, 3, 3, 3, 1], 3, "hidden layers of one size, L = 4"),
        case([5, 3, 2, 1], 7, "arrays that are not contiguous in memory", "strided"),
        case([5, 3, 2, 1], 7, "arrays that must not be written to", "readonly"),
    ]


L_model_backward = Exercise(
    name="L_model_backward",
    assignment=ASSIGNMENT,
    rubric={"right": 20},
    reference=reference.L_model_backward,
    returns="grads",
    cases=_backward_cases,
    builds_on=(
        "linear_activation_backward",
        "linear_backward",
        "sigmoid_backward",
        "relu_backward",
    ),
    hints=(
        "Follow the picture from right to left. Layer L gives dA of layer L − 1, which is what "
        "layer L − 1 takes. One name, given a new value at every turn, is enough.",
        "Python counts from 0: the cache of layer `l` is caches[l - 1]. What layer `l` gives back "
        "belongs to the layer before it, so its key has another number than dW and db.",
        "A similar problem, solved. Undo K steps, the last first: `t = result`; in a loop over "
        'reversed(range(1, K + 1)) `t, note = undo(t, kept[l - 1])` and `notes["S" + str(l)] = '
        "note`.",
    ),
)


def _keys(l: int) -> tuple[str, str, str]:
    return f"dA{l - 1}", f"dW{l}", f"db{l}"


def _backward(
    AL: Any,
    Y: Any,
    caches: Any,
    dAL: Any = None,
    cache_of: Any = None,
    upstream: Any = None,
    keys: Any = None,
    hidden: str = "relu",
    output: str = "sigmoid",
) -> dict[str, Any]:
    """All layers backwards by way of dAL, with one thing or another done wrong."""
    L = len(caches)
    first = -(Y / AL - (1 - Y) / (1 - AL)) if dAL is None else dAL
    grads: dict[str, Any] = {}
    dA = first
    for l in range(L, 0, -1):
        cache = caches[l - 1 if cache_of is None else cache_of(l)]
        dA_in = dA if upstream is None else upstream(l, dA, first)
        dA, dW, db = layer_back(dA_in, cache, output if l == L else hidden)
        a, w, b = (l - 1, l, l) if keys is None else keys(l)
        grads |= {f"dA{a}": dA, f"dW{w}": dW, f"db{b}": db}
    return grads


@L_model_backward.mistake(
    "All signs are turned: the first gradient, dAL, begins with a minus over both terms."
)
def sign_of_dAL(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, Y / AL - (1 - Y) / (1 - AL))


@L_model_backward.mistake(
    "In dAL the minus reached the first term only: mind the parentheses around the difference."
)
def parentheses_lost(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, -Y / AL - (1 - Y) / (1 - AL))


@L_model_backward.mistake("1/m came into dAL and again into dW and db. It belongs in one place.")
def averaged_in_dAL(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, -(Y / AL - (1 - Y) / (1 - AL)) / Y.shape[1])


@L_model_backward.mistake(
    "A − Y is dZ already. Sending it through the sigmoid's slope as well counts that slope twice."
)
def slope_counted_twice(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, AL - Y)


@L_model_backward.mistake("Y − AL is the wrong way round: all gradients have their signs turned.")
def Y_minus_AL(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, (Y - AL))


@L_model_backward.mistake(
    "Labels of 0 are left out of the first gradient: dAL has a second term, for 1 − Y."
)
def second_term_dropped(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, -Y / AL)


@L_model_backward.mistake(
    "The output layer is right; below it, every layer gets the same gradient. Each should get "
    "what the layer above gave."
)
def same_upstream(AL: Any, Y: Any, caches: Any) -> Any:
    kept: dict[str, Any] = {}

    def upstream(l: int, dA: Any, first: Any) -> Any:
        if l == len(caches):
            return first
        return kept.setdefault("dA", dA)

    return _backward(AL, Y, caches, upstream=upstream)


@L_model_backward.mistake("Every layer gets dAL. Only layer L does; the others get what came back.")
def always_dAL(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, upstream=lambda l, dA, first: first)


@L_model_backward.mistake(
    "The hidden layers run from the first to the last. On the way back the last comes first."
)
def loop_forwards(AL: Any, Y: Any, caches: Any) -> Any:
    top = len(caches)
    grads: dict[str, Any] = {}
    dA, dW, db = linear_back(AL - Y, caches[-1][0])
    grads |= dict(zip(_keys(top), (dA, dW, db), strict=True))
    for l in range(1, top):
        dA, dW, db = layer_back(dA, caches[l - 1], "relu")
        grads |= {f"dA{l - 1}": dA, f"dW{l}": dW, f"db{l}": db}
    return grads


@L_model_backward.mistake(
    "A hidden layer reads the cache of a layer above it. Layer `l` has one of its own; "
    "Python counts from 0, the layers from 1."
)
def always_last_cache(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, cache_of=lambda l: -1)


@L_model_backward.mistake("Every hidden layer reads the first cache; each has one of its own.")
def always_first_cache(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, cache_of=lambda l: l - 1 if l == len(caches) else 0)


@L_model_backward.mistake(
    "dW and db are right, but stored one number too low: layer `l` keeps its own number."
)
def stored_one_off(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, keys=lambda l: (l - 1, l - 1, l - 1))


@L_model_backward.mistake(
    "dA is stored one number too high: what layer `l` gives back belongs to the layer before it."
)
def dA_one_off(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, keys=lambda l: (l, l, l))


@L_model_backward.mistake("The dA of every layer is missing from grads, from dA0 up.")
def dA_not_kept(AL: Any, Y: Any, caches: Any) -> Any:
    return {name: value for name, value in back(AL, Y, caches).items() if name[:2] != "dA"}


@L_model_backward.mistake("grads also holds the dA of layer L. It should end one below.")
def dAL_kept(AL: Any, Y: Any, caches: Any) -> Any:
    return back(AL, Y, caches) | {f"dA{len(caches)}": -(Y / AL - (1 - Y) / (1 - AL))}


@L_model_backward.mistake("The gradients of the output layer were not stored.")
def output_not_kept(AL: Any, Y: Any, caches: Any) -> Any:
    own = _keys(len(caches))
    return {name: value for name, value in back(AL, Y, caches).items() if name not in own}


@L_model_backward.mistake("The loop stops before layer 1: where does range end?")
def first_layer_skipped(AL: Any, Y: Any, caches: Any) -> Any:
    grads = back(AL, Y, caches)
    return {name: v for name, v in grads.items() if name not in ("dA0", "dW1", "db1")}


@L_model_backward.mistake("The hidden layers went back through the sigmoid; they used ReLU.")
def sigmoid_hidden(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, hidden="sigmoid")


@L_model_backward.mistake("The output layer went back through ReLU; it used the sigmoid.")
def relu_output(AL: Any, Y: Any, caches: Any) -> Any:
    return _backward(AL, Y, caches, output="relu")


# --- gradient_check ----------------------------------------------------------------------


def _check_cases(rng: Rng) -> list[Case]:
    def case(
        dims: list[int],
        m: int,
        spoil: dict[str, float] | None = None,
        epsilon: float | None = None,
        note: str = "",
        layout: str = "plain",
    ) -> Case:
        network = _network(rng, dims, m)
        X, Y, parameters = network["X"], network["Y"], network["parameters"]
        grads = back(network["AL"], Y, network["caches"])
        for name, factor in (spoil or {}).items():
            grads[name] = grads[name] * factor
        args = {"parameters": parameters, "grads": grads, "X": X, "Y": Y}
        if epsilon is not None:
            args["epsilon"] = epsilon
        value = float(difference_of(**args))
        right = not spoil and epsilon is None
        expected: Any = Between(0, 1e-7) if right else About(value, 1e-4)
        return Case(args, note, layout, Returned(expected))

    return [
        case([3, 2, 1], 5, note="right gradients"),
        case([3, 2, 1], 5, {"dW2": 2.0}, note="a wrong dW2"),
        case([2, 3, 2, 1], 4, {"db1": -1.0, "dW3": 0.5}, note="wrong gradients in two layers"),
        case([3, 2, 1], 7, {"dW1": 1.01}, note="a dW1 that is off by one percent"),
        case([2, 3, 1], 5, {}, 0.1, note="right gradients and a large epsilon"),
        case([2, 3, 1], 1, {"dW1": 0.0}, note="a single example (m = 1)"),
        case([2, 3, 1], 3, note="arrays that are not contiguous in memory", layout="strided"),
        case([2, 3, 1], 3, note="arrays that must not be written to", layout="readonly"),
    ]


gradient_check = Exercise(
    name="gradient_check",
    assignment=ASSIGNMENT,
    rubric={"right": 10},
    reference=reference.gradient_check,
    returns="difference",
    cases=_check_cases,
    hints=(
        "For one entry of one parameter: move it up by epsilon and take the cost, move it down "
        "and take the cost, divide the difference by the distance between the two points.",
        "np.ndindex(W.shape) runs through all index pairs of W. Make a fresh copy of all "
        "parameters for every move, and gather g and ĝ in the same order.",
        "A similar problem, solved. The slope of f at each entry of v: "
        "`for i in range(v.size): up, down = v.copy(), v.copy(); up[i] += h; down[i] -= h; "
        "slope.append((f(up) - f(down)) / (2 * h))`.",
    ),
)


def _slopes(parameters: Any, grads: Any, X: Any, Y: Any, slope: Any, names: Any = None) -> Any:
    """The two gradients as rows of numbers, with a given way to find one slope."""
    ours, theirs = [], []
    for name in parameters if names is None else names:
        for index in np.ndindex(parameters[name].shape):

            def cost(step: float, name: str = name, index: Any = index) -> float:
                moved = {key: np.copy(value) for key, value in parameters.items()}
                moved[name][index] += step
                return float(cost_of(forward(X, moved)[0], Y))

            ours.append(grads["d" + name][index])
            theirs.append(slope(cost))
    return np.array(ours), np.array(theirs)


def _centered(epsilon: float) -> Any:
    return lambda cost: (cost(epsilon) - cost(-epsilon)) / (2 * epsilon)


def _relative(ours: Any, theirs: Any) -> Any:
    norm = np.linalg.norm
    return norm(ours - theirs) / (norm(ours) + norm(theirs))


@gradient_check.mistake(
    "This slope is taken on one side only. Centered differences step up and down from the middle."
)
def one_sided(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    slope = lambda cost: (cost(epsilon) - cost(0)) / epsilon  # noqa: E731
    return _relative(*_slopes(parameters, grads, X, Y, slope))


@gradient_check.mistake(
    "The difference of the costs is divided by epsilon; the two points are further apart."
)
def divided_by_epsilon(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return _relative(ours, 2 * theirs)


@gradient_check.mistake(
    "Divided by 2 and then multiplied by epsilon: `/ 2 * epsilon` needs parentheses."
)
def parentheses_missing(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return _relative(ours, theirs * epsilon**2)


@gradient_check.mistake(
    "This is the distance itself. Divide it by the lengths of both gradients together."
)
def not_relative(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return np.linalg.norm(ours - theirs)


@gradient_check.mistake("The distance is divided by the length of one gradient; both belong there.")
def one_length(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return np.linalg.norm(ours - theirs) / np.linalg.norm(ours)


@gradient_check.mistake("The lengths are added outside the quotient: parentheses are missing.")
def sum_outside(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return np.linalg.norm(ours - theirs) / np.linalg.norm(ours) + np.linalg.norm(theirs)


@gradient_check.mistake("These lengths are squared: a norm has a square root.")
def squared_lengths(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))
    return np.sum((ours - theirs) ** 2) / (np.sum(ours**2) + np.sum(theirs**2))


@gradient_check.mistake(
    "Every gradient is the same here because it is compared with itself. ĝ comes from costs alone."
)
def compared_with_itself(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    return 0.0


@gradient_check.mistake(
    "ĝ is compared with a backward pass of its own. It is the grads that came in that are checked."
)
def grads_not_used(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    AL, caches = forward(X, parameters)
    own = back(AL, Y, caches)
    return _relative(*_slopes(parameters, own, X, Y, _centered(epsilon)))


@gradient_check.mistake("Only the weights were checked; the biases are parameters too.")
def weights_only(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    names = [name for name in parameters if name[0] == "W"]
    return _relative(*_slopes(parameters, grads, X, Y, _centered(epsilon), names))


@gradient_check.mistake("Layer 1 alone was checked: are all parameters gone through?")
def first_layer_only(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    return _relative(*_slopes(parameters, grads, X, Y, _centered(epsilon), ["W1", "b1"]))


@gradient_check.mistake(
    "A moved entry was not moved back, so that the steps pile up. Take a fresh copy for each."
)
def steps_pile_up(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    moved = {name: np.copy(value) for name, value in parameters.items()}
    ours, theirs = [], []
    for name in moved:
        for index in np.ndindex(moved[name].shape):
            moved[name][index] += epsilon
            up = cost_of(forward(X, moved)[0], Y)
            moved[name][index] -= epsilon
            down = cost_of(forward(X, moved)[0], Y)
            theirs.append((up - down) / (2 * epsilon))
            ours.append(grads["d" + name][index])
    return _relative(np.array(ours), np.array(theirs))


@gradient_check.mistake(
    "All entries of a matrix were moved at once. Each needs a step, and two costs, of its own."
)
def all_at_once(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    ours, theirs = [], []
    for name, value in parameters.items():
        up, down = (
            cost_of(forward(X, {**parameters, name: value + step})[0], Y)
            for step in (epsilon, -epsilon)
        )
        ours += list(grads["d" + name].ravel())
        theirs += [(up - down) / (2 * epsilon)] * value.size
    return _relative(np.array(ours), np.array(theirs))


@gradient_check.mistake(
    "The two gradients are right but in different orders: g and ĝ must list the entries alike."
)
def orders_differ(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    theirs = _slopes(parameters, grads, X, Y, _centered(epsilon))[1]
    ours = np.concatenate([g.ravel() for name, g in sorted(grads.items()) if name[:2] != "dA"])
    return _relative(ours, theirs)


@gradient_check.mistake(
    "epsilon is an argument, and was not used: another step size was written into the code."
)
def epsilon_ignored(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    return _relative(*_slopes(parameters, grads, X, Y, _centered(1e-5)))


@gradient_check.mistake(
    "epsilon 1e-12 drowns in rounding: two costs so close agree in nearly all of their digits."
)
def epsilon_too_small(parameters: Any, grads: Any, X: Any, Y: Any, epsilon: float = 1e-5) -> Any:
    return _relative(*_slopes(parameters, grads, X, Y, _centered(1e-12)))


# --- update_parameters -------------------------------------------------------------------


def _update_cases(rng: Rng) -> list[Case]:
    def case(dims: list[int], m: int, rate: float, note: str = "", layout: str = "plain") -> Case:
        network = _network(rng, dims, m)
        grads = back(network["AL"], network["Y"], network["caches"])
        args = {"parameters": network["parameters"], "grads": grads, "learning_rate": rate}
        return Case(args, note, layout)

    return [
        case([3, 2, 1], 5, 0.1),
        case([3, 7, 5, 2, 1], 4, 0.03, "four layers"),
        case([2, 1], 3, 1.7, "a single layer"),
        case([3, 2, 1], 1, 0.0, "a learning rate of 0"),
        case([2, 3, 1], 5, 0.5, "arrays that are not contiguous in memory", "strided"),
        case([2, 3, 1], 5, 0.5, "arrays that must not be written to", "readonly"),
    ]


update_parameters = Exercise(
    name="update_parameters",
    assignment=ASSIGNMENT,
    rubric={"right": 5},
    reference=reference.update_parameters,
    returns="updated",
    cases=_update_cases,
    hints=(
        "The gradient points uphill. You want to go down.",
        'For a parameter called name, the gradient is called "d" + name. Put a new array into '
        "the new dictionary; `-=` would change the old one, which belongs to the caller.",
        "A similar problem, solved. All prices ten percent of their tax lower, in a new "
        'dictionary: `new[item] = price[item] - 0.1 * tax["t" + item]`.',
    ),
)


def _updated(parameters: Any, grads: Any, rate: Any) -> Any:
    return {name: parameters[name] - rate * grads["d" + name] for name in parameters}


@update_parameters.mistake("This goes uphill: the gradient was added.")
def uphill(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return _updated(parameters, grads, -learning_rate)


@update_parameters.mistake("The learning rate was left out, so the step is a whole gradient long.")
def no_learning_rate(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return _updated(parameters, grads, 1)


@update_parameters.mistake("The last layer did not move: where does the loop over layers end?")
def last_layer_skipped(parameters: Any, grads: Any, learning_rate: float) -> Any:
    last = str(len(parameters) // 2)
    updated = _updated(parameters, grads, learning_rate)
    return {n: parameters[n].copy() if n[1:] == last else updated[n] for n in parameters}


@update_parameters.mistake("Only the weights moved. The biases have gradients too.")
def biases_kept(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = _updated(parameters, grads, learning_rate)
    return {n: parameters[n].copy() if n[0] == "b" else updated[n] for n in parameters}


@update_parameters.mistake("The values are those that came in: was the new array thrown away?")
def thrown_away(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return {name: np.copy(value) for name, value in parameters.items()}


@update_parameters.mistake(
    "The caller's arrays changed. A copy of a dictionary still holds the same arrays, and `-=` "
    "writes into them."
)
def in_place(parameters: Any, grads: Any, learning_rate: float) -> Any:
    updated = dict(parameters)
    for name in updated:
        updated[name] -= learning_rate * grads["d" + name]
    return updated


@update_parameters.mistake(
    "The new values came back as the steps alone: subtract them from W and b."
)
def steps_alone(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return {name: -learning_rate * grads["d" + name] for name in parameters}


@update_parameters.mistake(
    "The names are those of gradients, dW1 and so on. The result holds parameters: W1, b1, …"
)
def names_of_gradients(parameters: Any, grads: Any, learning_rate: float) -> Any:
    return {"d" + name: v for name, v in _updated(parameters, grads, learning_rate).items()}


# --- L_layer_model -----------------------------------------------------------------------


def _training_cases(rng: Rng) -> list[Case]:
    def case(
        dims: list[int], m: int, rate: float, n: int, note: str = "", layout: str = "plain"
    ) -> Case:
        Y = rng.permutation(np.arange(m) % 2).reshape(1, m).astype(float)
        args = {"X": _normal(rng, dims[0], m), "Y": Y, "layer_dims": dims}
        more = {"learning_rate": rate, "num_iterations": n, "rng": Seed(int(rng.integers(2**31)))}
        return Case(args | more, note, layout)

    return [
        case([3, 2, 1], 5, 0.1, 3),
        case([2, 5, 3, 1], 7, 0.05, 5, "three layers"),
        case([3, 1], 7, 0.3, 4, "no hidden layer: a logistic regression"),
        case([2, 3, 1], 1, 0.1, 2, "a single example (m = 1)"),
        case([2, 3, 1], 5, 0.1, 1, "one iteration"),
        case([2, 3, 1], 5, 0.1, 2, "arrays that are not contiguous in memory", "strided"),
        case([2, 3, 1], 5, 0.1, 2, "arrays that must not be written to", "readonly"),
    ]


L_layer_model = Exercise(
    name="L_layer_model",
    assignment=ASSIGNMENT,
    rubric={"right": 10},
    reference=reference.L_layer_model,
    returns=("", "parameters", ["costs", ""]),
    cases=_training_cases,
    builds_on=(
        "L_model_backward",
        "linear_activation_backward",
        "linear_backward",
        "sigmoid_backward",
        "relu_backward",
        "update_parameters",
    ),
    hints=(
        "Once before the loop: the first parameters. In the loop, four steps in the order of "
        "this notebook: forwards, cost, backwards, update.",
        "Each of the four steps is one call of a function that you have. The cost of an "
        "iteration goes into the list; the updated parameters take the old name.",
        "A similar problem, solved. Halving until done: `x = start(rng)`; in a loop "
        "`size = measure(x)`, `sizes.append(size)`, `x = halve(x)`; after it `return x, sizes`.",
    ),
)


def _train(
    X: Any, Y: Any, dims: Any, rate: float, n: int, rng: Any, change: Any = None
) -> tuple[Any, list[Any]]:
    """Train; `change(parameters, grads)` may give other gradients than the right ones."""
    parameters = initialize(dims, rng)
    trail = []
    for _ in range(n):
        AL, caches = forward(X, parameters)
        trail.append(cost_of(AL, Y))
        grads = back(AL, Y, caches)
        if change is not None:
            grads = change(parameters, grads)
        parameters = _updated(parameters, grads, rate)
    return parameters, trail


@L_layer_model.mistake("Nothing was learned: are the updated parameters given their old name?")
def never_updated(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, 0, n, rng)


@L_layer_model.mistake("The costs rise: it is trained uphill.")
def trained_uphill(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, -rate, n, rng)


@L_layer_model.mistake(
    "Each cost is taken after the update; it should be that of the same pass, before it."
)
def costs_too_late(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, trail = _train(X, Y, layer_dims, rate, n, rng)
    return parameters, [*trail[1:], cost_of(forward(X, parameters)[0], Y)]


@L_layer_model.mistake("There is one cost too many: one an iteration, before its update.")
def one_cost_more(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, trail = _train(X, Y, layer_dims, rate, n, rng)
    return parameters, [*trail, cost_of(forward(X, parameters)[0], Y)]


@L_layer_model.mistake("Only the last cost came back; there should be a list, one an iteration.")
def last_cost_only(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    parameters, trail = _train(X, Y, layer_dims, rate, n, rng)
    return parameters, trail[-1]


@L_layer_model.mistake("One iteration is missing at the end: how often does range run?")
def one_too_few(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, rate, n - 1, rng)


@L_layer_model.mistake(
    "The network starts anew in every iteration: the first parameters belong before the loop."
)
def started_anew(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    trail = []
    parameters: Any = {}
    for _ in range(n):
        parameters, [cost] = _train(X, Y, layer_dims, rate, 1, rng)
        trail.append(cost)
    return parameters, trail


@L_layer_model.mistake(
    "The random numbers are not those of rng: give it to initialize_parameters_deep."
)
def rng_not_used(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, rate, n, np.random.default_rng(0))


@L_layer_model.mistake(
    "The gradients are those of the first pass in every iteration: go backwards inside the loop."
)
def first_gradients(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    kept: list[Any] = []

    def change(parameters: Any, grads: Any) -> Any:
        kept.append(grads)
        return kept[0]

    return _train(X, Y, layer_dims, rate, n, rng, change)


@L_layer_model.mistake("Costs and parameters came back the wrong way round.")
def costs_first(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, rate, n, rng)[::-1]


@L_layer_model.mistake("The parameters came back alone: the list of costs belongs with them.")
def no_costs(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, rate, n, rng)[0]


@L_layer_model.mistake("learning_rate was not used: another number stands in the code.")
def own_learning_rate(X: Any, Y: Any, layer_dims: Any, rate: float, n: int, rng: Any) -> Any:
    return _train(X, Y, layer_dims, 0.01, n, rng)


# --- slide_hunt --------------------------------------------------------------------------


def _hunting_ground(rng: Rng) -> dict[str, Any]:
    """One backward pass through four layers, all of whose sizes differ, by layer."""
    network = _network(rng, [7, 5, 3, 2, 1], 11)
    AL, Y, caches = network["AL"], network["Y"], network["caches"]
    grads = back(AL, Y, caches)
    W = tuple(cache[0][1] for cache in caches)
    Z = tuple(cache[1] for cache in caches)
    slopes = [grads[f"dA{l}"] * (Z[l - 1] > 0) for l in (1, 2, 3)]
    return {
        "Y": Y,
        "W": (None, *W),
        "Z": (None, *Z),
        "A": (*(cache[0][0] for cache in caches), AL),
        "dW": (None, *(grads[f"dW{l}"] for l in (1, 2, 3, 4))),
        "dZ": (None, *slopes, AL - Y),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return {"layers": [None if part is None else part.tolist() for part in value]}
    return value.tolist()


def _hunt_secret() -> dict[str, Any]:
    ground = _hunting_ground(np.random.default_rng(4))
    return {
        "inputs": {name: _plain(value) for name, value in ground.items()},
        "lines": [
            {
                "said": digest("slide_hunt", line, f"{verdict}/{catcher}"),
                "value": value.tolist(),
            }
            for line, (verdict, value, catcher) in reference.slide_hunt(**ground).items()
        ],
    }


def _hunt_cases(rng: Rng) -> list[Case]:
    return [
        Case(_hunting_ground(rng), note, layout, Returned(Anything()))
        for note, layout in (("", "plain"), ("arrays that must not be written to", "readonly"))
    ]


slide_hunt = Exercise(
    name="slide_hunt",
    assignment=ASSIGNMENT,
    rubric={"right": 10},
    reference=reference.slide_hunt,
    returns="answers",
    cases=_hunt_cases,
    laws={"settled_lines": "right"},
    secret=_hunt_secret(),
    hints=(
        "Take each line by itself and hold it against the four formulas of parts 2 and 4. "
        "Ask of every letter and every number in brackets: why this one?",
        "For the catcher, run the printed line in a cell with arrays of five different sizes, or "
        "write the shapes down. If all fit and the line is still wrong, only gradients tell.",
        "A similar problem, solved. Printed: Z[2] = W[2] A[2] + b[2]. "
        'answers[0] = ("wrong", W[2] @ A[1] + b[2], "shapes"), '
        "because W[2] is (3, 5) and A[2] is (3, 11).",
    ),
)


def _hunted(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> dict[int, Any]:
    return reference.slide_hunt(Y, W, Z, A, dW, dZ)


@slide_hunt.mistake("Every line is called right. There are slips on this slide.")
def all_right(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = _hunted(Y, W, Z, A, dW, dZ)
    return {line: ("right", value, "nothing") for line, (_, value, _) in answers.items()}


@slide_hunt.mistake("Every slip is put down to shapes. Are there none that fit, and are wrong?")
def all_by_shapes(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = _hunted(Y, W, Z, A, dW, dZ)
    return {
        line: (verdict, value, "shapes" if verdict == "wrong" else "nothing")
        for line, (verdict, value, _) in answers.items()
    }


@slide_hunt.mistake("Every slip is left to a gradient check. Shapes would have shown some of them.")
def all_by_gradients(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    answers = _hunted(Y, W, Z, A, dW, dZ)
    return {
        line: (verdict, value, "gradients" if verdict == "wrong" else "nothing")
        for line, (verdict, value, _) in answers.items()
    }


@slide_hunt.mistake("Nothing was answered yet: fill the dictionary line by line.")
def no_answers(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    return {}


@slide_hunt.mistake(
    "A matrix product took the place of the dot. Read the dot as `*`, entry by entry."
)
def dot_as_product(Y: Any, W: Any, Z: Any, A: Any, dW: Any, dZ: Any) -> Any:
    return W[4].T @ dZ[4] @ (Z[3] > 0)


# --- be_the_grader -----------------------------------------------------------------------


be_the_grader = Exercise(
    name="be_the_grader",
    assignment=ASSIGNMENT,
    rubric={"right": 5},
    reference=reference.be_the_grader,
    returns="inputs",
    cases=lambda rng: [Case({}, expected=Returned(Anything()))],
    laws={"told_apart": "right"},
    hints=(
        "What could one get wrong in such a function? The border, the count it divides by, a "
        "class left out, an example left out, errors that cancel. Aim an input at each.",
        "Labels of both kinds, the first and the last label unlike their neighbors, numbers of "
        "wrong answers that are not the same on both sides, and one prediction at the border.",
        "A similar problem, solved. To tell a right median from the mean, give it [0, 0, 9]; "
        "from the middle of an unsorted list, [5, 1, 3].",
    ),
)


@be_the_grader.mistake("There is no input in the list yet.")
def no_inputs() -> Any:
    inputs: list[Any] = []
    return inputs


@be_the_grader.mistake(
    "One example, clear and right: nearly every version gives 1 for it. Make it harder."
)
def one_easy_example() -> Any:
    return [(np.array([[0.9]]), np.array([[1.0]]))]


@be_the_grader.mistake("These arrays are rank-1. accuracy takes rows with two axes, (1, m).")
def rank_one() -> Any:
    return [(np.array([0.9, 0.2, 0.7]), np.array([1.0, 0.0, 0.0]))]


EXERCISES = (
    sigmoid_backward,
    relu_backward,
    derivation_order,
    linear_backward,
    linear_activation_backward,
    L_model_backward,
    gradient_check,
    slide_hunt,
    update_parameters,
    L_layer_model,
    be_the_grader,
)
