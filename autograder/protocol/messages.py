"""The messages between the judge and the sandbox: typed, bounded, and without pickle.

Whatever comes out of the sandbox was written by a student's code, or may have been. So every
field has its type and its limit, checked by msgspec before anything is made of it; values are
trees of plain data (`utils.checker.serialize`). A message has a `number`, which its reply repeats:
a reply that comes twice, or to another question, is refused.

    judge ── RunCell ──→ sandbox      judge ←── CellRan ── sandbox
    judge ── Inspect ─────→ sandbox      judge ←── InspectReply ───── sandbox
    judge ── Call ─────→ sandbox      judge ←── CallReply ───── sandbox, or first
                                      judge ←── ReferenceCall ─ sandbox: call the reference for me
    judge ── ReferenceReply ─→ sandbox
    judge ── ReadLog ──→ sandbox      judge ←── Log ────── sandbox
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from autograder.limits import LIMITS
from utils.checker.cases import Case, Explanation, Raised, Returned, Run, Stream, Unsupported
from utils.checker.sanitize import plain
from utils.checker.serialize import Packer, unpack

__all__ = [
    "Call",
    "CallReply",
    "CallResult",
    "CellRan",
    "Inspect",
    "InspectReply",
    "Log",
    "Packed",
    "ProtocolError",
    "ReadLog",
    "ReferenceCall",
    "ReferenceReply",
    "RunCell",
    "pack",
    "pack_arguments",
    "pack_case",
    "pack_run",
    "read",
    "unpack_case",
    "unpack_lent",
    "unpack_run",
    "unpacked",
    "write",
]

Name = Annotated[str, Meta(max_length=200)]
Words = Annotated[str, Meta(max_length=4000)]
Text = Annotated[str, Meta(max_length=200_000)]
Few = Meta(max_length=50)
Number = Annotated[int, Meta(ge=0, lt=2**53)]
Size = Annotated[int, Meta(ge=0, lt=2**53)]


class ProtocolError(BaseException):
    """A message is none that the course's own code would have sent.

    No `Exception`: who judges may take one for a fault of the answer, and go on.
    """


class Message(Struct, tag=True, frozen=True, forbid_unknown_fields=True):
    """What all messages have."""

    number: Number


class Packed(Struct, frozen=True, forbid_unknown_fields=True):
    """A plain value: a tree, and the bytes of its numbers.

    The tree is made only when its size is known: a byte of it can become a hundred in memory.
    """

    tree: msgspec.Raw
    numbers: bytes


class RunCell(Message, frozen=True):
    """Run the code of a cell."""

    source: str
    name: str


class Inspect(Message, frozen=True):
    """Look at an answer, and at which of `names` it uses."""

    exercise: str
    names: list[str]


class Call(Message, frozen=True):
    """Call an answer on cases; functions in `given` are lent in the place of the student's."""

    exercise: str
    cases: list[Packed]
    given: list[str]


class ReadLog(Message, frozen=True):
    """Read a log that an answer wrote."""

    name: str


class ReferenceReply(Message, frozen=True):
    """What the reference gave."""

    outcome: Packed


class CellRan(Message, frozen=True):
    """A cell has run: what it printed, and the exception that ended it, if one did."""

    printed: Text
    raised: Words


class InspectReply(Message, frozen=True):
    """What there is to see of an answer; `absent` says, with advice, why there is none."""

    absent: Annotated[list[Words], Few]
    blank: bool
    outside: Annotated[list[Name], Few]
    uses: Annotated[list[Name], Few]


class ErrorText(Struct, frozen=True, forbid_unknown_fields=True):
    """An exception in words: the fields of a `utils.checker.cases.Explanation`."""

    sentence: Words
    advice: Words
    source: Words
    boxes: Annotated[list[tuple[Name, Annotated[list[Size], Few]]], Few]
    blank: Name


class CallResult(Struct, frozen=True, forbid_unknown_fields=True):
    """What came of one call: the fields of a `utils.checker.cases.Run`."""

    outcome: Packed
    changed: Annotated[list[Name], Few]
    shared: Annotated[list[Annotated[list[Name | int], Few]], Few]
    kinds: Annotated[list[Name], Few]
    failure: ErrorText | None
    printed: Words
    warned: Annotated[list[Words], Few]


class CallReply(Message, frozen=True):
    """What came of a call on each case."""

    runs: Annotated[list[CallResult], Meta(max_length=200)]


class Log(Message, frozen=True):
    """The records in a log; None where there is none."""

    records: Packed


class ReferenceCall(Message, frozen=True):
    """A student's function has called one that is lent: with these arguments."""

    exercise: Name
    arguments: Packed


