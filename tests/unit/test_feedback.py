"""Test a student's page of feedback: what it says, that it is harmless, and how it is packed."""

import base64
import io
import zipfile
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from autograder import cli
from autograder.course.notebooks import notebook_of, read
from autograder.errors import ExitCode
from autograder.feedback import hand_back
from autograder.feedback.page import About, draw_page, page_without_work
from autograder.feedback.prose import formula, prose_html
from autograder.grading.cell_output import CellOutput
from autograder.grading.class_folder import Submission
from autograder.grading.course_notebook import CourseNotebook
from autograder.grading.merge import merge_answers
from autograder.grading.submission_file import cells_of
from autograder.lms.records import Record
from tests.support import ROOT
from tests.support.course_notebooks import EVIL, NAME, blank, cell_of, solved
from utils.checker.verdict import MIME, Status, Verdict

RECORD = {
    "exercise": "relu",
    "status": "partial",
    "points": 2.5,
    "final_points": 2.5,
    "max_points": 5.0,
    "message": "Negative entries came through: this is `|Z|`.",
    "earned": {"values": 2.5},
    "comment": "",
}
ABOUT = About("Forward propagation", "ada", 2.5, 100, 0, 0, 0, [RECORD])


def drawn(page, about=ABOUT, **more):
    """Draw the page of a notebook."""
    merged = merge_answers(_course(), cells_of(page))
    return draw_page(about, Submission("ada", Path("in/ada") / NAME, **more), merged, [])


@cache
def _course():
    return CourseNotebook(read(notebook_of(ROOT, NAME)))


class Tags(HTMLParser):
    """List the tags of a page, with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def assert_harmless(page):
    """Assert that a page runs nothing and loads nothing, even without its policy."""
    for tag, attributes in Tags(page).found:
        assert tag not in ("script", "iframe", "object", "embed", "link", "form", "base", "svg")
        assert not [name for name in attributes if name.startswith("on")]
        assert attributes.get("src", "data:image/").startswith("data:image/")
        assert attributes.get("href", "#").startswith(("#", "https://", "http://"))
    assert "default-src 'none'" in page


# -- what it says ---------------------------------------------------------------------------------


def test_front_page_names_each_exercise_with_points_and_the_sentence():
    page = page_without_work(ABOUT)
    assert "2.5 of 100 points" in page
    assert '<th scope="row"><code>relu</code></th>' in page
    assert "2.5 of 5" in page
    assert "partly right" in page
    assert "Negative entries came through: this is <code>|Z|</code>." in page
    assert '<html lang="en">' in page


def test_pending_late_and_comments_are_said():
    record = RECORD | {"final_points": None, "points": None, "status": "manual", "comment": "<b>"}
    about = About("T", "ada", 80, 100, 10, 5, 25.04, [record], ["It is `damaged`."])
    page = page_without_work(about)
    for said in (
        "80 of 100 points so far",
        "10 points are still to be given by a person.",
        "Handed in 25 hours after the due date: 5 points less.",
        "open</span>, of 5",
        "&lt;b&gt;",
        "It is <code>damaged</code>.",
    ):
        assert said in page


def test_work_shows_answers_own_cells_outputs_and_verdicts_without_the_courses_text():
    mine = solved(relu="def relu(Z):\n    return abs(Z)")
    verdict = Verdict("relu", Status.WRONG, 0, 5, "this is |Z|")
    outputs = {"text/html": verdict.html(), MIME: verdict.record()}
    page = drawn(
        mine,
        verdicts={"relu": outputs},
        outputs={"relu-solution": CellOutput("printed <this>", figures=("iVBORw0KGgo=",))},
    )
    assert '<span class="nf">relu</span>' in page
    assert "printed &lt;this&gt;" in page
    assert 'src="data:image/png;base64,iVBORw0KGgo=" alt="Figure 1' in page
    assert 'id="relu"' in page
    assert 'href="#relu"' in page
    assert "this is |Z|" in page
    course = [c.source for c in blank().cells if c.cell_type == "markdown" and len(c.source) > 300]
    assert not [text for text in course if text[100:160] in page]
    assert_harmless(page)


# -- that it is harmless --------------------------------------------------------------------------


def test_active_content_of_a_student_is_shown_as_text():
    mine = solved(relu=f"x = {EVIL!r}")
    cell_of(
        mine, mine.cells[0].id
    ).source = f"{EVIL}\n\n[x](javascript:alert(1)) ![y](//evil/x.png)"
    record = RECORD | {"message": EVIL, "comment": EVIL, "exercise": "relu"}
    about = About(EVIL, EVIL, 1, 1, 0, 0, 0, [record], [EVIL])
    page = drawn(mine, about, outputs={"relu-solution": CellOutput(EVIL, EVIL)})
    assert_harmless(page)
    assert page.count("&lt;script&gt;") >= 6


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\color{\"><script>alert(1)</script>}",
        r"\text{<script>alert(1)</script>}",
        r"\frac{1",
        "{" * 3000,
        "x" * 10_000,
        r"\begin{array}{<img src=x onerror=y>} a \end{array}",
    ],
)
def test_formula_never_breaks_the_page(latex):
    made = formula(latex)
    assert "<script" not in made
    assert "<img" not in made
    assert "href=" not in made


def test_formulas_and_pasted_pictures_need_no_network():
    text = "The cost is $J = \\frac{1}{m}$.\n\n$$\\sum_i x_i$$\n\n![my plot](attachment:p.png)"
    picture = "data:image/png;base64," + base64.b64encode(b"x").decode()
    made = prose_html(text, {"attachment:p.png": picture}.get)
    assert made.count("<math ") == 2
    assert f'<img src="{picture}" alt="my plot">' in made
    assert "<mfrac>" in made


def test_pictures_handed_in_beside_the_notebook_are_embedded_and_no_others(tmp_path):
    folder = tmp_path / "in" / "ada" / NAME
    (folder / "images").mkdir(parents=True)
    secret = tmp_path / "in" / "secret.png"
    for path in (folder / "images" / "my plot.png", secret):
        Image.new("RGB", (3, 2), "red").save(path, pnginfo=said("hidden"))
    (folder / "link.png").symlink_to(secret)
    (folder / "text.png").write_text("no picture")
    mine = solved()
    mine.cells[0].source = "\n\n".join(
        f"![my {number}]({address})"
        for number, address in enumerate(
            [
                *("images/my%20plot.png", "../secret.png", "link.png", "text.png", "none.png"),
                *(secret.as_posix(), secret.as_uri(), "..%2Fsecret.png", "https://x.org/y.png"),
            ]
        )
    )
    merged = merge_answers(_course(), cells_of(mine))
    page = draw_page(ABOUT, Submission("ada", folder), merged, [])
    shown = [attributes for tag, attributes in Tags(page).found if tag == "img"]
    assert [one["alt"] for one in shown] == ["my 0"]
    with Image.open(io.BytesIO(base64.b64decode(shown[0]["src"].partition(",")[2]))) as picture:
        assert (picture.size, picture.info) == ((3, 2), {})
    assert page.count("[picture: my ") == 8
    assert_harmless(page)


def said(text):
    """Return a PNG file's text, which may name a person."""
    about = PngInfo()
    about.add_text("Author", text)
    return about


