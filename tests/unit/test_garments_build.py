"""Test the garments files, their datasheet, and the script that builds them."""

from __future__ import annotations

import runpy
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.support import ROOT
from tests.support.one_sentence import one_sentence
from utils import data

BUILD = ROOT / "datasets" / "build.py"
SIZES = {"train": 10_000, "dev": 2_000, "test": 2_000}
TEN = {"train": 3_000, "dev": 1_000, "test": 1_000}


def build(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, BUILD, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def content(path: Path) -> dict[str, object]:
    """Return everything that a reader can see in an HDF5 file, for comparison."""
    found: dict[str, object] = {}

    def visit(name: str, item: h5py.Group | h5py.Dataset) -> None:
        for key, value in item.attrs.items():
            found[f"{name}@{key}"] = np.asarray(value).tolist()
        if isinstance(item, h5py.Dataset):
            found[name] = (item.shape, str(item.dtype), item[()].tobytes())
        else:
            found[name] = sorted(item)

    with h5py.File(path, "r") as file:
        visit("/", file)
        file.visititems(visit)
    return found


# -- the files ------------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.debian_dataset
def test_committed_files_equal_a_fresh_build(tmp_path: Path) -> None:
    fresh, earlier = tmp_path / "garments.h5", tmp_path / "earlier.h5"
    earlier.write_text("an earlier build")
    fresh.hardlink_to(earlier)
    done = build("--to", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    ten = tmp_path / "ten_garments.h5"
    assert content(fresh) == content(data.GARMENTS_PATH)
    assert content(ten) == content(data.TEN_GARMENTS_PATH)
    assert earlier.read_text() == "an earlier build", "a file in use is replaced, not rewritten"
    assert sorted(tmp_path.iterdir()) == [earlier, fresh, ten], "and nothing else is left behind"


def test_the_files_are_small_enough_for_git() -> None:
    assert data.GARMENTS_PATH.stat().st_size <= 8_000_000
    assert data.TEN_GARMENTS_PATH.stat().st_size <= 3_000_000


def test_no_picture_occurs_twice() -> None:
    pictures = {}
    with h5py.File(data.GARMENTS_PATH, "r") as file:
        for part, m in SIZES.items():
            pictures[part] = {image.tobytes() for image in file[part]["images"][()]}
            assert len(pictures[part]) == m
    for one, other in combinations(SIZES, 2):
        assert not pictures[one] & pictures[other], f"{one} and {other} share pictures"


def test_file_attributes_describe_the_data() -> None:
    with h5py.File(data.GARMENTS_PATH, "r") as file:
        attributes = dict(file.attrs)
    assert list(attributes["class_names"]) == ["coat", "shirt"]
    assert attributes["image_shape"].tolist() == [28, 28]
    assert attributes["license"] == "MIT"
    assert "Fashion-MNIST" in attributes["source"]
    assert "arXiv:1708.07747" in attributes["source"]
    assert "coats" in attributes["description"]


def test_datasheet_has_the_counts_of_the_file() -> None:
    datasheet = (ROOT / "datasets" / "README.md").read_text(encoding="utf-8")
    for part, m in SIZES.items():
        assert f"| {part} | {m:,} | {m // 2:,} | {m // 2:,} |" in datasheet


def test_datasheet_has_the_counts_of_the_ten_classes() -> None:
    datasheet = (ROOT / "datasets" / "README.md").read_text(encoding="utf-8")
    for part, m in TEN.items():
        assert f"| {part} | {m:,} | {m // 10} |" in datasheet


# -- the script -----------------------------------------------------------------------------------


def test_missing_source_files_are_reported_in_one_sentence(tmp_path: Path) -> None:
    done = build("--from", tmp_path, "--to", tmp_path)
    assert done.returncode == 2
    assert one_sentence(done.stderr)
    assert "train-images-idx3-ubyte.gz is missing" in done.stderr
    assert "apt install dataset-fashion-mnist" in done.stderr
    assert "--from" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"", "is not the file that Fashion-MNIST publishes"),
        (b"<html>", "cannot be unpacked"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "cannot be unpacked"),
    ],
    ids=["empty", "a web page", "cut short"],
)
def test_wrong_source_files_are_refused(tmp_path: Path, start: bytes, said: str) -> None:
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(start)
    done = build("--from", tmp_path, "--to", tmp_path)
    assert done.returncode == 2
    assert one_sentence(done.stderr)
    assert said in done.stderr
    assert not (tmp_path / "garments.h5").exists()


@pytest.mark.debian_dataset
def test_unwritable_target_is_reported(tmp_path: Path) -> None:
    target = tmp_path / "no such folder" / "garments.h5"
    done = build("--to", target.parent)
    assert done.returncode == 2
    assert done.stderr == f"{target} cannot be written: no such file or directory.\n"


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "garments.h5"
    folder.mkdir()
    names = runpy.run_path(str(BUILD))
    with pytest.raises(OSError, match="directory"):
        names["write"]({}, names["SELECTIONS"][0], folder)
    assert list(tmp_path.iterdir()) == [folder]
