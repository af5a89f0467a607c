"""Make submissions of the course's own notebooks: blank, solved, and malicious."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder.course import notebooks
from tests.support import ROOT

NAME = "01_forward_propagation"
REPORT = "06_experiments"
EVIL = "<script>window.ran = 1</script><img src=x onerror='window.ran = 1'>"


def blank(name=NAME):
    """Return a notebook of the course."""
    return notebooks.read(notebooks.notebook_of(ROOT, name))


def solved(**answers):
    """Return notebook 01 with correct answers, except for these."""
    page = notebooks.solve(blank(), markers=False)
    for name, source in answers.items():
        cell_of(page, f"{name}-solution").source = source
    return page


def cell_of(page, cell_id):
    """Return a cell by its id."""
    return next(cell for cell in page.cells if cell["id"] == cell_id)


def older(version="0.1.0", without=("relu",)):
    """Return a solved notebook as an older course released it, without these exercises."""
    page = solved()
    graded = [cell.id for cell in page.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    page.cells = [c for c in page.cells if c.id.removesuffix(notebooks.SOLUTION) not in without]
    names = [name for name in graded if name not in without]
    page.metadata[notebooks.RELEASE] = {"version": version, "exercises": names}
    return page


def malicious():
    """Make a notebook of active content, fake points, and edited, doubled or deleted test cells."""
    page = solved(
        relu="import sys, warnings\nfrom IPython.display import HTML, Javascript, display\n\n"
        f"print({EVIL!r})\nprint(15)\nprint('noise', file=sys.stderr)\nwarnings.warn('careful')\n"
        f"display(HTML({EVIL!r}), Javascript('window.ran = 1'))\n\n\n"
        f"def relu(Z):\n    raise ValueError({EVIL!r})\n\n\n15",
    )
    cell_of(page, "sigmoid").source = "10"
    cell_of(page, "relu").metadata["tags"] = ["skip-execution", "raises-exception"]
    cell_of(page, "compute_cost").metadata["nbgrader"]["points"] = 1000
    page.cells.remove(cell_of(page, "linear_forward"))
    page.cells.append(nbformat.from_dict(cell_of(page, "compute_cost") | {"id": "twin"}))
    graded = {"grade": True, "grade_id": "mine", "points": 100, "locked": True, "solution": False}
    own = new_code_cell(
        f"{EVIL!r}\n15",
        metadata={"tags": [EVIL], "magics_language": EVIL, "nbgrader": graded},
        outputs=[new_output("display_data", data={"text/html": EVIL})],
    )
    page.cells[1:1] = [new_markdown_cell(EVIL), own]
    page.metadata["title"] = EVIL
    return page
