"""The ``course`` command: one short function per subcommand, which calls a subpackage.

A subcommand imports its modules only when it runs, so that ``course --help`` is fast.
"""

import codecs
import gc
import io
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from autograder.errors import CourseError, ExitCode, UsageError
from autograder.files import ROOT
from autograder.limits import LIMITS, changed, described

__all__ = ["app", "main"]

LEARNERS = "For learners"
INSTRUCTORS = "For instructors"


# Threshold for `gc.set_threshold`: grading makes next to no reference cycles, and the collections
# during the import of nbgrader took a tenth of the time.
GARBAGE = 50_000

app = typer.Typer(
    name="course",
    add_completion=False,  # it would write into the user's shell settings
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def course() -> None:
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

    open_lab(ROOT, browser=browser, port=port, extra=extra or [])


Assignment = Annotated[str, typer.Argument(help="A folder of `notebooks/`.", show_default=False)]
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
    """Put notebooks into the one form that is kept in git, which is what nbgrader releases."""
    from autograder.course import notebooks

    found = notebooks.untidy(ROOT, assignment or [])
    for path, better in found.items():
        if not check:
            notebooks.write(better, path)
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


@app.command(
    rich_help_panel=INSTRUCTORS,
    epilog="Example: `course grade 01_forward_propagation --workspace ../my_class`",
)
def grade(
    assignment: Annotated[str, typer.Argument(help="A folder of `notebooks`.")],
    submissions: Annotated[
        Path | None,
        typer.Option(
            help="The folder with a folder for each student.", show_default="WORKSPACE/submitted"
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            help="The folder that the grades are written to.", show_default="WORKSPACE/grades"
        ),
    ] = None,
    workspace: Annotated[
        Path | None,
        typer.Option(
            help="nbgrader's folder, as `course workspace` makes it. Its gradebook gets the "
            "grades too; its configuration says what the options below do not.",
        ),
    ] = None,
    timeout: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Seconds that a cell may run, and one exercise's tests.",
            show_default=f"{LIMITS.seconds:g}",
        ),
    ] = None,
    follow_through: Annotated[
        Literal["full", "half", "none"] | None,
        typer.Option(
            help="What an answer gets that is right but for an earlier one it calls.",
            show_default="full",
        ),
    ] = None,
    seed: Annotated[
        str,
        typer.Option(
            help="Decides the random cases.", show_default="the workspace's, or the assignment"
        ),
    ] = "",
    limit: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Another value for a limit that `course doctor` prints, such as `file=256`.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=0, help="Processes of this machine.", show_default="all cores")
    ] = 0,
    cluster: Annotated[
        str,
        typer.Option(
            help="Use the workers of a running Dask scheduler, such as `tcp://10.0.0.5:8786`: "
            "start `dask worker ADDRESS --nthreads 1` where this very course and bubblewrap are."
        ),
    ] = "",
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="Run students' code with your own rights.")
    ] = False,
) -> None:
    """Grade a folder of submissions: `STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb`.

    Writes into OUTPUT/ASSIGNMENT `grades.csv`, a line for each student, `results.jsonl`, a line
    for each answer with the sentence that helps, and `attention.csv`, what needs your eyes. The
    same command again judges only what changed, and says whose grades changed.
    """
    gc.set_threshold(GARBAGE)

    from autograder.grading import worker_pool
    from autograder.grading.grade import grade as grade_all
    from autograder.grading.grade_submission import Settings
    from autograder.sandbox.capabilities import refuse_without_sandbox

    submissions, output = _folders(submissions, output, workspace)
    if no_sandbox:
        print("Without the sandbox: students' code runs with your rights.", file=sys.stderr)

    def pool() -> AbstractContextManager[worker_pool.Pool]:
        if cluster:
            return worker_pool.cluster(cluster)
        if not no_sandbox:
            refuse_without_sandbox()
        return worker_pool.processes(jobs or cores())

    settings, writer = Settings(assignment), None
    with ExitStack() as stack:
        if workspace is not None:
            from autograder.nbgrader_bridge.preprocessors import Execute
            from autograder.nbgrader_bridge.workspace import Workspace

            opened = Workspace(workspace)
            settings = Execute(config=opened.config).settings(assignment)
            for line in opened.warnings(ROOT, assignment):
                print(line, file=sys.stderr)
            writer = stack.enter_context(opened.book(assignment))
        limits = replace(settings.limits, seconds=timeout) if timeout else settings.limits
        try:
            limits = changed(
                limits,
                {
                    name: float(value)
                    for name, _, value in (one.partition("=") for one in limit or ())
                },
            )
        except ValueError as error:
            raise UsageError(f"--limit: {error}") from None
        chosen: dict[str, Any] = {
            "seed": seed,
            "follow_through": follow_through,
            "limits": limits,
        }
        code = grade_all(
            ROOT,
            assignment,
            submissions,
            output,
            settings=replace(settings, **{name: one for name, one in chosen.items() if one}),
            pool=pool,
            sandboxed=not no_sandbox,
            writer=writer,
        )
    raise typer.Exit(code)


