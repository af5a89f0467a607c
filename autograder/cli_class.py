"""The commands of ``course`` that bring work in, and grades and feedback back."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from autograder.cli_grade import INSTRUCTORS, Of, RosterFile, collect_one, cores, folders
from autograder.errors import ExitCode, UsageError
from autograder.files import ROOT, write_text

__all__ = ["app"]

app = typer.Typer()

Submissions = Annotated[
    Path | None,
    typer.Option(
        help="The folder with a folder for each student.", show_default="WORKSPACE/submitted"
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        help="The folder that the grades were written to.", show_default="WORKSPACE/grades"
    ),
]
Workspace = Annotated[Path | None, typer.Option(help="nbgrader's folder, as for `course grade`.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


@app.command(
    rich_help_panel=INSTRUCTORS,
    epilog="Example: `course collect submissions.zip --roster roster.csv --submissions submitted`",
)
def collect(
    download: Annotated[
        Path, typer.Argument(help="The zip as the system made it, or a folder.", show_default=False)
    ],
    submissions: Submissions = None,
    workspace: Workspace = None,
    roster: RosterFile = None,
    of: Of = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace folders that no download brought.")
    ] = False,
) -> None:
    """Sort a download into `STUDENT/ASSIGNMENT/`: Canvas, Moodle, Gradescope, Blackboard, folders.

    Times and late marks are kept, and of several attempts the newest counts. What fits no student,
    or several, is listed and never guessed.
    """
    submissions, _ = folders(submissions, submissions, workspace)
    found = collect_one(download, submissions, of=of, roster=roster, force=force)
    raise typer.Exit(ExitCode.PROBLEMS if found.unmatched else ExitCode.FINE)


Assignment = Annotated[str, typer.Argument(help="A folder of `notebooks`.", show_default=False)]


@app.command(
    rich_help_panel=INSTRUCTORS,
    epilog="Example: `course export 01_forward_propagation --canvas gradebook.csv --output grades "
    "--submissions submitted`",
)
def export(
    assignment: Assignment,
    canvas: Annotated[
        Path | None, typer.Option(help="Your export of Canvas's gradebook, to be filled in.")
    ] = None,
    moodle: Annotated[
        Path | None, typer.Option(help="Moodle's grading worksheet, to be filled in.")
    ] = None,
    plain: Annotated[
        bool, typer.Option("--csv", help="A table of names, ids, points, for any other system.")
    ] = False,
    sources: Annotated[
        Path | None,
        typer.Option(
            help="A new folder for each student's code, as JPlag, Dolos and MOSS take it."
        ),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(help="The file to write.", show_default="ASSIGNMENT.SYSTEM.csv, here"),
    ] = None,
    column: Annotated[
        str, typer.Option(help="The title of the column.", show_default="the one that fits")
    ] = "",
    pending: Annotated[
        Literal["refuse", "skip", "write"],
        typer.Option(help="What to do where points are still to be given by hand."),
    ] = "refuse",
    zeros: Annotated[
        bool, typer.Option("--zeros", help="Write 0 for who handed in nothing.")
    ] = False,
    scale: Annotated[
        bool, typer.Option("--scale", help="Scale the points to the maximum that is set there.")
    ] = False,
    submissions: Submissions = None,
    output: Output = None,
    workspace: Workspace = None,
    force: Force = False,
) -> None:
    """Fill the grades into your own export of Canvas or Moodle: one column, and nothing else.

    What is pending is not written, unless you say so. Whom the export does not have is listed.
    """
    from autograder.course.notebooks import assignments
    from autograder.lms.export import Wish, fill_canvas, fill_moodle, plain_table
    from autograder.lms.grades import read_grades
    from autograder.lms.records import Records
    from autograder.lms.sources import write_sources

    submissions, output = folders(submissions, output, workspace)
    [assignment] = assignments(ROOT, [assignment])
    asked = {"canvas": canvas, "moodle": moodle, "grades": plain or None, "sources": sources}
    [*chosen] = [name for name, one in asked.items() if one is not None]
    if len(chosen) != 1:
        raise UsageError("Say what to write: one of --canvas, --moodle, --csv and --sources.")
    if sources is not None:
        done = write_sources(ROOT, assignment, submissions, sources, cores())
        print(f"Written: the code of {done.written} in {sources}.")
        if done.without:
            print("Without code:", *done.without, sep="\n- ")
        return
    target = to or Path(f"{assignment}.{chosen[0]}.csv")
    if target.exists() and not force:
        raise UsageError(f"{target} is there already. Add --force to replace it.")
    grades = read_grades(output, assignment)
    records = Records.read(submissions, assignment).by_student
    if plain:
        write_text(target, [plain_table(grades, records)])
        print(f"Written: {target}")
        return
    wish = Wish(assignment, column, pending, zeros, scale)
    if canvas is not None:
        filled = fill_canvas(canvas, grades, records, wish)
    else:
        filled = fill_moodle(moodle or Path(), grades, records, wish)
    filled.table.write(target)
    print(f"Written: {target}", *filled.lines(), sep="\n")
    raise typer.Exit(ExitCode.PROBLEMS if filled.not_found else ExitCode.FINE)


@app.command(
    rich_help_panel=INSTRUCTORS,
    epilog="Example: `course feedback 01_forward_propagation --to feedback --canvas "
    "--submissions submitted --output grades`",
)
def feedback(
    assignment: Assignment,
    to: Annotated[Path, typer.Option(help="The folder to write into.", show_default=False)],
    canvas: Annotated[
        bool, typer.Option("--canvas", help="Pack the pages as Canvas takes them back.")
    ] = False,
    moodle: Annotated[
        bool, typer.Option("--moodle", help="Pack the pages as Moodle takes them back.")
    ] = False,
    submissions: Submissions = None,
    output: Output = None,
    workspace: Workspace = None,
    force: Force = False,
) -> None:
    """Write a page for each student: every exercise with its points and a sentence, then the work.

    Each page is one file that loads nothing and runs nothing.
    """
    from autograder.course.notebooks import assignments
    from autograder.feedback.hand_back import System, hand_back

    if canvas and moodle:
        raise UsageError("Say --canvas or --moodle, not both.")
    submissions, output = folders(submissions, output, workspace)
    [assignment] = assignments(ROOT, [assignment])
    system: System = "canvas" if canvas else "moodle" if moodle else ""
    folders_given = (submissions, output, to)
    done = hand_back(ROOT, assignment, *folders_given, system=system, jobs=cores(), force=force)
    print(*done.lines(), sep="\n")
