"""What an instructor runs: it makes bundles, takes work in, grades it and tells how it went."""

import sys
from pathlib import Path

# nbformat imports jsonschema, and that this, which builds forty grammars for checking addresses
# that are in no notebook: a second for each command and each process. Not to be found, it is left
# out. See python-jsonschema/jsonschema#1428.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

# `utils` is the name of other people's packages too: the one beside this package comes first.
_COURSE = str(Path(__file__).resolve().parents[1])
if sys.path[:1] != [_COURSE]:
    sys.path.insert(0, _COURSE)
_loaded = getattr(sys.modules.get("utils"), "__file__", None) or _COURSE
if not _loaded.startswith(_COURSE):
    raise ImportError(
        f"Another package named utils ({_loaded}) is loaded already; this course needs its own. "
        "Take the other one off PYTHONPATH, or use an environment without it."
    )
