"""The ``course`` command: one short function per subcommand, which calls a subpackage.

A subcommand imports its modules only when it runs, so that ``course --help`` is fast.
"""

import codecs
import io
import shlex
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from autograder import cli_class, cli_grade
from autograder.cli_grade import INSTRUCTORS
from autograder.errors import CourseError, ExitCode, UsageError
from autograder.files import ROOT, write_text

__all__ = ["app", "main"]

LEARNERS = "For learners"

app = typer.Typer(
    name="course",
    add_completion=False,  # it would write into the user's shell settings
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    """Print the version that is installed, and end."""
    if asked:
        print(f"course {version('deep-networks')}")
        raise typer.Exit


@app.callback()
def course(
    _: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=_version)
    ] = False,
) -> None:
    """An open course on deep networks in NumPy: open it, teach it, grade it.

    Type `course COMMAND --help` for one command and an example of it.

    When a command ends, its exit code tells how it went:

    - **0** all is fine
    - **1** done, but there are problems to look at
    - **2** the command, or what it was given, is wrong
    - **3** something of the course is missing or broken
    - **130** you stopped it
    """  # noqa: D401 (help that users read)


@app.command(rich_help_panel=LEARNERS, epilog="Example: `course lab --no-browser --port 8890`")
def lab(
    extra: Annotated[
        list[str] | None,
        typer.Argument(metavar="-- OPTIONS", help="More options, passed on to `jupyter lab`."),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open a browser, or print the address.")
    ] = True,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Serve on this port.", show_default="free")
    ] = None,
) -> None:
    """Open the course in JupyterLab, on your own copy of the notebooks.

    The copy is the folder `my_notebooks`. New pages of the course are added to it; what
    is there already is never overwritten.
    """
    from autograder.course.lab import open_lab
    from autograder.course.update import newer_pages

    if newer := newer_pages(ROOT):
        print(
            f"The course has a newer version of {', '.join(newer)}: to take it over with all your "
            "answers, stop this with Ctrl + C and type `make update`, or `course update`."
        )
    open_lab(ROOT, browser=browser, port=port, extra=extra or [])


@app.command(rich_help_panel=LEARNERS, epilog="Example: `course progress --save progress.html`")
def progress(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Where your pages are.", show_default="my_notebooks, or here"),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Write it as a page, to show.", show_default=False)
    ] = None,
) -> None:
    """Show what you have done, what is next, and how long the rest takes."""
    from autograder.course.lab import OWN_COPY
    from utils.progress import Progress

    own = ROOT / OWN_COPY
    found = Progress(folder or (own if own.is_dir() else Path()))
    if not found.rows:
        raise UsageError(
            f"There are no pages of the course in {folder or Path.cwd()}. "
            "Name the folder that holds them, or begin with `course lab`."
        )
    print(found)
    if save is not None:
        try:
            found.save(save)
        except OSError as error:
            raise UsageError(f"{save} cannot be written: {error.strerror}.") from error
        print(f"Written: {save}")


Assignment = Annotated[str, typer.Argument(help="A folder of `notebooks/`.", show_default=False)]


@app.command(rich_help_panel=LEARNERS, epilog="Example: `course reset 01_forward_propagation`")
def reset(
    page: Annotated[str, typer.Argument(help="A folder of `my_notebooks`.", show_default=False)],
) -> None:
    """Begin a page of `my_notebooks` afresh; your old one is kept beside it, with its record.

    Close the page in JupyterLab first. For one exercise, use `reset("NAME")` in the page.
    """
    from autograder.course import lab

    print(f"Your old page is {lab.reset(ROOT, page)}. Open the page again: it is as new.")


@app.command(rich_help_panel=LEARNERS, epilog="Example: `course update ~/Downloads/course.zip`")
def update(
    newer: Annotated[
        Path | None,
        typer.Argument(
            help="A newer version of the course, unpacked or not, if you have no clone.",
            show_default="this folder, as after `git pull`",
        ),
    ] = None,
) -> None:
    """Bring the pages of `my_notebooks` to the newest version; your answers stay, cell by cell.

    Save and close the pages in JupyterLab first. The old pages are kept.
    """
    from autograder.course.update import take_over, update_course, update_pages
    from utils.update import report

    if newer is not None:
        print(f"Your old course is {update_course(ROOT, newer)}.")
        raise typer.Exit(take_over(ROOT))
    done = update_pages(ROOT)
    print(report(done))
    if any(one.trouble for one in done):
        raise typer.Exit(ExitCode.PROBLEMS)


Assignments = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ASSIGNMENT]...", help="All of them, if none is named."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


