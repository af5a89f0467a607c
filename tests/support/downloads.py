"""Make downloads and exports in the layouts of Canvas, Moodle, Gradescope and Blackboard."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from tests.support.small_course import TASK, notebook

NOTEBOOK = f"{TASK}.ipynb"


def page(**answers) -> str:
    """Return the text of a notebook with these answers."""
    return json.dumps(notebook(**answers))


PAGE = page()


def packed(files) -> bytes:
    """Return a zip with these files by name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def zipped(path: Path, files) -> Path:
    """Write a zip with these files by name, and return its path."""
    path.write_bytes(packed(files))
    return path


CANVAS = {
    f"byronada_101_9001_{NOTEBOOK}": PAGE,
    f"hopper李_LATE_102_9002_{TASK}-1.ipynb": PAGE,
    f"hopper李_102_8001_{NOTEBOOK}": "an older attempt",
    f"smithjane_103_9003_{NOTEBOOK}": PAGE,
    "oneilzoë_LATE_104_text.html": "<p>I forgot it.</p>",
}

GRADEBOOK = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Warm-up (55),Forward propagation (77),"
    "Assignments Final Score\r\n"
    "    Manual Posting,,,,,,Manual Posting,(read only)\r\n"
    "    Points Possible,,,,,10.00,100.00,(read only)\r\n"
    '"Byron, Ada",101,S101,ada,"Deep, 1",9.50,,47.50\r\n'
    '"Hopper, 李",102,S102,grace,"Deep, 1",8,,40\r\n'
    '"Smith, Jane",103,S103,jane,"Deep, 1",,EX,\r\n'
    '"O\'Neil, Zoë",104,S104,zoe,"Deep, ""2""",7.00,12.5,35.00\r\n'
    '"Late, Never",105,S105,never,"Deep, 1",,,\r\n'
    '"Student, Test",999,,9f8e,"Deep, 1",,,\r\n'
)

WORKSHEET = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\n'
    'Participant 501,"Ada Byron",ada@example.org,"Submitted for grading",,100.00,Yes,'
    '"Friday, 27 November 2026, 3:15 PM",-,\n'
    'Participant 502,"Grace Hopper",grace@example.org,"Submitted for grading",55.00,100.00,Yes,'
    '"Friday, 27 November 2026, 3:20 PM","Friday, 27 November 2026, 3:30 PM",\n'
    'Participant 503,"Never Late",never@example.org,"No submission",,100.00,No,-,-,\n'
)

MOODLE = {
    f"Ada Byron_501_assignsubmission_file/{NOTEBOOK}": PAGE,
    f"Grace Hopper_502_assignsubmission_file/{NOTEBOOK}": PAGE,
    "Grace Hopper_502_assignsubmission_onlinetext/onlinetext.html": "<p>Here it is.</p>",
}

GRADESCOPE = {
    "assignment_7_export/submission_metadata.yml": """\
---
submission_11:
  :submitters:
  - :name: Ada Byron
    :sid: '101'
    :email: ada@example.org
  :created_at: 2026-11-20 10:00:00.000000000 Z
  :score: 0.0
  :status: processed
  :history: []
submission_12:
  :submitters:
  - :name: Grace Hopper
    :sid: '102'
    :email: grace@example.org
  - :name: Jane Smith
    :sid: '103'
    :email: jane@example.org
  :created_at: 2026-11-21 09:30:00.000000000 Z
  :score: 0.0
""",
    f"assignment_7_export/submission_11/{NOTEBOOK}": PAGE,
    f"assignment_7_export/submission_12/{NOTEBOOK}": PAGE,
}

BLACKBOARD = {
    "Forward_ada_attempt_2026-11-19-08-00-00_old.ipynb": "an older attempt",
    f"Forward_ada_attempt_2026-11-20-08-00-00_{NOTEBOOK}": PAGE,
    "Forward_ada_attempt_2026-11-20-08-00-00.txt": "Name: Ada Byron (ada)\nComments:\nNone\n",
    f"Forward_g_hopper_attempt_2026-11-20-09-00-00_{NOTEBOOK}": PAGE,
    "Forward_g_hopper_attempt_2026-11-20-09-00-00.txt": "Name: Grace Hopper (g_hopper)\n",
}
