"""Test `grading.toml`: what late work loses, extensions, limits, and faults in it."""

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import pytest

from autograder import cli
from autograder.errors import ExitCode, UsageError
from autograder.grading.grade_submission import Settings
from autograder.grading.lateness import LateRule, submitted_at
from autograder.grading.settings_file import GradingSettings
from autograder.grading.student_results import StudentResults
from autograder.limits import LIMITS, MIB
from autograder.nbgrader_bridge.course_directory import CONFIG, make
from autograder.nbgrader_bridge.late import late_plugin
from tests.support import ROOT
from tests.support.small_course import TASK

DUE = datetime(2026, 11, 20, 22, 59, tzinfo=UTC)
TEXT = f"""
[limits]
file = 256
[due]
{TASK} = 2026-11-20T23:59:00+01:00
[late]
percent_per_day = 10
extensions = "extensions.csv"
"""
EXTENSIONS = f"student,hours,exempt,assignment\nbob,24,,\ncyd,,yes,\ndan,48,,{TASK}\n"


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "grading.toml").write_text(TEXT)
    (tmp_path / "extensions.csv").write_text(EXTENSIONS)
    return GradingSettings.beside(tmp_path / "submitted")


@pytest.mark.parametrize(
    ("rule", "hours", "lost"),
    [
        ({"percent_per_day": 10}, 0, 0),
        ({"percent_per_day": 10}, 0.1, 8),
        ({"percent_per_day": 10}, 24, 8),
        ({"percent_per_day": 10}, 25, 16),
        ({"points_per_day": 5}, 49, 15),
        ({"points_per_day": 50}, 49, 80),
        ({"percent_per_day": 10, "grace_minutes": 30}, 0.5, 0),
        ({"percent_per_day": 10, "grace_minutes": 30}, 0.6, 8),
        ({"percent_per_day": 10, "most_percent": 25}, 240, 20),
        ({"percent_per_day": 1, "zero_after_days": 2}, 48, 1.6),
        ({"percent_per_day": 1, "zero_after_days": 2}, 49, 80),
    ],
)
def test_rule(rule, hours, lost):
    assert LateRule(**rule).penalty(80, hours * 3600) == lost


def student(name):
    return StudentResults(name, {"relu": 5.0}, {"relu": 5.0}, Counter(), b"", [], [], False, 0)


def test_table_without_a_gradebook_loses_the_same_as_nbgraders_plugin(settings):
    times = {name: DUE + timedelta(hours=30) for name in ("ada", "bob", "cyd", "dan")}
    times["eve"] = DUE - timedelta(hours=1)
    found = settings.lateness.recorded([*map(student, [*times, "unknown"])], TASK, times)
    assert {name: one.total for name, one in found.items()} == {
        "ada": 4,
        "bob": 4.5,
        "cyd": 5,
        "dan": 5,
        "eve": 5,
    }
    assert (found["ada"].penalty, found["ada"].hours_late) == (1, 30)
    plugin = late_plugin(settings.lateness, TASK)
    for name, one in found.items():
        assert plugin.late_submission_penalty(name, 5, one.hours_late * 3600) == one.penalty


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ada", ""),
        ("bob", "You had until 2026-11-21 23:59 (UTC+01:00), by an extension."),
        ("cyd", "You lose no points for handing in late: you were exempted."),
        ("dan", "You had until 2026-11-22 23:59 (UTC+01:00), by an extension."),
    ],
)
def test_student_is_told_what_was_granted(name, says, settings):
    assert settings.lateness.granted(name, TASK) == says
    assert settings.lateness.granted(name, "without a due date") == ""


