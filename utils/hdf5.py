"""Open HDF5 files to read, also where h5py is missing: then from their twins in NumPy's format.

The twin of ``garments.h5`` is ``garments.npz`` beside it. It holds every dataset under its path,
such as "train/images", and every attribute under "@" and its name, such as "@image_shape".
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from utils.files import written_aside

__all__ = ["h5py_or_none", "is_hdf5", "opened", "readable", "write_npz", "write_twin"]

SIGNATURE = b"\x89HDF\r\n\x1a\n"


def h5py_or_none() -> Any:
    """Import and return h5py, or return None where it is missing, as in a browser."""
    try:
        return import_module("h5py")
    except ImportError:
        return None


def readable(path: Path | str) -> Path:
    """Return the file to read for an HDF5 file: itself, or its twin where only that can be read.

    The path returned need not exist.
    """
    path = Path(path)
    twin = path.with_suffix(".npz")
    return twin if twin.is_file() and not (path.is_file() and h5py_or_none()) else path


def is_hdf5(path: Path | str) -> bool:
    """Return whether a file begins as HDF5 files do."""
    try:
        with open(path, "rb") as file:
            return file.read(len(SIGNATURE)) == SIGNATURE
    except OSError:
        return False


@contextmanager
def opened(path: Path | str) -> Iterator[Any]:
    """Open an HDF5 file, or a file in the form of a twin, whatever its name is.

    Yields an `h5py.File`, or an object that is read like one as far as this course does it.

    Raises
    ------
    OSError
        If the file is missing, damaged, or of another kind.
    ModuleNotFoundError
        If the file is an HDF5 file and h5py is missing.
    """
    h5py, hdf5 = h5py_or_none(), is_hdf5(path)
    if hdf5 and h5py is None:
        raise ModuleNotFoundError(
            f"{path} is an HDF5 file, and Python finds no h5py to read it: "
            "install it with `python -m pip install h5py`",
            name="h5py",
        )
    if not hdf5 and (h5py is None or zipfile.is_zipfile(path)):
        try:
            with open(path, "rb") as file, _loaded(file) as arrays:
                yield _Group(arrays)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise OSError(f"{path} is damaged") from error
    else:
        # Without a lock: a course folder may be read-only or on a network drive, where locking
        # fails, and these files are only ever replaced whole.
        with h5py.File(path, "r", locking=False) as file:
            yield file


def _loaded(file: BinaryIO) -> Any:
    """Return the archive of arrays in an open file."""
    try:
        arrays = np.load(file, allow_pickle=False)
    except ValueError as error:
        raise OSError(f"{file.name} is no archive of arrays") from error
    if not isinstance(arrays, Mapping):
        raise OSError(f"{file.name} is no archive of arrays")
    return arrays


class _Group:
    """A group of a twin, read like a group of h5py: `group["name"]`, `group.attrs["name"]`."""

    def __init__(self, arrays: Mapping[str, Any], prefix: str = "") -> None:
        self._arrays, self._prefix = arrays, prefix
        inside = [name.removeprefix(prefix) for name in arrays if name.startswith(prefix)]
        self._names = {name.partition("/")[0] for name in inside if not name.startswith("@")}
        self.attrs = {n[1:]: arrays[prefix + n][()] for n in inside if n.startswith("@")}

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> Any:
        path = self._prefix + name
        if path in self._arrays:
            return self._arrays[path]
        group = _Group(self._arrays, path + "/")
        if not group._names:
            raise KeyError(name)
        return group

    def get(self, name: str) -> Any:
        """Return the dataset or group of this name, or None."""
        try:
            return self[name]
        except KeyError:
            return None


def write_npz(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write arrays by name into a file in NumPy's format, at exactly this path."""
    with written_aside(path) as aside, open(aside, "wb") as file:
        np.savez_compressed(file, **arrays)


def write_twin(path: Path) -> Path:
    """Write the twin of an HDF5 file beside it, and return the twin's path."""
    found: dict[str, Any] = {}

    def keep(name: str, item: Any) -> None:
        prefix = f"{name}/" if name else ""
        for attribute, value in item.attrs.items():
            found[f"{prefix}@{attribute}"] = _plain(value)
        if hasattr(item, "dtype"):
            found[name] = _plain(item[()])

    with opened(path) as file:
        keep("", file)
        file.visititems(keep)
    twin = path.with_suffix(".npz")
    write_npz(twin, found)
    return twin


def _plain(value: Any) -> Any:
    """Return a value that h5py read, with text as NumPy's own strings instead of objects."""
    if isinstance(value, bytes):
        return np.array(value.decode())
    array = np.asarray(value)
    return np.array(array.tolist()) if array.dtype == object else array
