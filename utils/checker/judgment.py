"""One answer, called on every case of one question: what is wrong, what it earned, in words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from utils.checker import course, diagnose, rubric, wording
from utils.checker.answer_key import Question
from utils.checker.cases import Case, Raised, Returned, Run, TempFile
from utils.checker.compare import Finding
from utils.checker.explain import BLANK, WITHOUT_LOOP
from utils.checker.inspect_call import comes_last, inspect_run, unexpected
from utils.checker.same import same
from utils.checker.student_code import Answer, Overrides
from utils.checker.verdict import Earned, Status, Verdict
from utils.checker.wording import verdict_of

__all__ = ["Judgment"]


@dataclass
class _Stop(Exception):
    """The answer raised an exception when a property called it."""

    run: Run
    case: Case


def _value(run: Run, case: Case) -> Any:
    """Return the result of a call for a property; raise `_Stop` for an unexpected exception."""
    if isinstance(run.outcome, Raised):
        if unexpected(run, case):
            raise _Stop(run, case)
        return run.outcome  # the property reads its message
    return run.outcome.value


class Judgment:
    """One answer, called on every case of one question."""

    def __init__(self, question: Question, answer: Answer, overrides: Overrides) -> None:
        self.question, self.answer, self.overrides = question, answer, overrides
        self.runs: list[Run] = []
        self.findings: list[list[Finding]] = []  # of each run
        self.again: dict[int, Run] = {}  # second runs of cases, after all others
        self.checked: dict[str, Finding | None] = {}  # properties and their findings
        self.asked: dict[int, tuple[Case, Run]] = {}  # by properties; the key is the case's id
        self.stopped = False  # by the user

    def __call__(self, case: Case) -> Any:
        """Call the answer on one case, for a property."""
        [value] = self.all([case])
        return value

    def all(self, cases: Sequence[Case]) -> list[Any]:
        """Call the answer on many cases at once, for a property, if no other has asked them."""
        new = [case for case in cases if id(case) not in self.asked]
        if new:
            pairs = zip(new, self._runs(new), strict=True)
            self.asked |= {id(case): (case, run) for case, run in pairs}
        return [_value(self.asked[id(case)][1], case) for case in cases]

    def results(self) -> list[Any]:
        """Return the results of the question's own cases, for a property."""
        return [_value(run, case) for run, case in self.pairs()]

    def cases(self) -> Sequence[Case]:
        """Return the question's own cases, for a property."""
        return self.question.cases

    def run(self, case: Case) -> Run:
        """Call the answer, and return everything observed in the call."""
        [run] = self._runs([case])
        return run

    def log(self, scratch: TempFile) -> Any:
        """Return the records in a log that the answer wrote."""
        return self.answer.log(scratch)

    def _runs(self, cases: Sequence[Case]) -> list[Run]:
        return self.answer.runs(cases, self.overrides)

    def wrong_without_raising(self) -> bool:
        """Call the answer on every case; return whether it is wrong but never raised by mistake."""
        try:
            self._call()
        except KeyboardInterrupt:
            self.stopped = True
        raised = any(unexpected(run, case) for run, case in self.pairs())
        return not self.stopped and not raised and any(self.findings)

    def verdict(self) -> Verdict:
        """Return the verdict."""
        try:
            if self.stopped:
                raise KeyboardInterrupt
            return self._verdict()
        except KeyboardInterrupt:
            return self._verdict_of(
                Status.ERROR,
                "You stopped the check while your code was running.",
                advice="If it ran for long: is there a loop that never ends?",
            )

    def _verdict(self) -> Verdict:
        if not self.runs:
            self._call()
        raised = [pair for pair in self.pairs() if unexpected(*pair)]
        for run, case in raised:
            if not comes_last(run, case):
                return self._raised(run, case)
        first = self._first_finding()
        if first is not None and first[0].kind != "silence":
            return self._wrong(*first)
        for run, case in raised:
            return self._raised(run, case)
        if first is not None:
            return self._wrong(*first)
        try:
            broken, finding = self.broken_property()
        except _Stop as stop:
            return self._raised(stop.run, stop.case)
        if finding is not None:
            return self._wrong(finding, None, broken)
        other_ways = [said for way, said in self.question.asks.items() if not self._goes(way)]
        return self._verdict_of(
            Status.CORRECT,
            wording.right(self.question, len(self.runs)),
            advice=" ".join(other_ways),
        )

    def _goes(self, way: str) -> bool:
        """Return whether the answer goes a way that the text asks for."""
        if way == WITHOUT_LOOP:
            return not self.answer.loops
        return bool(self.answer.uses((way,)))

    def _call(self) -> None:
        """Call the answer on every case, and compare the results."""
        cases, repeated = self.question.cases, self.question.repeated
        runs = self._runs([*cases, *(cases[i] for i in repeated)])
        self.runs = runs[: len(cases)]
        self.again = dict(zip(repeated, runs[len(cases) :], strict=True))
        if self.runs[0].outcome == Raised(BLANK):  # a blank raises the same on every case
            del self.runs[1:]
        self.findings = [inspect_run(self.question, i, run) for i, run in enumerate(self.runs)]

    def pairs(self) -> Iterator[tuple[Run, Case]]:
        """Yield each run and its case."""
        return zip(self.runs, self.question.cases[: len(self.runs)], strict=True)

    # --- what is wrong ---------------------------------------------------------------------

    def _first_finding(self) -> tuple[Finding, int] | None:
        """Return the finding of the highest priority and the index of its case, or None."""
        relevant = []
        for i, (run, findings) in enumerate(zip(self.runs, self.findings, strict=True)):
            # If an input was changed, wrong values are a consequence.
            relevant += [(one, i) for one in findings if one.kind == "input" or not run.changed]
        if relevant:
            return min(relevant, key=lambda pair: pair[0].rank)
        for i in self.unstable():
            return Finding("repeat", wording.another_result(self.question.draws_in(i))), i
        for i in self.elsewhere():
            return Finding("repeat", wording.drawn_elsewhere(self.runs[i].moved)), i
        return None

    def unstable(self) -> list[int]:
        """Return the indices of cases whose second run gave another result."""
        called = {i: run for i, run in self.again.items() if i < len(self.runs)}
        return [i for i, run in called.items() if not same(self.runs[i].outcome, run.outcome)]

    def elsewhere(self) -> list[int]:
        """Return the indices of cases where the answer drew from np.random or random."""
        return [i for i, run in enumerate(self.runs) if run.moved]

    def broken_property(self) -> tuple[str, Finding | None]:
        """Return the name of the first property that does not hold, and its finding."""
        for name in self.question.properties:
            try:
                finding = self._check_property(name)
            except _Stop:
                raise
            except Exception:  # a property expects results of the cases' form
                other = (
                    "On other inputs the result has another form: is something fixed there that "
                    "the arguments should decide?"
                )
                finding = Finding("property", other)
            if finding is not None:
                return name, finding
        return "", None

    def _check_property(self, name: str) -> Finding | None:
        """Check the answer against a property, once."""
        if name not in self.checked:
            check = course.property_named(name, self.question.assignment)
            self.checked[name] = check(self, self.question.params)
        return self.checked[name]

    def _broken_besides(self, case: Case) -> Finding | None:
        """Return the finding of a property that wrong values break: of the part of `case` first."""
        properties = self.question.properties
        for name in sorted(properties, key=lambda one: properties[one] != case.earns):
            with contextlib.suppress(Exception):  # properties expect the right form
                if (finding := self._check_property(name)) is not None:
                    return finding
        return None

    # --- what was earned -------------------------------------------------------------------

    def earned(self, finding: Finding | None = None, broken: str = "") -> tuple[Earned, ...]:
        """Return the points of each rubric part; `broken` names the property behind `finding`."""

        def check(name: str) -> Finding | None:
            return finding if name == broken else self._check_property(name)

        unstable = {*self.unstable(), *self.elsewhere()}
        return rubric.earned(self.question, self.runs, self.findings, check, unstable)

    # --- in words --------------------------------------------------------------------------

    def _wrong(self, finding: Finding, index: int | None, broken: str = "") -> Verdict:
        known = diagnose.match_known_mistake(self.question, self.runs, self.findings, index)
        case = self.question.cases[index] if index is not None else None
        advice = ""
        if known is None:
            advice = wording.reads_from_outside(self.answer.outside)
            if not advice and finding.kind == "value" and case is not None:
                broken_too = self._broken_besides(case)
                if broken_too is not None and broken_too.apart:  # one case a message
                    finding, case = replace(finding, sentence=broken_too.sentence), None
                    finding = replace(finding, expected=None, got=None)
                elif broken_too is not None:
                    advice = broken_too.sentence
        elif not known.whole:
            advice = "Something else is not right either: mend this first, then check again."
        return self._verdict_of(
            Status.WRONG,
            finding.sentence,
            advice=advice,
            mistake=known.mistake.name if known else "",
            mistake_sentence=known.mistake.sentence if known else "",
            call=wording.call_in_words(self.question, case) if case else "",
            boxes=(("expected", finding.expected), ("got", finding.got))
            if finding.kind == "shape"
            else (),
            expected=finding.expected if finding.kind == "value" else None,
            got=finding.got if finding.kind == "value" else None,
            earned=self.earned(finding, broken),
            footer=wording.how_to_go_on(self.question),
        )

    def _raised(self, run: Run, case: Case) -> Verdict:
        if run.failure is None:  # only the first exceptions are explained, and those may be due
            run = replace(run, failure=self.run(case).failure)
        stub = run.failure.blank if run.failure is not None else ""
        half_blank = stub and self.answer.blank  # its own stub comes after that call
        if case is self.question.cases[0] and (stub == self.question.exercise or half_blank):
            return wording.blank(self.question, self.runs)
        explanation = wording.explanation_of(self.question, run, case)
        known = diagnose.match_known_mistake(self.question, self.runs, self.findings, None)
        advice = explanation.advice
        if run.kinds[:1] == ("AssertionError",) and not self._returned_elsewhere():
            advice = (
                "It says no every time. What should be otherwise: the assert, or what it tests?"
            )
        if (left_over := wording.reads_from_outside(self.answer.outside)) and not explanation.blank:
            known = None  # its exception may be due to those names alone
            if "from a cell above" not in advice:
                advice = left_over
        return self._verdict_of(
            Status.ERROR,
            explanation.sentence,
            advice=advice if known is None else "",
            mistake=known.mistake.name if known else "",
            mistake_sentence=known.mistake.sentence if known else "",
            source=explanation.source,
            boxes=explanation.boxes,
            call=wording.call_in_words(self.question, case),
            earned=self.earned(),
            footer="" if explanation.blank else wording.how_to_go_on(self.question),
        )

    def _returned_elsewhere(self) -> bool:
        return any(
            isinstance(run.outcome, Returned) and isinstance(case.expected, Returned)
            for run, case in self.pairs()
        )

    def _verdict_of(self, status: Status, message: str, **more: Any) -> Verdict:
        return verdict_of(self.question, self.runs, status, message, **more)