@app.command(rich_help_panel=INSTRUCTORS, epilog="Example: `course solve 01_forward_propagation`")
def solve(
    assignment: Assignment,
    to: Annotated[
        Path | None, typer.Option(help="The file to write.", show_default="ASSIGNMENT.solved.ipynb")
    ] = None,
    force: Force = False,
) -> None:
    """Write an assignment's notebook with all solutions filled in, to read and to run."""
    from autograder.course import notebooks

    source = notebooks.notebook_of(ROOT, assignment)
    target = to or Path(f"{assignment}.solved.ipynb")
    if target.exists() and not force:
        raise UsageError(f"{target} is there already. Add --force to replace it.")
    tidy = notebooks.tidy(notebooks.read(source), str(source))
    notebooks.write(notebooks.solve(tidy, str(source), markers=False), target)
    print(f"Written: {target}")


@app.command(rich_help_panel=INSTRUCTORS, epilog="Example: `course tidy --check`")
def tidy(
    assignment: Assignments = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit with 1 if something should be.")
    ] = False,
) -> None:
    """Put notebooks into the one form that is kept in git, which is what nbgrader releases.

    Minutes and points follow from a page's plan and the rubrics, wherever else they stand.
    """
    from autograder.course import notebooks

    found = notebooks.untidy(ROOT, assignment or [])
    for path, better in found.items():
        if not check:
            write_text(path, [better])
        print(f"{'Not tidy' if check else 'Tidied'}: {path.relative_to(ROOT)}")
    if not found:
        print("All notebooks are tidy.")
    elif check:
        raise CourseError("Run `course tidy` to mend this.", ExitCode.PROBLEMS)


@app.command(
    rich_help_panel=INSTRUCTORS, epilog="Example: `course release 01_forward_propagation --to out`"
)
def release(
    to: Annotated[Path, typer.Option(help="The folder to write into.", show_default=False)],
    assignment: Assignments = None,
    force: Force = False,
) -> None:
    """Make what students receive: a folder, and the same as a zip. It holds no solutions.

    Of the whole course, each assignment gets its own folder and zip.
    """
    from autograder.course.bundle import release_all

    for made in release_all(ROOT, assignment or [], to, force=force):
        print(f"Written: {made}", flush=True)


@app.command(rich_help_panel=INSTRUCTORS, epilog="Example: `course key --to answer_key.h5`")
def key(
    to: Annotated[Path, typer.Option(help="The file to write.", show_default=False)],
    assignment: Annotated[
        str | None, typer.Argument(help="All exercises of the course, if none is named.")
    ] = None,
    force: Force = False,
) -> None:
    """Write the frozen answer key alone: what right answers give, without a line of code."""
    from autograder.course import bundle, notebooks

    if assignment is not None:
        notebooks.notebook_of(ROOT, assignment)
    if to.exists() and not force:
        raise UsageError(f"{to} is there already. Add --force to replace it.")
    bundle.key(bundle.exercises_of(assignment), to)
    print(f"Written: {to}")


@app.command(rich_help_panel=INSTRUCTORS, epilog="Example: `course workspace ../teaching`")
def workspace(
    folder: Annotated[Path, typer.Argument(help="New, or a workspace made before.")],
    assignment: Assignments = None,
    course_id: Annotated[
        str, typer.Option(help="nbgrader's name for your course.")
    ] = "deep-networks",
) -> None:
    """Make a folder for nbgrader: there its own commands, and formgrader, run for this course.

    Run it again to bring `source/` up to date. Submissions, the gradebook, and a
    configuration that you changed are left as they are.
    """
    from autograder.nbgrader_bridge.course_directory import make

    made = make(ROOT, folder, course_id=course_id, names=assignment or [])
    for name in made.assignments:
        print(f"Made: {folder / 'source' / name}")
    for name in made.kept:
        print(f"Left as it is: {folder / name}. Delete it first to get a new one.")
    there = shlex.quote(str(folder))
    print(f"Next: cd {there} && nbgrader generate_assignment {made.assignments[-1]}")


UNIX_ONLY = ("fcntl", "resource")  # modules of Python's own that Windows lacks

for part in (cli_grade, cli_class):
    app.registered_commands += part.app.registered_commands


def _write_any_letter() -> None:
    """Make stdout and stderr replace characters that the terminal's encoding lacks."""
    codecs.register_error("in-its-letters", _in_its_letters)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="in-its-letters")


def _in_its_letters(error: UnicodeError) -> tuple[str, int]:
    """Replace a verdict's signs by ASCII, and other characters that cannot be encoded by "?"."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = {"✓": "+", "✗": "x", "○": "o", "→": "->", "−": "-", "…": "..."}
    letters = error.object[error.start : error.end]
    return "".join(signs.get(letter, "?") for letter in letters), error.end


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``course`` and return its exit code; print the message of a `CourseError` on stderr."""
    _write_any_letter()
    try:
        app(None if arguments is None else list(arguments), prog_name="course")
    except CourseError as error:
        print(error.message, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except ModuleNotFoundError as error:
        if error.name not in UNIX_ONLY:
            raise
        print("This command needs Linux or WSL2, as its sandbox does.", file=sys.stderr)
        return ExitCode.USAGE
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else ExitCode.FINE
    return ExitCode.FINE
