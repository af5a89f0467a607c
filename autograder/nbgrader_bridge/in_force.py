"""Say which settings are in force in a workspace, where each comes from, and what is stale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from autograder.course.notebooks import assignments
from autograder.errors import UsageError
from autograder.files import ROOT
from autograder.grading.grade_submission import Settings
from autograder.grading.results import settings_of
from autograder.grading.settings_file import GradingSettings, as_record
from autograder.limits import LIMITS, Limits
from autograder.nbgrader_bridge.course_directory import CONFIG
from autograder.nbgrader_bridge.late import LatePenalty
from autograder.nbgrader_bridge.preprocessors import Execute
from autograder.nbgrader_bridge.workspace import Workspace

__all__ = ["InForce", "in_force"]

EXCHANGE = "/usr/local/share/nbgrader/exchange"  # nbgrader's own


@dataclass(frozen=True)
class InForce:
    """What holds in a workspace: the limits, each setting in a line, and what is out of date."""

    limits: Limits
    said: list[str]
    stale: list[str]


def in_force(folder: Path) -> InForce:
    """Return what is in force in a workspace.

    Raises
    ------
    UsageError
        When the folder is no workspace, or a file with settings cannot be understood.
    """
    opened, beside = Workspace(folder), GradingSettings.beside(folder / "submitted")
    every = assignments(ROOT)
    judge = Execute(config=opened.config)
    configured = judge.settings(every[0])
    settings = beside.over(configured)
    exchange = opened.config.get("Exchange", {}).get("root", EXCHANGE)

    def source(in_file: object, in_config: object) -> str:
        return beside.path.name if in_file else CONFIG if in_config else "as always"

    seed, through = opened.config.get("Execute", {}).get("seed"), settings.follow_through
    lines = {
        "follow_through": (through, source(beside.follow_through, through != "full")),
        "seed": ("secret" if seed else "the assignment's name", source("", seed)),
        "packages": (_packages(settings.packages), source(beside.packages is not None, "")),
        "exchange": (exchange, source(beside.exchange == exchange, exchange != EXCHANGE)),
        "gradebook": (opened.gradebook, CONFIG),
        "sandbox": (
            "off for nbgrader autograde" if judge.no_sandbox else "on",
            source("", judge.no_sandbox),
        ),
    }
    for one in fields(LIMITS):
        value = getattr(configured.limits, one.name)
        if one.name not in beside.limits and value != getattr(LIMITS, one.name):
            lines[f"limits.{one.name}"] = (f"{value:,}", CONFIG)
    said = [f"{name}: {value} ({where})" for name, (value, where) in lines.items()]
    said += [f"{name}: {value} ({beside.path.name})" for name, value in as_record(beside).items()]
    late = beside.lateness
    if late.rule and late.extensions:
        said.append(f"extensions: {len(late.extensions)} ({late.rule.extensions})")
    stale = list(_stale(opened, beside, every, exchange))
    for name in every:
        stale += _graded_otherwise(folder / "grades" / name, name, beside, opened)
    return InForce(settings.limits, said, stale)


def _packages(packages: Sequence[str] | None) -> str:
    """Return the packages that students may import, in words."""
    if packages is None:
        return "all that is installed"
    return ", ".join(["the usual ones", *packages])


def _stale(
    opened: Workspace, beside: GradingSettings, every: list[str], exchange: str
) -> Iterator[str]:
    """Yield what was made of an older course, and what no other file follows."""
    for name in every:
        yield from opened.warnings(ROOT, name)
    config = opened.folder / CONFIG
    if beside.lateness.rule and not isinstance(opened.late.plugin_inst, LatePenalty):
        yield (
            f"{config} does not know the rule for late work: add the line "
            f'`c.AssignLatePenalties.plugin_class = "{LatePenalty.__module__}.LatePenalty"`.'
        )
    if beside.exchange and beside.exchange != exchange:
        yield (
            f"{config} names the exchange {exchange}, and not {beside.exchange} as {beside.path} "
            f"does: write `c.Exchange.root = {beside.exchange!r}` there."
        )
    for name in sorted(set(beside.lateness.due) - set(every)):
        yield f"{beside.path}: the course has no {name}, which has a due date."
    submitted = opened.folder / "submitted"
    known = {path.name for path in submitted.iterdir()} if submitted.is_dir() else set()
    strangers = sorted({student for student, _ in beside.lateness.extensions} - known)
    if known and strangers:
        yield f"Extensions for students who are not in {submitted}: {', '.join(strangers)}."


def _graded_otherwise(
    output: Path, assignment: str, beside: GradingSettings, opened: Workspace
) -> Iterator[str]:
    """Yield a sentence if an assignment was graded with other settings than those in force."""
    import msgspec

    try:
        with (output / "results.jsonl").open("rb") as file:
            record = msgspec.json.decode(file.readline())
        before = settings_of(output, record)
    except (OSError, ValueError, UsageError):
        return
    now: Settings = beside.over(Execute(config=opened.config).settings(assignment))
    if before != now:
        names = [
            one.name for one in fields(now) if getattr(before, one.name) != getattr(now, one.name)
        ]
        yield (
            f"The grades in {output} were made with other settings ({', '.join(names)}). "
            f"`course grade {assignment} --workspace` brings them up to date."
        )
