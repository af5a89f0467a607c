"""The commands of ``course`` that bring work in, and grades and feedback back."""

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from autograder.cli_grade import (
    INSTRUCTORS,
    Of,
    Output,
    RosterFile,
    Submissions,
    Workspace,
    collect_one,
    cores,
    folders,
)
from autograder.errors import ExitCode, UsageError
from autograder.files import ROOT, write_text

__all__ = ["app"]

app = typer.Typer()

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
    from autograder.lms.entered import enter_by_hand
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
    enter_by_hand(submissions, output, assignment)
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
    to: Annotated[
        Path | None,
        typer.Option(
            help="The folder to write into.",
            show_default="WORKSPACE/feedback, as `nbgrader release_feedback` takes the pages",
        ),
    ] = None,
    canvas: Annotated[
        bool, typer.Option("--canvas", help="Pack the pages as Canvas takes them back.")
    ] = False,
    moodle: Annotated[
        bool, typer.Option("--moodle", help="Pack the pages as Moodle takes them back.")
    ] = False,
    roster: RosterFile = None,
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
    from autograder.lms.entered import enter_by_hand
    from autograder.lms.roster import Roster

    if canvas and moodle:
        raise UsageError("Say --canvas or --moodle, not both.")
    if to is None and (workspace is None or canvas or moodle):
        raise UsageError("Say where the pages go: --to DIR.")
    tree, to = to is None, to or Path(workspace or ".", "feedback")
    submissions, output = folders(submissions, output, workspace)
    [assignment] = assignments(ROOT, [assignment])
    system: System = "canvas" if canvas else "moodle" if moodle else ""
    enter_by_hand(submissions, output, assignment)
    folders_given = (submissions, output, to)
    people = Roster.read(roster) if roster else None
    options: dict[str, Any] = {"system": system, "roster": people, "tree": tree, "force": force}
    done = hand_back(ROOT, assignment, *folders_given, jobs=cores(), **options)
    print(*done.lines(), sep="\n")


@app.command(
    rich_help_panel=INSTRUCTORS,
    epilog="Example: `course report 01_forward_propagation --output grades --no-names`",
)
def report(
    assignment: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ASSIGNMENT]...", help="All that were graded, if none is named."),
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="The page to write.", show_default="OUTPUT/report.html")
    ] = None,
    names: Annotated[
        bool, typer.Option("--names/--no-names", help="Name students, or leave names out.")
    ] = True,
    roster: RosterFile = None,
    submissions: Submissions = None,
    output: Output = None,
    workspace: Workspace = None,
) -> None:
    """Write a page on the whole class: points, the commonest mistakes, who is stuck, what moved.

    A CSV of the same numbers is written beside it.
    """
    from autograder.course.notebooks import assignments
    from autograder.lms.roster import Roster
    from autograder.report.class_page import write_report

    _, output = folders(output, output, workspace)
    chosen = assignments(ROOT, assignment or [])
    if not assignment:
        chosen = [name for name in chosen if (output / name / "grades.csv").exists()]
    if not chosen:
        raise UsageError(f"Nothing was graded into {output} yet.")
    target = to or output / "report.html"
    people = Roster.read(roster) if roster else None
    of = submissions or (workspace and workspace / "submitted")
    table = write_report(output, chosen, target, names=names, submissions=of, roster=people)
    print(f"Written: {target}", f"Written: {table}", sep="\n")


@app.command(
    rich_help_panel=INSTRUCTORS,
    epilog="Example: `course forget ada --workspace ../my_class --also feedback`",
)
def forget(
    student: Annotated[str, typer.Argument(help="The name of the folder.", show_default=False)],
    submissions: Submissions = None,
    output: Output = None,
    workspace: Workspace = None,
    also: Annotated[
        list[Path] | None,
        typer.Option(help="Another folder, such as that of the feedback.", show_default=False),
    ] = None,
) -> None:
    """Take a student out of every file that the course wrote.

    What you sent to others, and your own copies, are yours to find.
    """
    from autograder.lms.forget import LEFT
    from autograder.lms.forget import forget as forget_one

    submissions, output = folders(submissions, output, workspace)
    others = [*(also or [])]
    if workspace is not None:
        others += [workspace / name for name in ("autograded", "feedback")]
    lines, gone = forget_one(ROOT, student, submissions, output, others), False
    if workspace is not None:
        from autograder.nbgrader_bridge.students import remove_student
        from autograder.nbgrader_bridge.workspace import Workspace as Opened

        opened = Opened(workspace)
        if remove_student(opened, student):
            gone = True
            print(f"Taken out of: the gradebook, {opened.gradebook}", flush=True)
    for line in lines:
        gone |= not line.startswith(LEFT)
        print(line, flush=True)
    if not gone:
        raise UsageError(f"There is nothing of {student} in {submissions} and {output}.")


