"""The functions that an answer can reach, found and replaced by identity.

An answer may hold an earlier one by its global name, in a closure, a default argument, a container,
a class, or a partial; whichever it is, follow-through must find it and put the reference there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from itertools import islice
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any, NamedTuple

import numpy as np

__all__ = ["replaced", "used"]

MOST = 5_000  # places looked at, and in one container: an answer may hold a data set
IN_ONE = 200
_CACHE = type(lru_cache(len))
_TRANSPARENT = (FunctionType, MethodType, partial, np.vectorize, np.ufunc, _CACHE, type(len))
DYNAMIC = {"globals", "eval", "exec", "vars", "getattr", "locals", "get_ipython"}


class _Slot(NamedTuple):
    """A place that can be replaced: its value, a setter, and a function that restores the value."""

    value: Any
    put: Callable[[Any], Any]
    restore: Callable[[], Any]


def used(function: Any, namespace: dict[str, Any], names: Iterable[str]) -> list[str]:
    """Return which of `names` an answer reaches, directly or through other functions.

    If the answer looks up names while it runs, as `eval` does, all of `names` count as used.
    """
    if not (names := list(names)):
        return []
    met = set[str]()
    slots = list(_walk(function, namespace))
    for value in (function, *(slot.value for slot in slots)):
        code = _code(value, namespace)
        if code is None:
            if not _is_transparent(value, namespace):
                return names
            continue
        of_code = {name for one in _with_nested(code) for name in one.co_names}
        if DYNAMIC & of_code:
            return names
        met |= of_code
    return [
        name
        for name in names
        if name in met or any(_is_named(slot.value, name, namespace) for slot in slots)
    ]


@contextlib.contextmanager
def replaced(
    function: Any, namespace: dict[str, Any], overrides: Mapping[str, Any]
) -> Iterator[None]:
    """Replace the functions named in `overrides` while the context is open.

    They are replaced wherever the answer holds them, also where it holds a function of that name
    from an earlier run of its cell.
    """
    restore: list[Callable[[], Any]] = []
    slots = [
        (slot, override)
        for slot in (_walk(function, namespace) if overrides else ())
        for name, override in overrides.items()
        if _is_named(slot.value, name, namespace)
    ]
    missing = [name for name in overrides if name not in namespace]
    kept = {name: namespace[name] for name in overrides if name in namespace}
    try:
        for slot, override in slots:
            with contextlib.suppress(Exception):  # a student's class may refuse
                slot.put(override)
                restore.append(slot.restore)
        namespace.update(overrides)
        yield
    finally:
        namespace.update(kept)
        for name in missing:
            namespace.pop(name, None)
        for back in reversed(restore):
            with contextlib.suppress(Exception):
                back()


def _is_named(value: Any, name: str, namespace: dict[str, Any]) -> bool:
    """Return whether a value is the answer of this name, or an earlier version of it."""
    if value is not None and value is namespace.get(name):
        return True
    return (
        type(value) is FunctionType
        and value.__globals__ is namespace
        and value.__qualname__ == name
    )


def _walk(function: Any, namespace: dict[str, Any]) -> Iterator[_Slot]:
    """Yield every place that an answer reaches, at most `MOST` of them."""
    seen = {id(function)}
    to_visit = [iter(_slots(_Slot(function, _nothing, _nothing), namespace))]
    left = MOST
    while to_visit and left:
        slot = next(to_visit[-1], None)
        if slot is None:
            to_visit.pop()
            continue
        left -= 1
        yield slot
        if id(slot.value) not in seen and _can_hold(slot.value):
            seen.add(id(slot.value))
            to_visit.append(iter(_slots(slot, namespace)))


def _nothing(*_: Any) -> None:
    return None


def _can_hold(value: Any) -> bool:
    return value is not None and type(value) not in (bool, int, float, str, bytes, np.ndarray)


def _slots(slot: _Slot, namespace: dict[str, Any]) -> Iterator[_Slot]:
    """Yield the places right inside a value, without calling a method of a student's."""
    value, kind = slot.value, type(slot.value)
    with contextlib.suppress(Exception):  # a student's object may hold anything
        if kind is FunctionType:
            if value.__globals__ is namespace:
                yield from _of_globals(value, namespace)
            yield from _of_function(value)
        elif kind is dict:
            yield from _of_dict(value)
        elif kind is list:
            for i, item in enumerate(value[:IN_ONE]):
                yield _at(item, partial(value.__setitem__, i))
        elif kind is tuple:
            yield from _of_tuple(slot)
        elif kind is partial:
            yield from _of_partial(value)
        elif kind is MethodType:
            yield _Slot(value.__func__, _nothing, _nothing)
            yield _Slot(value.__self__, _nothing, _nothing)
        elif kind is staticmethod or kind is classmethod:
            inner = value.__func__
            yield _Slot(inner, lambda new: slot.put(kind(new)), slot.restore)
        elif issubclass(kind, type):
            if _is_students(value, namespace):
                yield from _of_class(value)
        else:
            if _is_students(kind, namespace):
                yield _Slot(kind, _nothing, _nothing)
            elif kind is not np.vectorize and kind is not _CACHE:
                return
            yield from _of_dict(object.__getattribute__(value, "__dict__"))