Inbound = CellRan | InspectReply | CallReply | Log | ReferenceCall
Outbound = RunCell | Inspect | Call | ReadLog | ReferenceReply
T = TypeVar("T")

_WRITER = msgspec.msgpack.Encoder()
_FROM_SANDBOX = msgspec.msgpack.Decoder(Inbound)
_FROM_JUDGE = msgspec.msgpack.Decoder(Outbound)


def write(message: Message) -> bytes:
    """The message as a frame."""
    return _WRITER.encode(message)


def read(frame: bytes, *, inside: bool = False) -> Any:
    """The message in a frame: one from the sandbox, or `inside` it, one from the judge.

    Raises
    ------
    ProtocolError
        When it is none.
    """
    try:
        return (_FROM_JUDGE if inside else _FROM_SANDBOX).decode(frame)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ProtocolError(f"It sent what is no message ({str(error)[:200]}).") from None


def pack(value: Any) -> Packed:
    """A plain value, packed."""
    packer = Packer()
    tree = packer.pack(value)
    return Packed(msgspec.Raw(_WRITER.encode(tree)), packer.numbers())


def unpacked(packed: Packed, kind: type[T] | tuple[type, ...]) -> T:
    """The value, which must be of this kind.

    Raises
    ------
    ProtocolError
        When it is not.
    """
    if len(packed.tree) > LIMITS.tree:  # 100,000 parts take about three million bytes
        raise ProtocolError("It sent a value of too many parts.")
    try:
        value = unpack(msgspec.msgpack.decode(packed.tree), packed.numbers)
    except (
        *(ValueError, TypeError, KeyError, OverflowError, RecursionError, MemoryError),
        msgspec.MsgspecError,
    ) as error:
        raise ProtocolError(f"It sent what is no value ({str(error)[:200]}).") from None
    if not isinstance(value, kind):
        raise ProtocolError(f"It sent a {type(value).__name__} where something else was due.")
    return value  # type: ignore[return-value]


def pack_arguments(arguments: Sequence[Any], named: Mapping[str, Any]) -> Packed:
    """What a lent function is asked; of a generator of random numbers, where it stands."""

    def sent(value: Any) -> Any:
        return Stream.of(value) or plain(value)

    return pack([list(map(sent, arguments)), {name: sent(value) for name, value in named.items()}])


def unpack_lent(lent: Packed, arguments: Iterable[Any]) -> Returned | Raised:
    """What a lent function gave; generators among the arguments move on as it has moved them."""
    outcome, streams = unpacked(lent, tuple)
    generators = [value for value in arguments if Stream.of(value)]
    for rng, stream in zip(generators, streams, strict=False):
        stream.move(rng)
    came: Returned | Raised = outcome
    return came


def pack_case(case: Case) -> Packed:
    """What a function is called with; what is expected of it stays here."""
    return pack((case.args, case.layout))


def unpack_case(packed: Packed) -> Case:
    """The case to call a function on."""
    args, layout = unpacked(packed, tuple)
    return Case(args, layout=layout)


def pack_run(run: Run) -> CallResult:
    """A run, cut to what a message may hold."""
    told = run.failure
    failure = ErrorText(
        told.sentence[:2000],
        told.advice[:2000],
        told.source[:500],
        [(name[:200], list(shape)) for name, shape in told.boxes[:4]],
        told.blank[:200],
    ) if told else None  # fmt: skip
    outcome = pack(run.outcome)
    if len(outcome.tree) > LIMITS.tree:
        outcome = pack(Returned(Unsupported("too large to look at")))
    return CallResult(
        outcome,
        _cut(run.changed, 200),
        [[step if type(step) is int else str(step)[:200] for step in p] for p in run.shared[:50]],
        _cut(run.kinds, 200),
        failure,
        run.printed[:4000],
        _cut(run.warned, 4000),
    )


def unpack_run(came: CallResult, seconds: float) -> Run:
    """The run that a message tells of, which took so long as seen from here.

    Raises
    ------
    ProtocolError
        When there is something in it that belongs to no run.
    """
    told = came.failure
    failure = None
    if told is not None:
        boxes = tuple((name, tuple(shape)) for name, shape in told.boxes)
        failure = Explanation(told.sentence, told.advice, told.source, boxes, told.blank)
    outcome: Returned | Raised = unpacked(came.outcome, (Returned, Raised))
    return Run(
        outcome,
        tuple(came.changed),
        tuple(map(tuple, came.shared)),
        tuple(came.kinds),
        failure,
        came.printed,
        tuple(came.warned),
        seconds,
    )


def _cut(texts: Sequence[str], most: int) -> list[str]:
    return [text[:most] for text in texts[:50]]
