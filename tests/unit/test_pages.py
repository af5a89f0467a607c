"""Test the parts that every page must have, and that repeated parts agree."""

import ast
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.textpath import TextPath

from autograder.course import notebooks
from tests.support import ROOT
from utils import record
from utils.exercises import EXERCISES

ASSIGNMENTS = notebooks.assignments(ROOT)
FIRST = "00_start_here"  # other pages must agree with its notation card, glossary and map
LESSONS = [name for name in ASSIGNMENTS if name != FIRST]


def cells(assignment):
    return {c["id"]: c for c in notebooks.read(notebooks.notebook_of(ROOT, assignment)).cells}


def text(assignment):
    """Return the text of a page without its code."""
    return "\n\n".join(c.source for c in cells(assignment).values() if c.cell_type == "markdown")


def rows(table):
    """Return the cells of each row of a Markdown table, without its first two rows."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[part.strip() for part in line.strip("|").split("|")] for line in lines[2:]]


def plan(assignment):
    """Return the name, minutes and points of each part in the plan."""
    found = []
    for *_, name, time, points in rows(cells(assignment)["plan"].source):
        found.append((name, float(time or 0), float(points or 0)))
    return found


# -- notation, glossary, map, links ---------------------------------------------------------------


@pytest.mark.parametrize("assignment", LESSONS)
def test_notation_card_equals_that_of_the_first_page(assignment):
    assert cells(assignment)["notation-card"].source == cells(FIRST)["notation-card"].source


def test_glossary_is_sorted_with_one_sentence_per_word():
    entries = re.findall(r"(?m)^- \*\*(.+?)\*\*: (.+)$", cells(FIRST)["glossary"].source)
    words = [word for word, _ in entries]
    assert 18 <= len(words) <= 44
    assert words == sorted(words, key=str.lower)
    for word, said in entries:
        assert re.fullmatch(r"[^.]+ \(0[1-7]\)\.", said), word
        page = re.search(r"\((0\d)\)", said)[1]
        for assignment in ASSIGNMENTS:
            if assignment.startswith(page):
                assert word.lower() in text(assignment).lower(), f"{word} is not on page {page}"


@pytest.mark.parametrize("assignment", LESSONS)
def test_only_the_first_page_has_a_glossary(assignment):
    assert not re.search(r"(?mi)^#+ glossary", text(assignment))


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_map_lists_every_page(assignment):
    name = re.match(r"# (.+)", cells(assignment)["title"].source)[1]
    assert f"| **{assignment[:2]} {name}** " in cells(FIRST)["map"].source


def test_tables_of_the_pages_are_in_the_order_of_reading():
    order = [page.path.stem[:2] for page in record.pages(ROOT / "notebooks")]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^\| \*\*(0\d) ", cells(FIRST)["map"].source) == order
    assert re.findall(r"(?m)^\| (0\d) ", readme) == order


def test_start_page_and_page_say_that_ten_garments_is_optional():
    said = cells(FIRST)["map"].source
    assert "**07 Ten garments** (optional)" in said
    assert "any time after 02" in said
    assert "*This page is optional:*" in cells("07_ten_garments")["title"].source


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_links_between_pages_exist(assignment):
    for target in re.findall(r"\]\((\.\./[^)#]+)", text(assignment)):
        assert (ROOT / "notebooks" / assignment / target).is_file(), target


# -- start and end of a page ----------------------------------------------------------------------


@pytest.mark.parametrize("assignment", LESSONS)
def test_page_states_objectives_and_prerequisites(assignment):
    title = cells(assignment)["title"].source
    objectives = title.split("When you are done, you can")[1]
    assert len(re.findall(r"(?m)^- ", objectives)) >= 3
    assert "You need " in title


@pytest.mark.parametrize("assignment", LESSONS)
def test_plan_has_all_points_of_the_page(assignment):
    graded = [
        c.metadata.nbgrader.get("points", 0)
        for c in cells(assignment).values()
        if "nbgrader" in c.metadata and c.metadata.nbgrader.get("grade")
    ]
    assert sum(points for *_, points in plan(assignment)) == sum(graded) > 0


@pytest.mark.parametrize("assignment", LESSONS)
def test_page_ends_with_summary_and_optional_exercises(assignment):
    page = text(assignment)
    assert "## What to keep" in page
    more = page.split("### If you want more (no points)")[1].split("\n#")[0]
    assert len(re.findall(r"(?m)^\d\. ", more)) in (2, 3)


# -- pictures, questions, exercises ---------------------------------------------------------------


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_picture_has_alt_text(assignment):
    folder = ROOT / "notebooks" / assignment
    shown = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text(assignment))
    for alt, path in shown:
        assert len(alt.split()) >= 8, path
        assert (folder / path).is_file(), path
    pictures = {path for _, path in shown}
    for file in folder.glob("images/*.svg"):
        assert f"images/{file.name}" in pictures, f"{file.name} is not shown"
        root = ET.parse(file).getroot()
        for tag in ("title", "desc"):
            found = root.find(f"{{http://www.w3.org/2000/svg}}{tag}")
            assert found is not None, (file.name, tag)
            assert found.text, (file.name, tag)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_words_of_a_picture_end_before_its_edge(assignment):
    for file in (ROOT / "notebooks" / assignment).glob("images/*.svg"):
        root = ET.parse(file).getroot()
        for words in root.iter("{http://www.w3.org/2000/svg}text"):
            said, size = "".join(words.itertext()), float(words.get("font-size", 16))
            # DejaVu Sans: wider than Helvetica, and what browsers on Linux take for it.
            width = TextPath((0, 0), said, size).get_extents().width if said.strip() else 0
            before = {"middle": 0.5, "end": 1}.get(words.get("text-anchor"), 0)
            ends = float(words.get("x", 0)) + (1 - before) * width
            edge = float(root.get("viewBox").split()[2])
            assert ends <= edge or words.get("transform"), (file.name, said)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_question_has_one_correct_answer_and_explains_each(assignment):
    for name, cell in cells(assignment).items():
        answers = re.findall(
            r"<details><summary>(.+?)</summary>(.+?)</details>", cell.source, re.DOTALL
        )
        if name.startswith("ask-"):
            assert len(answers) >= 2, name
            assert sum(why.strip().startswith("✓") for _, why in answers) == 1, name
            assert all(len(why.split()) >= 4 for _, why in answers), name


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_has_three_hints(name):
    hints = EXERCISES[name].hints
    assert len(set(hints)) == 3
    assert all(len(one.split()) >= 5 for one in hints)
    assert "similar problem, solved" in hints[2]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_exercise_has_a_docstring_and_its_points(assignment):
    page = cells(assignment)
    for exercise in EXERCISES.values():
        if exercise.assignment == assignment:
            assert '"""' in page[f"{exercise.name}-solution"].source
            assert exercise.points == page[exercise.name].metadata.nbgrader.points


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_cell_ids_are_unique_and_readable(assignment):
    ids = [c["id"] for c in notebooks.read(notebooks.notebook_of(ROOT, assignment)).cells]
    assert len(ids) == len(set(ids))
    for one in ids:
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", one), one
        assert not re.fullmatch(r"[0-9a-f]{8}", one), f"{one} is no name"


