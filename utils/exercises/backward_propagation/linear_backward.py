"""The three gradients of a linear step; sizes that agree by chance are cases of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.exercises.backward_propagation.common import Rng, normal, rounded
from utils.exercises.exercise import Exercise
from utils.reference import backward_propagation as reference
from utils.reference.backward_propagation import linear_backward as linear_back


def _cases(rng: Rng) -> list[Case]:
    def case(
        n: int, n_prev: int, m: int, note: str = "", layout: str = "plain", **more: Any
    ) -> Case:
        draw = rounded if more.get("readable") else normal
        dtype, earns = more.get("dtype", np.float64), more.get("earns", "all three")
        shapes = (n, m), (n_prev, m), (n, n_prev), (n, 1)
        while True:
            dZ, *cache = (draw(rng, *shape).astype(dtype) for shape in shapes)
            gradients = reference.linear_backward(dZ, tuple(cache))
            if all(np.max(np.abs(one)) > 0.05 for one in gradients):
                break  # else the examples' shares cancel, and what is left is their roundings
        return Case({"dZ": dZ, "cache": tuple(cache)}, note, layout, None, earns)

    edge: dict[str, Any] = {"earns": "edge cases"}
    untouched: dict[str, Any] = {"earns": "inputs left alone"}
    return [
        case(2, 3, 5, readable=True),
        case(5, 3, 1, "a single example (m = 1)", **edge),
        case(1, 3, 2, "a single unit", **edge),
        case(3, 1, 2, "a single input", **edge),
        case(3, 3, 3, "all sizes equal"),
        case(5, 5, 2, "as many units as before"),
        case(3, 4, 3, "as many examples as units"),
        case(5, 3, 7, "float32 arrays", dtype=np.float32, **edge),
        case(5, 3, 7, "arrays that are not contiguous in memory", "strided"),
        case(5, 3, 7, "arrays that must not be written to", "readonly", **untouched),
    ]


exercise = Exercise(
    name="linear_backward",
    assignment="02_backward_propagation",
    rubric={
        "shape": 2,
        "dA_prev": 1.5,
        "dW": 2,
        "db": 1.5,
        "all three": 1,
        "edge cases": 1,
        "inputs left alone": 1,
    },
    reference=reference.linear_backward,
    returns=("", "dA_prev", "dW", "db"),
    cases=_cases,
    fresh=("dA_prev", "dW", "db"),
    properties={
        "dW_reacts": "dW",
        "db_reacts": "db",
        "dA_prev_reacts": "dA_prev",
        "linear_examples_twice": "all three",
    },
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


def _with(dZ: Any, cache: Any, **changed: Any) -> Any:
    """Return the three gradients, with those in `changed` replaced."""
    names = ("dA_prev", "dW", "db")
    right = dict(zip(names, linear_back(dZ, cache), strict=True))
    return tuple((right | changed)[name] for name in names)


def _scaled(dZ: Any, cache: Any, dA: float = 1, dW: float = 1, db: float = 1) -> Any:
    found = linear_back(dZ, cache)
    return found[0] * dA, found[1] * dW, found[2] * db


@exercise.mistake("dW is the sum over the examples. To which gradients does 1/m belong?")
def dW_not_averaged(dZ: Any, cache: Any) -> Any:
    return _scaled(dZ, cache, dW=dZ.shape[1])


@exercise.mistake("db is the sum over the examples. To which gradients does 1/m belong?")
def db_not_averaged(dZ: Any, cache: Any) -> Any:
    return _scaled(dZ, cache, db=dZ.shape[1])


@exercise.mistake("1/m is missing: dW and db are means over the m examples, not sums.")
def never_averaged(dZ: Any, cache: Any) -> Any:
    return _scaled(dZ, cache, dW=dZ.shape[1], db=dZ.shape[1])


@exercise.mistake("1/m came in twice, in dW and db. One of the two has to go.")
def averaged_twice(dZ: Any, cache: Any) -> Any:
    return _scaled(dZ, cache, dW=1 / dZ.shape[1], db=1 / dZ.shape[1])


@exercise.mistake("1/m came in twice in db: perhaps by a mean that is then divided once more.")
def db_averaged_twice(dZ: Any, cache: Any) -> Any:
    return _scaled(dZ, cache, db=1 / dZ.shape[1])


@exercise.mistake(
    "dA_prev was divided by m too. It is the gradient of the summed loss: 1/m is for dW and db."
)
def dA_averaged(dZ: Any, cache: Any) -> Any:
    return _scaled(dZ, cache, dA=1 / dZ.shape[1])


@exercise.mistake("1/m stands at dA_prev and nowhere else. Which two belong to the mean?")
def only_dA_averaged(dZ: Any, cache: Any) -> Any:
    m = dZ.shape[1]
    return _scaled(dZ, cache, 1 / m, m, m)


@exercise.mistake("m was taken from the rows of dZ, which are units. Examples are columns.")
def m_from_rows(dZ: Any, cache: Any) -> Any:
    scale = dZ.shape[1] / dZ.shape[0]
    return _scaled(dZ, cache, dW=scale, db=scale)


@exercise.mistake("m was taken from the rows of A_prev. Its columns are the examples.")
def m_from_inputs(dZ: Any, cache: Any) -> Any:
    scale = dZ.shape[1] / cache[0].shape[0]
    return _scaled(dZ, cache, dW=scale, db=scale)


@exercise.mistake(
    "dW and db were divided by the number of all entries of dZ. m counts its columns."
)
def m_from_entries(dZ: Any, cache: Any) -> Any:
    return _scaled(dZ, cache, dW=1 / dZ.shape[0], db=1 / dZ.shape[0])


@exercise.mistake("All signs are turned. Going downhill comes later; a gradient points uphill.")
def signs_turned(dZ: Any, cache: Any) -> Any:
    return _scaled(dZ, cache, -1, -1, -1)


@exercise.mistake("`*` multiplies entry by entry. dW is a matrix product.")
def elementwise(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, dW=dZ * cache[0] / dZ.shape[1])


@exercise.mistake("`*` multiplies entry by entry. dA_prev is a matrix product.")
def elementwise_dA(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, dA_prev=cache[1].T * dZ)


@exercise.mistake("dW lies on its side: it should have a row for every unit, as W has.")
def dW_transposed(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, dW=linear_back(dZ, cache)[1].T)


@exercise.mistake("dA_prev lies on its side: it should have a column for every example.")
def dA_transposed(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, dA_prev=dZ.T @ cache[1])


@exercise.mistake(
    "dZ and A_prev were multiplied as they are. One must be transposed so that the m's meet."
)
def transpose_missing(dZ: Any, cache: Any) -> Any:
    return cache[1].T @ dZ, dZ @ cache[0] / dZ.shape[1], linear_back(dZ, cache)[2]


@exercise.mistake(
    "reshape gave A_prev the right shape and scrambled its numbers. Transposing moves rows to "
    "columns."
)
def reshape_for_transpose(dZ: Any, cache: Any) -> Any:
    A_prev = cache[0]
    return _with(dZ, cache, dW=dZ @ A_prev.reshape(A_prev.shape[::-1]) / dZ.shape[1])


@exercise.mistake(
    "reshape gave W the right shape and scrambled its numbers. Transposing moves rows to columns."
)
def W_reshaped(dZ: Any, cache: Any) -> Any:
    W = cache[1]
    return _with(dZ, cache, dA_prev=W.reshape(W.shape[::-1]) @ dZ)


@exercise.mistake(
    "db was summed down the columns, over the units. Sum along the rows, over the examples."
)
def db_over_units(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, db=np.sum(dZ, axis=0, keepdims=True) / dZ.shape[1])


@exercise.mistake(
    "db was summed down the columns, over the units, and lost an axis. Examples lie along the rows."
)
def db_over_units_flat(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, db=np.sum(dZ, axis=0) / dZ.shape[1])


@exercise.mistake(
    "db is a rank-1 array: without keepdims=True the sum loses its axis. "
    "The next update would make b (n, n) in silence."
)
def keepdims_forgotten(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, db=linear_back(dZ, cache)[2].ravel())


@exercise.mistake("db is one number for the whole layer; each unit has a bias of its own.")
def db_one_number(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, db=np.sum(dZ) / dZ.shape[1])


@exercise.mistake("db is one mean for the whole layer; each unit has a bias of its own.")
def db_one_mean(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, db=np.mean(dZ))


@exercise.mistake("db is a single entry, a sum over everything; each unit has a bias of its own.")
def db_one_entry(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, db=np.sum(dZ, keepdims=True) / dZ.shape[1])


@exercise.mistake("db still has a column for every example. b acts on all of them: add them up.")
def db_not_summed(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, db=dZ / dZ.shape[1])


@exercise.mistake("db was summed from dW. It is the reactions of Z, dZ, that add up for b.")
def db_from_dW(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, db=np.sum(linear_back(dZ, cache)[1], axis=1, keepdims=True))


@exercise.mistake("W was used as it is; on the way back it has to be transposed.")
def W_not_transposed(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, dA_prev=cache[1] @ dZ)


@exercise.mistake(
    "dA_prev has the right shape, but dW was multiplied in where the layer's weights belong."
)
def dW_for_W(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, dA_prev=linear_back(dZ, cache)[1].T @ dZ)


@exercise.mistake("The three results are right, in another order: dA_prev comes first.")
def another_order(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dW, db, dA_prev


@exercise.mistake("dW and db are right, in places of each other: look at the order asked for.")
def db_before_dW(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev, db, dW


@exercise.mistake("The cache was unpacked in another order; it is (A_prev, W, b).")
def cache_misread(dZ: Any, cache: Any) -> Any:
    W, A_prev, b = cache
    return linear_back(dZ, (A_prev, W, b))


@exercise.mistake("The bias got into dA_prev: how A_prev acts on Z does not depend on b.")
def bias_added(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, dA_prev=cache[1].T @ (dZ + cache[2]))


@exercise.mistake(
    "dZ itself was divided by m: that changes the caller's array, and dA_prev along with it."
)
def dZ_overwritten(dZ: Any, cache: Any) -> Any:
    A_prev, W, _ = cache
    dZ /= dZ.shape[1]
    return W.T @ dZ, dZ @ A_prev.T, np.sum(dZ, axis=1, keepdims=True)


@exercise.mistake(
    "db lost an axis: np.squeeze takes away what keepdims=True kept. The next update would make "
    "b (n, n)."
)
def db_squeezed(dZ: Any, cache: Any) -> Any:
    return _with(dZ, cache, db=np.squeeze(linear_back(dZ, cache)[2]))


# --- two at once ---------------------------------------------------------------------------------


@exercise.combined_mistake("dW_not_averaged", "dA_averaged")
def averaged_at_the_wrong_place(dZ: Any, cache: Any) -> Any:
    m = dZ.shape[1]
    return _scaled(dZ, cache, dA=1 / m, dW=m)


@exercise.combined_mistake("keepdims_forgotten", "dW_not_averaged")
def flat_and_not_averaged(dZ: Any, cache: Any) -> Any:
    dA_prev, dW, db = linear_back(dZ, cache)
    return dA_prev, dW * dZ.shape[1], db.ravel()


@exercise.combined_mistake("dW_for_W", "db_not_averaged")
def slide_and_sum(dZ: Any, cache: Any) -> Any:
    _, dW, db = linear_back(dZ, cache)
    return dW.T @ dZ, dW, db * dZ.shape[1]


# --- slips that raise ----------------------------------------------------------------------------


@exercise.raising_mistake("dZ (2, 5) @ A_prev (3, 5) does not fit.")
def product_without_transpose(dZ: Any, cache: Any) -> Any:
    A_prev, W, _ = cache
    m = dZ.shape[1]
    dW = 1 / m * np.dot(dZ, A_prev)
    db = 1 / m * np.sum(dZ, axis=1, keepdims=True)
    return np.dot(W.T, dZ), dW, db


@exercise.raising_mistake("A_prev.T is an array, not a function, so it cannot be called.")
def T_called(dZ: Any, cache: Any) -> Any:
    A_prev, W, _ = cache
    m = dZ.shape[1]
    dW = dZ @ A_prev.T() / m
    return W.T @ dZ, dW, np.sum(dZ, axis=1, keepdims=True) / m


@exercise.raising_mistake("dZ.shape is a tuple of 2, where a number is needed.")
def m_is_a_shape(dZ: Any, cache: Any) -> Any:
    A_prev, W, _ = cache
    dW = dZ @ A_prev.T / dZ.shape
    return W.T @ dZ, dW, np.mean(dZ, axis=1, keepdims=True)


@exercise.raising_mistake("there are 2 names to the left of =, but more values to the right.")
def two_names_for_three(dZ: Any, cache: Any) -> Any:
    A_prev, W = cache
    m = dZ.shape[1]
    return W.T @ dZ, dZ @ A_prev.T / m, np.sum(dZ, axis=1, keepdims=True) / m


@exercise.raising_mistake("the name dB is not defined. Did you mean db?")
def result_misnamed(dZ: Any, cache: Any) -> Any:
    A_prev, W, _ = cache
    m = dZ.shape[1]
    db = np.sum(dZ, axis=1, keepdims=True) / m
    return W.T @ dZ, dZ @ A_prev.T / m, dB


@exercise.raising_mistake("got an unexpected keyword argument 'keepdim'")
def keyword_misspelled(dZ: Any, cache: Any) -> Any:
    A_prev, W, _ = cache
    m = dZ.shape[1]
    db = np.sum(dZ, axis=1, keepdim=True) / m
    return W.T @ dZ, dZ @ A_prev.T / m, db


@exercise.raising_mistake("your assert says no: here db.shape is (2,), and b.shape is (2, 1).")
def guarded_without_an_axis(dZ: Any, cache: Any) -> Any:
    A_prev, W, b = cache
    db = np.sum(dZ, axis=1) / dZ.shape[1]
    assert db.shape == b.shape
    return W.T @ dZ, dZ @ A_prev.T / dZ.shape[1], db


@exercise.raising_mistake("m is an array of 5 numbers here")
def a_row_for_m(dZ: Any, cache: Any) -> Any:
    A_prev, W, _ = cache
    m = A_prev[1]
    return W.T @ dZ, np.dot(dZ, A_prev.T) / m, np.sum(dZ, axis=1, keepdims=True) / m


@exercise.raising_mistake("db is a single number, which has no length.")
def length_of_a_number(dZ: Any, cache: Any) -> Any:
    A_prev, W, _ = cache
    db = np.sum(dZ)
    return W.T @ dZ, dZ @ A_prev.T / dZ.shape[1], db / len(db)


# --- right, in other clothes ---------------------------------------------------------------------


@exercise.correct_variant
def with_einsum(dZ: Any, cache: Any) -> Any:
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = np.einsum("ji,ki->jk", dZ, A_prev) / m
    return np.dot(W.T, dZ), dW, np.mean(dZ, axis=1).reshape(b.shape)


@exercise.correct_variant
def example_by_example(dZ: Any, cache: Any) -> Any:
    A_prev, W, _ = cache
    m = dZ.shape[1]
    dA_prev, dW, db = (np.zeros(array.shape) for array in cache)
    for i in range(m):
        dz = dZ[:, i : i + 1]
        dA_prev[:, i] = np.dot(W.T, dz)[:, 0]
        dW += np.outer(dz, A_prev[:, i]) / m
        db += dz / m
    return dA_prev, dW, db


@exercise.correct_variant
def by_a_product_with_ones(dZ: Any, cache: Any) -> Any:
    m = len(dZ.T)
    ones = np.ones((m, 1), dZ.dtype)
    return cache[1].T @ dZ, (cache[0] @ dZ.T).T / m, dZ @ ones / m


@exercise.correct_variant
def transposed_throughout(dZ: Any, cache: Any) -> Any:
    m = dZ.shape[-1]
    return (dZ.T @ cache[1]).T, dZ.dot(cache[0].T) * (1 / m), dZ.mean(axis=1)[:, None]


@exercise.correct_variant
def divided_first(dZ: Any, cache: Any) -> Any:
    mean = dZ / dZ.shape[1]
    db = np.expand_dims(np.sum(mean, axis=-1), 1)
    return np.matmul(cache[1].T, dZ), np.matmul(mean, np.transpose(cache[0])), db


@exercise.correct_variant
def with_tensordot(dZ: Any, cache: Any) -> Any:
    A_prev, W, _ = cache
    m = float(A_prev.shape[1])
    dW = np.tensordot(dZ, A_prev, axes=(1, 1)) / m
    return np.tensordot(W, dZ, axes=(0, 0)), dW, np.add.reduce(dZ, axis=1, keepdims=True) / m


@exercise.correct_variant
def weight_by_weight(dZ: Any, cache: Any) -> Any:
    A_prev, W, _ = cache
    m = dZ.shape[1]
    dW = np.array([[sum(row * a) / m for a in A_prev] for row in dZ])
    db = np.array([[sum(row) / m] for row in dZ])
    return np.einsum("jk,ji->ki", W, dZ), dW, db


@exercise.correct_variant
def as_a_list(dZ: Any, cache: Any) -> Any:
    A_prev, W, _ = cache
    dW = np.mean(dZ[:, None, :] * A_prev[None, :, :], axis=2)
    return [np.sum(W[:, :, None] * dZ[:, None, :], axis=0), dW, np.mean(dZ, 1, keepdims=True)]
