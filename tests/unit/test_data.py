"""Test the garments file, its loader, and the toy sets."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support import ROOT
from utils import data
from utils.data import DataError, flower, load_garments, load_ten_garments, moons, spiral

BUILD = ROOT / "datasets" / "build.py"
SIZES = {"train": 10_000, "dev": 2_000, "test": 2_000}
TOYS = [flower, moons, spiral]


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


# The file


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


# The builder


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


# The loader


@pytest.mark.parametrize("part", ["train", "dev", "test"])
def test_loaded_parts_have_examples_in_columns(part: data.Part) -> None:
    garments = load_garments(part)
    m = SIZES[part]
    assert garments.X.shape == (784, m)
    assert garments.Y.shape == (1, m)
    assert garments.X.dtype == garments.Y.dtype == np.float32
    assert garments.X.min() == 0
    assert garments.X.max() == 1
    assert garments.Y.sum() == m / 2
    assert set(np.unique(garments.Y)) == {0, 1}
    assert garments.class_names == ("coat", "shirt")
    assert garments.image_shape == (28, 28)


@pytest.mark.parametrize("part", ["train", "dev", "test"])
def test_first_columns_have_both_classes(part: data.Part) -> None:
    # Guard against a split that begins with many examples of one class.
    Y = load_garments(part).Y
    assert 0 < Y[0, :10].mean() < 1
    assert 0.35 < Y[0, :100].mean() < 0.65


def test_column_holds_a_picture_in_row_order() -> None:
    garments = load_garments("dev")
    with h5py.File(data.GARMENTS_PATH, "r") as file:
        pixels = file["dev/images"][7]
        label = file["dev/labels"][7]
    picture = garments.X[:, 7].reshape(garments.image_shape)
    assert np.array_equal(np.rint(picture * 255), pixels)
    assert garments.Y[0, 7] == label


def test_labels_match_class_names() -> None:
    # Guard against swapped classes: coats have long sleeves more often, so these
    # pixels, at the cuffs, are brighter.
    garments = load_garments("train")
    cuffs = garments.X.reshape(28, 28, -1)[18:24, 4:8].mean(axis=(0, 1))
    is_coat = garments.Y[0] == garments.class_names.index("coat")
    assert cuffs[is_coat].mean() > 1.2 * cuffs[~is_coat].mean()


def test_each_call_returns_new_arrays() -> None:
    load_garments("test").X.fill(0)
    assert load_garments("test").X.max() == 1


def test_garments_have_a_one_line_repr() -> None:
    assert repr(load_garments("test")) == (
        "Garments(coat and shirt, X (784, 2000), Y (1, 2000), pictures (28, 28))"
    )


TEN = {"train": 3_000, "dev": 1_000, "test": 1_000}


@pytest.mark.parametrize("part", TEN)
def test_ten_classes_are_loaded_with_one_one_in_each_column(part: data.Part) -> None:
    ten = load_ten_garments(part)
    assert (ten.X.shape, ten.Y.shape) == ((784, TEN[part]), (10, TEN[part]))
    assert ten.X.dtype == ten.Y.dtype == np.float32
    assert (ten.Y.sum(axis=0) == 1).all()
    assert (ten.Y.sum(axis=1) == TEN[part] / 10).all()
    assert (ten.Y[:, :100].sum(axis=1) > 0).all(), "the first columns have every class"
    assert repr(ten).startswith(f"Garments(10 classes, X (784, {TEN[part]})")
    assert len(np.unique(ten.X, axis=1).T) == TEN[part], "no picture is there twice"


def test_labels_of_ten_classes_match_their_names() -> None:
    # Trousers have a gap between the legs, and shoes leave the top of the picture black.
    ten = load_ten_garments("train")
    mean = {
        name: ten.X[:, ten.Y[k] == 1].mean(axis=1).reshape(28, 28)
        for k, name in enumerate(ten.class_names)
    }
    assert mean["trousers"][20, 14] < 0.6 * mean["trousers"][20, 10:18].max()
    for shoe in ("sandal", "sneaker"):
        assert mean[shoe][4].mean() < 0.05 < mean["coat"][4].mean()


def test_other_numbers_of_classes_are_refused() -> None:
    with pytest.raises(DataError, match="does not name ten classes"):
        load_ten_garments("dev", data.GARMENTS_PATH)
    with pytest.raises(DataError, match="does not name two classes"):
        load_garments("dev", data.TEN_GARMENTS_PATH)


def test_datasheet_has_the_counts_of_the_ten_classes() -> None:
    datasheet = (ROOT / "datasets" / "README.md").read_text(encoding="utf-8")
    for part, m in TEN.items():
        assert f"| {part} | {m:,} | {m // 10} |" in datasheet


def test_unknown_part_is_refused() -> None:
    with pytest.raises(ValueError, match=r'"train", "dev" or "test", got \'validation\''):
        load_garments("validation")  # type: ignore[arg-type]


# Files that are not the garments


def one_sentence(text: str) -> bool:
    """Return whether a text is one line with one full stop at its end."""
    line = text.rstrip("\n")
    return "\n" not in line and line.endswith(".") and not re.search(r"\.\s", line)


def assert_refused(path: Path, problem: str) -> None:
    for part in ("train", "dev", "test"):
        with pytest.raises(DataError) as caught:
            load_garments(part, path)
        message = str(caught.value)
        assert message.startswith(f"{path} "), message
        assert re.search(problem, message), message
        assert message.endswith(": rebuild it with `python datasets/build.py`.")
        assert one_sentence(message.removeprefix(str(path)))
        error = caught.value
        assert error.__context__ is None or error.__suppress_context__, "one traceback, not two"


def test_missing_file_is_reported(tmp_path: Path) -> None:
    assert_refused(tmp_path / "garments.h5", "is missing")


def test_data_file_is_in_the_datasets_folder() -> None:
    assert data.GARMENTS_PATH == ROOT / "datasets" / "garments.h5"


@pytest.mark.parametrize(
    "start",
    [b"", b"version https://git-lfs.github.com/spec/v1\n", bytes(range(256)) * 40],
    ids=["empty", "a pointer of git-lfs", "noise"],
)
def test_file_that_is_not_hdf5_is_reported(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "garments.h5"
    path.write_bytes(start)
    assert_refused(path, "is not an HDF5 file")


def test_folder_instead_of_file_is_reported(tmp_path: Path) -> None:
    assert_refused(tmp_path, "is not an HDF5 file")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows keeps permissions another way")
def test_unreadable_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "garments.h5"
    path.touch(mode=0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)  # root may read every file, so become nobody for a moment
    try:
        assert_refused(path, "permission denied")
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("kept", [100, 3_000, 0.1, 0.5, 0.9, 0.999, -1])
def test_truncated_file_is_reported(tmp_path: Path, kept: float) -> None:
    whole = data.GARMENTS_PATH.read_bytes()
    path = tmp_path / "garments.h5"
    path.write_bytes(whole[: int(kept * len(whole)) if 0 < kept < 1 else int(kept)])
    assert_refused(path, "is damaged or cut short")


def test_damaged_picture_is_reported(tmp_path: Path) -> None:
    damaged = bytearray(data.GARMENTS_PATH.read_bytes())
    with h5py.File(data.GARMENTS_PATH, "r") as file:
        for part in SIZES:
            start = file[part]["images"].id.get_chunk_info(0).byte_offset
            damaged[start + 1000] ^= 1
    path = tmp_path / "garments.h5"
    path.write_bytes(damaged)
    assert_refused(path, "is damaged or cut short")


Change = Callable[[h5py.File], object]


def delete(name: str) -> Change:
    return lambda file: file.pop(name)


def put(name: str, value: object) -> Change:
    def change(file: h5py.File) -> None:
        file.pop(name, None)
        file[name] = value

    return change


def attribute(name: str, value: object) -> Change:
    return lambda file: file.attrs.__setitem__(name, value)


def pixels(*shape: int) -> NDArray[np.uint8]:
    return np.zeros(shape, dtype=np.uint8)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Make a valid file with four black pictures in each part."""
    path = tmp_path / "garments.h5"
    with h5py.File(path, "w") as file:
        file.attrs["class_names"] = ["sock", "glove"]
        file.attrs["image_shape"] = [28, 28]
        for part in SIZES:
            file[f"{part}/images"] = pixels(4, 28, 28)
            file[f"{part}/labels"] = np.array([0, 1, 1, 0], dtype=np.uint8)
    return path