# -- the places of the right answers, and names that demonstrations leave behind ------------------


def right_places(page):
    """Return the place of the right answer in each question with three answers."""
    found = []
    for name, cell in page.items():
        whys = re.findall(r"<details><summary>.+?</summary>(.+?)</details>", cell.source, re.DOTALL)
        if name.startswith("ask-") and len(whys) == 3:
            found.append(next(i for i, why in enumerate(whys) if why.strip().startswith("✓")))
    return found


@pytest.mark.parametrize("assignment", LESSONS)
def test_right_answers_stand_evenly_in_every_place(assignment):
    found = right_places(cells(assignment))
    counts = [found.count(place) for place in range(3)]
    assert max(counts) - min(counts) <= 1, counts
    assert all(len(set(found[i : i + 3])) > 1 for i in range(len(found) - 2)), found


# -- the self-test --------------------------------------------------------------------------------

SELF_TEST = ROOT / "notebooks" / FIRST / "self_test" / "self_test.ipynb"


def self_test():
    return {cell["id"]: cell for cell in notebooks.read(SELF_TEST).cells}


def test_self_test_is_tidy_and_linked_from_the_first_page():
    assert notebooks.to_text(notebooks.tidy(notebooks.read(SELF_TEST))) == SELF_TEST.read_text()
    assert "](self_test/self_test.ipynb)" in text(FIRST)
    for target in re.findall(r"\]\((\.\./[^)]+)", self_test()["result"].source):
        assert (SELF_TEST.parent / target).is_file(), target
    part = re.search(r"its part 2, \*(\w+)\*", self_test()["result"].source)[1]
    assert cells("01_forward_propagation")["part-2"].source.startswith(f"## 2 · {part}")


def test_self_test_asks_first_and_repairs_after_each_question():
    ids = list(self_test())[2:-1]
    topics = [name.removeprefix("ask-") for name in ids[::5]]
    assert len(topics) == 8
    assert ids == [
        name
        for topic in topics
        for name in (
            *(f"ask-{topic}", f"repair-{topic}", f"repair-{topic}-text", f"repair-{topic}-code"),
            f"ask-{topic}-again",
        )
    ]
    for topic in topics:
        assert self_test()[f"repair-{topic}"].metadata["jp-MarkdownHeadingCollapsed"] is True


def test_self_test_has_right_answers_evenly_in_every_place():
    found = right_places(self_test())
    for some in (found, found[::2]):
        counts = [some.count(place) for place in range(3)]
        assert max(counts) - min(counts) <= 1, counts
    assert len(found) == 16
    assert all(len(set(found[i : i + 3])) > 1 for i in range(14)), found


