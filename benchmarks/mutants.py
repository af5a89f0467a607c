"""Test whether the checks reject mutants of the solutions: ``python benchmarks/mutants.py``.

A *mutant* is a solution with one small change. The exercise's own check must reject it on each of
three seeds, because a student meets only one. A mutant that does all that the exercise asks cannot
be rejected; ``equivalent_mutants.toml`` lists these with the reason. Any other mutant that survives
shows that a case is missing.

mutmut makes the mutants, because its operators are functions on LibCST trees, to which those of
`array_operators` can be added; it does not change docstrings and annotations. Each mutant is judged
in its own process with limits, because it may loop without end. Needs Linux.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy: no threads in a process that forks

import argparse
import inspect
import json
import multiprocessing
import random
import resource
import signal
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from itertools import accumulate
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import libcst as cst
from array_operators import ARRAY_OPERATORS, renamed
from libcst.metadata import MetadataWrapper, WhitespaceInclusivePositionProvider
from mutmut.mutation.file_mutation import Mutation, MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

from utils.checker.answer_key import LiveKey, Question
from utils.checker.judge import judge
from utils.exercises import EXERCISES

EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")
MODULES = list(dict.fromkeys(exercise.reference.__module__ for exercise in EXERCISES.values()))
SEEDS = range(3)
SECONDS = 10
BYTES = 4 * 2**30
FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Mutant:
    """A solution with one small change.

    Attributes
    ----------
    name : str
        "sigmoid: a line as it was -> as it is". It has no line number, so edits elsewhere do not
        change it; the second of two equal names ends in #2.
    module, function : str
        Its origin. Every function of these modules is an exercise.
    operator : str
        The operator that made it.
    source : str
        The changed function.
    """

    name: str
    module: str
    function: str
    operator: str
    source: str


@dataclass(frozen=True)
class MutantResult:
    """How the check of its exercise judged a mutant.

    Attributes
    ----------
    status : str
        The status of the verdict ("wrong", "error", "correct"), or "timeout", or "unchecked" if
        the judge itself failed.
    sentence : str
        The first sentence that a student would read.
    """

    status: str
    sentence: str = ""

    @property
    def rejected(self) -> bool:
        """Return whether the check rejected the mutant."""
        return self.status in ("wrong", "error", "timeout")


# --- making ------------------------------------------------------------------------------------


def mutants_of(module: str) -> list[Mutant]:
    """Return all mutants of a module's solutions; if two operators make the same one, one of them.

    A changed node's code replaces the text of the original node, because to make a whole function
    anew for each of its mutants takes ten times as long.
    """
    text = _text(module)
    wrapper = MetadataWrapper(cst.parse_module(text))
    made_by: dict[cst.CSTNode, str] = {}
    operators = [
        (kind, _noted(operator, made_by))
        for kind, operator in (*mutation_operators, *ARRAY_OPERATORS)
    ]
    visitor = MutationVisitor(operators, IgnoredCode(set(), set(), set()))
    wrapper.visit(visitor)
    mutations = [
        *_renamings(wrapper.module),
        *((m, made_by[m.mutated_node]) for m in visitor.mutations),
    ]
    spans = _spans(wrapper, text)
    found: dict[str, Mutant] = {}
    seen: Counter[str] = Counter()
    for mutation, operator in mutations:
        function = mutation.contained_by_top_level_function
        if function is None:
            continue  # the name of a type
        whole, part = spans[function], spans[mutation.original_node]
        before = text[whole.start : whole.stop].strip()
        if _code(mutation.original_node) == text[part.start : part.stop]:
            changed = _code(mutation.mutated_node)
            after = (
                text[whole.start : part.start] + changed + text[part.stop : whole.stop]
            ).strip()
        else:  # an indented block, or a node whose comma or brackets its parent writes
            after = _code(function.deep_replace(mutation.original_node, mutation.mutated_node))
            after = after.strip()
        if after != before and after not in found:
            name = f"{function.name.value}: {_difference(before, after)}"
            seen[name] += 1
            name += f" #{seen[name]}" if seen[name] > 1 else ""
            found[after] = Mutant(name, module, function.name.value, operator, after)
    return list(found.values())


def _renamings(module: cst.Module) -> Iterator[tuple[Mutation, str]]:
    """Yield the mutations that put one of a function's names in the place of another."""
    for function in module.body:
        if isinstance(function, cst.FunctionDef):
            for name, other in renamed(function):
                yield Mutation(name, other, function), "another name"


def _spans(wrapper: MetadataWrapper, text: str) -> dict[cst.CSTNode, slice]:
    """Return the part of the text that each node is written as."""
    starts = [0, *accumulate(map(len, text.splitlines(keepends=True)))]
    return {
        node: slice(
            starts[place.start.line - 1] + place.start.column,
            starts[place.end.line - 1] + place.end.column,
        )
        for node, place in wrapper.resolve(WhitespaceInclusivePositionProvider).items()
    }