def test_other_file_of_the_same_layout_is_accepted(tiny: Path) -> None:
    garments = load_garments("dev", tiny)
    assert garments.X.shape == (784, 4)
    assert garments.Y.tolist() == [[0, 1, 1, 0]]
    assert garments.class_names == ("sock", "glove")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda file: file.attrs.clear(), "class_names"),
        (attribute("class_names", ["coat", "shirt", "bag"]), "class_names"),
        (attribute("class_names", [4, 6]), "class_names"),
        (attribute("class_names", "coat"), "class_names"),
        (lambda file: file.attrs.pop("image_shape"), "image_shape"),
        (attribute("image_shape", [32, 32]), "image_shape"),
        (attribute("image_shape", "28 x 28"), "image_shape"),
        (lambda file: [file.pop(part) for part in SIZES], "lacks images or labels in its train"),
        (delete("dev"), "lacks images or labels in its dev"),
        (put("dev", pixels(4)), "lacks images or labels in its dev"),
        (delete("test/labels"), "lacks images or labels in its test"),
        (put("test/labels", h5py.SoftLink("/nowhere")), "lacks images or labels in its test"),
        (put("dev/images", np.zeros((4, 28, 28))), "other numbers than uint8 in its dev"),
        (put("dev/labels", np.zeros(4, dtype=np.int64)), "other numbers than uint8 in its dev"),
        (put("dev/labels", ["coat"] * 4), "other numbers than uint8 in its dev"),
        (put("dev/images", pixels(4, 784)), r"shape \(4, 784\) and labels of shape \(4,\)"),
        (put("dev/images", pixels(28, 28, 4)), r"images of shape \(28, 28, 4\)"),
        (put("dev/labels", pixels(3)), r"labels of shape \(3,\)"),
        (put("dev/labels", pixels(1, 4)), r"labels of shape \(1, 4\)"),
        (put("dev/labels", np.uint8(1)), r"labels of shape \(\)"),
        (put("dev/labels", h5py.Empty("uint8")), "labels of shape None"),
        (put("dev/labels", pixels(0)), r"labels of shape \(0,\)"),
    ],
)
def test_hdf5_file_of_another_layout_is_reported(tiny: Path, change: Change, problem: str) -> None:
    with h5py.File(tiny, "a") as file:
        change(file)
    assert_refused(tiny, problem)