def test_self_test_says_what_python_says():
    """Compare each answer that is a shape or a number with what its question's code gives."""
    names = {"np": np, "a": np.arange(10)}
    for name, cell in self_test().items():
        asked = re.match(r"(?s).*?`(.+?)`", cell.source) if name.startswith("ask-") else None
        right = re.search(r"<summary>([^<]+)</summary>✓", cell.source)
        if name == "ask-shapes":
            exec(asked[1], names)
            assert right[1] == str(names["A"].shape)
        elif name == "ask-shapes-again":
            assert right[1] == str(eval(asked[1], names).shape)
        elif name == "ask-slices":
            assert right[1] == ", ".join(map(str, names["a"][2:5]))
        elif shaped := re.search(r"What shape has `(.+?)`", cell.source):
            made = re.findall(r"`(\w)` has shape (\([\d, ]+\))", cell.source)
            names |= {letter: np.ones(ast.literal_eval(shape)) for letter, shape in made}
            assert right[1] == str(eval(shaped[1], names).shape), name
        elif entry := re.search(r"at the (top|bottom) left of `(.+?)`", cell.source):
            exec(asked[1], names)
            row = 0 if entry[1] == "top" else 1
            assert right[1] == str(eval(entry[2], names)[row, 0]), name


def test_repairs_of_the_self_test_run(capsys):
    names = {}
    for cell in self_test().values():
        if cell.cell_type == "code":
            exec(cell.source, names)
    assert "matmul" in capsys.readouterr().out  # a complaint that is shown on purpose


@pytest.mark.parametrize("assignment", LESSONS[1:])
def test_page_begins_with_three_questions_on_earlier_pages(assignment):
    ids = list(cells(assignment))
    first = ids.index("ask-again-1")
    assert ids[first : first + 4] == ["ask-again-1", "ask-again-2", "ask-again-3", "part-1"]


@pytest.mark.parametrize("assignment", LESSONS)
def test_minutes_keep_to_the_rule_within_a_fifth(assignment):
    page = cells(assignment)
    words = len(re.sub(r"!\[.*?\]\(.*?\)|<[^>]+>", "", text(assignment)).split())
    exercises = [one.name for one in EXERCISES.values() if one.assignment == assignment]
    written = {*exercises, *(f"{name}-solution" for name in exercises)}
    runs = [n for n, cell in page.items() if cell.cell_type == "code" and n not in written]
    questions = [name for name in page if name.startswith("ask-")]
    rule = words / 150 + (len(questions) + len(runs)) / 2 + 8 * len(exercises)
    rule += 30 * ("experiment_report" in page)
    assert 0.8 * rule <= sum(time for _, time, _ in plan(assignment)) <= 1.2 * rule


# What answers are made of. A demonstration that left one of these behind would stand in silence for
# what an answer forgot to make.
TAKEN = {
    *"abcdeghijklmnpstwxyzAJLTWXYZ",
    *("AL", "A_prev", "cache", "caches", "cost", "costs", "count", "grads", "layer_dims"),
    *("parameters", "shapes", "rng", "W1", "b1", "W2", "b2", "dA", "dW", "db", "dZ", "dA_prev"),
}


def assigned(source):
    """Return the names that a cell leaves behind: not those inside its functions."""
    names, parts = set(), [ast.parse(source)]
    while parts:
        part = parts.pop()
        if isinstance(part, ast.FunctionDef | ast.Lambda | ast.GeneratorExp):
            continue
        if isinstance(part, ast.ListComp | ast.DictComp | ast.SetComp):
            continue
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            names.add(part.id)
        parts += ast.iter_child_nodes(part)
    return names


def made_by_answers(assignment):
    """Return the names that the solutions of a page make, but for `records`, which it keeps."""
    codes = [one.reference.__code__ for one in EXERCISES.values() if one.assignment == assignment]
    names = [code.co_varnames[code.co_argcount :] for code in codes]
    return set().union(*names) - {"records"}


@pytest.mark.parametrize("assignment", LESSONS)
def test_demonstrations_leave_no_names_of_answers_behind(assignment):
    taken = TAKEN | made_by_answers(assignment)
    left = {
        name: assigned(cell.source) & taken
        for name, cell in cells(assignment).items()
        if cell.cell_type == "code" and not name.endswith("-solution")
    }
    assert {name: names for name, names in left.items() if names} == {}


def test_fairness_states_the_numbers_that_were_measured():
    measured = (ROOT / "benchmarks" / "README.md").read_text("utf-8")
    [checks] = re.findall(r"The ([\d,]+) checks of correct .* gave no false alarm", measured)
    total = re.search(r"(?m)^\| all \| (\d+) \|.* (\d+) \| 0 \|$", measured)
    mutants, equivalent = f"{int(total[1]):,}", total[2]
    said = (ROOT / "notebooks" / FIRST / "fairness.md").read_text("utf-8")
    for page in (said, cells(FIRST)["fairness"].source):
        assert f"{checks} checks" in page
        assert f"{mutants} " in page
    assert f" {equivalent} of them still do all" in said
    assert "(fairness.md)" in cells(FIRST)["fairness"].source
