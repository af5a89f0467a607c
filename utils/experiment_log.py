"""Tools for a hyperparameter search: a log that survives a crash, a progress bar, a budget."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import numpy as np

from utils.files import written_aside
from utils.hdf5 import h5py_or_none, is_hdf5, opened, write_npz

__all__ = ["LogError", "append_record", "budget", "log_for", "progress", "read_log"]

Record = dict[str, Any]
Item = TypeVar("Item")

_FORMAT = "experiment log 1"
_NUMBERS = ("train_accuracy", "dev_accuracy", "seconds")


class LogError(ValueError):
    """A file that exists but is not an experiment log; the message is one sentence."""


def log_for(log: str | Path, space: Mapping[str, Any], seed: int) -> str:
    """Start the experiment log of one search, or find it again; return its path.

    A new log notes the space, budget included, and the seed. A log that exists must be of the same
    search, so that no trials of two searches are mixed.

    Parameters
    ----------
    log : path
    space : dict
        As `sample_configuration` takes it.
    seed : int
        What the search's generator was made from.

    Raises
    ------
    LogError
        If the file is not an experiment log, or is that of another space or seed.
    """
    search = json.loads(json.dumps({"seed": seed, "space": dict(space)}, default=_plain))
    if not os.path.exists(log):
        attributes = {"format": _FORMAT, "search": json.dumps(search)}
        h5py = h5py_or_none()
        if h5py is None:
            write_npz(_place(log), {f"@{name}": value for name, value in attributes.items()})
            return str(log)
        with written_aside(_place(log)) as aside, h5py.File(aside, "w", locking=False) as file:
            file.attrs.update(attributes)
        return str(log)
    count = _length(log)
    with opened(log) as file:
        noted = json.loads(str(file.attrs.get("search", "{}")))
    other = _difference(noted, search)
    if other:
        trials = "1 trial" if count == 1 else f"{count} trials"
        raise LogError(
            f"{log} holds {trials} of another search, {other}: give the log another name, "
            "or delete the file."
        )
    return str(log)


def _difference(noted: dict[str, Any], search: dict[str, Any]) -> str:
    """Return in words how the search in a log differs from another, or an empty text."""
    if not noted:
        return "whose space and seed it does not tell"
    if noted["seed"] != search["seed"]:
        return f"with seed {noted['seed']} and not {search['seed']}"
    for name in noted["space"] | search["space"]:
        was, is_ = (one["space"].get(name, "missing") for one in (noted, search))
        if was != is_:
            return f"where {name} was {_said(was)} and not {_said(is_)}"
    if list(noted["space"]) != list(search["space"]):
        return "whose space has its names in another order"
    return ""


def _said(range_: Any) -> str:
    """Return a range of a space with its numbers rounded."""
    if isinstance(range_, list):
        return f"({', '.join(map(_said, range_))})"
    return f"{range_:.4g}" if isinstance(range_, float) else str(range_)


def _place(log: str | Path) -> Path:
    """Return the path of a log whose folder exists."""
    path = Path(log)
    if not path.parent.is_dir():
        raise LogError(f"There is no folder {path.parent} for the log {path.name}.")
    return path


def read_log(log: str | Path | None) -> list[Record]:
    """Return the records in an experiment log, in order.

    Parameters
    ----------
    log : path or None
        An HDF5 file that `append_record` wrote. If it does not exist, or `log` is None, there
        are no records.

    Raises
    ------
    LogError
        If the file is not an experiment log.
    """
    if log is None or not os.path.exists(log):
        return []
    try:
        with opened(log) as file:
            if file.attrs.get("format") != _FORMAT:
                raise LogError(f"{log} is not an experiment log: give the log another name.")
            return [_read(file[name]) for name in sorted(file)]
    except (OSError, KeyError) as error:
        raise LogError(f"{log} is not an experiment log: give the log another name.") from error


def append_record(log: str | Path | None, record: Record) -> None:
    """Append a record to an experiment log, creating the log if it does not exist.

    The whole file is replaced by a longer one, so it is never half written, whenever the program
    stops. If `log` is None, nothing happens. Where h5py is missing, a new log is written in NumPy's
    format, under the same name; `read_log` reads both.

    Raises
    ------
    LogError
        If the file is not an experiment log, its folder is missing, or a record stands for the log.
    """
    if isinstance(log, dict):
        raise LogError("append_record takes the log first, and then the record.")
    if log is None:
        return
    exists, count = os.path.exists(log), _length(log)
    values, costs = _written(record), np.asarray(record["costs"])
    h5py = h5py_or_none()
    if h5py is None or (exists and not is_hdf5(log)):
        arrays: dict[str, Any] = {"@format": _FORMAT}
        if exists:
            with np.load(log, allow_pickle=False) as earlier:
                arrays |= earlier
        arrays |= {f"{count:06d}/@{name}": value for name, value in values.items()}
        write_npz(_place(log), arrays | {f"{count:06d}/costs": costs})
        return
    with written_aside(_place(log)) as aside:
        if exists:
            shutil.copyfile(log, aside)
        with h5py.File(aside, "a" if exists else "w", locking=False) as file:
            file.attrs["format"] = _FORMAT
            group = file.create_group(f"{count:06d}")
            group.attrs.update(values)
            group["costs"] = costs


def _written(record: Record) -> dict[str, Any]:
    """Return what a log keeps of a record as attributes."""
    return {
        "configuration": json.dumps(record["configuration"], default=_plain),
        "diverged": bool(record["diverged"]),
        **{name: float(record[name]) for name in _NUMBERS},
    }


def _length(log: str | Path) -> int:
    if not os.path.exists(log):
        return 0
    try:
        with opened(log) as file:
            if file.attrs.get("format") == _FORMAT:
                return len(file)
    except OSError:
        pass
    raise LogError(f"{log} is not an experiment log: give the log another name.")


def _read(group: Any) -> Record:
    return {
        "configuration": json.loads(group.attrs["configuration"]),
        "costs": group["costs"][()],
        **{name: float(group.attrs[name]) for name in _NUMBERS},
        "diverged": bool(group.attrs["diverged"]),
    }


def _plain(value: Any) -> Any:
    """Return a NumPy number as a Python number."""
    return value.item()


def budget(full: int, small: int) -> int:
    """Return `full`, or `small` if the environment variable COURSE_BUDGET is "small".

    The course's tests run the whole notebook with the small budget.
    """
    return small if os.environ.get("COURSE_BUDGET") == "small" else full


def progress(items: Sequence[Item], what: str = "trials") -> Iterator[Item]:
    """Yield the items under a progress bar that shows the time left.

    The bar appears only in a notebook, and only after half a second. A range that begins at 7
    counts from 7, like a search that is resumed after 7 trials.

    >>> [2 * i for i in progress(range(3))]
    [0, 2, 4]
    """
    before = items.start if isinstance(items, range) and len(items) and items.step == 1 else 0
    total, began = before + len(items), perf_counter()
    handle = None
    for done, item in enumerate(items, before):
        handle = _show(handle, _Bar(done, total, perf_counter() - began, what, before))
        yield item
    _show(handle, _Bar(total, total, perf_counter() - began, what, before))


class _Bar:
    """One state of a progress bar."""

    def __init__(self, done: int, total: int, seconds: float, what: str, before: int = 0) -> None:
        self.done, self.total, self.seconds, self.what = done, total, seconds, what
        self.before = before  # done earlier, in no time of this run

    def __repr__(self) -> str:
        if self.done == self.total:
            run = f"{self.total} {self.what} in {_clock(self.seconds)}"
            return f"{run}, {self.before} of them earlier" if self.before else run
        told = f"{self.done} of {self.total} {self.what}"
        if self.done == self.before:
            return told
        left = self.seconds / (self.done - self.before) * (self.total - self.done)
        return f"{told}, about {_clock(left)} left"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        bar = (
            f'<progress max="{self.total}" value="{self.done}" aria-label="{self.what} done" '
            f'style="width:16em;vertical-align:middle"></progress>&ensp;{self}'
        )
        return {"text/html": bar, "text/plain": repr(self)}


def _show(handle: Any, bar: _Bar) -> Any:
    if handle is not None:
        handle.update(bar)
    # A check keeps what an answer prints, and shows no bar of a search that it runs itself.
    elif bar.seconds > 0.5 and _in_notebook() and not isinstance(sys.stdout, StringIO):
        from IPython.display import display

        return display(bar, display_id=True)  # type: ignore[no-untyped-call]
    return handle


def _in_notebook() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return hasattr(get_ipython(), "kernel")


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes}:{seconds:02d}"
