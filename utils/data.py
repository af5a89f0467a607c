"""Data for the notebooks: pictures of garments, and toy sets in the plane.

    train = load_garments("train")      # real pictures: coats against shirts
    ten = load_ten_garments("train")    # real pictures of ten classes
    X, Y = moons(200, rng=1)            # points that no straight line separates

Examples are in columns everywhere: `X` is (n[0], m) and `Y` is (1, m), or (10, m) for ten classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import index
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from utils.hdf5 import is_hdf5, opened, readable

__all__ = [
    "DataError",
    "Garments",
    "flower",
    "load_garments",
    "load_ten_garments",
    "moons",
    "spiral",
]

Part = Literal["train", "dev", "test"]
_COUNTED = {2: "two", 10: "ten"}
ToySet = tuple[NDArray[np.float64], NDArray[np.float64]]

GARMENTS_PATH = Path(__file__).resolve().parent.parent / "datasets" / "garments.h5"
TEN_GARMENTS_PATH = GARMENTS_PATH.with_name("ten_garments.h5")


class DataError(ValueError):
    """A data file is missing or damaged, or is another file.

    The message is one sentence: the file, what is wrong, how to rebuild it.
    """

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(f"{path} {problem}: rebuild it with `python datasets/build.py`.")


@dataclass(frozen=True, eq=False, repr=False)
class Garments:
    """One part of the garment pictures, with its labels.

    Attributes
    ----------
    X : (784, m) array of float32
        One picture a column, each pixel from 0 (black) to 1 (white).
    Y : (1, m) or (10, m) array of float32
        The class of each picture, 0 or 1; of ten classes, a 1 in the row of its class and 0
        in the others.
    class_names : tuple of str
        The names of the classes, from class 0 on.
    image_shape : tuple of int
        Rows and columns of a picture: `X[:, i].reshape(image_shape)`.
    """

    X: NDArray[np.float32]
    Y: NDArray[np.float32]
    class_names: tuple[str, ...]
    image_shape: tuple[int, int]

    def __repr__(self) -> str:
        many = len(self.class_names) > 2
        names = f"{len(self.class_names)} classes" if many else " and ".join(self.class_names)
        return f"Garments({names}, X {self.X.shape}, Y {self.Y.shape}, pictures {self.image_shape})"


def load_garments(part: Part = "train", path: Path | str = GARMENTS_PATH) -> Garments:
    """Load pictures of coats (0) and shirts (1) from Fashion-MNIST.

    Parameters
    ----------
    part : {"train", "dev", "test"}
        10,000 pictures to learn from, 2,000 to choose settings with, or 2,000
        to look at once, at the end. No picture is in two parts. Each part is
        shuffled: its first columns are a fair sample.
    path : path, optional
        Another file of the same layout.

    Returns
    -------
    Garments
        With fields `X`, `Y`, `class_names` and `image_shape`. `X` and `Y` are
        fresh arrays in float32: half the memory of float64, and a signed type,
        so that `A - Y` and `1 - Y` cannot wrap around.

    Raises
    ------
    ValueError
        If `part` is none of the three.
    DataError
        If the file is missing, damaged, or of another layout.
    ModuleNotFoundError
        If h5py is missing, and so is a twin of the file (see `utils.hdf5`).

    Examples
    --------
    >>> test = load_garments("test")
    >>> test
    Garments(coat and shirt, X (784, 2000), Y (1, 2000), pictures (28, 28))

    The fourth picture, as a picture, and its name:

    >>> test.X[:, 3].reshape(test.image_shape).shape
    (28, 28)
    >>> test.class_names[int(test.Y[0, 3])]
    'shirt'
    """
    images, labels, class_names = _load(part, path, classes=2)
    Y = labels.reshape(1, -1).astype(np.float32)
    return Garments(_columns(images), Y, class_names, (28, 28))


def load_ten_garments(part: Part = "train", path: Path | str = TEN_GARMENTS_PATH) -> Garments:
    """Load pictures of the ten classes of Fashion-MNIST.

    Parameters, results and errors are those of `load_garments`, with 3,000, 1,000 and 1,000
    pictures, as many of each class, and with labels of shape (10, m).

    Examples
    --------
    >>> ten = load_ten_garments("dev")
    >>> ten
    Garments(10 classes, X (784, 1000), Y (10, 1000), pictures (28, 28))
    >>> ten.class_names[int(ten.Y[:, 0].argmax())]
    'trousers'
    """
    images, labels, class_names = _load(part, path, classes=10)
    one_hot = (np.arange(10).reshape(10, 1) == labels).astype(np.float32)
    return Garments(_columns(images), one_hot, class_names, (28, 28))


def _load(
    part: Part, path: Path | str, classes: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], tuple[str, ...]]:
    """Return images, labels and class names of one part of a file."""
    if part not in get_args(Part):
        raise ValueError(f'part must be "train", "dev" or "test", got {part!r}.')
    try:
        path = readable(path)
        with opened(path) as file:
            problem = _layout_problem(file, classes)
            if problem:
                raise DataError(path, problem)
            images = file[f"{part}/images"][()]
            labels = file[f"{part}/labels"][()]
            class_names = tuple(map(str, file.attrs["class_names"]))
    except (DataError, ModuleNotFoundError):
        raise
    except FileNotFoundError:
        raise DataError(path, "is missing") from None
    except PermissionError:
        raise DataError(path, "may not be read (permission denied)") from None
    except Exception:  # a damaged file can make h5py raise almost anything
        problem = "is damaged or cut short" if is_hdf5(path) else "is not an HDF5 file"
        raise DataError(path, problem) from None
    if labels.max() >= classes:
        said = "0 and 1" if classes == 2 else f"0 to {classes - 1}"
        raise DataError(path, f"has labels other than {said} in its {part} part")
    return images, labels, class_names


def _columns(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return pictures as columns of pixels from 0 to 1."""
    X = np.ascontiguousarray(images.reshape(len(images), -1).T, dtype=np.float32)
    X /= 255
    return X


