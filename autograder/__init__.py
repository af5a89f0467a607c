"""The ``course`` command: make what students receive, grade submissions, explain verdicts."""

import sys
from pathlib import Path

# Other packages are named `utils` too: put the one beside this package first on sys.path.
_COURSE = str(Path(__file__).resolve().parents[1])
if sys.path[:1] != [_COURSE]:
    sys.path.insert(0, _COURSE)
_loaded = getattr(sys.modules.get("utils"), "__file__", None) or _COURSE
if not _loaded.startswith(_COURSE):
    raise ImportError(
        f"Another package named utils ({_loaded}) is loaded already; this course needs its own. "
        "Take the other one off PYTHONPATH, or use an environment without it."
    )