def test_without_a_file_nothing_is_late(tmp_path):
    settings = GradingSettings.beside(tmp_path / "submitted")
    assert settings.lateness.recorded([student("ada")], TASK, {"ada": DUE}) == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('packages = "pandas"', "Expected `array .* null`, got `str`"),
        ("late = 5", "Expected `object | null`, got `int`"),
        ("[late]\nper_day = 5", "unknown field `per_day`"),
        ("[late", "grading.toml: "),
        ("[due]\nx = 2026-11-20T23:59:00", "needs a time zone"),
        ('[late]\nextensions = "none.csv"', "none.csv cannot be read"),
        ('follow_through = "some"', "follow_through"),
    ],
)
def test_fault_in_the_file_is_named(text, says, tmp_path):
    (tmp_path / "grading.toml").write_text(text)
    with pytest.raises(UsageError, match=says):
        GradingSettings.beside(tmp_path / "submitted")


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("student,hours\nada,soon\n", "line 2: `hours` is 'soon', and no number"),
        ("student,hours\nada,1e9\n", "line 2: `hours` is '1e9', and no number"),
        ("name,hours\nada,1\n", "line 2: the column `student` is empty"),
    ],
)
def test_fault_in_the_extensions_is_named(table, says, tmp_path):
    (tmp_path / "grading.toml").write_text(TEXT)
    (tmp_path / "extensions.csv").write_text(table)
    with pytest.raises(UsageError, match=says):
        GradingSettings.beside(tmp_path / "submitted")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-20 22:59:00.000000 UTC", DUE),
        ("2026-11-20 23:59:00+01:00", DUE),
        ("2026-11-20 22:59:00", DUE),
        ("yesterday", None),
        ("x" * 2000, None),
    ],
)
def test_time_of_submission(text, at, tmp_path):
    (tmp_path / "timestamp.txt").write_text(text)
    assert submitted_at(tmp_path / "timestamp.txt") == at


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('packages = ["no_such_package"]', "grading.toml: packages: 'no_such_package' is not inst"),
        ('packages = ["os.path"]', "packages: 'os.path' is not installed"),
        ("[limits]\nbytes = 5", "grading.toml: There is no limit 'bytes'"),
    ],
)
def test_what_cannot_be_in_force_is_named(text, says, tmp_path):
    (tmp_path / "grading.toml").write_text(text)
    with pytest.raises(UsageError, match=says):
        GradingSettings.beside(tmp_path / "submitted").over(Settings(TASK))


def test_file_stands_above_the_configuration(tmp_path):
    (tmp_path / "grading.toml").write_text(
        'follow_through = "half"\npackages = ["msgspec"]\n[limits]\nfile = 256'
    )
    settings = GradingSettings.beside(tmp_path / "submitted").over(Settings("x", "none"))
    assert settings.follow_through == "half"
    assert settings.limits.file == 256 * MIB
    assert settings.packages == (f"msgspec {version('msgspec')}",)


def test_doctor_says_what_is_in_force_in_a_workspace(tmp_path, settings, capsys):
    make(ROOT, tmp_path, names=[TASK])
    (tmp_path / "grading.toml").write_text(
        'packages = ["msgspec"]\nexchange = "/srv/exchange"\n'
        + TEXT.replace("[due]", "[due]\nmine = 2026-01-01T00:00:00Z")
    )
    for student in ("bob", "cyd"):
        (tmp_path / "submitted" / student).mkdir(parents=True)
    judged = {"seed": "before", "follow_through": "full", "limits": asdict(LIMITS)}
    (tmp_path / "grades" / TASK).mkdir(parents=True)
    results = tmp_path / "grades" / TASK / "results.jsonl"
    results.write_text(json.dumps({"settings": judged}) + "\n")
    assert cli.main(["doctor", "--workspace", str(tmp_path)]) in (ExitCode.FINE, ExitCode.PROBLEMS)
    shown = capsys.readouterr().out
    for said in (
        f"due.{TASK}: 2026-11-20T23:59:00+01:00",
        "late.percent_per_day: 10",
        "256 MiB (file)",
        "the course has no mine, which has a due date",
        f"packages: the usual ones, msgspec {version('msgspec')} (grading.toml)",
        "exchange: /srv/exchange (grading.toml)",
        "seed: secret (nbgrader_config.py)",
        "gradebook: sqlite:///",
        "extensions: 3 (extensions.csv)",
        "Extensions for students who are not in",
        "were made with other settings (seed, limits, packages)",
    ):
        assert said in shown
    assert "source/" not in shown
    assert "plugin_class" not in shown


def test_doctor_says_what_an_older_configuration_lacks(tmp_path, settings, capsys):
    make(ROOT, tmp_path, names=[TASK])
    (tmp_path / "grading.toml").write_text(f'exchange = "/srv/exchange"\n{TEXT}')
    (tmp_path / CONFIG).write_text(
        'c = get_config()\nc.Execute.follow_through = "half"\nc.Execute.no_sandbox = True\n'
    )
    cli.main(["doctor", "--workspace", str(tmp_path)])
    shown = capsys.readouterr().out
    for said in (
        "follow_through: half (nbgrader_config.py)",
        "sandbox: off for nbgrader autograde (nbgrader_config.py)",
        "seed: the assignment's name (as always)",
        "autograder.nbgrader_bridge.late.LatePenalty",
        "write `c.Exchange.root = '/srv/exchange'` there",
    ):
        assert said in shown