def _layout_problem(file: Any, classes: int) -> str | None:
    """Return how an open HDF5 file differs from the garments' layout, or None if it does not."""
    names = np.asarray(file.attrs.get("class_names", ()))
    if names.shape != (classes,) or not all(isinstance(name, str) for name in names):
        return f"does not name {_COUNTED[classes]} classes in its attribute class_names"
    image_shape = np.asarray(file.attrs.get("image_shape", ()))
    if image_shape.tolist() != [28, 28]:
        return "does not have 28 x 28 as its attribute image_shape"
    for part in get_args(Part):
        images, labels = (file.get(f"{part}/{name}") for name in ("images", "labels"))
        if not hasattr(images, "dtype") or not hasattr(labels, "dtype"):
            return f"lacks images or labels in its {part} part"
        if images.dtype != np.uint8 or labels.dtype != np.uint8:
            return f"holds other numbers than uint8 in its {part} part"
        m = labels.size
        if m == 0 or labels.shape != (m,) or images.shape != (m, 28, 28):
            return (
                f"has images of shape {images.shape} and labels of shape {labels.shape}, "
                f"not (m, 28, 28) and (m,), in its {part} part"
            )
    return None


def moons(m: int, rng: int | np.random.Generator) -> ToySet:
    """Draw two half moons, each reaching into the other's bend.

    Parameters
    ----------
    m : int
        Number of points. The two classes differ by one point at most.
    rng : int or numpy.random.Generator
        A seed, for the same points each time, or a generator to draw from.

    Returns
    -------
    X : (2, m) array of float64
        One point a column, in random order.
    Y : (1, m) array of float64
        0 for the upper moon, 1 for the lower.

    Raises
    ------
    ValueError
        If `m` or `rng` is not of this kind.

    Examples
    --------
    >>> X, Y = moons(5, rng=1)
    >>> X.shape, Y.shape
    ((2, 5), (1, 5))
    """
    generator, Y = _shuffled_labels(m, rng)
    upper = 1 - 2 * Y  # 1 for the upper moon, -1 for the lower
    angle = np.pi * generator.random((1, m))
    X = np.vstack([Y + upper * np.cos(angle), Y / 2 + upper * np.sin(angle)])
    return X + 0.1 * generator.standard_normal((2, m)), Y


def spiral(m: int, rng: int | np.random.Generator) -> ToySet:
    """Draw two arms that wind around each other, one full turn each.

    Parameters, results and errors are those of `moons`; class 1 is class 0
    turned by half a circle. The points lie within about 1 of the origin.

    Examples
    --------
    >>> X, Y = spiral(100, rng=1)
    >>> float(Y.mean())
    0.5
    """
    generator, Y = _shuffled_labels(m, rng)
    radius = np.sqrt(generator.random((1, m)))  # the square root spreads the points evenly
    angle = np.pi * (2 * radius + Y)
    X = radius * np.vstack([np.cos(angle), np.sin(angle)])
    return X + 0.05 * generator.standard_normal((2, m)), Y


def flower(m: int, rng: int | np.random.Generator) -> ToySet:
    """Draw a flower of six petals, which belong to class 0 and class 1 in turn.

    Parameters, results and errors are those of `moons`. The points lie within
    about 1 of the origin.

    Examples
    --------
    >>> X, Y = flower(100, rng=1)
    >>> again, _ = flower(100, rng=1)
    >>> bool((X == again).all())
    True
    """
    generator, Y = _shuffled_labels(m, rng)
    petal = 2 * generator.integers(0, 3, (1, m)) + Y  # 0, 2, 4 or 1, 3, 5
    across = generator.random((1, m))  # from one edge of the petal, 0, to the other, 1
    angle = np.pi / 3 * (petal + across)
    radius = np.sin(np.pi * across)
    X = radius * np.vstack([np.cos(angle), np.sin(angle)])
    return X + 0.05 * generator.standard_normal((2, m)), Y


def _shuffled_labels(
    m: int, rng: int | np.random.Generator
) -> tuple[np.random.Generator, NDArray[np.float64]]:
    """Return the generator, and (1, m) balanced labels in random order."""
    try:
        count = index(m)
    except TypeError:
        count = 0
    if count < 1:
        raise ValueError(f"m must be a whole number from 1 up, got {m!r}.")
    if not isinstance(rng, np.random.Generator):
        try:
            rng = np.random.default_rng(index(rng))
        except (TypeError, ValueError):
            raise ValueError(
                f"rng must be a whole number from 0 up or a numpy.random.Generator, got {rng!r}."
            ) from None
    Y = rng.permutation(np.arange(count) % 2).reshape(1, count).astype(np.float64)
    return rng, Y