def test_part_without_pictures_is_reported(tiny: Path) -> None:
    with h5py.File(tiny, "a") as file:
        put("dev/images", pixels(0, 28, 28))(file)
        put("dev/labels", pixels(0))(file)
    assert_refused(tiny, r"images of shape \(0, 28, 28\)")


def test_labels_other_than_0_and_1_are_reported(tiny: Path) -> None:
    with h5py.File(tiny, "a") as file:
        for part in SIZES:
            file[part]["labels"][0] = 9
    assert_refused(tiny, "has labels other than 0 and 1 in its (train|dev|test) part")


# Toy sets


@pytest.mark.parametrize("toy", TOYS)
@pytest.mark.parametrize("m", [1, 2, 7, 400])
def test_toy_sets_have_examples_in_columns_and_balanced_classes(
    toy: Callable[..., data.ToySet], m: int
) -> None:
    X, Y = toy(m, rng=3)
    assert X.shape == (2, m)
    assert Y.shape == (1, m)
    assert X.dtype == Y.dtype == np.float64
    assert np.isfinite(X).all()
    assert Y.sum() == m // 2
    assert set(Y[0]) <= {0, 1}
    assert np.abs(X).max() < 3


@pytest.mark.parametrize("toy", TOYS)
def test_toy_sets_follow_the_seed(toy: Callable[..., data.ToySet]) -> None:
    X, Y = toy(50, rng=1)
    for same in (1, np.int64(1), np.random.default_rng(1)):
        X_same, Y_same = toy(50, rng=same)
        assert np.array_equal(X, X_same)
        assert np.array_equal(Y, Y_same)
    assert not np.array_equal(X, toy(50, rng=2)[0])

    generator = np.random.default_rng(1)
    toy(50, rng=generator)
    assert not np.array_equal(X, toy(50, rng=generator)[0]), "a generator moves on"


@pytest.mark.parametrize("toy", TOYS)
def test_toy_sets_are_separable_by_a_curve_but_not_by_a_line(
    toy: Callable[..., data.ToySet],
) -> None:
    X, Y = toy(2_000, rng=1)
    X_new, Y_new = toy(500, rng=2)

    inputs = np.vstack([X, np.ones(2_000)])
    w = np.linalg.lstsq(inputs.T, 2 * Y[0] - 1, rcond=None)[0]
    by_a_line = ((w @ inputs > 0) == Y[0]).mean()
    assert by_a_line < 0.9

    distances = np.square(X_new[:, :, None] - X[:, None, :]).sum(axis=0)
    nearest = np.argsort(distances, axis=1)[:, :15]
    by_neighbors = ((Y[0, nearest].mean(axis=1) > 0.5) == Y_new[0]).mean()
    assert by_neighbors > 0.85
    assert by_neighbors > by_a_line + 0.1


@pytest.mark.parametrize("toy", TOYS)
def test_toy_sets_are_in_random_order(toy: Callable[..., data.ToySet]) -> None:
    Y = toy(400, rng=1)[1]
    assert 0.3 < Y[0, :100].mean() < 0.7
    assert not np.array_equal(Y[0, :100], Y[0, 100:200]), "not in turn either"


@pytest.mark.parametrize("toy", TOYS)
@pytest.mark.parametrize("m", [0, -3, 2.5, 10.0, "ten", None])
def test_invalid_number_of_points_is_refused(toy: Callable[..., data.ToySet], m: object) -> None:
    with pytest.raises(ValueError, match=r"^m must be a whole number from 1 up, got ") as caught:
        toy(m, rng=1)
    assert repr(m) in str(caught.value)


@pytest.mark.parametrize("toy", TOYS)
@pytest.mark.parametrize("rng", [-1, 0.5, "one", None])
def test_invalid_seed_is_refused(toy: Callable[..., data.ToySet], rng: object) -> None:
    with pytest.raises(ValueError, match=r"^rng must be a whole number from 0 up or") as caught:
        toy(10, rng=rng)
    assert repr(rng) in str(caught.value)


def test_public_names() -> None:
    loaders = ["load_garments", "load_ten_garments"]
    assert data.__all__ == ["DataError", "Garments", "flower", *loaders, "moons", "spiral"]
