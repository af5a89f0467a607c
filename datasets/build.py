"""Build `garments.h5` and `ten_garments.h5`, the course's pictures of garments.

    python datasets/build.py [--from DIR] [--to DIR]

It reads the four files of Fashion-MNIST. One file gets coats and shirts, the
other some pictures of all ten classes, each in three groups that share no
picture: `train`, `dev` and `test`. Two runs give the same content.
`datasets/README.md` describes what is in the files.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from utils.files import written_aside

DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")
FOLDER = Path(__file__).resolve().parent

# SHA-256 of each file's content once unpacked. One comparison rules out a broken
# download, a mix-up with the digits of MNIST (its files have the same names),
# and an edited copy, and it makes the build the same everywhere.
SHA256 = {
    "train-images-idx3-ubyte.gz": (
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
    ),
    "train-labels-idx1-ubyte.gz": (
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
    ),
}

SEED = 2017
IMAGES = "images: (m, 28, 28) uint8, 0 is black, 255 is white; labels: (m,) uint8. "
APART = "The groups train, dev and test share no picture."


@dataclass(frozen=True)
class Selection:
    """What one file holds of Fashion-MNIST.

    Attributes
    ----------
    name : str
        The file's name.
    classes : dict
        The name of each class, and Fashion-MNIST's own label; ours count from 0 in this order.
    per_class : dict
        The number of pictures of each class in train, dev and test.
    description : str
    """

    name: str
    classes: dict[str, int]
    per_class: dict[str, int]
    description: str


SELECTIONS = (
    Selection(
        "garments.h5",
        {"coat": 4, "shirt": 6},
        {"train": 5000, "dev": 1000, "test": 1000},
        "Grayscale pictures of coats (label 0) and shirts (label 1). " + IMAGES + APART,
    ),
    Selection(
        "ten_garments.h5",
        {
            **{"T-shirt": 0, "trousers": 1, "pullover": 2, "dress": 3, "coat": 4},
            **{"sandal": 5, "shirt": 6, "sneaker": 7, "bag": 8, "boot": 9},
        },
        {"train": 300, "dev": 100, "test": 100},
        "Grayscale pictures of ten classes, which class_names lists. " + IMAGES + APART,
    ),
)

ATTRIBUTES = {
    "image_shape": np.array([28, 28], dtype=np.int64),
    "source": (
        "Fashion-MNIST, Zalando Research: H. Xiao, K. Rasul, R. Vollgraf (2017), "
        "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning "
        "Algorithms, arXiv:1708.07747"
    ),
    "license": "MIT",
}

UInt8Array = NDArray[np.uint8]
Parts = dict[str, tuple[UInt8Array, UInt8Array]]


class BuildError(Exception):
    """The file cannot be built; the message is one sentence for a person."""


def read_idx(path: Path) -> bytes:
    """Return the unpacked content of one Fashion-MNIST file.

    Raises
    ------
    BuildError
        If the file is missing or is not Fashion-MNIST's.
    """
    try:
        content = gzip.decompress(path.read_bytes())
    except FileNotFoundError:
        raise BuildError(
            f"{path} is missing: on Debian or Ubuntu, `apt install dataset-fashion-mnist` "
            "brings it; elsewhere, point --from at a folder with Fashion-MNIST's four .gz files."
        ) from None
    except (OSError, EOFError, zlib.error) as error:
        raise BuildError(
            f"{path} cannot be unpacked ({error}): fetch Fashion-MNIST's four .gz files again."
        ) from error
    if hashlib.sha256(content).hexdigest() != SHA256[path.name]:
        raise BuildError(
            f"{path} is not the file that Fashion-MNIST publishes under this name: "
            "fetch its four .gz files again."
        )
    return content


def read_part(folder: Path, prefix: str) -> tuple[UInt8Array, UInt8Array]:
    """Return one Fashion-MNIST part, in its own order.

    Parameters
    ----------
    folder : Path
        Where the four files are.
    prefix : str
        `"train"` or `"t10k"`, as the files are named.

    Returns
    -------
    images : (m, 28, 28) array of uint8
    labels : (m,) array of uint8
        Fashion-MNIST's own, 0 to 9.
    """
    # An IDX file is a header (16 bytes for images, 8 for labels), then plain bytes.
    images = np.frombuffer(read_idx(folder / f"{prefix}-images-idx3-ubyte.gz"), np.uint8, offset=16)
    labels = np.frombuffer(read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz"), np.uint8, offset=8)
    return images.reshape(-1, 28, 28), labels


def split(folder: Path, selection: Selection) -> Parts:
    """Return images and labels of train, dev and test.

    Test is from Fashion-MNIST's own test part, train and dev are from its train
    part. Every part is shuffled, so that its first columns are a fair sample.
    """
    images, labels = read_part(folder, "train")
    test_images, test_labels = read_part(folder, "t10k")
    count = selection.per_class
    ours = np.zeros(10, np.uint8)
    ours[list(selection.classes.values())] = np.arange(len(selection.classes))

    # RandomState, not default_rng: NumPy promises that its stream never changes.
    random = np.random.RandomState(SEED)
    drawn = [random.permutation(np.flatnonzero(labels == k)) for k in selection.classes.values()]
    first = [np.flatnonzero(test_labels == k)[: count["test"]] for k in selection.classes.values()]
    ends = count["dev"], count["dev"] + count["train"]
    dev = random.permutation(np.concatenate([one[: ends[0]] for one in drawn]))
    train = random.permutation(np.concatenate([one[ends[0] : ends[1]] for one in drawn]))
    test = random.permutation(np.sort(np.concatenate(first)))
    return {
        "train": (images[train], ours[labels[train]]),
        "dev": (images[dev], ours[labels[dev]]),
        "test": (test_images[test], ours[test_labels[test]]),
    }


def write(parts: Parts, selection: Selection, path: Path) -> None:
    """Write the HDF5 file aside, then rename it: `path` is never half-written."""
    with written_aside(path) as aside, h5py.File(aside, "w") as file:
        file.attrs["class_names"] = list(selection.classes)
        file.attrs["description"] = selection.description
        for name, value in ATTRIBUTES.items():
            file.attrs[name] = value
        for part, (images, labels) in parts.items():
            group = file.create_group(part)
            # HDF5's shuffle filter sorts the bytes of wider numbers; with
            # one byte a pixel there is nothing to sort.
            group.create_dataset(
                "images",
                data=images,
                chunks=(250, 28, 28),
                compression="gzip",
                compression_opts=9,
            )
            group.create_dataset("labels", data=labels, compression="gzip")


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the files; return 0, or 2 with one sentence on stderr."""
    parser = argparse.ArgumentParser(description="Build the course's pictures of garments.")
    parser.add_argument(
        "--from",
        dest="source",
        metavar="DIR",
        type=Path,
        default=DEBIAN_FOLDER,
        help="folder with Fashion-MNIST's four .gz files (default: %(default)s)",
    )
    parser.add_argument(
        "--to",
        dest="folder",
        metavar="DIR",
        type=Path,
        default=FOLDER,
        help="folder for the HDF5 files (default: that of this script)",
    )
    options = parser.parse_args(arguments)
    for selection in SELECTIONS:
        path = options.folder / selection.name
        try:
            parts = split(options.source, selection)
            write(parts, selection, path)
        except BuildError as error:
            print(error, file=sys.stderr)
            return 2
        except OSError as error:
            reason = os.strerror(error.errno).lower() if error.errno else str(error)
            print(f"{path} cannot be written: {reason}.", file=sys.stderr)
            return 2
        counts = ", ".join(f"{len(labels):,} {part}" for part, (_, labels) in parts.items())
        print(f"{path}: {counts} pictures, {path.stat().st_size / 1e6:.1f} MB.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
