"""The commands ``course grade``, ``explain``, and ``doctor``, which says what grading needs."""

import gc
import os
import sys
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from autograder.errors import ExitCode, UsageError
from autograder.files import ROOT
from autograder.limits import LIMITS

if TYPE_CHECKING:
    from autograder.grading.settings_file import GradingSettings
    from autograder.lms.collect import Collected

__all__ = [
    *("INSTRUCTORS", "Of", "Output", "RosterFile", "Submissions", "Workspace", "app"),
    *("collect_one", "cores", "folders"),
]

INSTRUCTORS = "For instructors"

# Threshold for `gc.set_threshold`: grading makes next to no reference cycles, and the collections
# during the import of nbgrader took a tenth of the time.
GARBAGE = 50_000

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
NoSandbox = Annotated[
    bool, typer.Option("--no-sandbox", help="Run students' code with your own rights.")
]
Of = Annotated[
    str | None,
    typer.Option(
        "--assignment",
        help="Whose download it is.",
        show_default="what its notebooks say",
    ),
]
RosterFile = Annotated[
    Path | None,
    typer.Option(
        help="A CSV with a line for each student: Canvas's gradebook, Moodle's grading worksheet, "
        "or a table with a column `student`. Without it, each name in a download gets a folder.",
        show_default=False,
    ),
]


@app.command(
    rich_help_panel=INSTRUCTORS,
    epilog="Example: `course grade 01_forward_propagation --workspace ../my_class`",
)
def grade(
    assignment: Annotated[
        str,
        typer.Argument(
            help="A folder of `notebooks`, or a download to collect first, as `course collect` "
            "takes it."
        ),
    ],
    submissions: Submissions = None,
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
    no_sandbox: NoSandbox = False,
    of: Of = None,
    roster: RosterFile = None,
) -> None:
    """Grade a folder of submissions: `STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb`.

    Writes into OUTPUT/ASSIGNMENT `grades.csv`, a line for each student, `results.jsonl`, a line
    for each answer with the sentence that helps, and `attention.csv`, what needs your eyes; without
    a workspace also `by_hand.csv`, where you fill in the points that a person must give. The same
    command again judges only what changed, and says whose grades changed.
    """
    gc.set_threshold(GARBAGE)

    from autograder.grading import worker_pool
    from autograder.grading.grade import grade as grade_all
    from autograder.grading.grade_submission import Settings
    from autograder.grading.settings_file import GradingSettings
    from autograder.limits import changed
    from autograder.sandbox.capabilities import refuse_without_sandbox

    submissions, output = folders(submissions, output, workspace)
    assignment, collected = _collected(assignment, submissions, of, roster)
    if no_sandbox:
        print("Without the sandbox: students' code runs with your rights.", file=sys.stderr)

    def pool() -> AbstractContextManager[worker_pool.Pool]:
        if cluster:
            return worker_pool.cluster(cluster)
        if not no_sandbox:
            refuse_without_sandbox()
        return worker_pool.processes(jobs or cores())

    beside = GradingSettings.beside(submissions)
    settings, writer = Settings(assignment), None
    with ExitStack() as stack:
        if workspace is not None:
            from autograder.nbgrader_bridge.late import enter_due_date, late_plugin
            from autograder.nbgrader_bridge.preprocessors import Execute
            from autograder.nbgrader_bridge.workspace import Workspace

            opened = Workspace(workspace)
            settings = Execute(config=opened.config).settings(assignment)
            for line in opened.warnings(ROOT, assignment):
                print(line, file=sys.stderr)
            if beside.lateness.rule:
                opened.late.plugin_inst = late_plugin(beside.lateness, assignment)
            writer = stack.enter_context(opened.book(assignment))
            enter_due_date(writer.gradebook, assignment, beside.lateness)
        settings = beside.over(settings)
        limits = settings.limits
        limits = replace(limits, seconds=timeout) if timeout else limits
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
            lateness=beside.lateness,
        )
    _say_who_is_late_without_a_time(submissions, assignment, beside)
    raise typer.Exit(max(code, collected) if code in (0, 1) else code)


