"""Grade a class with a gradebook on PostgreSQL: table, penalty, export, and a forgotten student."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder import cli
from autograder.errors import ExitCode
from autograder.nbgrader_bridge.course_directory import CONFIG
from tests.support import needs
from tests.support.course_notebooks import NAME, blank, cell_of
from tests.support.nbgrader_workspace import environment

pytestmark = [pytest.mark.sandbox, pytest.mark.postgresql]

SETTINGS = f"[due]\n{NAME} = 2026-03-01T00:00:00Z\n[late]\npercent_per_day = 10\n"
EXPORTER = "autograder.nbgrader_bridge.export.GradesExport"


@pytest.fixture
def server():
    """Start a server of its own, on a socket in a folder, and return the URL of a database."""
    programs = needs.postgresql()
    folder = Path(tempfile.mkdtemp(prefix="course-postgresql-"))
    user = {}
    if os.geteuid() == 0:  # which PostgreSQL refuses
        shutil.chown(folder, "postgres", "postgres")
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    data = folder / "data"
    make = [programs / "initdb", "-D", data, "-A", "trust", "-U", "teacher", "-N"]
    subprocess.run(make, check=True, capture_output=True, cwd="/", **user)
    serve = [programs / "postgres", "-D", data, "-k", folder, "-h", "", "-F"]
    process = subprocess.Popen(serve, stderr=subprocess.DEVNULL, cwd="/", **user)
    try:
        while not list(folder.glob(".s.PGSQL.*[0-9]")) and process.poll() is None:
            time.sleep(0.1)
        time.sleep(1)  # until it takes connections
        yield f"postgresql+psycopg2://teacher@/postgres?host={folder}"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def nbgrader(folder, *command):
    run = [sys.executable, "-m", "nbgrader", *command]
    done = subprocess.run(run, cwd=folder, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_gradebook_on_postgresql_agrees_to_the_cent(request, thorough, tmp_path):
    if not thorough:
        pytest.skip("--thorough starts a server of PostgreSQL")
    url = request.getfixturevalue("server")
    folder = tmp_path / "class"
    assert cli.main(["workspace", str(folder), NAME]) == ExitCode.FINE
    with (folder / CONFIG).open("a") as config:
        config.write(f"\nc.CourseDirectory.db_url = {url!r}\n")
    (folder / "grading.toml").write_text(SETTINGS)
    nbgrader(folder, "generate_assignment", NAME)
    page = blank()
    cell_of(page, "relu-solution").source = "def relu(Z):\n    return np.maximum(0, Z)"
    for student, day in {"ada": "2026-02-28", "ben": "2026-03-01"}.items():
        place = folder / "submitted" / student / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.ipynb").write_text(json.dumps(page))
        (place / "timestamp.txt").write_text(f"{day} 01:00:00 UTC")
    grade = ["grade", NAME, "--workspace", str(folder), "--jobs", "1"]
    assert cli.main(grade) == ExitCode.FINE
    with Gradebook(url) as book:
        book.find_grade("relu", NAME, NAME, "ada").manual_score = 3.37
        book.db.commit()
    assert cli.main(grade) == ExitCode.FINE
    assert not (folder / "gradebook.db").exists()
    with (folder / "grades" / NAME / "grades.csv").open() as file:
        ours = {row["student"]: float(row["total"]) for row in csv.DictReader(file)}
    assert ours == {"ada": 3.37, "ben": 4.5}
    nbgrader(folder, "export", "--to", "stock.csv")
    nbgrader(folder, "export", "--exporter", EXPORTER, "--to", "plugin.csv")
    for name, column, total in (
        ("stock.csv", "student_id", "score"),
        ("plugin.csv", "student", "total"),
    ):
        with (folder / name).open() as file:
            rows = [row for row in csv.DictReader(file) if row["assignment"] == NAME]
        assert {row[column]: round(float(row[total]), 2) for row in rows} == ours
    assert cli.main(["forget", "ben", "--workspace", str(folder)]) == ExitCode.FINE
    with Gradebook(url) as book:
        assert [one.id for one in book.students] == ["ada"]
