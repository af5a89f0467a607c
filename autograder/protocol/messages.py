"""The messages between the judge and the sandbox: typed, bounded, and without pickle.

Student code may have written any message from the sandbox. So every field has a type and a limit,
which msgspec checks before the field is used; values are trees of plain data
(`utils.checker.serialize`). A message has a `number`, which its reply repeats: a second reply, or
a reply to another request, is refused.

    judge ── RunCell ────────→ sandbox    judge ←── CellRan ─────── sandbox
    judge ── Inspect ────────→ sandbox    judge ←── InspectReply ── sandbox
    judge ── Call ───────────→ sandbox    judge ←── CallReply ───── sandbox, or first
                                          judge ←── ReferenceCall ─ sandbox, any number of times
    judge ── ReferenceReply ─→ sandbox
    judge ── ReadLog ────────→ sandbox    judge ←── Log ─────────── sandbox
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
    "unpack_reference_result",
    "unpack_run",
    "unpacked",
    "write",
]

Name = Annotated[str, Meta(max_length=200)]
Words = Annotated[str, Meta(max_length=4000)]
Text = Annotated[str, Meta(max_length=200_000)]
Few = Meta(max_length=50)
Figure = Annotated[bytes, Meta(max_length=1 << 20)]
Number = Annotated[int, Meta(ge=0, lt=2**53)]
Size = Annotated[int, Meta(ge=0, lt=2**53)]


class ProtocolError(BaseException):
    """A message that the course's own code would not have sent.

    Not an `Exception`, which the judge could mistake for a fault of the answer.
    """


class Message(Struct, tag=True, frozen=True, forbid_unknown_fields=True):
    """The base of all messages."""

    number: Number


class Packed(Struct, frozen=True, forbid_unknown_fields=True):
    """A plain value, packed: a tree, and the bytes of its arrays.

    The tree is decoded only after its size is checked: a byte of it can become a hundred in memory.
    """

    tree: msgspec.Raw
    numbers: bytes


class RunCell(Message, frozen=True):
    """A request to run the code of a cell.

    The cell is interrupted after `seconds`, or after `computing` seconds of processor time. If both
    are 0, only the judge's own deadline ends the cell, with its process. At most `figures` of the
    cell's figures are sent back. From now on, code may import no other packages than the usual
    ones and those in `allowed`, unless that is None.
    """

    source: str
    name: str
    seconds: float = 0.0
    computing: float = 0.0
    figures: int = 0
    allowed: list[str] | None = None


class Inspect(Message, frozen=True):
    """A request to inspect an answer, and which of `names` it uses."""

    exercise: str
    names: list[str]


class Call(Message, frozen=True):
    """A request to call an answer on cases, with the reference in place of `overrides`."""

    exercise: str
    cases: list[Packed]
    overrides: list[str]


class ReadLog(Message, frozen=True):
    """A request to read a log that an answer wrote."""

    name: str


class ReferenceReply(Message, frozen=True):
    """The reply to `ReferenceCall`: the reference's result."""

    outcome: Packed


class CellRan(Message, frozen=True):
    """The reply to `RunCell`: the printed text, and the exception that ended the cell, or empty.

    `computed` is the seconds of computing; it is used only for the budget of the student's cells.
    `figures` are PNG files, not to be trusted. `tried` is what `attempts` noted since the reply
    before.
    """

    printed: Text
    raised: Words
    computed: float = 0.0
    figures: Annotated[list[Figure], Few] = []
    tried: Annotated[list[Name], Few] = []


class InspectReply(Message, frozen=True):
    """The reply to `Inspect`; if there is no answer, `absent` holds the reason and advice."""

    absent: Annotated[list[Words], Few]
    blank: bool
    loops: bool
    outside: Annotated[list[Name], Few]
    uses: Annotated[list[Name], Few]


class ErrorText(Struct, frozen=True, forbid_unknown_fields=True):
    """An exception in words: the fields of `utils.checker.cases.Explanation`."""

    sentence: Words
    advice: Words
    source: Words
    boxes: Annotated[list[tuple[Name, Annotated[list[Size], Few]]], Few]
    blank: Name


class CallResult(Struct, frozen=True, forbid_unknown_fields=True):
    """The result of one call: the fields of `utils.checker.cases.Run`."""

    outcome: Packed
    changed: Annotated[list[Name], Few]
    shared: Annotated[list[Annotated[list[Name | int], Few]], Few]
    kinds: Annotated[list[Name], Few]
    failure: ErrorText | None
    printed: Words
    warned: Annotated[list[Words], Few]
    moved: Annotated[list[Name], Few]
    unfinished: Packed


class CallReply(Message, frozen=True):
    """The reply to `Call`: a result for each case; `tried` as in `CellRan`."""

    runs: Annotated[list[CallResult], Meta(max_length=200)]
    tried: Annotated[list[Name], Few] = []


class Log(Message, frozen=True):
    """The reply to `ReadLog`: the records in the log; None if there is no log."""

    records: Packed


class ReferenceCall(Message, frozen=True):
    """A request by a student's function to call the reference on these arguments."""

    exercise: Name
    arguments: Packed


