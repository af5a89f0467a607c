"""Test ``course lab`` with a real JupyterLab, in several environments."""

import os
import re
import shutil
import urllib.error
from contextlib import ExitStack

import pytest

from autograder.course import lab, start
from tests.support.lab_server import copy_course, environment, serve
from tests.support.sample import sampled

pytestmark = [pytest.mark.kernel, pytest.mark.xdist_group("lab")]

WHERE = "import utils.check; print(utils.check.__file__)"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab") / "Übung 1, the course"  # as on many desktops
    copy_course(folder)
    return folder


@pytest.fixture(scope="module")
def server(course, tmp_path_factory):
    """Start the server of the course without a browser."""
    with serve(course, tmp_path_factory.mktemp("home") / "home") as running:
        yield running


def test_the_first_page_is_served_from_the_learners_copy(course, server):
    page = server.ask(f"api/contents/{lab.FIRST_PAGE}")
    kernel = server.ask("api/kernelspecs")["kernelspecs"]["python3"]
    assert page["content"]["cells"][0]["source"].startswith("# ")
    assert kernel["spec"]["display_name"].startswith("Python 3")
    assert (course / lab.OWN_COPY / lab.FIRST_PAGE).is_file()
    assert not list(server.log.parent.rglob("kernel.json")), "registered outside the environment"


def test_server_refuses_requests_without_the_token(server):
    assert server.address.startswith(f"http://{start.HOST}:")
    with pytest.raises(urllib.error.HTTPError, match="403") as refused:
        type(server)(server.address, "wrong", server.process, server.log).ask("api/contents")
    refused.value.close()


def test_address_is_printed_on_its_own_line_without_browser(server):
    said = server.log.read_text()
    port = server.address.rpartition(":")[2]
    assert f"\n{server.address}/lab/tree/{lab.FIRST_PAGE}?token={server.token}\n" in said
    assert re.search(rf"ssh -N -L {port}:127.0.0.1:{port} \S+@\S+\n", said)
    assert ("runs as root" in said) == (os.geteuid() == 0)
    assert "Traceback" not in said


def hostile(folder):
    """Return variables with other packages on PYTHONPATH, and with unwritable Jupyter folders."""
    for name in ("utils/__init__.py", "jupyterlab.py", "numpy.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("raise SystemExit('a stranger was imported')")
    (folder / "file").write_text("")
    return {
        "PYTHONPATH": str(folder),
        "JUPYTER_CONFIG_DIR": str(folder / "file" / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "file" / "runtime"),
        "IPYTHONDIR": str(folder / "file" / "ipython"),
    }


@pytest.mark.parametrize("home", sampled(["missing", "a file"], 2))
def test_lab_opens_in_hostile_environments(course, tmp_path, home):
    places = hostile(tmp_path / "strange")
    log = tmp_path / "log"
    environ = environment(tmp_path / "strange" / "file" / home) | places
    # Python itself must start, so the course comes first on the path, as in `make lab`.
    environ["PYTHONPATH"] = os.pathsep.join([str(course), places["PYTHONPATH"]])
    with ExitStack() as stack:
        running = stack.enter_context(serve(course, log, environ=environ))
        printed = running.run(WHERE, "00_start_here")
        said = running.log.read_text()
    assert printed == f"{course / 'utils' / 'check.py'}\n"
    assert "Traceback" not in said
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        assert f"{name} is {places[name]}, which cannot be written; it is left out.\n" in said
    assert f"keeps its settings in {course / lab.OWN_COPY / '.home'}.\n" in said
    shutil.rmtree(course / lab.OWN_COPY / ".home")
