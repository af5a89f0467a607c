"""Test filling the blanks of a cell from the reference."""

import ast

import pytest

from autograder.course.solutions import BEGIN, END, BlankError, fill, without_markers

STUB = ["# YOUR CODE HERE", "raise NotImplementedError()"]

REFERENCE = '''
def walk(steps, start: int = 0) -> list[int]:
    """The reference's own words."""
    # Where we are.
    place: int = start
    path = []
    for step in steps:
        # One step.
        place = place + step
        if step > 0:
            path.append(place)
        elif step < 0:
            path.append(-place)
        else:
            raise ValueError(
                "no step"
            )
    path.append(place)
    return path
'''


def blank(text):
    """Return a cell made from a sketch in which ``?`` marks a blank."""
    lines = []
    for line in text.strip("\n").split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        lines += [indent + one for one in STUB] if line.strip() == "?" else [line]
    return "\n".join(lines)


def filled(text):
    return fill(blank(text), REFERENCE, "walk")


WHOLE = '''
def walk(steps, start=0):
    """Yours."""
    ?
'''

FADED = '''
import numpy as np

def walk(steps, start=0):
    """Yours."""
    ?
    for step in steps:
        ?
        if step > 0:
            path.append(place)   # given
        elif step < 0:
            ?
        else:
            ?
    ?
    return path

print(walk([1]))
'''

ELIF = """
def walk(steps, start=0):
    place = start
    path = []
    for step in steps:
        place = place + step
        if step > 0:
            path.append(place)
        else:
            ?
    path.append(place)
    return path
"""


@pytest.mark.parametrize("sketch", [WHOLE, FADED, ELIF], ids=["whole", "faded", "elif"])
def test_filled_cell_behaves_like_the_reference(sketch):
    source = filled(sketch)
    expected, got = {}, {}
    exec(REFERENCE, expected)
    exec(source, got)
    assert got["walk"]([1, -2, 3]) == expected["walk"]([1, -2, 3])
    with pytest.raises(ValueError, match="no step"):
        got["walk"]([0])
    assert source.count(BEGIN) == source.count(END) == sketch.count("?")
    ast.parse(without_markers(source))
    assert "SOLUTION" not in without_markers(source)


def test_fill_keeps_given_code_and_copies_comments():
    assert filled(FADED).startswith(
        '''import numpy as np

def walk(steps, start=0):
    """Yours."""
    ### BEGIN SOLUTION
    # Where we are.
    place = start
    path = []
    ### END SOLUTION
    for step in steps:
        ### BEGIN SOLUTION
        # One step.
        place = place + step
        ### END SOLUTION
        if step > 0:
            path.append(place)   # given
        elif step < 0:
            ### BEGIN SOLUTION
            path.append(-place)
            ### END SOLUTION
        else:
            ### BEGIN SOLUTION
            raise ValueError(
                "no step"
            )
            ### END SOLUTION
'''
    )


def test_blank_takes_the_fewest_statements_that_fit():
    """The first matching statement may be the wrong one: later statements decide."""
    reference = "def f(x):\n    x = 1\n    y = 2\n    x = 1\n    z = 3\n    return x"
    source = blank("def f(x):\n    ?\n    x = 1\n    ?\n    return x")
    assert fill(source, reference, "f").split("\n")[1:6] == [
        *("    ### BEGIN SOLUTION", "    x = 1", "    y = 2", "    ### END SOLUTION", "    x = 1")
    ]


@pytest.mark.parametrize(
    ("sketch", "said"),
    [
        ("def walk(steps, start=0):\n    return path", "it has no blank"),
        ("def walk(steps):\n    ?", "its arguments should be (steps, start=0)"),
        ("def run(steps):\n    ?", "it should define the function walk once"),
        ("def walk(steps, start=0)\n    ?", "line 1 is not Python"),
        (WHOLE + "    return other", "do not stand in the reference in this order"),
        (WHOLE + "    path.append(place)\n    return path\n    ?", "do not stand in the reference"),
        (WHOLE.replace("?", "?\n    ?" + "\n    ?" * 9), "something to fill in for each blank"),
        (FADED.replace("step in steps", "step in path"), "do not stand in the reference"),
        (FADED.replace("elif step < 0", "elif step < 1"), "do not stand in the reference"),
        (WHOLE + "\nfor i in []:\n    ?", "a blank stands outside the function"),
        (WHOLE.replace("?", "# YOUR CODE HERE"), "line 3 is half a blank"),
        (WHOLE.replace("?", "raise NotImplementedError()"), "line 3 is half a blank"),
        (WHOLE.replace("?", "?\n    raise NotImplementedError()"), "line 5 is half a blank"),
        (WHOLE.replace("?", "### BEGIN SOLUTION\n    ?"), "line 3 is a solution marker"),
        (WHOLE.replace("?", "?\n    ### END SOLUTION"), "line 5 is a solution marker"),
    ],
)
def test_cell_that_does_not_fit_the_reference_is_reported(sketch, said):
    with pytest.raises(BlankError) as caught:
        filled(sketch)
    assert said in str(caught.value)
