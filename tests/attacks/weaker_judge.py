"""Ways of grading without a layer of the judge."""

from __future__ import annotations

import math
import resource
from contextlib import suppress
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import msgspec
import numpy as np

from autograder.grading import grade_submission
from autograder.limits import LIMITS, Limits
from autograder.protocol import client, messages, reference_process
from autograder.protocol.client import RemoteNotebook
from autograder.sandbox.sandbox import Ended
from tests.attacks.attack import Attack
from tests.attacks.judging import (
    SEED,
    TEN_SECONDS,
    Hung,
    in_process,
    judged,
    pieces,
    sandbox,
    target,
    within,
    without_properties,
    won,
)
from utils.checker import serialize
from utils.checker.answer_key import LiveKey
from utils.checker.cases import Run
from utils.checker.judge import judge_exercise


class Frozen(LiveKey):
    """The cases that a bundle has."""

    def question(self, exercise: str, seed: int | None = None) -> Any:
        return super().question(exercise, 0)


def frozen_cases(attack: Attack) -> bool:
    with patch.object(LiveKey, "question", without_properties):
        return in_process(attack, Frozen()).status == "correct"


def any_reference(attack: Attack) -> bool:
    real = RemoteNotebook.call
    everything = dict.fromkeys(attack.answers)

    def call(self: Any, exercise: str, cases: Any, given: Any) -> list[Run]:
        return real(self, exercise, cases, everything)

    with patch.object(RemoteNotebook, "call", call):
        return judged(attack).verdicts[target(attack)].status == "correct"


def judged_twice(attack: Attack) -> bool:
    key, verdicts = LiveKey(SEED), {}
    with (
        patch.object(LiveKey, "question", without_properties),
        sandbox().open() as process,
    ):
        answers = RemoteNotebook(process, TEN_SECONDS)
        run(answers, attack)
        for name in (*attack.answers, target(attack)):
            answers.reset_limits()
            verdicts[name] = judge_exercise(key, name, answers, before=verdicts)
    return verdicts[target(attack)].status == "correct"


def run(answers: RemoteNotebook, attack: Attack) -> None:
    """Run an attack's cells."""
    for piece in pieces(attack):
        answers.run(piece)
    answers.reset_limits()


def bare(attack: Attack, limits: Limits = TEN_SECONDS) -> Any:
    """The verdict, with nothing between a lie and the judge; what is raised is raised."""
    with sandbox().open() as line:
        answers = RemoteNotebook(line, limits)
        run(answers, attack)
        return grade_submission.judge_exercise(LiveKey(SEED), target(attack), answers)


def believed(attack: Attack) -> bool:
    """Whether a lie is taken in, or brings the judge down: anything but being refused."""
    try:
        bare(attack)
    except messages.ProtocolError:
        return False
    except Exception:
        return True
    return True


def lax(frame: bytes) -> Any:
    return msgspec.msgpack.decode(frame)


def naive_call(self: Any, exercise: str, cases: Any, given: Any) -> list[Run]:
    """A judge that takes what comes."""
    packed = list(map(messages.pack_case, cases))
    request = messages.Call(self._next_number(), exercise, packed, list(given))
    self.process.send(messages.write(request))
    runs = lax(self.process.receive(10))["runs"]
    values = [run["outcome"] for run in runs]
    for run in runs:
        if run["failure"]:
            raise ValueError(run["failure"]["sentence"])
    return [Run(serialize.unpack(one["tree"], one["numbers"])) for one in values]


def trusting(attack: Attack) -> bool:
    with patch.object(RemoteNotebook, "call", naive_call):
        return believed(attack)


def any_text(attack: Attack) -> bool:
    with patch.object(RemoteNotebook, "call", naive_call):
        try:
            bare(attack)
        except ValueError as error:
            return len(str(error)) > 1_000_000
    return False


def any_array(attack: Attack) -> bool:
    def array(self: Any, name: str, sizes: Any, start: int) -> Any:
        return np.frombuffer(self.numbers, name, math.prod(sizes), start).reshape(sizes).copy()

    with patch.object(serialize._Unpacker, "_array", array):
        return believed(attack)


def any_tree(attack: Attack) -> bool:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    large = replace(LIMITS, tree=1 << 40)
    with patch.object(messages, "LIMITS", large), suppress(messages.ProtocolError):
        bare(attack, large)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before > 200 << 10


def any_message_size(attack: Attack) -> bool:
    with sandbox().open() as line:
        line._max_size = 1 << 40
        answers = RemoteNotebook(line, Limits(seconds=2))
        try:
            run(answers, attack)
            answers.answer(target(attack)).runs(LiveKey(SEED).question("sigmoid").cases, {})
        except Ended as ended:
            return ended.reason != "frame"
    return False


def stumbles(attack: Attack) -> bool:
    return believed(attack)


def no_deadline(attack: Attack) -> bool:
    with patch.object(client, "_seconds_until", lambda over: 1e6):
        try:
            with within(4):
                judged(attack, seconds=1)
        except Hung:
            return True
    return False


def any_number_of_reference_calls(attack: Attack) -> bool:
    names = list(attack.answers)
    return won(attack, judged(attack, names=names, seconds=30, reference_calls=1 << 40))


def any_memory(attack: Attack) -> bool:
    return won(attack, judged(attack, seconds=50, reference_seconds=50, reference_memory=1 << 40))


def fragile_reference_process(attack: Attack) -> bool:
    real = reference_process.ReferenceProcess.call_reference

    def call_reference(self: Any, exercise: str, given: Any, seconds: float) -> Any:
        _arguments, _named = given  # as it comes
        return real(self, exercise, given, seconds)

    with patch.object(reference_process.ReferenceProcess, "call_reference", call_reference):
        found = judged(attack)
    return any("judge fail" in said for said in found.suspicions.values())
