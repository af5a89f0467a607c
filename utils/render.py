"""Templates of HTML, which Jinja2 fills in and escapes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["template"]


@cache
def template(module: str, part: str = "") -> Template:
    """Return a module's template: ``templates/NAME.html`` beside the file ``NAME.py``.

    Parameters
    ----------
    module : str
        The module's ``__file__``.
    part : str
        For a module with several templates: that in ``templates/NAME_PART.html``.
    """
    # Imported here, because it takes a tenth of a check's whole import, and only HTML needs it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    path = Path(module)
    environment = Environment(
        loader=FileSystemLoader(path.parent / "templates"),
        autoescape=True,
        auto_reload=False,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.get_template(f"{path.stem}_{part}.html" if part else f"{path.stem}.html")