@app.command(rich_help_panel=INSTRUCTORS, epilog="Example: `course site --to ../public`")
def site(
    to: Annotated[
        Path,
        typer.Option(help="A new or empty folder, or a site made before.", show_default=False),
    ],
    assignment: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ASSIGNMENT]...", help="All of them, if none is named."),
    ] = None,
    local: Annotated[
        Path | None,
        typer.Option(
            help="A folder with Pyodide and its packages, to ship all of it.",
            show_default="its packages come from its own server",
        ),
    ] = None,
) -> None:
    """Make a web site of the pages, on which Python runs in the browser: nothing to install.

    Any host of static files serves it. It holds no solutions, and work stays in the learner's
    browser until it is downloaded.
    """
    from autograder.course.site.build import build

    build(ROOT, to, assignment or [], local=local)
    print(f"Written: {to}")
    print(f"Try it: python -m http.server --directory {shlex.quote(str(to))} --bind 127.0.0.1")


@app.command(rich_help_panel=INSTRUCTORS, epilog="Example: `course demo`")
def demo(
    to: Annotated[
        Path, typer.Option(help="A new folder for the class, and for all that is made of it.")
    ] = Path("course_demo"),
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the report in a browser.")
    ] = True,
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="Grade without the sandbox, with your own rights.")
    ] = False,
) -> None:
    """See it work: a class of 30 that is not there, from a Canvas zip to the gradebook.

    Each step is one of the other commands, and is shown as you would type it.
    """
    from autograder.demo import ASSIGNMENT, make_class
    from autograder.sandbox.capabilities import refuse_without_sandbox

    if not no_sandbox:
        refuse_without_sandbox()
    if to.exists() and any(to.iterdir()):
        raise UsageError(f"{to} is there already. Remove it, or name a new folder: --to DIR.")
    to.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    print("Making a class of 30: submissions.zip, as Canvas packs it, and gradebook.csv.")
    make_class(ROOT, to)
    here = "--submissions submitted --output grades"
    unsafe = " --no-sandbox" if no_sandbox else ""
    for line in (
        f"grade submissions.zip --roster gradebook.csv {here}{unsafe}",
        f"feedback {ASSIGNMENT} --to feedback --canvas {here}",
        "report --output grades --roster gradebook.csv",
        f"export {ASSIGNMENT} --canvas gradebook.csv --pending skip --to to_import.csv {here}",
    ):
        print(f"\n$ course {line}", flush=True)
        command = [sys.executable, "-m", "autograder", *shlex.split(line)]
        done = subprocess.run(command, cwd=to, env=_environment(), check=False)
        if done.returncode not in (ExitCode.FINE, ExitCode.PROBLEMS):
            raise typer.Exit(done.returncode)
    report_page = (to / "grades" / "report.html").resolve()
    print(f"\nThat took {time.monotonic() - start:.0f} seconds. Look at:")
    print(f"- {report_page}: the class")
    print(f"- {to / 'feedback' / ASSIGNMENT}: a page for each student")
    print("- above, what needs your eyes: thistle's code told the judge that it is right")
    print(f"- {to / 'to_import.csv'}: the gradebook, with one column filled in")
    print("Then type:")
    print(f"  cd {shlex.quote(str(to))}")
    print(f"  course explain wisteria relu {here}{unsafe}")
    if browser:
        typer.launch(report_page.as_uri())


def _environment() -> dict[str, str]:
    """Return the environment for a command of this course in another folder."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return os.environ | {"PYTHONPATH": path}