Inbound = CellRan | InspectReply | CallReply | Log | ReferenceCall
Outbound = RunCell | Inspect | Call | ReadLog | ReferenceReply
T = TypeVar("T")

_WRITER = msgspec.msgpack.Encoder()
_FROM_SANDBOX = msgspec.msgpack.Decoder(Inbound)
_FROM_JUDGE = msgspec.msgpack.Decoder(Outbound)


def write(message: Message) -> bytes:
    """Return the message as a frame."""
    return _WRITER.encode(message)


def read(frame: bytes, *, inside: bool = False) -> Any:
    """Decode a frame from the sandbox, or, when called inside it (`inside`), one from the judge.

    Raises
    ------
    ProtocolError
        If the frame is no such message.
    """
    try:
        return (_FROM_JUDGE if inside else _FROM_SANDBOX).decode(frame)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ProtocolError(f"It sent an invalid message ({str(error)[:200]}).") from None


def pack(value: Any) -> Packed:
    """Return a plain value, packed."""
    packer = Packer()
    tree = packer.pack(value)
    return Packed(msgspec.Raw(_WRITER.encode(tree)), packer.numbers())


def unpacked(packed: Packed, kind: type[T] | tuple[type, ...]) -> T:
    """Return the unpacked value, which must be of this type.

    Raises
    ------
    ProtocolError
        If the value is of another type, malformed, or too large.
    """
    if len(packed.tree) > LIMITS.tree:  # 100,000 parts take about three million bytes
        raise ProtocolError("It sent a value with too many parts.")
    try:
        value = unpack(msgspec.msgpack.decode(packed.tree), packed.numbers)
    except (
        *(ValueError, TypeError, KeyError, OverflowError, RecursionError, MemoryError),
        msgspec.MsgspecError,
    ) as error:
        raise ProtocolError(f"It sent an invalid value ({str(error)[:200]}).") from None
    if not isinstance(value, kind):
        raise ProtocolError(f"It sent a value of the wrong type, {type(value).__name__}.")
    return value  # type: ignore[return-value]


def pack_arguments(arguments: Sequence[Any], named: Mapping[str, Any]) -> Packed:
    """Pack the arguments of a reference call; of a random generator, its current state."""

    def to_plain(value: Any) -> Any:
        return Stream.of(value) or plain(value)

    by_name = {name: to_plain(value) for name, value in named.items()}
    return pack([list(map(to_plain, arguments)), by_name])


def unpack_reference_result(packed: Packed, arguments: Iterable[Any]) -> Returned | Raised:
    """Return the reference's result; advance the generators among the arguments as it did."""
    outcome: Returned | Raised
    outcome, streams = unpacked(packed, tuple)
    generators = [value for value in arguments if Stream.of(value)]
    for rng, stream in zip(generators, streams, strict=False):
        stream.move(rng)
    return outcome


def pack_case(case: Case) -> Packed:
    """Pack the arguments and layout of a case; its expected result stays with the judge."""
    return pack((case.args, case.layout))


def unpack_case(packed: Packed) -> Case:
    """Return the case to call a function on."""
    args, layout = unpacked(packed, tuple)
    return Case(args, layout=layout)


def pack_run(run: Run) -> CallResult:
    """Pack a run, cut to the limits of a message."""
    explanation = run.failure
    failure = ErrorText(
        explanation.sentence[:2000],
        explanation.advice[:2000],
        explanation.source[:500],
        [(name[:200], list(shape)) for name, shape in explanation.boxes[:4]],
        explanation.blank[:200],
    ) if explanation else None  # fmt: skip
    outcome = pack(run.outcome)
    if len(outcome.tree) > LIMITS.tree:
        outcome = pack(Returned(Unsupported("too large to look at")))
    unfinished = pack(list(run.unfinished))
    if len(unfinished.tree) > LIMITS.tree // 16:  # one of many runs, and seldom looked at
        unfinished = pack([])
    return CallResult(
        outcome,
        _cut(run.changed, 200),
        [[step if type(step) is int else str(step)[:200] for step in p] for p in run.shared[:50]],
        _cut(run.kinds, 200),
        failure,
        run.printed[:4000],
        _cut(run.warned, 4000),
        _cut(run.moved, 200),
        unfinished,
    )


def unpack_run(result: CallResult, seconds: float) -> Run:
    """Return the run in a message; `seconds` is its duration as the judge measured it.

    Raises
    ------
    ProtocolError
        If its outcome is not that of a run.
    """
    error = result.failure
    failure = None
    if error is not None:
        boxes = tuple((name, tuple(shape)) for name, shape in error.boxes)
        failure = Explanation(error.sentence, error.advice, error.source, boxes, error.blank)
    outcome: Returned | Raised = unpacked(result.outcome, (Returned, Raised))
    return Run(
        outcome,
        tuple(result.changed),
        tuple(map(tuple, result.shared)),
        tuple(result.kinds),
        failure,
        result.printed,
        tuple(result.warned),
        seconds,
        tuple(result.moved),
        tuple(unpacked(result.unfinished, list)),
    )


def _cut(texts: Sequence[str], size: int) -> list[str]:
    return [text[:size] for text in texts[:50]]
