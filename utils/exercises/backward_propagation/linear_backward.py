"""The three gradients of a linear step; sizes that agree by chance are cases of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.cases import Case
from utils.exercises.backward_propagation.common import Rng, normal, rounded
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import linear_backward as linear_back


def _linear_case(
    rng: Rng, n: int, n_prev: int, m: int, note: str = "", layout: str = "plain", **more: Any
) -> Case:
    draw = rounded if more.get("readable") else normal
    dtype = more.get("dtype", np.float64)
    cache = tuple(draw(rng, *shape).astype(dtype) for shape in ((n_prev, m), (n, n_prev), (n, 1)))
    return Case({"dZ": draw(rng, n, m).astype(dtype), "cache": cache}, note, layout)


def _cases(rng: Rng) -> list[Case]:
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


exercise = Exercise(
    name="linear_backward",
    assignment="02_backward_propagation",
    rubric={"values": 15},
    reference=reference.linear_backward,
    returns=("", "dA_prev", "dW", "db"),
    cases=_cases,
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


# --- mistakes ------------------------------------------------------------------------------------


@exercise.mistake("dW is the sum over the examples. It should be their mean; db is.")
def dW_not_averaged(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev, dW * dZ.shape[1], db


@exercise.mistake("db is the sum over the examples. It should be their mean; dW is.")
def db_not_averaged(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev, dW, db * dZ.shape[1]


@exercise.mistake("1/m is missing: dW and db are means over the m examples, not sums.")
def never_averaged(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev, dW * dZ.shape[1], db * dZ.shape[1]


@exercise.mistake("1/m came in twice, in dW and db. One of the two has to go.")
def averaged_twice(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev, dW / dZ.shape[1], db / dZ.shape[1]


@exercise.mistake(
    "dA_prev was divided by m too. It is the gradient of the summed loss: 1/m is for dW and db."
)
def dA_averaged(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev / dZ.shape[1], dW, db


@exercise.mistake("m was taken from the rows of dZ, which are units. Examples are columns.")
def m_from_rows(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    scale = dZ.shape[1] / dZ.shape[0]
    return dA_prev, dW * scale, db * scale


@exercise.mistake("m was taken from the rows of A_prev. Its columns are the examples.")
def m_from_inputs(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    scale = dZ.shape[1] / cache[0].shape[0]
    return dA_prev, dW * scale, db * scale


@exercise.mistake("`*` multiplies entry by entry. dW is a matrix product.")
def elementwise(dZ: Any, cache: Any) -> Any:
    dA_prev, _, db = linear_back(dZ, cache)
    return dA_prev, dZ * cache[0] / dZ.shape[1], db


@exercise.mistake("dW lies on its side: it should have a row for every unit, as W has.")
def dW_transposed(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev, dW.T, db


@exercise.mistake(
    "dZ and A_prev were multiplied as they are. One must be transposed so that the m's meet."
)
def transpose_missing(dZ: Any, cache: Any) -> Any:
    return cache[1].T @ dZ, dZ @ cache[0] / dZ.shape[1], linear_back(dZ, cache)[2]


@exercise.mistake(
    "db was summed down the columns, over the units. Sum along the rows, over the examples."
)
def db_over_units(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, _ = linear_back(dZ, cache)
    return dA_prev, dW, np.sum(dZ, axis=0, keepdims=True) / dZ.shape[1]


@exercise.mistake(
    "db is a rank-1 array: the sum lost its axis. The next update would make b (n, n) in silence."
)
def keepdims_forgotten(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev, dW, db.ravel()


@exercise.mistake("db is one number for the whole layer; each unit has a bias of its own.")
def db_one_number(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, _ = linear_back(dZ, cache)
    return dA_prev, dW, np.sum(dZ) / dZ.shape[1]


@exercise.mistake("W was used as it is; on the way back it has to be transposed.")
def W_not_transposed(dZ: Any, cache: Any) -> Any:
    _, dW, db = linear_back(dZ, cache)
    return cache[1] @ dZ, dW, db


@exercise.mistake(
    "dA_prev has the right shape, but dW was multiplied in where the layer's weights belong."
)
def dW_for_W(dZ: Any, cache: Any) -> Any:
    _, dW, db = linear_back(dZ, cache)
    return dW.T @ dZ, dW, db


@exercise.mistake("The three results are right, in another order: dA_prev comes first.")
def another_order(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dW, db, dA_prev


@exercise.mistake("The cache was unpacked in another order; it is (A_prev, W, b).")
def cache_misread(dZ: Any, cache: Any) -> Any:
    W, A_prev, b = cache
    return linear_back(dZ, (A_prev, W, b))


@exercise.mistake("The bias got into dA_prev: how A_prev acts on Z does not depend on b.")
def bias_added(dZ: Any, cache: Any) -> Any:
    _, dW, db = linear_back(dZ, cache)
    return cache[1].T @ (dZ + cache[2]), dW, db


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.right_way
def with_einsum(dZ: Any, cache: Any) -> Any:
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = np.einsum("ji,ki->jk", dZ, A_prev) / m
    return np.dot(W.T, dZ), dW, np.mean(dZ, axis=1).reshape(b.shape)
