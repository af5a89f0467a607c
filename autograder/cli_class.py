"""The commands of ``course`` that bring work in, and grades and feedback back."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli_grade import INSTRUCTORS, Of, RosterFile, collect_one, folders
from autograder.errors import ExitCode

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