# -- how it is packed -----------------------------------------------------------------------------


def record(system, upload):
    return Record("ada", system, "key", ("101",), "name", upload, False, "", "")


@pytest.mark.parametrize(
    ("system", "upload", "name"),
    [
        ("canvas", "byronada_101_9001_x-1.ipynb", "byronada_101_9001_feedback.html"),
        ("canvas", "a_LATE_101_9001_01_x.ipynb", "a_LATE_101_9001_feedback.html"),
        ("canvas", "anon_Ab3_9001_x.ipynb", ""),
        ("canvas", "anon_55_9001_x.ipynb", "anon_55_9001_feedback.html"),
        ("canvas", "", ""),
        (
            "moodle",
            "Ada_B_501_assignsubmission_file",
            "Ada B_501_assignsubmission_file/feedback.html",
        ),
    ],
)
def test_name_leads_each_page_back(system, upload, name):
    assert hand_back.upload_name(record(system, upload)) == name


def test_zip_holds_each_page_once_and_says_who_is_not_in_it(tmp_path):
    pages = {}
    for student in ("ada", "bob", "cyd"):
        pages[student] = tmp_path / f"{student}.html"
        pages[student].write_text(student)
    done = hand_back.HandedBack(pages)
    group = record("canvas", "team_101_9001_x.ipynb")
    records = {"ada": group, "bob": group}
    hand_back._pack(tmp_path / "out.zip", done, records, "canvas")
    assert zipfile.ZipFile(tmp_path / "out.zip").namelist() == ["team_101_9001_feedback.html"]
    assert done.unpacked == ["cyd: it was not collected from a download of canvas"]


def test_command_needs_grades_first(tmp_path, capsys):
    command = ["feedback", NAME, "--workspace", str(tmp_path), "--to", str(tmp_path / "out")]
    assert cli.main(command) == ExitCode.USAGE
    assert "grade it first" in capsys.readouterr().err
    assert cli.main([*command, "--canvas", "--moodle"]) == ExitCode.USAGE
    assert "not both" in capsys.readouterr().err