def _at(value: Any, put: Callable[[Any], Any]) -> _Slot:
    return _Slot(value, put, partial(put, value))


def _of_globals(function: FunctionType, namespace: dict[str, Any]) -> Iterator[_Slot]:
    names = dict.fromkeys(name for c in _with_nested(function.__code__) for name in c.co_names)
    for name in names:
        if name in namespace:
            yield _at(namespace[name], partial(namespace.__setitem__, name))


def _of_function(function: FunctionType) -> Iterator[_Slot]:
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # an empty cell
            yield _at(cell.cell_contents, partial(_put_cell, cell))
    if function.__defaults__:
        yield _at(function.__defaults__, partial(setattr, function, "__defaults__"))
    yield from _of_dict(function.__kwdefaults__ or {})
    yield from _of_dict(function.__dict__)


def _put_cell(cell: CellType, value: Any) -> None:
    cell.cell_contents = value


def _of_dict(values: dict[Any, Any]) -> Iterator[_Slot]:
    for key, item in list(islice(values.items(), IN_ONE)):
        yield _at(item, partial(values.__setitem__, key))


def _of_tuple(slot: _Slot) -> Iterator[_Slot]:
    items = list(slot.value)

    def put(i: int, new: Any) -> None:
        items[i] = new
        slot.put(tuple(items))

    for i, item in enumerate(slot.value[:IN_ONE]):
        yield _Slot(item, partial(put, i), lambda: slot.put(slot.value))


def _of_partial(value: Any) -> Iterator[_Slot]:
    state = [value.func, value.args, value.keywords, value.__dict__]

    def put(i: int, new: Any) -> None:
        state[i] = new
        value.__setstate__(tuple(state))

    yield _at(value.func, partial(put, 0))
    yield _at(value.args, partial(put, 1))
    yield _at(value.keywords, partial(put, 2))


def _of_class(value: type) -> Iterator[_Slot]:
    for name, item in list(type.__dict__["__dict__"].__get__(value).items()):
        if name not in ("__dict__", "__weakref__", "__doc__"):
            yield _at(item, partial(type.__setattr__, value, name))
    for base in type.__dict__["__bases__"].__get__(value):
        yield _Slot(base, _nothing, _nothing)


def _is_students(kind: type, namespace: dict[str, Any]) -> bool:
    """Return whether a class holds functions that were made in the notebook."""
    classes = type.__dict__["__mro__"].__get__(kind)
    found = [item for one in classes for item in type.__dict__["__dict__"].__get__(one).values()]
    return any(getattr(_inner(item), "__globals__", None) is namespace for item in found)


def _inner(item: Any) -> Any:
    return item.__func__ if type(item) in (staticmethod, classmethod) else item


def _is_transparent(value: Any, namespace: dict[str, Any]) -> bool:
    """Return whether everything that a value calls was found by walking through it."""
    opaque = not issubclass(type(value), type) and callable(value)
    known = type(value) in _TRANSPARENT or _is_students(type(value), namespace)
    return not opaque or known


def _code(value: Any, namespace: dict[str, Any]) -> CodeType | None:
    """Return the code of a function that was made in the notebook; None for anything else."""
    if type(value) is FunctionType and value.__globals__ is namespace:
        return value.__code__
    return None


def _with_nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_nested(constant)
