"""Define test options, needs of the machine, and fixtures for the two answer keys."""

import functools
import os
import signal
from collections import Counter

import pytest

# The tests use all cores already, so kernels and graders that they start use one thread each.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A background job of a script ignores Ctrl-C, and its children inherit this. One test sends Ctrl-C
# to a grader, so the default is restored here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

from tests.support import ROOT, needs
from utils.checker.answer_key import FrozenKey, LiveKey, freeze
from utils.checker.judge import rejections


def pytest_addoption(parser):
    parser.addoption(
        "--pictures",
        action="store_true",
        help="take the pictures of JupyterLab that the course shows",
    )
    parser.addoption(
        "--thorough",
        action="store_true",
        help="larger samples where the others take a small, fixed one, and tests of that mark",
    )


@pytest.fixture(scope="session")
def thorough(pytestconfig):
    """Return whether larger samples are requested."""
    return pytestconfig.getoption("thorough")


# -- workers and order of tests -------------------------------------------------------------------

# The longest groups run first. If they ran last, the other cores would be idle.
LONGEST = [
    "test_journey",
    "test_site",
    "test_bundle",
    "test_faults",
    "test_style",
    "test_mutants",
    "test_nbgrader_round",
    "test_attacks",
    "test_grade",
    "test_gradebook",
    "test_cluster",
    "test_make",
    "test_round_trip",
    "test_hyperparameters",
]


@pytest.hookimpl(optionalhook=True)  # of xdist, which is optional
def pytest_xdist_auto_num_workers():
    """Start a worker more than there are cores: some tests wait for a browser or a deadline."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # xdist reads it
    return 1 + (os.cpu_count() or 1)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config, items):
    if not config.getoption("thorough"):
        left = [item for item in items if item.get_closest_marker("thorough")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]
    for item in items:
        if need := FOLDERS.get(item.path.parent):
            item.add_marker(need)
        exercise = item.callspec.params.get("name") if hasattr(item, "callspec") else None
        if item.path.stem in ("test_exercises", "test_answer_keys") and exercise:
            # Tests of one exercise ask the same questions, which the keys of a worker cache.
            item.add_marker(pytest.mark.xdist_group(f"check {exercise}"))
    items.sort(key=lambda item: (*LONGEST, item.path.stem).index(item.path.stem))


# -- needs of the machine -------------------------------------------------------------------------


# Every test in these folders has the need that the folder is named after.
FOLDERS = {ROOT / "tests" / name: name for name in ("browser", "sandbox")}


def pytest_configure(config):
    for name, need in needs.NEEDS.items():
        config.addinivalue_line("markers", f"{name}: needed for {need.tests}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Skip a test whose needs are not met, before its fixtures are made."""
    name = needs.unmet({marker.name for marker in item.iter_markers()})
    if name is None:
        return
    item.user_properties.append(("left out", name))
    end = pytest.fail if needs.must_be_there(name) else pytest.skip
    end(f"To run it: {needs.missing(name)}.")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    """Report which tests were skipped, and how to get what they need."""
    left_out = Counter(
        name
        for report in terminalreporter.stats.get("skipped", [])
        for about, name in report.user_properties
        if about == "left out"
    )
    if not left_out:
        return
    terminalreporter.section("left out, because this machine lacks what they need")
    for name, count in left_out.most_common():
        tests = f"{count} test{'s' * (count > 1)} of {needs.NEEDS[name].tests}"
        terminalreporter.line(f"{tests}. To run them: {needs.missing(name)}.")
    terminalreporter.line("Nothing is wrong: the course works without.")


# -- the answer keys ------------------------------------------------------------------------------


def remembering(key):
    """Make the key cache its questions, because hundreds of tests ask the same few."""
    key.question = functools.cache(key.question)
    return key


@pytest.fixture(scope="session")
def live():
    return remembering(LiveKey())


class FrozenOnes:
    """Frozen keys of one exercise each, since a worker of the tests needs only a few of them."""

    def __init__(self, folder):
        self.folder = folder

    def question(self, name, seed=None):
        path = self.folder / f"{name}.h5"
        freeze(path, [name])
        return FrozenKey(path).question(name, seed)


@pytest.fixture(scope="session")
def frozen(tmp_path_factory):
    return remembering(FrozenOnes(tmp_path_factory.mktemp("keys")))


@pytest.fixture(params=["live", "frozen"])
def key(request, live, frozen):
    return live if request.param == "live" else frozen


@pytest.fixture(scope="session")
def judged():
    """Return a cached function from a question of the live key and an answer to its rejections."""
    known = {}

    def judged(question, answer):
        asked = question.exercise, question.seed, answer
        if asked not in known:
            known[asked] = rejections(question, answer)
        return known[asked]

    return judged