def _noted(operator: Callable[..., Any], made_by: dict[cst.CSTNode, str]) -> Callable[..., Any]:
    """Return an operator that notes its name in `made_by` for each node that it makes."""
    _, mutmut, name = operator.__name__.rpartition("operator_")
    label = ("mutmut: " if mutmut else "") + name.replace("_", " ")

    def run(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        for changed in operator(node):
            made_by[changed] = label
            yield changed

    return run


def _text(module: str) -> str:
    return inspect.getsource(sys.modules[module])


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


def _difference(before: str, after: str) -> str:
    """Return the lines that differ, as "before -> after"."""
    one, other = before.splitlines(), after.splitlines()
    for end in (0, -1):
        while one and other and one[end] == other[end]:
            del one[end], other[end]
    return " -> ".join(" ".join(line.strip() for line in lines) for lines in (one, other))


# --- judging -----------------------------------------------------------------------------------


def result_of(mutant: Mutant) -> MutantResult:
    """Judge a mutant in its own process, and return the result."""
    questions = _questions(mutant.function)  # made once, and inherited by every child
    receiver, sender = FORK.Pipe(duplex=False)
    child = FORK.Process(target=_send, args=(sender, mutant, questions))
    child.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError:
        child.join()
        timeout = child.exitcode == -signal.SIGALRM
        return MutantResult("timeout" if timeout else f"exit {child.exitcode}")
    finally:
        child.join()
        receiver.close()


def _send(sender: Connection, mutant: Mutant, questions: Iterable[Question]) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
    signal.alarm(SECONDS)  # ends the process, even in an endless loop
    namespace = {"__name__": mutant.module}
    exec(_text(mutant.module), namespace)
    exec(mutant.source, namespace)
    sender.send(_judged(namespace[mutant.function], questions))


def _judged(function: Any, questions: Iterable[Question]) -> MutantResult:
    results = []
    for question in questions:
        try:
            verdict = judge(question, function)
        except Exception as fault:  # what `check` shows as "could not be checked"
            return MutantResult("unchecked", f"{type(fault).__name__}: {fault}")
        if verdict.status == "correct":
            return MutantResult("correct", f"with seed {question.seed}")
        results.append(MutantResult(verdict.status, verdict.message))
    return results[0]


@cache
def _questions(exercise: str) -> list[Question]:
    return [LiveKey().question(exercise, seed) for seed in SEEDS]


# --- reporting ---------------------------------------------------------------------------------


def equivalents() -> set[str]:
    """Return the names of the mutants that do all that the exercise asks."""
    groups = tomllib.loads(EQUIVALENT.read_text())["equivalent"]
    return {name for group in groups for name in group["mutants"]}


def table(title: str, rows: Iterable[tuple[str, str]]) -> str:
    """Return a Markdown table of statuses, with a row for each label and one for all."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for label, status in sorted(rows):
        counts[label][status] += 1
    counts["all"] = sum(counts.values(), Counter())
    kinds = {"error": "raised", "wrong": "wrong", "timeout": "timeout"}
    kinds |= {"equivalent": "equivalent", "survived": "survived"}
    lines = [f"| {title} | mutants | {' | '.join(kinds.values())} |"]
    lines += ["|:--|--:" + "|--:" * len(kinds) + "|"]
    for label, count in counts.items():
        numbers = (count.total(), *(count[kind] for kind in kinds))
        lines += [f"| {label} | {' | '.join(map(str, numbers))} |"]
    return "\n".join(lines)


def main() -> int:
    """Judge the mutants, print the tables, and return 1 if a result is unexpected."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("functions", nargs="*", help="only mutants of these solutions")
    parser.add_argument("--sample", type=int, metavar="N", help="only N of them, by chance")
    parser.add_argument("--seed", type=int, default=0, help="another seed, another sample")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at a time")
    parser.add_argument("--log", type=Path, help="a file for the results, a line for each mutant")
    options = parser.parse_args()

    started = time.perf_counter()
    with ProcessPoolExecutor(options.jobs, FORK) as pool:
        mutants = [mutant for found in pool.map(mutants_of, MODULES) for mutant in found]
        chosen = [m for m in mutants if not options.functions or m.function in options.functions]
        if options.sample is not None:
            chosen = random.Random(options.seed).sample(chosen, min(options.sample, len(chosen)))
        results = dict(zip(chosen, pool.map(result_of, chosen, chunksize=8), strict=True))

    listed = equivalents()
    statuses = {}
    for mutant, result in results.items():
        accepted = "equivalent" if mutant.name in listed else "survived"
        statuses[mutant] = result.status if result.rejected else accepted
    print(table("notebook", ((m.module.rpartition(".")[2], s) for m, s in statuses.items())))
    print(f"\n{table('change', ((m.operator, s) for m, s in statuses.items()))}\n")
    print(f"{len(chosen)} of {len(mutants)} mutants, {time.perf_counter() - started:.0f} s")
    if options.log:
        lines = [json.dumps(asdict(m) | asdict(result)) for m, result in results.items()]
        options.log.write_text("\n".join(lines))

    survived = [
        f"'''{mutant.name}''',  # {results[mutant].status} {results[mutant].sentence}"
        for mutant, status in statuses.items()
        if status == "survived"
    ]
    rejected = [m.name for m, result in results.items() if result.rejected and m.name in listed]
    gone = sorted(listed - {mutant.name for mutant in mutants})
    for problem, names in (
        ("Not rejected: its exercise lacks a case, or it is equivalent", survived),
        (f"In {EQUIVALENT.name}, and rejected", rejected),
        (f"In {EQUIVALENT.name}, and no mutant any more", gone),
    ):
        if names:
            print(f"\n{problem}:", *names, sep="\n  ", file=sys.stderr)
    return bool(survived or rejected or gone)


if __name__ == "__main__":
    sys.exit(main())
