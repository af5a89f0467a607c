"""Sanitizing: turn any result of a student's function into plain data, in bounded time and memory.

Plain data are dicts, lists, tuples, text, numbers, None and arrays of our own. None of them can
call back into a student's code, claim to equal everything, or change later. Anything else becomes
an `Unsupported`, which describes it in words.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from utils.checker.cases import Place, Unsupported

__all__ = ["MOST_BYTES", "MOST_PARTS", "clean", "name_of", "plain", "plain_and_shared"]

MOST_DEPTH = 20
MOST_PARTS = 100_000  # a search of a hundred trials returns a few thousand
MOST_BYTES = 2**26  # of arrays and text in one result: 64 MB
MOST_BITS = 512  # of a whole number

_NUMPY_SCALARS = frozenset(kind for kind in np.sctypeDict.values() if kind is not np.object_)
_FUNCTIONS = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodType, np.ufunc, type(len)
)  # fmt: skip
_SAID = {
    "set": "a set",
    "generator": "a generator (is it a comprehension in round parentheses?)",
    "map": "a map (does list() make of it what you mean?)",
    "zip": "a zip (does list() make of it what you mean?)",
    "dict_values": "the values of a dictionary, not an array",
    "module": "a module",
    "type": "a type, not a value",
}


def plain(value: Any) -> Any:
    """Return the value as plain data, without raising and without running a student's code.

    Subclasses of list, tuple, dict, str and the numbers lose what they added. Arrays are copied.
    Arrays of a subclass, such as ``np.matrix``, and arrays of objects become `Unsupported`, as does
    everything nested too deeply, too large, or inside itself.
    """
    return plain_and_shared(value, ())[0]


def plain_and_shared(
    value: Any, inputs: Sequence[np.ndarray[Any, Any]]
) -> tuple[Any, tuple[Place, ...]]:
    """Return the value as plain data, and the places of arrays that share memory with an input."""
    look = _Look(inputs)
    try:
        return look.plain(value, ()), tuple(look.shared)
    except Exception as error:  # it changed meanwhile, or memory ran out
        return Unsupported(f"something that cannot be looked at ({type(error).__name__})"), ()


class _Look:
    """The sanitizing of one result, with the parts and bytes that it may still use."""

    def __init__(self, inputs: Sequence[np.ndarray[Any, Any]]) -> None:
        self.inputs = inputs
        self.owners = {id(one) for array in inputs for one in (array, array.base)}
        self.shared: list[Place] = []
        self.around: list[int] = []  # ids of the enclosing containers
        self.parts = MOST_PARTS
        self.bytes = MOST_BYTES

    def plain(self, value: Any, path: Place) -> Any:
        self.parts -= 1
        kind = type(value)
        if kind is float or kind is bool or value is None:
            return value
        if len(path) > MOST_DEPTH:
            return Unsupported("nested too deeply")
        if self.parts < 0:
            return Unsupported(f"of more than {MOST_PARTS:,} parts")
        if kind is np.ndarray:
            return self._array(value, path)
        if kind is int and value.bit_length() <= MOST_BITS:
            return value
        if kind is str:
            return self._text(value)
        if kind is dict or kind is list or kind is tuple:
            return self._container(value, kind, path)
        if kind in _NUMPY_SCALARS and value.dtype.kind in "biufc":
            return value
        return self._derived(value, kind, path)

    def _derived(self, value: Any, kind: type, path: Place) -> Any:
        """Convert an instance of a subclass of a plain kind; anything else is `Unsupported`."""
        if issubclass(kind, int):
            number = int.__pos__(value)
            return (
                number if number.bit_length() <= MOST_BITS else Unsupported("a huge whole number")
            )
        if issubclass(kind, float):
            return float.__pos__(value)
        if issubclass(kind, str):
            return self._text(str.__str__(value))
        for plain_kind in (dict, list, tuple):
            if issubclass(kind, plain_kind):
                return self._container(value, plain_kind, path)
        return self._other(value)

    def _container(self, value: Any, kind: type, path: Place) -> Any:
        if id(value) in self.around:
            return Unsupported("inside itself")
        self.around.append(id(value))
        try:
            if kind is dict:
                return self._dict(value, path)
            walk = list.__iter__ if kind is list else tuple.__iter__
            items = enumerate(islice(walk(value), self.parts + 1))
            looked = [self.plain(item, (*path, i)) for i, item in items]
            return looked if kind is list else tuple(looked)
        finally:
            self.around.pop()

    def _dict(self, value: dict[Any, Any], path: Place) -> Any:
        made = {}
        for key, item in list(islice(dict.items(value), self.parts + 1)):
            name = key if type(key) in (str, int) else self.plain(key, (None,) * MOST_DEPTH)
            name = f"<{name.description}>" if type(name) is Unsupported else name
            made[name] = self.plain(item, (*path, name))
        return made

    def _array(self, value: np.ndarray[Any, Any], path: Place) -> Any:
        if value.dtype.kind not in "biufcU":
            return Unsupported("an array of objects", value.shape, clean(str(value.dtype), 80))
        self.bytes -= value.nbytes
        if self.bytes < 0:
            return Unsupported(
                "an array that is too large to look at", value.shape, str(value.dtype)
            )
        if self.inputs and self._shares(value):
            self.shared.append(path)
        return value.copy()

    def _shares(self, value: np.ndarray[Any, Any]) -> bool:
        """Return whether an array shares memory with an input."""
        if value.flags.owndata:  # then only if it is an input itself, or the base of one
            return id(value) in self.owners
        return any(_overlap(value, array) for array in self.inputs)

    def _text(self, value: str) -> Any:
        self.bytes -= 4 * len(value)
        if self.bytes < 0:
            return Unsupported("text that is too long to look at")
        return value if value.isascii() else clean(value, len(value))

    def _other(self, value: Any) -> Unsupported:
        kind = type(value)
        name = name_of(kind)
        if issubclass(kind, _FUNCTIONS):
            return Unsupported("a function (is a pair of parentheses missing?)")
        if issubclass(kind, type):
            return Unsupported(_SAID["type"])
        if issubclass(kind, np.ndarray):
            array = np.ndarray.view(value, np.ndarray)
            numbers = self._array(array, ()) if array.dtype.kind in "biuf" else None
            numbers = numbers if type(numbers) is np.ndarray else None
            return Unsupported(f"of type {name}", array.shape, clean(str(array.dtype), 80), numbers)
        return Unsupported(_SAID.get(name, f"of type {name}"))


def _overlap(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> bool:
    try:
        return bool(np.shares_memory(one, other, max_work=10_000))  # type: ignore[arg-type]
    except Exception:  # too complex to decide: assume that it does
        return True


def name_of(kind: type) -> str:
    """Return a type's own name, whatever its metaclass claims."""
    return clean(str(type.__dict__["__name__"].__get__(kind)), 80)


def clean(text: str, most: int) -> str:
    """Return the first `most` characters of a text; replace lone surrogates: files hold none."""
    return text[:most].encode("utf-8", "replace").decode()
