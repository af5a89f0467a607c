"""Test the loaders of the garments, and what they say of files that are not the garments."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support import ROOT
from tests.support.one_sentence import one_sentence
from utils import data
from utils.data import DataError, load_garments, load_ten_garments

SIZES = {"train": 10_000, "dev": 2_000, "test": 2_000}


# -- the loaders ----------------------------------------------------------------------------------


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


def test_unknown_part_is_refused() -> None:
    with pytest.raises(ValueError, match=r'"train", "dev" or "test", got \'validation\''):
        load_garments("validation")  # type: ignore[arg-type]


def test_public_names() -> None:
    loaders = ["load_garments", "load_ten_garments"]
    assert data.__all__ == ["DataError", "Garments", "flower", *loaders, "moons", "spiral"]


# -- files that are not the garments --------------------------------------------------------------


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