def _collected(
    given: str, submissions: Path, of: str | None, roster: Path | None
) -> tuple[str, ExitCode]:
    """Return the assignment to grade, and the exit code of collecting a download first, if any."""
    from autograder.course.notebooks import assignments

    if given in assignments(ROOT) or not (Path(given).exists() or of or roster):
        return given, ExitCode.FINE
    found = collect_one(Path(given), submissions, of=of, roster=roster)
    if len(found.assignments) != 1:
        names = ", ".join(found.assignments)
        raise UsageError(f"Collected for {names}. Grade each of them by its name.")
    return found.assignments[0], ExitCode.PROBLEMS if found.unmatched else ExitCode.FINE


def _say_who_is_late_without_a_time(
    submissions: Path, assignment: str, beside: "GradingSettings"
) -> None:
    """Say whom a system marked late without telling the time, so that the rule cannot apply."""
    from autograder.grading.lateness import TIMESTAMP, submitted_at
    from autograder.lms.records import Records

    records = Records.read(submissions, assignment).by_student
    late = sorted(
        name
        for name, one in records.items()
        if one.late and not one.at and not submitted_at(submissions / name / assignment / TIMESTAMP)
    )
    if beside.lateness.rule and late:
        print(
            f"Marked late, and the download does not say by how much: {', '.join(late)}. No points "
            "are taken off for that here. Write the time, such as 2026-11-21 08:00:00 UTC, into "
            f"{submissions / 'STUDENT' / assignment / TIMESTAMP}, and grade again."
        )


def collect_one(
    download: Path,
    submissions: Path,
    *,
    of: str | None = None,
    roster: Path | None = None,
    force: bool = False,
) -> "Collected":
    """Collect a download, and print what became of it."""
    from autograder.lms.collect import collect

    found = collect(download, submissions, assignment=of, roster=roster, force=force)
    print(*found.lines(), sep="\n", flush=True)
    return found


@app.command(
    rich_help_panel=INSTRUCTORS,
    epilog="Example: `course explain alice sigmoid --submissions submitted --output grades`",
)
def explain(
    student: str,
    exercise: str,
    submissions: Submissions = None,
    output: Output = None,
    workspace: Workspace = None,
    no_sandbox: NoSandbox = False,
) -> None:
    """Show a verdict again, with the smallest case that fails: to be sent to the student."""
    from autograder.grading.explain import explain as explain_one
    from utils.checker.verdict import printable

    submissions, output = folders(submissions, output, workspace)
    text = explain_one(ROOT, student, exercise, submissions, output, sandboxed=not no_sandbox)
    print(printable(text))


def folders(
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
    workspace: Annotated[
        Path | None,
        typer.Option(help="Say too what `grading.toml` sets there, and what is out of date."),
    ] = None,
) -> None:
    """Say what this machine has for grading, how to get what is missing, and what limits hold."""
    from autograder.limits import DOWNLOAD, described
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
    limits = LIMITS
    if workspace is not None:
        from autograder.nbgrader_bridge.in_force import in_force

        state = in_force(workspace)
        print(f"In {workspace}:", *state.said, sep="\n- ")
        print(*(state.stale or ["Nothing there is out of date."]), sep="\n")
        limits = state.limits
    print("A submission may take:", *described(limits), sep="\n- ")
    print("A download may hold:", *described(DOWNLOAD), sep="\n- ")
    if not meets_minimum(found):
        print("So `course grade` refuses to run here, unless --no-sandbox is typed.")
        raise typer.Exit(ExitCode.PROBLEMS)
    print("`course grade` can run here: students' code stays in its sandbox.")


def cores() -> int:
    """Return the number of CPUs that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
