"""Serializing: plain values as a tree of JSON types beside one byte string with all arrays.

This stores answer keys, and sends the arguments and results of a student's function, without
pickle: nothing that is unpacked can run code.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from utils.checker.cases import (
    AnyOfShape,
    Anything,
    Approx,
    InRange,
    Raised,
    Returned,
    Seed,
    Stream,
    TempFile,
    Unsupported,
)

__all__ = ["Packer", "unpack"]


class Packer:
    """Nested values as a tree; their arrays go into one byte string, referenced by offset."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.size = 0

    def _array(self, value: np.ndarray[Any, Any] | np.generic) -> Any:
        place = {"array": [value.dtype.str, value.shape, self.size]}
        self.chunks.append(value.tobytes())
        self.size += value.nbytes
        return place

    def numbers(self) -> bytes:
        """Return the bytes of all arrays."""
        return b"".join(self.chunks)

    def pack(self, value: Any) -> Any:
        """Return the value as a tree.

        Raises
        ------
        TypeError
            If the value is not plain.
        """
        kind = type(value)
        if kind is np.ndarray:
            return self._array(value)
        if value is None or kind is bool or kind is str:
            return value
        if kind is float:
            return {"float": value.hex()}
        if kind is int:
            return value if abs(value) < 2**53 else {"int": hex(value)}
        if kind is tuple:
            return {"tuple": list(map(self.pack, value))}
        if kind is list:
            return {"list": list(map(self.pack, value))}
        if kind is dict:
            return {"dict": [[self.pack(key), self.pack(value[key])] for key in value]}
        return self._other(value)

    def _other(self, value: Any) -> Any:
        match value:
            case np.generic():
                return {"scalar": self._array(value)}
            case Seed():
                return {"seed": value.value}
            case Stream():
                numbers = (value.state, value.increment, value.has_half, value.half)
                return {"stream": list(map(hex, numbers))}
            case TempFile():
                return {"scratch": value.name}
            case Approx():
                return {"about": [float(value.value).hex(), value.precision.hex()]}
            case Anything():
                return {"anything": self.pack(value.known)}
            case InRange():
                return {"between": [float(value.low).hex(), float(value.high).hex()]}
            case AnyOfShape():
                return {"shaped": list(value.shape)}
            case Returned():
                return {"returned": self.pack(value.value)}
            case Raised():
                return {"raised": [value.kind, value.message, [list(s) for s in value.shapes]]}
            case Unsupported():
                shape = None if value.shape is None else list(value.shape)
                numbers = self.pack(value.numbers)
                return {"strange": [value.description, shape, value.dtype, numbers]}
        raise TypeError(f"a {type(value).__name__} cannot be packed")


def unpack(tree: Any, numbers: bytes) -> Any:
    """Return the value that a tree and the bytes of its arrays represent.

    It is never larger than its source: all arrays together have at most the bytes of `numbers`.

    Raises
    ------
    ValueError, TypeError, OverflowError
        If they are not the output of a `Packer`.
    """
    return _Unpacker(numbers).unpack(tree)


class _Unpacker:
    def __init__(self, numbers: bytes) -> None:
        self.numbers = numbers
        self.left = len(numbers)

    def unpack(self, tree: Any) -> Any:
        bare = type(tree)
        if bare is not dict:
            if bare is str or bare is int or bare is bool or tree is None:
                return tree
            raise ValueError(f"a bare {bare.__name__}")
        [(kind, content)] = tree.items()
        match kind:
            case "array":
                return self._array(*content)
            case "scalar":
                return self.unpack(content)[()]
            case "int":
                return int(content, 16)
            case "float":
                return float.fromhex(content)
            case "tuple":
                return tuple(map(self.unpack, content))
            case "list":
                return list(map(self.unpack, content))
            case "dict":
                return {self.unpack(key): self.unpack(item) for key, item in content}
            case "seed":
                return Seed(content)
            case "stream":
                return _stream(*(int(number, 16) for number in content))
            case "scratch":
                return TempFile(str(content))
            case "about":
                return Approx(*map(float.fromhex, content))
            case "anything":
                return Anything(self.unpack(content))
            case "between":
                return InRange(*map(float.fromhex, content))
            case "shaped":
                return AnyOfShape(_shape(content))
            case "returned":
                return Returned(self.unpack(content))
            case "raised":
                name, message, shapes = content
                return Raised(str(name)[:200], str(message)[:2000], tuple(map(_shape, shapes)))
            case "strange":
                description, shape, dtype, numbers = content
                shape = None if shape is None else _shape(shape)
                array = None if numbers is None else self._array(*numbers["array"])
                return Unsupported(str(description)[:200], shape, str(dtype)[:200], array)
        raise ValueError(f"unknown kind {kind!r}")

    def _array(self, name: str, sizes: Any, start: int) -> np.ndarray[Any, Any]:
        dtype, shape = np.dtype(name), _shape(sizes)
        count = math.prod(shape)
        self.left -= count * dtype.itemsize
        if dtype.kind not in "biufcU" or self.left < 0 or len(shape) > 32:
            raise ValueError(f"no array of {dtype} and shape {shape} can be there")
        return np.frombuffer(self.numbers, dtype, count, start).reshape(shape).copy()


def _stream(state: int, increment: int, has_half: int, half: int) -> Stream:
    most = (2**128, 2**128, 2, 2**32)
    if not all(0 <= n < m for n, m in zip((state, increment, has_half, half), most, strict=True)):
        raise ValueError("no generator of random numbers stands there")
    return Stream(state, increment, has_half, half)


def _shape(sizes: Any) -> tuple[int, ...]:
    if len(sizes) > 64:
        raise ValueError("no shape has so many axes")
    for size in sizes:
        if type(size) is not int or not 0 <= size < 2**63:
            raise ValueError(f"{sizes} is no shape")
    return tuple(sizes)
