"""Make wheels for the site: of the course's own modules, and of pure Python packages from here."""

import base64
import hashlib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from io import BytesIO
from pathlib import Path

from autograder.errors import BrokenCourse

__all__ = ["Wheel", "made_of", "of_installed", "read_wheel"]

NOON = (2020, 1, 1, 12, 0, 0)  # of every file, so that equal files give an equal wheel
LEFT_OUT = {"INSTALLER", "RECORD", "REQUESTED", "direct_url.json"}  # what pip adds


@dataclass(frozen=True)
class Wheel:
    """A wheel, and its entry in the list of packages that Pyodide loads.

    Attributes
    ----------
    name, version : str
    content : bytes
        The file.
    imports : tuple of str
        The names by which cells import it.
    depends : tuple of str
        The packages to load with it.
    """

    name: str
    version: str
    content: bytes
    imports: tuple[str, ...] = ()
    depends: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def file_name(self) -> str:
        """Return the wheel's name, with its hash as the build: no cache gives an older one."""
        build = f"0{hashlib.sha256(self.content).hexdigest()[:12]}"
        return f"{self.name.replace('-', '_')}-{self.version}-{build}-py3-none-any.whl"

    def entry(self) -> dict[str, object]:
        """Return the wheel's entry in the ``pyodide-lock.json`` beside it."""
        return {
            "name": self.name,
            "version": self.version,
            "file_name": self.file_name,
            "install_dir": "site",
            "sha256": hashlib.sha256(self.content).hexdigest(),
            "package_type": "package",
            "imports": list(self.imports),
            "depends": list(self.depends),
            "unvendored_tests": False,
        }


def made_of(
    files: Mapping[str, bytes], name: str, version: str, *, depends: tuple[str, ...]
) -> Wheel:
    """Make a wheel of files by path; each folder at the top is a name to import."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    tags = "Wheel-Version: 1.0\nGenerator: course\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    every = {**files, f"{info}/METADATA": about.encode(), f"{info}/WHEEL": tags.encode()}
    imports = tuple(sorted({path.partition("/")[0] for path in files if path.endswith(".py")}))
    return Wheel(name, version, _packed(every, info), imports, depends=depends)


def of_installed(name: str, *, depends: tuple[str, ...] = ()) -> Wheel:
    """Make a wheel of a package that is installed here; what is compiled in it is left out.

    Raises
    ------
    BrokenCourse
        If there is no such package.
    """
    try:
        found = distribution(name)
    except PackageNotFoundError:
        raise BrokenCourse(
            f"{name} is not installed here. "
            "Run `pip install -e .` in the course's own folder, then try again."
        ) from None
    files = {
        path.as_posix(): Path(str(found.locate_file(path))).read_bytes()
        for path in found.files or ()
        if path.suffix not in {".pyc", ".so", ".pyd"}
        and path.name not in LEFT_OUT
        and ".." not in path.parts
    }
    info = next(path.partition("/")[0] for path in files if path.endswith(".dist-info/METADATA"))
    content = _packed(files, info)
    return Wheel(name, found.version, content, (name.replace("-", "_"),), depends=depends)


def read_wheel(path: Path) -> Wheel:
    """Read a wheel from a file."""
    name, version, *_ = path.stem.split("-")
    return Wheel(name.replace("_", "-"), version, path.read_bytes(), (name,))


def _packed(files: Mapping[str, bytes], info: str) -> bytes:
    """Return the bytes of a wheel, with its RECORD; equal files give equal bytes."""
    lines = []
    for path, content in sorted(files.items()):
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(content)}\n")
    record = f"{info}/RECORD"
    every = dict(sorted(files.items())) | {record: "".join([*lines, f"{record},,\n"]).encode()}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for path, content in every.items():
            out.writestr(zipfile.ZipInfo(path, NOON), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