@app.command(
    rich_help_panel=INSTRUCTORS,
    epilog="Example: `course explain alice sigmoid --submissions submitted --output grades`",
)
def explain(
    student: str,
    exercise: str,
    submissions: Annotated[
        Path | None,
        typer.Option(
            help="The folder with a folder for each student.", show_default="WORKSPACE/submitted"
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            help="The folder that the grades were written to.", show_default="WORKSPACE/grades"
        ),
    ] = None,
    workspace: Annotated[
        Path | None, typer.Option(help="nbgrader's folder, as for `course grade`.")
    ] = None,
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="Run students' code with your own rights.")
    ] = False,
) -> None:
    """Show a verdict again, with the smallest case that fails: to be sent to the student."""
    from autograder.grading.explain import explain as explain_one
    from utils.checker.verdict import printable

    submissions, output = _folders(submissions, output, workspace)
    text = explain_one(ROOT, student, exercise, submissions, output, sandboxed=not no_sandbox)
    print(printable(text))


def _folders(
    submissions: Path | None, output: Path | None, workspace: Path | None
) -> tuple[Path, Path]:
    """Return the folders of submissions and of grades; by default those of the workspace."""
    submissions = submissions or (workspace and workspace / "submitted")
    output = output or (workspace and workspace / "grades")
    if submissions is None or output is None:
        raise UsageError("Give --submissions and --output, or the --workspace that has both.")
    return submissions, output


@app.command(rich_help_panel=INSTRUCTORS, epilog="Example: `course doctor`")
def doctor(
    apparmor: Annotated[
        bool,
        typer.Option(
            "--apparmor",
            help="Print an AppArmor profile that lets bubblewrap, and nothing else, make user "
            "namespaces (Ubuntu 24.04 and newer).",
        ),
    ] = False,
) -> None:
    """Say what this machine has for grading, how to get what is missing, and what limits hold."""
    from autograder.sandbox import bubblewrap
    from autograder.sandbox.capabilities import layers, meets_minimum
    from autograder.sandbox.remedies import apparmor_profile

    program = bubblewrap.find()
    if apparmor:
        if program is None:
            raise UsageError(f"There is no bubblewrap to allow. {bubblewrap.INSTALL}.")
        print(apparmor_profile(program.path), end="")
        return
    if program:
        print(f"bubblewrap {program.version}, {program.source}: {program.path}")
    found = layers()
    for layer in found:
        needed = "must be here" if layer.needed else "makes it stronger"
        how = "" if layer.active else f" {layer.how}"
        print(f"{'✓' if layer.active else '✗'} {layer.name} ({needed}).{how}")
    print("A submission may take:", *described(LIMITS), sep="\n- ")
    if not meets_minimum(found):
        print("So `course grade` refuses to run here, unless --no-sandbox is typed.")
        raise typer.Exit(ExitCode.PROBLEMS)
    print("`course grade` can run here: students' code stays in its sandbox.")


def cores() -> int:
    """Return the number of CPUs that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else ExitCode.FINE
    return ExitCode.FINE
